// norm_vjp and norm_jvp: gradients of the norms of a dense matrix.
#pragma once

#include <cstdint>
#include <type_traits>

#include <tamis/adjoint/matrix_input.hpp>
#include <tamis/core/norm.hpp>
#include <tamis/dense/svd.hpp>

namespace tamis::derivatives {

namespace detail {
[[nodiscard]] bool is_norm_of_values(Norm which) noexcept;
template <class T>
void norm_cotangent(MatrixView<const T> A, Norm which, Real<T> bar, MatrixView<T> A_bar);
template <class T>
void spectral_norm_cotangent(MatrixView<const T> U, MatrixView<const Real<T>> s, MatrixView<const T> Vt, std::int64_t rank,
                             Norm which, Real<T> bar, MatrixView<T> A_bar);
template <class T>
Real<T> norm_tangent(MatrixView<const T> gradient, MatrixView<const T> A_dot);
}  // namespace detail

/// A_bar from the cotangent `bar` of a norm of A = U diag(σ) Vᴴ: nuclear U_r V_rᴴ of the r singular values above the rank's
/// tolerance, two u₁v₁ᴴ, minus_two u_k v_kᴴ, frobenius A / ‖A‖_F, each times bar. What is computed of the decomposition is
/// used: no entry of A is read.
///
/// Where a norm has no derivative, the one element of its subdifferential that is plainly least is given, or none: nuclear
/// of a deficient rank U_r V_rᴴ, the subgradient of least Frobenius norm (G. A. Watson, Characterization of the
/// subdifferential of some matrix norms, Linear Algebra Appl. 170, 1992); frobenius of a zero matrix 0. two and minus_two
/// are refused, InvalidArgument, where their singular value is multiple or zero (to 10 max(m, n) ε σ₁): every mean of the
/// u vᴴ is a subgradient then. InvalidArgument also for one, inf, max, minus_one and minus_inf, which A itself has to be
/// given for, for a bar that is not finite, and for a decomposition without vectors. 2 m n r flops.
template <class T>
[[nodiscard]] Matrix<T> norm_vjp(const DenseSvd<T>& S, Norm which, std::type_identity_t<Real<T>> bar) {
    const Matrix<T> U = S.u(), Vt = S.vt();
    const Vector<Real<T>> values = S.singular_values();
    return tamis::detail::allocate_matrix<T>(S.rows(), S.cols(), [&](MatrixView<T> A_bar) {
        detail::spectral_norm_cotangent<T>(U, values, Vt, S.rank(), which, bar, A_bar);
    });
}

/// The same for A itself. two, nuclear and minus_two decompose it; the others are O(m n): frobenius as above; one (inf),
/// minus_one (minus_inf) the phases a_ij / |a_ij| of the largest, smallest column (row), with 0 at zero entries, which is
/// the least subgradient; max the phase of the largest entry. InvalidArgument where two columns, rows or entries tie to
/// rounding, or where the largest entry is zero; for an entry that is not finite, with the position.
template <DenseMatrix M>
[[nodiscard]] auto norm_vjp(const M& A, Norm which, Real<dense_scalar_t<M>> bar) {
    using T = dense_scalar_t<M>;
    if (detail::is_norm_of_values(which)) return norm_vjp(svd(A), which, bar);
    const tamis::detail::ShapedInput<M> a(A);
    return tamis::detail::allocate_matrix<T>(a.view().rows(), a.view().cols(), [&](MatrixView<T> A_bar) {
        detail::norm_cotangent<T>(a.view(), which, bar, A_bar);
    });
}

/// The tangent of the norm, Re⟨norm_vjp(S, which, 1), A_dot⟩: where that is a subgradient, a lower bound of the derivative
/// to one side. Refuses what norm_vjp refuses, and a tangent of another shape.
template <class T, DenseMatrix D>
[[nodiscard]] Real<T> norm_jvp(const DenseSvd<T>& S, Norm which, const D& A_dot) {
    const detail::MatrixInput<T, D> dot(A_dot);
    const Matrix<T> gradient = norm_vjp(S, which, 1);
    return detail::norm_tangent<T>(gradient, dot.matrix());
}
template <DenseMatrix M, DenseMatrix D>
[[nodiscard]] auto norm_jvp(const M& A, Norm which, const D& A_dot) {
    using T = dense_scalar_t<M>;
    const detail::MatrixInput<T, D> dot(A_dot);
    const Matrix<T> gradient = norm_vjp(A, which, Real<T>(1));
    return detail::norm_tangent<T>(gradient, dot.matrix());
}

}  // namespace tamis::derivatives
