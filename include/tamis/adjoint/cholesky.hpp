// cholesky_vjp and cholesky_jvp: derivatives of the dense Cholesky factor.
#pragma once

#include <tamis/adjoint/matrix_input.hpp>
#include <tamis/dense/cholesky.hpp>

namespace tamis::derivatives {

namespace detail {
template <class T>
void cholesky_cotangent(MatrixView<const T> L, MatrixView<const T> L_bar, MatrixView<T> A_bar);
template <class T>
void cholesky_tangent(MatrixView<const T> L, MatrixView<const T> A_dot, MatrixView<T> L_dot);
}  // namespace detail

/// A_bar, Hermitian, from the cotangent of L in A = L·Lᴴ: L⁻ᴴ ½(Φ(P) + Φ(P)ᴴ) L⁻¹ with P = Lᴴ L_bar, Φ the lower triangle
/// with half of the diagonal. Of L_bar the lower triangle is read; the imaginary part of its diagonal has no effect, as L's
/// diagonal is real.
///
/// DimensionMismatch; InvalidArgument for an entry that is not finite, with the position. One product and two substitutions
/// with L, 3 n³ flops, and 2 n² numbers of storage. S. P. Smith, J. Comput. Graph. Stat. 4(2), 1995; I. Murray,
/// Differentiation of the Cholesky decomposition, arXiv:1602.07527, 2016.
template <class T, DenseMatrix M>
[[nodiscard]] Matrix<T> cholesky_vjp(const DenseCholesky<T>& F, const M& L_bar) {
    const detail::MatrixInput<T, M> bar(L_bar);
    const Matrix<T> L = F.matrix_l();
    return tamis::detail::allocate_matrix<T>(
        F.rows(), F.rows(), [&](MatrixView<T> A_bar) { detail::cholesky_cotangent<T>(L, bar.matrix(), A_bar); });
}

/// L_dot, lower triangular with a real diagonal: L Φ(L⁻¹ A_dot L⁻ᴴ). Of A_dot its Hermitian part counts. Cost and errors as
/// cholesky_vjp.
template <class T, DenseMatrix M>
[[nodiscard]] Matrix<T> cholesky_jvp(const DenseCholesky<T>& F, const M& A_dot) {
    const detail::MatrixInput<T, M> dot(A_dot);
    const Matrix<T> L = F.matrix_l();
    return tamis::detail::allocate_matrix<T>(
        F.rows(), F.rows(), [&](MatrixView<T> L_dot) { detail::cholesky_tangent<T>(L, dot.matrix(), L_dot); });
}

}  // namespace tamis::derivatives
