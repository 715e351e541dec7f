// expm, expm_frechet and expm_condition: the exponential of a dense matrix, its derivative, and its sensitivity.
#pragma once

#include <cstdint>

#include <tamis/dense/operand.hpp>

namespace tamis {

namespace detail {
template <class T>
void exponential(MatrixView<const T> A, MatrixView<T> X);
template <class T>
void exponential_derivative(MatrixView<const T> A, MatrixView<const T> E, MatrixView<T> X, MatrixView<T> L);
template <class T>
Real<T> exponential_condition(MatrixView<const T> A);
}  // namespace detail

/// What `expm_frechet` returns.
template <class T>
struct FrechetDerivative {
    Matrix<T> value;       ///< e^A
    Matrix<T> derivative;  ///< L(A, E) = d/dt e^(A + tE) at t = 0
};

/// e^A. A diagonal A takes O(n²); a Hermitian one an eigendecomposition; a triangular one keeps its triangle, with diagonal
/// and superdiagonal to full relative accuracy and a sixth of the flops; any other one scaling and squaring with Padé
/// approximants of degree up to [13/13] (single precision: [7/7]), (22/3 + s) products of matrices, s ≥ 0 the number of
/// squarings that norms of powers of A ask for. The backward error of the approximant is below the unit roundoff.
///
/// A. H. Al-Mohy, N. J. Higham, A new scaling and squaring algorithm for the matrix exponential, SIAM J. Matrix Anal. Appl.
/// 31(3), 2009. DimensionMismatch for a rectangle, InvalidArgument for an entry that is not finite and where e^A overflows.
/// 8 n² numbers of storage.
template <DenseMatrix M>
[[nodiscard]] auto expm(const M& A) {
    using T = dense_scalar_t<M>;
    const detail::ShapedInput<M> a(A);
    return detail::allocate_matrix<T>(a.view().rows(), a.view().cols(),
                                      [&](MatrixView<T> X) { detail::exponential<T>(a.view(), X); });
}

/// {e^A, L(A, E)}: the Fréchet derivative in the direction E, by differentiating scaling and squaring; three times the cost
/// of expm, and twice its storage. Refuses what expm does, and a direction of another shape.
///
/// A. H. Al-Mohy, N. J. Higham, Computing the Fréchet derivative of the matrix exponential, with an application to condition
/// number estimation, SIAM J. Matrix Anal. Appl. 30(4), 2009, Algorithm 6.4.
template <DenseMatrix M, DenseMatrix D>
[[nodiscard]] auto expm_frechet(const M& A, const D& E) {
    using T = dense_scalar_t<M>;
    const detail::ShapedInput<M> a(A);
    const detail::DenseInput<T, D> e(E);
    FrechetDerivative<T> result{Matrix<T>(a.view().rows(), a.view().cols()), Matrix<T>(a.view().rows(), a.view().cols())};
    detail::exponential_derivative<T>(a.view(), e.matrix(), MatrixView<T>(result.value), MatrixView<T>(result.derivative));
    return result;
}

/// The relative condition number of e^A, max_E ‖L(A, E)‖ ‖A‖ / (‖E‖ ‖e^A‖) in Frobenius' norm: times ε it bounds the
/// relative error that an exact algorithm would make for a rounded A. An estimate from below, mostly right to a few percent,
/// by the power method on L and its adjoint (N. J. Higham, Functions of Matrices, 2008, Algorithm 3.20); each of its steps,
/// 3 to 20, costs two derivatives. 0 for an empty or a zero matrix.
template <DenseMatrix M>
[[nodiscard]] auto expm_condition(const M& A) {
    return detail::exponential_condition<dense_scalar_t<M>>(detail::ShapedInput<M>(A).view());
}

}  // namespace tamis
