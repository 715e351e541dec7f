// Private: generalized Schur forms of views, for eigenvectors and the equations that are solved by them.
#pragma once

#include <cstdint>

#include <tamis/dense/qz.hpp>

namespace tamis::detail {

/// Refuses rectangles, different orders and entries that are not finite in the name of `what`. Without vectors Q and Z stay
/// empty, and S and P are of no use.
template <class T>
QzParts<T> qz_parts(const char* what, MatrixView<const T> A, MatrixView<const T> B, bool vectors = true);

/// Brings the selected eigenvalues to the front.
template <class T>
void reorder_qz(const char* what, QzParts<T>& parts, const PencilSelection& select);

}  // namespace tamis::detail
