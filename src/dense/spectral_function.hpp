// Private: V diag(f) Vᴴ.
#pragma once

#include <algorithm>
#include <cstdint>

#include <tamis/core/array.hpp>

#include "core/blas.hpp"
#include "dense/spectral_threads.hpp"

namespace tamis::detail {

/// out = V diag(f) Vᴴ, exactly Hermitian, for real f; V is n×k with leading dimension ldv, out n×n contiguous. The lower
/// triangle by blocks of columns, mirrored: n² k flops and a little.
template <class T>
void spectral_function(std::int64_t n, std::int64_t k, const T* V, std::int64_t ldv, const Real<T>* f, T* out) {
    if (n == 0) return;
    if (k == 0) {
        std::fill_n(out, n * n, T(0));
        return;
    }
    constexpr std::int64_t width = 192;
    Array<T> scaled(n * k, uninitialized);
    for (std::int64_t j = 0; j < k; ++j)
        for (std::int64_t i = 0; i < n; ++i) scaled[j * n + i] = V[j * ldv + i] * f[j];
    on_spectral_threads(static_cast<double>(n) * static_cast<double>(n) * static_cast<double>(k), [&] {
        for (std::int64_t j = 0; j < n; j += width)
            blas::gemm('N', 'C', n - j, std::min(width, n - j), k, T(1), scaled.data() + j, n, V + j, ldv, T(0),
                       out + j * n + j, n);
    });
    for (std::int64_t j = 0; j < n; ++j) {
        out[j * n + j] = T(real_part(out[j * n + j]));
        for (std::int64_t i = j + 1; i < n; ++i) out[i * n + j] = conjugate(out[j * n + i]);
    }
}

}  // namespace tamis::detail
