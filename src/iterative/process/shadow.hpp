// Private: the vector that two-sided methods project their residuals against.
#pragma once

#include <cmath>
#include <cstdint>

#include "iterative/monitor.hpp"
#include "iterative/vector_ops.hpp"

namespace tamis::detail {

/// True if a square that has just been computed is finite; otherwise the monitor is told.
template <class T>
bool accept_finite(Monitor<T>& monitor, double square) {
    if (std::isfinite(square)) return true;
    monitor.stop(Status::not_finite, "a product with A (or the preconditioner) is not finite");
    return false;
}

/// Whether an inner product of two vectors, whose norms have the product `size`, is no more than rounding.
template <class S>
bool is_rounding(const S& dot, double size, double epsilon) {
    return !(std::abs(dot) > epsilon * size);
}

/// The shadow residual r̃: the residual itself, or a random vector where the method broke down with that before it made a
/// step. Where that breaks down too, so does the method.
template <class T>
class ShadowResidual {
  public:
    explicit ShadowResidual(std::int64_t n) noexcept : n_(n) {}
    /// False if there is nothing left to try; the monitor is told.
    bool choose(Monitor<T>& monitor, const T* r, T* shadow) {
        if (failures_ >= most_failures) {
            monitor.stop(Status::breakdown,
                         "an inner product that the method divides by vanishes, whatever residual it is "
                         "taken with; gmres has no such products");
            return false;
        }
        if (failures_ == 0) vec::copy(n_, r, shadow);
        else vec::fill_random(n_, static_cast<std::uint64_t>(failures_), shadow);
        norm_ = vec::norm(n_, shadow);
        ++failures_;
        return true;
    }
    /// A step was made.
    void succeeded() noexcept { failures_ = 0; }
    /// Whether r̃ᴴ y is no more than rounding; `norm` is ‖y‖.
    [[nodiscard]] bool vanishes(const Sum<T>& dot, double norm) const noexcept {
        return !(std::abs(dot) > epsilon() * norm_ * norm);
    }
    [[nodiscard]] static double epsilon() noexcept { return static_cast<double>(epsilon_v<T>); }

  private:
    static constexpr int most_failures = 3;
    std::int64_t n_;
    double norm_ = 0;
    int failures_ = 0;
};

}  // namespace tamis::detail
