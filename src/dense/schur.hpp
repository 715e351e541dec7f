// Private: Schur forms of views, for the functions of matrices and the equations that are solved by them.
#pragma once

#include <cstdint>

#include <tamis/dense/schur.hpp>

namespace tamis::detail {

/// A = Z T Zᴴ in the scalars of A; refuses rectangles and entries that are not finite in the name of `what`.
template <class T>
SchurParts<T> schur_parts(const char* what, MatrixView<const T> A);

/// The complex form of a real one: each block of order 2 by one rotation. O(n) for a pair and O(n²) for the copy.
template <class R>
SchurParts<std::complex<R>> complex_schur(const SchurParts<R>& real);

/// Brings the selected eigenvalues to the front.
template <class T>
void reorder_schur(const char* what, SchurParts<T>& parts, const EigenvalueSelection& select);

/// M := Z M Zᴴ or, `adjoint`, Zᴴ M Z; n×n and contiguous.
template <class T>
void transform_by_schur(const SchurParts<T>& parts, bool adjoint, T* M);

/// NotConverged: an algorithm of LAPACK that iterates gave up.
[[noreturn]] void throw_no_convergence(const char* what, const char* routine);

}  // namespace tamis::detail
