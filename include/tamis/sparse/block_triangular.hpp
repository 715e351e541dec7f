// block_triangular_form(A): permutations of rows and columns that show the irreducible diagonal blocks.
#pragma once

#include <cstdint>
#include <vector>

#include <tamis/sparse/convert.hpp>

namespace tamis {

/// B = A(row_permutation, col_permutation) is block upper triangular: the nonzeros of block row b lie in block columns ≥ b.
/// Block b has the rows block_offsets[b] … block_offsets[b + 1] - 1 of B and the columns col_block_offsets[b] …
/// col_block_offsets[b + 1] - 1. The blocks (as sets of rows and columns) depend on A alone.
///
/// Where A is square and of full structural rank, every block is square and irreducible, has a zero-free diagonal, and both
/// lists of offsets are the same. Otherwise this is the decomposition of Dulmage and Mendelsohn: the first block is then the
/// underdetermined part (more columns than rows, perhaps no rows at all), the last one the overdetermined part (more rows
/// than columns), each there only if it is not empty and neither split further, and square irreducible blocks lie between
/// them.
template <class I>
struct BlockTriangularForm {
    std::vector<I> row_permutation;       ///< entry k is the row of A at position k
    std::vector<I> col_permutation;       ///< entry k is the column of A at position k
    std::vector<I> block_offsets{0};      ///< count() + 1 offsets into the rows
    std::vector<I> col_block_offsets{0};  ///< count() + 1 offsets into the columns
    std::int64_t structural_rank = 0;     ///< size of a maximum matching
    bool underdetermined = false;         ///< the first block has more columns than rows
    bool overdetermined = false;          ///< the last block has more rows than columns
    /// The number of diagonal blocks; 0 for a matrix without rows or without columns.
    [[nodiscard]] std::int64_t count() const noexcept { return std::ssize(block_offsets) - 1; }
};

namespace detail {
template <class T, class I>
BlockTriangularForm<I> block_triangular_form(CsrView<T, I> A);
}

/// The block triangular form of A over its nonzeros (a stored zero does not count; NaN does): a maximum matching, the coarse
/// decomposition of Dulmage & Mendelsohn where the matching is not perfect, then the strongly connected components of the
/// square part. Any shape; a matrix without rows or without columns has no blocks.
///
/// Cost: that of maximum_matching, then O(rows + cols + nnz) without recursion. Storage: O(rows + cols + nnz) indices.
/// Sources: Duff, "On algorithms for obtaining a maximum transversal", ACM TOMS 7 (1981); Pothen & Fan, "Computing the block
/// triangular form of a sparse matrix", ACM TOMS 16 (1990); Tarjan, "Depth-first search and linear graph algorithms", SIAM
/// J. Comput. 1 (1972).
template <SparseMatrix M>
[[nodiscard]] BlockTriangularForm<index_t<M>> block_triangular_form(const M& A) {
    const detail::CsrInput<M> a(A);
    return detail::block_triangular_form<scalar_t<M>, index_t<M>>(a.view());
}

}  // namespace tamis
