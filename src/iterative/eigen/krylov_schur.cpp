#include "iterative/eigen/krylov_schur.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/blas.hpp"
#include "dense/lapack_eig.hpp"
#include "dense/lapack_schur.hpp"
#include "iterative/eigen/block.hpp"
#include "iterative/vector_ops.hpp"

namespace tamis::detail {

namespace {

/// The decomposition S U = U B + u bᴴ with orthonormal [U u], and its Schur form B = Q T Qᴴ, bᴴ Q = cᴴ.
template <class T>
class KrylovSchur {
  public:
    using R = Real<T>;
    using C = std::complex<R>;

    KrylovSchur(const KrylovOperator<T>& S, const SchurSearch<T>& search)
        : S_(S),
          search_(search),
          n_(search.n),
          dense_(search.subspace >= search.n),
          dimension_(dense_ ? search.n : search.subspace),
          seed_(search.seed * 7919 + 5),
          U_(n_ * (dimension_ + (dense_ ? 0 : 1)), uninitialized),
          B_(at((dimension_ + 1) * dimension_)) {}

    /// U = I: nothing to be iterated.
    [[nodiscard]] bool make_dense(EigenMonitor<T>& monitor) {
        vec::zero(n_ * n_, U_.data());
        for (std::int64_t j = 0; j < n_; ++j) U_[j * n_ + j] = T(1);
        Array<T> y(n_, uninitialized);
        for (std::int64_t j = 0; j < n_; ++j) {
            S_(U_.data() + j * n_, y.data());
            std::copy_n(y.data(), n_, B_.data() + j * ld());
        }
        monitor.count_products(n_);
        size_ = n_;
        return std::all_of(B_.begin(), B_.end(), [](const T& x) { return is_finite(x); });
    }

    [[nodiscard]] bool start() {
        if (search_.start == nullptr) return new_direction();
        vec::copy(n_, search_.start, U_.data());
        const double norm = vec::norm(n_, U_.data());
        if (!(norm > 0) || !std::isfinite(norm)) return new_direction();
        vec::scale(n_, Sum<T>(1 / norm), U_.data());
        return true;
    }

    /// Arnoldi steps up to the full dimension. False: not finite.
    [[nodiscard]] bool expand(EigenMonitor<T>& monitor) {
        std::vector<T> h(at(dimension_ + 1)), again(at(dimension_ + 1));
        while (size_ < dimension_) {
            T* const w = U_.data() + (size_ + 1) * n_;
            S_(U_.data() + size_ * n_, w);
            monitor.count_products(1);
            const double whole = vec::norm(n_, w);
            if (!std::isfinite(whole)) return false;
            scale_ = std::max(scale_, whole);
            ++size_;
            std::fill(h.begin(), h.end(), T(0));
            double beta = whole, before = whole;
            for (int pass = 0; pass < 3; ++pass) {
                tall::gram(n_, U_.data(), size_, w, std::int64_t{1}, again.data(), size_);
                tall::multiply(n_, T(-1), U_.data(), size_, again.data(), size_, std::int64_t{1}, T(1), w);
                for (std::int64_t i = 0; i < size_; ++i) h[at(i)] += again[at(i)];
                beta = vec::norm(n_, w);
                if (pass > 0 && beta > 0.7 * before) break;
                before = beta;
            }
            std::copy_n(h.data(), size_, B_.data() + (size_ - 1) * ld());
            // What is left of a vector within the space is rounding: the space is invariant, another direction goes on.
            if (beta > 10 * static_cast<double>(epsilon_v<T>) * scale_) {
                B_[at((size_ - 1) * ld() + size_)] = static_cast<T>(static_cast<R>(beta));
                vec::scale(n_, Sum<T>(1 / beta), w);
            } else {
                B_[at((size_ - 1) * ld() + size_)] = T(0);
                if (!new_direction()) return false;
            }
        }
        return true;
    }

    [[nodiscard]] bool decompose() {
        const std::int64_t m = size_;
        T_.resize(at(m * m));
        Q_.resize(at(m * m));
        theta_.resize(at(m));
        for (std::int64_t j = 0; j < m; ++j) std::copy_n(B_.data() + j * ld(), m, T_.data() + j * m);
        if (lapack::gees(m, T_.data(), m, theta_.data(), Q_.data()) != 0) return false;
        order_.resize(at(m));
        std::iota(order_.begin(), order_.end(), std::int64_t{0});
        std::vector<double> key(at(m));
        for (std::int64_t i = 0; i < m; ++i) key[at(i)] = search_.wanted(std::complex<double>(theta_[at(i)]));
        // Conjugates have equal keys to the last bit and stay together.
        std::stable_sort(order_.begin(), order_.end(), [&](std::int64_t a, std::int64_t b) {
            const C x = theta_[at(a)], y = theta_[at(b)];
            if (key[at(a)] != key[at(b)]) return key[at(a)] > key[at(b)];
            if (x.real() != y.real()) return x.real() > y.real();
            if (std::abs(x.imag()) != std::abs(y.imag())) return std::abs(x.imag()) > std::abs(y.imag());
            return first_of_pair(x) && !first_of_pair(y);
        });
        return eigenvectors();
    }

    [[nodiscard]] std::complex<double> theta(std::int64_t rank) const { return theta_[at(order_[at(rank)])]; }
    /// ‖S x − θ x‖ of the Ritz pair of this rank, |bᴴ y|.
    [[nodiscard]] double residual(std::int64_t rank) const {
        if (dense_) return 0;
        std::complex<double> sum = 0;
        for (std::int64_t i = 0; i < size_; ++i)
            sum += std::complex<double>(wide_of(B_[at(i * ld() + size_)])) * std::complex<double>(y(i, rank));
        return std::abs(sum);
    }
    [[nodiscard]] double largest() const {
        double most = 0;
        for (const C& x : theta_) most = std::max(most, static_cast<double>(std::abs(x)));
        return most;
    }

    /// Keeps the Schur vectors of the `count` most wanted (and of the conjugate of the last), with u, or with a random u
    /// orthogonal to them. False: LAPACK could not reorder.
    [[nodiscard]] bool restart(std::int64_t count, bool fresh) {
        const std::int64_t m = size_;
        if (!is_complex_v<T> && count < m) {
            const C last = theta_[at(order_[at(count - 1)])];
            if (first_of_pair(last)) ++count;
        }
        std::vector<lapack::Int> select(at(m), 0);
        for (std::int64_t i = 0; i < count; ++i) select[at(order_[at(i)])] = 1;
        if (lapack::trsen(select.data(), m, T_.data(), m, Q_.data(), m, theta_.data()) != 0) return false;
        std::vector<T> c(at(count));
        for (std::int64_t j = 0; j < count; ++j)
            for (std::int64_t i = 0; i < m; ++i) c[at(j)] += B_[at(i * ld() + m)] * Q_[at(j * m + i)];
        tall::rotate(n_, U_.data(), m, Q_.data(), m, count);
        std::fill(B_.begin(), B_.end(), T(0));
        for (std::int64_t j = 0; j < count; ++j) {
            std::copy_n(T_.data() + j * m, count, B_.data() + j * ld());
            if (!fresh) B_[at(j * ld() + count)] = c[at(j)];
        }
        size_ = count;
        if (fresh) return new_direction();
        vec::copy(n_, U_.data() + m * n_, U_.data() + count * n_);
        return true;
    }

    void vectors(std::int64_t count, C* out) const {
        Array<T> part(n_, uninitialized);
        std::vector<T> coefficients(at(size_));
        for (std::int64_t j = 0; j < count; ++j) {
            C* const x = out + j * n_;
            for (int imaginary = 0; imaginary < (is_complex_v<T> ? 1 : 2); ++imaginary) {
                for (std::int64_t i = 0; i < size_; ++i) {
                    if constexpr (is_complex_v<T>) coefficients[at(i)] = y(i, j);
                    else coefficients[at(i)] = imaginary == 1 ? y(i, j).imag() : y(i, j).real();
                }
                tall::multiply(n_, T(1), U_.data(), size_, coefficients.data(), size_, std::int64_t{1}, T(0), part.data());
                for (std::int64_t i = 0; i < n_; ++i) {
                    if constexpr (is_complex_v<T>) x[i] = part[i];
                    else x[i] = imaginary == 1 ? C(x[i].real(), part[i]) : C(part[i], 0);
                }
            }
            const double norm = vec::norm(n_, x);
            if (norm > 0) vec::scale(n_, Sum<C>(1 / norm), x);
        }
    }

  private:
    static std::size_t at(std::int64_t i) noexcept { return static_cast<std::size_t>(i); }
    /// Whose eigenvalue of the problem has a positive imaginary part: a reciprocal has the other sign.
    [[nodiscard]] bool first_of_pair(const C& theta) const noexcept {
        return search_.relative ? theta.imag() < 0 : theta.imag() > 0;
    }
    [[nodiscard]] std::int64_t ld() const noexcept { return dimension_ + 1; }
    static std::complex<double> wide_of(const T& x) { return std::complex<double>(C(x)); }
    /// Entry i of the eigenvector of B of this rank, of norm 1.
    [[nodiscard]] C y(std::int64_t i, std::int64_t rank) const { return Y_[at(order_[at(rank)] * size_ + i)]; }

    /// A random vector orthogonal to U, behind it.
    [[nodiscard]] bool new_direction() {
        T* const w = U_.data() + size_ * n_;
        std::vector<T> h(at(std::max<std::int64_t>(size_, 1)));
        vec::fill_random(n_, ++seed_, w);
        for (int pass = 0; pass < 3; ++pass) {
            const double norm = vec::norm(n_, w);
            if (!(norm > 0)) return false;
            vec::scale(n_, Sum<T>(1 / norm), w);
            if (size_ == 0 || pass == 2) break;
            tall::gram(n_, U_.data(), size_, w, std::int64_t{1}, h.data(), size_);
            tall::multiply(n_, T(-1), U_.data(), size_, h.data(), size_, std::int64_t{1}, T(1), w);
        }
        return true;
    }

    /// Y = Q (eigenvectors of T), a conjugate pair as two complex columns.
    [[nodiscard]] bool eigenvectors() {
        const std::int64_t m = size_;
        std::vector<T> X(at(m * m)), QX(at(m * m));
        lapack::trevc(m, T_.data(), m, X.data());
        blas::gemm('N', 'N', m, m, m, T(1), Q_.data(), m, X.data(), m, T(0), QX.data(), m);
        Y_.assign(at(m * m), C(0));
        for (std::int64_t j = 0; j < m; ++j) {
            const bool pair = !is_complex_v<T> && theta_[at(j)].imag() > 0 && j + 1 < m;
            for (std::int64_t i = 0; i < m; ++i) {
                if constexpr (is_complex_v<T>) {
                    Y_[at(j * m + i)] = QX[at(j * m + i)];
                } else {
                    const C value(QX[at(j * m + i)], pair ? QX[at((j + 1) * m + i)] : R(0));
                    Y_[at(j * m + i)] = value;
                    if (pair) Y_[at((j + 1) * m + i)] = std::conj(value);
                }
            }
            if (pair) ++j;
        }
        for (std::int64_t j = 0; j < m; ++j) {
            const double norm = vec::norm(m, Y_.data() + j * m);
            if (!(norm > 0) || !std::isfinite(norm)) return false;
            vec::scale(m, Sum<C>(1 / norm), Y_.data() + j * m);
        }
        return true;
    }

    const KrylovOperator<T>& S_;
    const SchurSearch<T>& search_;
    std::int64_t n_;
    bool dense_;
    std::int64_t dimension_;
    std::int64_t size_ = 0;
    std::uint64_t seed_;
    double scale_ = 0;
    Array<T> U_;
    std::vector<T> B_;  ///< (dimension + 1) × dimension: bᴴ is the row below B
    std::vector<T> T_, Q_;
    std::vector<C> theta_, Y_;
    std::vector<std::int64_t> order_;  ///< of theta_, most wanted first
};

}  // namespace

template <class T>
bool krylov_schur(const KrylovOperator<T>& S, const SchurSearch<T>& search, EigenMonitor<T>& monitor, SchurPairs<T>& found) {
    const std::int64_t k = search.k;
    const double eps = static_cast<double>(epsilon_v<T>);
    KrylovSchur<T> basis(S, search);
    const auto not_finite = [&] {
        (void)monitor.step(0, std::numeric_limits<double>::quiet_NaN());
        return false;
    };
    if (search.subspace >= search.n) {
        if (!basis.make_dense(monitor) || !basis.decompose()) return not_finite();
        if (!search.relative) monitor.raise_norm(basis.largest());
    } else {
        if (!basis.start()) return not_finite();
        bool checking = false;
        for (;;) {
            if (!basis.expand(monitor) || !basis.decompose()) return not_finite();
            const double most = basis.largest();
            if (!search.relative) monitor.raise_norm(most);
            std::int64_t converged = 0;
            double worst = 0;
            for (std::int64_t i = 0; i < k; ++i) {
                const double target = search.relative
                                          ? std::max(search.tolerance * std::abs(basis.theta(i)), 10 * eps * most)
                                          : std::max(search.tolerance, 5 * eps) * monitor.norm();
                if (basis.residual(i) <= target) ++converged;
                else worst = std::max(worst, basis.residual(i));
            }
            const bool done = checking && converged == k;
            const bool go_on = monitor.step(done ? k : std::min(converged, k - 1), worst);
            if (done || !go_on) break;
            checking = converged == k;
            // Stewart, §4: more than the wanted ones, so that they keep their convergence.
            const std::int64_t keep =
                checking
                    ? k
                    : std::min(k + std::max<std::int64_t>(converged / 2, (search.subspace - k) / 3), search.subspace - 2);
            if (!basis.restart(keep, checking)) {
                monitor.end(Status::breakdown, "the Schur form could not be reordered");
                return false;
            }
        }
    }
    found.theta.resize(static_cast<std::size_t>(k));
    for (std::int64_t i = 0; i < k; ++i) found.theta[static_cast<std::size_t>(i)] = basis.theta(i);
    found.vectors = Array<std::complex<Real<T>>>(search.n * k, uninitialized);
    basis.vectors(k, found.vectors.data());
    return true;
}

#define TAMIS_INSTANTIATE(T) \
    template bool krylov_schur<T>(const KrylovOperator<T>&, const SchurSearch<T>&, EigenMonitor<T>&, SchurPairs<T>&);
TAMIS_INSTANTIATE(float)
TAMIS_INSTANTIATE(double)
TAMIS_INSTANTIATE(std::complex<float>)
TAMIS_INSTANTIATE(std::complex<double>)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
