// Private: what methods for Hermitian operators look at on the way.
#pragma once

#include <cmath>

#include "iterative/monitor.hpp"

namespace tamis::detail {

/// Whether a value that is real in exact arithmetic has more imaginary part than rounding gives. `scale` is a bound of its
/// modulus.
template <class T>
bool is_complex_beyond_rounding([[maybe_unused]] const Sum<T>& s, [[maybe_unused]] double scale) {
    if constexpr (is_complex_v<T>) return std::abs(s.imag()) > std::sqrt(static_cast<double>(epsilon_v<T>)) * scale;
    else return false;
}

/// True if rᴴMr is positive, as it must be for r ≠ 0; otherwise the monitor is told why the method stops.
template <class T>
bool accept_preconditioned_square(Monitor<T>& monitor, const Sum<T>& rho) {
    const double value = real_part(rho);
    if (!std::isfinite(value)) {
        monitor.stop(Status::not_finite, "rᴴMr is not finite, M being the preconditioner");
    } else if (!(value > 0)) {
        monitor.stop(Status::indefinite_preconditioner, "the preconditioner M is not positive definite: rᴴMr = %.3g", value);
    } else if (is_complex_beyond_rounding<T>(rho, value)) {
        monitor.stop(Status::indefinite_preconditioner, "the preconditioner M is not Hermitian: Im rᴴMr = %.3g beside %.3g",
                     static_cast<double>(imag_part(rho)), value);
    } else {
        return true;
    }
    return false;
}

}  // namespace tamis::detail
