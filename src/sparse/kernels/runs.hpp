// Private: products of consecutive rows with the same pattern relative to the diagonal (dispatch.hpp says how kernels are
// found).
#pragma once

#include <cstdint>

#include "core/kernels/dispatch.hpp"
#include "sparse/kernels/csr.hpp"
#include "sparse/kernels/stored_scalars.hpp"

namespace tamis::detail {

/// Rows whose values are stored side by side.
inline constexpr std::int64_t run_block = 8;

/// Sums in T of values stored as V.
template <class T, class V>
struct RunKernels {
    /// sums[r] = Σ a_rl x[r + shifts[l]], 0 ≤ l < length, for the rows 0 ≤ r < rows of a run; x stands at the run's first
    /// row.
    using Sums = void(const std::int64_t* shifts, std::int64_t length, const V* values, const T* x, std::int64_t rows,
                      T* sums);
    /// a_rl as it is stored by RunLayout: blocks of run_block rows, then the rows that are left.
    Sums* varying;
    /// a_rl = values[l].
    Sums* constant;

    static const RunKernels table[isa_count];
};

#define TAMIS_INSTANTIATE(T, V) extern template struct RunKernels<T, V>;
TAMIS_FOR_EACH_STORED(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
