// lu_vjp and lu_jvp: derivatives of the dense LU factors.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <tamis/adjoint/matrix_input.hpp>
#include <tamis/dense/lu.hpp>

namespace tamis::derivatives {

/// Tangents of the factors of A(p, :) = L·U.
template <class T>
struct LuTangents {
    Matrix<T> l;  ///< strictly lower triangular
    Matrix<T> u;  ///< upper triangular
};

namespace detail {
template <class T>
void lu_cotangent(MatrixView<const T> L, MatrixView<const T> U, std::span<const std::int64_t> p, MatrixView<const T> l_bar,
                  MatrixView<const T> u_bar, MatrixView<T> A_bar);
template <class T>
void lu_tangent(MatrixView<const T> L, MatrixView<const T> U, std::span<const std::int64_t> p, MatrixView<const T> A_dot,
                MatrixView<T> l_dot, MatrixView<T> u_dot);
}  // namespace detail

/// A_bar from the cotangents of L and U in A(p, :) = L·U, the pivots p held fixed: A_bar(p, :) = L⁻ᴴ (strictly lower part of
/// LᴴL_bar + upper part of U_bar Uᴴ) U⁻ᴴ. Of l_bar the strictly lower, of u_bar the upper triangle is read. Either may be
/// left out: an empty matrix, or `{}`, is zero.
///
/// Pivots jump where two candidates tie; there, and at no other A, the factors have no derivative. DimensionMismatch;
/// InvalidArgument for an entry that is not finite, with the position. 4 n³ flops and 4 n² numbers of storage. F. de Hoog,
/// R. S. Anderssen, M. A. Lukas, Differentiation of matrix functionals using triangular factorization, Math. Comp. 80, 2011.
template <class T, DenseMatrix M = MatrixView<const T>, DenseMatrix N = MatrixView<const T>>
[[nodiscard]] Matrix<T> lu_vjp(const DenseLu<T>& F, const M& l_bar, const N& u_bar) {
    const detail::MatrixInput<T, M> l(l_bar);
    const detail::MatrixInput<T, N> u(u_bar);
    const Matrix<T> L = F.matrix_l(), U = F.matrix_u();
    return tamis::detail::allocate_matrix<T>(F.rows(), F.rows(), [&](MatrixView<T> A_bar) {
        detail::lu_cotangent<T>(L, U, F.row_permutation(), l.matrix(), u.matrix(), A_bar);
    });
}

/// {l, u}: the tangents of L and U, L·(strictly lower part of C) and (upper part of C)·U with C = L⁻¹ A_dot(p, :) U⁻¹. Cost
/// and errors as lu_vjp.
template <class T, DenseMatrix M>
[[nodiscard]] LuTangents<T> lu_jvp(const DenseLu<T>& F, const M& A_dot) {
    const detail::MatrixInput<T, M> dot(A_dot);
    const Matrix<T> L = F.matrix_l(), U = F.matrix_u();
    LuTangents<T> result{Matrix<T>(F.rows(), F.rows()), Matrix<T>(F.rows(), F.rows())};
    detail::lu_tangent<T>(L, U, F.row_permutation(), dot.matrix(), result.l, result.u);
    return result;
}

}  // namespace tamis::derivatives
