// Private: W columns to rows of W numbers side by side, and back: transpositions of two by two 8-byte numbers at a time.
#pragma once

#include <cstdint>
#include <cstring>

namespace tamis::detail {

using Pair = double __attribute__((vector_size(16)));  // of any numbers of eight bytes: they are moved, never computed with

/// Two numbers of each of two rows, transposed.
inline void transpose_pairs(const void* a, const void* b, void* low, void* high) noexcept {
    Pair u;
    Pair v;
    std::memcpy(&u, a, sizeof u);
    std::memcpy(&v, b, sizeof v);
    const Pair first = __builtin_shufflevector(u, v, 0, 2);
    const Pair second = __builtin_shufflevector(u, v, 1, 3);
    std::memcpy(low, &first, sizeof first);
    std::memcpy(high, &second, sizeof second);
}

/// Row r of `to` gets the numbers r of W columns, contiguous ones that are `distance` apart. W is even.
template <int W, class T>
void interleave(const T* columns, std::int64_t distance, std::int64_t rows, T* to) noexcept {
    std::int64_t r = 0;
    if constexpr (sizeof(T) == 8) {
        for (; r + 2 <= rows; r += 2)
            for (int w = 0; w < W; w += 2) {
                const T* from = columns + w * distance + r;
                transpose_pairs(from, from + distance, to + r * W + w, to + (r + 1) * W + w);
            }
    }
    for (; r < rows; ++r)
        for (int w = 0; w < W; ++w) to[r * W + w] = columns[w * distance + r];
}

/// The reverse.
template <int W, class T>
void separate(const T* from, std::int64_t rows, T* columns, std::int64_t distance) noexcept {
    std::int64_t r = 0;
    if constexpr (sizeof(T) == 8) {
        for (; r + 2 <= rows; r += 2)
            for (int w = 0; w < W; w += 2) {
                T* to = columns + w * distance + r;
                transpose_pairs(from + r * W + w, from + (r + 1) * W + w, to, to + distance);
            }
    }
    for (; r < rows; ++r)
        for (int w = 0; w < W; ++w) columns[w * distance + r] = from[r * W + w];
}

}  // namespace tamis::detail
