// Private: work with Q and R kept as sparse Householder vectors and a sparse upper trapezoid.
#pragma once

#include <cstdint>

#include "sparse/suitesparse/backend.hpp"

namespace tamis::detail {

/// y = Qᴴ x for one vector of A's rows; y in the order of R's rows. x and y are different memory.
template <class E>
void apply_q_adjoint(const HouseholderParts<E>& F, const E* x, E* y);
/// x = Q y; y is overwritten.
template <class E>
void apply_q(const HouseholderParts<E>& F, E* y, E* x);
/// R₁₁ z = c in place, for the leading rank×rank triangle.
template <class E>
void solve_r(const HouseholderParts<E>& F, E* c);
/// R₁₁ᴴ z = c in place.
template <class E>
void solve_r_adjoint(const HouseholderParts<E>& F, E* c);

}  // namespace tamis::detail
