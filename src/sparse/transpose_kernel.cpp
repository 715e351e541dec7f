// Aᵀ by a counting sort: count the entries of each column, place them in order of rows (F. G. Gustavson, "Two fast
// algorithms for sparse matrices: multiplication and permuted transposition", ACM TOMS 4 (1978) 250-269). Each thread counts
// and places the entries of its own rows: the sums over rows and threads tell each one where its entries of a column begin,
// so that no two write to one place and the result does not depend on the number of threads.
#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include <tamis/sparse/convert.hpp>

#include "core/parallel.hpp"
#include "instantiate.hpp"
#include "sparse/partition.hpp"
#include "sparse/parts.hpp"

namespace tamis::detail {

namespace {

/// Threads for a transpose: their counts, one for each column, are not to outweigh the entries.
int transpose_parts(std::int64_t cols, std::int64_t nnz) noexcept {
    const std::int64_t affordable = std::max<std::int64_t>(1, 4 * (nnz / std::max<std::int64_t>(1, cols)));
    return static_cast<int>(std::min<std::int64_t>(threads_for(nnz / 2), affordable));
}

/// counts[part][j], the entries of column j in that part of the rows, become where they begin; offsets where column j does.
template <class I>
void accumulate(std::vector<Array<I>>& counts, Array<I>& offsets) {
    const int parts = static_cast<int>(counts.size());
    const std::int64_t cols = offsets.size() - 1;
    Cuts sums(parts);  // over the columns of each part
    for_each_part(parts, [&](int part) {
        std::int64_t sum = 0;
        for (const Array<I>& count : counts)
            for (std::int64_t j = even_cut(cols, part, parts); j < even_cut(cols, part + 1, parts); ++j) sum += count[j];
        sums[part] = sum;
    });
    std::int64_t nnz = 0;
    for (int part = 0; part < parts; ++part) nnz += std::exchange(sums[part], nnz);
    for_each_part(parts, [&](int part) {
        auto sum = static_cast<I>(sums[part]);
        for (std::int64_t j = even_cut(cols, part, parts); j < even_cut(cols, part + 1, parts); ++j) {
            offsets[j] = sum;
            for (Array<I>& count : counts) {
                const I n = std::exchange(count[j], sum);
                sum = static_cast<I>(sum + n);
            }
        }
    });
    offsets[cols] = static_cast<I>(nnz);
}

}  // namespace

template <class T, class I>
Csr<T, I> transpose(CsrView<T, I> A) {
    const std::int64_t cols = A.cols();
    const std::int64_t nnz = A.nnz();
    const I* const offset = A.row_offsets().data();
    const I* const index = A.col_indices().data();
    const T* const value = A.values().data();
    const int parts = transpose_parts(cols, nnz);

    Array<I> offsets(cols + 1, uninitialized);
    Array<I> indices(nnz, uninitialized);
    Array<T> values(nnz, uninitialized);
    std::vector<Array<I>> counts;
    counts.reserve(static_cast<std::size_t>(parts));
    for (int part = 0; part < parts; ++part) counts.emplace_back(cols, uninitialized);

    for_each_part(parts, [&](int part) {
        I* const count = counts[static_cast<std::size_t>(part)].data();
        std::fill_n(count, cols, I(0));
        const std::int64_t end = offset[first_row(A, part + 1, parts)];
        for (std::int64_t k = offset[first_row(A, part, parts)]; k < end; ++k) ++count[index[k]];
    });
    accumulate(counts, offsets);
    for_each_part(parts, [&](int part) {
        I* const next = counts[static_cast<std::size_t>(part)].data();
        const std::int64_t end = first_row(A, part + 1, parts);
        I* const to_index = indices.data();
        T* const to_value = values.data();
        for (std::int64_t i = first_row(A, part, parts); i < end; ++i) {
            for (std::int64_t k = offset[i]; k < offset[i + 1]; ++k) {
                const std::int64_t to = next[index[k]]++;
                to_index[to] = static_cast<I>(i);
                to_value[to] = value[k];
            }
        }
    });
    return {unchecked, cols, A.rows(), std::move(offsets), std::move(indices), std::move(values)};
}

#define TAMIS_TRANSPOSE(T, I) template Csr<T, I> transpose(CsrView<T, I>);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_TRANSPOSE)

}  // namespace tamis::detail
