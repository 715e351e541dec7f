#include "dense/triangle_sylvester.hpp"

#include <algorithm>

#include "core/blas.hpp"
#include "dense/lapack_sylvester.hpp"
#include "instantiate.hpp"

namespace tamis::detail {

namespace {

/// Half of n, where no 2×2 block is divided.
template <class T>
std::int64_t half_of_triangle(std::int64_t n, const T* A, std::int64_t lda) {
    const std::int64_t half = n / 2;
    return A[(half - 1) * lda + half] != T(0) ? half + 1 : half;
}

}  // namespace

template <class T>
bool solve_triangle_sylvester(std::int64_t m, std::int64_t n, const T* A, std::int64_t lda, const T* B, std::int64_t ldb,
                              int sign, T* C, std::int64_t ldc) {
    constexpr std::int64_t leaf = 24;
    if (m == 0 || n == 0) return true;
    if (m <= leaf && n <= leaf) {
        Real<T> scale = 1;
        const bool apart = lapack::trsyl(sign, m, n, A, lda, B, ldb, C, ldc, &scale) == 0;
        if (scale != Real<T>(1))
            for (std::int64_t j = 0; j < n; ++j)
                for (std::int64_t i = 0; i < m; ++i) C[j * ldc + i] /= scale;
        return apart;
    }
    if (m >= n) {
        const std::int64_t k = half_of_triangle(m, A, lda);
        const bool low = solve_triangle_sylvester(m - k, n, A + k * lda + k, lda, B, ldb, sign, C + k, ldc);
        blas::gemm('N', 'N', k, n, m - k, T(-1), A + k * lda, lda, C + k, ldc, T(1), C, ldc);
        return solve_triangle_sylvester(k, n, A, lda, B, ldb, sign, C, ldc) && low;
    }
    const std::int64_t k = half_of_triangle(n, B, ldb);
    const bool left = solve_triangle_sylvester(m, k, A, lda, B, ldb, sign, C, ldc);
    blas::gemm('N', 'N', m, n - k, k, T(static_cast<Real<T>>(-sign)), C, ldc, B + k * ldb, ldb, T(1), C + k * ldc, ldc);
    return solve_triangle_sylvester(m, n - k, A, lda, B + k * ldb + k, ldb, sign, C + k * ldc, ldc) && left;
}

#define TAMIS_INSTANTIATE(T)                                                                                                \
    template bool solve_triangle_sylvester(std::int64_t, std::int64_t, const T*, std::int64_t, const T*, std::int64_t, int, \
                                           T*, std::int64_t);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
