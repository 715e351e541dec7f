// Private: exponentials and distances of many numbers at once (core/kernels/dispatch.hpp says how kernels are found).
#pragma once

#include <cstdint>

#include "core/kernels/dispatch.hpp"

namespace tamis::learn::detail {

/// Kernels over contiguous arrays of R = float or double; results may be written over what is read.
template <class R>
struct EntrywiseKernels {
    /// out_i = exp(x_i) for x_i ≤ 0 (−∞ and NaN included), within 1.5 ulp.
    /// W. J. Cody, W. Waite, Software Manual for the Elementary Functions, 1980: x = k ln 2 + r with ln 2 in two parts, a
    /// polynomial in |r| ≤ ln 2 / 2, and 2^k by the bits of the exponent.
    void (*exponential)(std::int64_t n, const R* x, R* out);
    /// out_i = exp(−γ d_i) for γ, d_i ≥ 0.
    void (*gaussian)(std::int64_t n, const R* d, R gamma, R* out);
    /// out_i = √d_i.
    void (*root)(std::int64_t n, const R* d, R* out);
    /// out_i = exp(x_i − shift_i), and sum_i += out_i; x_i ≤ shift_i or either is NaN.
    void (*shifted_exponential)(std::int64_t n, const R* x, const R* shift, R* out, R* sum);
    /// largest_i = max(largest_i, x_i); a NaN in x is passed over.
    void (*raise)(std::int64_t n, const R* x, R* largest);

    /// out_i = a_i + b: ‖xᵢ‖² + ‖y‖², from which 2 xᵢ·y is to be taken.
    void (*add)(std::int64_t n, const R* a, R b, R* out);
    /// Whether some d_i < max(share (a_i + b), tiny), or NaN.
    bool (*any_cancelled)(std::int64_t n, const R* a, R b, R share, R tiny, const R* d);
    /// Whether some d_i < tiny, or NaN.
    bool (*any_below)(std::int64_t n, const R* d, R tiny);
    /// Σ_k (x_k − y_k)² in 16 interleaved sums.
    R (*squared_distance)(std::int64_t n, const R* x, const R* y);
    /// Σ_k x_k² in 16 interleaved sums.
    R (*squared_norm)(std::int64_t n, const R* x);
    /// D(i, j) = Σ_k (x_ik − y_jk)² in the order of k. x_ik at X[k·ldx + i], of which `lanes` more than rows may be read;
    /// y_jk at Y[j·ldy + k]; D(i, j) at D[j·ldd + i].
    void (*distance_tile)(std::int64_t rows, std::int64_t cols, std::int64_t features, const R* X, std::int64_t ldx,
                          const R* Y, std::int64_t ldy, R* D, std::int64_t ldd);
    /// B = Aᵀ, A rows×cols, both column-major.
    void (*transpose)(std::int64_t rows, std::int64_t cols, const R* A, std::int64_t lda, R* B, std::int64_t ldb);

    static constexpr std::int64_t lanes = 32;
    static const EntrywiseKernels table[tamis::detail::isa_count];
};

extern template struct EntrywiseKernels<float>;
extern template struct EntrywiseKernels<double>;

/// Those for this processor.
template <class R>
const EntrywiseKernels<R>& entrywise() noexcept {
    return tamis::detail::kernels<EntrywiseKernels<R>>();
}

}  // namespace tamis::learn::detail
