// Effective resistances from the grounded Laplacian. D. J. Klein and M. Randić, "Resistance distance", J. Math. Chem. 12
// (1993): with one vertex of a component held at potential 0, the potentials that a unit current from u to v makes solve a
// positive definite system, and R_uv is their difference.
#include <tamis/sparse/graph/effective_resistance.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include <tamis/sparse/cholesky.hpp>
#include <tamis/sparse/graph/components.hpp>

#include "instantiate.hpp"
#include "sparse/graph/weights.hpp"
#include "sparse/offsets.hpp"
#include "sparse/parts.hpp"

namespace tamis::detail {

namespace {

constexpr const char* resistance_name = "effective_resistance";

/// The vertices that carry an unknown potential.
template <class I>
struct GroundedVertices {
    Array<I> place;     // of each vertex among the unknowns; −1: grounded, or in a component that nobody asks for
    Array<I> vertices;  // of each unknown
};

template <class T, class I>
GroundedVertices<I> grounded_vertices(const CsrView<T, I>& A, const ConnectedComponents<I>& components,
                                      std::span<const VertexPair> pairs) {
    const auto label = [&](std::int64_t v) { return components.labels[static_cast<std::size_t>(v)]; };
    constexpr I unwanted = -2;
    constexpr I none = -1;
    Array<I> ground(components.count, uninitialized);
    std::fill(ground.begin(), ground.end(), unwanted);
    for (const auto& [u, v] : pairs)
        if (u != v && label(u) == label(v)) ground[label(u)] = none;
    const I* offsets = A.row_offsets().data();
    const auto degree = [&](std::int64_t v) { return offsets[v + 1] - offsets[v]; };
    for (std::int64_t v = 0; v < A.rows(); ++v) {
        I& g = ground[label(v)];
        if (g != unwanted && (g == none || degree(v) > degree(g))) g = static_cast<I>(v);
    }
    GroundedVertices<I> result{Array<I>(A.rows(), uninitialized), Array<I>(A.rows(), uninitialized)};
    std::int64_t unknowns = 0;
    for (std::int64_t v = 0; v < A.rows(); ++v) {
        const I g = ground[label(v)];
        const bool kept = g != unwanted && g != v;
        result.place[v] = kept ? static_cast<I>(unknowns) : none;
        if (kept) result.vertices[unknowns++] = static_cast<I>(v);
    }
    result.vertices.shrink(unknowns);
    return result;
}

/// The rows and columns of the Laplacian that belong to unknowns.
template <class T, class I>
Csr<double, I> grounded_laplacian(const CsrView<T, I>& A, const GroundedVertices<I>& grounded) {
    const I* offsets = A.row_offsets().data();
    const I* indices = A.col_indices().data();
    const T* values = A.values().data();
    const std::int64_t n = grounded.vertices.size();
    const auto is_edge = [&](std::int64_t v, std::int64_t k) { return indices[k] != v && values[k] != T(0); };
    Array<I> new_offsets(n + 1);
    for_each_row(n, A.nnz(), [&](std::int64_t i) {
        const std::int64_t v = grounded.vertices[i];
        I count = 1;
        for (std::int64_t k = offsets[v]; k < static_cast<std::int64_t>(offsets[v + 1]); ++k)
            count = static_cast<I>(count + (is_edge(v, k) && grounded.place[indices[k]] >= 0));
        new_offsets[i + 1] = count;
    });
    const std::int64_t nnz = accumulate_offsets(new_offsets, resistance_name);
    Array<I> new_indices(nnz, uninitialized);
    Array<double> new_values(nnz, uninitialized);
    for_each_row(n, A.nnz(), [&](std::int64_t i) {
        const std::int64_t v = grounded.vertices[i];
        std::int64_t at = new_offsets[i];
        std::int64_t diagonal = -1;
        double degree = 0;
        const auto put_diagonal = [&] {
            diagonal = at;
            new_indices[at++] = static_cast<I>(i);
        };
        for (std::int64_t k = offsets[v]; k < static_cast<std::int64_t>(offsets[v + 1]); ++k) {
            if (!is_edge(v, k)) continue;
            const auto w = static_cast<double>(real_part(values[k]));
            degree += w;
            // Unknowns are numbered in the order of their vertices, so that columns stay sorted.
            const I j = grounded.place[indices[k]];
            if (j < 0) continue;
            if (diagonal < 0 && j > i) put_diagonal();
            new_indices[at] = j;
            new_values[at++] = -w;
        }
        if (diagonal < 0) put_diagonal();
        new_values[diagonal] = degree;
    });
    return {unchecked, n, n, std::move(new_offsets), std::move(new_indices), std::move(new_values)};
}

template <class I>
SparseCholesky<double, I> factor_grounded(const Csr<double, I>& G, const GroundedVertices<I>& grounded) {
    try {
        return SparseCholesky<double, I>(G);
    } catch (const NotPositiveDefinite& error) {
        const std::int64_t vertex = error.column() < 0 ? -1 : std::int64_t{grounded.vertices[error.column()]};
        throw NotPositiveDefinite(std::string(resistance_name) +
                                      ": the Laplacian lost its definiteness to rounding at vertex " +
                                      std::to_string(vertex) + "; the weights differ by too many orders of magnitude",
                                  vertex);
    }
}

}  // namespace

template <class T, class I>
void effective_resistance(CsrView<T, I> A, std::span<const VertexPair> pairs, VectorView<Real<T>> resistances) {
    check_graph(resistance_name, A.rows(), A.cols());
    for (const auto& [u, v] : pairs) {
        check_vertex(resistance_name, "u", u, A.rows());
        check_vertex(resistance_name, "v", v, A.rows());
    }
    check_weights(resistance_name, A, Weights::nonnegative);
    check_undirected(resistance_name, A);
    const auto components = connected_components(A, ComponentsOptions{});
    const auto label = [&](std::int64_t v) { return components.labels[static_cast<std::size_t>(v)]; };
    std::vector<std::size_t> to_solve;
    for (std::size_t p = 0; p < pairs.size(); ++p) {
        const auto [u, v] = pairs[p];
        const bool connected = label(u) == label(v);
        resistances[static_cast<std::int64_t>(p)] = connected ? Real<T>(0) : std::numeric_limits<Real<T>>::infinity();
        if (connected && u != v) to_solve.push_back(p);
    }
    if (to_solve.empty()) return;

    const auto grounded = grounded_vertices(A, components, pairs);
    const Csr<double, I> G = grounded_laplacian(A, grounded);
    const SparseCholesky<double, I> F = factor_grounded(G, grounded);
    const std::int64_t n = G.rows();
    const std::int64_t width = std::min<std::int64_t>(16, std::ssize(to_solve));
    Array<double> x(n * width, uninitialized);
    for (std::int64_t begin = 0; begin < std::ssize(to_solve); begin += width) {
        const std::int64_t columns = std::min(width, std::ssize(to_solve) - begin);
        std::fill_n(x.data(), n * columns, 0.0);
        for (std::int64_t c = 0; c < columns; ++c) {
            const auto [u, v] = pairs[to_solve[static_cast<std::size_t>(begin + c)]];
            if (grounded.place[u] >= 0) x[c * n + grounded.place[u]] = 1;
            if (grounded.place[v] >= 0) x[c * n + grounded.place[v]] = -1;
        }
        const MatrixView<double> X(x.data(), n, columns);
        F.solve_into(X, X);
        for (std::int64_t c = 0; c < columns; ++c) {
            const std::size_t p = to_solve[static_cast<std::size_t>(begin + c)];
            const auto potential = [&](std::int64_t v) {
                return grounded.place[v] < 0 ? 0.0 : x[c * n + grounded.place[v]];
            };
            resistances[static_cast<std::int64_t>(p)] =
                static_cast<Real<T>>(potential(pairs[p].first) - potential(pairs[p].second));
        }
    }
}

#define TAMIS_INSTANTIATE(T, I) \
    template void effective_resistance<T, I>(CsrView<T, I>, std::span<const VertexPair>, VectorView<Real<T>>);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
