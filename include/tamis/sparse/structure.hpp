// structure(A): facts about a sparse matrix, measured and never believed; what solve decides from.
#pragma once

#include <cstdint>

#include <tamis/sparse/convert.hpp>

namespace tamis {

/// Facts about a sparse matrix. Comparisons are exact: a difference in the last bit is unsymmetric. Stored zeros count as
/// entries of the pattern, except where noted.
struct Structure {
    bool pattern_symmetric = false;    ///< square, and (j, i) is stored wherever (i, j) is
    bool symmetric = false;            ///< A = Aᵀ
    bool hermitian = false;            ///< A = Aᴴ
    bool skew = false;                 ///< A = −Aᵀ
    bool positive_diagonal = false;    ///< square, every diagonal entry real and > 0
    bool zero_free_diagonal = false;   ///< square, every diagonal entry stored and not 0
    bool lower_triangular = false;     ///< no nonzero above the diagonal
    bool upper_triangular = false;     ///< no nonzero below the diagonal
    bool permuted_triangular = false;  ///< some row and column permutation makes it triangular with a zero-free diagonal
    bool diagonal = false;             ///< no nonzero off the diagonal
    std::int64_t lower_bandwidth = 0;  ///< max i − j over nonzeros (0 if none below the diagonal)
    std::int64_t upper_bandwidth = 0;  ///< max j − i over nonzeros
    bool diagonally_dominant = false;  ///< |a_ii| ≥ Σ_{j≠i} |a_ij| in every row
    std::int64_t block_count = 0;      ///< diagonal blocks of the block triangular form; 0 for an empty matrix
    std::int64_t empty_rows = 0;       ///< rows without a nonzero
    std::int64_t empty_cols = 0;       ///< columns without a nonzero
    std::int64_t structural_rank = 0;  ///< size of a maximum matching over the nonzeros
    bool finite = true;                ///< no NaN, no infinity
};

namespace detail {
template <class T, class I>
Structure structure(CsrView<T, I> A);
}

/// Measures A. Cost: O(nnz) but for the maximum matching, which is O(nnz) in practice and O(cols · nnz) at worst.
template <SparseMatrix M>
[[nodiscard]] Structure structure(const M& A) {
    const detail::CsrInput<M> a(A);
    return detail::structure<scalar_t<M>, index_t<M>>(a.view());
}

}  // namespace tamis
