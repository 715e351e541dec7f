// Private: LAPACK's generalized Schur forms of full matrices, column-major, their reordering and eigenvectors; lapack.hpp
// says how it is called.
#pragma once

#include <algorithm>
#include <vector>

#include "dense/lapack.hpp"

#define TAMIS_DECLARE_REAL_ROUTINES(prefix, R)                                                                             \
    void prefix##gges_(const char* jobvsl, const char* jobvsr, const char* sort, void* select, const int* n, R* a,         \
                       const int* lda, R* b, const int* ldb, int* sdim, R* alphar, R* alphai, R* beta, R* vsl,             \
                       const int* ldvsl, R* vsr, const int* ldvsr, R* work, const int* lwork, int* bwork, int* info,       \
                       std::size_t, std::size_t, std::size_t);                                                             \
    void prefix##tgsen_(const int* ijob, const int* wantq, const int* wantz, const int* select, const int* n, R* a,        \
                        const int* lda, R* b, const int* ldb, R* alphar, R* alphai, R* beta, R* q, const int* ldq, R* z,   \
                        const int* ldz, int* m, R* pl, R* pr, R* dif, R* work, const int* lwork, int* iwork,               \
                        const int* liwork, int* info);                                                                     \
    void prefix##tgevc_(const char* side, const char* howmny, const int* select, const int* n, const R* s, const int* lds, \
                        const R* p, const int* ldp, R* vl, const int* ldvl, R* vr, const int* ldvr, const int* mm, int* m, \
                        R* work, int* info, std::size_t, std::size_t);
#define TAMIS_DECLARE_COMPLEX_ROUTINES(prefix, R)                                                                        \
    void prefix##gges_(const char* jobvsl, const char* jobvsr, const char* sort, void* select, const int* n,             \
                       std::complex<R>* a, const int* lda, std::complex<R>* b, const int* ldb, int* sdim,                \
                       std::complex<R>* alpha, std::complex<R>* beta, std::complex<R>* vsl, const int* ldvsl,            \
                       std::complex<R>* vsr, const int* ldvsr, std::complex<R>* work, const int* lwork, R* rwork,        \
                       int* bwork, int* info, std::size_t, std::size_t, std::size_t);                                    \
    void prefix##tgsen_(const int* ijob, const int* wantq, const int* wantz, const int* select, const int* n,            \
                        std::complex<R>* a, const int* lda, std::complex<R>* b, const int* ldb, std::complex<R>* alpha,  \
                        std::complex<R>* beta, std::complex<R>* q, const int* ldq, std::complex<R>* z, const int* ldz,   \
                        int* m, R* pl, R* pr, R* dif, std::complex<R>* work, const int* lwork, int* iwork,               \
                        const int* liwork, int* info);                                                                   \
    void prefix##tgevc_(const char* side, const char* howmny, const int* select, const int* n, const std::complex<R>* s, \
                        const int* lds, const std::complex<R>* p, const int* ldp, std::complex<R>* vl, const int* ldvl,  \
                        std::complex<R>* vr, const int* ldvr, const int* mm, int* m, std::complex<R>* work, R* rwork,    \
                        int* info, std::size_t, std::size_t);

extern "C" {
TAMIS_DECLARE_REAL_ROUTINES(s, float)
TAMIS_DECLARE_REAL_ROUTINES(d, double)
TAMIS_DECLARE_COMPLEX_ROUTINES(c, float)
TAMIS_DECLARE_COMPLEX_ROUTINES(z, double)
}
#undef TAMIS_DECLARE_REAL_ROUTINES
#undef TAMIS_DECLARE_COMPLEX_ROUTINES

namespace tamis::detail::lapack {

/// A = Q S Zᴴ, B = Q P Zᴴ, all n×n and contiguous, S (quasi-)triangular in place of A and P triangular in place of B; the
/// eigenvalues alpha / beta with beta ≥ 0; without Q and Z (null) these alone. Returns 0, or k > 0: the algorithm did not
/// converge.
template <class T>
std::int64_t gges(std::int64_t n, T* A, T* B, std::complex<Real<T>>* alpha, Real<T>* beta, T* Q, T* Z) {
    const Int n_ = size("gges", n), ld = std::max<Int>(n_, 1), ask = -1;
    const char* const job = Q != nullptr ? "V" : "N";
    Int info = 0, selected = 0;
    T best{};
    if constexpr (is_complex_v<T>) {
        const auto routine = pick<T>(nullptr, nullptr, cgges_, zgges_);
        auto denominators = work_space<T>(n_);
        auto rwork = work_space<Real<T>>(size("gges", 8 * n));
        const auto call = [&](T* work, const Int* lwork) {
            routine(job, job, "N", nullptr, &n_, A, &ld, B, &ld, &selected, alpha, denominators.data(), Q, &ld, Z, &ld, work,
                    lwork, rwork.data(), nullptr, &info, 1, 1, 1);
        };
        call(&best, &ask);
        const Int lwork = work_size(best);
        auto work = work_space<T>(lwork);
        call(work.data(), &lwork);
        for (std::size_t i = 0; i < static_cast<std::size_t>(n); ++i) beta[i] = denominators[i].real();
    } else {
        const auto routine = pick<T>(sgges_, dgges_, nullptr, nullptr);
        auto re = work_space<T>(n_), im = work_space<T>(n_);
        const auto call = [&](T* work, const Int* lwork) {
            routine(job, job, "N", nullptr, &n_, A, &ld, B, &ld, &selected, re.data(), im.data(), beta, Q, &ld, Z, &ld, work,
                    lwork, nullptr, &info, 1, 1, 1);
        };
        call(&best, &ask);
        const Int lwork = work_size(best);
        auto work = work_space<T>(lwork);
        call(work.data(), &lwork);
        for (std::size_t i = 0; i < static_cast<std::size_t>(n); ++i) alpha[i] = {re[i], im[i]};
    }
    return checked("gges", info);
}

/// Brings the selected eigenvalues (n flags, both of a conjugate pair) of (S, P) to the top, Q, Z, alpha and beta along with
/// it. Returns 0, or 1: two eigenvalues were too close to be swapped, (S, P) may be partly reordered.
template <class T>
std::int64_t tgsen(const Int* select, std::int64_t n, T* S, T* P, std::complex<Real<T>>* alpha, Real<T>* beta, T* Q, T* Z) {
    const Int n_ = size("tgsen", n), ld = std::max<Int>(n_, 1), ijob = 0, yes = 1;
    Int info = 0, m = 0;
    Real<T> pl{}, pr{}, dif[2]{};
    const Int lwork = size("tgsen", 4 * n + 16), liwork = 1;
    auto work = work_space<T>(lwork);
    Int iwork = 0;
    if constexpr (is_complex_v<T>) {
        auto denominators = work_space<T>(n_);
        pick<T>(nullptr, nullptr, ctgsen_, ztgsen_)(&ijob, &yes, &yes, select, &n_, S, &ld, P, &ld, alpha,
                                                    denominators.data(), Q, &ld, Z, &ld, &m, &pl, &pr, dif, work.data(),
                                                    &lwork, &iwork, &liwork, &info);
        for (std::size_t i = 0; i < static_cast<std::size_t>(n); ++i) beta[i] = denominators[i].real();
    } else {
        auto re = work_space<T>(n_), im = work_space<T>(n_);
        pick<T>(stgsen_, dtgsen_, nullptr, nullptr)(&ijob, &yes, &yes, select, &n_, S, &ld, P, &ld, re.data(), im.data(),
                                                    beta, Q, &ld, Z, &ld, &m, &pl, &pr, dif, work.data(), &lwork, &iwork,
                                                    &liwork, &info);
        for (std::size_t i = 0; i < static_cast<std::size_t>(n); ++i) alpha[i] = {re[i], im[i]};
    }
    return checked("tgsen", info);
}

/// Right (side 'R') or left ('L') eigenvectors of (S, P): V, n×n, Z or Q on entry, becomes it times them; pairs as by trevc.
template <class T>
void tgevc(char side, std::int64_t n, const T* S, const T* P, T* V) {
    const Int n_ = size("tgevc", n), ld = std::max<Int>(n_, 1);
    T* const left = side == 'L' ? V : nullptr;
    T* const right = side == 'L' ? nullptr : V;
    Int info = 0, m = 0;
    if constexpr (is_complex_v<T>) {
        auto work = work_space<T>(size("tgevc", 2 * n));
        auto rwork = work_space<Real<T>>(size("tgevc", 2 * n));
        pick<T>(nullptr, nullptr, ctgevc_, ztgevc_)(&side, "B", nullptr, &n_, S, &ld, P, &ld, left, &ld, right, &ld, &n_, &m,
                                                    work.data(), rwork.data(), &info, 1, 1);
    } else {
        auto work = work_space<T>(size("tgevc", 6 * n));
        pick<T>(stgevc_, dtgevc_, nullptr, nullptr)(&side, "B", nullptr, &n_, S, &ld, P, &ld, left, &ld, right, &ld, &n_, &m,
                                                    work.data(), &info, 1, 1);
    }
    checked("tgevc", info);
}

}  // namespace tamis::detail::lapack
