// The data that all contenders make for themselves, entry by entry the same: n samples of p features, rows one after another
// as NumPy has them, around a point that is not the origin.
#pragma once

#include <cstdint>
#include <vector>

namespace bench {

inline double sample_entry(std::int64_t i, std::int64_t k) {
    const std::int64_t q = 2003 * i + 7919 * k + 17;
    return static_cast<double>(q % 65521 * (q % 65521) % 65521 * 48271 % 65521) / 65521 + 0.5;
}

/// Row-major n×p.
inline std::vector<double> samples(std::int64_t n, std::int64_t p) {
    std::vector<double> X(static_cast<std::size_t>(n * p));
    for (std::int64_t i = 0; i < n; ++i)
        for (std::int64_t k = 0; k < p; ++k) X[static_cast<std::size_t>(i * p + k)] = sample_entry(i, k);
    return X;
}

/// The column of entry e of ten in row i: low columns are popular, as words of a text are.
inline std::int64_t sparse_column(std::int64_t i, std::int64_t e, std::int64_t p) {
    const double u = sample_entry(i, 13 * e + 5) - 0.5;
    return static_cast<std::int64_t>(static_cast<double>(p) * u * u * u);
}

}  // namespace bench
