#include "dense/matrix_algebra.hpp"

#include <algorithm>
#include <cmath>

#include "core/blas.hpp"
#include "dense/lapack_lu.hpp"
#include "instantiate.hpp"

namespace tamis::detail {

namespace {

/// Wide enough for gemm, narrow enough that what is wasted on the diagonal blocks stays small.
constexpr std::int64_t triangle_block = 96;

}  // namespace

template <class T>
std::vector<std::int64_t> triangle_blocks(std::int64_t n, const T* A, std::int64_t width) {
    std::vector<std::int64_t> bounds{0};
    while (bounds.back() < n) {
        std::int64_t end = std::min(bounds.back() + width, n);
        if (end < n && A[(end - 1) * n + end] != T(0)) ++end;
        bounds.push_back(end);
    }
    return bounds;
}

template <class T>
Real<T> square_one_norm(std::int64_t n, const T* A) {
    Real<T> norm = 0;
    for (std::int64_t j = 0; j < n; ++j) {
        Real<T> sum = 0;
        for (std::int64_t i = 0; i < n; ++i) sum += std::abs(A[j * n + i]);
        if (!(sum <= norm)) norm = sum;
        if (std::isnan(norm)) return norm;
    }
    return norm;
}

template <class T>
MatrixAlgebra<T> MatrixAlgebra<T>::triangular(std::int64_t n, const T* A) {
    MatrixAlgebra algebra(n, false);
    algebra.bounds_ = triangle_blocks(n, A, triangle_block);
    return algebra;
}

template <class T>
void MatrixAlgebra<T>::multiply(const T* A, const T* B, T* C) const {
    const std::int64_t n = n_;
    if (is_triangular()) {
        for (std::size_t J = 0; J + 1 < bounds_.size(); ++J)
            for (std::size_t I = 0; I <= J; ++I) {
                const std::int64_t i = bounds_[I], j = bounds_[J], end = bounds_[J + 1];
                blas::gemm('N', 'N', bounds_[I + 1] - i, end - j, end - i, T(1), A + i * n + i, n, B + j * n + i, n, T(0),
                           C + j * n + i, n);
            }
        return;
    }
    blas::gemm('N', 'N', n, n, n, T(1), A, n, B, n, T(0), C, n);
    if (!dual_) return;
    const std::int64_t second = n * n;
    blas::gemm('N', 'N', n, n, n, T(1), A, n, B + second, n, T(0), C + second, n);
    blas::gemm('N', 'N', n, n, n, T(1), A + second, n, B, n, T(1), C + second, n);
}

template <class T>
std::int64_t MatrixAlgebra<T>::divide_triangles(T* Q, T* P) const {
    const std::int64_t n = n_;
    Array<int> pivots(n, uninitialized);
    const std::size_t blocks = bounds_.size() - 1;
    for (std::size_t I = 0; I < blocks; ++I) {
        const std::int64_t i = bounds_[I];
        const std::int64_t failed = lapack::getrf(bounds_[I + 1] - i, Q + i * n + i, n, pivots.data() + i);
        if (failed > 0) return i + failed;
    }
    for (std::size_t J = 0; J < blocks; ++J) {
        const std::int64_t j = bounds_[J], width = bounds_[J + 1] - j;
        for (std::size_t I = J + 1; I-- > 0;) {
            const std::int64_t i = bounds_[I], next = bounds_[I + 1], height = next - i;
            T* const X = P + j * n;
            if (I < J)
                blas::gemm('N', 'N', height, width, bounds_[J + 1] - next, T(-1), Q + next * n + i, n, X + next, n, T(1),
                           X + i, n);
            lapack::getrs(lapack::Op::none, height, width, Q + i * n + i, n, pivots.data() + i, X + i, n);
        }
    }
    return 0;
}

template <class T>
std::int64_t MatrixAlgebra<T>::divide(T* Q, T* P) const {
    if (is_triangular()) return divide_triangles(Q, P);
    const std::int64_t n = n_;
    Array<int> pivots(n, uninitialized);
    const std::int64_t failed = lapack::getrf(n, Q, n, pivots.data());
    if (failed > 0) return failed;
    lapack::getrs(lapack::Op::none, n, n, Q, n, pivots.data(), P, n);
    if (!dual_) return 0;
    // X = Q⁻¹P has the derivative Q⁻¹(P' − Q'X).
    const std::int64_t second = n * n;
    blas::gemm('N', 'N', n, n, n, T(-1), Q + second, n, P, n, T(1), P + second, n);
    lapack::getrs(lapack::Op::none, n, n, Q, n, pivots.data(), P + second, n);
    return 0;
}

template <class T>
void MatrixAlgebra<T>::add_identity(Real<T> alpha, T* A) const {
    for (std::int64_t j = 0; j < n_; ++j) A[j * n_ + j] += alpha;
}

#define TAMIS_INSTANTIATE(T)                                                                  \
    template std::vector<std::int64_t> triangle_blocks(std::int64_t, const T*, std::int64_t); \
    template Real<T> square_one_norm(std::int64_t, const T*);                                 \
    template class MatrixAlgebra<T>;
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
