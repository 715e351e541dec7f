#include "adjoint/dense_block.hpp"

#include <tamis/adjoint/outer_product.hpp>
#include <tamis/dense/norms.hpp>

#include "adjoint/contiguous.hpp"
#include "core/blas.hpp"
#include "dense/operand.hpp"
#include "instantiate.hpp"

namespace tamis::derivatives::detail {

namespace blas = tamis::detail::blas;

template <class T>
Block<T> argument(const char* what, const char* which, MatrixView<const T> A, std::int64_t rows, std::int64_t cols) {
    check_operand<T>(what, which, rows, cols, A);
    Block<T> copy(rows, cols, uninitialized);
    tamis::detail::copy_view<T>(A, copy);
    return copy;
}

template <class T>
Block<T> optional_argument(const char* what, const char* which, MatrixView<const T> A, std::int64_t rows,
                           std::int64_t cols) {
    if (A.rows() == 0 && A.cols() <= 1) return {};
    return argument<T>(what, which, A, rows, cols);
}

template <class T>
Block<T> hermitian_argument(const char* what, const char* which, MatrixView<const T> A, std::int64_t n) {
    Block<T> copy = argument<T>(what, which, A, n, n);
    make_hermitian<T>(copy);
    return copy;
}

template <class T>
void add_product(T alpha, char op_a, MatrixView<const T> A, char op_b, MatrixView<const T> B, MatrixView<T> C) {
    const std::int64_t inner = op_a == 'N' ? A.cols() : A.rows();
    if (C.rows() == 0 || C.cols() == 0 || inner == 0) return;
    blas::gemm(op_a, op_b, C.rows(), C.cols(), inner, alpha, A.data(), A.col_stride(), B.data(), B.col_stride(), T(1),
               C.data(), C.col_stride());
}

template <class T>
Block<T> product(char op_a, MatrixView<const T> A, char op_b, MatrixView<const T> B) {
    Block<T> C(op_a == 'N' ? A.rows() : A.cols(), op_b == 'N' ? B.cols() : B.rows());
    add_product<T>(T(1), op_a, A, op_b, B, C);
    return C;
}

template <class T>
void divide(char side, char uplo, char op, bool unit, MatrixView<const T> R, MatrixView<T> B) {
    if (B.rows() == 0 || B.cols() == 0) return;
    blas::trsm(side, uplo, op, unit ? 'U' : 'N', B.rows(), B.cols(), T(1), R.data(), R.col_stride(), B.data(),
               B.col_stride());
}

template <class T>
void multiply(char side, char uplo, char op, bool unit, MatrixView<const T> R, MatrixView<T> B) {
    if (B.rows() == 0 || B.cols() == 0) return;
    blas::trmm(side, uplo, op, unit ? 'U' : 'N', B.rows(), B.cols(), T(1), R.data(), R.col_stride(), B.data(),
               B.col_stride());
}

template <class T>
void hermitian_product(MatrixView<const T> V, MatrixView<const T> N, MatrixView<T> A) {
    const std::int64_t n = V.rows();
    const Block<T> W = product<T>('N', V, 'N', N);
    for (std::int64_t j = 0; j < n; ++j) std::fill_n(&A(0, j), n, T(0));
    constexpr std::int64_t width = 128;
    for (std::int64_t j = 0; j < n; j += width) {
        const std::int64_t columns = std::min(width, n - j);
        add_product<T>(T(1), 'N', part<const T>(W, j, 0, n - j, V.cols()), 'C', part(V, j, 0, columns, V.cols()),
                       part(A, j, j, n - j, columns));
    }
    // The upper half in tiles, which stay in the cache.
    constexpr std::int64_t tile = 32;
    for (std::int64_t j0 = 0; j0 < n; j0 += tile)
        for (std::int64_t i0 = 0; i0 <= j0; i0 += tile)
            for (std::int64_t j = j0; j < std::min(n, j0 + tile); ++j) {
                for (std::int64_t i = i0; i < std::min(j, i0 + tile); ++i) A(i, j) = tamis::detail::conjugate(A(j, i));
                if (i0 == j0) A(j, j) = tamis::detail::real_part(A(j, j));
            }
}

template <class T>
Real<T> frobenius(MatrixView<const T> A) {
    return tamis::detail::dense_norm<T>(A, Norm::frobenius);
}

template <class T>
double real_inner_product(MatrixView<const T> A, MatrixView<const T> B) {
    using tamis::detail::imag_part;
    using tamis::detail::real_part;
    double sum = 0;
    for (std::int64_t j = 0; j < A.cols(); ++j)
        for (std::int64_t i = 0; i < A.rows(); ++i)
            sum += static_cast<double>(real_part(A(i, j))) * static_cast<double>(real_part(B(i, j))) +
                   static_cast<double>(imag_part(A(i, j))) * static_cast<double>(imag_part(B(i, j)));
    return sum;
}

#define TAMIS_INSTANTIATE(T)                                                                                        \
    template Block<T> argument(const char*, const char*, MatrixView<const T>, std::int64_t, std::int64_t);          \
    template Block<T> optional_argument(const char*, const char*, MatrixView<const T>, std::int64_t, std::int64_t); \
    template Block<T> hermitian_argument(const char*, const char*, MatrixView<const T>, std::int64_t);              \
    template void add_product(T, char, MatrixView<const T>, char, MatrixView<const T>, MatrixView<T>);              \
    template Block<T> product(char, MatrixView<const T>, char, MatrixView<const T>);                                \
    template void divide(char, char, char, bool, MatrixView<const T>, MatrixView<T>);                               \
    template void multiply(char, char, char, bool, MatrixView<const T>, MatrixView<T>);                             \
    template void hermitian_product(MatrixView<const T>, MatrixView<const T>, MatrixView<T>);                       \
    template Real<T> frobenius(MatrixView<const T>);                                                                \
    template double real_inner_product(MatrixView<const T>, MatrixView<const T>);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::derivatives::detail
