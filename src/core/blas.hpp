// Private: the BLAS door. Level-3 kernels over the four scalars, with sizes checked against BLAS's 32-bit integers. Matrices
// are column-major; operands must not overlap results.
#pragma once

#include <complex>
#include <cstdint>
#include <limits>
#include <string>

#include <tamis/core/error.hpp>
#include <tamis/core/scalar.hpp>

// Fortran symbols: every argument by reference; the lengths of the one-letter strings are left out, as C callers do.
#define TAMIS_DECLARE_BLAS(T, R, gemm_name, hemm_name, herk_name, trsm_name, trmm_name)                                    \
    void gemm_name(const char*, const char*, const int*, const int*, const int*, const T*, const T*, const int*, const T*, \
                   const int*, const T*, T*, const int*);                                                                  \
    void hemm_name(const char*, const char*, const int*, const int*, const T*, const T*, const int*, const T*, const int*, \
                   const T*, T*, const int*);                                                                              \
    void herk_name(const char*, const char*, const int*, const int*, const R*, const T*, const int*, const R*, T*,         \
                   const int*);                                                                                            \
    void trsm_name(const char*, const char*, const char*, const char*, const int*, const int*, const T*, const T*,         \
                   const int*, T*, const int*);                                                                            \
    void trmm_name(const char*, const char*, const char*, const char*, const int*, const int*, const T*, const T*,         \
                   const int*, T*, const int*);
extern "C" {
TAMIS_DECLARE_BLAS(float, float, sgemm_, ssymm_, ssyrk_, strsm_, strmm_)
TAMIS_DECLARE_BLAS(double, double, dgemm_, dsymm_, dsyrk_, dtrsm_, dtrmm_)
TAMIS_DECLARE_BLAS(std::complex<float>, float, cgemm_, chemm_, cherk_, ctrsm_, ctrmm_)
TAMIS_DECLARE_BLAS(std::complex<double>, double, zgemm_, zhemm_, zherk_, ztrsm_, ztrmm_)
}
#undef TAMIS_DECLARE_BLAS

namespace tamis::detail::blas {

/// n as BLAS takes it; IndexOverflow beyond its 32 bits.
inline int size(std::int64_t n) {
    if (n > std::numeric_limits<int>::max())
        throw IndexOverflow("blas: a dense block of " + std::to_string(n) +
                            " rows is more than BLAS's 32-bit integers hold");
    return static_cast<int>(n);
}

#define TAMIS_DEFINE_BLAS(T, R, gemm_name, hemm_name, herk_name, trsm_name, trmm_name)                                             \
    /* C = α op(A) op(B) + β C, C m×n; op by 'N', 'T' or 'C'. */                                                                \
    inline void gemm(char op_a, char op_b, std::int64_t m, std::int64_t n, std::int64_t k, T alpha, const T* A,                    \
                     std::int64_t lda, const T* B, std::int64_t ldb, T beta, T* C, std::int64_t ldc) {                             \
        const int sizes[] = {size(m), size(n), size(k), size(lda), size(ldb), size(ldc)};                                          \
        gemm_name(&op_a, &op_b, sizes, sizes + 1, sizes + 2, &alpha, A, sizes + 3, B, sizes + 4, &beta, C, sizes + 5);             \
    }                                                                                                                              \
    /* C = α A B + β C with the Hermitian A, of which the lower triangle is read. */                                             \
    inline void hemm_lower(std::int64_t m, std::int64_t n, T alpha, const T* A, std::int64_t lda, const T* B,                      \
                           std::int64_t ldb, T beta, T* C, std::int64_t ldc) {                                                     \
        const int sizes[] = {size(m), size(n), size(lda), size(ldb), size(ldc)};                                                   \
        hemm_name("L", "L", sizes, sizes + 1, &alpha, A, sizes + 2, B, sizes + 3, &beta, C, sizes + 4);                            \
    }                                                                                                                              \
    /* The lower triangle of C = α Aᴴ A + β C, A k×n. */                                                                      \
    inline void herk_lower(std::int64_t n, std::int64_t k, R alpha, const T* A, std::int64_t lda, R beta, T* C,                    \
                           std::int64_t ldc) {                                                                                     \
        const int sizes[] = {size(n), size(k), size(lda), size(ldc)};                                                              \
        herk_name("L", "C", sizes, sizes + 1, &alpha, A, sizes + 2, &beta, C, sizes + 3);                                          \
    }                                                                                                                              \
    /* B = L⁻¹ B (side 'L') or B L⁻¹ (side 'R') with a lower triangle L; B m×n. */                                          \
    inline void trsm_lower(char side, std::int64_t m, std::int64_t n, const T* L, std::int64_t ldl, T* B,                          \
                           std::int64_t ldb) {                                                                                     \
        const T one = 1;                                                                                                           \
        const int sizes[] = {size(m), size(n), size(ldl), size(ldb)};                                                              \
        trsm_name(&side, "L", "N", "N", sizes, sizes + 1, &one, L, sizes + 2, B, sizes + 3);                                       \
    }                                                                                                                              \
    /* B = B L⁻ᴴ with a lower triangle L, n×n; B m×n. */                                                                     \
    inline void trsm_right_adjoint_lower(std::int64_t m, std::int64_t n, const T* L, std::int64_t ldl, T* B,                       \
                                         std::int64_t ldb) {                                                                       \
        const T one = 1;                                                                                                           \
        const int sizes[] = {size(m), size(n), size(ldl), size(ldb)};                                                              \
        trsm_name("R", "L", "C", "N", sizes, sizes + 1, &one, L, sizes + 2, B, sizes + 3);                                         \
    }                                                                                                                              \
    /* B = L B with a lower triangle L; B m×n. */                                                                                 \
    inline void trmm_lower(std::int64_t m, std::int64_t n, const T* L, std::int64_t ldl, T* B, std::int64_t ldb) {                 \
        const T one = 1;                                                                                                           \
        const int sizes[] = {size(m), size(n), size(ldl), size(ldb)};                                                              \
        trmm_name("L", "L", "N", "N", sizes, sizes + 1, &one, L, sizes + 2, B, sizes + 3);                                         \
    }                                                                                                                              \
    /* B = α op(A)⁻¹ B (side 'L') or α B op(A)⁻¹ (side 'R') with a triangle A, uplo 'L' or 'U', diag 'U' for ones; B m×n. \
     */                                                                                                                            \
    inline void trsm(char side, char uplo, char op, char diag, std::int64_t m, std::int64_t n, T alpha, const T* A,                \
                     std::int64_t lda, T* B, std::int64_t ldb) {                                                                   \
        const int sizes[] = {size(m), size(n), size(lda), size(ldb)};                                                              \
        trsm_name(&side, &uplo, &op, &diag, sizes, sizes + 1, &alpha, A, sizes + 2, B, sizes + 3);                                 \
    }                                                                                                                              \
    /* B = α op(A) B (side 'L') or α B op(A) (side 'R') with a triangle A. */                                                    \
    inline void trmm(char side, char uplo, char op, char diag, std::int64_t m, std::int64_t n, T alpha, const T* A,                \
                     std::int64_t lda, T* B, std::int64_t ldb) {                                                                   \
        const int sizes[] = {size(m), size(n), size(lda), size(ldb)};                                                              \
        trmm_name(&side, &uplo, &op, &diag, sizes, sizes + 1, &alpha, A, sizes + 2, B, sizes + 3);                                 \
    }
TAMIS_DEFINE_BLAS(float, float, sgemm_, ssymm_, ssyrk_, strsm_, strmm_)
TAMIS_DEFINE_BLAS(double, double, dgemm_, dsymm_, dsyrk_, dtrsm_, dtrmm_)
TAMIS_DEFINE_BLAS(std::complex<float>, float, cgemm_, chemm_, cherk_, ctrsm_, ctrmm_)
TAMIS_DEFINE_BLAS(std::complex<double>, double, zgemm_, zhemm_, zherk_, ztrsm_, ztrmm_)
#undef TAMIS_DEFINE_BLAS

}  // namespace tamis::detail::blas
