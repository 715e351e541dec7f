// Private: the numerical rank of an upper triangle.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include <tamis/core/array.hpp>

#include "dense/lapack_qr.hpp"

namespace tamis::detail {

/// The largest k for which the leading block of order k of the n×n upper triangle R has an estimated condition number of at
/// most 1/tolerance (the loop of LAPACK's xGELSY). O(n²).
template <class T>
std::int64_t incremental_rank(std::int64_t n, const T* R, std::int64_t ldr, Real<T> tolerance) {
    if (n == 0 || R[0] == T(0)) return 0;
    Array<T> smallest(n, uninitialized);  // approximate singular vectors
    Array<T> largest(n, uninitialized);
    smallest[0] = largest[0] = T(1);
    Real<T> low = std::abs(R[0]);
    Real<T> high = low;
    for (std::int64_t k = 1; k < n; ++k) {
        const T* const column = R + k * ldr;
        T s1{}, c1{}, s2{}, c2{};
        const Real<T> next_low = lapack::laic1(2, k, smallest.data(), low, column, column[k], s1, c1);
        const Real<T> next_high = lapack::laic1(1, k, largest.data(), high, column, column[k], s2, c2);
        if (!(next_high * tolerance < next_low)) return k;
        for (std::int64_t i = 0; i < k; ++i) {
            smallest[i] *= s1;
            largest[i] *= s2;
        }
        smallest[k] = c1;
        largest[k] = c2;
        low = next_low;
        high = next_high;
    }
    return n;
}

}  // namespace tamis::detail
