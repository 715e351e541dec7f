#include "sparse/graph/undirected_pattern.hpp"

#include <algorithm>
#include <iterator>

#include "sparse/offsets.hpp"
#include "sparse/parts.hpp"

namespace tamis::detail {

template <class I>
bool is_symmetric(PatternView<I> P) {
    // Rows come in order, and so do the mirror images wanted from each row: next[j] walks the columns of row j once.
    Array<I> next(std::span<const I>(P.offsets, static_cast<std::size_t>(P.rows)));
    for (std::int64_t i = 0; i < P.rows; ++i) {
        const I end = P.offsets[i + 1];
        if (next[i] < end && P.indices[next[i]] < i) return false;  // without a mirror image
        for (I k = next[i]; k < end; ++k) {
            const I j = P.indices[k];
            if (j == i) continue;
            if (next[j] == P.offsets[std::int64_t{j} + 1] || P.indices[next[j]] != i) return false;
            ++next[j];
        }
    }
    return true;
}

template <class I>
UndirectedPattern<I>::UndirectedPattern(const char* name, PatternView<I> P) : view_(P) {
    if (P.rows == 0 || is_symmetric(P)) return;
    const TransposedPattern<I> transposed(P);
    const PatternView<I> Pt = transposed.view();
    offsets_ = Array<I>(P.rows + 1);
    for_each_row(P.rows, 2 * P.nnz(), [&](std::int64_t i) {
        const auto a = P.row(i);
        const auto b = Pt.row(i);
        I count = 0;
        for (std::size_t p = 0, q = 0; p < a.size() || q < b.size(); ++count) {
            const bool from_a = q == b.size() || (p < a.size() && a[p] <= b[q]);
            const bool from_b = p == a.size() || (q < b.size() && b[q] <= a[p]);
            p += from_a;
            q += from_b;
        }
        offsets_[i + 1] = count;
    });
    indices_ = Array<I>(accumulate_offsets(offsets_, name), uninitialized);
    for_each_row(P.rows, 2 * P.nnz(), [&](std::int64_t i) {
        const auto a = P.row(i);
        const auto b = Pt.row(i);
        std::set_union(a.begin(), a.end(), b.begin(), b.end(), indices_.data() + offsets_[i]);
    });
    view_ = {P.rows, P.cols, offsets_.data(), indices_.data()};
}

template bool is_symmetric(PatternView<std::int32_t>);
template bool is_symmetric(PatternView<std::int64_t>);
template class UndirectedPattern<std::int32_t>;
template class UndirectedPattern<std::int64_t>;

}  // namespace tamis::detail
