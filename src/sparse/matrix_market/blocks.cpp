#include "sparse/matrix_market/blocks.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace tamis::detail::matrix_market {

namespace {

void reserve(Array<char>& buffer, std::size_t bytes, std::size_t keep) {
    if (static_cast<std::size_t>(buffer.size()) >= bytes) return;
    Array<char> larger(static_cast<std::int64_t>(bytes), uninitialized);
    if (keep > 0) std::memcpy(larger.data(), buffer.data(), keep);
    buffer = std::move(larger);
}

/// Where the last line that is complete ends: one past the last newline in [from, to), or 0.
std::size_t after_last_newline(const char* text, std::size_t from, std::size_t to) {
    for (std::size_t k = to; k > from; --k)
        if (text[k - 1] == '\n') return k;
    return 0;
}

}  // namespace

/// Reads until the buffer (less a place for a supplied newline) is full or the source ends; returns the new filling.
std::size_t BlockReader::fill(Block& block, std::size_t filled) {
    const auto capacity = static_cast<std::size_t>(block.buffer.size()) - 1;
    while (filled < capacity && !ended_) {
        const auto got = source_->read(block.buffer.data() + filled, capacity - filled);
        filled += got;
        ended_ = got == 0;
    }
    return filled;
}

bool BlockReader::next(Block& block) {
    const std::lock_guard lock(mutex_);
    if (ended()) return false;
    std::size_t bytes = block_bytes_;
    if (const auto left = source_->bytes_left(); left >= 0 && static_cast<std::uint64_t>(left) < bytes)
        bytes = static_cast<std::size_t>(left) + 1;
    reserve(block.buffer, std::max(bytes, tail_.size() + 1) + 1, 0);
    std::copy(tail_.begin(), tail_.end(), block.buffer.data());
    std::size_t filled = tail_.size();
    tail_.clear();
    std::size_t searched = filled;  // a tail has no newline
    for (;;) {
        filled = fill(block, filled);
        if (ended_) {
            if (filled == 0) return false;
            if (block.buffer[static_cast<std::int64_t>(filled) - 1] != '\n')
                block.buffer[static_cast<std::int64_t>(filled++)] = '\n';
            block.end = filled;
            break;
        }
        if (const auto end = after_last_newline(block.buffer.data(), searched, filled); end > 0) {
            block.end = end;
            tail_.assign(block.buffer.data() + end, filled - end);
            break;
        }
        searched = filled;
        reserve(block.buffer, 2 * static_cast<std::size_t>(block.buffer.size()), filled);
    }
    block.begin = 0;
    block.sequence = sequence_++;
    return true;
}

}  // namespace tamis::detail::matrix_market
