// sample_gaussian and gaussian_log_density: many-dimensional normal distributions by covariance or by sparse precision.
#pragma once

#include <algorithm>
#include <cstdint>

#include <tamis/core/dense_types.hpp>
#include <tamis/dense/operand.hpp>
#include <tamis/sparse/cholesky.hpp>
#include <tamis/sparse/view.hpp>

namespace tamis::learn {

namespace detail {

/// DimensionMismatch unless mean has n entries, InvalidArgument for count < 0 or what is not finite.
template <class T>
void check_gaussian(const char* caller, VectorView<const T> mean, std::int64_t n, std::int64_t count);
/// out (count×n, contiguous): mean + L z a row.
template <class T>
void sample_gaussian(VectorView<const T> mean, MatrixView<const T> covariance, std::uint64_t seed, MatrixView<T> out);
/// The white numbers of samples first, …, as columns (n×m contiguous) of Z.
template <class T>
void white_columns(std::int64_t n, std::int64_t first, std::int64_t m, std::uint64_t seed, T* Z);
template <class T>
void gaussian_log_density(MatrixView<const T> X, VectorView<const T> mean, MatrixView<const T> covariance, Real<T>* out);
/// out[i] = −½ (x_i − μ)ᴴ Q (x_i − μ) + constant (complex: without the ½), X N×n.
template <class T, class I>
void precision_log_density(MatrixView<const T> X, VectorView<const T> mean, CsrView<T, I> major, bool by_rows, double logdet,
                           Real<T>* out);

}  // namespace detail

/// `count` samples of the normal distribution with this mean (n numbers) and covariance (n×n, Hermitian positive
/// semidefinite), count×n, a sample a row: mean + L z with Σ = L Lᴴ and white z. Complex samples are circular: E (x − μ)(x −
/// μ)ᴴ = Σ, E (x − μ)(x − μ)ᵀ = 0.
///
/// L is that of Cholesky, of Σ scaled to a diagonal near 1 by powers of two; of a singular Σ that of pivoted Cholesky, which
/// stops at the rank: no jitter is added. Sample i depends on the seed and i only: more samples begin with the same ones,
/// and threads do not matter. NotPositiveDefinite for a Σ that is indefinite beyond rounding; DimensionMismatch;
/// InvalidArgument for count < 0, a Σ that is not Hermitian, and entries that are not finite, with their position. Cost:
/// n³/3
/// + count n² flops.
template <VectorArgument V, DenseMatrix M>
[[nodiscard]] Matrix<dense_scalar_t<M>> sample_gaussian(const V& mean, const M& covariance, std::int64_t count,
                                                        std::uint64_t seed = 0) {
    using T = dense_scalar_t<M>;
    const tamis::detail::DenseInput<T, V> mu(mean);
    const tamis::detail::ShapedInput<M> sigma(covariance);
    detail::check_gaussian<T>("sample_gaussian", mu.vector(), sigma.view().rows(), count);
    return tamis::detail::allocate_matrix<T>(
        count, sigma.view().rows(), [&](auto out) { detail::sample_gaussian<T>(mu.vector(), sigma.view(), seed, out); });
}

/// Samples of the normal distribution whose precision matrix (the inverse of the covariance) has this factor: x = mean + M⁻ᴴ
/// z with Q = M Mᴴ (H. Rue, L. Held, Gaussian Markov Random Fields, Chapman & Hall 2005, algorithm 2.4). count×n; seeds as
/// in sample_gaussian. DimensionMismatch; InvalidArgument. A sample costs a triangular solve.
template <VectorArgument V, class T, class I>
[[nodiscard]] Matrix<T> sample_gaussian_precision(const V& mean, const SparseCholesky<T, I>& factor, std::int64_t count,
                                                  std::uint64_t seed = 0) {
    const std::int64_t n = factor.rows();
    const tamis::detail::DenseInput<T, V> mu(mean);
    detail::check_gaussian<T>("sample_gaussian_precision", mu.vector(), n, count);
    Matrix<T> samples(count, n);
    constexpr std::int64_t at_once = 32;
    for (std::int64_t first = 0; first < count && n > 0; first += at_once) {
        const std::int64_t m = std::min(at_once, count - first);
        Matrix<T> Z(n, m);
        detail::white_columns<T>(n, first, m, seed, Z.data());
        const Matrix<T> X = factor.solve_lt(Z);
        for (std::int64_t j = 0; j < n; ++j)
            for (std::int64_t i = 0; i < m; ++i) samples(first + i, j) = mu.vector()[j] + X(j, i);
    }
    return samples;
}

/// The same for a sparse Hermitian positive definite precision matrix Q, which is factored; throws what `cholesky` throws,
/// NotPositiveDefinite among it.
template <VectorArgument V, SparseMatrix M>
[[nodiscard]] Matrix<scalar_t<M>> sample_gaussian_precision(const V& mean, const M& precision, std::int64_t count,
                                                            std::uint64_t seed = 0) {
    return sample_gaussian_precision(mean, cholesky(precision), count, seed);
}

/// The logarithm of the density of the normal distribution with this mean and covariance at each row of X (N×n), N numbers:
/// −½ (n log 2π + log det Σ + ‖L⁻¹(x − μ)‖²), of complex circular ones −(n log π + log det Σ + ‖L⁻¹(x − μ)‖²). By Cholesky
/// of Σ scaled to a diagonal near 1 by powers of two, and a triangular solve; sums in double precision.
///
/// NotPositiveDefinite for a singular or indefinite Σ, which has no density: where a pivot is not positive, and where the
/// scaled Σ has a condition number beyond 1 / (n ε). DimensionMismatch; InvalidArgument for a Σ that is not Hermitian, and
/// entries that are not finite, with their position. n³/3 + N n² flops.
template <DenseMatrix S, VectorArgument V, DenseMatrix M>
[[nodiscard]] auto gaussian_log_density(const S& X, const V& mean, const M& covariance) {
    using T = dense_scalar_t<M>;
    const tamis::detail::DenseInput<T, S> x(X);
    const tamis::detail::DenseInput<T, V> mu(mean);
    const tamis::detail::ShapedInput<M> sigma(covariance);
    detail::check_gaussian<T>("gaussian_log_density", mu.vector(), sigma.view().rows(), 0);
    Vector<Real<T>> density(x.matrix().rows());
    detail::gaussian_log_density<T>(x.matrix(), mu.vector(), sigma.view(), density.data());
    return density;
}

/// The same for a sparse precision matrix Q = Σ⁻¹: log det Σ = −log det Q by sparse Cholesky, (x − μ)ᴴ Q (x − μ) by a
/// product. With a factor of Q at hand the second form costs the products only.
template <DenseMatrix S, VectorArgument V, SparseMatrix M>
[[nodiscard]] auto gaussian_log_density_precision(const S& X, const V& mean, const M& precision,
                                                  const SparseCholesky<scalar_t<M>, index_t<M>>& factor) {
    using T = scalar_t<M>;
    const tamis::detail::DenseInput<T, S> x(X);
    const tamis::detail::DenseInput<T, V> mu(mean);
    detail::check_gaussian<T>("gaussian_log_density_precision", mu.vector(), precision.rows(), 0);
    detail::check_gaussian<T>("gaussian_log_density_precision", mu.vector(), factor.rows(), 0);
    Vector<Real<T>> density(x.matrix().rows());
    detail::precision_log_density<T, index_t<M>>(x.matrix(), mu.vector(), tamis::detail::major_view(precision),
                                                 M::is_row_major, static_cast<double>(factor.logdet()), density.data());
    return density;
}
template <DenseMatrix S, VectorArgument V, SparseMatrix M>
[[nodiscard]] auto gaussian_log_density_precision(const S& X, const V& mean, const M& precision) {
    return gaussian_log_density_precision(X, mean, precision, cholesky(precision));
}

}  // namespace tamis::learn
