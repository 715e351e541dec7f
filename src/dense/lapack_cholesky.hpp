// Private: LAPACK's Cholesky factorizations of full matrices, column-major; lapack.hpp says how it is called.
#pragma once

#include <algorithm>

#include "dense/lapack.hpp"

#include "dense/lapack_lu.hpp"

#define TAMIS_DECLARE_CHOLESKY_ROUTINES(prefix, T, R, W)                                                                   \
    void prefix##potrf_(const char* uplo, const int* n, T* a, const int* lda, int* info, std::size_t);                     \
    void prefix##potrs_(const char* uplo, const int* n, const int* nrhs, const T* a, const int* lda, T* b, const int* ldb, \
                        int* info, std::size_t);                                                                           \
    void prefix##potri_(const char* uplo, const int* n, T* a, const int* lda, int* info, std::size_t);                     \
    void prefix##pocon_(const char* uplo, const int* n, const T* a, const int* lda, const R* anorm, R* rcond, T* work,     \
                        W* rwork, int* info, std::size_t);                                                                 \
    void prefix##pstrf_(const char* uplo, const int* n, T* a, const int* lda, int* piv, int* rank, const R* tol, R* work,  \
                        int* info, std::size_t);
extern "C" {
TAMIS_DECLARE_CHOLESKY_ROUTINES(s, float, float, int)
TAMIS_DECLARE_CHOLESKY_ROUTINES(d, double, double, int)
TAMIS_DECLARE_CHOLESKY_ROUTINES(c, std::complex<float>, float, float)
TAMIS_DECLARE_CHOLESKY_ROUTINES(z, std::complex<double>, double, double)
}
#undef TAMIS_DECLARE_CHOLESKY_ROUTINES

namespace tamis::detail::lapack {

/// A = L Lᴴ, by the lower triangle. Returns 0, or k > 0: the leading minor of order k is not positive.
template <class T>
std::int64_t potrf(std::int64_t n, T* A, std::int64_t lda) {
    const Int n_ = size("potrf", n), ld = size("potrf", std::max<std::int64_t>(lda, 1));
    Int info = 0;
    pick<T>(spotrf_, dpotrf_, cpotrf_, zpotrf_)("L", &n_, A, &ld, &info, 1);
    return checked("potrf", info);
}

/// B := A⁻¹ B for the factor of potrf; B n×nrhs.
template <class T>
void potrs(std::int64_t n, std::int64_t nrhs, const T* A, std::int64_t lda, T* B, std::int64_t ldb) {
    const Int n_ = size("potrs", n), k = size("potrs", nrhs), ld = size("potrs", std::max<std::int64_t>(lda, 1));
    const Int ldb_ = size("potrs", std::max<std::int64_t>(ldb, 1));
    Int info = 0;
    pick<T>(spotrs_, dpotrs_, cpotrs_, zpotrs_)("L", &n_, &k, A, &ld, B, &ldb_, &info, 1);
    checked("potrs", info);
}

/// The lower triangle of A⁻¹ in place of the factor of potrf.
template <class T>
std::int64_t potri(std::int64_t n, T* A, std::int64_t lda) {
    const Int n_ = size("potri", n), ld = size("potri", std::max<std::int64_t>(lda, 1));
    Int info = 0;
    pick<T>(spotri_, dpotri_, cpotri_, zpotri_)("L", &n_, A, &ld, &info, 1);
    return checked("potri", info);
}

/// Estimate of 1 / (‖A‖₁ ‖A⁻¹‖₁) from the factor of potrf and ‖A‖₁.
template <class T>
Real<T> pocon(std::int64_t n, const T* A, std::int64_t lda, Real<T> norm) {
    const Int n_ = size("pocon", n), ld = size("pocon", std::max<std::int64_t>(lda, 1));
    auto work = work_space<T>(size("pocon", 3 * n));
    auto rest = work_space<EstimatorWork<T>>(n_);
    Int info = 0;
    Real<T> rcond{};
    pick<T>(spocon_, dpocon_, cpocon_, zpocon_)("L", &n_, A, &ld, &norm, &rcond, work.data(), rest.data(), &info, 1);
    checked("pocon", info);
    return rcond;
}

/// A(p, p) = L Lᴴ with diagonal pivots, by the lower triangle, until no pivot exceeds `tolerance` (negative: n ε max a_ii):
/// the first `rank` columns of L, p one-based. True if the rank is full.
template <class T>
bool pstrf(std::int64_t n, T* A, std::int64_t lda, Int* p, std::int64_t& rank, Real<T> tolerance) {
    const Int n_ = size("pstrf", n), ld = size("pstrf", std::max<std::int64_t>(lda, 1));
    auto work = work_space<Real<T>>(size("pstrf", 2 * n));
    Int info = 0, found = 0;
    pick<T>(spstrf_, dpstrf_, cpstrf_, zpstrf_)("L", &n_, A, &ld, p, &found, &tolerance, work.data(), &info, 1);
    rank = found;
    return checked("pstrf", info) == 0;
}

}  // namespace tamis::detail::lapack
