// Private: small Hermitian eigenvalue problems as full matrices.
#pragma once

#include <cstdint>

#include <tamis/core/array.hpp>
#include <tamis/iterative/eigen/operand.hpp>

#include "iterative/eigen/hermitian_problem.hpp"

namespace tamis::detail {

/// A as n×n numbers, column-major: from what is stored, or by n products.
template <class T>
Array<T> to_full(const EigenOperand<T>& A);

/// All eigenvalues (ascending) of A v = λ B v by LAPACK, with B = L·Lᴴ, and all vectors, B-orthonormal, where they are
/// wanted. NotPositiveDefinite for a B that is not. O(n³) time, 2n² numbers.
template <class T>
EigenPairs<T> full_eigenpairs(const char* name, const EigenOperand<T>& A, const EigenOperand<T>& B, bool vectors);

/// The same, with all vectors, where B may be singular: its infinite eigenvalues are left out. Where B is not positive
/// definite A has to be (B v = μ A v with μ = 1/λ is solved then, and vectors have |vᴴ B v| = 1); NotPositiveDefinite if
/// neither is.
template <class T>
EigenPairs<T> finite_eigenpairs(const char* name, const EigenOperand<T>& A, const EigenOperand<T>& B);

}  // namespace tamis::detail
