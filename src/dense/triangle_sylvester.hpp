// Private: Sylvester equations with triangles, in blocks.
#pragma once

#include <cstdint>

#include <tamis/core/scalar.hpp>

namespace tamis::detail {

/// C := X with A X + sign·X B = C, for upper (quasi-)triangular A (m×m) and B (n×n), sign ±1: LAPACK's xTRSYL on small
/// blocks, products on the rest (I. Jonsson, B. Kågström, Recursive blocked algorithms for solving triangular systems, Part
/// I, ACM Trans. Math. Softw. 28, 2002). False: A and −sign·B have eigenvalues so close that they were perturbed.
template <class T>
bool solve_triangle_sylvester(std::int64_t m, std::int64_t n, const T* A, std::int64_t lda, const T* B, std::int64_t ldb,
                              int sign, T* C, std::int64_t ldc);

}  // namespace tamis::detail
