// Private: rows shared out among threads.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

namespace tamis::detail {

/// Where part t of `parts` begins when the rows are cut into parts of about equally many entries: a row, or the number of
/// rows for t = parts.
template <class I>
std::int64_t balanced_cut(std::span<const I> offsets, std::int64_t t, std::int64_t parts) noexcept {
    const std::int64_t rows = std::ssize(offsets) - 1;
    if (t <= 0) return 0;
    if (t >= parts) return rows;
    // floor(nnz t / parts) without overflow
    const std::int64_t nnz = offsets.back();
    const std::int64_t target = nnz / parts * t + nnz % parts * t / parts;
    return std::min<std::int64_t>(
        rows, std::lower_bound(offsets.begin(), offsets.end(), static_cast<I>(target)) - offsets.begin());
}

}  // namespace tamis::detail
