// Derivatives of det A and of its sign and logarithm: det_vjp, det_jvp, slogdet_vjp, slogdet_jvp.
#pragma once

#include <cstdint>
#include <type_traits>

#include <tamis/adjoint/inverse.hpp>
#include <tamis/dense/functions.hpp>
#include <tamis/dense/svd.hpp>

namespace tamis::derivatives {

namespace detail {

/// M := M · alpha · exp(logarithm), where only the products need be representable.
template <class T>
void scale_by_exponential(T alpha, Real<T> logarithm, MatrixView<T> M);
/// Σ_ij a_ij conj(b_ij), in double.
template <class T>
T inner_product(MatrixView<const T> A, MatrixView<const T> B);
/// M = alpha U diag(p) Vᴴ with p_i the product of all singular values but the i-th.
template <class T>
void singular_cofactors(T alpha, MatrixView<const T> U, const Real<T>* sigma, MatrixView<const T> Vt, MatrixView<T> M);

/// A⁻ᴴ.
template <class T, class F>
Matrix<T> inverse_adjoint(const F& f) {
    const auto n = f.rows();
    Matrix<T> result(n, n);
    if constexpr (requires { f.inverse(); }) {
        const Matrix<T> inverse = f.inverse();
        scaled_adjoint<T>(T(1), MatrixView<const T>(inverse), MatrixView<T>(result));
    } else {
        result.setIdentity();
        tamis::detail::solve_columns<F, T>(f, true, MatrixView<const T>(result), MatrixView<T>(result));
    }
    return result;
}

/// tr(A⁻¹ A_dot).
template <class T, class F>
T trace_of_quotient(const char* what, const F& f, MatrixView<const T> A_dot) {
    check_regular_factor(what, f);
    check_operand<T>(what, "A_dot", f.rows(), f.rows(), A_dot);
    Matrix<T> quotient(f.rows(), f.rows());
    tamis::detail::solve_columns<F, T>(f, false, A_dot, MatrixView<T>(quotient));
    return f.rows() == 0 ? T(0) : quotient.diagonal().sum();
}

/// The derivative of det A = det U det Vᴴ Π σ by A, which exists for a singular A too.
template <class T>
Matrix<T> determinant_gradient(const char* what, const DenseSvd<T>& S, T alpha) {
    check_square_factor(what, S.rows(), S.cols());
    const Matrix<T> U = S.u();
    const Matrix<T> Vt = S.vt();
    const Vector<Real<T>> sigma = S.singular_values();
    const T phase = slogdet(U).sign * slogdet(Vt).sign;
    Matrix<T> M(S.rows(), S.rows());
    singular_cofactors<T>(alpha * tamis::detail::conjugate(phase), MatrixView<const T>(U), sigma.data(),
                          MatrixView<const T>(Vt), MatrixView<T>(M));
    return M;
}

}  // namespace detail

/// The cotangent of A for d = det A: A_bar = d_bar conj(d) A⁻ᴴ (Jacobi's formula), n³ to 2 n³ operations with the
/// factorization F. Hermitian where F reads its matrix as Hermitian. The product is scaled, so that it overflows only where
/// its entries do. InvalidArgument for a d_bar that is not finite; SingularMatrix for a singular matrix, which most
/// factorizations refuse themselves: pass svd(A) for one.
///
/// Giles 2008 (see solve_vjp), §2.2.
template <HasDeterminant F>
[[nodiscard]] Matrix<typename F::scalar_type> det_vjp(const F& f, std::type_identity_t<typename F::scalar_type> d_bar) {
    using T = typename F::scalar_type;
    detail::check_number("det_vjp", "d_bar", d_bar);
    detail::check_regular_factor("det_vjp", f);
    const auto d = f.slogdet();
    Matrix<T> A_bar = detail::inverse_adjoint<T>(f);
    detail::scale_by_exponential<T>(d_bar * tamis::detail::conjugate(d.sign), d.logabs, MatrixView<T>(A_bar));
    if (detail::is_of_hermitian(f.info().method)) detail::make_hermitian(MatrixView<T>(A_bar));
    return A_bar;
}

/// The same by A = U diag(σ) Vᴴ, for singular matrices too: A_bar = d_bar conj(det U det Vᴴ) U diag(p) Vᴴ with p_i the
/// product of all σ but the i-th, which divides by nothing. A matrix of rank n − 1 has a gradient of rank one, one of lower
/// rank none. n³ to 4 n³ operations. DimensionMismatch for a rectangle; InvalidArgument for an SVD without vectors.
///
/// The adjugate of a matrix by its SVD: G. W. Stewart, On the adjugate matrix, Linear Algebra Appl. 283 (1998).
template <class T>
[[nodiscard]] Matrix<T> det_vjp(const DenseSvd<T>& S, std::type_identity_t<T> d_bar) {
    detail::check_number("det_vjp", "d_bar", d_bar);
    return detail::determinant_gradient<T>("det_vjp", S, d_bar);
}

/// The tangent of det A: det A · tr(A⁻¹ A_dot), 2 n³ operations. A_dot is a dense n×n matrix.
template <HasDeterminant F, DenseMatrix D>
[[nodiscard]] typename F::scalar_type det_jvp(const F& f, const D& A_dot) {
    using T = typename F::scalar_type;
    const tamis::detail::DenseInput<T, D> dot(A_dot);
    T trace = detail::trace_of_quotient<T>("det_jvp", f, dot.matrix());
    const auto d = f.slogdet();
    detail::scale_by_exponential<T>(d.sign, d.logabs, MatrixView<T>(&trace, 1, 1));
    return trace;
}
/// The same for singular matrices too.
template <class T, DenseMatrix D>
[[nodiscard]] T det_jvp(const DenseSvd<T>& S, const D& A_dot) {
    const tamis::detail::DenseInput<T, D> dot(A_dot);
    const Matrix<T> gradient = detail::determinant_gradient<T>("det_jvp", S, T(1));
    detail::check_operand<T>("det_jvp", "A_dot", S.rows(), S.rows(), dot.matrix());
    return detail::inner_product<T>(dot.matrix(), MatrixView<const T>(gradient));
}

/// The cotangent of A for {sign, logabs} = slogdet(A): A_bar = (logabs_bar + i Im(sign_bar conj(sign))) A⁻ᴴ. The sign of a
/// real (or Hermitian) matrix is constant and sign_bar without effect; that of a complex one moves on the unit circle, so
/// only the part of sign_bar along the circle counts. n³ to 2 n³ operations. SingularMatrix for a singular matrix, at which
/// the logarithm has no derivative; otherwise as det_vjp.
template <HasDeterminant F>
[[nodiscard]] Matrix<typename F::scalar_type> slogdet_vjp(
    const F& f, std::type_identity_t<Real<typename F::scalar_type>> logabs_bar,
    std::type_identity_t<typename F::scalar_type> sign_bar = typename F::scalar_type(0)) {
    using T = typename F::scalar_type;
    detail::check_number("slogdet_vjp", "logabs_bar", logabs_bar);
    detail::check_number("slogdet_vjp", "sign_bar", sign_bar);
    detail::check_regular_factor("slogdet_vjp", f);
    const bool hermitian = detail::is_of_hermitian(f.info().method);
    T factor(logabs_bar);
    if constexpr (is_complex_v<T>)
        if (!hermitian) factor = T(logabs_bar, (sign_bar * tamis::detail::conjugate(f.slogdet().sign)).imag());
    Matrix<T> A_bar = detail::inverse_adjoint<T>(f);
    detail::scale_by_exponential<T>(factor, Real<T>(0), MatrixView<T>(A_bar));
    if (hermitian) detail::make_hermitian(MatrixView<T>(A_bar));
    return A_bar;
}

/// The tangents {sign, logabs} of slogdet(A): with t = tr(A⁻¹ A_dot), logabs_dot = Re t and sign_dot = i Im(t) sign.
template <HasDeterminant F, DenseMatrix D>
[[nodiscard]] LogDeterminant<typename F::scalar_type> slogdet_jvp(const F& f, const D& A_dot) {
    using T = typename F::scalar_type;
    const tamis::detail::DenseInput<T, D> dot(A_dot);
    const T t = detail::trace_of_quotient<T>("slogdet_jvp", f, dot.matrix());
    if constexpr (is_complex_v<T>) return {T(0, t.imag()) * f.slogdet().sign, t.real()};
    else return {T(0), t};
}

}  // namespace tamis::derivatives
