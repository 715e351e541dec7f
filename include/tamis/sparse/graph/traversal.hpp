// bfs_order(A, start): the vertices that can be reached, the nearest first.
#pragma once

#include <cstdint>
#include <vector>

#include <tamis/sparse/convert.hpp>

namespace tamis {

namespace detail {
template <class T, class I>
std::vector<I> bfs_order(CsrView<T, I> A, std::int64_t start);
}  // namespace detail

/// The vertices that paths from `start` reach, in the order of a breadth-first search: `start` first, then its neighbours by
/// increasing number, then theirs. The edges i → j are the nonzeros of the square matrix A (a stored zero is none); a
/// symmetric A is an undirected graph. DimensionMismatch for a rectangle, InvalidArgument for a start that is no vertex.
/// Cost: O(n + nnz). Storage: the result and n bytes.
template <SparseMatrix M>
[[nodiscard]] std::vector<index_t<M>> bfs_order(const M& A, std::int64_t start) {
    const detail::CsrInput<M> a(A);
    return detail::bfs_order<scalar_t<M>, index_t<M>>(a.view(), start);
}

}  // namespace tamis
