// Private: the Fréchet derivative of the logarithm of a triangle.
#pragma once

#include <cstdint>

#include <tamis/core/array.hpp>

#include "adjoint/dense_block.hpp"

namespace tamis::derivatives::detail {

/// L(T, E) in place of E for a complex upper triangle T, contiguous, without an eigenvalue of zero or on the negative real
/// axis: E is carried along with square roots of T (each a Sylvester equation), until the approximant serves.
template <class C>
void logarithm_derivative(const char* what, std::int64_t n, Array<C> T, Block<C>& E);

}  // namespace tamis::derivatives::detail
