// Private: LAPACK's routines for parts of Hermitian spectra, pencils, bands; lapack.hpp says how it is called.
#pragma once

#include <algorithm>

#include "dense/lapack_tridiagonal.hpp"

#define TAMIS_DECLARE_REAL_EIGH(prefix, R)                                                                                 \
    void prefix##syevr_(const char* jobz, const char* range, const char* uplo, const int* n, R* a, const int* lda,         \
                        const R* vl, const R* vu, const int* il, const int* iu, const R* abstol, int* m, R* w, R* z,       \
                        const int* ldz, int* isuppz, R* work, const int* lwork, int* iwork, const int* liwork, int* info,  \
                        std::size_t, std::size_t, std::size_t);                                                            \
    void prefix##sygst_(const int* type, const char* uplo, const int* n, R* a, const int* lda, const R* b, const int* ldb, \
                        int* info, std::size_t);                                                                           \
    void prefix##sbtrd_(const char* vect, const char* uplo, const int* n, const int* kd, R* ab, const int* ldab, R* d,     \
                        R* e, R* q, const int* ldq, R* work, int* info, std::size_t, std::size_t);                         \
    void prefix##stemr_(const char* jobz, const char* range, const int* n, R* d, R* e, const R* vl, const R* vu,           \
                        const int* il, const int* iu, int* m, R* w, R* z, const int* ldz, const int* nzc, int* isuppz,     \
                        int* tryrac, R* work, const int* lwork, int* iwork, const int* liwork, int* info, std::size_t,     \
                        std::size_t);
#define TAMIS_DECLARE_COMPLEX_EIGH(prefix, R)                                                                              \
    void prefix##heevr_(const char* jobz, const char* range, const char* uplo, const int* n, std::complex<R>* a,           \
                        const int* lda, const R* vl, const R* vu, const int* il, const int* iu, const R* abstol, int* m,   \
                        R* w, std::complex<R>* z, const int* ldz, int* isuppz, std::complex<R>* work, const int* lwork,    \
                        R* rwork, const int* lrwork, int* iwork, const int* liwork, int* info, std::size_t, std::size_t,   \
                        std::size_t);                                                                                      \
    void prefix##hegst_(const int* type, const char* uplo, const int* n, std::complex<R>* a, const int* lda,               \
                        const std::complex<R>* b, const int* ldb, int* info, std::size_t);                                 \
    void prefix##hbtrd_(const char* vect, const char* uplo, const int* n, const int* kd, std::complex<R>* ab,              \
                        const int* ldab, R* d, R* e, std::complex<R>* q, const int* ldq, std::complex<R>* work, int* info, \
                        std::size_t, std::size_t);
extern "C" {
TAMIS_DECLARE_REAL_EIGH(s, float)
TAMIS_DECLARE_REAL_EIGH(d, double)
TAMIS_DECLARE_COMPLEX_EIGH(c, float)
TAMIS_DECLARE_COMPLEX_EIGH(z, double)
}
#undef TAMIS_DECLARE_REAL_EIGH
#undef TAMIS_DECLARE_COMPLEX_EIGH

namespace tamis::detail::lapack {

/// Which eigenvalues: all, those in (lower, upper], or the first-th to the last-th, one-based and ascending.
template <class R>
struct SpectrumPart {
    char range = 'A';  ///< or V, I
    R lower = 0;
    R upper = 0;
    Int first = 0;
    Int last = 0;
};

/// Eigenvalues w (room for n), ascending, and vectors Z (n×count; null: none) of a Hermitian A by its lower triangle, which
/// is destroyed; `count` is set. Returns 0, or k > 0: the algorithm did not converge.
template <class T>
std::int64_t heevr(std::int64_t n, T* A, std::int64_t lda, const SpectrumPart<Real<T>>& part, std::int64_t& count,
                   Real<T>* w, T* Z) {
    const Int n_ = size("heevr", n), ld = size("heevr", std::max<std::int64_t>(lda, 1)), ldz = std::max<Int>(n_, 1);
    const char* const job = Z != nullptr ? "V" : "N";
    const Int ask = -1;
    const Real<T> tolerance = 0;
    Int info = 0, m = 0, integers = 0;
    T best{};
    auto support = work_space<Int>(size("heevr", 2 * n));
    if constexpr (is_complex_v<T>) {
        const auto routine = pick<T>(nullptr, nullptr, cheevr_, zheevr_);
        Real<T> reals{};
        routine(job, &part.range, "L", &n_, A, &ld, &part.lower, &part.upper, &part.first, &part.last, &tolerance, &m, w, Z,
                &ldz, support.data(), &best, &ask, &reals, &ask, &integers, &ask, &info, 1, 1, 1);
        const Int lwork = work_size(best), lrwork = work_size(reals), liwork = std::max<Int>(integers, 1);
        auto work = work_space<T>(lwork);
        auto rwork = work_space<Real<T>>(lrwork);
        auto iwork = work_space<Int>(liwork);
        routine(job, &part.range, "L", &n_, A, &ld, &part.lower, &part.upper, &part.first, &part.last, &tolerance, &m, w, Z,
                &ldz, support.data(), work.data(), &lwork, rwork.data(), &lrwork, iwork.data(), &liwork, &info, 1, 1, 1);
    } else {
        const auto routine = pick<T>(ssyevr_, dsyevr_, nullptr, nullptr);
        routine(job, &part.range, "L", &n_, A, &ld, &part.lower, &part.upper, &part.first, &part.last, &tolerance, &m, w, Z,
                &ldz, support.data(), &best, &ask, &integers, &ask, &info, 1, 1, 1);
        const Int lwork = work_size(best), liwork = std::max<Int>(integers, 1);
        auto work = work_space<T>(lwork);
        auto iwork = work_space<Int>(liwork);
        routine(job, &part.range, "L", &n_, A, &ld, &part.lower, &part.upper, &part.first, &part.last, &tolerance, &m, w, Z,
                &ldz, support.data(), work.data(), &lwork, iwork.data(), &liwork, &info, 1, 1, 1);
    }
    count = m;
    return checked("heevr", info);
}

/// The standard problem of a pencil, by lower triangles: A := L⁻¹ A L⁻ᴴ (type 1) or Lᴴ A L (types 2, 3) with B = L Lᴴ, the
/// factor of potrf.
template <class T>
void hegst(Int type, std::int64_t n, T* A, std::int64_t lda, const T* L, std::int64_t ldl) {
    const Int n_ = size("hegst", n), ld = size("hegst", std::max<std::int64_t>(lda, 1));
    const Int ldb = size("hegst", std::max<std::int64_t>(ldl, 1));
    Int info = 0;
    pick<T>(ssygst_, dsygst_, chegst_, zhegst_)(&type, "L", &n_, A, &ld, L, &ldb, &info, 1);
    checked("hegst", info);
}

/// A = Q T Qᴴ of a Hermitian band matrix by its upper diagonals, entry (i, j) at ab[kd + i − j + j (kd + 1)]: the diagonal d
/// (n) and the off-diagonal e (n − 1) of a real T, and Q, n×n contiguous (null: not formed).
template <class T>
void hbtrd(std::int64_t n, std::int64_t kd, T* ab, Real<T>* d, Real<T>* e, T* Q) {
    const Int n_ = size("hbtrd", n), kd_ = size("hbtrd", kd), ld = size("hbtrd", kd + 1), ldq = std::max<Int>(n_, 1);
    auto work = work_space<T>(n_);
    Int info = 0;
    pick<T>(ssbtrd_, dsbtrd_, chbtrd_, zhbtrd_)(Q != nullptr ? "V" : "N", "U", &n_, &kd_, ab, &ld, d, e, Q, &ldq,
                                                work.data(), &info, 1, 1);
    checked("hbtrd", info);
}

/// A part of the eigenvalues w (room for n) and vectors Z (n×count, room for `room` columns) of a real symmetric tridiagonal
/// matrix with diagonal d (n) and off-diagonal e (n numbers of room), both destroyed, by relatively robust representations.
/// Returns 0, or k > 0: the algorithm failed.
template <class R>
std::int64_t stemr(std::int64_t n, R* d, R* e, const SpectrumPart<R>& part, std::int64_t& count, R* w, R* Z,
                   std::int64_t room) {
    const Int n_ = size("stemr", n), ldz = std::max<Int>(n_, 1), columns = size("stemr", std::max<std::int64_t>(room, 1));
    const Int lwork = size("stemr", std::max<std::int64_t>(18 * n, 1)),
              liwork = size("stemr", std::max<std::int64_t>(10 * n, 1));
    auto work = work_space<R>(lwork);
    auto iwork = work_space<Int>(liwork);
    auto support = work_space<Int>(size("stemr", 2 * std::max<std::int64_t>(room, 1)));
    Int info = 0, m = 0, relative = 1;
    pick<R>(sstemr_, dstemr_, nullptr, nullptr)("V", &part.range, &n_, d, e, &part.lower, &part.upper, &part.first,
                                                &part.last, &m, w, Z, &ldz, &columns, support.data(), &relative, work.data(),
                                                &lwork, iwork.data(), &liwork, &info, 1, 1);
    count = m;
    return checked("stemr", info);
}

}  // namespace tamis::detail::lapack
