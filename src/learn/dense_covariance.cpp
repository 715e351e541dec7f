#include <algorithm>
#include <cmath>
#include <string>

#include "core/blas.hpp"
#include "core/memory.hpp"
#include "dense/lapack_cholesky.hpp"
#include "dense/operand.hpp"
#include "dense/threads.hpp"
#include "learn/covariance_factor.hpp"
#include "learn/kernel_tiles.hpp"

namespace tamis::learn::detail {

namespace {

double cubed(std::int64_t n) {
    const auto order = static_cast<double>(n);
    return order * order * order;
}

template <class T>
class DenseCovariance final : public CovarianceFactor<T> {
  public:
    explicit DenseCovariance(const CovarianceInput<T>& input)
        : evaluator_("GaussianProcess", input.kernel, input.X.cols()),
          n_(input.X.rows()) {
        tamis::detail::check_lapack_sizes("GaussianProcess", n_, n_);
        tamis::detail::require_memory("GaussianProcess", static_cast<double>(n_) * static_cast<double>(n_) * sizeof(T),
                                      input.options.memory_limit);
        points_ = evaluator_.points(input.X);
        L_ = Array<T>(n_ * n_, uninitialized);
        Array<T> diagonal(n_, uninitialized);
        auto scratch = evaluator_.scratch();
        evaluator_.diagonal(points_, diagonal.data(), scratch);
        const double mean = mean_of(diagonal) + input.noise_variance;
        with_jitter<T>("GaussianProcess fit", n_, mean, input.options.max_jitter, this->info, [&](double jitter) {
            lower_kernel_matrix(evaluator_, points_, L_.data(), n_);
            return factor(diagonal, input.noise_variance + jitter);
        });
        this->info.storage = CovarianceStorage::dense;
        this->info.samples = n_;
        this->info.covariance_nonzeros = n_ * n_;
        this->info.factor_nonzeros = n_ * (n_ + 1) / 2;
    }

    void solve(const T* b, T* x) const override {
        if (x != b) std::copy_n(b, n_, x);
        if (n_ == 0) return;
        tamis::detail::on_dense_threads(2.0 * static_cast<double>(n_) * static_cast<double>(n_),
                                        [&] { tamis::detail::lapack::potrs(n_, 1, L_.data(), n_, x, n_); });
    }

    [[nodiscard]] double logdet() const override {
        double sum = 0;
        for (std::int64_t i = 0; i < n_; ++i) sum += 2 * std::log(static_cast<double>(L_[i * n_ + i]));
        return sum;
    }

    double contract(const T* alpha, double* gradient) const override {
        Array<T> inverse = L_;
        if (n_ > 0)
            tamis::detail::on_dense_threads(2 * cubed(n_) / 3,
                                            [&] { tamis::detail::lapack::potri(n_, inverse.data(), n_); });
        double trace = 0;
        for (std::int64_t i = 0; i < n_; ++i) trace += static_cast<double>(inverse[i * n_ + i]);
        symmetric_gradient(evaluator_, points_, gradient, [&](std::int64_t i, std::int64_t j, T pair) {
            return pair * (alpha[i] * alpha[j] - inverse[j * n_ + i]);
        });
        return trace;
    }

    void predict(MatrixView<const T> X, const T* alpha, T* mean, T* variance, MatrixView<T> covariance) const override {
        const std::int64_t m = X.rows();
        const KernelPoints<T> at = evaluator_.points(X);
        auto scratch = evaluator_.scratch();
        if (variance != nullptr) evaluator_.diagonal(at, variance, scratch);
        const bool whole = covariance.data() != nullptr;
        if (whole) {
            lower_kernel_matrix(evaluator_, at, covariance.data(), m);
            mirror(covariance);
        }
        if (n_ == 0) {
            std::fill_n(mean, m, T(0));
            return;
        }
        // So many columns at a time that the block stays below 16 MiB of doubles, unless V is needed whole.
        constexpr std::int64_t most_entries = std::int64_t{1} << 21;
        const std::int64_t width = whole ? m : std::min(m, std::max<std::int64_t>(128, most_entries / n_));
        Array<T> V(n_ * width, uninitialized);
        for (std::int64_t begin = 0; begin < m; begin += width) {
            const std::int64_t k = std::min(width, m - begin);
            cross_kernel_matrix(evaluator_, points_, at, begin, k, V.data(), n_);
            const double flops = static_cast<double>(n_) * static_cast<double>(k);
            tamis::detail::on_dense_threads(2 * flops, [&] {
                tamis::detail::blas::gemm('T', 'N', k, 1, n_, T(1), V.data(), n_, alpha, n_, T(0), mean + begin, k);
            });
            if (variance == nullptr && !whole) continue;
            tamis::detail::on_dense_threads(flops * static_cast<double>(n_), [&] {
                tamis::detail::blas::trsm_lower('L', n_, k, L_.data(), n_, V.data(), n_);
            });
            if (variance != nullptr) subtract_squares(V.data(), k, variance + begin);
        }
        if (!whole || m == 0) return;
        tamis::detail::on_dense_threads(static_cast<double>(n_) * static_cast<double>(m) * static_cast<double>(m), [&] {
            tamis::detail::blas::herk_lower(m, n_, T(-1), V.data(), n_, T(1), covariance.data(), m);
        });
        mirror(covariance);
    }

  private:
    /// L L^T = K + added I in place of K; whether that is possible.
    bool factor(const Array<T>& diagonal, double added) {
        if (n_ == 0) return true;
        for (std::int64_t i = 0; i < n_; ++i) L_[i * n_ + i] = static_cast<T>(static_cast<double>(diagonal[i]) + added);
        std::int64_t failed = 0;
        tamis::detail::on_dense_threads(cubed(n_) / 3, [&] { failed = tamis::detail::lapack::potrf(n_, L_.data(), n_); });
        if (failed != 0) return false;
        // A pivot of which rounding has left nothing would make weights of noise.
        for (std::int64_t i = 0; i < n_; ++i) {
            const T l = L_[i * n_ + i];
            if (!(l * l > epsilon_v<T> * static_cast<T>(static_cast<double>(diagonal[i]) + added))) return false;
        }
        return true;
    }

    void subtract_squares(const T* V, std::int64_t k, T* variance) const {
        [[maybe_unused]] const int threads = tamis::detail::threads_for(n_ * k);
#pragma omp parallel for schedule(static) num_threads(threads) if (threads > 1)
        for (std::int64_t j = 0; j < k; ++j) {
            const T* const v = V + j * n_;
            // Four sums, which compilers make one register.
            T sums[4] = {0, 0, 0, 0};
            std::int64_t i = 0;
            for (; i + 4 <= n_; i += 4)
                for (std::int64_t l = 0; l < 4; ++l) sums[l] += v[i + l] * v[i + l];
            for (; i < n_; ++i) sums[0] += v[i] * v[i];
            variance[j] -= (sums[0] + sums[1]) + (sums[2] + sums[3]);
        }
    }

    static void mirror(MatrixView<T> A) {
        for (std::int64_t j = 0; j < A.cols(); ++j)
            for (std::int64_t i = 0; i < j; ++i) A(i, j) = A(j, i);
    }

    KernelEvaluator<T> evaluator_;
    std::int64_t n_;
    KernelPoints<T> points_;
    Array<T> L_;  // above its diagonal nothing is ever read
};

}  // namespace

template <class T>
std::unique_ptr<CovarianceFactor<T>> dense_covariance(const CovarianceInput<T>& input) {
    return std::make_unique<DenseCovariance<T>>(input);
}

template std::unique_ptr<CovarianceFactor<float>> dense_covariance(const CovarianceInput<float>&);
template std::unique_ptr<CovarianceFactor<double>> dense_covariance(const CovarianceInput<double>&);

}  // namespace tamis::learn::detail
