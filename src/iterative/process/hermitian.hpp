// Private: what methods for Hermitian operators look at on the way.
#pragma once

#include <algorithm>
#include <cmath>
#include <complex>

#include "iterative/monitor.hpp"
#include "iterative/vector_ops.hpp"

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
    } else if (is_complex_v<T> && is_complex_beyond_rounding<std::complex<float>>(rho, value)) {  // M may compute in single
        monitor.stop(Status::indefinite_preconditioner, "the preconditioner M is not Hermitian: Im rᴴMr = %.3g beside %.3g",
                     static_cast<double>(imag_part(rho)), value);
    } else {
        return true;
    }
    return false;
}

/// The curvature pᴴAp / pᴴp along the search directions.
template <class T>
class Curvature {
  public:
    /// pᴴAp must be positive.
    bool accept(Monitor<T>& monitor, const vec::DotAndSquare<T>& pq) {
        const double sigma = real_part(pq.dot);
        const double value = sigma / pq.square;
        if (!std::isfinite(value)) {
            monitor.stop(Status::not_finite, "pᴴAp is not finite");
            return false;
        }
        largest_ = std::max(largest_, std::abs(value));
        in_rounding_ = std::abs(value) <= 4 * static_cast<double>(epsilon_v<T>) * largest_;
        if (sigma > 0 && !is_complex_beyond_rounding<T>(pq.dot, std::abs(sigma))) return true;
        if (in_rounding_) give_up(monitor, value);
        else if (!(sigma > 0))
            monitor.stop(Status::indefinite_operator, "A is not positive definite: pᴴAp / pᴴp = %.3g", value);
        else
            monitor.stop(Status::indefinite_operator, "A is not Hermitian: Im pᴴAp = %.3g beside %.3g",
                         static_cast<double>(imag_part(pq.dot)), sigma);
        return false;
    }
    /// After a step along a direction whose curvature is no more than rounding: whether it led anywhere.
    bool helped(Monitor<T>& monitor, double before, double after) {
        if (!in_rounding_ || after < before) return true;
        give_up(monitor, 0);
        return false;
    }

  private:
    void give_up(Monitor<T>& monitor, double value) {
        monitor.stop(Status::inconsistent,
                     "A is singular to working precision (pᴴAp / pᴴp = %.3g, elsewhere up to %.3g) and b not in its range",
                     value, largest_);
    }
    double largest_ = 0;
    bool in_rounding_ = false;
};

}  // namespace tamis::detail
