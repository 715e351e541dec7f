// Private: the only door to LAPACK. One overload a routine for all four scalars; sizes are checked before they become
// LAPACK's 32-bit integers, and an illegal argument is an error of this library, never a message on the terminal.
#pragma once

#include <algorithm>
#include <complex>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>
#include <vector>

#include <tamis/core/error.hpp>
#include <tamis/core/scalar.hpp>

// LAPACK's Fortran symbols. A character argument has its length at the end of the list, as gfortran passes it.
#define TAMIS_DECLARE_BAND_ROUTINES(prefix, T, R)                                                                           \
    void prefix##gbtrf_(const int* m, const int* n, const int* kl, const int* ku, T* ab, const int* ldab, int* ipiv,        \
                        int* info);                                                                                         \
    void prefix##gbtrs_(const char* trans, const int* n, const int* kl, const int* ku, const int* nrhs, const T* ab,        \
                        const int* ldab, const int* ipiv, T* b, const int* ldb, int* info, std::size_t);                    \
    void prefix##pbtrf_(const char* uplo, const int* n, const int* kd, T* ab, const int* ldab, int* info, std::size_t);     \
    void prefix##pbtrs_(const char* uplo, const int* n, const int* kd, const int* nrhs, const T* ab, const int* ldab, T* b, \
                        const int* ldb, int* info, std::size_t);                                                            \
    void prefix##gttrf_(const int* n, T* dl, T* d, T* du, T* du2, int* ipiv, int* info);                                    \
    void prefix##gttrs_(const char* trans, const int* n, const int* nrhs, const T* dl, const T* d, const T* du,             \
                        const T* du2, const int* ipiv, T* b, const int* ldb, int* info, std::size_t);                       \
    void prefix##pttrf_(const int* n, R* d, T* e, int* info);

extern "C" {
TAMIS_DECLARE_BAND_ROUTINES(s, float, float)
TAMIS_DECLARE_BAND_ROUTINES(d, double, double)
TAMIS_DECLARE_BAND_ROUTINES(c, std::complex<float>, float)
TAMIS_DECLARE_BAND_ROUTINES(z, std::complex<double>, double)
void spttrs_(const int* n, const int* nrhs, const float* d, const float* e, float* b, const int* ldb, int* info);
void dpttrs_(const int* n, const int* nrhs, const double* d, const double* e, double* b, const int* ldb, int* info);
void cpttrs_(const char* uplo, const int* n, const int* nrhs, const float* d, const std::complex<float>* e,
             std::complex<float>* b, const int* ldb, int* info, std::size_t);
void zpttrs_(const char* uplo, const int* n, const int* nrhs, const double* d, const std::complex<double>* e,
             std::complex<double>* b, const int* ldb, int* info, std::size_t);
}
#undef TAMIS_DECLARE_BAND_ROUTINES

namespace tamis::detail::lapack {

/// LAPACK's integer.
using Int = int;

/// op(A) of a solve: A, Aᵀ or Aᴴ.
enum class Op : char { none = 'N', transposed = 'T', adjoint = 'C' };

/// A size as LAPACK's integer; IndexOverflow where it does not fit.
inline Int size(const char* routine, std::int64_t n) {
    if (n < 0 || n > std::numeric_limits<Int>::max())
        throw IndexOverflow(std::string(routine) + ": the size " + std::to_string(n) +
                            " does not fit LAPACK's 32-bit integers");
    return static_cast<Int>(n);
}

/// info < 0 says that argument −info was illegal, which no caller here may let happen.
inline std::int64_t checked(const char* routine, Int info) {
    if (info < 0)
        throw Error(std::string(routine) + ": LAPACK refused argument " + std::to_string(-info) +
                    "; this is a defect of tamis");
    return info;
}

/// What LAPACK's answer to a question for the best work size says; a little more, since single precision may have rounded.
template <class T>
Int work_size(const T& answer) {
    return std::max<Int>(1, static_cast<Int>(static_cast<double>(std::real(answer)) * 1.0000003) + 1);
}
template <class T>
std::vector<T> work_space(Int n) {
    return std::vector<T>(static_cast<std::size_t>(std::max<Int>(n, 1)));
}

/// The routine of T's letter.
template <class T, class S, class D, class C, class Z>
constexpr auto pick(S s, D d, C c, Z z) noexcept {
    if constexpr (std::is_same_v<T, float>) return s;
    else if constexpr (std::is_same_v<T, double>) return d;
    else if constexpr (std::is_same_v<T, std::complex<float>>) return c;
    else return z;
}

/// P·L·U of an n×n band matrix; entry (i, j) is ab[kl + ku + i − j + j·ldab], ldab ≥ 2kl + ku + 1, its first kl rows free.
/// Returns 0, or k > 0: u_kk is exactly zero (the first such k, 1-based).
template <class T>
std::int64_t gbtrf(std::int64_t n, std::int64_t kl, std::int64_t ku, T* ab, std::int64_t ldab, Int* ipiv) {
    const Int n_ = size("gbtrf", n), kl_ = size("gbtrf", kl), ku_ = size("gbtrf", ku), ld = size("gbtrf", ldab);
    Int info = 0;
    pick<T>(sgbtrf_, dgbtrf_, cgbtrf_, zgbtrf_)(&n_, &n_, &kl_, &ku_, ab, &ld, ipiv, &info);
    return checked("gbtrf", info);
}

/// B := op(A)⁻¹ B for the factor of gbtrf; B is n×nrhs, column-major and contiguous.
template <class T>
void gbtrs(Op op, std::int64_t n, std::int64_t kl, std::int64_t ku, std::int64_t nrhs, const T* ab, std::int64_t ldab,
           const Int* ipiv, T* b) {
    const Int n_ = size("gbtrs", n), kl_ = size("gbtrs", kl), ku_ = size("gbtrs", ku), ld = size("gbtrs", ldab);
    const Int k = size("gbtrs", nrhs), ldb = n_ > 0 ? n_ : 1;
    const char trans = static_cast<char>(op);
    Int info = 0;
    pick<T>(sgbtrs_, dgbtrs_, cgbtrs_, zgbtrs_)(&trans, &n_, &kl_, &ku_, &k, ab, &ld, ipiv, b, &ldb, &info, 1);
    checked("gbtrs", info);
}

/// L·Lᴴ of a Hermitian positive definite band matrix; entry (i, j), i ≥ j, is ab[i − j + j·ldab], ldab ≥ kd + 1. Returns 0,
/// or k > 0: the leading minor of order k is not positive.
template <class T>
std::int64_t pbtrf(std::int64_t n, std::int64_t kd, T* ab, std::int64_t ldab) {
    const Int n_ = size("pbtrf", n), kd_ = size("pbtrf", kd), ld = size("pbtrf", ldab);
    Int info = 0;
    pick<T>(spbtrf_, dpbtrf_, cpbtrf_, zpbtrf_)("L", &n_, &kd_, ab, &ld, &info, 1);
    return checked("pbtrf", info);
}

/// B := A⁻¹ B for the factor of pbtrf.
template <class T>
void pbtrs(std::int64_t n, std::int64_t kd, std::int64_t nrhs, const T* ab, std::int64_t ldab, T* b) {
    const Int n_ = size("pbtrs", n), kd_ = size("pbtrs", kd), ld = size("pbtrs", ldab), k = size("pbtrs", nrhs);
    const Int ldb = n_ > 0 ? n_ : 1;
    Int info = 0;
    pick<T>(spbtrs_, dpbtrs_, cpbtrs_, zpbtrs_)("L", &n_, &kd_, &k, ab, &ld, b, &ldb, &info, 1);
    checked("pbtrs", info);
}

/// P·L·U of a tridiagonal matrix with the diagonals dl (n − 1), d (n), du (n − 1), overwritten, and the second superdiagonal
/// du2 (n − 2) of U. Returns 0, or k > 0: u_kk is exactly zero.
template <class T>
std::int64_t gttrf(std::int64_t n, T* dl, T* d, T* du, T* du2, Int* ipiv) {
    const Int n_ = size("gttrf", n);
    Int info = 0;
    pick<T>(sgttrf_, dgttrf_, cgttrf_, zgttrf_)(&n_, dl, d, du, du2, ipiv, &info);
    return checked("gttrf", info);
}

/// B := op(A)⁻¹ B for the factor of gttrf.
template <class T>
void gttrs(Op op, std::int64_t n, std::int64_t nrhs, const T* dl, const T* d, const T* du, const T* du2, const Int* ipiv,
           T* b) {
    const Int n_ = size("gttrs", n), k = size("gttrs", nrhs), ldb = n_ > 0 ? n_ : 1;
    const char trans = static_cast<char>(op);
    Int info = 0;
    pick<T>(sgttrs_, dgttrs_, cgttrs_, zgttrs_)(&trans, &n_, &k, dl, d, du, du2, ipiv, b, &ldb, &info, 1);
    checked("gttrs", info);
}

/// L·D·Lᴴ of a Hermitian positive definite tridiagonal matrix with diagonal d (n) and subdiagonal e (n − 1), overwritten by
/// D and L's subdiagonal. Returns 0, or k > 0: the leading minor of order k is not positive.
template <class T>
std::int64_t pttrf(std::int64_t n, Real<T>* d, T* e) {
    const Int n_ = size("pttrf", n);
    Int info = 0;
    pick<T>(spttrf_, dpttrf_, cpttrf_, zpttrf_)(&n_, d, e, &info);
    return checked("pttrf", info);
}

/// B := A⁻¹ B for the factor of pttrf.
template <class T>
void pttrs(std::int64_t n, std::int64_t nrhs, const Real<T>* d, const T* e, T* b) {
    const Int n_ = size("pttrs", n), k = size("pttrs", nrhs), ldb = n_ > 0 ? n_ : 1;
    Int info = 0;
    if constexpr (is_complex_v<T>) pick<T>(spttrs_, dpttrs_, cpttrs_, zpttrs_)("L", &n_, &k, d, e, b, &ldb, &info, 1);
    else pick<T>(spttrs_, dpttrs_, cpttrs_, zpttrs_)(&n_, &k, d, e, b, &ldb, &info);
    checked("pttrs", info);
}

}  // namespace tamis::detail::lapack
