// Private: sums of products over a stretch of vectors, on one thread; chunks.hpp adds them up.
#pragma once

#include <cstdint>

#include "iterative/chunks.hpp"
#include "iterative/vector_ops.hpp"
#include "sparse/product.hpp"

namespace tamis::detail::vec {

/// Stretches of so many numbers stay in the first-level cache between several sums over them.
inline constexpr std::int64_t piece = 512;

/// The numbers of a vector as real ones: pairs for complex T.
template <class T>
const Real<T>* reals(const T* x) noexcept {
    return reinterpret_cast<const Real<T>*>(x);
}

inline constexpr int lanes = 8;

inline double sum_of(const double (&a)[lanes]) noexcept {
    return ((a[0] + a[4]) + (a[2] + a[6])) + ((a[1] + a[5]) + (a[3] + a[7]));
}

/// Asks for what is needed some hundred numbers later: processors by themselves have too few cache lines on their way in
/// loops that only read.
template <class R>
void ask_ahead(const R* x) noexcept {
    __builtin_prefetch(reinterpret_cast<const void*>(reinterpret_cast<std::uintptr_t>(x) + 4096));
}

/// Σ |x_i|² over real numbers, in independent sums that the compiler turns into vectors.
template <class R>
double square_of_reals(const R* x, std::int64_t n) noexcept {
    double a[lanes] = {};
    std::int64_t i = 0;
    for (; i + lanes <= n; i += lanes) {
        ask_ahead(x + i);
        for (int k = 0; k < lanes; ++k) a[k] += static_cast<double>(x[i + k]) * static_cast<double>(x[i + k]);
    }
    for (int k = 0; i < n; ++i, ++k) a[k] += static_cast<double>(x[i]) * static_cast<double>(x[i]);
    return sum_of(a);
}
template <class R>
double dot_of_reals(const R* x, const R* y, std::int64_t n) noexcept {
    double a[lanes] = {};
    std::int64_t i = 0;
    for (; i + lanes <= n; i += lanes) {
        ask_ahead(x + i);
        ask_ahead(y + i);
        for (int k = 0; k < lanes; ++k) a[k] += static_cast<double>(x[i + k]) * static_cast<double>(y[i + k]);
    }
    for (int k = 0; i < n; ++i, ++k) a[k] += static_cast<double>(x[i]) * static_cast<double>(y[i]);
    return sum_of(a);
}
/// Im xᴴ y of n complex numbers.
template <class R>
double imaginary_dot(const R* x, const R* y, std::int64_t n) noexcept {
    double a[lanes] = {};
    constexpr int pairs = lanes / 2;
    const auto add = [&](std::int64_t i, int k) {
        a[2 * k] += static_cast<double>(x[2 * i]) * static_cast<double>(y[2 * i + 1]);
        a[2 * k + 1] -= static_cast<double>(x[2 * i + 1]) * static_cast<double>(y[2 * i]);
    };
    std::int64_t i = 0;
    for (; i + pairs <= n; i += pairs)
        for (int k = 0; k < pairs; ++k) add(i + k, k);
    for (int k = 0; i < n; ++i, ++k) add(i, k);
    return sum_of(a);
}

template <class T>
inline constexpr std::int64_t width = is_complex_v<T> ? 2 : 1;

template <class T>
double square(const T* x, std::int64_t begin, std::int64_t end) noexcept {
    return square_of_reals(reals(x + begin), width<T> * (end - begin));
}

template <class T>
Sum<T> to_sum(double re, [[maybe_unused]] double im) noexcept {
    if constexpr (is_complex_v<T>) return {re, im};
    else return re;
}

/// Adds Re xᴴy, Im xᴴy and xᴴx over [begin, end).
template <class T>
void add_dot_and_square(Sums<3>& s, const T* x_, const T* y_, std::int64_t begin, std::int64_t end) noexcept {
    const Real<T>* const x = reals(x_ + begin);
    const Real<T>* const y = reals(y_ + begin);
    const std::int64_t n = width<T> * (end - begin);
    double dot[lanes] = {};
    double square[lanes] = {};
    const auto add = [&](std::int64_t i, int k) {
        const auto xi = static_cast<double>(x[i]);
        dot[k] += xi * static_cast<double>(y[i]);
        square[k] += xi * xi;
    };
    std::int64_t i = 0;
    for (; i + lanes <= n; i += lanes) {
        ask_ahead(x + i);
        ask_ahead(y + i);
        for (int k = 0; k < lanes; ++k) add(i + k, k);
    }
    for (int k = 0; i < n; ++i, ++k) add(i, k);
    s[0] += sum_of(dot);
    if constexpr (is_complex_v<T>) s[1] += imaginary_dot(x, y, end - begin);
    s[2] += sum_of(square);
}

}  // namespace tamis::detail::vec
