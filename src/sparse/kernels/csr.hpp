// Private: products of the rows of a CSR matrix with a vector (dispatch.hpp says how kernels are found).
#pragma once

#include <cstdint>

#include "core/kernels/dispatch.hpp"
#include "instantiate.hpp"

namespace tamis::detail {

/// A row of so many entries is summed in four interleaved sums (csr.inl), in every layout.
inline constexpr std::int64_t four_sums = 17;
/// A row of so many entries is summed in chunks (src/sparse/row_cuts.hpp).
inline constexpr std::int64_t long_row = 1 << 15;
inline constexpr int row_chunks = 32;

template <class T, class I>
struct CsrKernels {
    /// sums[i − begin] = Σ a_ij x_j for the rows begin ≤ i < end.
    using RowSums = void(const I* offsets, const I* indices, const T* values, const T* x, std::int64_t begin,
                         std::int64_t end, T* sums);
    /// *sum = Σ values[k] x[indices[k]] for begin ≤ k < end: a part of a row.
    using RangeSum = void(const I* indices, const T* values, const T* x, std::int64_t begin, std::int64_t end, T* sum);

    // [1] takes the conjugates of the values; for real scalars it is the same as [0].
    RowSums* row_sums[2];
    RangeSum* range_sum[2];

    static const CsrKernels table[isa_count];
};

#define TAMIS_INSTANTIATE(T, I) extern template struct CsrKernels<T, I>;
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
