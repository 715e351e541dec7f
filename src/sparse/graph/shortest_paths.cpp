// Shortest paths from one vertex. E. W. Dijkstra, "A note on two problems in connexion with graphs", Numer. Math. 1 (1959);
// D. B. Johnson, "Priority queues with update and finding minimum spanning trees", Inf. Process. Lett. 4 (1975): heaps of d
// children a vertex, here four, whose keys lie in one cache line.
#include <tamis/sparse/graph/shortest_paths.hpp>

#include <algorithm>
#include <limits>

#include "instantiate.hpp"
#include "sparse/graph/weights.hpp"

namespace tamis::detail {

namespace {

/// Vertices by increasing key; each at most once, and its key may decrease.
template <class R, class I>
class VertexHeap {
  public:
    explicit VertexHeap(std::int64_t n) : items_(n, uninitialized), place_(n, uninitialized) {
        std::fill(place_.begin(), place_.end(), absent);
    }
    [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
    /// Inserts v, or decreases its key.
    void put(I v, R key) noexcept {
        std::int64_t hole = place_[v];
        if (hole < 0) hole = size_++;
        while (hole > 0) {
            const std::int64_t above = (hole - 1) / arity;
            if (!(key < items_[above].key)) break;
            set(hole, items_[above]);
            hole = above;
        }
        set(hole, {key, v});
    }
    /// Takes out the vertex of the least key.
    I pop() noexcept {
        const I top = items_[0].vertex;
        const Item last = items_[--size_];
        if (size_ == 0) return top;
        std::int64_t hole = 0;
        for (;;) {
            const std::int64_t first = arity * hole + 1;
            if (first >= size_) break;
            const std::int64_t end = std::min(first + arity, size_);
            std::int64_t least = first;
            for (std::int64_t c = first + 1; c < end; ++c)
                if (items_[c].key < items_[least].key) least = c;
            if (!(items_[least].key < last.key)) break;
            set(hole, items_[least]);
            hole = least;
        }
        set(hole, last);
        return top;
    }

  private:
    struct Item {
        R key;
        I vertex;
    };
    static constexpr std::int64_t arity = 4;
    static constexpr I absent = -1;

    void set(std::int64_t at, const Item& item) noexcept {
        items_[at] = item;
        place_[item.vertex] = static_cast<I>(at);
    }

    Array<Item> items_;
    Array<I> place_;
    std::int64_t size_ = 0;
};

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
