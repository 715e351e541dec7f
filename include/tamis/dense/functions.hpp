// inv, det, slogdet and rcond of dense matrices: one call for what the factorizations know.
#pragma once

#include <tamis/core/factorization.hpp>
#include <tamis/dense/operand.hpp>

namespace tamis {

namespace detail {
template <class T>
void inverse(MatrixView<const T> A, MatrixView<T> X);
template <class T>
T determinant(MatrixView<const T> A);
template <class T>
LogDeterminant<T> log_determinant(MatrixView<const T> A);
template <class T>
Real<T> reciprocal_condition(MatrixView<const T> A);
}  // namespace detail

/// A⁻¹ by LU, or by Cholesky for a Hermitian A with a positive diagonal that proves definite. DimensionMismatch for a
/// rectangle; InvalidArgument for an entry that is not finite; SingularMatrix. 2 n³ flops (Hermitian: n³). What it is wanted
/// for is mostly `solve(A, B)`, which is quicker, more accurate, and says how far it can be trusted.
template <DenseMatrix M>
[[nodiscard]] auto inv(const M& A) {
    using T = dense_scalar_t<M>;
    const detail::ShapedInput<M> a(A);
    Matrix<T> X(a.view().rows(), a.view().cols());
    detail::inverse<T>(a.view(), MatrixView<T>(X));
    return X;
}

/// det A by LU; 0 for a singular A, 1 for an empty one. The product is scaled, so that it over- or underflows only if the
/// determinant itself does; then it is infinite or 0, and slogdet has it. 2/3 n³ flops.
template <DenseMatrix M>
[[nodiscard]] auto det(const M& A) {
    return detail::determinant<dense_scalar_t<M>>(detail::ShapedInput<M>(A).view());
}

/// {sign, log |det A|} by LU, which never overflows; {0, −∞} for a singular A. 2/3 n³ flops.
template <DenseMatrix M>
[[nodiscard]] auto slogdet(const M& A) {
    return detail::log_determinant<dense_scalar_t<M>>(detail::ShapedInput<M>(A).view());
}

/// Estimate of 1 / (‖A‖₁ ‖A⁻¹‖₁) by LU, rarely too large by more than a factor of 3; 0 for a singular A, 1 for an empty one.
template <DenseMatrix M>
[[nodiscard]] auto rcond(const M& A) {
    return detail::reciprocal_condition<dense_scalar_t<M>>(detail::ShapedInput<M>(A).view());
}

}  // namespace tamis
