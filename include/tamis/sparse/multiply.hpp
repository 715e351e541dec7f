// Sparse matrix times dense vector or block: multiply, multiply_transposed, multiply_adjoint, A * x, A * X.
#pragma once

#include <type_traits>

#include <tamis/core/dense_types.hpp>
#include <tamis/sparse/view.hpp>

namespace tamis {

namespace detail {

/// What is done to the stored matrix before it multiplies.
enum class Operation { none, transposed, conjugated, adjoint };

/// Y = alpha op(A) X + beta Y; `name` is the public function, for messages.
template <class T, class I>
void multiply(CsrView<T, I> A, Operation op, MatrixView<const T> X, MatrixView<T> Y, T alpha, T beta, const char* name);

template <SparseMatrix M, DenseArgument X, DenseArgument Y>
void multiply(const M& A, Operation op, const X& x, Y& y, scalar_t<M> alpha, scalar_t<M> beta, const char* name) {
    using T = scalar_t<M>;
    static_assert(std::same_as<dense_scalar_t<Y>, T>, "tamis: y must have the scalar of the matrix");
    const DenseInput<T, X> in(x);
    multiply<T, index_t<M>>(major_view(A), op, in.matrix(), dense_output<T>(y), alpha, beta, name);
}

}  // namespace detail

/// y = alpha A x + beta y for a vector, Y = alpha A X + beta Y for a block of them. x has A.cols() rows, y has A.rows().
///
/// Vectors, matrices, blocks and maps of any strides and either order, std::vector, std::span; a real x with a complex A is
/// widened, and an Eigen expression without memory of its own is evaluated. beta = 0 overwrites whatever y held, NaN
/// included; alpha = 0 gives beta y without reading A or x. NaN and infinity follow IEEE through stored entries only.
/// Complex products are the textbook formula, as in BLAS.
///
/// Nothing is allocated for a vector (but see multiply_transposed), nor for blocks whose rows are contiguous, which are the
/// faster ones. Four and more columns of a block by columns are copied by rows first, eight at a time, where the product of
/// a Csr is large (nnz at least A.cols() and 2¹⁴): a window of at most 4 MiB a thread where the rows keep to a band,
/// A.cols() rows of eight numbers otherwise. Without memory for that the product is taken without the copy, to the same
/// bits.
///
/// Throws DimensionMismatch (with both sizes), and InvalidArgument if x and y share memory.
/// Cost: 2 nnz operations a column, one pass over A for up to eight columns. The threads of a Csr get rows that hold equal
/// shares of the nonzeros, rows of 2¹⁵ entries and more in pieces; a Csc runs the kernel of the transposed product, whose
/// threads own ranges of y. Each entry of y is a sum in a fixed order: the same bits from run to run (of a Csr also whatever
/// the number of threads).
template <SparseMatrix M, DenseArgument X, DenseArgument Y>
void multiply(const M& A, const X& x, Y&& y, std::type_identity_t<scalar_t<M>> alpha = scalar_t<M>(1),
              std::type_identity_t<scalar_t<M>> beta = scalar_t<M>(0)) {
    constexpr auto op = M::is_row_major ? detail::Operation::none : detail::Operation::transposed;
    detail::multiply(A, op, x, y, alpha, beta, "multiply");
}

/// y = alpha Aᵀ x + beta y; x has A.rows() rows, y has A.cols(). Otherwise as multiply. Without atomics: step by step
/// each thread adds a part of its rows to a range of y that is its own for that step. A matrix with a band takes two or
/// three steps, of which only the first has work; a full pattern takes as many as there are threads. For short rows without
/// a band each thread but one sums into an array of its own, allocated for the product (all together hold at most as many
/// numbers as A; without the memory, one thread does it all). The order of the sums, and so their last bits, depend on the
/// number of threads.
template <SparseMatrix M, DenseArgument X, DenseArgument Y>
void multiply_transposed(const M& A, const X& x, Y&& y, std::type_identity_t<scalar_t<M>> alpha = scalar_t<M>(1),
                         std::type_identity_t<scalar_t<M>> beta = scalar_t<M>(0)) {
    constexpr auto op = M::is_row_major ? detail::Operation::transposed : detail::Operation::none;
    detail::multiply(A, op, x, y, alpha, beta, "multiply_transposed");
}

/// y = alpha Aᴴ x + beta y; x has A.rows() rows, y has A.cols(). Otherwise as multiply_transposed.
template <SparseMatrix M, DenseArgument X, DenseArgument Y>
void multiply_adjoint(const M& A, const X& x, Y&& y, std::type_identity_t<scalar_t<M>> alpha = scalar_t<M>(1),
                      std::type_identity_t<scalar_t<M>> beta = scalar_t<M>(0)) {
    constexpr auto op = M::is_row_major ? detail::Operation::adjoint : detail::Operation::conjugated;
    detail::multiply(A, op, x, y, alpha, beta, "multiply_adjoint");
}

/// A x as a Vector<T> for a vector x, A X as a Matrix<T> for a matrix X (an Eigen expression too).
/// Throws DimensionMismatch.
template <SparseMatrix M, DenseArgument X>
[[nodiscard]] auto operator*(const M& A, const X& x) {
    using T = scalar_t<M>;
    const detail::DenseInput<T, X> in(x);
    DenseResult<T, X> y(A.rows(), in.matrix().cols());
    const MatrixView<const T> X_view = in.matrix();
    constexpr auto op = M::is_row_major ? detail::Operation::none : detail::Operation::transposed;
    detail::multiply<T, index_t<M>>(detail::major_view(A), op, X_view, MatrixView<T>(y), T(1), T(0), "A * x");
    return y;
}

}  // namespace tamis
