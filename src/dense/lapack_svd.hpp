// Private: LAPACK's singular value decompositions beside gesdd, which fall back on each other; lapack.hpp says how it is
// called.
#pragma once

#include <algorithm>

#include "dense/lapack_spectral.hpp"

#define TAMIS_DECLARE_REAL_SVD(prefix, R)                                                                                  \
    void prefix##gesvd_(const char* jobu, const char* jobvt, const int* m, const int* n, R* a, const int* lda, R* s, R* u, \
                        const int* ldu, R* vt, const int* ldvt, R* work, const int* lwork, int* info, std::size_t,         \
                        std::size_t);                                                                                      \
    void prefix##gejsv_(const char* joba, const char* jobu, const char* jobv, const char* jobr, const char* jobt,          \
                        const char* jobp, const int* m, const int* n, R* a, const int* lda, R* sva, R* u, const int* ldu,  \
                        R* v, const int* ldv, R* work, const int* lwork, int* iwork, int* info, std::size_t, std::size_t,  \
                        std::size_t, std::size_t, std::size_t, std::size_t);
#define TAMIS_DECLARE_COMPLEX_SVD(prefix, R)                                                                            \
    void prefix##gesvd_(const char* jobu, const char* jobvt, const int* m, const int* n, std::complex<R>* a,            \
                        const int* lda, R* s, std::complex<R>* u, const int* ldu, std::complex<R>* vt, const int* ldvt, \
                        std::complex<R>* work, const int* lwork, R* rwork, int* info, std::size_t, std::size_t);        \
    void prefix##gejsv_(const char* joba, const char* jobu, const char* jobv, const char* jobr, const char* jobt,       \
                        const char* jobp, const int* m, const int* n, std::complex<R>* a, const int* lda, R* sva,       \
                        std::complex<R>* u, const int* ldu, std::complex<R>* v, const int* ldv, std::complex<R>* work,  \
                        const int* lwork, R* rwork, const int* lrwork, int* iwork, int* info, std::size_t, std::size_t, \
                        std::size_t, std::size_t, std::size_t, std::size_t);
extern "C" {
TAMIS_DECLARE_REAL_SVD(s, float)
TAMIS_DECLARE_REAL_SVD(d, double)
TAMIS_DECLARE_COMPLEX_SVD(c, float)
TAMIS_DECLARE_COMPLEX_SVD(z, double)
}
#undef TAMIS_DECLARE_REAL_SVD
#undef TAMIS_DECLARE_COMPLEX_SVD

namespace tamis::detail::lapack {

/// As gesdd, by QR iteration.
template <class T>
std::int64_t gesvd(std::int64_t m, std::int64_t n, T* A, std::int64_t lda, Real<T>* s, T* U, T* Vt, bool full = false) {
    const std::int64_t least = std::min(m, n);
    const Int m_ = size("gesvd", m), n_ = size("gesvd", n), ld = size("gesvd", std::max<std::int64_t>(lda, 1));
    const Int ldu = std::max<Int>(m_, 1), ldvt = std::max<Int>(size("gesvd", full ? n : least), 1), ask = -1;
    const char* const job = U == nullptr ? "N" : full ? "A" : "S";
    Int info = 0;
    T best{};
    if constexpr (is_complex_v<T>) {
        const auto routine = pick<T>(nullptr, nullptr, cgesvd_, zgesvd_);
        auto rwork = work_space<Real<T>>(size("gesvd", 5 * least));
        routine(job, job, &m_, &n_, A, &ld, s, U, &ldu, Vt, &ldvt, &best, &ask, rwork.data(), &info, 1, 1);
        const Int lwork = work_size(best);
        auto work = work_space<T>(lwork);
        routine(job, job, &m_, &n_, A, &ld, s, U, &ldu, Vt, &ldvt, work.data(), &lwork, rwork.data(), &info, 1, 1);
    } else {
        const auto routine = pick<T>(sgesvd_, dgesvd_, nullptr, nullptr);
        routine(job, job, &m_, &n_, A, &ld, s, U, &ldu, Vt, &ldvt, &best, &ask, &info, 1, 1);
        const Int lwork = work_size(best);
        auto work = work_space<T>(lwork);
        routine(job, job, &m_, &n_, A, &ld, s, U, &ldu, Vt, &ldvt, work.data(), &lwork, &info, 1, 1);
    }
    return checked("gesvd", info);
}

/// A = U diag(s) Vᴴ of an m×n matrix, m ≥ n, by one-sided Jacobi rotations after QR with pivoted rows and columns; V (n×n)
/// is not transposed; U m×n, `full`: m×m. A is destroyed. Without U and V s alone. Returns 0, or k > 0: not converged.
template <class T>
std::int64_t gejsv(std::int64_t m, std::int64_t n, T* A, std::int64_t lda, Real<T>* s, T* U, T* V, bool full = false) {
    using R = Real<T>;
    const Int m_ = size("gejsv", m), n_ = size("gejsv", n), ld = size("gejsv", std::max<std::int64_t>(lda, 1));
    const Int ldu = std::max<Int>(m_, 1), ldv = std::max<Int>(n_, 1);
    const char* const jobu = U == nullptr ? "N" : full ? "F" : "U";
    const char* const jobv = U == nullptr ? "N" : "V";
    // More than any of the cases of its documentation asks for, with room for blocks of 64.
    const Int lwork = size("gejsv", 2 * n * n + 7 * n + 2 * m + 64 * std::max(m, n) + 8);
    auto work = work_space<T>(lwork);
    auto iwork = work_space<Int>(size("gejsv", m + 4 * n + 8));
    Int info = 0;
    R scale = 1;
    if constexpr (is_complex_v<T>) {
        const Int lrwork = size("gejsv", 4 * n + 2 * m + 8);
        auto rwork = work_space<R>(lrwork);
        pick<T>(nullptr, nullptr, cgejsv_, zgejsv_)("F", jobu, jobv, "N", "N", "N", &m_, &n_, A, &ld, s, U, &ldu, V, &ldv,
                                                    work.data(), &lwork, rwork.data(), &lrwork, iwork.data(), &info, 1, 1, 1,
                                                    1, 1, 1);
        scale = rwork[0] / rwork[1];
    } else {
        pick<T>(sgejsv_, dgejsv_, nullptr, nullptr)("F", jobu, jobv, "N", "N", "N", &m_, &n_, A, &ld, s, U, &ldu, V, &ldv,
                                                    work.data(), &lwork, iwork.data(), &info, 1, 1, 1, 1, 1, 1);
        scale = work[0] / work[1];
    }
    if (scale != 1)
        for (std::int64_t k = 0; k < n; ++k) s[k] *= scale;
    return checked("gejsv", info);
}

}  // namespace tamis::detail::lapack
