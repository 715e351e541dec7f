#include "iterative/amg/classical_strength.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "instantiate.hpp"
#include "sparse/partition.hpp"
#include "sparse/parts.hpp"

namespace tamis::detail {

namespace {

/// How much of −a_ij counts in a row whose diagonal entry has this sign.
template <class T>
Real<T> coupling(const T& a, bool positive) noexcept {
    if constexpr (is_complex_v<T>) return std::abs(a);
    else return positive ? -a : a;
}

/// What a coupling of row i has to reach, infinity where none is strong; whether the whole diagonal is positive.
template <class T, class I>
bool thresholds(CsrView<T, I> A, double theta, double max_row_sum, Array<Real<T>>& bound, Array<std::uint8_t>& positive) {
    using R = Real<T>;
    const I* offsets = A.row_offsets().data();
    const I* indices = A.col_indices().data();
    const T* values = A.values().data();
    const auto share = static_cast<R>(theta);
    const auto dominant = static_cast<R>(max_row_sum);
    const int parts = threads_for(A.nnz());
    Array<std::uint8_t> all_positive(parts);
    for_each_part(parts, [&](int part) {
        bool all = true;
        for (std::int64_t i = even_cut(A.rows(), part, parts); i < even_cut(A.rows(), part + 1, parts); ++i) {
            const std::int64_t begin = offsets[i];
            const std::int64_t end = offsets[i + 1];
            const T d = values[std::lower_bound(indices + begin, indices + end, static_cast<I>(i)) - indices];
            const bool plus = is_complex_v<T> || std::real(d) > 0;
            all &= plus;
            R most = 0;
            R sum = 0;  // over |a_ii|: 1 for a dominant row, 0 for one that maps constants to 0
            for (std::int64_t k = begin; k < end; ++k) {
                if (indices[k] == i) continue;
                const R s = coupling(values[k], plus);
                most = std::max(most, s);
                sum -= s;
            }
            positive[i] = plus;
            bound[i] = most > 0 && !(std::abs(std::abs(d) + sum) > dominant * std::abs(d))
                           ? std::max(share * most, std::numeric_limits<R>::min())
                           : std::numeric_limits<R>::infinity();
        }
        all_positive[part] = all;
    });
    return std::all_of(all_positive.begin(), all_positive.end(), [](std::uint8_t all) { return all != 0; });
}

/// Adds the transpose to a graph of which only the edges of A are known.
template <class I>
void add_transpose(StrongGraph<I>& graph, std::int64_t n, const I* offsets, const I* indices) {
    const std::uint8_t* strong = graph.of_entry.data();
    Array<I> first(n + 1);
    for (std::int64_t k = 0; k < offsets[n]; ++k)
        if (strong[k] != 0) ++first[indices[k] + 1];
    for (std::int64_t i = 0; i < n; ++i) first[i + 1] = static_cast<I>(first[i + 1] + first[i]);
    Array<I> needed(first[n], uninitialized);  // who depends on j: from first[j − 1] on while they are entered
    for (std::int64_t i = 0; i < n; ++i)
        for (std::int64_t k = offsets[i]; k < offsets[i + 1]; ++k)
            if (strong[k] != 0) needed[first[indices[k]]++] = static_cast<I>(i);

    graph.own_offsets = Array<I>(n + 1);
    graph.own_neighbours = Array<I>(2 * std::int64_t{needed.size()}, uninitialized);
    graph.own_kinds = Array<std::uint8_t>(graph.own_neighbours.size(), uninitialized);
    std::int64_t at = 0;
    for (std::int64_t i = 0; i < n; ++i) {
        std::int64_t t = i == 0 ? 0 : first[i - 1];
        const std::int64_t stop = first[i];
        const auto add = [&](I j, std::uint8_t kind) {
            graph.own_neighbours[at] = j;
            graph.own_kinds[at++] = kind;
        };
        for (std::int64_t k = offsets[i]; k < offsets[i + 1]; ++k) {
            if (strong[k] == 0) continue;
            for (; t < stop && needed[t] < indices[k]; ++t) add(needed[t], needed_by);
            const bool both = t < stop && needed[t] == indices[k];
            add(indices[k], both ? depends_on | needed_by : depends_on);
            t += both;
        }
        for (; t < stop; ++t) add(needed[t], needed_by);
        graph.own_offsets[i + 1] = static_cast<I>(at);
    }
    graph.offsets = graph.own_offsets.span();
    graph.neighbours = graph.own_neighbours.span();
}

}  // namespace

template <class T, class I>
StrongGraph<I> strong_graph(CsrView<T, I> A, bool hermitian, double theta, double max_row_sum) {
    using R = Real<T>;
    const std::int64_t n = A.rows();
    const I* offsets = A.row_offsets().data();
    const I* indices = A.col_indices().data();
    const T* values = A.values().data();
    Array<R> bound(n, uninitialized);
    Array<std::uint8_t> positive(n, uninitialized);
    // In a Hermitian matrix a_ij tells what j depends on as well.
    const bool both = thresholds(A, theta, max_row_sum, bound, positive) && hermitian;
    StrongGraph<I> graph{A.row_offsets(), A.col_indices(), Array<std::uint8_t>(A.nnz(), uninitialized)};
    for_each_row(n, A.nnz(), [&](std::int64_t i) {
        for (std::int64_t k = offsets[i]; k < offsets[i + 1]; ++k) {
            const R s = coupling(values[k], positive[i] != 0);
            std::uint8_t kind = s >= bound[i] ? depends_on : std::uint8_t{0};
            if (both && s >= bound[indices[k]]) kind |= needed_by;
            graph.of_entry[k] = indices[k] == i ? std::uint8_t{0} : kind;
        }
    });
    if (!both) add_transpose(graph, n, offsets, indices);
    return graph;
}

#define TAMIS_INSTANTIATE(T, I) template StrongGraph<I> strong_graph(CsrView<T, I>, bool, double, double);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
