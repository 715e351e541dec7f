// Private: LAPACK's orthogonal factorizations of full matrices, column-major; lapack.hpp says how it is called.
#pragma once

#include <algorithm>

#include "dense/lapack.hpp"

#define TAMIS_DECLARE_QR_ROUTINES(prefix, T)                                                                             \
    void prefix##geqrf_(const int* m, const int* n, T* a, const int* lda, T* tau, T* work, const int* lwork, int* info); \
    void prefix##gerqf_(const int* m, const int* n, T* a, const int* lda, T* tau, T* work, const int* lwork, int* info); \
    void prefix##tzrzf_(const int* m, const int* n, T* a, const int* lda, T* tau, T* work, const int* lwork, int* info);
#define TAMIS_DECLARE_Q_ROUTINES(prefix, T)                                                                                 \
    void prefix##gqr_(const int* m, const int* n, const int* k, T* a, const int* lda, const T* tau, T* work,                \
                      const int* lwork, int* info);                                                                         \
    void prefix##grq_(const int* m, const int* n, const int* k, T* a, const int* lda, const T* tau, T* work,                \
                      const int* lwork, int* info);                                                                         \
    void prefix##mqr_(const char* side, const char* trans, const int* m, const int* n, const int* k, const T* a,            \
                      const int* lda, const T* tau, T* c, const int* ldc, T* work, const int* lwork, int* info,             \
                      std::size_t, std::size_t);                                                                            \
    void prefix##mrz_(const char* side, const char* trans, const int* m, const int* n, const int* k, const int* l,          \
                      const T* a, const int* lda, const T* tau, T* c, const int* ldc, T* work, const int* lwork, int* info, \
                      std::size_t, std::size_t);
#define TAMIS_DECLARE_PIVOTED_QR(prefix, T, ...)                                                                        \
    void prefix##geqp3_(const int* m, const int* n, T* a, const int* lda, int* jpvt, T* tau, T* work, const int* lwork, \
                        __VA_ARGS__ int* info);
#define TAMIS_DECLARE_INCREMENTAL_CONDITION(prefix, T, R)                                                               \
    void prefix##laic1_(const int* job, const int* j, const T* x, const R* sest, const T* w, const T* gamma, R* sestpr, \
                        T* s, T* c);
extern "C" {
TAMIS_DECLARE_QR_ROUTINES(s, float)
TAMIS_DECLARE_QR_ROUTINES(d, double)
TAMIS_DECLARE_QR_ROUTINES(c, std::complex<float>)
TAMIS_DECLARE_QR_ROUTINES(z, std::complex<double>)
TAMIS_DECLARE_Q_ROUTINES(sor, float)
TAMIS_DECLARE_Q_ROUTINES(dor, double)
TAMIS_DECLARE_Q_ROUTINES(cun, std::complex<float>)
TAMIS_DECLARE_Q_ROUTINES(zun, std::complex<double>)
TAMIS_DECLARE_PIVOTED_QR(s, float)
TAMIS_DECLARE_PIVOTED_QR(d, double)
TAMIS_DECLARE_PIVOTED_QR(c, std::complex<float>, float* rwork, )
TAMIS_DECLARE_PIVOTED_QR(z, std::complex<double>, double* rwork, )
TAMIS_DECLARE_INCREMENTAL_CONDITION(s, float, float)
TAMIS_DECLARE_INCREMENTAL_CONDITION(d, double, double)
TAMIS_DECLARE_INCREMENTAL_CONDITION(c, std::complex<float>, float)
TAMIS_DECLARE_INCREMENTAL_CONDITION(z, std::complex<double>, double)
}
#undef TAMIS_DECLARE_QR_ROUTINES
#undef TAMIS_DECLARE_Q_ROUTINES
#undef TAMIS_DECLARE_PIVOTED_QR
#undef TAMIS_DECLARE_INCREMENTAL_CONDITION

namespace tamis::detail::lapack {

/// A = Q R, m×n: the Householder vectors below R, and tau (min(m, n)).
template <class T>
void geqrf(std::int64_t m, std::int64_t n, T* A, std::int64_t lda, T* tau) {
    const Int m_ = size("geqrf", m), n_ = size("geqrf", n), ld = size("geqrf", std::max<std::int64_t>(lda, 1)), ask = -1;
    const auto routine = pick<T>(sgeqrf_, dgeqrf_, cgeqrf_, zgeqrf_);
    Int info = 0;
    T best{};
    routine(&m_, &n_, A, &ld, tau, &best, &ask, &info);
    const Int lwork = work_size(best);
    auto work = work_space<T>(lwork);
    routine(&m_, &n_, A, &ld, tau, work.data(), &lwork, &info);
    checked("geqrf", info);
}

/// A(:, p) = Q R with the column of largest remaining norm taken next; p one-based. Otherwise as geqrf.
template <class T>
void geqp3(std::int64_t m, std::int64_t n, T* A, std::int64_t lda, Int* p, T* tau) {
    const Int m_ = size("geqp3", m), n_ = size("geqp3", n), ld = size("geqp3", std::max<std::int64_t>(lda, 1)), ask = -1;
    std::fill_n(p, n, 0);
    Int info = 0;
    T best{};
    if constexpr (is_complex_v<T>) {
        const auto routine = pick<T>(nullptr, nullptr, cgeqp3_, zgeqp3_);
        auto rwork = work_space<Real<T>>(size("geqp3", 2 * n));
        routine(&m_, &n_, A, &ld, p, tau, &best, &ask, rwork.data(), &info);
        const Int lwork = work_size(best);
        auto work = work_space<T>(lwork);
        routine(&m_, &n_, A, &ld, p, tau, work.data(), &lwork, rwork.data(), &info);
    } else {
        const auto routine = pick<T>(sgeqp3_, dgeqp3_, nullptr, nullptr);
        routine(&m_, &n_, A, &ld, p, tau, &best, &ask, &info);
        const Int lwork = work_size(best);
        auto work = work_space<T>(lwork);
        routine(&m_, &n_, A, &ld, p, tau, work.data(), &lwork, &info);
    }
    checked("geqp3", info);
}

/// The first n columns of Q = H₁ … H_k in place of the k vectors that geqrf left in A, m×n, m ≥ n ≥ k.
template <class T>
void ungqr(std::int64_t m, std::int64_t n, std::int64_t k, T* A, std::int64_t lda, const T* tau) {
    const Int m_ = size("ungqr", m), n_ = size("ungqr", n), k_ = size("ungqr", k);
    const Int ld = size("ungqr", std::max<std::int64_t>(lda, 1)), ask = -1;
    const auto routine = pick<T>(sorgqr_, dorgqr_, cungqr_, zungqr_);
    Int info = 0;
    T best{};
    routine(&m_, &n_, &k_, A, &ld, tau, &best, &ask, &info);
    const Int lwork = work_size(best);
    auto work = work_space<T>(lwork);
    routine(&m_, &n_, &k_, A, &ld, tau, work.data(), &lwork, &info);
    checked("ungqr", info);
}

/// C := Q C or Qᴴ C (adjoint) for the Q = H₁ … H_k of geqrf; C m×n.
template <class T>
void unmqr(bool adjoint, std::int64_t m, std::int64_t n, std::int64_t k, const T* A, std::int64_t lda, const T* tau, T* C,
           std::int64_t ldc) {
    const Int m_ = size("unmqr", m), n_ = size("unmqr", n), k_ = size("unmqr", k), ask = -1;
    const Int ld = size("unmqr", std::max<std::int64_t>(lda, 1)), ldc_ = size("unmqr", std::max<std::int64_t>(ldc, 1));
    const char* const op = !adjoint ? "N" : is_complex_v<T> ? "C" : "T";
    const auto routine = pick<T>(sormqr_, dormqr_, cunmqr_, zunmqr_);
    Int info = 0;
    T best{};
    routine("L", op, &m_, &n_, &k_, A, &ld, tau, C, &ldc_, &best, &ask, &info, 1, 1);
    const Int lwork = work_size(best);
    auto work = work_space<T>(lwork);
    routine("L", op, &m_, &n_, &k_, A, &ld, tau, C, &ldc_, work.data(), &lwork, &info, 1, 1);
    checked("unmqr", info);
}

/// [R S] = [T 0] Z of an upper trapezoid, m×n with m ≤ n: T in place of R, Z in its vectors in S and in tau (m).
template <class T>
void tzrzf(std::int64_t m, std::int64_t n, T* A, std::int64_t lda, T* tau) {
    const Int m_ = size("tzrzf", m), n_ = size("tzrzf", n), ld = size("tzrzf", std::max<std::int64_t>(lda, 1)), ask = -1;
    const auto routine = pick<T>(stzrzf_, dtzrzf_, ctzrzf_, ztzrzf_);
    Int info = 0;
    T best{};
    routine(&m_, &n_, A, &ld, tau, &best, &ask, &info);
    const Int lwork = work_size(best);
    auto work = work_space<T>(lwork);
    routine(&m_, &n_, A, &ld, tau, work.data(), &lwork, &info);
    checked("tzrzf", info);
}

/// C := Z C or Zᴴ C (adjoint) for the Z of tzrzf of a k×m trapezoid; C m×n.
template <class T>
void unmrz(bool adjoint, std::int64_t m, std::int64_t n, std::int64_t k, const T* A, std::int64_t lda, const T* tau, T* C,
           std::int64_t ldc) {
    const Int m_ = size("unmrz", m), n_ = size("unmrz", n), k_ = size("unmrz", k), l = size("unmrz", m - k), ask = -1;
    const Int ld = size("unmrz", std::max<std::int64_t>(lda, 1)), ldc_ = size("unmrz", std::max<std::int64_t>(ldc, 1));
    const char* const op = !adjoint ? "N" : is_complex_v<T> ? "C" : "T";
    const auto routine = pick<T>(sormrz_, dormrz_, cunmrz_, zunmrz_);
    Int info = 0;
    T best{};
    routine("L", op, &m_, &n_, &k_, &l, A, &ld, tau, C, &ldc_, &best, &ask, &info, 1, 1);
    const Int lwork = work_size(best);
    auto work = work_space<T>(lwork);
    routine("L", op, &m_, &n_, &k_, &l, A, &ld, tau, C, &ldc_, work.data(), &lwork, &info, 1, 1);
    checked("unmrz", info);
}

/// A = R Q, m×n: R in the upper trapezoid that ends in the last column, Q's vectors in the rest, tau (min(m, n)).
template <class T>
void gerqf(std::int64_t m, std::int64_t n, T* A, std::int64_t lda, T* tau) {
    const Int m_ = size("gerqf", m), n_ = size("gerqf", n), ld = size("gerqf", std::max<std::int64_t>(lda, 1)), ask = -1;
    const auto routine = pick<T>(sgerqf_, dgerqf_, cgerqf_, zgerqf_);
    Int info = 0;
    T best{};
    routine(&m_, &n_, A, &ld, tau, &best, &ask, &info);
    const Int lwork = work_size(best);
    auto work = work_space<T>(lwork);
    routine(&m_, &n_, A, &ld, tau, work.data(), &lwork, &info);
    checked("gerqf", info);
}

/// The last m rows of the Q of gerqf, m×n with m ≤ n, of which the last k rows of A hold the vectors.
template <class T>
void ungrq(std::int64_t m, std::int64_t n, std::int64_t k, T* A, std::int64_t lda, const T* tau) {
    const Int m_ = size("ungrq", m), n_ = size("ungrq", n), k_ = size("ungrq", k);
    const Int ld = size("ungrq", std::max<std::int64_t>(lda, 1)), ask = -1;
    const auto routine = pick<T>(sorgrq_, dorgrq_, cungrq_, zungrq_);
    Int info = 0;
    T best{};
    routine(&m_, &n_, &k_, A, &ld, tau, &best, &ask, &info);
    const Int lwork = work_size(best);
    auto work = work_space<T>(lwork);
    routine(&m_, &n_, &k_, A, &ld, tau, work.data(), &lwork, &info);
    checked("ungrq", info);
}

/// One step of incremental condition estimation (Bischof, SIAM J. Matrix Anal. Appl. 11, 1990): x approximates a left
/// singular vector of a j×j upper triangle to its largest (job 1) or smallest (job 2) singular value `estimate`; w and gamma
/// are the next column. The new vector is (s x, c).
template <class T>
Real<T> laic1(Int job, std::int64_t j, const T* x, Real<T> estimate, const T* w, T gamma, T& s, T& c) {
    const Int j_ = size("laic1", j);
    Real<T> next{};
    pick<T>(slaic1_, dlaic1_, claic1_, zlaic1_)(&job, &j_, x, &estimate, w, &gamma, &next, &s, &c);
    return next;
}

}  // namespace tamis::detail::lapack
