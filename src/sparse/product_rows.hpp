// Private: one row of a product of sparse matrices after the other, each as the combination of rows of B that a row of A
// says. What a thread needs for it is a RowProduct.
//
// F. G. Gustavson, ACM TOMS 4(3), 1978, with a dense accumulator: one mark and one sum a column. The sums are −0.0 wherever
// no row is in work, since −0.0 + x is x to the bit for every x. So no entry asks whether it is the first in its column, and
// the loops have no branch that depends on the pattern. A row's columns are then sorted by whatever suits their number
// (column_sort.hpp), unless they are known: from a plan, or because the row above has the same ones, moved.
#pragma once

#include <algorithm>
#include <cstdint>

#include <tamis/sparse/view.hpp>

#include "sparse/column_sort.hpp"
#include "sparse/product.hpp"

namespace tamis::detail {

/// Entries of a sparse row: of A, weights for rows of B.
template <class T, class I>
struct RowView {
    const I* columns;
    const T* values;
    std::int64_t count;
};

template <class T, class I>
RowView<T, I> row_view(const CsrView<T, I>& A, std::int64_t i) noexcept {
    const I begin = A.row_offsets()[static_cast<std::size_t>(i)];
    const I end = A.row_offsets()[static_cast<std::size_t>(i) + 1];
    return {A.col_indices().data() + begin, A.values().data() + begin, static_cast<std::int64_t>(end - begin)};
}

template <class T>
constexpr T neutral_sum() noexcept {
    if constexpr (is_complex_v<T>) return T(Real<T>(-0.0), Real<T>(-0.0));
    else return T(-0.0);
}

/// Marks of columns: all that counting needs.
template <class I>
class ColumnMarks {
  public:
    explicit ColumnMarks(std::int64_t columns) : marks_(columns, uninitialized) {}

    /// By the thread that will use them, so that their pages are its own.
    void clear() noexcept {
        if (!cleared_) std::fill(marks_.begin(), marks_.end(), I(-1));
        cleared_ = true;
    }
    [[nodiscard]] I* data() noexcept { return marks_.data(); }

  private:
    Array<I> marks_;
    bool cleared_ = false;
};

/// The number of distinct columns of a row of the product. Each row has a mark of its own.
template <class T, class I>
std::int64_t count_row(const I* columns, std::int64_t count, const CsrView<T, I>& B, ColumnMarks<I>& column_marks,
                       I mark) noexcept {
    const I* b_offsets = B.row_offsets().data();
    const I* b_columns = B.col_indices().data();
    if (count == 0) return 0;
    if (count == 1) return b_offsets[columns[0] + 1] - b_offsets[columns[0]];
    I* marks = column_marks.data();
    std::int64_t distinct = 0;
    for (std::int64_t k = 0; k < count; ++k) {
        const I end = b_offsets[columns[k] + 1];
        for (I l = b_offsets[columns[k]]; l < end; ++l) {
            const I column = b_columns[l];
            distinct += marks[column] != mark;
            marks[column] = mark;
        }
    }
    return distinct;
}

/// Lists the distinct columns of a row of the product in any order, and returns their number. `list` has one place more than
/// B has columns.
template <class T, class I>
std::int64_t list_row(const I* columns, std::int64_t count, const CsrView<T, I>& B, ColumnMarks<I>& column_marks, I mark,
                      I* list) noexcept {
    const I* b_offsets = B.row_offsets().data();
    const I* b_columns = B.col_indices().data();
    I* marks = column_marks.data();
    std::int64_t distinct = 0;
    for (std::int64_t k = 0; k < count; ++k) {
        const I end = b_offsets[columns[k] + 1];
        for (I l = b_offsets[columns[k]]; l < end; ++l) {
            // Written always, kept only if new.
            list[distinct] = b_columns[l];
            distinct += marks[b_columns[l]] != mark;
            marks[b_columns[l]] = mark;
        }
    }
    return distinct;
}

/// The sums of a row, and what finds and sorts its columns.
template <class T, class I>
class RowProduct {
  public:
    /// For rows of so many columns, combined from at most `longest` rows of B.
    RowProduct(std::int64_t columns, std::int64_t longest)
        : sums_(columns, uninitialized),
          found_(columns + 1, uninitialized),
          buffer_(columns, uninitialized),
          ends_(longest, uninitialized) {}

    /// By the thread that will use it.
    void clear() noexcept {
        if (!cleared_) std::fill(sums_.begin(), sums_.end(), neutral_sum<T>());
        cleared_ = true;
    }

    /// Writes the sorted columns and the values of a row that has not been seen yet; returns how many.
    std::int64_t compute(const RowView<T, I>& a, const CsrView<T, I>& B, ColumnMarks<I>& marks, I mark, I* columns,
                         T* values) noexcept {
        if (a.count == 0) return 0;
        if (a.count == 1) return scale(a, B, columns, values);
        const std::int64_t count = collect(a, B, marks.data(), mark);
        sort(marks.data(), mark, count, columns);
        gather(columns, count, values);
        return count;
    }

    /// Writes the values of a row whose columns are known.
    void compute_values(const RowView<T, I>& a, const CsrView<T, I>& B, const I* columns, std::int64_t count,
                        T* values) noexcept {
        T* sums = sums_.data();
        const I* b_offsets = B.row_offsets().data();
        const I* b_columns = B.col_indices().data();
        const T* b_values = B.values().data();
        for (std::int64_t k = 0; k < a.count; ++k) {
            const T weight = a.values[k];
            const I end = b_offsets[a.columns[k] + 1];
            for (I l = b_offsets[a.columns[k]]; l < end; ++l) sums[b_columns[l]] += times(weight, b_values[l]);
        }
        gather(columns, count, values);
    }

  private:
    static std::int64_t scale(const RowView<T, I>& a, const CsrView<T, I>& B, I* columns, T* values) noexcept {
        const RowView<T, I> b = row_view(B, static_cast<std::int64_t>(a.columns[0]));
        std::copy(b.columns, b.columns + b.count, columns);
        const T weight = a.values[0];
        for (std::int64_t l = 0; l < b.count; ++l) values[l] = times(weight, b.values[l]);
        return b.count;
    }

    // Sums, and lists each column once in found_; the ends of its ascending runs in ends_.
    std::int64_t collect(const RowView<T, I>& a, const CsrView<T, I>& B, I* marks, I mark) noexcept {
        T* sums = sums_.data();
        I* found = found_.data();
        const I* b_offsets = B.row_offsets().data();
        const I* b_columns = B.col_indices().data();
        const T* b_values = B.values().data();
        std::int64_t count = 0;
        runs_ = 0;
        least_ = static_cast<I>(buffer_.size() - 1);
        greatest_ = 0;
        for (std::int64_t k = 0; k < a.count; ++k) {
            const T weight = a.values[k];
            const I begin = b_offsets[a.columns[k]];
            const I end = b_offsets[a.columns[k] + 1];
            if (begin == end) continue;
            least_ = std::min(least_, b_columns[begin]);
            greatest_ = std::max(greatest_, b_columns[end - 1]);
            for (I l = begin; l < end; ++l) {
                const I column = b_columns[l];
                sums[column] += times(weight, b_values[l]);
                // Written always, kept only if new: found_ has one place more than there are columns.
                found[count] = column;
                count += marks[column] != mark;
                marks[column] = mark;
            }
            ends_[runs_++] = count;
        }
        return count;
    }

    void sort(const I* marks, I mark, std::int64_t count, I* columns) noexcept {
        if (count <= ranked_columns<I>) {
            sort_by_rank(found_.data(), count, columns);
        } else if (static_cast<std::int64_t>(greatest_ - least_) < 4 * count) {
            // Dense in its span: read off the marks. The last mark stands at the end of the span.
            std::int64_t at = 0;
            for (I column = least_; at < count; ++column) {
                columns[at] = column;
                at += marks[column] == mark;
            }
        } else if (count < radix_sorted_columns) {
            merge_runs(found_.data(), buffer_.data(), ends_.data(), runs_, columns);
        } else {
            radix_sort(found_.data(), buffer_.data(), count, least_, greatest_, columns);
        }
    }

    void gather(const I* columns, std::int64_t count, T* values) noexcept {
        T* sums = sums_.data();
        for (std::int64_t q = 0; q < count; ++q) {
            values[q] = sums[columns[q]];
            sums[columns[q]] = neutral_sum<T>();
        }
    }

    Array<T> sums_;
    Array<I> found_;
    Array<I> buffer_;
    Array<std::int64_t> ends_;
    std::int64_t runs_ = 0;
    I least_ = 0;
    I greatest_ = 0;
    bool cleared_ = false;
};

}  // namespace tamis::detail
