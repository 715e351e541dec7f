#include <tamis/learn/gaussian.hpp>

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>
#include <string>

#include <tamis/core/array.hpp>
#include <tamis/core/error.hpp>
#include <tamis/dense/pivoted_cholesky.hpp>

#include "core/blas.hpp"
#include "core/normal.hpp"
#include "core/parallel.hpp"
#include "dense/lapack_cholesky.hpp"
#include "dense/operand.hpp"
#include "dense/threads.hpp"
#include "instantiate.hpp"
#include "learn/centering.hpp"

namespace tamis::learn::detail {

namespace {

std::uint64_t gaussian_stream(std::uint64_t seed) noexcept {
    return tamis::detail::random_stream(seed, 0x6761'7573);
}

template <class T>
T scaled_by_power(const T& x, int e) {
    if constexpr (is_complex_v<T>) return T(std::ldexp(x.real(), e), std::ldexp(x.imag(), e));
    else return std::ldexp(x, e);
}

/// Σ = S C S with powers of two on the diagonal of S that bring the diagonal of C into [1, 4): Cholesky finds L of C, by its
/// lower triangle, and the condition of C does not depend on the units of the variables (A. van der Sluis, Numer. Math. 14,
/// 1969).
template <class T>
class ScaledCovariance {
  public:
    ScaledCovariance(const char* caller, MatrixView<const T> covariance)
        : n_(covariance.rows()),
          L_(n_ * n_, uninitialized),
          exponents_(n_, uninitialized) {
        tamis::detail::copy_hermitian((std::string(caller) + ": the covariance").c_str(), covariance, L_.data(), n_);
        for (std::int64_t j = 0; j < n_; ++j) {
            const Real<T> d = tamis::detail::real_part(L_[j * n_ + j]);
            exponents_[j] = d > 0 ? static_cast<int>(std::floor(std::ilogb(d) / 2.0)) : 0;
        }
        for (std::int64_t j = 0; j < n_; ++j)
            for (std::int64_t i = j; i < n_; ++i)
                L_[j * n_ + i] = scaled_by_power(L_[j * n_ + i], -exponents_[i] - exponents_[j]);
    }
    [[nodiscard]] std::int64_t order() const noexcept { return n_; }
    [[nodiscard]] const T* lower() const noexcept { return L_.data(); }
    [[nodiscard]] int exponent(std::int64_t j) const noexcept { return exponents_[j]; }

    /// L in place of C. −1, or the column whose pivot is not positive; C is destroyed then.
    std::int64_t factor() {
        std::int64_t failed = 0;
        const auto order = static_cast<double>(n_);
        tamis::detail::on_dense_threads(order * order * order / 3,
                                        [&] { failed = tamis::detail::lapack::potrf(n_, L_.data(), n_); });
        return failed - 1;
    }
    /// C in full.
    [[nodiscard]] Array<T> full() const {
        Array<T> C(n_ * n_, uninitialized);
        for (std::int64_t j = 0; j < n_; ++j) {
            C[j * n_ + j] = T(tamis::detail::real_part(L_[j * n_ + j]));
            for (std::int64_t i = j + 1; i < n_; ++i) {
                C[j * n_ + i] = L_[j * n_ + i];
                C[i * n_ + j] = tamis::detail::conjugate(L_[j * n_ + i]);
            }
        }
        return C;
    }
    /// ‖C‖₁ of the triangle, before it is factored.
    [[nodiscard]] Real<T> norm() const {
        Array<Real<T>> sums(n_);
        for (std::int64_t j = 0; j < n_; ++j)
            for (std::int64_t i = j; i < n_; ++i) {
                const Real<T> size = std::abs(L_[j * n_ + i]);
                sums[j] += size;
                if (i > j) sums[i] += size;
            }
        return n_ > 0 ? *std::max_element(sums.begin(), sums.end()) : Real<T>(0);
    }

  private:
    std::int64_t n_;
    Array<T> L_;
    Array<int> exponents_;
};

/// x(i, j) := mean_j + 2^{e_j} x(i, j).
template <class T>
void shift_samples(const ScaledCovariance<T>& C, VectorView<const T> mean, MatrixView<T> x) {
    for (std::int64_t j = 0; j < x.cols(); ++j) {
        const Real<T> scale = std::ldexp(Real<T>(1), C.exponent(j));
        for (std::int64_t i = 0; i < x.rows(); ++i) x(i, j) = mean[j] + scale * x(i, j);
    }
}

/// Z(i, j) = number i·n + j of the stream, a sample a row; the first r of n columns.
template <class T>
void white_rows(std::int64_t count, std::int64_t n, std::int64_t r, std::uint64_t seed, T* Z) {
    const std::uint64_t stream = gaussian_stream(seed);
    const int team = tamis::detail::threads_for(30 * std::min<std::int64_t>(count * r, std::int64_t{1} << 50));
#pragma omp parallel for num_threads(team) if (team > 1) schedule(static)
    for (std::int64_t j = 0; j < r; ++j)
        for (std::int64_t i = 0; i < count; ++i)
            Z[j * count + i] = tamis::detail::normal<T>(stream, static_cast<std::uint64_t>(i * n + j));
    (void)team;
}

}  // namespace

template <class T>
void check_gaussian(const char* caller, VectorView<const T> mean, std::int64_t n, std::int64_t count) {
    if (mean.size() != n)
        throw DimensionMismatch(std::string(caller) + ": the mean has " + std::to_string(mean.size()) +
                                    " entries, but the matrix is of order " + std::to_string(n),
                                n, mean.size());
    if (count < 0)
        throw InvalidArgument(std::string(caller) + ": count is " + std::to_string(count) + "; it must be at least 0");
    tamis::detail::check_finite_entries(caller, "the mean", MatrixView<const T>(mean));
}

template <class T>
void white_columns(std::int64_t n, std::int64_t first, std::int64_t m, std::uint64_t seed, T* Z) {
    tamis::detail::fill_normal<T>(n * m, gaussian_stream(seed), static_cast<std::uint64_t>(first * n), Z);
}

template <class T>
void sample_gaussian(VectorView<const T> mean, MatrixView<const T> covariance, std::uint64_t seed, MatrixView<T> out) {
    namespace blas = tamis::detail::blas;
    const char* const caller = "sample_gaussian";
    tamis::detail::check_square_operand(caller, covariance);
    const std::int64_t n = covariance.rows(), count = out.rows();
    ScaledCovariance<T> C(caller, covariance);
    if (n == 0) return;
    const double flops = static_cast<double>(count) * static_cast<double>(n) * static_cast<double>(n);
    if (C.factor() < 0) {
        if (count == 0) return;
        white_rows(count, n, n, seed, out.data());
        tamis::detail::on_dense_threads(
            flops, [&] { blas::trmm('R', 'L', 'T', 'N', count, n, T(1), C.lower(), n, out.data(), count); });
        shift_samples(C, mean, out);
        return;
    }
    const ScaledCovariance<T> again(caller, covariance);
    const Array<T> full = again.full();
    try {
        const PivotedCholesky<T> F(MatrixView<const T>(full.data(), n, n));
        const std::int64_t r = F.rank();
        const MatrixView<const T> L = F.l_view();
        if (count == 0) return;
        Array<T> Z(count * r, uninitialized), product(count * n);
        white_rows(count, n, r, seed, Z.data());
        if (r > 0) {
            tamis::detail::on_dense_threads(2 * flops, [&] {
                blas::gemm('N', 'T', count, n, r, T(1), Z.data(), count, L.data(), n, T(0), product.data(), count);
            });
        }
        for (std::int64_t j = 0; j < n; ++j)
            std::copy_n(product.data() + j * count, count,
                        out.data() + F.permutation()[static_cast<std::size_t>(j)] * count);
    } catch (const NotPositiveDefinite& e) {
        throw NotPositiveDefinite(std::string(caller) + ": the covariance is not positive semidefinite" +
                                      (e.column() >= 0 ? ": what is left of the diagonal entry of column " +
                                                             std::to_string(e.column()) + " is negative beyond rounding"
                                                       : ""),
                                  e.column());
    }
    shift_samples(again, mean, out);
}

template <class T>
void gaussian_log_density(MatrixView<const T> X, VectorView<const T> mean, MatrixView<const T> covariance, Real<T>* out) {
    const char* const caller = "gaussian_log_density";
    tamis::detail::check_square_operand(caller, covariance);
    const std::int64_t n = covariance.rows(), count = X.rows();
    if (X.cols() != n)
        throw DimensionMismatch(std::string(caller) + ": the points are " + std::to_string(count) + "×" +
                                    std::to_string(X.cols()) + ", but the covariance is of order " + std::to_string(n),
                                n, X.cols());
    tamis::detail::check_finite_entries(caller, "X", X);
    ScaledCovariance<T> C(caller, covariance);
    const Real<T> norm = C.norm();
    const std::int64_t failed = C.factor();
    if (failed >= 0)
        throw NotPositiveDefinite(std::string(caller) +
                                      ": the covariance is singular or indefinite, and so has no density: " +
                                      "the pivot of column " + std::to_string(failed) + " is not positive",
                                  failed);
    if (n > 0) {
        const auto rcond = static_cast<double>(tamis::detail::lapack::pocon(n, C.lower(), n, norm));
        if (!(rcond > static_cast<double>(n) * static_cast<double>(epsilon_v<T>)))
            throw NotPositiveDefinite(
                std::string(caller) + ": the covariance is singular to working precision, and so has no density: " +
                    "scaled to a diagonal of 1 it has a condition number beyond 1/(n ε); leave out variables that depend " +
                    "on others, or add a variance to the diagonal",
                -1);
    }
    double logdet = 0;
    for (std::int64_t j = 0; j < n; ++j)
        logdet += 2 * (std::log(static_cast<double>(tamis::detail::real_part(C.lower()[j * n + j]))) +
                       C.exponent(j) * std::numbers::ln2);
    constexpr double half = is_complex_v<T> ? 1 : 0.5;
    const double constant = -half * (static_cast<double>(n) * std::log(std::numbers::pi / half) + logdet);
    constexpr std::int64_t most = 256;
    Array<T> D(n * std::min(most, count), uninitialized);
    for (std::int64_t first = 0; first < count; first += most) {
        const std::int64_t m = std::min(most, count - first);
        for (std::int64_t j = 0; j < n; ++j)
            for (std::int64_t i = 0; i < m; ++i)
                D[i * n + j] = scaled_by_power(T(X(first + i, j) - mean[j]), -C.exponent(j));
        if (n > 0) {
            const double flops = static_cast<double>(n) * static_cast<double>(n) * static_cast<double>(m);
            tamis::detail::on_dense_threads(flops,
                                            [&] { tamis::detail::blas::trsm_lower('L', n, m, C.lower(), n, D.data(), n); });
        }
        for (std::int64_t i = 0; i < m; ++i)
            out[first + i] = static_cast<Real<T>>(constant - half * sum_of_squares(n, D.data() + i * n));
    }
}

template <class T, class I>
void precision_log_density(MatrixView<const T> X, VectorView<const T> mean, CsrView<T, I> major, bool by_rows, double logdet,
                           Real<T>* out) {
    using W = WideSum<T>;
    const char* const caller = "gaussian_log_density_precision";
    const std::int64_t n = major.rows(), count = X.rows();
    if (X.cols() != n)
        throw DimensionMismatch(std::string(caller) + ": the points are " + std::to_string(count) + "×" +
                                    std::to_string(X.cols()) + ", but the precision is of order " + std::to_string(n),
                                n, X.cols());
    tamis::detail::check_finite_entries(caller, "X", X);
    constexpr double half = is_complex_v<T> ? 1 : 0.5;
    const double constant = half * (logdet - static_cast<double>(n) * std::log(std::numbers::pi / half));
    Array<W> d(n, uninitialized);
    for (std::int64_t k = 0; k < count; ++k) {
        for (std::int64_t i = 0; i < n; ++i) d[i] = W(X(k, i)) - W(mean[i]);
        double form = 0;
        for (std::int64_t i = 0; i < n; ++i) {
            W row{};
            const auto last = static_cast<std::size_t>(major.row_offsets()[static_cast<std::size_t>(i) + 1]);
            for (auto e = static_cast<std::size_t>(major.row_offsets()[static_cast<std::size_t>(i)]); e < last; ++e) {
                // A column of the Hermitian Q is the conjugate of its row.
                const T q = by_rows ? major.values()[e] : tamis::detail::conjugate(major.values()[e]);
                row += W(q) * d[static_cast<std::int64_t>(major.col_indices()[e])];
            }
            form += tamis::detail::real_part(tamis::detail::conjugate(d[i]) * row);
        }
        out[k] = static_cast<Real<T>>(constant - half * form);
    }
}

#define TAMIS_INSTANTIATE(T)                                                                                  \
    template void check_gaussian<T>(const char*, VectorView<const T>, std::int64_t, std::int64_t);            \
    template void white_columns<T>(std::int64_t, std::int64_t, std::int64_t, std::uint64_t, T*);              \
    template void sample_gaussian<T>(VectorView<const T>, MatrixView<const T>, std::uint64_t, MatrixView<T>); \
    template void gaussian_log_density<T>(MatrixView<const T>, VectorView<const T>, MatrixView<const T>, Real<T>*);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE
#define TAMIS_INSTANTIATE(T, I)                                                                                      \
    template void precision_log_density<T, I>(MatrixView<const T>, VectorView<const T>, CsrView<T, I>, bool, double, \
                                              Real<T>*);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::learn::detail
