// Private: LAPACK's cosine-sine decomposition; lapack.hpp says how it is called.
#pragma once

#include <algorithm>

#include "dense/lapack.hpp"

#define TAMIS_DECLARE_CSD(name, T, R, ...)                                                                            \
    void name(const char* jobu1, const char* jobu2, const char* jobv1t, const char* jobv2t, const char* trans,        \
              const char* signs, const int* m, const int* p, const int* q, T* x11, const int* ldx11, T* x12,          \
              const int* ldx12, T* x21, const int* ldx21, T* x22, const int* ldx22, R* theta, T* u1, const int* ldu1, \
              T* u2, const int* ldu2, T* v1t, const int* ldv1t, T* v2t, const int* ldv2t, T* work, const int* lwork,  \
              __VA_ARGS__ int* iwork, int* info, std::size_t, std::size_t, std::size_t, std::size_t, std::size_t,     \
              std::size_t);
extern "C" {
TAMIS_DECLARE_CSD(sorcsd_, float, float)
TAMIS_DECLARE_CSD(dorcsd_, double, double)
TAMIS_DECLARE_CSD(cuncsd_, std::complex<float>, float, float* rwork, const int* lrwork, )
TAMIS_DECLARE_CSD(zuncsd_, std::complex<double>, double, double* rwork, const int* lrwork, )
}
#undef TAMIS_DECLARE_CSD

namespace tamis::detail::lapack {

/// X = diag(U₁, U₂) CS diag(V₁, V₂)ᴴ of a unitary m×m X with a leading block of p×q: the angles of CS, and U = diag(U₁, U₂),
/// Vt = diag(V₁, V₂)ᴴ, whose other blocks are not written; all contiguous. X is destroyed. Returns 0, or k > 0: the
/// algorithm did not converge.
template <class T>
std::int64_t uncsd(std::int64_t m, std::int64_t p, std::int64_t q, T* X, Real<T>* theta, T* U, T* Vt) {
    const Int m_ = size("uncsd", m), p_ = size("uncsd", p), q_ = size("uncsd", q), ask = -1;
    auto iwork = work_space<Int>(m_);
    Int info = 0;
    T best{};
    T *const X12 = X + q * m, *const X21 = X + p, *const X22 = X + q * m + p;
    T *const U2 = U + p * m + p, *const V2 = Vt + q * m + q;
    if constexpr (is_complex_v<T>) {
        const auto routine = pick<T>(nullptr, nullptr, cuncsd_, zuncsd_);
        Real<T> reals{};
        routine("Y", "Y", "Y", "Y", "N", "D", &m_, &p_, &q_, X, &m_, X12, &m_, X21, &m_, X22, &m_, theta, U, &m_, U2, &m_,
                Vt, &m_, V2, &m_, &best, &ask, &reals, &ask, iwork.data(), &info, 1, 1, 1, 1, 1, 1);
        const Int lwork = work_size(best), lrwork = work_size(reals);
        auto work = work_space<T>(lwork);
        auto rwork = work_space<Real<T>>(lrwork);
        routine("Y", "Y", "Y", "Y", "N", "D", &m_, &p_, &q_, X, &m_, X12, &m_, X21, &m_, X22, &m_, theta, U, &m_, U2, &m_,
                Vt, &m_, V2, &m_, work.data(), &lwork, rwork.data(), &lrwork, iwork.data(), &info, 1, 1, 1, 1, 1, 1);
    } else {
        const auto routine = pick<T>(sorcsd_, dorcsd_, nullptr, nullptr);
        routine("Y", "Y", "Y", "Y", "N", "D", &m_, &p_, &q_, X, &m_, X12, &m_, X21, &m_, X22, &m_, theta, U, &m_, U2, &m_,
                Vt, &m_, V2, &m_, &best, &ask, iwork.data(), &info, 1, 1, 1, 1, 1, 1);
        const Int lwork = work_size(best);
        auto work = work_space<T>(lwork);
        routine("Y", "Y", "Y", "Y", "N", "D", &m_, &p_, &q_, X, &m_, X12, &m_, X21, &m_, X22, &m_, theta, U, &m_, U2, &m_,
                Vt, &m_, V2, &m_, work.data(), &lwork, iwork.data(), &info, 1, 1, 1, 1, 1, 1);
    }
    return checked("uncsd", info);
}

}  // namespace tamis::detail::lapack
