#include <tamis/sparse/matmul.hpp>

#include <algorithm>
#include <bit>
#include <string>

#include "instantiate.hpp"
#include "sparse/offsets.hpp"
#include "sparse/parts.hpp"
#include "sparse/product.hpp"

// Gustavson, ACM TOMS 4(3), 1978, in two phases: count the entries of each row of C = A B, then compute them. Each thread
// has one marker (and one sum) a column.
namespace tamis::detail {

void throw_inner_mismatch(std::int64_t a_rows, std::int64_t a_cols, std::int64_t b_rows, std::int64_t b_cols) {
    throw DimensionMismatch("A * B: the first matrix is " + std::to_string(a_rows) + "×" + std::to_string(a_cols) +
                                ", the second " + std::to_string(b_rows) + "×" + std::to_string(b_cols) +
                                "; the second must have " + std::to_string(a_cols) + " rows",
                            a_cols, b_rows);
}

namespace {

/// Sorts the columns of one row of C. A row that is dense in its span is read off the markers instead.
template <class I>
void sort_columns(I* columns, std::int64_t count, const I* marker, I row) {
    if (count < 2) return;
    const auto [least, greatest] = std::minmax_element(columns, columns + count);
    const auto low = static_cast<std::int64_t>(*least);
    const auto span = static_cast<std::int64_t>(*greatest) - low + 1;
    if (span / 2 > count * static_cast<std::int64_t>(std::bit_width(static_cast<std::uint64_t>(count)))) {
        std::sort(columns, columns + count);
        return;
    }
    for (std::int64_t j = low, at = 0; j < low + span; ++j)
        if (marker[j] == row) columns[at++] = static_cast<I>(j);
}

}  // namespace

template <class T, class I>
Csr<T, I> matmul(CsrView<T, I> A, CsrView<T, I> B) {
    const std::int64_t m = A.rows();
    const std::int64_t n = B.cols();
    const I* a_offsets = A.row_offsets().data();
    const I* a_columns = A.col_indices().data();
    const I* b_offsets = B.row_offsets().data();
    const I* b_columns = B.col_indices().data();
    Array<I> offsets(m + 1);
    if (A.nnz() == 0 || B.nnz() == 0) return {unchecked, m, n, std::move(offsets), Array<I>(), Array<T>()};

    double products = 0;
    for (std::int64_t k = 0; k < A.nnz(); ++k)
        products += static_cast<double>(b_offsets[a_columns[k] + 1] - b_offsets[a_columns[k]]);
    const int threads = threads_for(static_cast<std::int64_t>(std::min(products, 1e15)));
    // Chunks that are small against the whole, so that dense rows spread, and large against the cost of taking one.
    const std::int64_t chunk = std::clamp<std::int64_t>(m / (std::int64_t{64} * threads), 1, 4096);

    Array<I> markers(threads * n, uninitialized);
    std::fill(markers.begin(), markers.end(), I(-1));
    for_each_chunk(m, chunk, threads, [&](std::int64_t begin, std::int64_t end, int thread) {
        I* marker = markers.data() + thread * n;
        for (std::int64_t i = begin; i < end; ++i) {
            const I row = static_cast<I>(i);
            I count = 0;
            for (I k = a_offsets[i]; k < a_offsets[i + 1]; ++k) {
                const I j = a_columns[k];
                for (I l = b_offsets[j]; l < b_offsets[j + 1]; ++l) {
                    if (marker[b_columns[l]] == row) continue;
                    marker[b_columns[l]] = row;
                    ++count;
                }
            }
            offsets[i + 1] = count;
        }
    });
    const std::int64_t nnz = accumulate_offsets(offsets, "A * B");

    Array<I> columns(nnz, uninitialized);
    Array<T> values(nnz, uninitialized);
    Array<T> sums(threads * n, uninitialized);
    std::fill(markers.begin(), markers.end(), I(-1));
    const T* a = A.values().data();
    const T* b = B.values().data();
    for_each_chunk(m, chunk, threads, [&](std::int64_t begin, std::int64_t end, int thread) {
        I* marker = markers.data() + thread * n;
        T* sum = sums.data() + thread * n;
        for (std::int64_t i = begin; i < end; ++i) {
            const I row = static_cast<I>(i);
            I* row_columns = columns.data() + offsets[i];
            std::int64_t count = 0;
            for (I k = a_offsets[i]; k < a_offsets[i + 1]; ++k) {
                const I j = a_columns[k];
                const T a_ij = a[k];
                for (I l = b_offsets[j]; l < b_offsets[j + 1]; ++l) {
                    const I c = b_columns[l];
                    if (marker[c] == row) {
                        sum[c] += times(a_ij, b[l]);
                    } else {
                        marker[c] = row;
                        sum[c] = times(a_ij, b[l]);
                        row_columns[count++] = c;
                    }
                }
            }
            sort_columns(row_columns, count, marker, row);
            T* row_values = values.data() + offsets[i];
            for (std::int64_t q = 0; q < count; ++q) row_values[q] = sum[row_columns[q]];
        }
    });
    return {unchecked, m, n, std::move(offsets), std::move(columns), std::move(values)};
}

#define TAMIS_INSTANTIATE(T, I) template Csr<T, I> matmul<T, I>(CsrView<T, I>, CsrView<T, I>);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
