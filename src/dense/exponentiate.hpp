// Private: e^X of an element of a matrix algebra, by scaling and squaring.
#pragma once

#include <tamis/core/array.hpp>

#include "dense/matrix_algebra.hpp"

namespace tamis::detail {

/// e^A of an element of the algebra (dual: with its Fréchet derivative). Of (quasi-)triangular ones the diagonal, its 2×2
/// blocks and the superdiagonal are computed anew from A after each squaring, which keeps large entries above the diagonal
/// from costing digits (Al-Mohy and Higham 2009, code fragment 2.1).
template <class T>
Array<T> exponentiate(const MatrixAlgebra<T>& algebra, Array<T>&& A);

}  // namespace tamis::detail
