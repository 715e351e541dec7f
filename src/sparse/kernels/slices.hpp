// Private: products of slices, eight rows of one length whose entries lie side by side (dispatch.hpp says how kernels are
// found).
#pragma once

#include <cstdint>

#include "core/kernels/dispatch.hpp"
#include "sparse/kernels/csr.hpp"
#include "sparse/kernels/stored_scalars.hpp"

namespace tamis::detail {

/// Rows of a slice.
inline constexpr std::int64_t slice_rows = 8;

/// Sums in T of values stored as V.
template <class T, class V>
struct SliceKernels {
    /// The eight sums of each slice, 0 ≤ q < slices, at sums + 8 q. Entry l of row r of slice q has the value
    /// values[8 (q length + l) + r] and its column at the same place of `columns`, counted from bases[q].
    using Narrow = void(std::int64_t length, std::int64_t slices, const V* values, const std::uint16_t* columns,
                        const std::int32_t* bases, const T* x, T* sums);
    /// The same with whole columns.
    using Wide = void(std::int64_t length, std::int64_t slices, const V* values, const std::int32_t* columns, const T* x,
                      T* sums);
    /// The sum of each compressed row, 0 ≤ i < rows.
    using Rows = void(const std::int32_t* offsets, const std::int32_t* columns, const V* values, const T* x,
                      std::int64_t rows, T* sums);
    Narrow* narrow;
    Wide* wide;
    Rows* rows;

    static const SliceKernels table[isa_count];
};

#define TAMIS_INSTANTIATE(T, V) extern template struct SliceKernels<T, V>;
TAMIS_FOR_EACH_STORED(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
