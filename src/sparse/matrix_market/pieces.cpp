#include "sparse/matrix_market/pieces.hpp"

#include <atomic>
#include <exception>
#include <limits>
#include <mutex>
#include <optional>
#include <string>

#include <tamis/core/error.hpp>

#include "core/parallel.hpp"
#include "instantiate.hpp"
#include "sparse/matrix_market/parse_block.hpp"

namespace tamis::detail::matrix_market {

namespace {

/// The first thing that went wrong, in the order of the text; blocks are handed out in order and each is finished, so every
/// block before the failed one is complete.
struct Failure {
    std::int64_t sequence = std::numeric_limits<std::int64_t>::max();
    std::optional<BlockError> parse;
    std::exception_ptr other;
};

/// What the threads share: the pieces so far, their number of entries, the first failure.
template <class V, class I>
class Collector {
  public:
    explicit Collector(std::int64_t promised) : promised_(promised) {}

    void put(std::int64_t sequence, Piece<V, I>&& piece) {
        entries_ += piece.count;
        const std::lock_guard lock(mutex_);
        const auto k = static_cast<std::size_t>(sequence);
        if (pieces_.size() <= k) pieces_.resize(k + 1);
        pieces_[k] = std::move(piece);
    }
    void fail(Failure failure) {
        const std::lock_guard lock(mutex_);
        failed_ = true;
        if (failure.sequence < failure_.sequence) failure_ = std::move(failure);
    }
    /// More text cannot change the outcome any more.
    [[nodiscard]] bool decided() const { return failed_ || entries_ > promised_; }
    std::vector<Piece<V, I>>& pieces() { return pieces_; }
    [[nodiscard]] const Failure& failure() const { return failure_; }

  private:
    std::int64_t promised_;
    std::atomic<std::int64_t> entries_{0};
    std::atomic<bool> failed_{false};
    std::mutex mutex_;
    std::vector<Piece<V, I>> pieces_;
    Failure failure_;
};

/// Parses one block into the collector; nothing escapes, since this runs in a parallel region.
template <class V, class I>
void parse_into(Collector<V, I>& collector, const Head& head, const Block& block, std::int64_t sequence) noexcept {
    Failure failure;
    failure.sequence = sequence;
    try {
        Piece<V, I> piece;
        try {
            parse_block(head.info, block, piece);
        } catch (BlockError& error) {
            failure.parse = std::move(error);
            collector.put(sequence, std::move(piece));
            collector.fail(std::move(failure));
            return;
        }
        collector.put(sequence, std::move(piece));
    } catch (...) {
        failure.other = std::current_exception();
        collector.fail(std::move(failure));
    }
}

/// One thread's work: blocks until the text ends or the outcome is decided.
template <class V, class I>
void parse_blocks(Collector<V, I>& collector, BlockReader& reader, const Head& head, std::int64_t offset) noexcept {
    Block block;
    while (!collector.decided()) {
        try {
            if (!reader.next(block)) return;
        } catch (...) {
            Failure failure;
            failure.sequence = reader.next_sequence() - offset;
            failure.other = std::current_exception();
            collector.fail(std::move(failure));
            return;
        }
        parse_into(collector, head, block, block.sequence - offset);
    }
}

/// A promise that the index type cannot count is refused at once where the file is large enough to keep it.
template <class I>
void check_promise(const BlockReader& reader, const Head& head) {
    constexpr std::int64_t most = std::numeric_limits<I>::max();
    if constexpr (sizeof(I) < 8) {
        const auto& info = head.info;
        if (info.rows > most || info.cols > most)
            throw IndexOverflow("read_matrix_market: '" + reader.name() + "' has " + std::to_string(info.rows) +
                                " rows and " + std::to_string(info.cols) +
                                " columns, more than int32 can index; read it with int64 indices");
        if (info.entries > most && reader.bytes_left() / least_entry_bytes(info) > info.entries)
            throw IndexOverflow("read_matrix_market: '" + reader.name() + "' has " + std::to_string(info.entries) +
                                " entries, more than int32 can count; read it with int64 indices");
    }
}

template <class V, class I>
std::int64_t count_lines(const std::vector<Piece<V, I>>& pieces, std::size_t end) {
    std::int64_t lines = 0;
    for (std::size_t k = 0; k < end; ++k) lines += pieces[k].lines;
    return lines;
}

}  // namespace

template <class V, class I>
std::int64_t line_of_entry(const Head& head, const std::vector<Piece<V, I>>& pieces, std::int64_t k) {
    std::int64_t line = head.lines;
    for (const auto& piece : pieces) {
        if (k < piece.count) {
            line += k + 1;
            for (const auto& [before, lines] : piece.skipped) {
                if (before > k) break;
                line += lines;
            }
            return line;
        }
        k -= piece.count;
        line += piece.lines;
    }
    return line + 1;
}

template <class V, class I>
std::vector<Piece<V, I>> parse_entries(BlockReader& reader, Head& head) {
    check_promise<I>(reader, head);
    const std::int64_t promised = head.info.entries;
    Collector<V, I> collector(promised);
    // Blocks are numbered from the first one after the head; that one is a remainder of the last block of the head.
    const std::int64_t offset = reader.next_sequence() - (head.has_rest ? 1 : 0);
    if (head.has_rest) parse_into(collector, head, head.rest, 0);
    const bool whole = reader.ended();
    head.rest = Block{};
    if (!whole) {
        const auto left = reader.bytes_left();
        [[maybe_unused]] const int most = left < 0 ? threads() : threads_for(left / 8);
#pragma omp parallel num_threads(most) if (most > 1)
        parse_blocks(collector, reader, head, offset);
    }
    auto& pieces = collector.pieces();
    const auto& failure = collector.failure();
    std::int64_t entries = 0;
    for (std::size_t k = 0; k < pieces.size() && static_cast<std::int64_t>(k) <= failure.sequence; ++k)
        entries += pieces[k].count;
    const std::string wanted = "expected " + std::to_string(promised) + (promised == 1 ? " entry" : " entries") +
                               ", as the size line " + (head.info.format == MatrixMarketFormat::array ? "implies" : "says");
    if (entries > promised)
        throw ParseError(reader.name(), line_of_entry(head, pieces, promised), 1, wanted + ", found one more");
    if (failure.other) std::rethrow_exception(failure.other);
    if (failure.parse) {
        const auto line =
            head.lines + count_lines(pieces, static_cast<std::size_t>(failure.sequence)) + failure.parse->line + 1;
        throw ParseError(reader.name(), line, failure.parse->column, failure.parse->message);
    }
    if (entries < promised)
        throw ParseError(reader.name(), head.lines + count_lines(pieces, pieces.size()) + 1, 1,
                         wanted + ", found the end of the file after " + std::to_string(entries));
    return std::move(pieces);
}

#define TAMIS_INSTANTIATE(V, I)                                                 \
    template std::vector<Piece<V, I>> parse_entries<V, I>(BlockReader&, Head&); \
    template std::int64_t line_of_entry(const Head&, const std::vector<Piece<V, I>>&, std::int64_t);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail::matrix_market
