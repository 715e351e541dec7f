// Private: when a squared distance by its expanded form is trusted, what replaces it where not, and what is made of it.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include <tamis/learn/distances.hpp>

#include "learn/kernels/entrywise.hpp"

namespace tamis::learn::detail {

/// ‖x‖² + ‖y‖² − 2 x·y is trusted where it is at least this share of ‖x‖² + ‖y‖²: cancellation costs three bits there.
template <class R>
inline constexpr R trusted_share = R(1) / 8;

/// Squares below this have lost digits to underflow; above `largest_modulus` sums of them may overflow.
template <class R>
inline constexpr R tiny_square = sizeof(R) == 8 ? static_cast<R>(0x1p-1000) : static_cast<R>(0x1p-110);
template <class R>
inline constexpr R largest_modulus = sizeof(R) == 8 ? static_cast<R>(0x1p480) : static_cast<R>(0x1p50);

/// What is made of a squared distance.
template <class R>
class Finish {
  public:
    Finish(Measure measure, double gamma) : measure_(measure), gamma_(gamma) {}

    /// n squared distances in place.
    void operator()(std::int64_t n, R* d) const {
        if (measure_ == Measure::distance) kernels_.root(n, d, d);
        else if (measure_ == Measure::gaussian) kernels_.gaussian(n, d, static_cast<R>(gamma_), d);
    }
    /// Of the distance scale·√square, where its own square may over- or underflow.
    [[nodiscard]] R careful(R scale, R square) const {
        const double s = static_cast<double>(scale), q = static_cast<double>(square);
        double value = s * std::sqrt(q);
        if (measure_ == Measure::squared) value = s * (s * q);
        else if (measure_ == Measure::gaussian) {
            // √γ s √q neither over- nor underflows before its square would; 0 · infinity is no distance
            const double t = scale == 0 ? 0 : std::sqrt(gamma_) * s * std::sqrt(q);
            value = std::exp(-(t * t));
        }
        return static_cast<R>(value);
    }

  private:
    const EntrywiseKernels<R>& kernels_ = entrywise<R>();
    Measure measure_;
    double gamma_;
};

/// A column of squared distances: those that are not trusted are replaced by `anew(i)` before all are finished, and those
/// whose squares are out of range by `careful(i)` after that.
/// anew(i): the squared distance from its differences; careful(i): a pair (scale, square) as Finish takes it.
template <class R, class Anew, class Careful>
void settle(std::int64_t n, const R* a, R b, bool doubtful, R* d, const Finish<R>& finish, const Anew& anew,
            const Careful& careful) {
    if (!doubtful) {
        finish(n, d);
        return;
    }
    std::vector<std::int64_t> out_of_range;
    for (std::int64_t i = 0; i < n; ++i) {
        const R s = a == nullptr ? R(0) : a[i] + b;
        if (d[i] >= std::max(s * trusted_share<R>, tiny_square<R>)) continue;
        if (a != nullptr) d[i] = anew(i);
        if (!(d[i] >= tiny_square<R>)) {
            out_of_range.push_back(i);
            d[i] = 0;
        }
    }
    finish(n, d);
    for (const std::int64_t i : out_of_range) {
        const auto parts = careful(i);
        d[i] = finish.careful(parts.first, parts.second);
    }
}

/// (s, Σ ((x_k − y_k) / s)²) with the largest difference s; (0, 0) for equal samples. Half of each where a difference itself
/// would overflow.
template <class R>
std::pair<R, R> careful_distance(std::int64_t features, const R* x, const R* y) {
    R half = 0;
    for (std::int64_t k = 0; k < features; ++k) half = std::max(half, std::abs(x[k] / 2 - y[k] / 2));
    const R factor = half > std::numeric_limits<R>::max() / 4 ? R(0.5) : R(1);
    R s = 0;
    for (std::int64_t k = 0; k < features; ++k) s = std::max(s, std::abs(factor * x[k] - factor * y[k]));
    if (s == 0) return {R(0), R(0)};
    R square = 0;
    for (std::int64_t k = 0; k < features; ++k) {
        const R r = (factor * x[k] - factor * y[k]) / s;
        square += r * r;
    }
    return {s, square / (factor * factor)};
}

}  // namespace tamis::learn::detail
