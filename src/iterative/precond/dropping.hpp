// Private: the two thresholds of incomplete factorizations.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <tamis/core/array.hpp>
#include <tamis/core/error.hpp>

namespace tamis::detail {

/// An entry of a row (or column) in the making.
template <class E>
struct Candidate {
    std::int64_t index;
    E value;
};

/// Leaves the `most` candidates of largest modulus (of equal ones those with the smaller index), ascending by index.
template <class E>
void keep_largest(std::vector<Candidate<E>>& row, std::int64_t most) {
    if (std::ssize(row) > most) {
        std::nth_element(row.begin(), row.begin() + static_cast<std::ptrdiff_t>(most), row.end(),
                         [](const auto& a, const auto& b) {
                             const double x = std::abs(a.value);
                             const double y = std::abs(b.value);
                             return x != y ? x > y : a.index < b.index;
                         });
        row.resize(static_cast<std::size_t>(most));
    }
    std::sort(row.begin(), row.end(), [](const auto& a, const auto& b) { return a.index < b.index; });
}

/// Entries that a row may keep: ⌈fill_factor · entries / rows⌉, at least 1.
inline std::int64_t most_entries(double fill_factor, double entries, std::int64_t rows) {
    if (rows == 0) return 1;
    const double most = std::ceil(fill_factor * entries / static_cast<double>(rows));
    return static_cast<std::int64_t>(std::clamp(most, 1.0, static_cast<double>(rows)));
}

inline void check_dropping(const char* name, double drop_tolerance, double fill_factor) {
    if (!(drop_tolerance >= 0 && std::isfinite(drop_tolerance)))
        throw InvalidArgument(std::string(name) + ": .drop_tolerance is " + std::to_string(drop_tolerance) +
                              "; it must be at least 0");
    if (!(fill_factor > 0))
        throw InvalidArgument(std::string(name) + ": .fill_factor is " + std::to_string(fill_factor) +
                              "; it must be positive");
}

/// An array of what was gathered in a vector.
template <class V>
Array<V> to_array(const std::vector<V>& v) {
    return Array<V>(std::span<const V>(v));
}

}  // namespace tamis::detail
