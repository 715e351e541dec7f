// Shortest paths and minimum spanning trees.
#include <tamis/sparse/graph/components.hpp>
#include <tamis/sparse/graph/shortest_paths.hpp>
#include <tamis/sparse/graph/spanning_tree.hpp>

#include <cmath>
#include <limits>
#include <numeric>

#include <gtest/gtest.h>

#include "sparse/graph/graphs.hpp"
#include "support/assertions.hpp"
#include "support/types.hpp"

namespace tamis::test {
namespace {

/// Distances between all vertices (Floyd and Warshall); exact for integers.
template <class T, class I>
Matrix<double> all_distances(const Assembly<T, I>& A) {
    Matrix<double> d = Matrix<double>::Constant(A.rows(), A.rows(), infinity);
    for (const auto& [at, v] : A.entries())
        if (v != T(0)) d(at.first, at.second) = static_cast<double>(detail::real_part(v));
    d.diagonal().setZero();
    for (std::int64_t via = 0; via < d.rows(); ++via)
        for (std::int64_t i = 0; i < d.rows(); ++i)
            for (std::int64_t j = 0; j < d.rows(); ++j) d(i, j) = std::min(d(i, j), d(i, via) + d(via, j));
    return d;
}

template <class P>
class Paths : public testing::Test {};
TYPED_TEST_SUITE(Paths, AllScalarsAndIndices, TypeName);

TYPED_TEST(Paths, AreAsShortAsFloydAndWarshallFind) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    std::mt19937_64 random(1);
    for (int trial = 0; trial < 60; ++trial) {
        const auto n = 1 + static_cast<std::int64_t>(random() % 25);
        Assembly<T, I> A(n, n);  // directed, with loops and stored zeros
        for (std::int64_t e = 0; e < 3 * n; ++e)
            A.set(static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(n)),
                  static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(n)),
                  scalar<T>(static_cast<double>(random() % 30)));
        const auto expected = all_distances(A);
        const auto csr = A.csr();
        for (const std::int64_t source : {std::int64_t{0}, n / 2, n - 1}) {
            const auto d = shortest_paths(csr, source);
            static_assert(std::is_same_v<decltype(shortest_paths(csr, source)), Vector<Real<T>>>);
            EXPECT_EQ(d.template cast<double>(), Vector<double>(expected.row(source)));
            EXPECT_EQ(d, shortest_paths(A.csc(), source));
            const auto tree = shortest_path_tree(csr, source);
            EXPECT_EQ(tree.distances, d);
            for (std::int64_t v = 0; v < n; ++v) {
                const auto before = tree.predecessors[static_cast<std::size_t>(v)];
                EXPECT_EQ(before < 0, v == source || std::isinf(d[v]));
                if (before < 0) continue;
                ASSERT_TRUE(A.contains(before, v));
                EXPECT_EQ(d[before] + detail::real_part(csr.coeff(before, v)), d[v]);
                EXPECT_LT(d[before], d[v]);  // so that predecessors lead to the source
            }
        }
    }
}

/// The weight of a minimum spanning forest (Prim, without a heap).
template <class T, class I>
double prim_weight(const Assembly<T, I>& A) {
    const auto n = static_cast<std::size_t>(A.rows());
    std::vector<bool> done(n);
    double total = 0;
    for (std::size_t root = 0; root < n; ++root) {
        if (done[root]) continue;
        std::vector<double> cost(n, infinity);
        cost[root] = 0;
        for (;;) {
            std::size_t next = n;
            for (std::size_t v = 0; v < n; ++v)
                if (!done[v] && cost[v] < infinity && (next == n || cost[v] < cost[next])) next = v;
            if (next == n) break;
            done[next] = true;
            total += cost[next];
            for (std::size_t v = 0; v < n; ++v) {
                const auto at = A.entries().find({static_cast<std::int64_t>(next), static_cast<std::int64_t>(v)});
                if (v != next && at != A.entries().end() && at->second != T(0))
                    cost[v] = std::min(cost[v], static_cast<double>(detail::real_part(at->second)));
            }
        }
    }
    return total;
}

TYPED_TEST(Paths, SpanningTreesAreAsLightAsPrimFinds) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    std::mt19937_64 random(2);
    for (int trial = 0; trial < 60; ++trial) {
        const auto n = 1 + static_cast<std::int64_t>(random() % 20);
        auto g = random_graph<T, I>(n, trial, trial % 2 == 0 ? 4 : 1000, random);  // many ties, and hardly any
        if (trial % 3 == 0) g.edge(0, n - 1, -7);
        if (n > 3) g.edge(1, 2, 0);
        const auto tree = minimum_spanning_tree(g.csr());
        EXPECT_EQ(dense(tree), dense(minimum_spanning_tree(g.csc())));
        const auto D = dense(tree);
        EXPECT_EQ(D, Matrix<T>(D.transpose()));
        const auto components = connected_components(g.csr());
        EXPECT_EQ(tree.nnz(), 2 * (n - components.count));
        EXPECT_EQ(connected_components(tree).labels, components.labels);  // with so few edges: no cycle
        double total = 0;
        for (std::int64_t i = 0; i < n; ++i) {
            for (const auto [j, w] : tree.row(i)) {
                EXPECT_EQ(g.csr().coeff(i, j), w);
                if (i < j) total += static_cast<double>(detail::real_part(w));
            }
        }
        EXPECT_DOUBLE_EQ(total, prim_weight(g));
    }
}

TEST(SpanningTree, PrefersTheFirstOfEqualEdges) {
    // All weights equal: the first n − 1 edges of the upper triangle that close no cycle, a star.
    const auto tree = minimum_spanning_tree(complete_graph(6).csr());
    EXPECT_EQ(dense(tree), dense(star_graph(6).csr()));
}

TEST(SpanningTreeAtSize, IsThatOfKruskalsAlgorithmPlainlyWritten) {
    for (const int most : {1, 3, 1 << 20}) {  // all ties, many ties, hardly any
        const std::int64_t n = 20000;
        std::mt19937_64 random(3);
        const auto g = random_graph(n, 120000, most, random);
        struct Edge {
            double w;
            std::int64_t u, v;
        };
        std::vector<Edge> edges;
        for (const auto& [at, w] : g.entries())
            if (at.first < at.second) edges.push_back({w, at.first, at.second});
        std::stable_sort(edges.begin(), edges.end(), [](const Edge& a, const Edge& b) { return a.w < b.w; });
        std::vector<std::int64_t> parent(static_cast<std::size_t>(n));
        std::iota(parent.begin(), parent.end(), 0);
        const auto find = [&](std::int64_t v) {
            while (parent[static_cast<std::size_t>(v)] != v) {
                auto& p = parent[static_cast<std::size_t>(v)];
                p = parent[static_cast<std::size_t>(p)];
                v = p;
            }
            return v;
        };
        Assembly<double> expected(n, n);
        for (const Edge& e : edges) {
            const auto a = find(e.u);
            const auto b = find(e.v);
            if (a == b) continue;
            parent[static_cast<std::size_t>(a)] = b;
            expected.set(e.u, e.v, e.w);
            expected.set(e.v, e.u, e.w);
        }
        const auto tree = minimum_spanning_tree(g.csr());
        const auto wanted = expected.csr();
        EXPECT_TRUE(std::ranges::equal(tree.row_offsets(), wanted.row_offsets()));
        EXPECT_TRUE(std::ranges::equal(tree.col_indices(), wanted.col_indices()));
        EXPECT_TRUE(std::ranges::equal(tree.values(), wanted.values()));
    }
}

TEST(ShortestPathsAtSize, AreManhattanDistancesOnAGrid) {
    const std::int64_t nx = 300;
    const std::int64_t ny = 200;
    const auto d = shortest_paths(grid_graph(nx, ny).csr(), 40 + nx * 70);
    for (std::int64_t v = 0; v < nx * ny; ++v)
        ASSERT_EQ(d[v], static_cast<double>(std::abs(v % nx - 40) + std::abs(v / nx - 70)));
}

TEST(PathsInput, IsRefusedWithASentence) {
    EXPECT_EQ(minimum_spanning_tree(Csr<double>()).rows(), 0);
    EXPECT_EQ(minimum_spanning_tree(Graph<>(3).csr()).nnz(), 0);
    EXPECT_EQ(shortest_paths(Graph<>(1).csr(), 0), Vector<double>::Zero(1));
    EXPECT_TRUE(throws<DimensionMismatch>([] { return minimum_spanning_tree(Csr<double>(2, 3)); }, "square"));
    EXPECT_TRUE(throws<DimensionMismatch>([] { return shortest_paths(Csr<double>(2, 3), 0); }, "square"));
    auto g = path_graph(4);
    EXPECT_TRUE(throws<InvalidArgument>([&] { return shortest_paths(g.csr(), 4); }, "shortest_paths", "source is 4"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { return shortest_path_tree(g.csr(), -1); }, "shortest_path_tree", "-1"));
    g.set(2, 0, 5.0);
    EXPECT_TRUE(throws<InvalidArgument>([&] { return minimum_spanning_tree(g.csr()); }, "symmetric", "transpose"));
    EXPECT_EQ(shortest_paths(g.csr(), 2)[0], 2);  // a directed graph is fine here
    g.edge(2, 0, -5);
    EXPECT_TRUE(throws<InvalidArgument>([&] { return shortest_paths(g.csr(), 0); }, "(0, 2)", "-5", "not negative"));
    for (const double bad : {infinity, -infinity, std::numeric_limits<double>::quiet_NaN()}) {
        g.edge(2, 0, bad);
        EXPECT_TRUE(throws<InvalidArgument>([&] { return shortest_paths(g.csr(), 0); }, "(0, 2)", "finite"));
        EXPECT_TRUE(throws<InvalidArgument>([&] { return minimum_spanning_tree(g.csr()); }, "(0, 2)", "finite"));
    }
    Graph<std::complex<double>> c(3);
    c.set(0, 1, {1, 1});
    c.set(1, 0, {1, -1});
    EXPECT_TRUE(throws<InvalidArgument>([&] { return shortest_paths(c.csr(), 0); }, "(0, 1)", "real"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { return minimum_spanning_tree(c.csr()); }, "(0, 1)", "real"));
}

}  // namespace
}  // namespace tamis::test
