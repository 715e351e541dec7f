// Private: the larger and the smaller of two numbers, where a NaN must not be lost.
#pragma once

#include <cmath>

namespace tamis::detail {

/// The larger of both; NaN as soon as one is NaN.
inline double larger_or_nan(double a, double b) noexcept {
    return a >= b || std::isnan(a) ? a : b;
}

/// The smaller of both; NaN as soon as one is NaN.
inline double smaller_or_nan(double a, double b) noexcept {
    return a <= b || std::isnan(a) ? a : b;
}

}  // namespace tamis::detail
