// Triplets to compressed rows (or columns) and back.
#include <tamis/sparse/coo.hpp>

#include <algorithm>
#include <cstdint>
#include <vector>

#include <tamis/sparse/convert.hpp>

#include "core/parallel.hpp"
#include "instantiate.hpp"
#include "sparse/compressed.hpp"
#include "sparse/partition.hpp"
#include "sparse/parts.hpp"

namespace tamis::detail {

namespace {

/// Counting sort by rows (columns): the entries of a row stay in the order added. Each thread reads all triplets and places
/// those of its own rows, so that neither the memory nor the result depends on the number of threads.
template <Major major, class T, class I>
Csr<T, I> place(const Coo<T, I>& A) {
    using Entry = typename Coo<T, I>::Entry;
    const std::int64_t rows = major == Major::rows ? A.rows() : A.cols();
    const std::int64_t cols = major == Major::rows ? A.cols() : A.rows();
    const std::int64_t entries = A.nnz();
    const Entry* const entry = A.entries().data();
    const auto row_of = [](const Entry& e) { return major == Major::rows ? e.row : e.col; };
    const auto col_of = [](const Entry& e) { return major == Major::rows ? e.col : e.row; };

    const int parts = threads_for(entries / 2);

    Array<I> offsets(rows + 1);
    Array<I> indices(entries, uninitialized);
    Array<T> values(entries, uninitialized);
    for_each_part(parts, [&](int part) {
        const std::int64_t first = even_cut(rows, part, parts);
        const std::int64_t last = even_cut(rows, part + 1, parts);
        I* const count = offsets.data() + 1;
        for (std::int64_t k = 0; k < entries; ++k) {
            const std::int64_t i = row_of(entry[k]);
            if (i >= first && i < last) ++count[i];
        }
    });
    for (std::int64_t i = 0; i < rows; ++i) offsets[i + 1] += offsets[i];

    // next[i] is where the next entry of row i goes; in the end it is where row i + 1 begins.
    I* const next = offsets.data();
    const Cuts cuts = balanced_cuts<I>(offsets.span(), parts);
    for_each_part(parts, [&](int part) {
        const std::int64_t first = cuts[part];
        const std::int64_t last = cuts[part + 1];
        for (std::int64_t k = 0; k < entries; ++k) {
            const std::int64_t i = row_of(entry[k]);
            if (i < first || i >= last) continue;
            const std::int64_t to = next[i]++;
            indices[to] = col_of(entry[k]);
            values[to] = entry[k].value;
        }
    });
    std::copy_backward(offsets.begin(), offsets.end() - 1, offsets.end());
    offsets[0] = 0;
    make_canonical(offsets, indices, values);
    return {unchecked, rows, cols, std::move(offsets), std::move(indices), std::move(values)};
}

}  // namespace

template <class T, class I>
Csr<T, I> compress(const Coo<T, I>& A, Major major) {
    check_count<I>(major == Major::rows ? "to_csr" : "to_csc", A.nnz());
    return major == Major::rows ? place<Major::rows>(A) : place<Major::cols>(A);
}

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

#define TAMIS_COO(T, I)                                   \
    template Csr<T, I> compress(const Coo<T, I>&, Major); \
    template Coo<T, I> triplets(CsrView<T, I>, Major);    \
    template void expand(const Coo<T, I>&, MatrixView<T>);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_COO)

}  // namespace tamis::detail
