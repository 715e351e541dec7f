// Private: two rows of B combined by merging, which needs no accumulator.
#pragma once

#include <algorithm>
#include <cstdint>

#include <tamis/core/scalar.hpp>

#include "sparse/product.hpp"

namespace tamis::detail {

/// Two rows of together so many entries are merged. With more, an accumulator loses less by not knowing which comes first.
inline constexpr std::int64_t merged_entries = 32;

/// Entries of a sparse row: of A, weights for rows of B.
template <class T, class I>
struct RowView {
    const I* columns;
    const T* values;
    std::int64_t count;
};

/// −0.0: x + it is x to the bit for every x.
template <class T>
constexpr T neutral_sum() noexcept {
    if constexpr (is_complex_v<T>) return T(Real<T>(-0.0), Real<T>(-0.0));
    else return T(-0.0);
}

/// The number of distinct columns of two rows.
template <class I>
std::int64_t count_merged(const I* x, const I* x_end, const I* y, const I* y_end) noexcept {
    std::int64_t distinct = (x_end - x) + (y_end - y);
    while (x < x_end && y < y_end) {
        const I first = *x;
        const I second = *y;
        distinct -= first == second;
        x += first <= second;
        y += second <= first;
    }
    return distinct;
}

/// u x + v y: columns and values; returns how many.
template <class T, class I>
std::int64_t merge_rows(T u, RowView<T, I> x, T v, RowView<T, I> y, I* columns, T* values) noexcept {
    std::int64_t p = 0;
    std::int64_t q = 0;
    std::int64_t at = 0;
    while (p < x.count && q < y.count) {
        const I first = x.columns[p];
        const I second = y.columns[q];
        // No branch depends on which comes first.
        const T from_x = times(u, x.values[p]);
        const T from_y = times(v, y.values[q]);
        const T left = first <= second ? from_x : neutral_sum<T>();
        const T right = second <= first ? from_y : neutral_sum<T>();
        columns[at] = std::min(first, second);
        values[at++] = left + right;
        p += first <= second;
        q += second <= first;
    }
    for (; p < x.count; ++p, ++at) {
        columns[at] = x.columns[p];
        values[at] = times(u, x.values[p]);
    }
    for (; q < y.count; ++q, ++at) {
        columns[at] = y.columns[q];
        values[at] = times(v, y.values[q]);
    }
    return at;
}

}  // namespace tamis::detail
