// Private: the equation of a square root's derivative.
#pragma once

#include <cstdint>

namespace tamis::derivatives::detail {

/// E := X with R X + X R = E for an upper (quasi-)triangle R whose eigenvalues lie in the right half plane, n×n and
/// contiguous. Sums of eigenvalues of a triangle are divided by as they are, however small beside ‖R‖, where LAPACK's xTRSYL
/// would replace them; a quasi-triangle with sums below ε ‖R‖ is refused, SingularMatrix.
template <class T>
void solve_root_equation(const char* what, std::int64_t n, const T* R, T* E);

}  // namespace tamis::derivatives::detail
