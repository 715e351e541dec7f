// Private: LAPACK's Schur forms of full matrices, column-major, and their reordering, with work space;
// lapack.hpp says how it is called.
#pragma once

#include <algorithm>
#include <vector>

#include "dense/lapack.hpp"

#define TAMIS_DECLARE_REAL_ROUTINES(prefix, R)                                                                              \
    void prefix##gees_(const char* jobvs, const char* sort, void* select, const int* n, R* a, const int* lda, int* sdim,    \
                       R* wr, R* wi, R* vs, const int* ldvs, R* work, const int* lwork, int* bwork, int* info, std::size_t, \
                       std::size_t);                                                                                        \
    void prefix##trsen_(const char* job, const char* compq, const int* select, const int* n, R* t, const int* ldt, R* q,    \
                        const int* ldq, R* wr, R* wi, int* m, R* s, R* sep, R* work, const int* lwork, int* iwork,          \
                        const int* liwork, int* info, std::size_t, std::size_t);
#define TAMIS_DECLARE_COMPLEX_ROUTINES(prefix, R)                                                                           \
    void prefix##gees_(const char* jobvs, const char* sort, void* select, const int* n, std::complex<R>* a, const int* lda, \
                       int* sdim, std::complex<R>* w, std::complex<R>* vs, const int* ldvs, std::complex<R>* work,          \
                       const int* lwork, R* rwork, int* bwork, int* info, std::size_t, std::size_t);                        \
    void prefix##trsen_(const char* job, const char* compq, const int* select, const int* n, std::complex<R>* t,            \
                        const int* ldt, std::complex<R>* q, const int* ldq, std::complex<R>* w, int* m, R* s, R* sep,       \
                        std::complex<R>* work, const int* lwork, int* info, std::size_t, std::size_t);

extern "C" {
TAMIS_DECLARE_REAL_ROUTINES(s, float)
TAMIS_DECLARE_REAL_ROUTINES(d, double)
TAMIS_DECLARE_COMPLEX_ROUTINES(c, float)
TAMIS_DECLARE_COMPLEX_ROUTINES(z, double)
}
#undef TAMIS_DECLARE_REAL_ROUTINES
#undef TAMIS_DECLARE_COMPLEX_ROUTINES

namespace tamis::detail::lapack {

/// A = Z S Zᴴ, S (quasi-)triangular in place of A, its eigenvalues in w; Z n×n contiguous, or null. Returns 0, or k > 0: the
/// algorithm did not converge.
template <class T>
std::int64_t gees(std::int64_t n, T* A, std::int64_t lda, std::complex<Real<T>>* w, T* Z) {
    const Int n_ = size("gees", n), ld = size("gees", std::max<std::int64_t>(lda, 1)), ldz = std::max<Int>(n_, 1), ask = -1;
    const char* const job = Z != nullptr ? "V" : "N";
    Int info = 0, selected = 0;
    T best{};
    if constexpr (is_complex_v<T>) {
        const auto routine = pick<T>(nullptr, nullptr, cgees_, zgees_);
        auto rwork = work_space<Real<T>>(n_);
        routine(job, "N", nullptr, &n_, A, &ld, &selected, w, Z, &ldz, &best, &ask, rwork.data(), nullptr, &info, 1, 1);
        const Int lwork = work_size(best);
        auto work = work_space<T>(lwork);
        routine(job, "N", nullptr, &n_, A, &ld, &selected, w, Z, &ldz, work.data(), &lwork, rwork.data(), nullptr, &info, 1,
                1);
    } else {
        const auto routine = pick<T>(sgees_, dgees_, nullptr, nullptr);
        auto re = work_space<T>(n_), im = work_space<T>(n_);
        routine(job, "N", nullptr, &n_, A, &ld, &selected, re.data(), im.data(), Z, &ldz, &best, &ask, nullptr, &info, 1, 1);
        const Int lwork = work_size(best);
        auto work = work_space<T>(lwork);
        routine(job, "N", nullptr, &n_, A, &ld, &selected, re.data(), im.data(), Z, &ldz, work.data(), &lwork, nullptr,
                &info, 1, 1);
        for (std::size_t i = 0; i < static_cast<std::size_t>(n); ++i) w[i] = {re[i], im[i]};
    }
    return checked("gees", info);
}

/// Brings the selected eigenvalues (n flags, both of a conjugate pair) of the Schur form S to its top, Z along with it, and
/// w in its new order. Returns 0, or 1: two eigenvalues were too close to be swapped, S may be partly reordered.
template <class T>
std::int64_t trsen(const Int* select, std::int64_t n, T* S, std::int64_t lds, T* Z, std::int64_t ldz,
                   std::complex<Real<T>>* w) {
    const Int n_ = size("trsen", n), ld = size("trsen", std::max<std::int64_t>(lds, 1));
    const Int ldz_ = size("trsen", std::max<std::int64_t>(ldz, 1)), lwork = std::max<Int>(n_, 1), liwork = 1;
    Int info = 0, m = 0, iwork = 0;
    Real<T> s{}, sep{};
    auto work = work_space<T>(lwork);
    if constexpr (is_complex_v<T>) {
        pick<T>(nullptr, nullptr, ctrsen_, ztrsen_)("N", "V", select, &n_, S, &ld, Z, &ldz_, w, &m, &s, &sep, work.data(),
                                                    &lwork, &info, 1, 1);
    } else {
        auto re = work_space<T>(n_), im = work_space<T>(n_);
        pick<T>(strsen_, dtrsen_, nullptr, nullptr)("N", "V", select, &n_, S, &ld, Z, &ldz_, re.data(), im.data(), &m, &s,
                                                    &sep, work.data(), &lwork, &iwork, &liwork, &info, 1, 1);
        for (std::size_t i = 0; i < static_cast<std::size_t>(n); ++i) w[i] = {re[i], im[i]};
    }
    return checked("trsen", info);
}

}  // namespace tamis::detail::lapack
