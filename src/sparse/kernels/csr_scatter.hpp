// Private: transposed products with a CSR matrix, row by row (dispatch.hpp says how kernels are found).
#pragma once

#include <cstdint>

#include "core/kernels/dispatch.hpp"
#include "instantiate.hpp"

namespace tamis::detail {

/// The rows first ≤ i ≤ last that have entries on one side of a range of columns; none if last < first.
struct RowSpan {
    std::int64_t first = 0;
    std::int64_t last = -1;
};

template <class T, class I>
struct CsrScatterKernels {
    /// y_j += a_ij (alpha x_i) for the rows begin ≤ i < end and the columns low ≤ j < high; no product by alpha = 1. Rows
    /// with entries left and right of these columns are added to *left and *right.
    using Scatter = void(const I* offsets, const I* indices, const T* values, const T* x, T alpha, std::int64_t begin,
                         std::int64_t end, std::int64_t low, std::int64_t high, T* y, RowSpan* left, RowSpan* right);

    Scatter* scatter[2];  // [1] takes the conjugates of the values; for real scalars it is the same as [0]

    static const CsrScatterKernels table[isa_count];
};

#define TAMIS_INSTANTIATE(T, I) extern template struct CsrScatterKernels<T, I>;
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
