// Private: products of a Hermitian matrix of which one half is stored (dispatch.hpp says how kernels are found).
#pragma once

#include <cstdint>

#include "core/kernels/dispatch.hpp"
#include "sparse/kernels/stored_scalars.hpp"

namespace tamis::detail {

inline constexpr int max_half_block_size = 3;

/// The block rows begin ≤ i < end of B×B blocks, B = 1 for single entries, as tuned/halves.cpp lays them out. Row by row the
/// arrays hold `halves` blocks left of the diagonal, which stand for their mirror images too, and `fulls` blocks that stand
/// for themselves.
template <class V>
struct HalfRows {
    std::int64_t begin;
    std::int64_t end;
    const std::uint16_t* counts;     // halves and fulls of row `begin`, of the next one, …
    const std::uint16_t* distances;  // i − j for the halves, in blocks
    const std::int32_t* columns;     // j for the fulls, in blocks
    const V* values;                 // of the halves and then of the fulls of each row, each block row by row
    const V* diagonal;               // the diagonal blocks; null where they are among the fulls
};

/// Sums in T of values stored as V.
template <class T, class V>
struct HalfKernels {
    /// y_i = alpha Σ A_ij x_j + beta y_i for these block rows, with Σ over what these rows store and the mirror images.
    /// Writes these rows of y only; y stands at row 0.
    using Multiply = void(const HalfRows<V>& rows, const T* x, T* y, std::int64_t stride, const T& alpha, const T& beta);
    Multiply* multiply[max_half_block_size + 1];  // [B], B = 1 … max_half_block_size

    static const HalfKernels table[isa_count];
};

#define TAMIS_INSTANTIATE(T, V) extern template struct HalfKernels<T, V>;
TAMIS_FOR_EACH_STORED(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
