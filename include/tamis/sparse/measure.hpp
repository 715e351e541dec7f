// Norms, sums and traces of sparse matrices.
#pragma once

#include <cstdint>

#include <tamis/core/norm.hpp>
#include <tamis/core/one_norm.hpp>
#include <tamis/sparse/multiply.hpp>
#include <tamis/sparse/operand.hpp>

namespace tamis {

/// Options of norm2_estimate.
struct Norm2Options {
    double tolerance = 1e-3;            ///< stop when one step changes the estimate by less than this part of it
    std::int64_t max_iterations = 300;  ///< of power iteration, two products each
};

namespace detail {

template <class T, class I>
Real<T> norm(CsrView<T, I> A, Norm which);

template <class T, class I>
Real<T> norm2_estimate(CsrView<T, I> A, const Norm2Options& options);

/// Sums of the rows (or columns) of A to s, which has that size.
template <class T, class I>
void row_sums(CsrView<T, I> A, VectorView<T> s);
template <class T, class I>
void col_sums(CsrView<T, I> A, VectorView<T> s);

template <class T, class I>
T trace(CsrView<T, I> A);

/// The norm of Aᵀ that equals the given norm of A.
constexpr Norm transposed(Norm which) noexcept {
    switch (which) {
        case Norm::one: return Norm::inf;
        case Norm::inf: return Norm::one;
        default: return which;
    }
}

}  // namespace detail

/// ‖A‖₁ (Norm::one, the largest column sum of moduli), ‖A‖_∞ (inf, the largest row sum), ‖A‖_F (frobenius, without over- or
/// underflow on the way) or the largest modulus (max). NaN among the entries comes out as NaN; 0 for a matrix without
/// entries. Other norms need the singular values: Unsupported, with the advice what to call. O(rows + cols + nnz).
template <SparseMatrix M>
[[nodiscard]] Real<scalar_t<M>> norm(const M& A, Norm which) {
    return detail::norm<scalar_t<M>, index_t<M>>(detail::major_view(A), M::is_row_major ? which : detail::transposed(which));
}

/// A lower bound of ‖A‖₂, the largest singular value, by power iteration on AᴴA from a fixed random start (deterministic).
/// It stops when a step changes the estimate by less than `tolerance` of it, 10⁻³ by default: usually right to a percent,
/// less so where the largest singular values crowd together. NaN or infinity if A holds one. Two products a step; holds rows
/// + 2 cols numbers. InvalidArgument for options that are negative or NaN.
///
/// J. Kuczyński, H. Woźniakowski, Estimating the largest eigenvalue by the power and Lanczos algorithms with a random start,
/// SIAM J. Matrix Anal. Appl. 13(4), 1992.
template <SparseMatrix M>
[[nodiscard]] Real<scalar_t<M>> norm2_estimate(const M& A, const Norm2Options& options = {}) {
    return detail::norm2_estimate<scalar_t<M>, index_t<M>>(detail::major_view(A), options);
}

/// A lower bound of ‖B‖₁ for an operator with rows(), cols(), apply(x, y): y = B x and apply_adjoint(x, y): y = Bᴴ x on
/// vector views, and a member type scalar_type. At most ten products with blocks of two vectors each way; mostly exact,
/// rarely off by more than a factor 3; deterministic. N. J. Higham, F. Tisseur, SIAM J. Matrix Anal. Appl. 21(4), 2000.
template <class Operator>
    requires(!SparseMatrix<Operator>)
&&requires(const Operator& B, VectorView<const typename Operator::scalar_type> x,
           VectorView<typename Operator::scalar_type> y) {
    B.rows();
    B.cols();
    B.apply(x, y);
    B.apply_adjoint(x, y);
}
[[nodiscard]] Real<typename Operator::scalar_type> one_norm_estimate(const Operator& B) {
    using T = typename Operator::scalar_type;
    const auto apply = [&B](MatrixView<const T> X, MatrixView<T> Y) {
        for (std::int64_t j = 0; j < X.cols(); ++j) B.apply(X.col(j), Y.col(j));
    };
    const auto apply_adjoint = [&B](MatrixView<const T> X, MatrixView<T> Y) {
        for (std::int64_t j = 0; j < X.cols(); ++j) B.apply_adjoint(X.col(j), Y.col(j));
    };
    return detail::one_norm_estimate<T>(static_cast<std::int64_t>(B.rows()), static_cast<std::int64_t>(B.cols()), apply,
                                        apply_adjoint);
}

/// ‖A‖₁ of a matrix whose entries are there to be read: exact, and cheaper than an estimate.
template <SparseMatrix M>
[[nodiscard]] Real<scalar_t<M>> one_norm_estimate(const M& A) {
    return norm(A, Norm::one);
}

/// The sum of the main diagonal, of a rectangle too.
template <SparseMatrix M>
[[nodiscard]] scalar_t<M> trace(const M& A) {
    return detail::trace<scalar_t<M>, index_t<M>>(detail::major_view(A));
}

/// A·1: the sum of each row, in the order of the columns.
template <SparseMatrix M>
[[nodiscard]] Vector<scalar_t<M>> row_sums(const M& A) {
    Vector<scalar_t<M>> s(A.rows());
    const VectorView<scalar_t<M>> view(s);
    if constexpr (M::is_row_major) detail::row_sums<scalar_t<M>, index_t<M>>(detail::major_view(A), view);
    else detail::col_sums<scalar_t<M>, index_t<M>>(detail::major_view(A), view);
    return s;
}

/// Aᵀ·1: the sum of each column, in the order of the rows.
template <SparseMatrix M>
[[nodiscard]] Vector<scalar_t<M>> col_sums(const M& A) {
    Vector<scalar_t<M>> s(A.cols());
    const VectorView<scalar_t<M>> view(s);
    if constexpr (M::is_row_major) detail::col_sums<scalar_t<M>, index_t<M>>(detail::major_view(A), view);
    else detail::row_sums<scalar_t<M>, index_t<M>>(detail::major_view(A), view);
    return s;
}

}  // namespace tamis
