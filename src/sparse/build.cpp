#include <tamis/sparse/build.hpp>

#include <algorithm>
#include <numeric>
#include <string>

#include "instantiate.hpp"
#include "sparse/offsets.hpp"
#include "sparse/parts.hpp"
#include "sparse/product.hpp"

namespace tamis::detail {

void throw_ragged_blocks(std::int64_t block_row, std::size_t expected, std::size_t got) {
    throw InvalidArgument("block_matrix: row " + std::to_string(block_row) + " of the grid has " + std::to_string(got) +
                          " blocks, the first has " + std::to_string(expected) + "; write {} for a block of zeros");
}

template <class T, class I>
Csr<T, I> identity(std::int64_t rows, std::int64_t cols) {
    check_sizes<I>("identity", rows, cols);
    const std::int64_t n = std::min(rows, cols);
    Array<I> offsets(rows + 1, uninitialized);
    for (std::int64_t i = 0; i <= rows; ++i) offsets[i] = static_cast<I>(std::min(i, n));
    Array<I> indices(n, uninitialized);
    Array<T> values(n, uninitialized);
    std::iota(indices.begin(), indices.end(), I(0));
    std::fill(values.begin(), values.end(), T(1));
    return {unchecked, rows, cols, std::move(offsets), std::move(indices), std::move(values)};
}

template <class T, class I>
Csr<T, I> diagonal_matrix(VectorView<const T> d) {
    check_sizes<I>("diagonal_matrix", d.size(), d.size());
    Csr<T, I> D = identity<T, I>(d.size(), d.size());
    for (std::int64_t i = 0; i < d.size(); ++i) D.values()[static_cast<std::size_t>(i)] = d[i];
    return D;
}

template <class T, class I>
Csr<T, I> diagonals(std::span<const std::int64_t> offsets, std::span<const VectorView<const T>> values, std::int64_t rows,
                    std::int64_t cols) {
    check_sizes<I>("diagonals", rows, cols);
    if (offsets.size() != values.size())
        throw DimensionMismatch("diagonals: " + std::to_string(offsets.size()) + " offsets, but " +
                                    std::to_string(values.size()) + " lists of values",
                                std::ssize(offsets), std::ssize(values));
    struct Diagonal {
        std::int64_t k;
        std::int64_t first;  // row of its first entry
        std::int64_t length;
        VectorView<const T> values;
    };
    std::vector<Diagonal> list;
    std::int64_t nnz = 0;
    for (std::size_t d = 0; d < offsets.size(); ++d) {
        const std::int64_t k = offsets[d];
        if (!(k > -rows && k < cols))
            throw InvalidArgument("diagonals: offset " + std::to_string(k) + " lies outside the " + std::to_string(rows) +
                                  "×" + std::to_string(cols) + " matrix");
        const std::int64_t first = k < 0 ? -k : 0;
        const std::int64_t length = std::min(rows - first, cols - std::max<std::int64_t>(k, 0));
        if (values[d].size() != length && values[d].size() != 1)
            throw DimensionMismatch("diagonals: the diagonal of offset " + std::to_string(k) + " has " +
                                        std::to_string(length) + " entries, but " + std::to_string(values[d].size()) +
                                        " values are given; give all of them, or one that fills it",
                                    length, values[d].size());
        list.push_back({k, first, length, values[d]});
        nnz += length;
        check_result_count<I>(nnz, "diagonals", "entries");
    }
    std::sort(list.begin(), list.end(), [](const Diagonal& a, const Diagonal& b) { return a.k < b.k; });
    for (std::size_t d = 1; d < list.size(); ++d)
        if (list[d].k == list[d - 1].k)
            throw InvalidArgument("diagonals: offset " + std::to_string(list[d].k) + " is given twice");

    Array<I> row_offsets(rows + 1);
    Array<I> indices(nnz, uninitialized);
    Array<T> entries(nnz, uninitialized);
    // Row i meets the diagonals −i ≤ k < cols − i: a window that moves down the sorted list as i grows.
    auto begin = static_cast<std::int64_t>(list.size());
    auto end = begin;
    std::int64_t at = 0;
    for (std::int64_t i = 0; i < rows; ++i) {
        while (begin > 0 && list[static_cast<std::size_t>(begin - 1)].k >= -i) --begin;
        while (end > begin && list[static_cast<std::size_t>(end - 1)].k >= cols - i) --end;
        for (std::int64_t d = begin; d < end; ++d) {
            const Diagonal& diagonal = list[static_cast<std::size_t>(d)];
            indices[at] = static_cast<I>(i + diagonal.k);
            entries[at++] = diagonal.values[diagonal.values.size() == 1 ? 0 : i - diagonal.first];
        }
        row_offsets[i + 1] = static_cast<I>(at);
    }
    return {unchecked, rows, cols, std::move(row_offsets), std::move(indices), std::move(entries)};
}

template <class T, class I>
Csr<T, I> kron(CsrView<T, I> A, CsrView<T, I> B) {
    const std::int64_t rows = checked_product<I>(A.rows(), B.rows(), "kron", "rows");
    const std::int64_t cols = checked_product<I>(A.cols(), B.cols(), "kron", "columns");
    const std::int64_t nnz = checked_product<I>(A.nnz(), B.nnz(), "kron", "entries");
    const I* a_offsets = A.row_offsets().data();
    const I* b_offsets = B.row_offsets().data();
    Array<I> offsets(rows + 1);
    Array<I> indices(nnz, uninitialized);
    Array<T> values(nnz, uninitialized);
    for_each_row(rows, nnz / 2, [&](std::int64_t row) {
        const std::int64_t i = row / B.rows();
        const std::int64_t p = row % B.rows();
        // The rows before: those of earlier rows of A whole, and of this one, with each of its entries, p rows of B.
        const auto length = static_cast<std::int64_t>(a_offsets[i + 1] - a_offsets[i]);
        std::int64_t at =
            static_cast<std::int64_t>(a_offsets[i]) * B.nnz() + length * static_cast<std::int64_t>(b_offsets[p]);
        for (I k = a_offsets[i]; k < a_offsets[i + 1]; ++k) {
            const T a = A.values().data()[k];
            const std::int64_t shift = static_cast<std::int64_t>(A.col_indices().data()[k]) * B.cols();
            for (I l = b_offsets[p]; l < b_offsets[p + 1]; ++l) {
                indices[at] = static_cast<I>(shift + static_cast<std::int64_t>(B.col_indices().data()[l]));
                values[at++] = times(a, B.values().data()[l]);
            }
        }
        offsets[row + 1] = static_cast<I>(at);
    });
    return {unchecked, rows, cols, std::move(offsets), std::move(indices), std::move(values)};
}

template <class T, class I>
Csr<T, I> block_diagonal(std::span<const CsrView<T, I>> blocks) {
    std::int64_t rows = 0;
    std::int64_t cols = 0;
    std::int64_t nnz = 0;
    for (const auto& A : blocks) {
        check_result_count<I>(rows += A.rows(), "block_diagonal", "rows");
        check_result_count<I>(cols += A.cols(), "block_diagonal", "columns");
        check_result_count<I>(nnz += A.nnz(), "block_diagonal", "entries");
    }
    Array<I> offsets(rows + 1);
    Array<I> indices(nnz, uninitialized);
    Array<T> values(nnz, uninitialized);
    std::int64_t at = 0;
    std::int64_t row = 0;
    std::int64_t shift = 0;
    for (const auto& A : blocks) {
        for (std::int64_t i = 0; i < A.rows(); ++i)
            offsets[++row] = static_cast<I>(at + static_cast<std::int64_t>(A.row_offsets().data()[i + 1]));
        for (std::int64_t k = 0; k < A.nnz(); ++k)
            indices[at + k] = static_cast<I>(shift + static_cast<std::int64_t>(A.col_indices().data()[k]));
        std::copy(A.values().begin(), A.values().end(), values.begin() + at);
        at += A.nnz();
        shift += A.cols();
    }
    return {unchecked, rows, cols, std::move(offsets), std::move(indices), std::move(values)};
}

template <class T, class I>
Csr<T, I> block_matrix(std::int64_t block_rows, std::int64_t block_cols,
                       std::span<const std::optional<CsrView<T, I>>> blocks, const char* name, bool by_rows) {
    const auto block = [&](std::int64_t p, std::int64_t q) -> const std::optional<CsrView<T, I>>& {
        return blocks[static_cast<std::size_t>(p * block_cols + q)];
    };
    // The height of each block row and the width of each block column, −1 until a block tells.
    std::vector<std::int64_t> height(static_cast<std::size_t>(block_rows), -1);
    std::vector<std::int64_t> width(static_cast<std::size_t>(block_cols), -1);
    const auto settle = [&](std::int64_t& size, std::int64_t got, bool is_height, std::int64_t p, std::int64_t q) {
        if (size < 0) size = got;
        if (size == got) return;
        throw DimensionMismatch(std::string(name) + ": block (" + std::to_string(by_rows ? p : q) + ", " +
                                    std::to_string(by_rows ? q : p) + ") has " + std::to_string(got) +
                                    (is_height == by_rows ? " rows" : " columns") + ", but the blocks before it have " +
                                    std::to_string(size),
                                size, got);
    };
    std::int64_t nnz = 0;
    for (std::int64_t p = 0; p < block_rows; ++p) {
        for (std::int64_t q = 0; q < block_cols; ++q) {
            const auto& A = block(p, q);
            if (!A) continue;
            settle(height[static_cast<std::size_t>(p)], A->rows(), true, p, q);
            settle(width[static_cast<std::size_t>(q)], A->cols(), false, p, q);
            check_result_count<I>(nnz += A->nnz(), name, "entries");
        }
    }
    const auto total = [&](const std::vector<std::int64_t>& sizes, const char* what) {
        std::int64_t sum = 0;
        for (std::size_t p = 0; p < sizes.size(); ++p) {
            if (sizes[p] < 0)
                throw InvalidArgument(std::string(name) + ": " + what + " " + std::to_string(p) +
                                      " of the grid holds only blocks of zeros, so its size is unknown; give one of them as "
                                      "an empty matrix of the size meant");
            check_result_count<I>(sum += sizes[p], name, "rows or columns");
        }
        return sum;
    };
    const std::int64_t rows = total(height, "row");
    const std::int64_t cols = total(width, "column");

    Array<I> offsets(rows + 1);
    Array<I> indices(nnz, uninitialized);
    Array<T> values(nnz, uninitialized);
    std::int64_t at = 0;
    std::int64_t row = 0;
    for (std::int64_t p = 0; p < block_rows; ++p) {
        for (std::int64_t i = 0; i < height[static_cast<std::size_t>(p)]; ++i) {
            std::int64_t shift = 0;
            for (std::int64_t q = 0; q < block_cols; ++q) {
                if (const auto& A = block(p, q)) {
                    const I* a_offsets = A->row_offsets().data();
                    for (I k = a_offsets[i]; k < a_offsets[i + 1]; ++k) {
                        indices[at] = static_cast<I>(shift + static_cast<std::int64_t>(A->col_indices().data()[k]));
                        values[at++] = A->values().data()[k];
                    }
                }
                shift += width[static_cast<std::size_t>(q)];
            }
            offsets[++row] = static_cast<I>(at);
        }
    }
    return {unchecked, rows, cols, std::move(offsets), std::move(indices), std::move(values)};
}

#define TAMIS_INSTANTIATE(T, I)                                                                                           \
    template Csr<T, I> identity<T, I>(std::int64_t, std::int64_t);                                                        \
    template Csr<T, I> diagonal_matrix<T, I>(VectorView<const T>);                                                        \
    template Csr<T, I> diagonals<T, I>(std::span<const std::int64_t>, std::span<const VectorView<const T>>, std::int64_t, \
                                       std::int64_t);                                                                     \
    template Csr<T, I> kron<T, I>(CsrView<T, I>, CsrView<T, I>);                                                          \
    template Csr<T, I> block_diagonal<T, I>(std::span<const CsrView<T, I>>);                                              \
    template Csr<T, I> block_matrix<T, I>(std::int64_t, std::int64_t, std::span<const std::optional<CsrView<T, I>>>,      \
                                          const char*, bool);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
