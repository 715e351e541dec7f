// connected_components(A): which vertices of a graph hang together.
#pragma once

#include <cstdint>
#include <vector>

#include <tamis/sparse/convert.hpp>

namespace tamis {

struct ComponentsOptions {
    /// false: edges are followed in both directions (the components of an undirected graph, or the weak ones of a directed
    /// one). true: two vertices belong together where paths lead from each to the other.
    bool strong = false;
};

/// A partition of the vertices.
template <class I>
struct ConnectedComponents {
    std::int64_t count = 0;
    /// For each vertex the number of its component, 0 … count − 1. Weak components are numbered by their smallest vertices.
    /// Strong ones are numbered so that every edge leads to a component of the same or a higher number.
    std::vector<I> labels;
};

namespace detail {
template <class T, class I>
ConnectedComponents<I> connected_components(CsrView<T, I> A, const ComponentsOptions& options);
}  // namespace detail

/// The connected components of the graph whose edges i → j are the nonzeros of the square matrix A (a stored zero is none,
/// any other value is one, NaN too). The pattern need not be symmetric. DimensionMismatch for a rectangle.
///
/// Weak components by union–find on all threads, each root the smallest vertex of its set: O((n + nnz) α) and n indices
/// (Rem's and Tarjan's trees with path halving; Jayanti and Tarjan, "Concurrent disjoint set union", Distributed Computing
/// 34, 2021). The result does not depend on the number of threads. Strong ones by Tarjan's algorithm (1972) without
/// recursion, O(n + nnz) on one thread.
template <SparseMatrix M>
[[nodiscard]] ConnectedComponents<index_t<M>> connected_components(const M& A, const ComponentsOptions& options = {}) {
    const detail::CsrInput<M> a(A);
    return detail::connected_components<scalar_t<M>, index_t<M>>(a.view(), options);
}

}  // namespace tamis
