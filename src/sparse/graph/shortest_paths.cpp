// Shortest paths from one vertex. E. W. Dijkstra, "A note on two problems in connexion with graphs", Numer. Math. 1 (1959).
#include <tamis/sparse/graph/shortest_paths.hpp>

#include <algorithm>
#include <limits>

#include "instantiate.hpp"
#include "sparse/graph/vertex_heap.hpp"
#include "sparse/graph/weights.hpp"

namespace tamis::detail {

namespace {

/// Edges as plain arrays, so that real and complex matrices share the code.
template <class R, class I>
struct WeightedEdges {
    const I* offsets;
    const I* indices;
    const R* weights;
};

/// A vertex that was taken out never comes back: no later sum is smaller, as rounded sums of nonnegative numbers do not
/// decrease.
template <class R, class I>
void dijkstra(const WeightedEdges<R, I>& graph, std::int64_t n, I source, R* distance, I* predecessor) {
    std::fill(distance, distance + n, std::numeric_limits<R>::infinity());
    if (predecessor != nullptr) std::fill(predecessor, predecessor + n, I(-1));
    VertexHeap<R, I> heap(n);
    distance[source] = 0;
    heap.put(source, R(0));
    while (!heap.empty()) {
        const I u = heap.pop();
        const R d = distance[u];
        const auto end = static_cast<std::int64_t>(graph.offsets[std::int64_t{u} + 1]);
        for (std::int64_t k = graph.offsets[u]; k < end; ++k) {
            const R w = graph.weights[k];
            const I v = graph.indices[k];
            // A zero is no edge; a loop never shortens a way.
            if (!(w > R(0)) || !(d + w < distance[v])) continue;
            distance[v] = d + w;
            if (predecessor != nullptr) predecessor[v] = u;
            heap.put(v, d + w);
        }
    }
}

}  // namespace

template <class T, class I>
void shortest_paths(const char* name, CsrView<T, I> A, std::int64_t source, VectorView<Real<T>> distances,
                    std::span<I> predecessors) {
    check_graph(name, A.rows(), A.cols());
    check_vertex(name, "the source", source, A.rows());
    check_weights(name, A, Weights::nonnegative);
    const RealValues<T> weights(A.values());
    const WeightedEdges<Real<T>, I> graph{A.row_offsets().data(), A.col_indices().data(), weights.data()};
    dijkstra<Real<T>, I>(graph, A.rows(), static_cast<I>(source), distances.data(),
                         predecessors.empty() ? nullptr : predecessors.data());
}

#define TAMIS_INSTANTIATE(T, I) \
    template void shortest_paths<T, I>(const char*, CsrView<T, I>, std::int64_t, VectorView<Real<T>>, std::span<I>);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
