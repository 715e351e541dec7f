// The matrices that all contenders make for themselves, entry by entry the same: full and unsymmetric, or definite.
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

namespace bench {

inline double entry(std::int64_t i, std::int64_t j) {
    const std::int64_t k = 2003 * i + j + 17;  // a scrambled square: no pattern that would lower the rank
    return static_cast<double>(k * k % 65521 * 48271 % 65521) / 65521 - 0.5;
}

/// Column-major n×n. Tasks of definite matrices get the symmetric part and n on the diagonal.
inline std::vector<double> dense_matrix(const std::string& task, std::int64_t n) {
    const bool definite = task == "cholesky" || task == "eigh" || task == "sqrtm" || task == "logm";
    const double scale = task == "expm" ? 2 / std::sqrt(static_cast<double>(n)) : 1;
    std::vector<double> A(static_cast<std::size_t>(n * n));
    for (std::int64_t j = 0; j < n; ++j)
        for (std::int64_t i = 0; i < n; ++i) {
            double& a = A[static_cast<std::size_t>(j * n + i)];
            a = scale * (definite ? (entry(i, j) + entry(j, i)) / 2 : entry(i, j));
            if (i == j && definite) a += static_cast<double>(n);
        }
    return A;
}

/// Seconds of one call: small ones are called in lots of about 20 ms, the median of up to nine lots counts.
template <class F>
double seconds_a_call(F&& f) {
    using Clock = std::chrono::steady_clock;
    const auto lot = [&f](std::int64_t calls) {
        const auto start = Clock::now();
        for (std::int64_t k = 0; k < calls; ++k) f();
        return std::chrono::duration<double>(Clock::now() - start).count() / static_cast<double>(calls);
    };
    const double first = std::max(lot(1), 1e-9);
    if (first > 0.7) return first;
    const double second = std::max(lot(1), 1e-9);
    const auto calls = static_cast<std::int64_t>(std::max(1.0, 0.02 / std::min(first, second)));
    std::vector<double> times;
    for (double total = 0; times.size() < 9 && total < 1; total += times.back() * static_cast<double>(calls))
        times.push_back(lot(calls));
    std::nth_element(times.begin(), times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2), times.end());
    return times[times.size() / 2];
}

}  // namespace bench
