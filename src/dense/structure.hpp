// Private: what one look at a dense matrix tells a solve.
#pragma once

#include <cstdint>

#include <tamis/core/view.hpp>

namespace tamis::detail {

/// Measured, not believed. Of a rectangle the norms alone are meant.
struct DenseStructure {
    std::int64_t lower_bandwidth = 0;  ///< the widest reach of nonzeros below the diagonal
    std::int64_t upper_bandwidth = 0;
    bool hermitian = false;  ///< a_ij = conj(a_ji) but for rounding, as cholesky takes it
    bool positive_diagonal = false;
    double one_norm = 0;  ///< infinity where it overflows
    double inf_norm = 0;
};

/// O(rows · cols), mostly one pass over memory: bandwidths are looked for from the far ends, the symmetry until the first
/// disagreement. InvalidArgument with the position of the first entry that is not finite, column by column.
template <class T>
DenseStructure dense_structure(const char* what, MatrixView<const T> A);

}  // namespace tamis::detail
