#include "sparse/pattern.hpp"

#include <algorithm>
#include <numeric>

#include "core/parallel.hpp"
#include "instantiate.hpp"
#include "sparse/partition.hpp"
#include "sparse/parts.hpp"

namespace tamis::detail {

template <class I>
template <class T>
NonzeroPattern<I>::NonzeroPattern(CsrView<T, I> A)
    : view_{A.rows(), A.cols(), A.row_offsets().data(), A.col_indices().data()} {
    const T* values = A.values().data();
    const std::int64_t n = A.nnz();
    const int parts = threads_for(n);
    std::vector<std::int64_t> found(static_cast<std::size_t>(parts));
    for_each_part(parts, [&](int part) {
        found[static_cast<std::size_t>(part)] =
            std::count(values + even_cut(n, part, parts), values + even_cut(n, part + 1, parts), T(0));
    });
    const std::int64_t zeros = std::accumulate(found.begin(), found.end(), std::int64_t{0});
    if (zeros == 0) return;

    offsets_ = Array<I>(A.rows() + 1, uninitialized);
    indices_ = Array<I>(n - zeros, uninitialized);
    std::int64_t kept = 0;
    for (std::int64_t i = 0; i < A.rows(); ++i) {
        offsets_[i] = static_cast<I>(kept);
        for (std::int64_t k = view_.offsets[i]; k < view_.offsets[i + 1]; ++k) {
            if (values[k] != T(0)) indices_[kept++] = view_.indices[k];
        }
    }
    offsets_[A.rows()] = static_cast<I>(kept);
    view_.offsets = offsets_.data();
    view_.indices = indices_.data();
}

template <class I>
TransposedPattern<I>::TransposedPattern(PatternView<I> P) : offsets_(P.cols + 1),
                                                            indices_(P.nnz(), uninitialized) {
    const std::int64_t n = P.nnz();
    for (std::int64_t k = 0; k < n; ++k) ++offsets_[static_cast<std::int64_t>(P.indices[k]) + 1];
    for (std::int64_t j = 0; j < P.cols; ++j) offsets_[j + 1] = static_cast<I>(offsets_[j + 1] + offsets_[j]);
    // Each offset serves as its column's cursor, which leaves it one column ahead; the last loop shifts them back.
    for (std::int64_t i = 0; i < P.rows; ++i) {
        for (const I j : P.row(i)) indices_[offsets_[j]++] = static_cast<I>(i);
    }
    for (std::int64_t j = P.cols; j > 0; --j) offsets_[j] = offsets_[j - 1];
    offsets_[0] = 0;
    view_ = {P.cols, P.rows, offsets_.data(), indices_.data()};
}

template <class I>
bool has_diagonal(PatternView<I> P) {
    if (P.rows != P.cols) return false;
    for (std::int64_t i = 0; i < P.rows; ++i) {
        const auto row = P.row(i);
        if (!std::binary_search(row.begin(), row.end(), static_cast<I>(i))) return false;
    }
    return true;
}

#define TAMIS_INSTANTIATE(T, I) template NonzeroPattern<I>::NonzeroPattern(CsrView<T, I>);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE
template class TransposedPattern<std::int32_t>;
template class TransposedPattern<std::int64_t>;
template bool has_diagonal(PatternView<std::int32_t>);
template bool has_diagonal(PatternView<std::int64_t>);

}  // namespace tamis::detail
