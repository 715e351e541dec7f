// Derivatives of A⁻¹: inv_vjp and inv_jvp.
#pragma once

#include <cstdint>

#include <tamis/adjoint/solve.hpp>

namespace tamis::derivatives {

namespace detail {

/// to = alpha fromᴴ, of one shape transposed; they do not overlap.
template <class T>
void scaled_adjoint(T alpha, MatrixView<const T> from, MatrixView<T> to);
/// M := (M + Mᴴ) / 2 of a square M, any strides.
template <class T>
void make_hermitian(MatrixView<T> M);

/// −A⁻¹ M A⁻¹, or −A⁻ᴴ M A⁻ᴴ: the right factor by a solve from the left of the adjoint.
template <class T, class F>
Matrix<T> negated_sandwich(const F& f, bool adjoint, MatrixView<const T> middle) {
    const auto n = f.rows();
    Matrix<T> Y(n, n);
    Matrix<T> turned(n, n);
    tamis::detail::solve_columns<F, T>(f, adjoint, middle, MatrixView<T>(Y));
    scaled_adjoint<T>(T(1), MatrixView<const T>(Y), MatrixView<T>(turned));
    tamis::detail::solve_columns<F, T>(f, !adjoint, MatrixView<const T>(turned), MatrixView<T>(turned));
    scaled_adjoint<T>(T(-1), MatrixView<const T>(turned), MatrixView<T>(Y));
    return Y;
}

}  // namespace detail

/// The cotangent of A for X = A⁻¹, given that of X: A_bar = −A⁻ᴴ X_bar A⁻ᴴ, by two solves with n right-hand sides each and
/// the factorization F of A (any that is square and of full rank). Hermitian where F reads its matrix as Hermitian. 4 n³
/// operations and two n×n matrices. X_bar is n×n. DimensionMismatch; SingularMatrix where F knows that the rank is
/// deficient; InvalidArgument for a number that is not finite.
///
/// Giles 2008 (see solve_vjp), §2.2.
template <Factorization F, DenseMatrix G>
[[nodiscard]] Matrix<typename F::scalar_type> inv_vjp(const F& f, const G& X_bar) {
    using T = typename F::scalar_type;
    const tamis::detail::DenseInput<T, G> bar(X_bar);
    detail::check_regular_factor("inv_vjp", f);
    detail::check_operand<T>("inv_vjp", "X_bar", f.rows(), f.rows(), bar.matrix());
    Matrix<T> A_bar = detail::negated_sandwich<T>(f, true, bar.matrix());
    if (detail::is_of_hermitian(f.info().method)) detail::make_hermitian(MatrixView<T>(A_bar));
    return A_bar;
}

/// The tangent X_dot = −A⁻¹ A_dot A⁻¹ of X = A⁻¹, likewise. A_dot is a dense n×n matrix.
template <Factorization F, DenseMatrix D>
[[nodiscard]] Matrix<typename F::scalar_type> inv_jvp(const F& f, const D& A_dot) {
    using T = typename F::scalar_type;
    const tamis::detail::DenseInput<T, D> dot(A_dot);
    detail::check_regular_factor("inv_jvp", f);
    detail::check_operand<T>("inv_jvp", "A_dot", f.rows(), f.rows(), dot.matrix());
    return detail::negated_sandwich<T>(f, false, dot.matrix());
}

}  // namespace tamis::derivatives
