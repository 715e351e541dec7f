// Graph tools: a sparse matrix as a bipartite graph of rows and columns.
#pragma once

#include <cstdint>
#include <vector>

#include <tamis/sparse/convert.hpp>

namespace tamis {

namespace detail {
template <class T, class I>
std::vector<I> maximum_matching(CsrView<T, I> A);
template <class T, class I>
std::int64_t structural_rank(CsrView<T, I> A);
/// The rows that one maximum matching leaves without a column, ascending: rows - structural_rank(A) of them. Deleting them
/// leaves a matrix of full structural row rank, so they are what an error message should name.
template <class T, class I>
std::vector<I> structurally_dependent_rows(CsrView<T, I> A);
}  // namespace detail

/// A maximum matching of rows and columns over the nonzeros of A (a stored zero does not match; NaN does): a column for each
/// row, -1 for none. No column is given twice, A(i, result[i]) ≠ 0, and no other choice matches more rows. Where A is square
/// with a zero-free diagonal the result is the identity. Any shape.
///
/// Cost: one pass where the diagonal matches or where rows and columns of degree one decide (permuted triangular matrices,
/// trees); otherwise O(nnz) a phase and O(√(rows + cols)) phases at worst, a handful in practice. Storage: O(rows + cols +
/// nnz) indices. Initial matching of Karp & Sipser (1981), completed by Hopcroft & Karp (1973); see Duff, Kaya & Uçar,
/// "Design, implementation, and analysis of maximum transversal algorithms", ACM TOMS 38(2), 2011.
template <SparseMatrix M>
[[nodiscard]] std::vector<index_t<M>> maximum_matching(const M& A) {
    const detail::CsrInput<M> a(A);
    return detail::maximum_matching<scalar_t<M>, index_t<M>>(a.view());
}

/// The largest rank that a matrix with these nonzeros can have: the size of a maximum matching. Cost as maximum_matching.
template <SparseMatrix M>
[[nodiscard]] std::int64_t structural_rank(const M& A) {
    // The rank is that of the transpose too, so that Csc needs no conversion.
    return detail::structural_rank<scalar_t<M>, index_t<M>>(detail::major_view(A));
}

}  // namespace tamis
