// minimum_spanning_tree(A): the lightest edges that keep together what hangs together.
#pragma once

#include <cstdint>

#include <tamis/sparse/csr.hpp>

namespace tamis {

namespace detail {
template <class T, class I>
Csr<T, I> minimum_spanning_tree(CsrView<T, I> A);
}  // namespace detail

/// A spanning tree of least total weight of the undirected graph with the symmetric adjacency matrix A; of a graph that is
/// not connected a forest, with a tree in each component. The result is symmetric and has two entries an edge: twice
/// (n − components) of them, each the value of A's upper triangle. Loops and stored zeros are no edges; weights may be
/// negative. Among edges of one weight the one that comes first in the upper triangle, row by row, is preferred, so that the
/// tree is unique.
/// DimensionMismatch for a rectangle; InvalidArgument, with the position, for an unsymmetric A (beyond rounding) and for
/// weights that are not finite or not real.
///
/// Cost: O(m + n log n log(m / n)) expected for m edges whose weights know nothing of their places, O(m log m) always.
/// Storage: a record (weight and two indices) an edge, and n indices. Source: Osipov, Sanders & Singler, "The Filter-Kruskal
/// minimum spanning tree algorithm", ALENEX 2009.
template <SparseMatrix M>
[[nodiscard]] Csr<scalar_t<M>, index_t<M>> minimum_spanning_tree(const M& A) {
    return detail::minimum_spanning_tree<scalar_t<M>, index_t<M>>(detail::major_view(A));
}

}  // namespace tamis
