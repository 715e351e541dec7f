// Private: the rows of a product cut into chunks of about equal work, which threads take as they become free.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "core/parallel.hpp"

namespace tamis::detail {

struct RowChunk {
    std::int64_t begin;
    std::int64_t end;
    std::int64_t work;
};

/// By the multiplications of each row, and a little for the row itself. Chunks are small against the whole, so that threads
/// end together, and large against the cost of taking one. Those of heavy rows come first: nothing is left to be done beside
/// a heavy row that begins last.
template <class I>
std::vector<RowChunk> cut_by_work(const I* work, std::int64_t rows, double products, int threads) {
    constexpr std::int64_t per_row = 8;
    const double total = products + static_cast<double>(per_row * rows);
    const auto target = std::max(static_cast<std::int64_t>(total / (64.0 * threads)), parallel_grain / 4);
    std::vector<RowChunk> chunks;
    RowChunk chunk{0, 0, 0};
    for (; chunk.end < rows; ++chunk.end) {
        const std::int64_t row = static_cast<std::int64_t>(work[chunk.end]) + per_row;
        if (chunk.work > 0 && chunk.work + row > target) {
            chunks.push_back(chunk);
            chunk = {chunk.end, chunk.end, 0};
        }
        chunk.work += row;
    }
    if (chunk.work > 0) chunks.push_back(chunk);
    std::stable_partition(chunks.begin(), chunks.end(), [&](const RowChunk& c) { return c.work > 2 * target; });
    return chunks;
}

}  // namespace tamis::detail
