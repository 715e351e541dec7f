// Private: sums that go to y, straight or by way of a tile on the stack.
#pragma once

#include <algorithm>
#include <cstdint>

#include "sparse/update.hpp"

namespace tamis::detail {

/// Rows of a tile.
inline constexpr std::int64_t tile_rows = 480;  // a multiple of 8 and of each size of a block but 5, which is 5·96

/// Rows [begin, end) of y ← alpha s + beta y, where sums(begin, end, target) computes s for rows that begin at a multiple of
/// tile_rows behind `begin`.
template <class T, class Sums>
void put_rows(std::int64_t begin, std::int64_t end, T* y, std::int64_t stride, const Update<T>& update, const Sums& sums) {
    if (update.plain && update.overwrite && stride == 1) {
        sums(begin, end, y + begin);
        return;
    }
    T tile[tile_rows];
    for (std::int64_t i = begin; i < end; i += tile_rows) {
        const std::int64_t stop = std::min(end, i + tile_rows);
        sums(i, stop, tile);
        for (std::int64_t r = i; r < stop; ++r) update(y[r * stride], tile[r - i]);
    }
}

}  // namespace tamis::detail
