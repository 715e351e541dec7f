// Private: the kernels of a squared distance s = r², and h = −2 dk/ds. ∂k/∂log ℓ_d = h(s) (x_d − y_d)²/ℓ_d², and h(s) s
// where one ℓ holds for all features.
#pragma once

#include <cmath>
#include <cstdint>

#include <tamis/learn/kernel.hpp>

namespace tamis::learn::detail {

/// x^n for a small n.
template <class T>
T small_power(T x, int n) {
    T result = 1;
    for (int k = 0; k < n; ++k) result *= x;
    return result;
}

/// factor · e, 0 where e is: an infinite factor times it would be no number.
template <class T>
T vanishing(T factor, T e) {
    return e == T(0) ? T(0) : factor * e;
}

/// k(s); `exponent` is j of Wendland's polynomials.
template <KernelKind Kind, class T>
T kernel_value(T s, int exponent) {
    using enum KernelKind;
    if constexpr (Kind == rbf) return std::exp(T(-0.5) * s);
    const T r = std::sqrt(s);
    if constexpr (Kind == matern12) return std::exp(-r);
    if constexpr (Kind == matern32) {
        const T a = std::sqrt(T(3)) * r;
        return vanishing(1 + a, std::exp(-a));
    }
    if constexpr (Kind == matern52) {
        const T a = std::sqrt(T(5)) * r;
        return vanishing(1 + a + a * a / 3, std::exp(-a));
    }
    const T rest = 1 - r;
    if (!(rest > 0)) return rest <= 0 ? T(0) : rest;
    const auto j = static_cast<T>(exponent);
    if constexpr (Kind == wendland_c2) return small_power(rest, exponent + 1) * ((j + 1) * r + 1);
    if constexpr (Kind == wendland_c4)
        return small_power(rest, exponent + 2) * ((j * j + 4 * j + 3) * s + (3 * j + 6) * r + 3) / 3;
}

/// h(s). matern12 has no derivative where the points meet; there h s, which is all that is asked for, is 0.
template <KernelKind Kind, class T>
T kernel_slope(T s, int exponent) {
    using enum KernelKind;
    if constexpr (Kind == rbf) return std::exp(T(-0.5) * s);
    const T r = std::sqrt(s);
    if constexpr (Kind == matern12) return r > 0 ? std::exp(-r) / r : T(0);
    if constexpr (Kind == matern32) return 3 * std::exp(-std::sqrt(T(3)) * r);
    if constexpr (Kind == matern52) {
        const T a = std::sqrt(T(5)) * r;
        return T(5) / 3 * vanishing(1 + a, std::exp(-a));
    }
    const T rest = 1 - r;
    if (!(rest > 0)) return rest <= 0 ? T(0) : rest;
    const auto j = static_cast<T>(exponent);
    if constexpr (Kind == wendland_c2) return (j + 1) * (j + 2) * small_power(rest, exponent);
    if constexpr (Kind == wendland_c4) return (j + 3) * (j + 4) / 3 * ((j + 1) * r + 1) * small_power(rest, exponent + 1);
}

/// Calls f.template operator()<Kind>() for a kernel of distances.
template <class F>
void with_distance_kernel(KernelKind kind, const F& f) {
    using enum KernelKind;
    switch (kind) {
        case rbf: return f.template operator()<rbf>();
        case matern12: return f.template operator()<matern12>();
        case matern32: return f.template operator()<matern32>();
        case matern52: return f.template operator()<matern52>();
        case wendland_c2: return f.template operator()<wendland_c2>();
        case wendland_c4: return f.template operator()<wendland_c4>();
        default: return;
    }
}

}  // namespace tamis::learn::detail
