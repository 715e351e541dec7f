// structure(A): facts about a sparse matrix, measured and never believed; what solve decides from.
#pragma once

#include <cstdint>

#include <tamis/sparse/convert.hpp>

namespace tamis {

/// Facts about a sparse matrix. Comparisons are exact: a difference in the last bit is unsymmetric, -0 equals 0, and NaN
/// equals nothing, itself included (a NaN anywhere makes a matrix neither symmetric nor Hermitian nor skew). "Nonzeros" are
/// stored entries that are not 0; NaN is one. A stored zero counts only where "stored" is said. What is said of every row or
/// every diagonal entry holds for a matrix that has none.
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
    bool diagonally_dominant = false;  ///< |a_ii| ≥ Σ_{j≠i} |a_ij| in every row, summed in twice the precision
    std::int64_t block_count = 0;      ///< block_triangular_form(A).count(): 0 for a matrix without rows or columns
    std::int64_t empty_rows = 0;       ///< rows without a nonzero
    std::int64_t empty_cols = 0;       ///< columns without a nonzero
    std::int64_t structural_rank = 0;  ///< size of a maximum matching over the nonzeros
    bool finite = true;                ///< no NaN, no infinity
};

namespace detail {
template <class T, class I>
Structure structure(CsrView<T, I> A);
}

/// Measures A, of any shape. Cost: O(rows + cols + nnz), and that of maximum_matching where the diagonal is not zero-free.
/// Storage: a few indices a row and column; a copy of the pattern only where zeros are stored or for the matching.
template <SparseMatrix M>
[[nodiscard]] Structure structure(const M& A) {
    const detail::CsrInput<M> a(A);
    return detail::structure<scalar_t<M>, index_t<M>>(a.view());
}

}  // namespace tamis
