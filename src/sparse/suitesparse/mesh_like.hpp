// Private: a guess from the pattern alone, cheap beside an ordering.
#pragma once

#include <cstdint>

#include "sparse/suitesparse/backend.hpp"

namespace tamis::detail {

/// Whether the graph of a square pattern looks like a mesh: large, symmetric, and with few vertices that have at most two
/// neighbours. Circuits and trees have many of those, and then a factor without dense blocks. O(n + nnz).
template <class J>
bool mesh_like(const ColumnPattern<J>& pattern) {
    constexpr std::int64_t large = 10'000;
    const auto n = pattern.cols;
    if (n < large) return false;
    std::int64_t thin = 0;
    for (std::int64_t j = 0; j < n; ++j) thin += pattern.offsets[j + 1] - pattern.offsets[j] <= 3;
    if (10 * thin > n) return false;
    // Entry (i, j) above the diagonal meets (j, i) below it: column by column, the lower parts are walked through once.
    Array<J> lower(n, uninitialized);
    for (std::int64_t j = 0; j < n; ++j) {
        for (auto k = static_cast<std::int64_t>(pattern.offsets[j]); k < pattern.offsets[j + 1]; ++k) {
            const auto i = static_cast<std::int64_t>(pattern.indices[k]);
            if (i > j) break;
            lower[j] = static_cast<J>(k + 1);
            if (i == j) continue;
            const J at = lower[i]++;
            if (at == pattern.offsets[i + 1] || pattern.indices[at] != j) return false;
        }
        if (pattern.offsets[j] == pattern.offsets[j + 1] || pattern.indices[pattern.offsets[j]] > j)
            lower[j] = pattern.offsets[j];
    }
    for (std::int64_t j = 0; j < n; ++j)
        if (lower[j] != pattern.offsets[j + 1]) return false;
    return true;
}

}  // namespace tamis::detail
