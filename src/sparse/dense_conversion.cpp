// Dense matrices to compressed rows and back.
#include <algorithm>
#include <array>
#include <cstdint>

#include <tamis/sparse/convert.hpp>

#include "instantiate.hpp"
#include "sparse/compressed.hpp"
#include "sparse/parts.hpp"

namespace tamis::detail {

namespace {

/// Rows that are scanned together, column by column: their cursors fit in registers and L1, and both storage orders read
/// each cache line once.
constexpr std::int64_t strip = 64;

template <class T>
bool is_stored(const T& x) noexcept {
    return !(x == T(0));  // NaN is not equal to zero
}

}  // namespace

template <class T, class I>
Csr<T, I> compress(MatrixView<const T> A) {
    const std::int64_t rows = A.rows();
    const std::int64_t cols = A.cols();
    check_sizes<I>("to_csr", rows, cols);
    const std::int64_t strips = (rows + strip - 1) / strip;
    const std::int64_t work = rows * cols / 2;  // the elements lie in memory: their number does not overflow

    // Counts of a row fit I, for cols does; their sums may not.
    Array<I> offsets(rows + 1);
    for_each_row(strips, work, [&](std::int64_t s) {
        const std::int64_t last = std::min(rows, (s + 1) * strip);
        for (std::int64_t j = 0; j < cols; ++j)
            for (std::int64_t i = s * strip; i < last; ++i) offsets[i + 1] += static_cast<I>(is_stored(A(i, j)));
    });
    std::int64_t nnz = 0;
    for (std::int64_t i = 0; i < rows; ++i) nnz += offsets[i + 1];
    check_count<I>("to_csr", nnz);
    for (std::int64_t i = 0; i < rows; ++i) offsets[i + 1] += offsets[i];

    Array<I> indices(nnz, uninitialized);
    Array<T> values(nnz, uninitialized);
    for_each_row(strips, work, [&](std::int64_t s) {
        const std::int64_t first = s * strip;
        const std::int64_t last = std::min(rows, first + strip);
        std::array<std::int64_t, strip> next{};
        for (std::int64_t i = first; i < last; ++i) next[static_cast<std::size_t>(i - first)] = offsets[i];
        for (std::int64_t j = 0; j < cols; ++j)
            for (std::int64_t i = first; i < last; ++i)
                if (is_stored(A(i, j))) {
                    const std::int64_t to = next[static_cast<std::size_t>(i - first)]++;
                    indices[to] = static_cast<I>(j);
                    values[to] = A(i, j);
                }
    });
    return {unchecked, rows, cols, std::move(offsets), std::move(indices), std::move(values)};
}

template <class T, class I>
void expand(CsrView<T, I> A, MatrixView<T> X) {
    const I* const offset = A.row_offsets().data();
    const I* const index = A.col_indices().data();
    const T* const value = A.values().data();
    const std::int64_t rows = X.rows();
    const std::int64_t cols = X.cols();
    const std::int64_t strips = (rows + strip - 1) / strip;
    for_each_row(strips, rows * cols / 2 + A.nnz(), [&](std::int64_t s) {
        const std::int64_t last = std::min(rows, (s + 1) * strip);
        for (std::int64_t j = 0; j < cols; ++j)
            for (std::int64_t i = s * strip; i < last; ++i) X(i, j) = T(0);
        for (std::int64_t i = s * strip; i < last; ++i)
            for (std::int64_t k = offset[i]; k < offset[i + 1]; ++k) X(i, index[k]) = value[k];
    });
}

#define TAMIS_DENSE(T, I)                             \
    template Csr<T, I> compress(MatrixView<const T>); \
    template void expand(CsrView<T, I>, MatrixView<T>);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_DENSE)

}  // namespace tamis::detail
