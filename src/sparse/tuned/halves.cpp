// One half of a Hermitian matrix. The rows are cut into parts, whose number depends on the matrix alone:
//
//         part p           entries left of the diagonal inside the part (a) are stored, their mirror images (-) are not;
//       ┌─────────┐        the diagonal (d) lies in an array of its own;
//     f │ d - - - │        what reaches out of the part (f) is stored whole, on both sides: the halo
//     f │ a d - - │ f
//       │ a . d - │ f
//     f │ a a . d │
//       └─────────┘
//
// A product writes to the rows of a part while it reads that part, and to no other: threads that take whole parts need
// neither atomics nor sums of their own, and the bits are the same for any number of them. Inside a part the column is told
// by its distance from the diagonal in 16 bits; entries farther off are stored whole too. Dense blocks take the place of
// entries in matrices that consist of them. The halo is what symmetric storage costs in parallel; compare A. Buluç, S.
// Williams, L. Oliker, J. Demmel, Reduced-bandwidth multithreaded algorithms for sparse matrix-vector multiplication, IPDPS
// 2011.
#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

#include <tamis/core/array.hpp>

#include "instantiate.hpp"
#include "sparse/kernels/halves.hpp"
#include "sparse/partition.hpp"
#include "sparse/parts.hpp"
#include "sparse/tuned/layout.hpp"
#include "sparse/tuned/stored.hpp"

namespace tamis::detail {

namespace {

constexpr std::int64_t longest_distance = std::numeric_limits<std::uint16_t>::max();

/// A part of the block rows, and where it begins in the arrays.
struct HalfPart {
    std::int64_t row;
    std::int64_t halves;  // blocks
    std::int64_t fulls;
    std::int64_t values;
};

template <class T, class I>
class HalfPlanner {
  public:
    HalfPlanner(const CsrView<T, I>& A, std::int64_t B)
        : A_(A),
          B_(B),
          offsets_(A.row_offsets().data()),
          indices_(A.col_indices().data()) {}

    /// Where parts begin. As many as threads may want, fewer where the halo would eat the gain.
    std::vector<HalfPart> parts() {
        has_diagonal_ = true;
        for (std::int64_t i = 0; i < A_.rows() && has_diagonal_; i += B_) has_diagonal_ = diagonal(i) >= 0;
        int count = 64;
        while (count > 1 && (A_.nnz() + A_.rows()) / count < parallel_grain) count /= 2;
        std::vector<HalfPart> parts;
        for (;; count /= 2) {
            parts.assign(static_cast<std::size_t>(count) + 1, {});
            for (int p = 0; p <= count; ++p) parts[static_cast<std::size_t>(p)].row = first_row(A_, p, count) / B_;
            if (!count_entries(parts)) return {};
            if (count <= 16 || 8 * parts.back().fulls * B_ * B_ <= A_.nnz()) return parts;
        }
    }
    bool has_diagonal() const noexcept { return has_diagonal_; }
    /// The entry a_ii; −1 if there is none.
    std::int64_t diagonal(std::int64_t i) const noexcept {
        const I* end = indices_ + offsets_[i + 1];
        const I* at = std::lower_bound(indices_ + offsets_[i], end, static_cast<I>(i));
        return at != end && *at == static_cast<I>(i) ? at - indices_ : -1;
    }

    /// Calls half(j, k), full(j, k) for the stored blocks of block row i other than those of the diagonal's array, in their
    /// order; k is the first entry.
    template <class Half, class Full>
    void classify(std::int64_t i, std::int64_t begin, std::int64_t end, const Half& half, const Full& full) const {
        const std::int64_t low = std::max(begin, i - longest_distance);
        const std::int64_t high = std::min(end, i + longest_distance + 1);
        const auto stop = static_cast<std::int64_t>(offsets_[i * B_ + 1]);
        for (auto k = static_cast<std::int64_t>(offsets_[i * B_]); k < stop; k += B_) {
            const std::int64_t j = static_cast<std::int64_t>(indices_[k]) / B_;
            if (j < low || j >= high || (j == i && !has_diagonal_)) full(j, k);
            else if (j < i) half(j, k);
        }
    }

  private:
    /// Fills in where parts begin; false where a row has more whole entries than its counter can tell.
    bool count_entries(std::vector<HalfPart>& parts) {
        std::vector<char> fits(parts.size(), 1);
        for_each_row(std::ssize(parts) - 1, A_.nnz(), [&](std::int64_t p) {
            const HalfPart& part = parts[static_cast<std::size_t>(p)];
            const std::int64_t end = parts[static_cast<std::size_t>(p) + 1].row;
            std::int64_t halves = 0;
            std::int64_t fulls = 0;
            for (std::int64_t i = part.row; i < end; ++i) {
                const std::int64_t before = fulls;
                classify(
                    i, part.row, end, [&](std::int64_t, std::int64_t) { ++halves; },
                    [&](std::int64_t, std::int64_t) { ++fulls; });
                if (fulls - before > std::numeric_limits<std::uint16_t>::max()) fits[static_cast<std::size_t>(p)] = 0;
            }
            parts[static_cast<std::size_t>(p)].halves = halves;
            parts[static_cast<std::size_t>(p)].fulls = fulls;
        });
        std::int64_t halves = 0;
        std::int64_t fulls = 0;
        for (HalfPart& part : parts) {
            halves += std::exchange(part.halves, halves);
            fulls += std::exchange(part.fulls, fulls);
            part.values = (part.halves + part.fulls) * B_ * B_;
        }
        return std::count(fits.begin(), fits.end(), 0) == 0;
    }

    const CsrView<T, I>& A_;
    std::int64_t B_;
    const I* offsets_;
    const I* indices_;
    bool has_diagonal_ = true;
};

template <class T, class V>
class HalfLayout final : public TunedLayout<T> {
  public:
    template <class I>
    static std::unique_ptr<TunedLayout<T>> make(const CsrView<T, I>& A) {
        std::int64_t B = max_half_block_size;
        while (B > 1 && !has_blocks(A, B)) --B;
        HalfPlanner<T, I> planner(A, B);
        auto layout = std::make_unique<HalfLayout>();
        layout->B_ = B;
        layout->parts_ = planner.parts();
        // The halves have to bring more than the halo costs.
        if (layout->parts_.empty() || 2 * layout->parts_.back().fulls * B * B > A.nnz()) return nullptr;
        layout->take_entries(A, planner);
        return layout;
    }

    void apply(const T* x, T* y, std::int64_t y_stride, T alpha, T beta, int threads) const override {
        const auto multiply = kernels<HalfKernels<T, V>>().multiply[B_];
        const std::int64_t all = std::ssize(parts_) - 1;
        const int shares = static_cast<int>(std::min<std::int64_t>(threads, all));
        for_each_part(shares, [&](int share) {
            for (std::int64_t p = even_cut(all, share, shares); p < even_cut(all, share + 1, shares); ++p) {
                const HalfPart& part = parts_[static_cast<std::size_t>(p)];
                multiply({part.row, parts_[static_cast<std::size_t>(p) + 1].row, counts_.data() + 2 * part.row,
                          distances_.data() + part.halves, columns_.data() + part.fulls, values_.data() + part.values,
                          diagonal_.size() == 0 ? nullptr : diagonal_.data() + part.row * B_ * B_},
                         x, y, y_stride, alpha, beta);
            }
        });
    }

    [[nodiscard]] std::int64_t bytes() const noexcept override {
        return (values_.size() + diagonal_.size()) * static_cast<std::int64_t>(sizeof(V)) +
               2 * (counts_.size() + distances_.size()) + 4 * columns_.size() +
               std::ssize(parts_) * static_cast<std::int64_t>(sizeof(HalfPart));
    }
    [[nodiscard]] std::string description() const override {
        return "one half of a Hermitian matrix (" +
               (B_ > 1 ? "dense blocks of " + std::to_string(B_) + "×" + std::to_string(B_) + ", " : "") +
               std::to_string(parts_.size() - 1) + " parts, " +
               std::to_string(100 * columns_.size() / std::max<std::int64_t>(1, columns_.size() + distances_.size())) +
               " % of the entries stored reach out of theirs)" + stored_in_words<T, V>();
    }

  private:
    template <class I>
    void take_entries(const CsrView<T, I>& A, const HalfPlanner<T, I>& planner) {
        const HalfPart& all = parts_.back();
        counts_ = Array<std::uint16_t>(2 * (A.rows() / B_), uninitialized);
        distances_ = Array<std::uint16_t>(all.halves, uninitialized);
        columns_ = Array<std::int32_t>(all.fulls, uninitialized);
        values_ = Array<V>(all.values, uninitialized);
        if (planner.has_diagonal()) diagonal_ = Array<V>(A.rows() * B_, uninitialized);
        for_each_row(std::ssize(parts_) - 1, A.nnz(), [&](std::int64_t p) {
            const HalfPart& part = parts_[static_cast<std::size_t>(p)];
            const std::int64_t end = parts_[static_cast<std::size_t>(p) + 1].row;
            std::uint16_t* distance = distances_.data() + part.halves;
            std::int32_t* column = columns_.data() + part.fulls;
            V* value = values_.data() + part.values;
            for (std::int64_t i = part.row; i < end; ++i) {
                const std::uint16_t* first_distance = distance;
                const std::int32_t* first_column = column;
                planner.classify(
                    i, part.row, end,
                    [&](std::int64_t j, std::int64_t k) {
                        *distance++ = static_cast<std::uint16_t>(i - j);
                        value = take_block(A, i, k, value);
                    },
                    [](std::int64_t, std::int64_t) {});
                planner.classify(
                    i, part.row, end, [](std::int64_t, std::int64_t) {},
                    [&](std::int64_t j, std::int64_t k) {
                        *column++ = static_cast<std::int32_t>(j);
                        value = take_block(A, i, k, value);
                    });
                counts_[2 * i] = static_cast<std::uint16_t>(distance - first_distance);
                counts_[2 * i + 1] = static_cast<std::uint16_t>(column - first_column);
                if (planner.has_diagonal()) take_block(A, i, planner.diagonal(i * B_), diagonal_.data() + i * B_ * B_);
            }
        });
    }

    /// The block of block row i whose first entry is k, row by row; returns the place behind it.
    template <class I>
    V* take_block(const CsrView<T, I>& A, std::int64_t i, std::int64_t k, V* to) const {
        const I* offsets = A.row_offsets().data();
        const std::int64_t into = k - static_cast<std::int64_t>(offsets[i * B_]);
        for (std::int64_t r = 0; r < B_; ++r) {
            const T* from = A.values().data() + static_cast<std::int64_t>(offsets[i * B_ + r]) + into;
            for (std::int64_t c = 0; c < B_; ++c) *to++ = static_cast<V>(from[c]);
        }
        return to;
    }

    std::int64_t B_ = 1;
    std::vector<HalfPart> parts_;
    Array<std::uint16_t> counts_;
    Array<std::uint16_t> distances_;
    Array<std::int32_t> columns_;
    Array<V> values_;
    Array<V> diagonal_;
};

}  // namespace

template <class T, class I>
std::unique_ptr<TunedLayout<T>> half_layout(CsrView<T, I> A, bool in_float) {
    if (A.cols() > std::numeric_limits<std::int32_t>::max()) return nullptr;
    return in_float ? HalfLayout<T, InFloat<T>>::make(A) : HalfLayout<T, T>::make(A);
}

#define TAMIS_INSTANTIATE(T, I) template std::unique_ptr<TunedLayout<T>> half_layout(CsrView<T, I>, bool);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
