// Private: LU, Cholesky and the exponential of several small matrices side by side (core/kernels/dispatch.hpp says how
// kernels are found).
//
// Groups are gathered so that entry e of all matrices is one register (batch_lanes.inl). Kernels tell of a matrix that they
// cannot answer for (not finite, singular, not definite, too large or small) by NaN in its lane of `doubt`, and leave all
// others as if it were not there; it is then computed on its own by LAPACK, which knows what to call it.
#pragma once

#include <cstdint>

#include <tamis/core/scalar.hpp>

#include "core/kernels/dispatch.hpp"
#include "instantiate.hpp"

namespace tamis::detail {

template <class T>
struct BatchLinearKernels {
    using R = Real<T>;
    int width;  ///< matrices a group; a scalar takes width · (1 or 2) real numbers

    /// Of `count` ≤ width matrices of so many entries, `distance` scalars apart; doubt is set.
    void (*gather)(const T* from, std::int64_t entries, std::int64_t distance, int count, R* to, R* doubt);
    void (*scatter)(const R* from, std::int64_t entries, std::int64_t distance, int count, T* to);

    /// P A = L U in place, n×n. reciprocals: 1 / u_kk (n entries). pivots: n·width, the row that went to k.
    void (*lu)(std::int64_t n, R* A, R* reciprocals, std::int32_t* pivots, R* doubt);
    /// B := A⁻¹ B, n×k.
    void (*lu_solve)(std::int64_t n, std::int64_t k, const R* A, const R* reciprocals, const std::int32_t* pivots, R* B,
                     R* doubt);
    /// X := A⁻¹.
    void (*lu_inverse)(std::int64_t n, const R* A, const R* reciprocals, const std::int32_t* pivots, R* X, R* doubt);
    /// det A (one entry); doubtful unless every partial product is well within range.
    void (*determinant)(std::int64_t n, const R* A, const std::int32_t* pivots, R* value, R* doubt);
    /// A = L Lᴴ, of which the lower triangle is read; L in place, zeros above.
    void (*cholesky)(std::int64_t n, R* A, R* doubt);
    /// A := exp(A) by scaling and squaring; doubtful where the norm is huge, or misleading for a matrix far from normal.
    /// work: 6 n² + n entries, pivots: n·width.
    void (*exponential)(std::int64_t n, R* A, R* work, std::int32_t* pivots, R* doubt);

    static const BatchLinearKernels table[isa_count];
};

#define TAMIS_INSTANTIATE(T) extern template struct BatchLinearKernels<T>;
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
