#include <tamis/sparse/add.hpp>

#include <string>

#include "instantiate.hpp"
#include "sparse/offsets.hpp"
#include "sparse/parts.hpp"
#include "sparse/product.hpp"

namespace tamis::detail {

void throw_shape_mismatch(const char* name, std::int64_t a_rows, std::int64_t a_cols, std::int64_t b_rows,
                          std::int64_t b_cols) {
    const bool by_rows = a_rows != b_rows;
    throw DimensionMismatch(std::string(name) + ": the first matrix is " + std::to_string(a_rows) + "×" +
                                std::to_string(a_cols) + ", the second " + std::to_string(b_rows) + "×" +
                                std::to_string(b_cols) + "; they must have one shape",
                            by_rows ? a_rows : a_cols, by_rows ? b_rows : b_cols);
}

namespace {

/// Merges row i of A and of B: emit(column, k, l) with positions in A and in B, −1 where there is no entry.
template <class T, class I, class Emit>
void merge_row(const CsrView<T, I>& A, const CsrView<T, I>& B, std::int64_t i, const Emit& emit) {
    const I* a = A.col_indices().data();
    const I* b = B.col_indices().data();
    auto k = static_cast<std::int64_t>(A.row_offsets().data()[i]);
    auto l = static_cast<std::int64_t>(B.row_offsets().data()[i]);
    const auto k_end = static_cast<std::int64_t>(A.row_offsets().data()[i + 1]);
    const auto l_end = static_cast<std::int64_t>(B.row_offsets().data()[i + 1]);
    while (k < k_end && l < l_end) {
        if (a[k] < b[l]) emit(a[k], k, std::int64_t{-1}), ++k;
        else if (b[l] < a[k]) emit(b[l], std::int64_t{-1}, l), ++l;
        else emit(a[k], k, l), ++k, ++l;
    }
    for (; k < k_end; ++k) emit(a[k], k, std::int64_t{-1});
    for (; l < l_end; ++l) emit(b[l], std::int64_t{-1}, l);
}

}  // namespace

template <class T, class I>
Csr<T, I> combine(CsrView<T, I> A, CsrView<T, I> B, Combination how) {
    const bool intersection = how == Combination::product;
    const char* name = how == Combination::sum ? "A + B" : how == Combination::difference ? "A - B" : "hadamard";
    const CsrView<T, I>& larger = A.nnz() >= B.nnz() ? A : B;
    const int parts = threads_for(A.nnz() + B.nnz() + A.rows());
    Array<I> offsets(A.rows() + 1);
    for_each_part(parts, [&](int part) {
        const std::int64_t end = first_row(larger, part + 1, parts);
        for (std::int64_t i = first_row(larger, part, parts); i < end; ++i) {
            I count = 0;
            merge_row(A, B, i, [&](I, std::int64_t k, std::int64_t l) {
                if (!intersection || (k >= 0 && l >= 0)) ++count;
            });
            offsets[i + 1] = count;
        }
    });
    const std::int64_t nnz = accumulate_offsets(offsets, name);
    Array<I> indices(nnz, uninitialized);
    Array<T> values(nnz, uninitialized);
    const T* a = A.values().data();
    const T* b = B.values().data();
    for_each_part(parts, [&](int part) {
        const std::int64_t end = first_row(larger, part + 1, parts);
        for (std::int64_t i = first_row(larger, part, parts); i < end; ++i) {
            auto at = static_cast<std::int64_t>(offsets[i]);
            merge_row(A, B, i, [&](I j, std::int64_t k, std::int64_t l) {
                const bool both = k >= 0 && l >= 0;
                if (intersection && !both) return;
                indices[at] = j;
                switch (how) {
                    case Combination::sum: values[at] = both ? a[k] + b[l] : k >= 0 ? a[k] : b[l]; break;
                    case Combination::difference: values[at] = both ? a[k] - b[l] : k >= 0 ? a[k] : -b[l]; break;
                    case Combination::product: values[at] = times(a[k], b[l]); break;
                }
                ++at;
            });
        }
    });
    return {unchecked, A.rows(), A.cols(), std::move(offsets), std::move(indices), std::move(values)};
}

#define TAMIS_INSTANTIATE(T, I) template Csr<T, I> combine<T, I>(CsrView<T, I>, CsrView<T, I>, Combination);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
