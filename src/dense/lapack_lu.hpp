// Private: LAPACK's LU factorization of full matrices, column-major; lapack.hpp says how it is called.
#pragma once

#include <algorithm>

#include "dense/lapack.hpp"

#define TAMIS_DECLARE_LU_ROUTINES(prefix, T)                                                                           \
    void prefix##getrf_(const int* m, const int* n, T* a, const int* lda, int* ipiv, int* info);                       \
    void prefix##getrs_(const char* trans, const int* n, const int* nrhs, const T* a, const int* lda, const int* ipiv, \
                        T* b, const int* ldb, int* info, std::size_t);                                                 \
    void prefix##getri_(const int* n, T* a, const int* lda, const int* ipiv, T* work, const int* lwork, int* info);
#define TAMIS_DECLARE_LU_CONDITION(prefix, T, R, W)                                                                     \
    void prefix##gecon_(const char* norm, const int* n, const T* a, const int* lda, const R* anorm, R* rcond, T* work,  \
                        W* rwork, int* info, std::size_t);                                                              \
    void prefix##trcon_(const char* norm, const char* uplo, const char* diag, const int* n, const T* a, const int* lda, \
                        R* rcond, T* work, W* rwork, int* info, std::size_t, std::size_t, std::size_t);
extern "C" {
TAMIS_DECLARE_LU_ROUTINES(s, float)
TAMIS_DECLARE_LU_ROUTINES(d, double)
TAMIS_DECLARE_LU_ROUTINES(c, std::complex<float>)
TAMIS_DECLARE_LU_ROUTINES(z, std::complex<double>)
TAMIS_DECLARE_LU_CONDITION(s, float, float, int)
TAMIS_DECLARE_LU_CONDITION(d, double, double, int)
TAMIS_DECLARE_LU_CONDITION(c, std::complex<float>, float, float)
TAMIS_DECLARE_LU_CONDITION(z, std::complex<double>, double, double)
}
#undef TAMIS_DECLARE_LU_ROUTINES
#undef TAMIS_DECLARE_LU_CONDITION

namespace tamis::detail::lapack {

/// P A = L U in place, n×n. Returns 0, or k > 0: u_kk is exactly zero.
template <class T>
std::int64_t getrf(std::int64_t n, T* A, std::int64_t lda, Int* ipiv) {
    const Int n_ = size("getrf", n), ld = size("getrf", std::max<std::int64_t>(lda, 1));
    Int info = 0;
    pick<T>(sgetrf_, dgetrf_, cgetrf_, zgetrf_)(&n_, &n_, A, &ld, ipiv, &info);
    return checked("getrf", info);
}

/// B := op(A)⁻¹ B for the factor of getrf; B n×nrhs.
template <class T>
void getrs(Op op, std::int64_t n, std::int64_t nrhs, const T* A, std::int64_t lda, const Int* ipiv, T* B, std::int64_t ldb) {
    const Int n_ = size("getrs", n), k = size("getrs", nrhs), ld = size("getrs", std::max<std::int64_t>(lda, 1));
    const Int ldb_ = size("getrs", std::max<std::int64_t>(ldb, 1));
    const char trans = static_cast<char>(op);
    Int info = 0;
    pick<T>(sgetrs_, dgetrs_, cgetrs_, zgetrs_)(&trans, &n_, &k, A, &ld, ipiv, B, &ldb_, &info, 1);
    checked("getrs", info);
}

/// A⁻¹ in place of the factor of getrf. Returns 0, or k > 0: u_kk is exactly zero.
template <class T>
std::int64_t getri(std::int64_t n, T* A, std::int64_t lda, const Int* ipiv) {
    const Int n_ = size("getri", n), ld = size("getri", std::max<std::int64_t>(lda, 1)), ask = -1;
    const auto routine = pick<T>(sgetri_, dgetri_, cgetri_, zgetri_);
    Int info = 0;
    T best{};
    routine(&n_, A, &ld, ipiv, &best, &ask, &info);
    const Int lwork = work_size(best);
    auto work = work_space<T>(lwork);
    routine(&n_, A, &ld, ipiv, work.data(), &lwork, &info);
    return checked("getri", info);
}

/// The integers of real estimators are the real numbers of complex ones.
template <class T>
using EstimatorWork = std::conditional_t<is_complex_v<T>, Real<T>, Int>;

/// Estimate of 1 / (‖A‖₁ ‖A⁻¹‖₁) from the factor of getrf and ‖A‖₁.
template <class T>
Real<T> gecon(std::int64_t n, const T* A, std::int64_t lda, Real<T> norm) {
    const Int n_ = size("gecon", n), ld = size("gecon", std::max<std::int64_t>(lda, 1));
    auto work = work_space<T>(size("gecon", 4 * n));
    auto rest = work_space<EstimatorWork<T>>(size("gecon", 2 * n));
    Int info = 0;
    Real<T> rcond{};
    pick<T>(sgecon_, dgecon_, cgecon_, zgecon_)("1", &n_, A, &ld, &norm, &rcond, work.data(), rest.data(), &info, 1);
    checked("gecon", info);
    return rcond;
}

/// Estimate of 1 / (‖R‖₁ ‖R⁻¹‖₁) of a triangle R, 'U' or 'L'.
template <class T>
Real<T> trcon(char uplo, std::int64_t n, const T* R, std::int64_t ldr) {
    const Int n_ = size("trcon", n), ld = size("trcon", std::max<std::int64_t>(ldr, 1));
    auto work = work_space<T>(size("trcon", 3 * n));
    auto rest = work_space<EstimatorWork<T>>(n_);
    Int info = 0;
    Real<T> rcond{};
    pick<T>(strcon_, dtrcon_, ctrcon_, ztrcon_)("1", &uplo, "N", &n_, R, &ld, &rcond, work.data(), rest.data(), &info, 1, 1,
                                                1);
    checked("trcon", info);
    return rcond;
}

}  // namespace tamis::detail::lapack
