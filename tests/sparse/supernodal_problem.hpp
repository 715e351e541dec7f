// Small Hermitian definite matrices whose factors have dense kernels, so that they are stored by supernodes where those are
// allowed.
#pragma once

#include <cstdint>

#include "support/problems.hpp"

namespace tamis::test {

/// `blocks` dense blocks of `size` rows that meet only in a dense border: each block is a supernode with rows below it.
/// Diagonally dominant, so ‖A⁻¹‖_∞ ≤ 1.
template <class T, class I = std::int32_t>
Csr<T, I> bordered_blocks(std::int64_t blocks = 3, std::int64_t size = 50, std::int64_t border = 40,
                          std::uint64_t seed = 1) {
    Random random(seed);
    const auto n = blocks * size + border;
    Assembly<T, I> A(n, n);
    const auto couple = [&](std::int64_t i, std::int64_t j) {
        const T v = random.nonzero_eighths<T>();
        A.set(i, j, v);
        A.set(j, i, detail::conjugate(v));
    };
    for (std::int64_t b = 0; b < blocks; ++b) {
        for (std::int64_t i = b * size; i < (b + 1) * size; ++i) {
            for (std::int64_t j = b * size; j < i; ++j) couple(i, j);
            for (std::int64_t j = blocks * size + b; j < n; ++j) couple(i, j);  // not all of the border
        }
    }
    for (std::int64_t i = blocks * size; i < n; ++i)
        for (std::int64_t j = blocks * size; j < i; ++j) couple(i, j);
    parts::add_dominant_diagonal(A, [](std::int64_t) { return 1; });
    const auto p = random.permutation(n);
    return A.permuted(p, p).csr();
}

}  // namespace tamis::test
