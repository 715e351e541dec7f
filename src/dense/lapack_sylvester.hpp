// Private: LAPACK's Sylvester equations with triangles, column-major; lapack.hpp says how it is called.
#pragma once

#include <algorithm>

#include "dense/lapack.hpp"

#define TAMIS_DECLARE_SYLVESTER(prefix, T, R)                                                                               \
    void prefix##trsyl_(const char* trana, const char* tranb, const int* isgn, const int* m, const int* n, const T* a,      \
                        const int* lda, const T* b, const int* ldb, T* c, const int* ldc, R* scale, int* info, std::size_t, \
                        std::size_t);
extern "C" {
TAMIS_DECLARE_SYLVESTER(s, float, float)
TAMIS_DECLARE_SYLVESTER(d, double, double)
TAMIS_DECLARE_SYLVESTER(c, std::complex<float>, float)
TAMIS_DECLARE_SYLVESTER(z, std::complex<double>, double)
}
#undef TAMIS_DECLARE_SYLVESTER

namespace tamis::detail::lapack {

/// C := X with A X + sign·X B = scale·C for upper (quasi-)triangular A (m×m) and B (n×n); scale ≤ 1 so that X does not
/// overflow. Returns 0, or 1: common eigenvalues of A and −sign·B were perturbed.
template <class T>
std::int64_t trsyl(int sign, std::int64_t m, std::int64_t n, const T* A, std::int64_t lda, const T* B, std::int64_t ldb,
                   T* C, std::int64_t ldc, Real<T>* scale) {
    const Int m_ = size("trsyl", m), n_ = size("trsyl", n), lda_ = size("trsyl", std::max<std::int64_t>(lda, 1));
    const Int ldb_ = size("trsyl", std::max<std::int64_t>(ldb, 1)), ldc_ = size("trsyl", std::max<std::int64_t>(ldc, 1));
    const Int isgn = sign;
    Int info = 0;
    pick<T>(strsyl_, dtrsyl_, ctrsyl_, ztrsyl_)("N", "N", &isgn, &m_, &n_, A, &lda_, B, &ldb_, C, &ldc_, scale, &info, 1, 1);
    return checked("trsyl", info);
}

}  // namespace tamis::detail::lapack
