// Private: counter-based normal random numbers, the same bits on every platform and for any number of threads.
#pragma once

#include <cmath>
#include <cstdint>
#include <numbers>

#include <tamis/core/scalar.hpp>

#include "core/random.hpp"

namespace tamis::detail {

/// Standard normal from 64 uniform bits: the quantile of (k + ½)/2⁶⁴ for the bits k, by M. J. Wichura's PPND16 (Algorithm AS
/// 241: the percentage points of the normal distribution, Applied Statistics 37, 1988), right to about 2⁻⁵² relatively.
/// |x| ≤ 9.2; the sign is the bit at the top, and −x comes from the complement of the bits.
double normal_quantile(std::uint64_t bits) noexcept;

/// Normal of mean 0 and variance E|x|² = 1. Complex numbers are circular: both parts independent with variance ½.
template <class T>
T normal(std::uint64_t seed, std::uint64_t counter) noexcept {
    if constexpr (is_complex_v<T>) {
        constexpr double share = 1 / std::numbers::sqrt2;
        return T(static_cast<Real<T>>(share * normal_quantile(random_bits(seed, 2 * counter))),
                 static_cast<Real<T>>(share * normal_quantile(random_bits(seed, 2 * counter + 1))));
    } else {
        return static_cast<T>(normal_quantile(random_bits(seed, counter)));
    }
}

/// x[i] = normal<T>(seed, first + i), i < n; on several threads where n is large.
template <class T>
void fill_normal(std::int64_t n, std::uint64_t seed, std::uint64_t first, T* x);

}  // namespace tamis::detail
