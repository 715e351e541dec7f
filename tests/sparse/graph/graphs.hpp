// Graphs with known answers, and random ones, as symmetric adjacency matrices.
#pragma once

#include <cstdint>
#include <random>
#include <vector>

#include "sparse/pattern_reference.hpp"
#include "support/assembly.hpp"

namespace tamis::test {

template <class T = double, class I = std::int32_t>
class Graph : public Assembly<T, I> {
  public:
    explicit Graph(std::int64_t n) : Assembly<T, I>(n, n) {}
    void edge(std::int64_t u, std::int64_t v, double w = 1) {
        this->set(u, v, scalar<T>(w));
        this->set(v, u, scalar<T>(w));
    }
};

template <class T = double, class I = std::int32_t>
Graph<T, I> path_graph(std::int64_t n) {
    Graph<T, I> g(n);
    for (std::int64_t v = 0; v + 1 < n; ++v) g.edge(v, v + 1);
    return g;
}
template <class T = double, class I = std::int32_t>
Graph<T, I> cycle_graph(std::int64_t n) {
    auto g = path_graph<T, I>(n);
    g.edge(n - 1, 0);
    return g;
}
template <class T = double, class I = std::int32_t>
Graph<T, I> complete_graph(std::int64_t n) {
    Graph<T, I> g(n);
    for (std::int64_t u = 0; u < n; ++u)
        for (std::int64_t v = 0; v < u; ++v) g.edge(u, v);
    return g;
}
/// Vertex 0 is the centre.
template <class T = double, class I = std::int32_t>
Graph<T, I> star_graph(std::int64_t n) {
    Graph<T, I> g(n);
    for (std::int64_t v = 1; v < n; ++v) g.edge(0, v);
    return g;
}
template <class T = double, class I = std::int32_t>
Graph<T, I> hypercube_graph(int dimension) {
    Graph<T, I> g(std::int64_t{1} << dimension);
    for (std::int64_t v = 0; v < g.rows(); ++v)
        for (int d = 0; d < dimension; ++d) g.edge(v, v ^ (std::int64_t{1} << d));
    return g;
}
/// Vertex (x, y) is x + nx·y.
template <class T = double, class I = std::int32_t>
Graph<T, I> grid_graph(std::int64_t nx, std::int64_t ny) {
    Graph<T, I> g(nx * ny);
    for (std::int64_t v = 0; v < nx * ny; ++v) {
        if (v % nx + 1 < nx) g.edge(v, v + 1);
        if (v + nx < nx * ny) g.edge(v, v + nx);
    }
    return g;
}
/// `edges` random pairs (some fall together, some are loops) with weights 1 … most.
template <class T = double, class I = std::int32_t>
Graph<T, I> random_graph(std::int64_t n, std::int64_t edges, int most, std::mt19937_64& random) {
    Graph<T, I> g(n);
    const auto vertex = [&] { return static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(n)); };
    for (std::int64_t e = 0; e < edges; ++e) {
        const auto u = vertex();
        const auto v = vertex();
        g.edge(u, v, 1 + static_cast<double>(random() % static_cast<std::uint64_t>(most)));
    }
    return g;
}
/// The same graph under other numbers.
template <class T, class I>
Assembly<T, I> shuffled(const Assembly<T, I>& g, std::mt19937_64& random) {
    const auto p = random_permutation(g.rows(), random);
    return g.permuted(p, p);
}

}  // namespace tamis::test
