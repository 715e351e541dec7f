// Private: which unknowns become one on the next level.
#pragma once

#include <cstdint>
#include <span>

#include <tamis/core/array.hpp>
#include <tamis/sparse/csr.hpp>

namespace tamis::detail {

/// Unknowns that belong together: those of node k are first[k] ≤ i < first[k + 1].
template <class I>
struct Nodes {
    Array<I> first;
    [[nodiscard]] std::int64_t count() const noexcept { return first.size() - 1; }
};

/// n unknowns in nodes of block_size each.
template <class I>
Nodes<I> equal_nodes(std::int64_t n, std::int64_t block_size);

/// The graph of nodes, and which of its edges count. Refers to A where a node is one unknown.
template <class R, class I>
struct NodeGraph {
    std::span<const I> offsets;     ///< of each node's edges
    std::span<const I> neighbours;  ///< sorted; a node is one of its own
    Array<R> norms;                 ///< Frobenius norms of the blocks of A
    Array<std::uint8_t> strong;     ///< for each edge; 0 for a node's own
    std::int64_t longest = 0;       ///< edges of a node, at most
    Array<I> own_offsets{};         ///< what the spans show, where that is not A
    Array<I> own_neighbours{};
    [[nodiscard]] std::int64_t count() const noexcept { return std::ssize(offsets) - 1; }
};

/// An edge is strong where |a_ij|² > strength² |a_ii a_jj| (Vaněk et al., (9)), by the norms of blocks. A node without a
/// strong edge that is not dominated by its diagonal keeps its strongest one.
template <class T, class I>
NodeGraph<Real<T>, I> node_graph(CsrView<T, I> A, const Nodes<I>& nodes, double strength);

template <class I>
struct Aggregates {
    Array<I> of_node;  ///< −1: none, the smoother alone takes care of this node
    std::int64_t count = 0;
};

/// Aggregates of neighbours by strong edges; Vaněk et al., Algorithm 5.1. Serial, O(edges).
template <class R, class I>
Aggregates<I> aggregate(const NodeGraph<R, I>& graph);

}  // namespace tamis::detail
