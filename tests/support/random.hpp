// Random numbers that are the same on every machine (the standard library's distributions are not).
#pragma once

#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

#include <tamis/core/dense_types.hpp>
#include <tamis/core/scalar.hpp>

#include "support/types.hpp"

namespace tamis::test {

/// SplitMix64 (Steele, Lea and Flood 2014) with the few distributions that tests need.
class Random {
  public:
    explicit Random(std::uint64_t seed = 1) noexcept : state_(seed) {}

    std::uint64_t bits() noexcept {
        std::uint64_t z = (state_ += 0x9e3779b97f4a7c15U);
        z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
        z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
        return z ^ (z >> 31U);
    }
    /// Uniform in [0, 1).
    double uniform() noexcept { return static_cast<double>(bits() >> 11U) * 0x1p-53; }
    /// Uniform in [lower, upper).
    double uniform(double lower, double upper) noexcept { return lower + (upper - lower) * uniform(); }
    /// Uniform among 0, 1, …, n − 1; n ≥ 1.
    std::int64_t below(std::int64_t n) noexcept { return static_cast<std::int64_t>(bits() % static_cast<std::uint64_t>(n)); }
    /// A multiple of 1/8 in [−1, 1], real and imaginary part: sums and products of few of them are exact even in float.
    template <class T>
    T eighths() noexcept {
        const double re = static_cast<double>(below(17) - 8) / 8;
        return scalar<T>(re, is_complex_v<T> ? static_cast<double>(below(17) - 8) / 8 : 0);
    }
    /// As eighths, but never zero.
    template <class T>
    T nonzero_eighths() noexcept {
        for (;;) {
            if (const T v = eighths<T>(); v != T(0)) return v;
        }
    }
    /// Uniform in [−1, 1), real and imaginary part.
    template <class T>
    T value() noexcept {
        const double re = uniform(-1, 1);
        return scalar<T>(re, is_complex_v<T> ? uniform(-1, 1) : 0);
    }
    template <class T>
    Vector<T> vector(std::int64_t n) {
        Vector<T> v(n);
        for (std::int64_t i = 0; i < n; ++i) v[i] = value<T>();
        return v;
    }
    template <class T>
    Matrix<T> matrix(std::int64_t rows, std::int64_t cols) {
        Matrix<T> m(rows, cols);
        for (std::int64_t j = 0; j < cols; ++j)
            for (std::int64_t i = 0; i < rows; ++i) m(i, j) = value<T>();
        return m;
    }
    /// A uniformly random permutation of 0, …, n − 1 (Fisher and Yates).
    std::vector<std::int64_t> permutation(std::int64_t n) {
        std::vector<std::int64_t> p(static_cast<std::size_t>(n));
        std::iota(p.begin(), p.end(), std::int64_t{0});
        for (std::int64_t i = n - 1; i > 0; --i)
            std::swap(p[static_cast<std::size_t>(i)], p[static_cast<std::size_t>(below(i + 1))]);
        return p;
    }

  private:
    std::uint64_t state_;
};

}  // namespace tamis::test
