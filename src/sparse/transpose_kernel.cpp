// Aᵀ by a counting sort: count the entries of each column, place them in order of rows (F. G. Gustavson, "Two fast
// algorithms for sparse matrices: multiplication and permuted transposition", ACM TOMS 4 (1978) 250-269).
#include <algorithm>
#include <cstdint>

#include <tamis/sparse/convert.hpp>

#include "core/parallel.hpp"
#include "instantiate.hpp"

namespace tamis::detail {

template <class T, class I>
Csr<T, I> transpose(CsrView<T, I> A) {
    const std::int64_t rows = A.rows();
    const std::int64_t cols = A.cols();
    const std::int64_t nnz = A.nnz();
    const I* const offset = A.row_offsets().data();
    const I* const index = A.col_indices().data();
    const T* const value = A.values().data();

    Array<I> offsets(cols + 1);
    for (std::int64_t k = 0; k < nnz; ++k) ++offsets[index[k] + std::int64_t{1}];
    for (std::int64_t j = 0; j < cols; ++j) offsets[j + 1] += offsets[j];

    // offsets[j] is where the next entry of column j goes; in the end it is where column j + 1 begins.
    Array<I> indices(nnz, uninitialized);
    Array<T> values(nnz, uninitialized);
    for (std::int64_t i = 0; i < rows; ++i)
        for (std::int64_t k = offset[i]; k < offset[i + 1]; ++k) {
            const std::int64_t to = offsets[index[k]]++;
            indices[to] = static_cast<I>(i);
            values[to] = value[k];
        }
    std::copy_backward(offsets.begin(), offsets.end() - 1, offsets.end());
    offsets[0] = 0;
    return {unchecked, cols, rows, std::move(offsets), std::move(indices), std::move(values)};
}

#define TAMIS_TRANSPOSE(T, I) template Csr<T, I> transpose(CsrView<T, I>);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_TRANSPOSE)

}  // namespace tamis::detail
