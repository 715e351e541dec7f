// shortest_paths(A, source), shortest_path_tree(A, source): how far it is from one vertex to all others, and which way.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <tamis/core/dense_types.hpp>
#include <tamis/sparse/convert.hpp>

namespace tamis {

/// Distances and a tree of ways.
template <class R, class I>
struct ShortestPathTree {
    Vector<R> distances;          ///< infinity where no path leads
    std::vector<I> predecessors;  ///< the vertex before on a shortest path; −1 for the source and what it does not reach
};

namespace detail {
/// Fills `distances` (n of them) and, unless it is empty, `predecessors`.
template <class T, class I>
void shortest_paths(const char* name, CsrView<T, I> A, std::int64_t source, VectorView<Real<T>> distances,
                    std::span<I> predecessors);
}  // namespace detail

/// The length of the shortest path from `source` to each vertex, the sum of its weights: 0 for the source, infinity where no
/// path leads. The edges i → j are the nonzeros of the square matrix A (a stored zero is none); a symmetric A is an
/// undirected graph. DimensionMismatch for a rectangle; InvalidArgument for a source that is no vertex and, with the
/// position, for weights that are negative, not real or not finite (wherever they are in A).
///
/// Dijkstra's algorithm with a heap of four children a vertex: O((n + nnz) log n) at worst, O(n + nnz) seen in practice.
/// Storage beside the result: 2n indices. Sums are rounded along a path, from the source on; among all paths the least sum
/// is returned. Sources: Dijkstra, "A note on two problems in connexion with graphs", Numer. Math. 1 (1959); Johnson,
/// "Priority queues with update and finding minimum spanning trees", Inf. Process. Lett. 4 (1975).
template <SparseMatrix M>
[[nodiscard]] Vector<Real<scalar_t<M>>> shortest_paths(const M& A, std::int64_t source) {
    using T = scalar_t<M>;
    const detail::CsrInput<M> a(A);
    Vector<Real<T>> distances(A.rows());
    detail::shortest_paths<T, index_t<M>>("shortest_paths", a.view(), source, VectorView<Real<T>>(distances), {});
    return distances;
}

/// The same, with the way back: from v over predecessors[v] to the source. Of several shortest paths it is always the same
/// one. n more indices.
template <SparseMatrix M>
[[nodiscard]] ShortestPathTree<Real<scalar_t<M>>, index_t<M>> shortest_path_tree(const M& A, std::int64_t source) {
    using T = scalar_t<M>;
    const detail::CsrInput<M> a(A);
    ShortestPathTree<Real<T>, index_t<M>> tree{Vector<Real<T>>(A.rows()),
                                               std::vector<index_t<M>>(static_cast<std::size_t>(A.rows()))};
    detail::shortest_paths<T, index_t<M>>("shortest_path_tree", a.view(), source, VectorView<Real<T>>(tree.distances),
                                          tree.predecessors);
    return tree;
}

}  // namespace tamis
