// Private: functions of a matrix from its Schur form.
#pragma once

#include <tamis/dense/funm.hpp>
#include <tamis/dense/schur.hpp>

namespace tamis::detail {

/// X := f(A), in the name of `what`.
template <class T>
void schur_general_function(const char* what, const SchurParts<T>& parts, const ScalarFunction& f, MatrixView<T> X);

}  // namespace tamis::detail
