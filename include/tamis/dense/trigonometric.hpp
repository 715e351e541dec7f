// cosm, sinm, tanm and coshm, sinhm, tanhm of dense matrices, and signm.
#pragma once

#include <tamis/dense/operand.hpp>

namespace tamis {

namespace detail {
enum class TrigonometricFunction { cosine, sine, tangent, hyperbolic_cosine, hyperbolic_sine, hyperbolic_tangent };
template <class T>
void trigonometric(TrigonometricFunction which, MatrixView<const T> A, MatrixView<T> X);
template <class T>
void matrix_sign(MatrixView<const T> A, MatrixView<T> X);

template <TrigonometricFunction which, class M>
auto trigonometric_of(const M& A) {
    using T = dense_scalar_t<M>;
    const ShapedInput<M> a(A);
    return allocate_matrix<T>(a.view().rows(), a.view().cols(),
                              [&](MatrixView<T> X) { trigonometric<T>(which, a.view(), X); });
}
}  // namespace detail

/// cos A, in the arithmetic of A. A diagonal or Hermitian A by its eigenvalues; otherwise from the even and the odd part of
/// the Padé approximants of e^(iA) (those of expm; for a real A one quotient in complex arithmetic), doubled as often as A
/// was halved by cos 2X = 2 cos² X − I and sin 2X = 2 sin X cos X: A. H. Al-Mohy, N. J. Higham, S. D. Relton, New
/// algorithms for computing the matrix sine and cosine separately or simultaneously, SIAM J. Sci. Comput. 37(1), 2015.
/// Triangles stay triangles. 12 + s products (the others 12 + 2 s), s the halvings; 9 n² numbers of storage. Errors are
/// those of the condition number, but for full matrices extremely far from normal (‖A²‖ < 1e-4 ‖A‖²), which were seen to
/// lose more.
///
/// DimensionMismatch for a rectangle; InvalidArgument for an entry that is not finite and where the result overflows.
template <DenseMatrix M>
[[nodiscard]] auto cosm(const M& A) {
    return detail::trigonometric_of<detail::TrigonometricFunction::cosine>(A);
}
/// sin A, as cosm.
template <DenseMatrix M>
[[nodiscard]] auto sinm(const M& A) {
    return detail::trigonometric_of<detail::TrigonometricFunction::sine>(A);
}
/// tan A = (cos A)⁻¹ sin A, as cosm, and SingularMatrix where cos A is singular.
template <DenseMatrix M>
[[nodiscard]] auto tanm(const M& A) {
    return detail::trigonometric_of<detail::TrigonometricFunction::tangent>(A);
}
/// cosh A, as cosm, from e^A.
template <DenseMatrix M>
[[nodiscard]] auto coshm(const M& A) {
    return detail::trigonometric_of<detail::TrigonometricFunction::hyperbolic_cosine>(A);
}
/// sinh A, as coshm.
template <DenseMatrix M>
[[nodiscard]] auto sinhm(const M& A) {
    return detail::trigonometric_of<detail::TrigonometricFunction::hyperbolic_sine>(A);
}
/// tanh A = (cosh A)⁻¹ sinh A, as coshm, and SingularMatrix where cosh A is singular. Unless A is Hermitian, its error grows
/// with the condition number of cosh A, e to the power of what the real parts of its eigenvalues differ in modulus by.
template <DenseMatrix M>
[[nodiscard]] auto tanhm(const M& A) {
    return detail::trigonometric_of<detail::TrigonometricFunction::hyperbolic_tangent>(A);
}

/// The sign of A: S² = I, S A = A S, eigenvalues 1 where those of A have positive real parts and −1 where negative.
///
/// A diagonal or Hermitian A by its eigenvalues; otherwise Newton's iteration X ← (μX + (μX)⁻¹)/2 with norm scaling until it
/// converges quadratically (N. J. Higham, Functions of Matrices, 2008, §5.5 and §5.8): 2 n³ flops a step, some ten steps;
/// triangles stay triangles. 4 n² numbers of storage.
///
/// DimensionMismatch for a rectangle; InvalidArgument for an entry that is not finite and where an eigenvalue is purely
/// imaginary to rounding (the sign does not exist); SingularMatrix for a singular A.
template <DenseMatrix M>
[[nodiscard]] auto signm(const M& A) {
    using T = dense_scalar_t<M>;
    const detail::ShapedInput<M> a(A);
    return detail::allocate_matrix<T>(a.view().rows(), a.view().cols(),
                                      [&](MatrixView<T> X) { detail::matrix_sign<T>(a.view(), X); });
}

}  // namespace tamis
