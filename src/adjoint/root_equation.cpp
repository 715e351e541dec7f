#include "adjoint/root_equation.hpp"

#include <string>

#include <tamis/core/error.hpp>

#include "core/blas.hpp"
#include "dense/triangle_sylvester.hpp"
#include "instantiate.hpp"

namespace tamis::derivatives::detail {

namespace {

/// C := X with A X + X B = C for triangles A, m×m, and B, n×n, in the halves of halves (I. Jonsson, B. Kågström, ACM Trans.
/// Math. Softw. 28, 2002).
template <class T>
void solve_halves(std::int64_t m, std::int64_t n, const T* A, const T* B, std::int64_t ld, T* C) {
    constexpr std::int64_t leaf = 24;
    if (m <= leaf && n <= leaf) {
        for (std::int64_t j = 0; j < n; ++j) {
            T* const x = C + j * ld;
            for (std::int64_t k = 0; k < j; ++k)
                for (std::int64_t i = 0; i < m; ++i) x[i] -= B[j * ld + k] * C[k * ld + i];
            for (std::int64_t i = m - 1; i >= 0; --i) {
                x[i] /= A[i * ld + i] + B[j * ld + j];
                for (std::int64_t l = 0; l < i; ++l) x[l] -= A[i * ld + l] * x[i];
            }
        }
    } else if (m >= n) {
        const std::int64_t k = m / 2;
        solve_halves(m - k, n, A + k * ld + k, B, ld, C + k);
        tamis::detail::blas::gemm('N', 'N', k, n, m - k, T(-1), A + k * ld, ld, C + k, ld, T(1), C, ld);
        solve_halves(k, n, A, B, ld, C);
    } else {
        const std::int64_t k = n / 2;
        solve_halves(m, k, A, B, ld, C);
        tamis::detail::blas::gemm('N', 'N', m, n - k, k, T(-1), C, ld, B + k * ld, ld, T(1), C + k * ld, ld);
        solve_halves(m, n - k, A, B + k * ld + k, ld, C + k * ld);
    }
}

}  // namespace

template <class T>
void solve_root_equation(const char* what, std::int64_t n, const T* R, T* E) {
    bool triangle = true;
    for (std::int64_t j = 0; j + 1 < n; ++j) triangle = triangle && R[j * n + j + 1] == T(0);
    if (triangle) {
        solve_halves(n, n, R, R, n, E);
    } else if (!tamis::detail::solve_triangle_sylvester(n, n, R, n, R, n, 1, E, n)) {
        throw SingularMatrix(
            std::string(what) + ": two eigenvalues of the root have a sum of zero to rounding: it has no derivative there",
            -1, false);
    }
}

#define TAMIS_INSTANTIATE(T) template void solve_root_equation(const char*, std::int64_t, const T*, T*);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::derivatives::detail
