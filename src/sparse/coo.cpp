// Triplets of compressed rows (or columns), and their sum as a dense matrix. The other way is in compress.cpp.
#include <tamis/sparse/coo.hpp>

#include <cstdint>
#include <vector>

#include <tamis/sparse/convert.hpp>

#include "instantiate.hpp"
#include "sparse/parts.hpp"

namespace tamis::detail {

template <class T, class I>
Coo<T, I> triplets(CsrView<T, I> A, Major major) {
    using Entry = typename Coo<T, I>::Entry;
    const I* const offset = A.row_offsets().data();
    const I* const index = A.col_indices().data();
    const T* const value = A.values().data();
    std::vector<Entry> entries(static_cast<std::size_t>(A.nnz()));
    Entry* const entry = entries.data();
    for_each_row(A.rows(), A.nnz() / 2, [&](std::int64_t i) {
        const I row = static_cast<I>(i);
        for (std::int64_t k = offset[i]; k < offset[i + 1]; ++k)
            entry[k] = major == Major::rows ? Entry{row, index[k], value[k]} : Entry{index[k], row, value[k]};
    });
    const bool by_rows = major == Major::rows;
    return {unchecked, by_rows ? A.rows() : A.cols(), by_rows ? A.cols() : A.rows(), std::move(entries)};
}

template <class T, class I>
void expand(const Coo<T, I>& A, MatrixView<T> X) {
    for (std::int64_t j = 0; j < X.cols(); ++j)
        for (std::int64_t i = 0; i < X.rows(); ++i) X(i, j) = T(0);
    for (const auto& e : A.entries()) X(e.row, e.col) += e.value;
}

#define TAMIS_COO(T, I)                                \
    template Coo<T, I> triplets(CsrView<T, I>, Major); \
    template void expand(const Coo<T, I>&, MatrixView<T>);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_COO)

}  // namespace tamis::detail
