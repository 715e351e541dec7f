// Private: guesses from the pattern alone, cheap beside an ordering.
#pragma once

#include <algorithm>
#include <cstdint>

#include "sparse/suitesparse/backend.hpp"

namespace tamis::detail {

/// The share of a square pattern's entries off the diagonal whose mirror image is stored, too; 1 where there are none.
/// O(n + nnz).
template <class J>
double pattern_symmetry(const ColumnPattern<J>& pattern) {
    const auto n = pattern.cols;
    // Column i's entries below its diagonal are met, in ascending order, by row i's entries above it.
    Array<J> next(std::span<const J>(pattern.offsets.data(), static_cast<std::size_t>(n)));
    std::int64_t off_diagonal = 0;
    std::int64_t matched = 0;
    for (std::int64_t j = 0; j < n; ++j) {
        for (auto k = static_cast<std::int64_t>(pattern.offsets[j]); k < static_cast<std::int64_t>(pattern.offsets[j + 1]);
             ++k) {
            const auto i = static_cast<std::int64_t>(pattern.indices[k]);
            if (i == j) continue;
            ++off_diagonal;
            if (i > j) continue;
            while (next[i] < pattern.offsets[i + 1] && static_cast<std::int64_t>(pattern.indices[next[i]]) < j) ++next[i];
            if (next[i] < pattern.offsets[i + 1] && static_cast<std::int64_t>(pattern.indices[next[i]]) == j) matched += 2;
        }
    }
    return off_diagonal == 0 ? 1 : static_cast<double>(matched) / static_cast<double>(off_diagonal);
}

/// Whether every diagonal entry is stored.
template <class J>
bool has_full_diagonal(const ColumnPattern<J>& pattern) {
    for (std::int64_t j = 0; j < pattern.cols; ++j)
        if (!std::binary_search(pattern.indices.data() + pattern.offsets[j], pattern.indices.data() + pattern.offsets[j + 1],
                                static_cast<J>(j)))
            return false;
    return true;
}

/// The lower triangle, diagonal included, of the pattern of A + Aᵀ.
template <class J>
ColumnPattern<J> lower_of_symmetrized(const ColumnPattern<J>& pattern) {
    const auto n = pattern.cols;
    const auto for_each = [&](const auto& visit) {  // (column, row): rows in no order, entries up to twice
        for (std::int64_t j = 0; j < n; ++j)
            for (auto k = static_cast<std::int64_t>(pattern.offsets[j]);
                 k < static_cast<std::int64_t>(pattern.offsets[j + 1]); ++k) {
                const auto i = static_cast<std::int64_t>(pattern.indices[k]);
                visit(std::min(i, j), std::max(i, j));
            }
    };
    Array<std::int64_t> starts(n + 1);
    for_each([&](std::int64_t j, std::int64_t) { ++starts[j + 1]; });
    for (std::int64_t j = 0; j < n; ++j) starts[j + 1] += starts[j];
    Array<std::int64_t> next(std::span<const std::int64_t>(starts.data(), static_cast<std::size_t>(n)));
    ColumnPattern<J> lower{n, n, Array<J>(n + 1), never_null<J>(pattern.nnz())};
    for_each([&](std::int64_t j, std::int64_t i) { lower.indices[next[j]++] = static_cast<J>(i); });
    J* out = lower.indices.data();
    for (std::int64_t j = 0; j < n; ++j) {
        J* const first = lower.indices.data() + starts[j];
        J* const last = lower.indices.data() + starts[j + 1];
        std::sort(first, last);
        out = std::move(first, std::unique(first, last), out);
        lower.offsets[j + 1] = static_cast<J>(out - lower.indices.data());
    }
    lower.indices.shrink(out - lower.indices.data());
    return lower;
}

/// Whether the graph of a square pattern looks like a mesh: large, symmetric, and with few vertices that have at most two
/// neighbours. Circuits and trees have many of those, and then a factor without dense blocks. O(n + nnz).
template <class J>
bool mesh_like(const ColumnPattern<J>& pattern) {
    constexpr std::int64_t large = 20'000;
    const auto n = pattern.cols;
    if (n < large) return false;
    std::int64_t thin = 0;
    for (std::int64_t j = 0; j < n; ++j) thin += pattern.offsets[j + 1] - pattern.offsets[j] <= 3;
    return 10 * thin <= n && pattern_symmetry(pattern) == 1;
}

}  // namespace tamis::detail
