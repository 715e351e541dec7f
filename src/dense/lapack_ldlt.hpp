// Private: LAPACK's factorization of Hermitian indefinite matrices with bounded (rook) pivoting; lapack.hpp says how it is
// called. D's diagonal lies on that of A, its subdiagonal in e; L is a plain unit triangle below the diagonal.
#pragma once

#include <algorithm>

#include "dense/lapack.hpp"

#define TAMIS_DECLARE_LDLT_ROUTINES(prefix, T, R, ...)                                                                     \
    void prefix##trf_rk_(const char* uplo, const int* n, T* a, const int* lda, T* e, int* ipiv, T* work, const int* lwork, \
                         int* info, std::size_t);                                                                          \
    void prefix##trs_3_(const char* uplo, const int* n, const int* nrhs, const T* a, const int* lda, const T* e,           \
                        const int* ipiv, T* b, const int* ldb, int* info, std::size_t);                                    \
    void prefix##tri_3_(const char* uplo, const int* n, T* a, const int* lda, const T* e, const int* ipiv, T* work,        \
                        const int* lwork, int* info, std::size_t);                                                         \
    void prefix##con_3_(const char* uplo, const int* n, const T* a, const int* lda, const T* e, const int* ipiv,           \
                        const R* anorm, R* rcond, T* work, __VA_ARGS__ int* info, std::size_t);
extern "C" {
TAMIS_DECLARE_LDLT_ROUTINES(ssy, float, float, int* iwork, )
TAMIS_DECLARE_LDLT_ROUTINES(dsy, double, double, int* iwork, )
TAMIS_DECLARE_LDLT_ROUTINES(che, std::complex<float>, float)
TAMIS_DECLARE_LDLT_ROUTINES(zhe, std::complex<double>, double)
}
#undef TAMIS_DECLARE_LDLT_ROUTINES

namespace tamis::detail::lapack {

/// A(p, p) = L D Lᴴ by the lower triangle; D has blocks of order 1 and 2. Exchange k of p: row k with row |ipiv_k|
/// (one-based); both signs of a block of order 2 are negative. Returns 0, or k > 0: d_kk is exactly zero.
template <class T>
std::int64_t hetrf_rk(std::int64_t n, T* A, std::int64_t lda, T* e, Int* ipiv) {
    const Int n_ = size("hetrf_rk", n), ld = size("hetrf_rk", std::max<std::int64_t>(lda, 1)), ask = -1;
    const auto routine = pick<T>(ssytrf_rk_, dsytrf_rk_, chetrf_rk_, zhetrf_rk_);
    Int info = 0;
    T best{};
    routine("L", &n_, A, &ld, e, ipiv, &best, &ask, &info, 1);
    const Int lwork = work_size(best);
    auto work = work_space<T>(lwork);
    routine("L", &n_, A, &ld, e, ipiv, work.data(), &lwork, &info, 1);
    return checked("hetrf_rk", info);
}

/// B := A⁻¹ B for the factor of hetrf_rk.
template <class T>
void hetrs_3(std::int64_t n, std::int64_t nrhs, const T* A, std::int64_t lda, const T* e, const Int* ipiv, T* B,
             std::int64_t ldb) {
    const Int n_ = size("hetrs_3", n), k = size("hetrs_3", nrhs), ld = size("hetrs_3", std::max<std::int64_t>(lda, 1));
    const Int ldb_ = size("hetrs_3", std::max<std::int64_t>(ldb, 1));
    Int info = 0;
    pick<T>(ssytrs_3_, dsytrs_3_, chetrs_3_, zhetrs_3_)("L", &n_, &k, A, &ld, e, ipiv, B, &ldb_, &info, 1);
    checked("hetrs_3", info);
}

/// The lower triangle of A⁻¹ in place of the factor of hetrf_rk.
template <class T>
std::int64_t hetri_3(std::int64_t n, T* A, std::int64_t lda, const T* e, const Int* ipiv) {
    const Int n_ = size("hetri_3", n), ld = size("hetri_3", std::max<std::int64_t>(lda, 1)), ask = -1;
    const auto routine = pick<T>(ssytri_3_, dsytri_3_, chetri_3_, zhetri_3_);
    Int info = 0;
    T best{};
    routine("L", &n_, A, &ld, e, ipiv, &best, &ask, &info, 1);
    const Int lwork = work_size(best);
    auto work = work_space<T>(lwork);
    routine("L", &n_, A, &ld, e, ipiv, work.data(), &lwork, &info, 1);
    return checked("hetri_3", info);
}

/// Estimate of 1 / (‖A‖₁ ‖A⁻¹‖₁) from the factor of hetrf_rk and ‖A‖₁.
template <class T>
Real<T> hecon_3(std::int64_t n, const T* A, std::int64_t lda, const T* e, const Int* ipiv, Real<T> norm) {
    const Int n_ = size("hecon_3", n), ld = size("hecon_3", std::max<std::int64_t>(lda, 1));
    auto work = work_space<T>(size("hecon_3", 2 * n));
    Int info = 0;
    Real<T> rcond{};
    const auto routine = pick<T>(ssycon_3_, dsycon_3_, checon_3_, zhecon_3_);
    if constexpr (is_complex_v<T>) {
        routine("L", &n_, A, &ld, e, ipiv, &norm, &rcond, work.data(), &info, 1);
    } else {
        auto integers = work_space<Int>(n_);
        routine("L", &n_, A, &ld, e, ipiv, &norm, &rcond, work.data(), integers.data(), &info, 1);
    }
    checked("hecon_3", info);
    return rcond;
}

}  // namespace tamis::detail::lapack
