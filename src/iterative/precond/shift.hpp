// Private: the diagonal shift of an incomplete Cholesky factorization that breaks down.
#pragma once

#include <algorithm>
#include <cmath>

#include <tamis/core/scalar.hpp>

namespace tamis::detail {

/// A pivot that a shift has to help: not positive, or no more than rounding of the diagonal entry it came from.
inline bool is_lost(double pivot, double diagonal) noexcept {
    return !(pivot > 64 * epsilon_v<double> * diagonal && std::isfinite(pivot));
}

/// The smallest α of 0, 10⁻³, 2·10⁻³, 4·10⁻³ … with which factor(α) succeeds; it factors A + α diag(A), and does so in any
/// case once that is diagonally dominant.
template <class F>
double first_shift(const F& factor) {
    double alpha = 0;
    while (!factor(alpha)) alpha = std::max(2 * alpha, 1e-3);
    return alpha;
}

}  // namespace tamis::detail
