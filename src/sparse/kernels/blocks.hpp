// Private: products of the block rows of a matrix of dense B×B blocks (dispatch.hpp says how kernels are found).
#pragma once

#include <cstdint>

#include "core/kernels/dispatch.hpp"
#include "sparse/kernels/csr.hpp"
#include "sparse/kernels/stored_scalars.hpp"

namespace tamis::detail {

inline constexpr int max_block_size = 6;

/// Sums in T of values stored as V.
template <class T, class V>
struct BlockKernels {
    /// The B sums of each block row begin ≤ i < end, at sums + (i − begin) B. Block k stands at values + k B², column by
    /// column, and multiplies x[columns[k] B …]; behind the last block max_block_size more values can be read.
    using Sums = void(const std::int64_t* offsets, const std::int32_t* columns, const V* values, const T* x,
                      std::int64_t begin, std::int64_t end, T* sums);
    Sums* sums[max_block_size + 1];  // [B], B = 2 … max_block_size

    static const BlockKernels table[isa_count];
};

#define TAMIS_INSTANTIATE(T, V) extern template struct BlockKernels<T, V>;
TAMIS_FOR_EACH_STORED(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
