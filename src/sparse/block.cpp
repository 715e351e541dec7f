// Diagonal and contiguous blocks.
#include <algorithm>
#include <cstdint>

#include <tamis/sparse/csr.hpp>

#include "instantiate.hpp"
#include "sparse/parts.hpp"

namespace tamis::detail {

namespace {
/// The place of the first index of row i that is at least j.
template <class T, class I>
std::int64_t first_at_least(const CsrView<T, I>& A, std::int64_t i, std::int64_t j) noexcept {
    const I* const index = A.col_indices().data();
    const I* const offset = A.row_offsets().data();
    return std::lower_bound(index + offset[i], index + offset[i + 1], j,
                            [](I a, std::int64_t b) { return std::int64_t{a} < b; }) -
           index;
}
}  // namespace

template <class T, class I>
void diagonal(CsrView<T, I> A, VectorView<T> d) {
    const std::int64_t n = std::min(A.rows(), A.cols());
    const I* const offset = A.row_offsets().data();
    const I* const index = A.col_indices().data();
    const T* const value = A.values().data();
    for_each_row(n, n, [&](std::int64_t i) {
        const std::int64_t k = first_at_least(A, i, i);
        d[i] = k < offset[i + 1] && index[k] == i ? value[k] : T(0);
    });
}

template <class T, class I>
Csr<T, I> block(CsrView<T, I> A, std::int64_t i, std::int64_t j, std::int64_t r, std::int64_t c) {
    const I* const index = A.col_indices().data();
    const T* const value = A.values().data();
    Array<I> offsets(r + 1, uninitialized);
    offsets[0] = 0;
    for_each_row(r, r, [&](std::int64_t s) {
        offsets[s + 1] = static_cast<I>(first_at_least(A, i + s, j + c) - first_at_least(A, i + s, j));
    });
    for (std::int64_t s = 0; s < r; ++s) offsets[s + 1] += offsets[s];  // at most nnz(A), which I can count

    const std::int64_t nnz = offsets[r];
    Array<I> indices(nnz, uninitialized);
    Array<T> values(nnz, uninitialized);
    for_each_row(r, nnz, [&](std::int64_t s) {
        std::int64_t from = first_at_least(A, i + s, j);
        for (std::int64_t to = offsets[s]; to < offsets[s + 1]; ++to, ++from) {
            indices[to] = static_cast<I>(index[from] - j);
            values[to] = value[from];
        }
    });
    return {unchecked, r, c, std::move(offsets), std::move(indices), std::move(values)};
}

#define TAMIS_BLOCK(T, I)                                 \
    template void diagonal(CsrView<T, I>, VectorView<T>); \
    template Csr<T, I> block(CsrView<T, I>, std::int64_t, std::int64_t, std::int64_t, std::int64_t);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_BLOCK)

}  // namespace tamis::detail
