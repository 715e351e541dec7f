#include <algorithm>
#include <optional>
#include <utility>

#include <tamis/sparse/cholesky.hpp>
#include <tamis/sparse/multiply.hpp>

#include "core/memory.hpp"
#include "core/parallel.hpp"
#include "learn/covariance_factor.hpp"
#include "learn/sparse_kernel.hpp"

namespace tamis::learn::detail {

namespace {

/// Right-hand sides that are solved for at once.
constexpr std::int64_t solved_at_once = 32;

template <class T>
class SparseCovariance final : public CovarianceFactor<T> {
    using Sparse = Csr<T, std::int64_t>;

  public:
    SparseCovariance(const CovarianceInput<T>& input, std::int64_t most)
        : evaluator_("GaussianProcess", input.kernel, input.X.cols()),
          n_(input.X.rows()),
          points_(evaluator_.points(input.X)),
          reach_(reach(input.kernel)),
          grid_(input.X, reach_) {
        std::optional<Sparse> K = sparse_kernel_matrix(evaluator_, grid_, input.X, points_, points_, true, most);
        if (!K) return;
        K_ = *std::move(K);
        Array<T> diagonal(n_, uninitialized);
        auto scratch = evaluator_.scratch();
        evaluator_.diagonal(points_, diagonal.data(), scratch);
        FactorOptions options;
        options.memory_limit = input.options.memory_limit;
        const double mean = mean_of(diagonal) + input.noise_variance;
        with_jitter<T>("GaussianProcess fit", n_, mean, input.options.max_jitter, this->info, [&](double jitter) {
            options.shift = input.noise_variance + jitter;
            try {
                if (!analysis_) analysis_ = analyze(K_, analyze_options(options));
                factor_.emplace(*analysis_, K_, options);
            } catch (const NotPositiveDefinite&) {
                return false;
            }
            // Without digits left the factor would make weights of noise.
            return n_ == 0 || static_cast<double>(factor_->rcond()) > epsilon_v<double>;
        });
        this->info.storage = CovarianceStorage::sparse;
        this->info.samples = n_;
        this->info.covariance_nonzeros = K_.nnz();
        this->info.factor_nonzeros = factor_->info().factor_nonzeros;
    }
    [[nodiscard]] bool found() const noexcept { return factor_.has_value(); }

    void solve(const T* b, T* x) const override { factor_->solve_into(VectorView<const T>(b, n_), VectorView<T>(x, n_)); }

    [[nodiscard]] double logdet() const override { return static_cast<double>(factor_->logdet()); }

    double contract(const T* alpha, double* gradient) const override {
        const Sparse Z = factor_->selected_inverse();
        const std::int64_t p = evaluator_.parameters();
        constexpr std::int64_t rows_a_block = 256;
        const std::int64_t blocks = (n_ + rows_a_block - 1) / rows_a_block;
        // The largest row decides on the memory of a thread.
        std::int64_t longest = 0;
        for (std::int64_t i = 0; i < n_; ++i) longest = std::max(longest, row_end(K_, i) - row_begin(K_, i));
        struct Work {
            typename KernelEvaluator<T>::Scratch scratch;
            KernelPoints<T> gathered;
            Array<T> weights;
        };
        const int threads = tamis::detail::threads_for(K_.nnz() * (evaluator_.features() + 16));
        std::vector<Work> work(static_cast<std::size_t>(threads));
        for (Work& w : work) {
            w.scratch = evaluator_.scratch();
            w.weights = Array<T>(longest, uninitialized);
            const std::vector<std::int64_t> zeros(static_cast<std::size_t>(longest), 0);
            if (longest > 0) evaluator_.gather(points_, zeros.data(), longest, w.gathered);
        }
        Array<double> parts(blocks * (p + 1));
#pragma omp parallel for schedule(dynamic) num_threads(threads) if (threads > 1)
        for (std::int64_t block = 0; block < blocks; ++block) {
            Work& w = work[static_cast<std::size_t>(tamis::detail::thread_index())];
            double* const part = parts.data() + block * (p + 1);
            for (std::int64_t i = block * rows_a_block; i < std::min(n_, (block + 1) * rows_a_block); ++i)
                part[p] += add_row(i, Z, alpha, w.gathered, w.weights.data(), part, w.scratch);
        }
        double trace = 0;
        std::fill_n(gradient, p, 0.0);
        for (std::int64_t block = 0; block < blocks; ++block) {
            for (std::int64_t q = 0; q < p; ++q) gradient[q] += parts[block * (p + 1) + q];
            trace += parts[block * (p + 1) + p];
        }
        return trace;
    }

    void predict(MatrixView<const T> X, const T* alpha, T* mean, T* variance, MatrixView<T> covariance) const override {
        const std::int64_t m = X.rows();
        const KernelPoints<T> at = evaluator_.points(X);
        const Sparse Ks =
            *sparse_kernel_matrix(evaluator_, grid_, X, at, points_, false, std::numeric_limits<std::int64_t>::max());
        multiply(Ks, VectorView<const T>(alpha, n_), VectorView<T>(mean, m));
        auto scratch = evaluator_.scratch();
        if (variance != nullptr) evaluator_.diagonal(at, variance, scratch);
        const bool whole = covariance.data() != nullptr;
        if (whole) write_prior(X, at, covariance);
        if (variance == nullptr && !whole) return;
        Array<T> B(n_ * solved_at_once, uninitialized);
        for (std::int64_t begin = 0; begin < m; begin += solved_at_once) {
            const std::int64_t k = std::min(solved_at_once, m - begin);
            std::fill_n(B.data(), n_ * k, T(0));
            for (std::int64_t j = 0; j < k; ++j)
                for (std::int64_t e = row_begin(Ks, begin + j); e < row_end(Ks, begin + j); ++e)
                    B[j * n_ + Ks.col_indices()[static_cast<std::size_t>(e)]] = Ks.values()[static_cast<std::size_t>(e)];
            const MatrixView<T> block(B.data(), n_, k);
            factor_->solve_into(MatrixView<const T>(block), block);
            for (std::int64_t j = 0; variance != nullptr && j < k; ++j)
                for (std::int64_t e = row_begin(Ks, begin + j); e < row_end(Ks, begin + j); ++e)
                    variance[begin + j] -=
                        Ks.values()[static_cast<std::size_t>(e)] * B[j * n_ + Ks.col_indices()[static_cast<std::size_t>(e)]];
            if (whole)
                multiply(Ks, MatrixView<const T>(block),
                         MatrixView<T>(&covariance(0, begin), m, k, covariance.row_stride(), covariance.col_stride()), T(-1),
                         T(1));
        }
        for (std::int64_t j = 0; whole && j < m; ++j)
            for (std::int64_t i = 0; i < j; ++i)
                covariance(i, j) = covariance(j, i) = (covariance(i, j) + covariance(j, i)) / 2;
    }

  private:
    static std::int64_t row_begin(const Sparse& A, std::int64_t i) {
        return A.row_offsets()[static_cast<std::size_t>(i)];
    }
    static std::int64_t row_end(const Sparse& A, std::int64_t i) {
        return A.row_offsets()[static_cast<std::size_t>(i) + 1];
    }

    static AnalyzeOptions analyze_options(const FactorOptions& options) {
        AnalyzeOptions given;
        given.method = Method::cholesky;
        given.memory_limit = options.memory_limit;
        return given;
    }

    std::vector<double> reach(const Kernel& kernel) const {
        std::vector<double> w;
        if (!evaluator_.support(kernel, w))
            throw InvalidArgument("GaussianProcess fit: a sparse covariance was asked for, but " + kernel.to_string() +
                                  " is not compactly supported; use kernel::wendland_c2 or kernel::wendland_c4, alone or as "
                                  "a factor");
        return w;
    }

    /// Adds row i of (α αᵀ − Z) ∘ ∂K to the gradient; returns z_ii.
    double add_row(std::int64_t i, const Sparse& Z, const T* alpha, KernelPoints<T>& gathered, T* weights, double* gradient,
                   typename KernelEvaluator<T>::Scratch& scratch) const {
        const std::int64_t* const columns = K_.col_indices().data() + row_begin(K_, i);
        const std::int64_t count = row_end(K_, i) - row_begin(K_, i);
        double z_ii = 0;
        std::int64_t z = row_begin(Z, i);
        for (std::int64_t k = 0; k < count; ++k) {
            // The pattern of Z holds that of K.
            while (Z.col_indices()[static_cast<std::size_t>(z)] < columns[k]) ++z;
            const T z_ij = Z.values()[static_cast<std::size_t>(z)];
            weights[k] = alpha[i] * alpha[columns[k]] - z_ij;
            if (columns[k] == i) z_ii = static_cast<double>(z_ij);
        }
        evaluator_.gather(points_, columns, count, gathered);
        KernelTile tile;
        tile.one_set = true;
        tile.row_names = columns;
        tile.col_name = i;
        tile.col_begin = i;
        tile.cols = 1;
        for (tile.row_begin = 0; tile.row_begin < count; tile.row_begin += KernelTile::max_rows) {
            tile.rows = std::min(KernelTile::max_rows, count - tile.row_begin);
            evaluator_.add_gradient(gathered, points_, tile, weights + tile.row_begin, gradient, scratch);
        }
        return z_ii;
    }

    void write_prior(MatrixView<const T> X, const KernelPoints<T>& at, MatrixView<T> covariance) const {
        const std::int64_t m = X.rows();
        for (std::int64_t j = 0; j < m; ++j)
            for (std::int64_t i = 0; i < m; ++i) covariance(i, j) = T(0);
        const Sparse prior =
            *sparse_kernel_matrix(evaluator_, grid_of(X), X, at, at, true, std::numeric_limits<std::int64_t>::max());
        for (std::int64_t i = 0; i < m; ++i)
            for (const auto& [j, value] : prior.row(i)) covariance(i, j) = value;
    }
    CellGrid<T> grid_of(MatrixView<const T> X) const {
        return CellGrid<T>(X, reach_);
    }

    KernelEvaluator<T> evaluator_;
    std::int64_t n_;
    KernelPoints<T> points_;
    std::vector<double> reach_;
    CellGrid<T> grid_;
    Sparse K_;  // without the noise
    std::optional<Analysis> analysis_;
    std::optional<SparseCholesky<T, std::int64_t>> factor_;
};

}  // namespace

template <class T>
std::unique_ptr<CovarianceFactor<T>> sparse_covariance(const CovarianceInput<T>& input, std::int64_t most_pairs) {
    auto covariance = std::make_unique<SparseCovariance<T>>(input, most_pairs);
    if (!covariance->found()) return nullptr;
    return covariance;
}

template std::unique_ptr<CovarianceFactor<float>> sparse_covariance(const CovarianceInput<float>&, std::int64_t);
template std::unique_ptr<CovarianceFactor<double>> sparse_covariance(const CovarianceInput<double>&, std::int64_t);

}  // namespace tamis::learn::detail
