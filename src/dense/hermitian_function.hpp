// Private: functions of Hermitian matrices by their eigendecomposition.
#pragma once

#include <cstdint>

#include <tamis/core/array.hpp>
#include <tamis/core/view.hpp>

namespace tamis::detail {

/// A = V diag(λ) Vᴴ, λ ascending, V contiguous.
template <class T>
struct HermitianForm {
    Array<Real<T>> values;
    Array<T> vectors;
};

/// Of a Hermitian A (refused beyond rounding, as what is not finite). Error in the name of `what` if LAPACK does not
/// converge.
template <class T>
HermitianForm<T> hermitian_form(const char* what, MatrixView<const T> A);

/// X = V diag(f) Vᴴ, exactly Hermitian, X contiguous: n³ flops. V is overwritten.
template <class T>
void assemble_hermitian(HermitianForm<T>& form, const Real<T>* f, T* X);

/// The same with any f; Hermitian where all f are real.
template <class T>
void assemble_normal(HermitianForm<T>& form, const T* f, T* X);

}  // namespace tamis::detail
