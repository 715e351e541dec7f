// Private: the kernels of squared distances s = r², and h = −2 dk/ds. ∂k/∂log ℓ_d = h(s) (x_d − y_d)²/ℓ_d², and h(s) s where
// one ℓ holds for all features.
#pragma once

#include <cmath>
#include <cstdint>

#include <tamis/learn/kernel.hpp>

#include "learn/kernels/entrywise.hpp"

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

/// Of n numbers: a = √(c s) and e = exp(−a).
template <class T>
void root_and_exponential(std::int64_t n, const T* s, T c, T* a, T* e) {
    for (std::int64_t i = 0; i < n; ++i) a[i] = c * s[i];
    entrywise<T>().root(n, a, a);
    for (std::int64_t i = 0; i < n; ++i) e[i] = -a[i];
    entrywise<T>().exponential(n, e, e);
}

/// out = f(r, 1 − r) where r = √(scale s) < 1, 0 elsewhere.
template <class T, class F>
void inside_support(std::int64_t n, const T* s, T scale, T* r, T* out, const F& f) {
    for (std::int64_t i = 0; i < n; ++i) r[i] = scale * s[i];
    entrywise<T>().root(n, r, r);
    for (std::int64_t i = 0; i < n; ++i) out[i] = r[i] < T(1) ? f(r[i], 1 - r[i]) : T(0);
}

/// k(scale s) of n numbers s ≥ 0; `exponent` is j of Wendland's polynomials, `a` n numbers of work space.
template <class T>
void kernel_values(KernelKind kind, std::int64_t n, const T* s, T scale, int exponent, T* a, T* out) {
    using enum KernelKind;
    const auto j = static_cast<T>(exponent);
    switch (kind) {
        case rbf: return entrywise<T>().gaussian(n, s, scale / 2, out);
        case matern12: return root_and_exponential(n, s, scale, a, out);
        case matern32:
            root_and_exponential(n, s, 3 * scale, a, out);
            for (std::int64_t i = 0; i < n; ++i) out[i] = vanishing(1 + a[i], out[i]);
            return;
        case matern52:
            root_and_exponential(n, s, 5 * scale, a, out);
            for (std::int64_t i = 0; i < n; ++i) out[i] = vanishing(1 + a[i] + a[i] * a[i] / 3, out[i]);
            return;
        case wendland_c2:
            return inside_support(n, s, scale, a, out, [j, exponent](T r, T rest) {
                return small_power(rest, exponent + 1) * ((j + 1) * r + 1);
            });
        case wendland_c4:
            return inside_support(n, s, scale, a, out, [j, exponent](T r, T rest) {
                return small_power(rest, exponent + 2) * (((j * j + 4 * j + 3) * r + (3 * j + 6)) * r + 3) / 3;
            });
        default: return;
    }
}

/// h(scale s) of n numbers. matern12 has no derivative where the points meet; there h s, which is all that is asked for, is
/// 0.
template <class T>
void kernel_slopes(KernelKind kind, std::int64_t n, const T* s, T scale, int exponent, T* a, T* out) {
    using enum KernelKind;
    const auto j = static_cast<T>(exponent);
    switch (kind) {
        case rbf: return entrywise<T>().gaussian(n, s, scale / 2, out);
        case matern12:
            root_and_exponential(n, s, scale, a, out);
            for (std::int64_t i = 0; i < n; ++i) out[i] = a[i] > 0 ? out[i] / a[i] : T(0);
            return;
        case matern32:
            root_and_exponential(n, s, 3 * scale, a, out);
            for (std::int64_t i = 0; i < n; ++i) out[i] *= 3;
            return;
        case matern52:
            root_and_exponential(n, s, 5 * scale, a, out);
            for (std::int64_t i = 0; i < n; ++i) out[i] = T(5) / 3 * vanishing(1 + a[i], out[i]);
            return;
        case wendland_c2:
            return inside_support(n, s, scale, a, out,
                                  [j, exponent](T, T rest) { return (j + 1) * (j + 2) * small_power(rest, exponent); });
        case wendland_c4:
            return inside_support(n, s, scale, a, out, [j, exponent](T r, T rest) {
                return (j + 3) * (j + 4) / 3 * ((j + 1) * r + 1) * small_power(rest, exponent + 1);
            });
        default: return;
    }
}

}  // namespace tamis::learn::detail
