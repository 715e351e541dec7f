// Sparse matrix times sparse matrix: A * B.
#pragma once

#include <tamis/sparse/operand.hpp>

namespace tamis {

namespace detail {
template <class T, class I>
Csr<T, I> matmul(CsrView<T, I> A, CsrView<T, I> B);

[[noreturn]] void throw_inner_mismatch(std::int64_t a_rows, std::int64_t a_cols, std::int64_t b_rows, std::int64_t b_cols);
}  // namespace detail

/// The product A B in the format of A (a B in the other format is converted first; real and complex, single and double mix).
/// An entry is stored wherever the patterns say so: a sum that cancels stays as an explicit zero. NaN and infinity follow
/// IEEE through stored entries only.
///
/// Throws DimensionMismatch unless A.cols() == B.rows(), IndexOverflow if the product has more entries than the index type
/// counts. Cost: O(rows + multiplications) plus the sorting of each row, and columns where rows have many; memory: the
/// result and O(threads · columns) at most. Rows whose pattern follows from the row above (several unknowns a node,
/// stencils, bands) are not counted and sorted anew. Two short rows of B are merged; others are summed in a dense
/// accumulator or, where they scatter little over many columns, in a hash table. Each entry sums in the order of A's row:
/// the same bits for any accumulator and any number of threads.
///
/// F. G. Gustavson, Two fast algorithms for sparse matrices: multiplication and permuted transposition, ACM TOMS 4(3), 1978;
/// Y. Nagasaka, S. Matsuoka, A. Azad and A. Buluç, Performance optimization, modeling and analysis of sparse matrix-matrix
/// products on multi-core and many-core processors, Parallel Computing 90, 2019.
template <SparseMatrix A, SparseMatrix B>
[[nodiscard]] auto operator*(const A& a, const B& b) {
    static_assert(detail::same_index_v<A, B>, "tamis: A * B needs one index type; cast one of them with cast<U, J>");
    using T = detail::common_scalar_t<scalar_t<A>, scalar_t<B>>;
    using I = index_t<A>;
    if (a.cols() != b.rows()) detail::throw_inner_mismatch(a.rows(), a.cols(), b.rows(), b.cols());
    const detail::MajorInput<T, A::is_row_major, A> left(a);
    const detail::MajorInput<T, A::is_row_major, B> right(b);
    // By columns the arrays show Aᵀ and Bᵀ, and (A B)ᵀ = Bᵀ Aᵀ.
    if constexpr (A::is_row_major) return detail::matmul<T, I>(left.view(), right.view());
    else return as_transposed(detail::matmul<T, I>(right.view(), left.view()));
}

}  // namespace tamis
