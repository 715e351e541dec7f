// Private: tall blocks of vectors, n×m and column-major with leading dimension n, handled by BLAS-3 in chunks of rows:
// several threads where n is large, the same bits for any number of them. Small matrices are column-major.
#pragma once

#include <cstdint>

#include <tamis/core/array.hpp>
#include <tamis/core/scalar.hpp>

namespace tamis::detail::tall {

/// C ← Xᴴ Y, mx×my with leading dimension ldc. X and Y may be the same.
template <class T>
void gram(std::int64_t n, const T* X, std::int64_t mx, const T* Y, std::int64_t my, T* C, std::int64_t ldc);
/// Y ← alpha X C + beta Y, with C mx×my. Y may not overlap X.
template <class T>
void multiply(std::int64_t n, T alpha, const T* X, std::int64_t mx, const T* C, std::int64_t ldc, std::int64_t my, T beta,
              T* Y);
/// The first p columns of X ← X C, with C m×p: in place, with scratch for a chunk of rows a thread.
template <class T>
void rotate(std::int64_t n, T* X, std::int64_t m, const T* C, std::int64_t ldc, std::int64_t p);
/// X ← X L⁻ᴴ with the lower triangle L, m×m.
template <class T>
void divide_by_adjoint_lower(std::int64_t n, T* X, std::int64_t m, const T* L, std::int64_t ldl);
/// R_j ← AV_j − theta_j BV_j, and norms[j] = ‖R_j‖₂. R may be AV.
template <class T>
void residuals(std::int64_t n, std::int64_t m, const T* AV, const T* BV, const double* theta, T* R, double* norms);

/// The Euclidean norms of the columns.
template <class T>
void norms(std::int64_t n, std::int64_t m, const T* X, double* norm);

}  // namespace tamis::detail::tall
