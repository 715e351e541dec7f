// Private: products of the rows of a CSR matrix with a few columns at once (dispatch.hpp says how kernels are found).
#pragma once

#include <cstdint>

#include "core/kernels/dispatch.hpp"
#include "instantiate.hpp"

namespace tamis::detail {

template <class T, class I>
struct CsrBlockKernels {
    /// Σ a_ij X_j: row i − begin of `sums` for the rows begin ≤ i < end, W columns at once. Rows of X and of `sums` are
    /// contiguous, and x_stride and sums_stride apart.
    using RowSums = void(const I* offsets, const I* indices, const T* values, const T* X, std::int64_t x_stride,
                         std::int64_t begin, std::int64_t end, T* sums, std::int64_t sums_stride);
    /// Σ values[k] X_indices[k] for begin ≤ k < end: a part of a row.
    using RangeSum = void(const I* indices, const T* values, const T* X, std::int64_t x_stride, std::int64_t begin,
                          std::int64_t end, T* sums);

    /// Y ← Y + Σ_i a_iᴴ a_i X over the rows a_i, begin ≤ i < end, for four columns; rows of X and Y are four numbers, one
    /// behind the other.
    using GramRows = void(const I* offsets, const I* indices, const T* values, const T* X, std::int64_t begin,
                          std::int64_t end, T* Y);

    // For 2, 4 and 8 columns; [1] takes the conjugates of the values, for real scalars it is the same as [0].
    RowSums* row_sums[3][2];
    RangeSum* range_sum[3][2];
    GramRows* gram_rows;

    static const CsrBlockKernels table[isa_count];
};

#define TAMIS_INSTANTIATE(T, I) extern template struct CsrBlockKernels<T, I>;
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
