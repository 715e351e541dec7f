#include "iterative/amg/aggregate.hpp"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "instantiate.hpp"
#include "sparse/parts.hpp"

namespace tamis::detail {

template <class I>
Nodes<I> equal_nodes(std::int64_t n, std::int64_t block_size) {
    Nodes<I> nodes{Array<I>(n / block_size + 1, uninitialized)};
    for (std::int64_t k = 0; k < nodes.first.size(); ++k) nodes.first[k] = static_cast<I>(k * block_size);
    return nodes;
}

namespace {

/// The blocks of A and their norms.
template <class T, class I>
NodeGraph<Real<T>, I> blocks_of(CsrView<T, I> A, const Nodes<I>& nodes) {
    using R = Real<T>;
    const I* offsets = A.row_offsets().data();
    const I* indices = A.col_indices().data();
    const T* values = A.values().data();
    const std::int64_t n = nodes.count();
    NodeGraph<R, I> graph;
    if (n == A.rows()) {
        graph.norms = Array<R>(A.nnz(), uninitialized);
        for_each_row(A.nnz(), A.nnz(), [&](std::int64_t k) { graph.norms[k] = std::abs(values[k]); });
        graph.offsets = A.row_offsets();
        graph.neighbours = A.col_indices();
        return graph;
    }
    Array<I> node_of(A.rows(), uninitialized);
    for (std::int64_t k = 0; k < n; ++k)
        std::fill(node_of.data() + nodes.first[k], node_of.data() + nodes.first[k + 1], static_cast<I>(k));
    // Columns of a node are merged row by row: `place` says where a node's entry is in the row at hand.
    Array<I> place(n, uninitialized);
    std::fill(place.begin(), place.end(), I(-1));
    graph.own_offsets = Array<I>(n + 1, uninitialized);
    graph.own_offsets[0] = 0;
    std::vector<I> columns;
    std::vector<R> norms;
    std::vector<std::pair<I, R>> row;
    for (std::int64_t k = 0; k < n; ++k) {
        row.clear();
        for (std::int64_t p = offsets[nodes.first[k]]; p < offsets[nodes.first[k + 1]]; ++p) {
            const I node = node_of[indices[p]];
            if (place[node] < 0) {
                place[node] = static_cast<I>(row.size());
                row.emplace_back(node, R(0));
            }
            row[static_cast<std::size_t>(place[node])].second += std::norm(values[p]);
        }
        std::sort(row.begin(), row.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
        for (const auto& [node, square] : row) {
            place[node] = -1;
            columns.push_back(node);
            norms.push_back(std::sqrt(square));
        }
        graph.own_offsets[k + 1] = static_cast<I>(columns.size());
    }
    graph.own_neighbours = Array<I>(std::move(columns));
    graph.norms = Array<R>(std::move(norms));
    graph.offsets = graph.own_offsets.span();
    graph.neighbours = graph.own_neighbours.span();
    return graph;
}

}  // namespace

template <class T, class I>
NodeGraph<Real<T>, I> node_graph(CsrView<T, I> A, const Nodes<I>& nodes, double strength) {
    using R = Real<T>;
    NodeGraph<R, I> graph = blocks_of(A, nodes);
    const std::int64_t n = graph.count();
    const I* offsets = graph.offsets.data();
    const I* indices = graph.neighbours.data();
    const R* norms = graph.norms.data();
    Array<R> roots(n, uninitialized);  // of the diagonal
    for_each_row(n, graph.norms.size(), [&](std::int64_t i) {
        const I* own = std::lower_bound(indices + offsets[i], indices + offsets[i + 1], static_cast<I>(i));
        roots[i] = own != indices + offsets[i + 1] && *own == i ? std::sqrt(norms[own - indices]) : R(0);
    });
    for (std::int64_t i = 0; i < n; ++i) graph.longest = std::max<std::int64_t>(graph.longest, offsets[i + 1] - offsets[i]);
    graph.strong = Array<std::uint8_t>(graph.norms.size(), uninitialized);
    const R bound = static_cast<R>(strength);
    constexpr R dominated = R(0.2);
    for_each_row(n, graph.norms.size(), [&](std::int64_t i) {
        const R scale = bound * roots[i];
        R sum = 0;
        std::int64_t strongest = -1;
        bool any = false;
        for (std::int64_t k = offsets[i]; k < offsets[i + 1]; ++k) {
            graph.strong[k] = 0;
            if (indices[k] == i) continue;
            const bool strong = norms[k] > scale * roots[indices[k]];
            graph.strong[k] = strong;
            any |= strong;
            sum += norms[k];
            if (strongest < 0 || norms[k] > norms[strongest]) strongest = k;
        }
        if (!any && strongest >= 0 && sum > dominated * roots[i] * roots[i]) graph.strong[strongest] = 1;
    });
    return graph;
}

template <class R, class I>
Aggregates<I> aggregate(const NodeGraph<R, I>& graph) {
    const std::int64_t n = graph.count();
    const I* offsets = graph.offsets.data();
    const I* indices = graph.neighbours.data();
    const R* norms = graph.norms.data();
    const std::uint8_t* strong = graph.strong.data();
    constexpr I unassigned = -2;
    Aggregates<I> aggregates{Array<I>(n, uninitialized), 0};
    I* of = aggregates.of_node.data();
    I count = 0;

    // Step 1: a node whose strong neighbours are all free makes an aggregate with them. Isolated nodes stay out.
    std::fill(of, of + n, unassigned);
    for (std::int64_t i = 0; i < n; ++i) {
        if (of[i] != unassigned) continue;
        bool free = true;
        bool any = false;
        for (std::int64_t k = offsets[i]; k < offsets[i + 1]; ++k) {
            if (strong[k] == 0) continue;
            any = true;
            if (of[indices[k]] != unassigned) {
                free = false;
                break;
            }
        }
        if (!any) of[i] = -1;
        if (!any || !free) continue;
        of[i] = count;
        for (std::int64_t k = offsets[i]; k < offsets[i + 1]; ++k)
            if (strong[k] != 0) of[indices[k]] = count;
        ++count;
    }

    // Step 2: what is left joins the aggregate of step 1 that it is most strongly connected to. Joined nodes are marked
    // until the end of the step, so that they draw in no others.
    const auto marked = [](I aggregate) { return static_cast<I>(-3 - aggregate); };
    for (std::int64_t i = 0; i < n; ++i) {
        if (of[i] != unassigned) continue;
        R largest = 0;
        for (std::int64_t k = offsets[i]; k < offsets[i + 1]; ++k) {
            if (strong[k] == 0 || of[indices[k]] < 0 || !(norms[k] > largest)) continue;
            largest = norms[k];
            of[i] = marked(of[indices[k]]);
        }
    }
    for (std::int64_t i = 0; i < n; ++i)
        if (of[i] <= -3) of[i] = marked(of[i]);

    // Step 3: the rest, with whatever free neighbours it has.
    for (std::int64_t i = 0; i < n; ++i) {
        if (of[i] != unassigned) continue;
        of[i] = count;
        for (std::int64_t k = offsets[i]; k < offsets[i + 1]; ++k)
            if (strong[k] != 0 && of[indices[k]] == unassigned) of[indices[k]] = count;
        ++count;
    }
    aggregates.count = count;
    return aggregates;
}

template Nodes<std::int32_t> equal_nodes(std::int64_t, std::int64_t);
template Nodes<std::int64_t> equal_nodes(std::int64_t, std::int64_t);
#define TAMIS_INSTANTIATE(T, I) template NodeGraph<Real<T>, I> node_graph(CsrView<T, I>, const Nodes<I>&, double);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE
#define TAMIS_INSTANTIATE(R, I) template Aggregates<I> aggregate(const NodeGraph<R, I>&);
TAMIS_INSTANTIATE(float, std::int32_t)
TAMIS_INSTANTIATE(double, std::int32_t)
TAMIS_INSTANTIATE(float, std::int64_t)
TAMIS_INSTANTIATE(double, std::int64_t)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
