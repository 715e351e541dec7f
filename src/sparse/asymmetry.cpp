#include "sparse/asymmetry.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "instantiate.hpp"

namespace tamis::detail {

template <class T, class I>
std::optional<std::pair<std::int64_t, std::int64_t>> first_asymmetry(CsrView<T, I> A, Agreement agreement) {
    using Position = std::pair<std::int64_t, std::int64_t>;
    const bool exact = agreement == Agreement::exact;
    const auto n = A.rows();
    const auto offsets = A.row_offsets();
    const auto indices = A.col_indices();
    const auto values = A.values();
    const auto at = [](std::int64_t k) { return static_cast<std::size_t>(k); };
    const auto agree = [exact](const T& a, const T& b) {
        if (exact) return a == conjugate(b);
        return std::abs(a - conjugate(b)) <= 8 * epsilon_v<T> * std::max(std::abs(a), std::abs(b));
    };
    const auto stands_alone = [&](std::int64_t k) { return exact || values[at(k)] != T(0); };
    // Rows come in order, so the mirror images wanted from row j come in the order of its columns: next[j] walks them once.
    std::vector<I> next(offsets.begin(), offsets.begin() + static_cast<std::ptrdiff_t>(n));
    for (std::int64_t i = 0; i < n; ++i) {
        const auto end = static_cast<std::int64_t>(offsets[at(i) + 1]);
        // What is left of row i before its diagonal has no mirror image.
        for (; next[at(i)] < end && indices[at(next[at(i)])] < i; ++next[at(i)])
            if (stands_alone(next[at(i)])) return Position(i, indices[at(next[at(i)])]);
        for (std::int64_t k = next[at(i)]; k < end; ++k) {
            const auto j = static_cast<std::int64_t>(indices[at(k)]);
            if (j == i) {
                if (!agree(values[at(k)], values[at(k)])) return Position(i, i);
                continue;
            }
            auto& q = next[at(j)];
            const auto last = static_cast<std::int64_t>(offsets[at(j) + 1]);
            for (; q < last && indices[at(q)] < i; ++q)
                if (stands_alone(q)) return Position(j, indices[at(q)]);
            const bool stored = q < last && indices[at(q)] == i;
            if ((exact && !stored) || !agree(values[at(k)], stored ? values[at(q)] : T(0))) return Position(i, j);
            if (stored) ++q;
        }
    }
    return std::nullopt;
}

#define TAMIS_INSTANTIATE(T, I) \
    template std::optional<std::pair<std::int64_t, std::int64_t>> first_asymmetry(CsrView<T, I>, Agreement);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
