#include <tamis/sparse/graph/components.hpp>
#include <tamis/sparse/graph/traversal.hpp>

#include <limits>
#include <map>

#include <gtest/gtest.h>

#include <tamis/core/threads.hpp>

#include "sparse/graph/graphs.hpp"
#include "support/assertions.hpp"

namespace tamis::test {
namespace {

/// reach[i][j]: a path leads from i to j (Warshall).
DensePattern closure(DensePattern P) {
    for (std::size_t i = 0; i < P.size(); ++i) P[i][i] = true;
    for (std::size_t via = 0; via < P.size(); ++via)
        for (std::size_t i = 0; i < P.size(); ++i)
            for (std::size_t j = 0; j < P.size(); ++j)
                if (P[i][via] && P[via][j]) P[i][j] = true;
    return P;
}
DensePattern undirected(DensePattern P) {
    for (std::size_t i = 0; i < P.size(); ++i)
        for (std::size_t j = 0; j < P.size(); ++j)
            if (P[i][j]) P[j][i] = true;
    return P;
}

template <class P>
class Components : public testing::Test {};
TYPED_TEST_SUITE(Components, AllScalarsAndIndices, TypeName);

TYPED_TEST(Components, AreThoseOfTheTransitiveClosure) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    std::mt19937_64 random(1);
    for (int trial = 0; trial < 200; ++trial) {
        const auto n = 1 + static_cast<std::int64_t>(random() % 9);
        const auto A = random_pattern<T, I>(n, n, 0.05 + 0.05 * (trial % 5), random);  // directed, with stored zeros
        const auto P = dense_pattern(A);
        const auto weak = closure(undirected(P));
        const auto directed = closure(P);
        for (const bool strong : {false, true}) {
            const auto c = connected_components(A.csr(), {.strong = strong});
            EXPECT_EQ(c.labels, connected_components(A.csc(), {.strong = strong}).labels);
            ASSERT_EQ(std::ssize(c.labels), n);
            std::vector<bool> used(static_cast<std::size_t>(c.count));
            I next = 0;
            for (std::size_t i = 0; i < c.labels.size(); ++i) {
                ASSERT_GE(c.labels[i], 0);
                ASSERT_LT(c.labels[i], c.count);
                used[static_cast<std::size_t>(c.labels[i])] = true;
                EXPECT_TRUE(strong || c.labels[i] <= next) << "components are numbered by their smallest vertices";
                next = std::max(next, static_cast<I>(c.labels[i] + 1));
                for (std::size_t j = 0; j < c.labels.size(); ++j) {
                    EXPECT_EQ(c.labels[i] == c.labels[j], strong ? directed[i][j] && directed[j][i] : bool(weak[i][j]));
                    EXPECT_TRUE(!strong || !P[i][j] || c.labels[i] <= c.labels[j]) << "edges lead to no lower number";
                }
            }
            EXPECT_TRUE(std::find(used.begin(), used.end(), false) == used.end());
        }
    }
}

TYPED_TEST(Components, AreReachedByBreadthFirstSearchTheNearestFirst) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    std::mt19937_64 random(2);
    for (int trial = 0; trial < 100; ++trial) {
        const auto n = 1 + static_cast<std::int64_t>(random() % 9);
        const auto A = random_pattern<T, I>(n, n, 0.15, random);
        const auto P = dense_pattern(A);
        const auto start = static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(n));
        const auto order = bfs_order(A.csr(), start);
        EXPECT_EQ(order, bfs_order(A.csc(), start));
        // Level by level, each vertex entered by the first one before it that leads there.
        std::vector<I> expected{static_cast<I>(start)};
        for (std::size_t head = 0; head < expected.size(); ++head)
            for (std::size_t j = 0; j < P.size(); ++j)
                if (P[static_cast<std::size_t>(expected[head])][j] &&
                    std::find(expected.begin(), expected.end(), static_cast<I>(j)) == expected.end())
                    expected.push_back(static_cast<I>(j));
        EXPECT_EQ(order, expected);
        const auto reach = closure(P)[static_cast<std::size_t>(start)];
        EXPECT_EQ(std::ssize(order), std::count(reach.begin(), reach.end(), true));
    }
}

TEST(ComponentsOf, SmallGraphsAreKnown) {
    EXPECT_EQ(connected_components(Csr<double>()).count, 0);
    EXPECT_TRUE(connected_components(Csr<double>(), {.strong = true}).labels.empty());
    EXPECT_EQ(connected_components(Graph<>(4).csr()).labels, (std::vector<std::int32_t>{0, 1, 2, 3}));
    EXPECT_EQ(connected_components(Graph<>(4).csr(), {.strong = true}).count, 4);
    Graph<> g(5);
    g.edge(4, 1);
    g.edge(3, 3);
    g.edge(0, 2, std::numeric_limits<double>::quiet_NaN());  // an edge whatever its weight
    g.edge(0, 4, 0);                                         // none
    EXPECT_EQ(connected_components(g.csr()).labels, (std::vector<std::int32_t>{0, 1, 0, 2, 1}));
    EXPECT_EQ(connected_components(g.csr()).count, 3);
    EXPECT_EQ(bfs_order(g.csr(), 4), (std::vector<std::int32_t>{4, 1}));
    EXPECT_TRUE(throws<DimensionMismatch>([] { return connected_components(Csr<double>(2, 3)); }, "square"));
    EXPECT_TRUE(throws<DimensionMismatch>([] { return bfs_order(Csr<double>(2, 3), 0); }, "square"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { return bfs_order(g.csr(), 5); }, "start is 5", "0 to 4"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { return bfs_order(g.csr(), -1); }, "start is -1"));
    EXPECT_TRUE(throws<InvalidArgument>([] { return bfs_order(Csr<double>(), 0); }, "no vertices"));
}

TEST(ComponentsAtSize, NeedNoStackAndAreTheSameOnAnyNumberOfThreads) {
    // Three shuffled paths of 200000 vertices and as many single vertices.
    const std::int64_t n = 800000;
    std::mt19937_64 random(3);
    const auto p = random_permutation(n, random);
    std::vector<std::int64_t> place(p.size());
    for (std::size_t k = 0; k < p.size(); ++k) place[static_cast<std::size_t>(p[k])] = static_cast<std::int64_t>(k);
    const auto path_of = [](std::int64_t k) { return k / 200000; };
    const auto A = pattern_of_rows<float, std::int32_t>(n, n, [&](std::int64_t i) {
        const auto k = place[static_cast<std::size_t>(i)];
        std::vector<std::int64_t> cols;
        for (const auto next : {k - 1, k + 1})
            if (next >= 0 && next < n && path_of(next) == path_of(k) && path_of(k) < 3)
                cols.push_back(p[static_cast<std::size_t>(next)]);
        return cols;
    });
    const int before = threads();
    set_threads(1);
    const auto one = connected_components(A);
    set_threads(2);
    const auto two = connected_components(A);
    set_threads(before);
    EXPECT_EQ(one.count, 200003);
    EXPECT_EQ(one.labels, two.labels);
    std::map<std::int32_t, std::int64_t> path_of_label;
    for (std::size_t v = 0; v < p.size(); ++v) {
        if (path_of(place[v]) >= 3) continue;
        const auto [at, fresh] = path_of_label.emplace(one.labels[v], path_of(place[v]));
        ASSERT_EQ(at->second, path_of(place[v]));
    }
    EXPECT_EQ(path_of_label.size(), 3u);
    const auto strong = connected_components(A, {.strong = true});
    EXPECT_EQ(strong.count, 200003);
    const auto order = bfs_order(A, p[0]);
    ASSERT_EQ(std::ssize(order), 200000);
    for (std::size_t k = 0; k < order.size(); ++k) ASSERT_EQ(order[k], p[k]);
}

}  // namespace
}  // namespace tamis::test
