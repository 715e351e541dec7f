// Private: QR, Hermitian eigenvalues and singular values of several small matrices side by side; as batch_linear.hpp, which
// says what groups and `doubt` are.
#pragma once

#include <cstdint>

#include <tamis/core/scalar.hpp>

#include "core/kernels/dispatch.hpp"
#include "instantiate.hpp"

namespace tamis::detail {

template <class T>
struct BatchSpectralKernels {
    using R = Real<T>;

    /// A = Q R, m×n, r = min(m, n): Q m×r, upper r×n. A is destroyed; work: n entries.
    void (*qr)(std::int64_t m, std::int64_t n, R* A, R* Q, R* upper, R* work, R* doubt);
    /// A = V diag(w) Vᴴ, by the lower triangle: w n real entries in no order, V n×n by rows. A is destroyed; work: 6 n
    /// entries.
    void (*eigh)(std::int64_t n, R* A, R* V, R* w, R* work, R* doubt);
    /// A = U diag(s) Vᴴ, m×n with m ≥ n: s n real entries in no order and of any sign, U m×n and V n×n by rows. A is
    /// destroyed; work: n² + 10 n entries.
    void (*svd)(std::int64_t m, std::int64_t n, R* A, R* U, R* V, R* s, R* work, R* doubt);

    static const BatchSpectralKernels table[isa_count];
};

#define TAMIS_INSTANTIATE(T) extern template struct BatchSpectralKernels<T>;
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
