// norm, vector_norm and cond of dense matrices and vectors.
#pragma once

#include <tamis/core/norm.hpp>
#include <tamis/dense/operand.hpp>

namespace tamis {

namespace detail {
template <class T>
Real<T> dense_norm(MatrixView<const T> A, Norm which);
template <class T>
Real<T> entries_norm(MatrixView<const T> v, double p);
template <class T>
Real<T> condition_number(MatrixView<const T> A, Norm which);
}  // namespace detail

/// A norm of a dense matrix; 0 for one without entries. frobenius (the default), max, one, inf, minus_one, minus_inf: one
/// pass, scaled so that nothing over- or underflows on the way; NaN and infinity among the entries come out as such. two,
/// nuclear, minus_two: from the singular values, min(m, n)² max(m, n) work; InvalidArgument for an entry that is not finite,
/// with the position.
template <DenseMatrix M>
[[nodiscard]] auto norm(const M& A, Norm which = Norm::frobenius) {
    return detail::dense_norm<dense_scalar_t<M>>(detail::ShapedInput<M>(A).view(), which);
}

/// (Σ |vᵢ|^p)^(1/p) over the entries of a vector (or matrix) for any real p; largest and smallest modulus for p = ±infinity,
/// the number of nonzeros for p = 0. Scaled by the largest modulus (for p < 0 the smallest), so that powers neither over-
/// nor underflow unless the norm does. For p < 0 an entry of 0 makes it 0. Without entries 0, and infinity for p < 0. NaN
/// among the entries comes out as NaN (counted for p = 0). InvalidArgument if p is NaN.
template <DenseArgument V>
[[nodiscard]] auto vector_norm(const V& v, double p = 2) {
    using T = dense_scalar_t<V>;
    return detail::entries_norm<T>(detail::DenseInput<T, V>(v).matrix(), p);
}

/// The condition number ‖A‖ ‖A⁻¹‖ in any norm; infinity for a singular A (0 for minus_two), 1 (frobenius: 0) for an empty
/// one. two and minus_two, σ₁/σ_min and its inverse, for any shape; the others for square matrices (DimensionMismatch):
/// nuclear from the singular values too, the rest by the inverse, 2 n³ flops. A counts as singular where LU finds no pivot,
/// or σ_min is 0; a σ_min that is lost in rounding otherwise gives a number beyond 1 / (n ε). InvalidArgument for an entry
/// that is not finite.
template <DenseMatrix M>
[[nodiscard]] auto cond(const M& A, Norm which = Norm::two) {
    return detail::condition_number<dense_scalar_t<M>>(detail::ShapedInput<M>(A).view(), which);
}

}  // namespace tamis
