// U Vᴴ, dense or on the pattern of a sparse matrix: what the cotangent of a matrix is made of.
#pragma once

#include <cstdint>
#include <span>
#include <utility>

#include <tamis/core/dense_types.hpp>
#include <tamis/sparse/csr.hpp>
#include <tamis/sparse/operand.hpp>

namespace tamis::derivatives {

namespace detail {

/// Whether a kernel adds to what is there.
enum class Write { replaces, adds };

/// DimensionMismatch, with both shapes, unless the view is rows×cols; InvalidArgument, with the position, for an entry that
/// is not finite. `which` is what is looked at.
template <class T>
void check_operand(const char* what, const char* which, std::int64_t rows, std::int64_t cols, MatrixView<const T> M);
/// The part of it that looks at shapes.
void check_shape(const char* what, const char* which, std::int64_t rows, std::int64_t cols, std::int64_t got_rows,
                 std::int64_t got_cols);
/// InvalidArgument unless the number is finite.
template <class T>
void check_number(const char* what, const char* which, T value);
/// DimensionMismatch, with both shapes, unless a matrix is square.
void check_square(const char* what, const char* which, std::int64_t rows, std::int64_t cols);
/// InvalidArgument, with the position, for a stored entry that is not finite.
template <class T, class I>
void check_stored(const char* what, const char* which, CsrView<T, I> major, bool row_major);
/// DimensionMismatch unless there is a value for each stored entry.
void check_values(const char* what, std::int64_t entries, std::int64_t values);

/// values[q] (+)= alpha (U Vᴴ)(i, j) for each entry q = (i, j) of the matrix whose stored lines `major` shows; its Hermitian
/// part, alpha/2 (U Vᴴ + V Uᴴ), where asked. U and V have the rows and columns of the matrix, and equally many columns.
template <class T, class I>
void outer_on_pattern(CsrView<T, I> major, bool row_major, bool hermitian, Real<T> alpha, MatrixView<const T> U,
                      MatrixView<const T> V, Write write, T* values);

/// M (column-major, contiguous) (+)= alpha U Vᴴ; the result's Hermitian part where asked.
template <class T>
void outer_product(bool hermitian, T alpha, MatrixView<const T> U, MatrixView<const T> V, Write write, MatrixView<T> M);

/// The pattern of A with the values that write(T* values) fills in, in the format of A.
template <SparseMatrix M, class Fill>
tamis::detail::owner_t<M> on_pattern_of(const M& A, const Fill& fill) {
    using T = scalar_t<M>;
    using I = index_t<M>;
    const CsrView<T, I> major = tamis::detail::major_view(A);
    Array<T> values(major.nnz(), uninitialized);
    fill(values.data());
    return tamis::detail::in_order<std::remove_cvref_t<M>::is_row_major>(
        Csr<T, I>(unchecked, major.rows(), major.cols(), tamis::detail::copy_offsets(major.row_offsets()),
                  Array<I>(major.col_indices()), std::move(values)));
}

}  // namespace detail

/// The entries of U Vᴴ on the pattern of A, Σ_k u(i, k) conj(v(j, k)) for each stored (i, j), in the format of A; the values
/// of A do not matter. U has A.rows() rows, V A.cols(), and both have equally many columns (or are vectors). The product is
/// never formed, nor are its other entries. It is what a loss with several terms adds up: the cotangent of A for A x = b is
/// −outer_product_on(A, b_bar, x).
///
/// O(nnz · columns), one threaded pass over the pattern for up to eight columns, whose rows are copied side by side first.
/// DimensionMismatch; InvalidArgument for an entry that is not finite.
template <SparseMatrix M, DenseArgument U, DenseArgument V>
[[nodiscard]] auto outer_product_on(const M& A, const U& u, const V& v) {
    using T = scalar_t<M>;
    const tamis::detail::DenseInput<T, U> left(u);
    const tamis::detail::DenseInput<T, V> right(v);
    detail::check_operand<T>("outer_product_on", "U", A.rows(), left.matrix().cols(), left.matrix());
    detail::check_operand<T>("outer_product_on", "V", A.cols(), left.matrix().cols(), right.matrix());
    return detail::on_pattern_of(A, [&](T* values) {
        detail::outer_on_pattern<T, index_t<M>>(tamis::detail::major_view(A), M::is_row_major, false, Real<T>(1),
                                                left.matrix(), right.matrix(), detail::Write::replaces, values);
    });
}

}  // namespace tamis::derivatives
