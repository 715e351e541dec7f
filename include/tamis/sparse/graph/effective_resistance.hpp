// effective_resistance(A, u, v): a graph as a network of resistors.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include <tamis/core/dense_types.hpp>
#include <tamis/sparse/csr.hpp>

namespace tamis {

/// Two vertices of a graph.
using VertexPair = std::pair<std::int64_t, std::int64_t>;

namespace detail {
/// One number a pair.
template <class T, class I>
void effective_resistance(CsrView<T, I> A, std::span<const VertexPair> pairs, VectorView<Real<T>> resistances);
}  // namespace detail

/// The effective resistance between the vertices of each pair where every edge of the undirected graph with the symmetric
/// adjacency matrix A is a resistor of conductance a_ij: R_uv = (e_u − e_v)ᵀ L⁺ (e_u − e_v) with the Laplacian L. Infinity
/// between vertices that no path connects, 0 from a vertex to itself. R_uv · a_uv is the probability that an edge lies on a
/// random spanning tree; over all edges these sum to n − components.
///
/// Every component that is asked for is grounded in its vertex of the most edges, and the Laplacian without these vertices,
/// which is positive definite, is factored once (`cholesky`); each pair costs a solve with it, in blocks. Computed in
/// double. DimensionMismatch for a rectangle; InvalidArgument for vertices that are none, an unsymmetric A (beyond rounding)
/// and weights that are negative, not real or not finite; NotPositiveDefinite where weights differ by so many orders of
/// magnitude that rounding leaves a pivot nothing; MemoryLimitExceeded. Cost: a sparse Cholesky factorization, then
/// O(entries of its factor) a pair. Storage: the factor and 32 n-vectors. Source: Klein & Randić, "Resistance distance", J.
/// Math. Chem. 12 (1993).
template <SparseMatrix M>
[[nodiscard]] Vector<Real<scalar_t<M>>> effective_resistance(const M& A, const std::vector<VertexPair>& pairs) {
    using T = scalar_t<M>;
    Vector<Real<T>> resistances(static_cast<Eigen::Index>(pairs.size()));
    detail::effective_resistance<T, index_t<M>>(detail::major_view(A), pairs, VectorView<Real<T>>(resistances));
    return resistances;
}
/// Of one pair.
template <SparseMatrix M>
[[nodiscard]] Real<scalar_t<M>> effective_resistance(const M& A, std::int64_t u, std::int64_t v) {
    using T = scalar_t<M>;
    const std::array<VertexPair, 1> pair{VertexPair(u, v)};
    std::array<Real<T>, 1> resistance{};
    detail::effective_resistance<T, index_t<M>>(detail::major_view(A), pair, VectorView<Real<T>>(resistance.data(), 1));
    return resistance[0];
}

}  // namespace tamis
