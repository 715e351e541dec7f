// randomized_svd: an approximate SVD of low rank from products with random blocks.
#pragma once

#include <cstdint>
#include <utility>

#include <tamis/iterative/eigen/svds.hpp>

namespace tamis {

/// The name that callers write: `randomized_svd(A, 20, {.seed = 1, .power_iterations = 4})`.
struct RandomizedSvdOptions {
    std::uint64_t seed = 0;
    std::int64_t oversampling = 10;  ///< columns beyond k
    std::int64_t power_iterations =
        2;                ///< products with A Aᴴ before the range is taken; more where singular values decay slowly
    bool center = false;  ///< of A less the mean of each column, which is not formed
    bool vectors = true;  ///< false: `.u` is m×0 and `.vt` 0×n
};

namespace detail {
template <class T>
EigenReport randomized_svd(const EigenOperand<T>& A, std::int64_t k, const RandomizedSvdOptions& options,
                           VectorView<Real<T>> values, MatrixView<T> u, MatrixView<T> vt);
}  // namespace detail

/// A ≈ u diag(singular_values) vt of rank k, 0 ≤ k ≤ min(m, n), by the randomized subspace iteration of N. Halko, P.-G.
/// Martinsson, J. A. Tropp, SIAM Rev. 53 (2011) 217-288 (algorithms 4.4 and 5.1): the range of (A Aᴴ)^q A Ω for a
/// Gaussian-like random Ω of k + oversampling columns, made orthonormal after each product, and a QR factorization of Aᴴ Q
/// before the small SVD, which keeps the digits of small values.
///
/// The error ‖A − u s vt‖₂ exceeds that of the best approximation, σ_{k+1}, by a factor that tends to 1 as (σ_{k+1} /
/// σ_k)^{2q} → 0; values are never above the true ones. Nothing is iterated to a tolerance: the status is `converged` unless
/// a product was not finite (not_finite), and `residual_norms`, max(‖A v − s u‖, ‖Aᴴ u − s v‖) by fresh products, tell how
/// good each triplet is. `svds` is for triplets to a tolerance. Values descend; the same seed gives the same answer.
///
/// With `.center` the matrix is A − 1 μᵀ with the means μ of its columns: principal components of rows that are
/// observations. A is anything that converts to EigenOperand; an operator needs an adjoint (Unsupported). InvalidArgument
/// for k out of range, negative options, and stored entries that are not finite. Cost: 2 q + 4 products with blocks of k +
/// oversampling (the last two with k); storage (k + oversampling) (m + n) numbers.
template <OperatorArgument A>
[[nodiscard]] SvdResult<operator_scalar_t<A>> randomized_svd(const A& a, std::int64_t k,
                                                             const RandomizedSvdOptions& options = {}) {
    using T = operator_scalar_t<A>;
    const EigenOperand<T> operand(a);
    detail::check_triplets_wanted("randomized_svd", operand.rows(), operand.cols(), k);
    const std::int64_t vectors = options.vectors ? k : 0;
    Vector<Real<T>> values(k);
    Matrix<T> u(operand.rows(), vectors);
    Matrix<T> vt(vectors, operand.cols());
    EigenReport report =
        detail::randomized_svd<T>(operand, k, options, VectorView<Real<T>>(values), MatrixView<T>(u), MatrixView<T>(vt));
    return detail::with_triplets<T>(std::move(u), std::move(values), std::move(vt), std::move(report));
}

}  // namespace tamis
