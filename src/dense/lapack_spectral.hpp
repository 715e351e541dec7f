// Private: LAPACK's singular values and Hermitian eigenvalues of full matrices, column-major, with their work space;
// lapack.hpp says how it is called.
#pragma once

#include <algorithm>
#include <vector>

#include "dense/lapack.hpp"

#define TAMIS_DECLARE_REAL_ROUTINES(prefix, R)                                                                          \
    void prefix##syevd_(const char* jobz, const char* uplo, const int* n, R* a, const int* lda, R* w, R* work,          \
                        const int* lwork, int* iwork, const int* liwork, int* info, std::size_t, std::size_t);          \
    void prefix##gesdd_(const char* jobz, const int* m, const int* n, R* a, const int* lda, R* s, R* u, const int* ldu, \
                        R* vt, const int* ldvt, R* work, const int* lwork, int* iwork, int* info, std::size_t);
#define TAMIS_DECLARE_COMPLEX_ROUTINES(prefix, R)                                                                        \
    void prefix##heevd_(const char* jobz, const char* uplo, const int* n, std::complex<R>* a, const int* lda, R* w,      \
                        std::complex<R>* work, const int* lwork, R* rwork, const int* lrwork, int* iwork,                \
                        const int* liwork, int* info, std::size_t, std::size_t);                                         \
    void prefix##gesdd_(const char* jobz, const int* m, const int* n, std::complex<R>* a, const int* lda, R* s,          \
                        std::complex<R>* u, const int* ldu, std::complex<R>* vt, const int* ldvt, std::complex<R>* work, \
                        const int* lwork, R* rwork, int* iwork, int* info, std::size_t);

extern "C" {
TAMIS_DECLARE_REAL_ROUTINES(s, float)
TAMIS_DECLARE_REAL_ROUTINES(d, double)
TAMIS_DECLARE_COMPLEX_ROUTINES(c, float)
TAMIS_DECLARE_COMPLEX_ROUTINES(z, double)
}
#undef TAMIS_DECLARE_REAL_ROUTINES
#undef TAMIS_DECLARE_COMPLEX_ROUTINES

namespace tamis::detail::lapack {

/// A = V diag(w) Vᴴ of a Hermitian A, of which the lower triangle is read: w ascending, A overwritten by V (or destroyed if
/// `vectors` is false). Returns 0, or k > 0: the algorithm did not converge.
template <class T>
std::int64_t heevd(std::int64_t n, T* A, std::int64_t lda, Real<T>* w, bool vectors = true) {
    const Int n_ = size("heevd", n), ld = size("heevd", std::max<std::int64_t>(lda, 1));
    const char* const job = vectors ? "V" : "N";
    const Int ask = -1;
    Int info = 0, integers = 0;
    T best{};
    if constexpr (is_complex_v<T>) {
        const auto routine = pick<T>(nullptr, nullptr, cheevd_, zheevd_);
        Real<T> reals{};
        routine(job, "L", &n_, A, &ld, w, &best, &ask, &reals, &ask, &integers, &ask, &info, 1, 1);
        const Int lwork = work_size(best), lrwork = work_size(reals), liwork = std::max<Int>(integers, 1);
        auto work = work_space<T>(lwork);
        auto rwork = work_space<Real<T>>(lrwork);
        auto iwork = work_space<Int>(liwork);
        routine(job, "L", &n_, A, &ld, w, work.data(), &lwork, rwork.data(), &lrwork, iwork.data(), &liwork, &info, 1, 1);
    } else {
        const auto routine = pick<T>(ssyevd_, dsyevd_, nullptr, nullptr);
        routine(job, "L", &n_, A, &ld, w, &best, &ask, &integers, &ask, &info, 1, 1);
        const Int lwork = work_size(best), liwork = std::max<Int>(integers, 1);
        auto work = work_space<T>(lwork);
        auto iwork = work_space<Int>(liwork);
        routine(job, "L", &n_, A, &ld, w, work.data(), &lwork, iwork.data(), &liwork, &info, 1, 1);
    }
    return checked("heevd", info);
}

/// The thin A = U diag(s) Vᴴ, s descending; U m×min(m, n), Vt min(m, n)×n, contiguous; A is destroyed. `full`: U m×m, Vt
/// n×n. Without U and Vt (null) s alone. Returns 0, or k > 0: the algorithm did not converge.
template <class T>
std::int64_t gesdd(std::int64_t m, std::int64_t n, T* A, std::int64_t lda, Real<T>* s, T* U, T* Vt, bool full = false) {
    const std::int64_t least = std::min(m, n), most = std::max(m, n);
    const Int m_ = size("gesdd", m), n_ = size("gesdd", n), ld = size("gesdd", std::max<std::int64_t>(lda, 1));
    const Int ldu = std::max<Int>(m_, 1), ldvt = std::max<Int>(size("gesdd", full ? n : least), 1);
    const char* const job = U == nullptr ? "N" : full ? "A" : "S";
    const Int ask = -1;
    Int info = 0;
    T best{};
    auto iwork = work_space<Int>(size("gesdd", 8 * least));
    if constexpr (is_complex_v<T>) {
        const auto routine = pick<T>(nullptr, nullptr, cgesdd_, zgesdd_);
        auto rwork =
            work_space<Real<T>>(size("gesdd", least * std::max(5 * least + 7, 2 * most + 2 * least + 1) + 7 * least));
        routine(job, &m_, &n_, A, &ld, s, U, &ldu, Vt, &ldvt, &best, &ask, rwork.data(), iwork.data(), &info, 1);
        const Int lwork = work_size(best);
        auto work = work_space<T>(lwork);
        routine(job, &m_, &n_, A, &ld, s, U, &ldu, Vt, &ldvt, work.data(), &lwork, rwork.data(), iwork.data(), &info, 1);
    } else {
        const auto routine = pick<T>(sgesdd_, dgesdd_, nullptr, nullptr);
        routine(job, &m_, &n_, A, &ld, s, U, &ldu, Vt, &ldvt, &best, &ask, iwork.data(), &info, 1);
        const Int lwork = work_size(best);
        auto work = work_space<T>(lwork);
        routine(job, &m_, &n_, A, &ld, s, U, &ldu, Vt, &ldvt, work.data(), &lwork, iwork.data(), &info, 1);
    }
    return checked("gesdd", info);
}

}  // namespace tamis::detail::lapack
