// Private: the columns of rows of a product: how they are found, counted and sorted, and which accumulator a row gets.
//
// * Two short rows of B are merged (merged_rows.hpp).
// * A row whose columns lie within a window, or which has many of the columns that it spans, gets a dense accumulator that
//   begins at its least column: F. G. Gustavson, ACM TOMS 4(3), 1978.
// * What is left scatters few products over many columns and gets a hash table (column_hash.hpp).
//
// Each adds the contributions in the order of A's row.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <type_traits>

#include <tamis/core/array.hpp>

#include "sparse/column_hash.hpp"
#include "sparse/column_sort.hpp"
#include "sparse/merged_rows.hpp"

namespace tamis::detail {

// Measured. Up to a window of columns hashing is no faster than a dense accumulator, whatever the row. Over more columns it
// is while the table stays in the first-level cache; larger rows hash if a dense accumulator would be far from any cache and
// the row has few of its columns.
inline constexpr std::int64_t window_columns = 1 << 18;
inline constexpr std::int64_t hashed_products = 1 << 10;
inline constexpr std::int64_t wide_columns = 1 << 21;
inline constexpr std::int64_t dense_share = 16;

/// Whether a row of so many products (or so many columns) that lie within a span gets a dense accumulator.
inline bool is_dense(std::int64_t products, std::int64_t span) noexcept {
    if (span <= window_columns) return true;
    if (span <= wide_columns && products > hashed_products) return true;
    return products >= span / dense_share;
}

/// What the rows of a product may need.
struct RowBounds {
    std::int64_t columns = 0;  ///< of the product
    std::int64_t longest = 0;  ///< entries of a row of A
    std::int64_t most = 0;     ///< products of a row

    /// Whether all rows are within the window.
    [[nodiscard]] bool narrow() const noexcept { return columns <= window_columns; }
    [[nodiscard]] std::int64_t dense_columns() const noexcept {
        if (most >= columns / dense_share) return columns;
        const std::int64_t window = most > hashed_products ? wide_columns : window_columns;
        return std::min(columns, std::max(window, dense_share * (most + 1)));
    }
    /// Whether dense accumulators begin at column 0 rather than at the least column of a row: nothing is subtracted then,
    /// which shows in the time.
    [[nodiscard]] bool from_zero() const noexcept { return dense_columns() == columns; }
    [[nodiscard]] std::int64_t hashed_columns() const noexcept {
        return narrow() ? 0 : std::min(most, std::max(hashed_products, columns / dense_share + 1));
    }
};

/// The pattern of compressed rows.
template <class I>
struct PatternRows {
    const I* offsets;
    const I* columns;
};

/// The rows of B that a row of A combines.
template <class I>
struct RowSources {
    const I* rows;
    std::int64_t count;
    PatternRows<I> B;
    std::int64_t products = 0;
    I least = 0;
    I greatest = 0;
    bool dense = true;
    bool whole;  ///< dense over all columns, without a look at products and columns

    RowSources(const I* a_columns, std::int64_t a_count, PatternRows<I> b, bool known_whole) noexcept
        : rows(a_columns),
          count(a_count),
          B(b),
          whole(known_whole) {
        if (whole) return;
        least = std::numeric_limits<I>::max();
        for (std::int64_t k = 0; k < count; ++k) {
            const I begin = B.offsets[rows[k]];
            const I end = B.offsets[rows[k] + 1];
            if (begin == end) continue;
            products += end - begin;
            least = std::min(least, B.columns[begin]);
            greatest = std::max(greatest, B.columns[end - 1]);
        }
        // Without any product it begins behind its end, and is dense.
        dense = is_dense(products, std::int64_t{greatest} - least + 1);
    }
};

/// What a thread needs for the columns of rows. Nothing is touched before a row wants it.
///
/// Where a function takes `enter`, enter(k) gives what source k has to do: it is called with each of its entries and the
/// place of the entry's column in the accumulator.
template <class I>
class RowColumns {
  public:
    explicit RowColumns(const RowBounds& bounds)
        : hash(bounds.hashed_columns()),
          narrow_(bounds.narrow()),
          from_zero_(bounds.from_zero()),
          columns_(bounds.columns),
          marks_(bounds.dense_columns(), uninitialized),
          found_(std::min(bounds.most, bounds.columns) + 1, uninitialized),
          buffer_(found_.size(), uninitialized),
          ends_(bounds.longest, uninitialized) {}

    ColumnHash<I> hash;

    [[nodiscard]] RowSources<I> sources(const I* columns, std::int64_t count, PatternRows<I> B) const noexcept {
        // With so many sources a row need not be looked at either.
        return {columns, count, B, narrow_ || (from_zero_ && count >= columns_ / dense_share)};
    }

    /// Where a dense accumulator of the row begins, and how many columns it has to have.
    [[nodiscard]] std::int64_t first(const RowSources<I>& row) const noexcept { return from_zero_ ? 0 : row.least; }
    [[nodiscard]] std::int64_t span(const RowSources<I>& row) const noexcept {
        if (row.whole) return columns_;
        return row.products == 0 ? 0 : row.greatest - first(row) + 1;
    }

    /// The number of distinct columns of a row of the product. Each row has a mark of its own.
    std::int64_t count_row(const I* columns, std::int64_t count, PatternRows<I> B, I mark) noexcept {
        const auto begin = [&](std::int64_t k) { return B.columns + B.offsets[columns[k]]; };
        const auto end = [&](std::int64_t k) { return B.columns + B.offsets[columns[k] + 1]; };
        if (count == 0) return 0;
        if (count == 1) return end(0) - begin(0);
        if (count == 2 && (end(0) - begin(0)) + (end(1) - begin(1)) <= merged_entries)
            return count_merged(begin(0), end(0), begin(1), end(1));
        const RowSources<I> row = sources(columns, count, B);
        std::int64_t distinct = 0;
        if (row.dense) {
            I* const marks = marks_for(span(row));
            const auto see = [&distinct, marks, mark](std::int64_t place) {
                distinct += marks[place] != mark;
                marks[place] = mark;
            };
            if (from_zero_) for_each_entry(row, see);
            else for_each_entry(row, [see, first = std::int64_t{row.least}](I column) { see(column - first); });
        } else {
            hash.start(row.products);
            for_each_entry(row, [&](I column) { distinct += hash.insert(column); });
        }
        return distinct;
    }

    /// Lists the distinct columns of a row of the product in any order; returns their number. `list` has one place more than
    /// there are columns.
    std::int64_t list_row(const I* columns, std::int64_t count, PatternRows<I> B, I mark, I* list) noexcept {
        const RowSources<I> row = sources(columns, count, B);
        const auto nothing = [](std::int64_t) { return [](I, std::int64_t) {}; };
        return row.dense ? list_dense(row, mark, list, nothing) : list_hashed(row, list, nothing, [](std::int64_t) {});
    }

    /// Enters all products in a dense accumulator, and lists the columns; returns how many.
    template <class F>
    std::int64_t list_dense(const RowSources<I>& row, I mark, I* list, F&& enter) noexcept {
        if (from_zero_) return list_dense_from(std::integral_constant<std::int64_t, 0>{}, row, mark, list, enter);
        return list_dense_from(std::int64_t{row.least}, row, mark, list, enter);
    }

    /// The same with places in the order in which columns are found. fresh(place) comes before anything enters at the place,
    /// and in vain for the one behind the last.
    template <class F, class G>
    std::int64_t list_hashed(const RowSources<I>& row, I* list, F&& enter, G&& fresh) noexcept {
        hash.start(row.products);
        std::int64_t count = 0;
        runs_ = 0;
        for (std::int64_t k = 0; k < row.count; ++k) {
            const auto product = enter(k);
            const I end = row.B.offsets[row.rows[k] + 1];
            for (I l = row.B.offsets[row.rows[k]]; l < end; ++l) {
                const I column = row.B.columns[l];
                list[count] = column;
                fresh(count);
                const I place = hash.place(column, static_cast<I>(count));
                count += place == static_cast<I>(count);
                product(l, place);
            }
            ends_[runs_++] = count;
        }
        least_ = row.least;
        greatest_ = row.greatest;
        return count;
    }

    [[nodiscard]] I* found() noexcept { return found_.data(); }

    /// Sorts the columns that found() lists.
    void sort(std::int64_t count, I* columns) noexcept {
        if (count <= ranked_columns<I>) sort_by_rank(found_.data(), count, columns);
        else if (count < radix_sorted_columns) merge_runs(found_.data(), buffer_.data(), ends_.data(), runs_, columns);
        else radix_sort(found_.data(), buffer_.data(), count, least_, greatest_, columns);
    }
    /// The same where they are marked in an accumulator that begins at the column `first`.
    void sort_marked(std::int64_t first, I mark, std::int64_t count, I* columns) noexcept {
        if (count <= ranked_columns<I> || std::int64_t{greatest_} - least_ >= 4 * count) return sort(count, columns);
        // Dense in its span: read off the marks. The last mark stands at the end of the span.
        const I* const marks = marks_.data();
        std::int64_t at = 0;
        for (I column = least_; at < count; ++column) {
            columns[at] = column;
            at += marks[column - first] == mark;
        }
    }

  private:
    template <class First, class F>
    std::int64_t list_dense_from(First first, const RowSources<I>& row, I mark, I* list, F&& enter) noexcept {
        I* const marks = marks_for(span(row));
        I least = std::numeric_limits<I>::max();
        I greatest = 0;
        std::int64_t count = 0;
        runs_ = 0;
        for (std::int64_t k = 0; k < row.count; ++k) {
            const auto product = enter(k);
            const I begin = row.B.offsets[row.rows[k]];
            const I end = row.B.offsets[row.rows[k] + 1];
            if (begin == end) continue;
            least = std::min(least, row.B.columns[begin]);
            greatest = std::max(greatest, row.B.columns[end - 1]);
            for (I l = begin; l < end; ++l) {
                const I column = row.B.columns[l];
                const std::int64_t place = column - first;
                product(l, place);
                // Written always, kept only if new: the list has one place more than there are columns.
                list[count] = column;
                count += marks[place] != mark;
                marks[place] = mark;
            }
            ends_[runs_++] = count;
        }
        least_ = least;
        greatest_ = greatest;
        return count;
    }

    template <class F>
    static void for_each_entry(const RowSources<I>& row, F&& f) noexcept {
        for (std::int64_t k = 0; k < row.count; ++k)
            for (I l = row.B.offsets[row.rows[k]], end = row.B.offsets[row.rows[k] + 1]; l < end; ++l) f(row.B.columns[l]);
    }

    /// Cleared as far as a row wants it, by the thread that does, so that the pages are its own.
    I* marks_for(std::int64_t span) noexcept {
        if (span > cleared_) {
            std::fill(marks_.data() + cleared_, marks_.data() + span, I(-1));
            cleared_ = span;
        }
        return marks_.data();
    }

    bool narrow_;
    bool from_zero_;
    std::int64_t columns_;
    Array<I> marks_;
    std::int64_t cleared_ = 0;
    Array<I> found_;
    Array<I> buffer_;
    Array<std::int64_t> ends_;
    std::int64_t runs_ = 0;
    I least_ = 0;
    I greatest_ = 0;
};

}  // namespace tamis::detail
