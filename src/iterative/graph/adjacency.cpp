#include "iterative/graph/adjacency.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include <tamis/core/error.hpp>
#include <tamis/sparse/select.hpp>

#include "instantiate.hpp"
#include "sparse/graph/weights.hpp"

namespace tamis::detail {

namespace {

/// The edges of A, in double.
template <class T, class I>
Csr<double, I> edges_of(CsrView<T, I> A) {
    const std::int64_t n = A.rows();
    const I* const old_offsets = A.row_offsets().data();
    const I* const old_indices = A.col_indices().data();
    const T* const old_values = A.values().data();
    Array<I> offsets(n + 1), indices(A.nnz(), uninitialized);
    Array<double> values(A.nnz(), uninitialized);
    std::int64_t at = 0;
    for (std::int64_t i = 0; i < n; ++i) {
        for (std::int64_t k = old_offsets[i]; k < static_cast<std::int64_t>(old_offsets[i + 1]); ++k) {
            if (old_indices[k] == i || old_values[k] == T(0)) continue;
            indices[at] = old_indices[k];
            values[at++] = static_cast<double>(real_part(old_values[k]));
        }
        offsets[i + 1] = static_cast<I>(at);
    }
    indices.shrink(at);
    values.shrink(at);
    return {unchecked, n, n, std::move(offsets), std::move(indices), std::move(values)};
}

template <class I>
Array<double> degrees_of(const Csr<double, I>& W) {
    Array<double> degrees(W.rows());
    for (std::int64_t i = 0; i < W.rows(); ++i)
        for (auto k = static_cast<std::int64_t>(W.row_offsets()[static_cast<std::size_t>(i)]);
             k < static_cast<std::int64_t>(W.row_offsets()[static_cast<std::size_t>(i) + 1]); ++k)
            degrees[i] += W.values()[static_cast<std::size_t>(k)];
    return degrees;
}

/// Divides the weights by a power of two near the largest degree, and takes the degrees of what is left: subnormal weights
/// beside large ones may have become 0.
template <class I>
void normalize(const char* name, Adjacency<I>& graph) {
    graph.degrees = degrees_of(graph.weights);
    double largest = 0;
    for (std::int64_t i = 0; i < graph.degrees.size(); ++i) {
        if (!std::isfinite(graph.degrees[i]))
            throw InvalidArgument(std::string(name) + ": the weights of the edges at vertex " +
                                  std::to_string(graph.vertices[static_cast<std::size_t>(i)]) + " sum to infinity");
        largest = std::max(largest, graph.degrees[i]);
    }
    if (!(largest > 0)) return;
    const int exponent = std::clamp(std::ilogb(largest), -1000, 1000);
    graph.unit = std::ldexp(1.0, exponent);
    for (double& w : graph.weights.values()) w = std::max(w / graph.unit, std::numeric_limits<double>::min());
    graph.degrees = degrees_of(graph.weights);
}

}  // namespace

template <class T, class I>
Adjacency<I> adjacency(const char* name, CsrView<T, I> A) {
    check_graph(name, A.rows(), A.cols());
    check_weights(name, A, Weights::nonnegative);
    check_undirected(name, A);
    Adjacency<I> graph;
    graph.n = A.rows();
    graph.weights = edges_of(A);
    graph.components = connected_components(graph.weights.view(), ComponentsOptions{});
    const auto offsets = graph.weights.row_offsets();
    std::vector<I> number(static_cast<std::size_t>(graph.components.count), I(-1));
    for (std::int64_t i = 0; i < graph.n; ++i) {
        const auto row = static_cast<std::size_t>(i);
        if (offsets[row] == offsets[row + 1]) continue;
        I& label = number[static_cast<std::size_t>(graph.components.labels[row])];
        if (label < 0) label = static_cast<I>(graph.count++);
        graph.vertices.push_back(i);
        graph.labels.push_back(label);
    }
    if (std::ssize(graph.vertices) < graph.n)
        graph.weights = extract(graph.weights.view(), graph.vertices, graph.vertices, "rows", "cols");
    normalize(name, graph);
    return graph;
}

template <class I>
Adjacency<I> component_of(const Adjacency<I>& graph, I label) {
    Adjacency<I> part;
    std::vector<std::int64_t> places;
    for (std::size_t k = 0; k < graph.vertices.size(); ++k) {
        if (graph.labels[k] != label) continue;
        places.push_back(static_cast<std::int64_t>(k));
        part.vertices.push_back(std::ssize(part.vertices));
    }
    part.n = std::ssize(places);
    part.count = 1;
    part.labels.assign(places.size(), I(0));
    part.components = {1, part.labels};
    part.weights = extract(graph.weights.view(), places, places, "rows", "cols");
    part.unit = graph.unit;
    part.degrees = degrees_of(part.weights);
    return part;
}

#define TAMIS_INSTANTIATE(T, I) template Adjacency<I> adjacency<T, I>(const char*, CsrView<T, I>);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE
template Adjacency<std::int32_t> component_of(const Adjacency<std::int32_t>&, std::int32_t);
template Adjacency<std::int64_t> component_of(const Adjacency<std::int64_t>&, std::int64_t);

}  // namespace tamis::detail
