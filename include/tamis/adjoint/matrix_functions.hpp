// expm_vjp, sqrtm_vjp, logm_vjp and their f_jvp: derivatives of the exponential, principal root and logarithm of a matrix.
#pragma once

#include <tamis/adjoint/matrix_input.hpp>
#include <tamis/dense/eigh.hpp>
#include <tamis/dense/expm.hpp>
#include <tamis/dense/schur.hpp>

namespace tamis::derivatives {

namespace detail {
enum class MatrixFunction { exponential, root, logarithm };
/// What is computed: L(A, E), or, as its adjoint, L(Aᴴ, E).
struct FunctionDerivative {
    MatrixFunction function;
    bool adjoint;
};
template <class T>
void function_derivative(FunctionDerivative which, MatrixView<const T> A, MatrixView<const T> E, MatrixView<T> L);
template <class T>
void function_derivative_by_eigh(FunctionDerivative which, MatrixView<const Real<T>> values, MatrixView<const T> V,
                                 MatrixView<const T> E, MatrixView<T> L);
template <class T>
void function_derivative_by_schur(FunctionDerivative which, MatrixView<const T> t, MatrixView<const T> z,
                                  MatrixView<const T> E, MatrixView<T> L);
void check_whole_decomposition(FunctionDerivative which, bool whole);

template <class X>
struct MatrixFunctionArgument {};
template <class X>
    requires DenseMatrix<X>
struct MatrixFunctionArgument<X> {
    using T = dense_scalar_t<X>;
    template <class D>
    static Matrix<T> derivative(FunctionDerivative which, const X& A, const D& E) {
        const tamis::detail::ShapedInput<X> a(A);
        const MatrixInput<T, D> e(E);
        return tamis::detail::allocate_matrix<T>(a.view().rows(), a.view().cols(), [&](MatrixView<T> L) {
            function_derivative<T>(which, a.view(), e.matrix(), L);
        });
    }
};
template <class S>
struct MatrixFunctionArgument<DenseEigh<S>> {
    using T = S;
    template <class D>
    static Matrix<T> derivative(FunctionDerivative which, const DenseEigh<T>& F, const D& E) {
        check_whole_decomposition(which, !F.is_pencil() && F.count() == F.rows());
        const MatrixInput<T, D> e(E);
        const Vector<Real<T>> values = F.eigenvalues();
        const Matrix<T> V = F.eigenvectors();
        return tamis::detail::allocate_matrix<T>(
            F.rows(), F.rows(), [&](MatrixView<T> L) { function_derivative_by_eigh<T>(which, values, V, e.matrix(), L); });
    }
};
template <class S>
struct MatrixFunctionArgument<DenseSchur<S>> {
    using T = S;
    template <class D>
    static Matrix<T> derivative(FunctionDerivative which, const DenseSchur<T>& F, const D& E) {
        const MatrixInput<T, D> e(E);
        const Matrix<T> t = F.t(), z = F.z();
        return tamis::detail::allocate_matrix<T>(
            F.rows(), F.rows(), [&](MatrixView<T> L) { function_derivative_by_schur<T>(which, t, z, e.matrix(), L); });
    }
};
/// A square dense matrix, its DenseEigh (all of it) or its DenseSchur.
template <class X>
concept HasMatrixFunctions = requires {
    typename MatrixFunctionArgument<X>::T;
};
}  // namespace detail

/// A_bar from the cotangent X_bar of X = e^A: the Fréchet derivative L(Aᴴ, X_bar). A is a matrix, its DenseEigh (of all
/// eigenvalues) or its DenseSchur.
///
/// A matrix that is Hermitian, and a DenseEigh, by divided differences: V (D ∘ VᴴX_bar V) Vᴴ, D_ij = (e^λi − e^λj) / (λ_i −
/// λ_j) without cancellation (Yu. L. Daleckii, S. G. Krein, 1951; N. J. Higham, Functions of Matrices, 2008, Theorem 3.11);
/// any other one by differentiating scaling and squaring: see expm_frechet, which this is with its cost and storage.
///
/// DimensionMismatch; InvalidArgument for an entry that is not finite, where the exponential overflows, and for a DenseEigh
/// of a part of the spectrum or of a pencil.
template <detail::HasMatrixFunctions A, DenseMatrix D>
[[nodiscard]] auto expm_vjp(const A& a, const D& X_bar) {
    return detail::MatrixFunctionArgument<A>::derivative({detail::MatrixFunction::exponential, true}, a, X_bar);
}
/// X_dot = L(A, A_dot).
template <detail::HasMatrixFunctions A, DenseMatrix D>
[[nodiscard]] auto expm_jvp(const A& a, const D& A_dot) {
    return detail::MatrixFunctionArgument<A>::derivative({detail::MatrixFunction::exponential, false}, a, A_dot);
}

/// A_bar from the cotangent X_bar of the principal root X = A^(1/2): the solution of XᴴA_bar + A_bar Xᴴ = X_bar. A is a
/// matrix, its DenseEigh or its DenseSchur.
///
/// In the basis of the Schur form, where X is the triangle's root and the Sylvester equation one of triangles (Higham 2008,
/// §6.1); a Hermitian matrix, and a DenseEigh, by division by √λ_i + √λ_j. 12 n³ flops beyond the Schur form and the root.
///
/// Refuses what sqrtm does, and what has no derivative: a singular A (SingularMatrix: to rounding, but for triangles, whose
/// eigenvalues are taken as they stand), and a complex A with an eigenvalue on the negative real axis, where the principal
/// root jumps (InvalidArgument). DimensionMismatch; InvalidArgument for an entry that is not finite.
template <detail::HasMatrixFunctions A, DenseMatrix D>
[[nodiscard]] auto sqrtm_vjp(const A& a, const D& X_bar) {
    return detail::MatrixFunctionArgument<A>::derivative({detail::MatrixFunction::root, true}, a, X_bar);
}
/// X_dot, the solution of X X_dot + X_dot X = A_dot.
template <detail::HasMatrixFunctions A, DenseMatrix D>
[[nodiscard]] auto sqrtm_jvp(const A& a, const D& A_dot) {
    return detail::MatrixFunctionArgument<A>::derivative({detail::MatrixFunction::root, false}, a, A_dot);
}

/// A_bar from the cotangent X_bar of the principal logarithm X = log A: the Fréchet derivative L(Aᴴ, X_bar). A is a matrix,
/// its DenseEigh or its DenseSchur.
///
/// By inverse scaling and squaring on the triangle of the complex Schur form, each square root differentiated by a Sylvester
/// equation, and the [7/7] Padé approximant as partial fractions (A. H. Al-Mohy, N. J. Higham, S. D. Relton, Computing the
/// Fréchet derivative of the matrix logarithm and estimating the condition number, SIAM J. Sci. Comput. 35(4), 2013; here of
/// one degree, for ‖A^(1/2^s) − I‖₁ ≤ 0.2, where its derivative is right to the unit roundoff of double); a Hermitian
/// matrix, and a DenseEigh, by divided differences. (15 + 3 s) n³ complex flops beyond the Schur form, s ≈ log₂(5 ‖log A‖).
///
/// Refuses what sqrtm_vjp refuses.
template <detail::HasMatrixFunctions A, DenseMatrix D>
[[nodiscard]] auto logm_vjp(const A& a, const D& X_bar) {
    return detail::MatrixFunctionArgument<A>::derivative({detail::MatrixFunction::logarithm, true}, a, X_bar);
}
/// X_dot = L(A, A_dot).
template <detail::HasMatrixFunctions A, DenseMatrix D>
[[nodiscard]] auto logm_jvp(const A& a, const D& A_dot) {
    return detail::MatrixFunctionArgument<A>::derivative({detail::MatrixFunction::logarithm, false}, a, A_dot);
}

}  // namespace tamis::derivatives
