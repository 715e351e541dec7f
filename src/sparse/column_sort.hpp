// Private: the distinct columns of one row, sorted. They come as ascending runs (a row of B each). No way of sorting
// branches on the outcome of a comparison, which the processor cannot foresee.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <utility>

namespace tamis::detail {

/// Rows up to this many columns are ranked: quadratic, but in vector instructions where the index has any.
template <class I>
inline constexpr std::int64_t ranked_columns = sizeof(I) == 4 ? 64 : 16;
/// From this many on a radix sort beats the merging of runs.
inline constexpr std::int64_t radix_sorted_columns = 512;

/// Each column goes to the place that counts the smaller ones.
template <class I>
void sort_by_rank(const I* columns, std::int64_t count, I* sorted) noexcept {
    for (std::int64_t i = 0; i < count; ++i) {
        const I column = columns[i];
        I rank = 0;
        for (std::int64_t j = 0; j < count; ++j) rank = static_cast<I>(rank + (columns[j] < column));
        sorted[rank] = column;
    }
}

/// The same with values that go along.
template <class T, class I>
void sort_by_rank(const I* columns, const T* values, std::int64_t count, I* sorted, T* sorted_values) noexcept {
    for (std::int64_t i = 0; i < count; ++i) {
        const I column = columns[i];
        I rank = 0;
        for (std::int64_t j = 0; j < count; ++j) rank = static_cast<I>(rank + (columns[j] < column));
        sorted[rank] = column;
        sorted_values[rank] = values[i];
    }
}

template <class I>
I* merge_two(const I* x, const I* x_end, const I* y, const I* y_end, I* out) noexcept {
    while (x < x_end && y < y_end) {
        const bool first = *x < *y;
        *out++ = first ? *x : *y;
        x += first;
        y += !first;
    }
    out = std::copy(x, x_end, out);
    return std::copy(y, y_end, out);
}

/// Merges neighbouring runs until one is left. ends[r] is the end of run r; both buffers are overwritten.
template <class I>
void merge_runs(I* columns, I* buffer, std::int64_t* ends, std::int64_t runs, I* sorted) noexcept {
    const std::int64_t count = runs == 0 ? 0 : ends[runs - 1];
    while (runs > 1) {
        I* out = runs == 2 ? sorted : buffer;
        std::int64_t begin = 0;
        std::int64_t merged = 0;
        for (std::int64_t r = 0; r + 1 < runs; r += 2) {
            const std::int64_t middle = ends[r];
            const std::int64_t end = ends[r + 1];
            merge_two(columns + begin, columns + middle, columns + middle, columns + end, out + begin);
            ends[merged++] = begin = end;
        }
        if (runs % 2 == 1) {
            std::copy(columns + begin, columns + count, out + begin);
            ends[merged++] = count;
        }
        if (runs == 2) return;
        runs = merged;
        std::swap(columns, buffer);
    }
    std::copy(columns, columns + count, sorted);
}

/// Least significant digit first, by the distance from the least column.
template <class I>
void radix_sort(I* columns, I* buffer, std::int64_t count, I least, I greatest, I* sorted) noexcept {
    constexpr int digit = 8;
    constexpr std::size_t values = std::size_t{1} << digit;
    const auto bits = static_cast<int>(std::bit_width(static_cast<std::uint64_t>(greatest - least)));
    for (int shift = 0; shift < bits; shift += digit) {
        const auto value = [&](I column) { return static_cast<std::size_t>((column - least) >> shift) % values; };
        std::array<std::int64_t, values + 1> begins{};
        for (std::int64_t i = 0; i < count; ++i) ++begins[value(columns[i]) + 1];
        for (std::size_t v = 1; v < values; ++v) begins[v] += begins[v - 1];
        I* out = shift + digit >= bits ? sorted : buffer;
        for (std::int64_t i = 0; i < count; ++i) out[begins[value(columns[i])]++] = columns[i];
        std::swap(columns, buffer);
    }
}

}  // namespace tamis::detail
