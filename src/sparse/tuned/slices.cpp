// Slices of eight rows of one length, for short rows of changing lengths:
//
//     window           1024 rows, sorted by length: all of length 2, of length 3, …     (ties in the order of the matrix)
//     slice            eight rows of one length, entry by entry:
//
//         row p    a b c        values   a d g … | b e h … | c f i …
//         row q    d e f        columns  the same way: 16 bits from the slice's least column, or 32 bits in groups (the
//         row r    g h i                 slices of one length) that have a slice too wide for that
//         …
//     rows left over   fewer than eight of a length, or too long: compressed rows behind the slices
//
// A loop runs over the entries of eight rows at once, and its length changes with groups, not with rows. M. Kreutzer, G.
// Hager, G. Wellein, H. Fehske, A. Bishop, A unified sparse matrix data format for efficient general sparse matrix-vector
// multiplication, SIAM J. Sci. Comput. 36(5), 2014 (SELL-C-σ), but without its padding: that would make NaN of 0·∞.
#include <algorithm>
#include <limits>
#include <span>
#include <vector>

#include <tamis/core/array.hpp>

#include "instantiate.hpp"
#include "sparse/kernels/slices.hpp"
#include "sparse/partition.hpp"
#include "sparse/parts.hpp"
#include "sparse/row_cuts.hpp"
#include "sparse/tuned/layout.hpp"
#include "sparse/tuned/slice_plan.hpp"
#include "sparse/tuned/stored.hpp"
#include "sparse/update.hpp"

namespace tamis::detail {

namespace {

template <class T, class V>
class SliceLayout final : public TunedLayout<T> {
  public:
    template <class I>
    static std::unique_ptr<TunedLayout<T>> make(CsrView<T, I> A) {
        auto layout = std::make_unique<SliceLayout>();
        layout->plan_ = plan_slices(A.row_offsets().data(), A.col_indices().data(), A.rows());
        // Where few rows find seven others, slices are a detour, unless it is for float values, which all rows have here.
        if (std::is_same_v<T, V> && 2 * layout->plan_.windows.back().values < A.nnz()) return nullptr;
        layout->take_entries(A);
        layout->take_long_rows(A);
        return layout;
    }

    void apply(const T* x, T* y, std::int64_t y_stride, T alpha, T beta, int threads) const override {
        const Update<T> update(alpha, beta);
        const std::int64_t windows = std::ssize(plan_.windows) - 1;
        const int parts = static_cast<int>(std::min<std::int64_t>(threads, windows));
        for_each_part(parts, [&](int part) {
            const std::int64_t end = cut(part + 1, parts);
            for (std::int64_t w = cut(part, parts); w < end; ++w) apply_window(w, x, y, y_stride, update);
        });
        if (!plan_.long_rows.empty()) apply_long_rows(x, y, y_stride, update, threads);
    }

    [[nodiscard]] std::int64_t bytes() const noexcept override {
        return (values_.size() + rest_values_.size()) * static_cast<std::int64_t>(sizeof(V)) +
               long_values_.size() * static_cast<std::int64_t>(sizeof(T)) + 2 * narrow_columns_.size() +
               2 * std::ssize(plan_.order) +
               4 * (wide_columns_.size() + bases_.size() + rest_offsets_.size() + rest_columns_.size() +
                    long_columns_.size()) +
               std::ssize(plan_.windows) * static_cast<std::int64_t>(sizeof(SliceWindow)) +
               std::ssize(plan_.groups) * static_cast<std::int64_t>(sizeof(SliceGroup)) + 8 * std::ssize(long_offsets_);
    }
    [[nodiscard]] std::string description() const override {
        const std::int64_t all = values_.size() + rest_values_.size() + long_values_.size();
        return "slices of eight rows of one length (" + std::to_string(100 * narrow_columns_.size() / all) +
               " % of the entries with 16-bit columns, " + std::to_string(100 * wide_columns_.size() / all) +
               " % with 32-bit ones, " + std::to_string(100 * (rest_values_.size() + long_values_.size()) / all) +
               " % in rows left over)" + stored_in_words<T, V>();
    }

  private:
    template <class I>
    void take_entries(const CsrView<T, I>& A) {
        const SliceWindow& all = plan_.windows.back();
        values_ = Array<V>(all.values, uninitialized);
        narrow_columns_ = Array<std::uint16_t>(all.narrow, uninitialized);
        wide_columns_ = Array<std::int32_t>(all.wide, uninitialized);
        bases_ = Array<std::int32_t>(all.bases, uninitialized);
        rest_offsets_ = Array<std::int32_t>(all.rest_offsets, uninitialized);
        rest_columns_ = Array<std::int32_t>(all.rest, uninitialized);
        rest_values_ = Array<V>(all.rest, uninitialized);
        for_each_row(std::ssize(plan_.windows) - 1, A.nnz(), [&](std::int64_t w) {
            take_slices(A, w);
            take_rest(A, w);
        });
    }

    template <class I>
    void take_slices(const CsrView<T, I>& A, std::int64_t w) {
        const SliceWindow& window = plan_.windows[static_cast<std::size_t>(w)];
        const std::uint16_t* order = plan_.order.data() + w * window_rows;
        V* values = values_.data() + window.values;
        std::uint16_t* narrow = narrow_columns_.data() + window.narrow;
        std::int32_t* wide = wide_columns_.data() + window.wide;
        std::int32_t* base = bases_.data() + window.bases;
        for (const SliceGroup& group : groups_of(w))
            for (int q = 0; q < group.slices; ++q, order += slice_rows) {
                std::int64_t least = 0;
                if (group.narrow) {
                    least = slice_span(A.row_offsets().data(), A.col_indices().data(), w * window_rows, order).least;
                    *base++ = static_cast<std::int32_t>(least);
                }
                for (std::int64_t r = 0; r < slice_rows; ++r) {
                    const auto from = static_cast<std::int64_t>(A.row_offsets().data()[w * window_rows + order[r]]);
                    for (std::int64_t l = 0; l < group.length; ++l) {
                        const auto column = static_cast<std::int64_t>(A.col_indices().data()[from + l]);
                        values[l * slice_rows + r] = static_cast<V>(A.values().data()[from + l]);
                        if (group.narrow) narrow[l * slice_rows + r] = static_cast<std::uint16_t>(column - least);
                        else wide[l * slice_rows + r] = static_cast<std::int32_t>(column);
                    }
                }
                values += group.length * slice_rows;
                if (group.narrow) narrow += group.length * slice_rows;
                else wide += group.length * slice_rows;
            }
    }

    template <class I>
    void take_rest(const CsrView<T, I>& A, std::int64_t w) {
        const SliceWindow& window = plan_.windows[static_cast<std::size_t>(w)];
        const std::uint16_t* order = plan_.order.data() + w * window_rows;
        std::int32_t* offset = rest_offsets_.data() + window.rest_offsets;
        *offset = 0;
        for (std::int32_t p = window.sliced; p < window.rows; ++p, ++offset) {
            const std::int64_t i = w * window_rows + order[p];
            const auto from = static_cast<std::int64_t>(A.row_offsets().data()[i]);
            const std::int64_t length = static_cast<std::int64_t>(A.row_offsets().data()[i + 1]) - from;
            take_row(A, from, length, rest_columns_.data() + window.rest + *offset,
                     rest_values_.data() + window.rest + *offset);
            offset[1] = offset[0] + static_cast<std::int32_t>(length);
        }
    }

    template <class I>
    void take_long_rows(const CsrView<T, I>& A) {
        if (plan_.long_rows.empty()) return;
        long_offsets_.push_back(0);
        for (const std::int64_t i : plan_.long_rows)
            long_offsets_.push_back(long_offsets_.back() + static_cast<std::int64_t>(A.row_offsets().data()[i + 1]) -
                                    static_cast<std::int64_t>(A.row_offsets().data()[i]));
        long_columns_ = Array<std::int32_t>(long_offsets_.back(), uninitialized);
        long_values_ = Array<T>(long_offsets_.back(), uninitialized);
        for (std::size_t q = 0; q < plan_.long_rows.size(); ++q) {
            const std::int64_t to = long_offsets_[q];
            take_row(A, static_cast<std::int64_t>(A.row_offsets().data()[plan_.long_rows[q]]), long_offsets_[q + 1] - to,
                     long_columns_.data() + to, long_values_.data() + to);
        }
    }

    template <class I, class S>
    static void take_row(const CsrView<T, I>& A, std::int64_t from, std::int64_t length, std::int32_t* columns, S* values) {
        for (std::int64_t l = 0; l < length; ++l) {
            columns[l] = static_cast<std::int32_t>(A.col_indices().data()[from + l]);
            values[l] = static_cast<S>(A.values().data()[from + l]);
        }
    }

    std::span<const SliceGroup> groups_of(std::int64_t w) const noexcept {
        const auto begin = static_cast<std::size_t>(plan_.windows[static_cast<std::size_t>(w)].groups);
        const auto end = static_cast<std::size_t>(plan_.windows[static_cast<std::size_t>(w) + 1].groups);
        return {plan_.groups.data() + begin, end - begin};
    }

    /// The first window of a part.
    std::int64_t cut(int part, int parts) const noexcept {
        const std::int64_t windows = std::ssize(plan_.windows) - 1;
        if (part == 0) return 0;
        if (part == parts) return windows;
        const std::int64_t target = even_cut(plan_.windows.back().work, part, parts);
        return std::min<std::int64_t>(windows, std::partition_point(plan_.windows.begin(), plan_.windows.end(),
                                                                    [&](const SliceWindow& w) { return w.work < target; }) -
                                                   plan_.windows.begin());
    }

    void apply_window(std::int64_t w, const T* x, T* y, std::int64_t stride, const Update<T>& update) const noexcept {
        const auto& family = kernels<SliceKernels<T, V>>();
        const SliceWindow& window = plan_.windows[static_cast<std::size_t>(w)];
        T sums[window_rows];
        T* to = sums;
        const V* values = values_.data() + window.values;
        const std::uint16_t* narrow = narrow_columns_.data() + window.narrow;
        const std::int32_t* wide = wide_columns_.data() + window.wide;
        const std::int32_t* base = bases_.data() + window.bases;
        for (const SliceGroup& group : groups_of(w)) {
            const std::int64_t entries = group.length * slice_rows * group.slices;
            if (group.narrow) {
                family.narrow(group.length, group.slices, values, narrow, base, x, to);
                narrow += entries;
                base += group.slices;
            } else {
                family.wide(group.length, group.slices, values, wide, x, to);
                wide += entries;
            }
            values += entries;
            to += group.slices * slice_rows;
        }
        if (window.rows > window.sliced)
            family.rows(rest_offsets_.data() + window.rest_offsets, rest_columns_.data() + window.rest,
                        rest_values_.data() + window.rest, x, window.rows - window.sliced, to);
        const std::uint16_t* order = plan_.order.data() + w * window_rows;
        y += w * window_rows * stride;
        if (update.plain && update.overwrite && stride == 1) {
            for (std::int32_t p = 0; p < window.rows; ++p) y[order[p]] = sums[p];
        } else {
            for (std::int32_t p = 0; p < window.rows; ++p) update(y[order[p] * stride], sums[p]);
        }
    }

    /// Long rows chunk by chunk, as the plain product has them; the chunks of some rows at a time are shared out.
    void apply_long_rows(const T* x, T* y, std::int64_t stride, const Update<T>& update, int threads) const noexcept {
        constexpr std::int64_t at_once = 16;
        T partial[at_once * row_chunks];
        const auto range_sum = kernels<CsrKernels<T, std::int32_t>>().range_sum[0];
        const std::int64_t all = std::ssize(plan_.long_rows);
        for (std::int64_t first = 0; first < all; first += at_once) {
            const std::int64_t chunks = std::min(at_once, all - first) * row_chunks;
            for_each_part(threads, [&](int part) {
                for (std::int64_t c = even_cut(chunks, part, threads); c < even_cut(chunks, part + 1, threads); ++c) {
                    const auto q = static_cast<std::size_t>(first + c / row_chunks);
                    const auto chunk = static_cast<int>(c % row_chunks);
                    range_sum(long_columns_.data(), long_values_.data(), x,
                              chunk_start(long_offsets_[q], long_offsets_[q + 1], chunk),
                              chunk_start(long_offsets_[q], long_offsets_[q + 1], chunk + 1), partial + c);
                }
            });
            for (std::int64_t q = 0; q < chunks / row_chunks; ++q) {
                T sum{};
                for (int c = 0; c < row_chunks; ++c) sum += partial[q * row_chunks + c];
                update(y[plan_.long_rows[static_cast<std::size_t>(first + q)] * stride], sum);
            }
        }
    }

    SlicePlan plan_;
    Array<V> values_;
    Array<std::uint16_t> narrow_columns_;
    Array<std::int32_t> wide_columns_;
    Array<std::int32_t> bases_;
    Array<std::int32_t> rest_offsets_;
    Array<std::int32_t> rest_columns_;
    Array<V> rest_values_;
    std::vector<std::int64_t> long_offsets_;
    Array<std::int32_t> long_columns_;
    Array<T> long_values_;
};

}  // namespace

template <class T, class I>
std::unique_ptr<TunedLayout<T>> slice_layout(CsrView<T, I> A, bool in_float) {
    if (A.cols() > std::numeric_limits<std::int32_t>::max()) return nullptr;
    return in_float ? SliceLayout<T, InFloat<T>>::make(A) : SliceLayout<T, T>::make(A);
}

#define TAMIS_INSTANTIATE(T, I) template std::unique_ptr<TunedLayout<T>> slice_layout(CsrView<T, I>, bool);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
