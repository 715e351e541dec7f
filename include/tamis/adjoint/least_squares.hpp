// least_squares_vjp and least_squares_jvp: derivatives of dense least-squares and minimum-norm solutions.
#pragma once

#include <concepts>

#include <tamis/adjoint/matrix_input.hpp>
#include <tamis/dense/qr.hpp>
#include <tamis/dense/svd.hpp>

namespace tamis::derivatives {

namespace detail {
/// F is DenseQr<T> or DenseSvd<T>.
template <class T, class F>
void least_squares_cotangents(const F& f, MatrixView<const T> A, MatrixView<const T> b, MatrixView<const T> x_bar,
                              MatrixView<T> A_bar, MatrixView<T> b_bar);
template <class T, class F>
void least_squares_tangent(const F& f, MatrixView<const T> A, MatrixView<const T> b, MatrixView<const T> A_dot,
                           MatrixView<const T> b_dot, MatrixView<T> x_dot);

template <class F>
concept DenseLeastSquares =
    std::same_as<F, DenseQr<typename F::scalar_type>> || std::same_as<F, DenseSvd<typename F::scalar_type>>;
}  // namespace detail

/// Cotangents of x = A⁺b.
template <class T, class B>
struct LeastSquaresCotangents {
    Matrix<T> A_bar;
    DenseResult<T, B> b_bar;
};

/// {A_bar, b_bar} from the cotangent x_bar of x = F.solve(b), F a DenseQr or DenseSvd of A; b a vector, or a matrix of
/// right-hand sides. With y = A⁺ᴴx_bar, r = b − Ax, w = A⁺y, z = A⁺ᴴx, p = x_bar − Aᴴy: b_bar = y, A_bar = −y xᴴ + r wᴴ + z
/// pᴴ. The second term vanishes where the rows of A are independent (r = 0), the third where the columns are (p = 0).
///
/// The rank that F has found is held constant (see pinv_vjp). A is the matrix that was factored, with its shift: where it is
/// another one, the derivative is of neither. The term with w has the square of A's condition, as the solution's own
/// sensitivity has where the residual is large (Å. Björck, Numerical Methods for Least Squares Problems, 1996, §1.4).
///
/// DimensionMismatch; InvalidArgument for an entry that is not finite, with the position. Four solves and 8 m n flops a
/// column, no factorization. G. H. Golub, V. Pereyra, SIAM J. Numer. Anal. 10(2), 1973.
template <detail::DenseLeastSquares F, DenseMatrix M, DenseArgument B, DenseArgument X>
[[nodiscard]] auto least_squares_vjp(const F& f, const M& A, const B& b, const X& x_bar) {
    using T = typename F::scalar_type;
    const detail::MatrixInput<T, M> a(A);
    const tamis::detail::DenseInput<T, B> rhs(b);
    const tamis::detail::DenseInput<T, X> bar(x_bar);
    LeastSquaresCotangents<T, B> result{Matrix<T>(f.rows(), f.cols()), {}};
    result.b_bar.resize(f.rows(), rhs.matrix().cols());
    detail::least_squares_cotangents<T>(f, a.matrix(), rhs.matrix(), bar.matrix(), MatrixView<T>(result.A_bar),
                                        MatrixView<T>(result.b_bar));
    return result;
}

/// x_dot = A⁺(b_dot − A_dot x) + A⁺A⁺ᴴ A_dotᴴ r + (I − A⁺A) A_dotᴴ A⁺ᴴ x. Either tangent may be left out: an empty matrix,
/// or
/// `{}`, is zero. Otherwise as least_squares_vjp.
template <detail::DenseLeastSquares F, DenseMatrix M, DenseArgument B,
          DenseMatrix D = MatrixView<const typename F::scalar_type>,
          DenseArgument E = MatrixView<const typename F::scalar_type>>
[[nodiscard]] auto least_squares_jvp(const F& f, const M& A, const B& b, const D& A_dot, const E& b_dot) {
    using T = typename F::scalar_type;
    const detail::MatrixInput<T, M> a(A);
    const tamis::detail::DenseInput<T, B> rhs(b);
    const detail::MatrixInput<T, D> a_dot(A_dot);
    const tamis::detail::DenseInput<T, E> rhs_dot(b_dot);
    DenseResult<T, B> x_dot;
    x_dot.resize(f.cols(), rhs.matrix().cols());
    detail::least_squares_tangent<T>(f, a.matrix(), rhs.matrix(), a_dot.matrix(), rhs_dot.matrix(), MatrixView<T>(x_dot));
    return x_dot;
}

}  // namespace tamis::derivatives
