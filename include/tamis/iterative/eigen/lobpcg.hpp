// lobpcg: extreme eigenpairs of a Hermitian matrix or operator by a preconditioned block iteration.
#pragma once

#include <chrono>
#include <cstdint>
#include <stop_token>
#include <utility>

#include <tamis/iterative/eigen/operand.hpp>
#include <tamis/iterative/eigen/result.hpp>
#include <tamis/iterative/krylov/block_cg.hpp>

namespace tamis {

template <class T>
struct LobpcgOptions {
    Which which = Which::smallest_algebraic;  ///< or largest_algebraic
    EigenOperand<T> mass{};                   ///< B of A v = λ B v, Hermitian positive definite; none: I
    Operator<T> preconditioner{};             ///< ≈ A⁻¹, Hermitian positive definite; none: slow, but no less safe
    MatrixHandle<T> constraints{};            ///< n×m: eigenvectors to leave out; the iteration stays B-orthogonal to them
    double tolerance =
        default_eigen_tolerance<T>;  ///< ‖A v − λ B v‖ ≤ tolerance (‖A‖ + |λ| ‖B‖) ‖v‖, without B ≤ tolerance ‖A‖
    std::int64_t max_iterations = 0;  ///< block steps; 0: 5000
    EigenCallback callback{};
    std::stop_token stop{};
    std::chrono::duration<double> time_limit{0};  ///< 0: none
    std::uint64_t seed = 0;                       ///< of the random vectors that complete X0
};

namespace detail {
template <class T>
EigenReport lobpcg(const EigenOperand<T>& A, MatrixView<const T> X0, const LobpcgOptions<T>& options,
                   VectorView<Real<T>> values, MatrixView<T> vectors);
}  // namespace detail

/// The k smallest (or largest) eigenvalues of A v = λ B v, k being the columns of X0, n×k, with 0 ≤ k ≤ n less the
/// constraints. X0 holds start vectors, such as the eigenvectors of a nearby problem; what depends on others is replaced by
/// random vectors, and random ones are a good start. A is Hermitian, any OperatorArgument; entries are checked where they
/// are stored.
///
/// Locally optimal block preconditioned conjugate gradients: a step is one product of A, and one of the preconditioner, with
/// each vector that has not converged, and a Rayleigh–Ritz projection onto at most three blocks that are kept orthonormal
/// by Cholesky QR, so that it does not break down. A few guard vectors are iterated beside the k. The preconditioner
/// decides: with `Amg(A)` on elliptic problems 10 to 20 steps, with none hundreds. It only provides directions; one that is
/// indefinite or singular costs steps, not correctness. For singular A, such as graph Laplacians, take that of A + εI.
///
/// Values come sorted ascending, vectors B-orthonormal. `converged` says that residuals, computed afresh, are within the
/// tolerance, and that a search with fresh random vectors in the space orthogonal to those found saw no eigenvalue that
/// should have been among them: copies of multiple eigenvalues are found. Otherwise the best pairs there were, the status
/// (max_iterations, time_limit, cancelled, stagnated, not_finite) and a sentence. Constraints that do not span an
/// invariant subspace leave residuals that cannot become small.
///
/// Cost beside the products: about 100 k² n operations a step. Storage: 7 to 10 (k + 3) n-vectors, half as much again with
/// a mass matrix.
///
/// Throws InvalidArgument (other values of `which`, A not Hermitian or not finite, options outside their range),
/// DimensionMismatch, and what A, the preconditioner or the callback throw.
///
/// A. Knyazev, Toward the optimal preconditioned eigensolver, SIAM J. Sci. Comput. 23 (2001); J. Duersch, M. Shao, C. Yang,
/// M. Gu, A robust and efficient implementation of LOBPCG, SIAM J. Sci. Comput. 40 (2018).
template <OperatorArgument A, DenseArgument X>
[[nodiscard]] EigenResult<operator_scalar_t<A>> lobpcg(const A& a, const X& X0,
                                                       const LobpcgOptions<operator_scalar_t<A>>& options = {}) {
    using T = operator_scalar_t<A>;
    const EigenOperand<T> operand(a);
    const detail::DenseInput<T, X> start(X0);
    const std::int64_t k = start.matrix().cols();
    Vector<Real<T>> values(k);
    Matrix<T> vectors(operand.rows(), k);
    EigenReport report =
        detail::lobpcg<T>(operand, start.matrix(), options, VectorView<Real<T>>(values), MatrixView<T>(vectors));
    return detail::with_pairs<T, Real<T>>(std::move(values), std::move(vectors), std::move(report));
}

}  // namespace tamis
