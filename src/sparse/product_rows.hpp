// Private: one row of a product of sparse matrices after the other, each as the combination of rows of B that a row of A
// says. What a thread needs for it is a RowColumns and a RowProduct.
//
// Sums are −0.0 wherever no row is in work, since −0.0 + x is x to the bit for every x. So no entry asks whether it is the
// first in its column, and the loops have no branch that depends on the pattern. Which accumulator a row gets is said in
// row_columns.hpp. Where the columns are known, from a plan or because the row above has the same ones, moved, they are
// neither looked for nor sorted.
#pragma once

#include <algorithm>
#include <cstdint>

#include <tamis/sparse/view.hpp>

#include "sparse/merged_rows.hpp"
#include "sparse/product.hpp"
#include "sparse/row_columns.hpp"

namespace tamis::detail {

template <class T, class I>
RowView<T, I> row_view(const CsrView<T, I>& A, std::int64_t i) noexcept {
    const I begin = A.row_offsets()[static_cast<std::size_t>(i)];
    const I end = A.row_offsets()[static_cast<std::size_t>(i) + 1];
    return {A.col_indices().data() + begin, A.values().data() + begin, static_cast<std::int64_t>(end - begin)};
}

template <class T, class I>
PatternRows<I> pattern_of(const CsrView<T, I>& A) noexcept {
    return {A.row_offsets().data(), A.col_indices().data()};
}

/// The sums of a row.
template <class T, class I>
class RowProduct {
  public:
    explicit RowProduct(const RowBounds& bounds)
        : narrow_(bounds.narrow()),
          from_zero_(bounds.from_zero()),
          sums_(std::max(bounds.dense_columns(), bounds.hashed_columns() + 1), uninitialized) {}

    /// Writes the sorted columns and the values of a row that has not been seen yet; returns how many.
    std::int64_t compute(const RowView<T, I>& a, const CsrView<T, I>& B, RowColumns<I>& own, I mark, I* columns,
                         T* values) noexcept {
        if (a.count == 0) return 0;
        if (a.count == 1) return scale(a, B, columns, values);
        if (a.count == 2) {
            const RowView<T, I> x = row_view(B, static_cast<std::int64_t>(a.columns[0]));
            const RowView<T, I> y = row_view(B, static_cast<std::int64_t>(a.columns[1]));
            if (x.count + y.count <= merged_entries) return merge_rows(a.values[0], x, a.values[1], y, columns, values);
        }
        const RowSources<I> row = own.sources(a.columns, a.count, pattern_of(B));
        return row.dense ? compute_dense(a.values, B, row, own, mark, columns, values)
                         : compute_hashed(a.values, B, row, own, columns, values);
    }

    /// Writes the values of a row whose columns are known.
    void compute_values(const RowView<T, I>& a, const CsrView<T, I>& B, ColumnHash<I>& hash, const I* columns,
                        std::int64_t count, T* values) noexcept {
        if (count == 0) return;
        const std::int64_t last = columns[count - 1];
        if (narrow_ || is_dense(count, last - columns[0] + 1)) {
            const std::int64_t first = from_zero_ ? 0 : columns[0];
            T* const sums = sums_for(last - first + 1);
            if (from_zero_) add_products(a, B, [=](I column) -> T& { return sums[column]; });
            else add_products(a, B, [=](I column) -> T& { return sums[column - first]; });
            gather(columns, count, first, values);
            return;
        }
        hash.start(count);
        for (std::int64_t q = 0; q < count; ++q) hash.place(columns[q], static_cast<I>(q));
        std::fill_n(values, count, neutral_sum<T>());
        add_products(a, B, [&](I column) -> T& { return values[hash.known_place(column)]; });
    }

  private:
    static std::int64_t scale(const RowView<T, I>& a, const CsrView<T, I>& B, I* columns, T* values) noexcept {
        const RowView<T, I> b = row_view(B, static_cast<std::int64_t>(a.columns[0]));
        std::copy(b.columns, b.columns + b.count, columns);
        const T weight = a.values[0];
        for (std::int64_t l = 0; l < b.count; ++l) values[l] = times(weight, b.values[l]);
        return b.count;
    }

    // Adds each product to the sum that sum_of gives for its column.
    template <class F>
    static void add_products(const RowView<T, I>& a, const CsrView<T, I>& B, F&& sum_of) noexcept {
        const I* b_offsets = B.row_offsets().data();
        const I* b_columns = B.col_indices().data();
        const T* b_values = B.values().data();
        for (std::int64_t k = 0; k < a.count; ++k) {
            const T weight = a.values[k];
            const I end = b_offsets[a.columns[k] + 1];
            for (I l = b_offsets[a.columns[k]]; l < end; ++l) sum_of(b_columns[l]) += times(weight, b_values[l]);
        }
    }

    // What a source does with its entries: adds them, weighted, to sums.
    static auto adding(const T* weights, const T* b_values, T* sums) noexcept {
        return [=](std::int64_t k) {
            return [weight = weights[k], b_values, sums](I l, std::int64_t place) {
                sums[place] += times(weight, b_values[l]);
            };
        };
    }

    std::int64_t compute_dense(const T* weights, const CsrView<T, I>& B, const RowSources<I>& row, RowColumns<I>& own,
                               I mark, I* columns, T* values) noexcept {
        T* const sums = sums_for(own.span(row));
        const std::int64_t count = own.list_dense(row, mark, own.found(), adding(weights, B.values().data(), sums));
        own.sort_marked(own.first(row), mark, count, columns);
        gather(columns, count, own.first(row), values);
        return count;
    }

    std::int64_t compute_hashed(const T* weights, const CsrView<T, I>& B, const RowSources<I>& row, RowColumns<I>& own,
                                I* columns, T* values) noexcept {
        // In the order in which the columns are found. They begin neutral as they come, and are left so.
        T* const sums = sums_.data();
        const std::int64_t count = own.list_hashed(row, own.found(), adding(weights, B.values().data(), sums),
                                                   [&](std::int64_t place) { sums[place] = neutral_sum<T>(); });
        if (count <= ranked_columns<I>) {
            sort_by_rank(own.found(), sums, count, columns, values);
        } else {
            own.sort(count, columns);
            for (std::int64_t q = 0; q < count; ++q) values[q] = sums[own.hash.known_place(columns[q])];
        }
        std::fill_n(sums, count, neutral_sum<T>());
        return count;
    }

    void gather(const I* columns, std::int64_t count, std::int64_t first, T* values) noexcept {
        if (from_zero_) take(sums_.data(), columns, count, values, [](I column) { return column; });
        else take(sums_.data(), columns, count, values, [first](I column) { return column - first; });
    }
    template <class F>
    static void take(T* sums, const I* columns, std::int64_t count, T* values, F&& place) noexcept {
        for (std::int64_t q = 0; q < count; ++q) {
            values[q] = sums[place(columns[q])];
            sums[place(columns[q])] = neutral_sum<T>();
        }
    }

    /// Cleared as far as a row wants it, by the thread that does, so that the pages are its own.
    T* sums_for(std::int64_t places) noexcept {
        if (places > cleared_) {
            std::fill(sums_.data() + cleared_, sums_.data() + places, neutral_sum<T>());
            cleared_ = places;
        }
        return sums_.data();
    }

    bool narrow_;
    bool from_zero_;
    Array<T> sums_;
    std::int64_t cleared_ = 0;
};

}  // namespace tamis::detail
