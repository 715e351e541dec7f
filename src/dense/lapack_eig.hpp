// Private: the steps of LAPACK's unsymmetric eigenvalue solver on full matrices, column-major: balancing, Hessenberg form,
// QR algorithm, eigenvectors; lapack.hpp says how it is called.
#pragma once

#include <algorithm>
#include <vector>

#include "dense/lapack.hpp"

#define TAMIS_DECLARE_ROUTINES(prefix, T, R, unghr_name)                                                                 \
    void prefix##gebal_(const char* job, const int* n, T* a, const int* lda, int* ilo, int* ihi, R* scale, int* info,    \
                        std::size_t);                                                                                    \
    void prefix##gebak_(const char* job, const char* side, const int* n, const int* ilo, const int* ihi, const R* scale, \
                        const int* m, T* v, const int* ldv, int* info, std::size_t, std::size_t);                        \
    void prefix##gehrd_(const int* n, const int* ilo, const int* ihi, T* a, const int* lda, T* tau, T* work,             \
                        const int* lwork, int* info);                                                                    \
    void unghr_name(const int* n, const int* ilo, const int* ihi, T* a, const int* lda, const T* tau, T* work,           \
                    const int* lwork, int* info);
#define TAMIS_DECLARE_REAL_ROUTINES(prefix, R)                                                                             \
    void prefix##hseqr_(const char* job, const char* compz, const int* n, const int* ilo, const int* ihi, R* h,            \
                        const int* ldh, R* wr, R* wi, R* z, const int* ldz, R* work, const int* lwork, int* info,          \
                        std::size_t, std::size_t);                                                                         \
    void prefix##trevc3_(const char* side, const char* howmny, int* select, const int* n, const R* t, const int* ldt,      \
                         R* vl, const int* ldvl, R* vr, const int* ldvr, const int* mm, int* m, R* work, const int* lwork, \
                         int* info, std::size_t, std::size_t);
#define TAMIS_DECLARE_COMPLEX_ROUTINES(prefix, R)                                                                     \
    void prefix##hseqr_(const char* job, const char* compz, const int* n, const int* ilo, const int* ihi,             \
                        std::complex<R>* h, const int* ldh, std::complex<R>* w, std::complex<R>* z, const int* ldz,   \
                        std::complex<R>* work, const int* lwork, int* info, std::size_t, std::size_t);                \
    void prefix##trevc3_(const char* side, const char* howmny, const int* select, const int* n, std::complex<R>* t,   \
                         const int* ldt, std::complex<R>* vl, const int* ldvl, std::complex<R>* vr, const int* ldvr,  \
                         const int* mm, int* m, std::complex<R>* work, const int* lwork, R* rwork, const int* lrwork, \
                         int* info, std::size_t, std::size_t);

extern "C" {
TAMIS_DECLARE_ROUTINES(s, float, float, sorghr_)
TAMIS_DECLARE_ROUTINES(d, double, double, dorghr_)
TAMIS_DECLARE_ROUTINES(c, std::complex<float>, float, cunghr_)
TAMIS_DECLARE_ROUTINES(z, std::complex<double>, double, zunghr_)
TAMIS_DECLARE_REAL_ROUTINES(s, float)
TAMIS_DECLARE_REAL_ROUTINES(d, double)
TAMIS_DECLARE_COMPLEX_ROUTINES(c, float)
TAMIS_DECLARE_COMPLEX_ROUTINES(z, double)
}
#undef TAMIS_DECLARE_ROUTINES
#undef TAMIS_DECLARE_REAL_ROUTINES
#undef TAMIS_DECLARE_COMPLEX_ROUTINES

namespace tamis::detail::lapack {

/// Which rows and columns, one-based, are left between what permutations made triangular.
struct Window {
    Int first = 1;
    Int last = 0;
};

/// A := D⁻¹ Pᵀ A P D with a permutation P that isolates eigenvalues and powers of two D that bring the norms of rows and
/// columns together, both in `scale` (n); job 'B' both, 'P' or 'S' one of them, 'N' none. Returns the rows left by P.
template <class T>
Window gebal(char job, std::int64_t n, T* A, std::int64_t lda, Real<T>* scale) {
    const Int n_ = size("gebal", n), ld = size("gebal", std::max<std::int64_t>(lda, 1));
    Window window;
    Int info = 0;
    pick<T>(sgebal_, dgebal_, cgebal_, zgebal_)(&job, &n_, A, &ld, &window.first, &window.last, scale, &info, 1);
    checked("gebal", info);
    return window;
}

/// V := P D V (side 'R'), or P D⁻¹ V ('L'), for what gebal gave; V is n×m, contiguous.
template <class T>
void gebak(char job, char side, std::int64_t n, Window window, const Real<T>* scale, std::int64_t m, T* V) {
    const Int n_ = size("gebak", n), m_ = size("gebak", m), ld = std::max<Int>(n_, 1);
    Int info = 0;
    pick<T>(sgebak_, dgebak_, cgebak_, zgebak_)(&job, &side, &n_, &window.first, &window.last, scale, &m_, V, &ld, &info, 1,
                                                1);
    checked("gebak", info);
}

/// A = Q H Qᴴ: H in and above A's first subdiagonal, Q's vectors below, their factors in tau (n − 1).
template <class T>
void gehrd(std::int64_t n, Window window, T* A, std::int64_t lda, T* tau) {
    const Int n_ = size("gehrd", n), ld = size("gehrd", std::max<std::int64_t>(lda, 1)), ask = -1;
    const auto routine = pick<T>(sgehrd_, dgehrd_, cgehrd_, zgehrd_);
    Int info = 0;
    T best{};
    routine(&n_, &window.first, &window.last, A, &ld, tau, &best, &ask, &info);
    const Int lwork = work_size(best);
    auto work = work_space<T>(lwork);
    routine(&n_, &window.first, &window.last, A, &ld, tau, work.data(), &lwork, &info);
    checked("gehrd", info);
}

/// Q of gehrd in place of its vectors.
template <class T>
void unghr(std::int64_t n, Window window, T* A, std::int64_t lda, const T* tau) {
    const Int n_ = size("unghr", n), ld = size("unghr", std::max<std::int64_t>(lda, 1)), ask = -1;
    const auto routine = pick<T>(sorghr_, dorghr_, cunghr_, zunghr_);
    Int info = 0;
    T best{};
    routine(&n_, &window.first, &window.last, A, &ld, tau, &best, &ask, &info);
    const Int lwork = work_size(best);
    auto work = work_space<T>(lwork);
    routine(&n_, &window.first, &window.last, A, &ld, tau, work.data(), &lwork, &info);
    checked("unghr", info);
}

/// The eigenvalues w of a Hessenberg matrix H; with Z, an n×n Q contiguous, also its Schur form in H, and Z := Q Z. Returns
/// 0, or k > 0: the algorithm did not converge.
template <class T>
std::int64_t hseqr(std::int64_t n, Window window, T* H, std::int64_t ldh, std::complex<Real<T>>* w, T* Z) {
    const Int n_ = size("hseqr", n), ld = size("hseqr", std::max<std::int64_t>(ldh, 1)), ldz = std::max<Int>(n_, 1),
              ask = -1;
    const char* const job = Z != nullptr ? "S" : "E";
    const char* const compz = Z != nullptr ? "V" : "N";
    Int info = 0;
    T best{};
    if constexpr (is_complex_v<T>) {
        const auto routine = pick<T>(nullptr, nullptr, chseqr_, zhseqr_);
        routine(job, compz, &n_, &window.first, &window.last, H, &ld, w, Z, &ldz, &best, &ask, &info, 1, 1);
        const Int lwork = work_size(best);
        auto work = work_space<T>(lwork);
        routine(job, compz, &n_, &window.first, &window.last, H, &ld, w, Z, &ldz, work.data(), &lwork, &info, 1, 1);
    } else {
        const auto routine = pick<T>(shseqr_, dhseqr_, nullptr, nullptr);
        auto re = work_space<T>(n_), im = work_space<T>(n_);
        routine(job, compz, &n_, &window.first, &window.last, H, &ld, re.data(), im.data(), Z, &ldz, &best, &ask, &info, 1,
                1);
        const Int lwork = work_size(best);
        auto work = work_space<T>(lwork);
        routine(job, compz, &n_, &window.first, &window.last, H, &ld, re.data(), im.data(), Z, &ldz, work.data(), &lwork,
                &info, 1, 1);
        for (std::size_t i = 0; i < static_cast<std::size_t>(n); ++i) w[i] = {re[i], im[i]};
    }
    return checked("hseqr", info);
}

/// Right (side 'R') or left ('L') eigenvectors of the Schur form S in V n×n (for a conjugate pair of a real S: real part,
/// imaginary part, of the eigenvalue with positive imaginary part); `back`: V, Z on entry, becomes Z times them. S is not
/// changed.
template <class T>
void trevc(std::int64_t n, T* S, std::int64_t lds, T* V, char side = 'R', bool back = false) {
    const Int n_ = size("trevc", n), ld = size("trevc", std::max<std::int64_t>(lds, 1)), ldv = std::max<Int>(n_, 1),
              ask = -1;
    const char* const what = back ? "B" : "A";
    T* const left = side == 'L' ? V : nullptr;
    T* const right = side == 'L' ? nullptr : V;
    Int info = 0, m = 0;
    T best{};
    if constexpr (is_complex_v<T>) {
        const auto routine = pick<T>(nullptr, nullptr, ctrevc3_, ztrevc3_);
        const Int lrwork = std::max<Int>(n_, 1);
        auto rwork = work_space<Real<T>>(lrwork);
        routine(&side, what, nullptr, &n_, S, &ld, left, &ldv, right, &ldv, &n_, &m, &best, &ask, rwork.data(), &lrwork,
                &info, 1, 1);
        const Int lwork = work_size(best);
        auto work = work_space<T>(lwork);
        routine(&side, what, nullptr, &n_, S, &ld, left, &ldv, right, &ldv, &n_, &m, work.data(), &lwork, rwork.data(),
                &lrwork, &info, 1, 1);
    } else {
        const auto routine = pick<T>(strevc3_, dtrevc3_, nullptr, nullptr);
        routine(&side, what, nullptr, &n_, S, &ld, left, &ldv, right, &ldv, &n_, &m, &best, &ask, &info, 1, 1);
        const Int lwork = work_size(best);
        auto work = work_space<T>(lwork);
        routine(&side, what, nullptr, &n_, S, &ld, left, &ldv, right, &ldv, &n_, &m, work.data(), &lwork, &info, 1, 1);
    }
    checked("trevc", info);
}

}  // namespace tamis::detail::lapack
