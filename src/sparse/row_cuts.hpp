// Private: rows cut among threads by their nonzeros, long rows cut inside.
//
// A row of at least `long_row` entries is summed in `row_chunks` chunks, whose sums are added from left to right, by however
// many threads: the bits of a product do not depend on their number. The cut between two threads may then fall between two
// chunks, so that one row with most of the entries is shared out too.
#pragma once

#include <algorithm>
#include <cstdint>

#include <tamis/sparse/view.hpp>

#include "sparse/kernels/csr.hpp"
#include "sparse/parts.hpp"

namespace tamis::detail {

/// Where chunk c of the row with the entries [begin, end) starts.
inline std::int64_t chunk_start(std::int64_t begin, std::int64_t end, int c) noexcept {
    const std::int64_t length = end - begin;
    return begin + length / row_chunks * c + length % row_chunks * c / row_chunks;
}

/// Part p takes what lies between cut p and cut p + 1: first the chunks of cut p's row from its chunk on, if that is not 0.
struct RowCut {
    std::int64_t row;
    int chunk;
};

class RowCuts {
  public:
    static constexpr int max_parts = 256;
    static constexpr int max_shared = 16;  // rows that are cut inside; further cuts move to the end of their row

    template <class T, class I>
    RowCuts(const CsrView<T, I>& A, int parts) noexcept : parts_(std::min(parts, max_parts)) {
        for (int part = 0; part <= parts_; ++part) {
            std::int64_t row = first_row(A, part, parts_);
            int chunk = -1;
            if (part > 0 && part < parts_ && row > 0) chunk = chunk_in(A, row - 1, part);
            const bool known = shared_ > 0 && rows_[shared_ - 1] == row - 1;
            if (chunk > 0 && !known && shared_ == max_shared) chunk = -1;
            if (chunk >= 0) --row;
            if (chunk > 0 && !known) rows_[shared_++] = row;
            cuts_[part] = {row, std::max(chunk, 0)};
        }
    }

    int parts() const noexcept { return parts_; }
    const RowCut& operator[](int part) const noexcept { return cuts_[part]; }
    int shared() const noexcept { return shared_; }
    std::int64_t shared_row(int s) const noexcept { return rows_[s]; }
    /// The number of a shared row.
    int slot(std::int64_t row) const noexcept {
        int s = 0;
        while (rows_[s] != row) ++s;
        return s;
    }

  private:
    /// The chunk of a long row that holds the part's share; −1 for a short one.
    template <class T, class I>
    int chunk_in(const CsrView<T, I>& A, std::int64_t row, int part) const noexcept {
        const auto begin = static_cast<std::int64_t>(A.row_offsets().data()[row]);
        const std::int64_t length = static_cast<std::int64_t>(A.row_offsets().data()[row + 1]) - begin;
        if (length < long_row) return -1;
        const std::int64_t into = part_target(A, part, parts_) - row - begin;
        return static_cast<int>(std::min<std::int64_t>(into / (length / row_chunks), row_chunks - 1));
    }

    int parts_;
    int shared_ = 0;
    RowCut cuts_[max_parts + 1];
    std::int64_t rows_[max_shared];
};

}  // namespace tamis::detail
