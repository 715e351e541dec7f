// Private: the text of a file in blocks of whole lines, handed out to threads in order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>

#include <tamis/core/array.hpp>

#include "sparse/matrix_market/source.hpp"

namespace tamis::detail::matrix_market {

inline constexpr std::size_t default_block_bytes = std::size_t{1} << 20;

/// Whole lines of text; the last character is a newline (one is supplied where the file lacks its last).
struct Block {
    Array<char> buffer;
    std::size_t begin = 0;  ///< what comes before has been consumed
    std::size_t end = 0;
    std::int64_t sequence = -1;
    [[nodiscard]] const char* first() const { return buffer.data() + begin; }
    [[nodiscard]] const char* last() const { return buffer.data() + end; }
};

/// Cuts a source into blocks. A block is larger than asked for only where a single line is.
class BlockReader {
  public:
    BlockReader(NamedSource source, std::size_t block_bytes = default_block_bytes)
        : source_(std::move(source.source)),
          name_(std::move(source.name)),
          block_bytes_(block_bytes) {}

    /// Fills `block`, reusing its memory; false at the end of the text. Threads may call it at once.
    bool next(Block& block);

    [[nodiscard]] const std::string& name() const { return name_; }
    /// True once next() has nothing more to give.
    [[nodiscard]] bool ended() const { return ended_ && tail_.empty(); }
    [[nodiscard]] std::int64_t next_sequence() const { return sequence_; }
    /// An upper bound of the bytes still to come, or -1.
    [[nodiscard]] std::int64_t bytes_left() const { return source_->bytes_left(); }

  private:
    std::size_t fill(Block& block, std::size_t filled);

    std::unique_ptr<Source> source_;
    std::string name_;
    std::size_t block_bytes_;
    std::mutex mutex_;
    std::string tail_;  // the beginning of a line whose end is still to come
    bool ended_ = false;
    std::int64_t sequence_ = 0;
};

}  // namespace tamis::detail::matrix_market
