// Private: an undirected graph as spectral methods take it: real weights in double, without loops, zeros and lone vertices.
#pragma once

#include <cstdint>
#include <vector>

#include <tamis/core/array.hpp>
#include <tamis/sparse/csr.hpp>
#include <tamis/sparse/graph/components.hpp>

namespace tamis::detail {

template <class I>
struct Adjacency {
    std::int64_t n = 0;                  ///< vertices of the whole graph
    ConnectedComponents<I> components;   ///< of the whole graph
    std::vector<std::int64_t> vertices;  ///< those with edges, ascending
    Csr<double, I> weights;              ///< between those, divided by `unit`, a power of two near the largest degree
    double unit = 1;
    Array<double> degrees;   ///< of `weights`, all positive
    std::vector<I> labels;   ///< component of each of `vertices`, 0 … count − 1
    std::int64_t count = 0;  ///< components with edges
};

/// Checks that A is square, symmetric up to rounding, and has weights that are real, not negative, and sum to finite
/// degrees; InvalidArgument, DimensionMismatch. O(n + nnz).
template <class T, class I>
[[nodiscard]] Adjacency<I> adjacency(const char* name, CsrView<T, I> A);

/// One component by itself.
template <class I>
[[nodiscard]] Adjacency<I> component_of(const Adjacency<I>& graph, I label);

}  // namespace tamis::detail
