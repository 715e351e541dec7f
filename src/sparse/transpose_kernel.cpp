// Aᵀ by a counting sort: count the entries of each column, place them in order of rows (F. G. Gustavson, "Two fast
// algorithms for sparse matrices: multiplication and permuted transposition", ACM TOMS 4 (1978) 250-269). Each thread counts
// and places the entries of its own columns, so that neither the memory nor the result depends on the number of threads.
#include <algorithm>
#include <cstdint>

#include <tamis/sparse/convert.hpp>

#include "core/parallel.hpp"
#include "instantiate.hpp"
#include "sparse/partition.hpp"
#include "sparse/parts.hpp"

namespace tamis::detail {

template <class T, class I>
Csr<T, I> transpose(CsrView<T, I> A) {
    const std::int64_t rows = A.rows();
    const std::int64_t cols = A.cols();
    const std::int64_t nnz = A.nnz();
    const I* const offset = A.row_offsets().data();
    const I* const index = A.col_indices().data();
    const T* const value = A.values().data();
    const int parts = threads_for(nnz / 2);

    Array<I> offsets(cols + 1);
    Array<I> indices(nnz, uninitialized);
    Array<T> values(nnz, uninitialized);
    for_each_part(parts, [&](int part) {
        const std::int64_t first = even_cut(cols, part, parts);
        const std::int64_t last = even_cut(cols, part + 1, parts);
        I* const count = offsets.data() + 1;
        for (std::int64_t k = 0; k < nnz; ++k)
            if (index[k] >= first && index[k] < last) ++count[index[k]];
    });
    for (std::int64_t j = 0; j < cols; ++j) offsets[j + 1] += offsets[j];

    // next[j] is where the next entry of column j goes; in the end it is where column j + 1 begins.
    I* const next = offsets.data();
    const Cuts cuts = balanced_cuts<I>(offsets.span(), parts);
    for_each_part(parts, [&](int part) {
        const std::int64_t first = cuts[part];
        const std::int64_t last = cuts[part + 1];
        for (std::int64_t i = 0; i < rows; ++i) {
            std::int64_t k = offset[i];
            const std::int64_t end = offset[i + 1];
            if (first > 0)
                k = std::lower_bound(index + k, index + end, first, [](I j, std::int64_t c) { return j < c; }) - index;
            for (; k < end && index[k] < last; ++k) {
                const std::int64_t to = next[index[k]]++;
                indices[to] = static_cast<I>(i);
                values[to] = value[k];
            }
        }
    });
    std::copy_backward(offsets.begin(), offsets.end() - 1, offsets.end());
    offsets[0] = 0;
    return {unchecked, cols, rows, std::move(offsets), std::move(indices), std::move(values)};
}

#define TAMIS_TRANSPOSE(T, I) template Csr<T, I> transpose(CsrView<T, I>);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_TRANSPOSE)

}  // namespace tamis::detail
