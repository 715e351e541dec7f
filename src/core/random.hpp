// Private: counter-based random numbers, the same on every platform and for any number of threads.
#pragma once

#include <cstdint>

#include <tamis/core/scalar.hpp>

namespace tamis::detail {

/// 64 random bits for a counter: the output function of SplitMix64 (Steele, Lea, Flood, Fast splittable pseudorandom number
/// generators, OOPSLA 2014) at state seed + (counter + 1)·γ.
inline std::uint64_t random_bits(std::uint64_t seed, std::uint64_t counter) noexcept {
    std::uint64_t z = seed + (counter + 1) * 0x9e3779b97f4a7c15ULL;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
}

/// A seed of an independent stream.
inline std::uint64_t random_stream(std::uint64_t seed, std::uint64_t stream) noexcept {
    return random_bits(random_bits(seed, stream), 0x5851f42d4c957f2dULL);
}

/// Uniform on [−1, 1) with all the bits of R.
template <class R>
R uniform_real(std::uint64_t bits) noexcept {
    constexpr int digits = std::numeric_limits<R>::digits;
    const auto integer = static_cast<std::int64_t>(bits) >> (63 - digits);  // [−2^digits, 2^digits)
    return static_cast<R>(integer) / static_cast<R>(std::int64_t{1} << digits);
}

/// Uniform on [−1, 1), in both parts for a complex T.
template <class T>
T uniform(std::uint64_t seed, std::uint64_t counter) noexcept {
    if constexpr (is_complex_v<T>)
        return T(uniform_real<Real<T>>(random_bits(seed, 2 * counter)),
                 uniform_real<Real<T>>(random_bits(seed, 2 * counter + 1)));
    else return uniform_real<T>(random_bits(seed, counter));
}

}  // namespace tamis::detail
