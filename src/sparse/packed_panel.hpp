// Private: W columns of a matrix stored by columns, copied so that the W numbers of a row lie side by side: a sparse product
// then reads one cache line an entry where it would read W.
//
// Where the rows of A keep to a band, only a window of X is copied that moves with them and stays in a core's cache:
//
//     rows of X       ┌ ─ ─ ─ ─ ┬──────────┬────────┬ ─ ─ ─
//                     │ dropped │ in use   │ ahead  │ to come         the buffer holds [base, end)
//                     └ ─ ─ ─ ─ ┴──────────┴────────┴ ─ ─ ─
//                              base                end
//
// When it is full, what is in use moves to its front. Otherwise all of the panel is copied, once for all threads.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>

#include <tamis/core/array.hpp>

#include "sparse/gather_ways.hpp"
#include "sparse/interleave.hpp"
#include "sparse/partition.hpp"
#include "sparse/parts.hpp"

namespace tamis::detail {

/// Whether a copy of so many rows is worth its memory: not for small products, nor for fewer entries than rows.
template <class T, class I>
bool worth_packing(const CsrView<T, I>& A, int W, std::int64_t rows) noexcept {
    constexpr std::int64_t least_work = 1 << 16;
    return A.nnz() * W >= least_work && A.nnz() >= rows;
}

/// Rows of A whose columns are looked up together.
inline constexpr std::int64_t packed_step = 128;

struct PackingPlan {
    bool whole;
    std::int64_t window;  // rows of X that a thread holds otherwise
};

/// How far apart the columns of neighbouring rows are, by 64 samples; more than that costs speed, not correctness.
template <class T, class I>
PackingPlan plan_packing(const CsrView<T, I>& A, int W) noexcept {
    constexpr int samples = 64;
    constexpr std::int64_t largest = 4 << 20;  // bytes
    const I* offsets = A.row_offsets().data();
    const I* indices = A.col_indices().data();
    std::int64_t span = 0;
    for (int s = 0; s < samples; ++s) {
        const std::int64_t begin = even_cut(A.rows(), s, samples);
        const std::int64_t end = std::min(A.rows(), begin + packed_step);
        std::int64_t low = A.cols();
        std::int64_t high = -1;
        for (const std::int64_t i : {begin, (begin + end) / 2, end - 1}) {
            if (offsets[i] == offsets[i + 1]) continue;
            low = std::min(low, static_cast<std::int64_t>(indices[offsets[i]]));
            high = std::max(high, static_cast<std::int64_t>(indices[offsets[i + 1] - 1]));
        }
        span = std::max(span, high - low + 1);
    }
    const std::int64_t window = 2 * span + 8 * packed_step;
    return {window * W * static_cast<std::int64_t>(sizeof(T)) > largest || 2 * window > A.cols(), window};
}

/// Rows [begin, end) of a panel of W columns, side by side.
template <int W, class T>
void pack(const MatrixView<const T>& panel, std::int64_t begin, std::int64_t end, T* to) noexcept {
    if (panel.row_stride() == 1) return interleave<W>(panel.data() + begin, panel.col_stride(), end - begin, to);
    for (std::int64_t r = begin; r < end; ++r, to += W)
        for (int w = 0; w < W; ++w) to[w] = panel(r, w);
}

/// All rows of a panel.
template <int W, class T>
Array<T> pack_rows(const MatrixView<const T>& panel, int parts) {
    const std::int64_t n = panel.rows();
    Array<T> rows(n * W, uninitialized);
    for_each_part(parts, [&](int part) {
        const std::int64_t begin = even_cut(n, part, parts);
        const std::int64_t end = even_cut(n, part + 1, parts);
        pack<W>(panel, begin, end, rows.data() + begin * W);
    });
    return rows;
}

/// The window of one thread.
template <class T, int W>
class PackedWindow {
  public:
    PackedWindow(const MatrixView<const T>& panel, T* buffer, std::int64_t capacity)
        : panel_(panel),
          buffer_(buffer),
          capacity_(capacity) {}

    /// Whether the rows [low, high) are in the window now.
    bool hold(std::int64_t low, std::int64_t high) noexcept {
        if (high - low > capacity_) return false;
        if (low < base_ || low > end_) {
            base_ = low;
            end_ = low;
        }
        if (high > base_ + capacity_) {
            std::copy(buffer_ + (low - base_) * W, buffer_ + (end_ - base_) * W, buffer_);
            base_ = low;
        }
        if (high > end_) {
            pack<W>(panel_, end_, high, buffer_ + (end_ - base_) * W);
            copied_ += high - end_;
            end_ = high;
        }
        return true;
    }
    /// Where row 0 would lie.
    [[nodiscard]] const T* origin() const noexcept {
        return reinterpret_cast<const T*>(reinterpret_cast<std::uintptr_t>(buffer_) -
                                          static_cast<std::uintptr_t>(base_ * W) * sizeof(T));
    }
    [[nodiscard]] std::int64_t copied() const noexcept { return copied_; }

  private:
    MatrixView<const T> panel_;
    T* buffer_;
    std::int64_t capacity_;
    std::int64_t base_ = 0;
    std::int64_t end_ = 0;
    std::int64_t copied_ = 0;
};

/// The way to the sums of rows (gather_ways.hpp) that goes through windows. Rows whose columns do not fit into one take the
/// strided way, with the same bits.
template <int Width, bool Conjugate, class T, class I>
class PackedBlock {
  public:
    static constexpr int W = Width;
    PackedBlock(const CsrView<T, I>& A, MatrixView<const T> panel, MatrixView<T> Y, const Update<T>& update,
                std::int64_t window, int parts)
        : A_(A),
          panel_(panel),
          Y_(Y),
          update_(update),
          strided_(A, panel, Y, 0, update),
          window_(window),
          buffers_(window * W * parts, uninitialized) {}

    /// Called once a part at most.
    void rows(std::int64_t begin, std::int64_t end) const noexcept {
        PackedWindow<T, W> window(panel_, buffers_.data() + taken_++ * window_ * W, window_);
        const I* offsets = A_.row_offsets().data();
        const I* indices = A_.col_indices().data();
        for (std::int64_t i = begin; i < end; i += packed_step) {
            const std::int64_t stop = std::min(end, i + packed_step);
            std::int64_t low = A_.cols();
            std::int64_t high = 0;
            for (std::int64_t r = i; r < stop; ++r) {
                // The indices are read here first.
                __builtin_prefetch(indices + offsets[std::min(r + 2 * packed_step, A_.rows())]);
                if (offsets[r] == offsets[r + 1]) continue;
                low = std::min(low, static_cast<std::int64_t>(indices[offsets[r]]));
                high = std::max(high, static_cast<std::int64_t>(indices[offsets[r + 1] - 1]) + 1);
            }
            // A window that jumps to and fro copies more than it saves.
            const bool saves = window.copied() <= 4 * (offsets[i] - offsets[begin]) + 4 * window_;
            if (low < high && saves && window.hold(low, high)) {
                const MatrixView<const T> by_rows(window.origin(), A_.cols(), W, W, 1);
                BlockSums<W, Conjugate, T, I>(A_, by_rows, Y_, 0, update_).rows(i, stop);
            } else {
                strided_.rows(i, stop);
            }
        }
    }
    void sum(std::int64_t begin, std::int64_t end, T* sums) const noexcept { strided_.sum(begin, end, sums); }
    void finish(std::int64_t i, const T* sums) const noexcept { strided_.finish(i, sums); }

  private:
    const CsrView<T, I>& A_;
    MatrixView<const T> panel_;
    MatrixView<T> Y_;
    const Update<T>& update_;
    StridedSums<W, Conjugate, T, I> strided_;
    std::int64_t window_;
    mutable Array<T> buffers_;
    mutable std::atomic<std::int64_t> taken_ = 0;
};

}  // namespace tamis::detail
