#include <tamis/sparse/graph/ordering.hpp>

#include <limits>

#include <gtest/gtest.h>

#include <tamis/sparse/analysis.hpp>
#include <tamis/sparse/graph/laplacian.hpp>
#include <tamis/sparse/select.hpp>

#include "sparse/graph/graphs.hpp"
#include "support/assertions.hpp"

namespace tamis::test {
namespace {

template <SparseMatrix M>
std::int64_t bandwidth(const M& A) {
    std::int64_t b = 0;
    for (std::int64_t i = 0; i < A.rows(); ++i)
        for (const auto j : A.row(i).indices()) b = std::max<std::int64_t>(b, std::abs(i - j));
    return b;
}
template <class I>
bool is_permutation(const std::vector<I>& p, std::int64_t n) {
    std::vector<I> sorted(p);
    std::sort(sorted.begin(), sorted.end());
    for (std::size_t k = 0; k < sorted.size(); ++k)
        if (sorted[k] != static_cast<I>(k)) return false;
    return std::ssize(p) == n;
}
template <SparseMatrix M>
std::int64_t bandwidth_after_rcm(const M& A) {
    const auto p = reverse_cuthill_mckee(A);
    EXPECT_TRUE(is_permutation(p, A.rows()));
    return bandwidth(permute(A, p, p));
}

template <class P>
class Orderings : public testing::Test {};
TYPED_TEST_SUITE(Orderings, AllScalarsAndIndices, TypeName);

TYPED_TEST(Orderings, ArePermutationsOfAnyPattern) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    std::mt19937_64 random(1);
    for (int trial = 0; trial < 60; ++trial) {
        const auto n = static_cast<std::int64_t>(random() % 30);
        const auto A = random_pattern<T, I>(n, n, 0.02 * (trial % 6), random);
        const auto sum = [&] {
            Assembly<T, I> both(A);
            for (const auto& [at, v] : A.entries()) both.set(at.second, at.first, T(1));
            return both.csr();
        }();
        for (const auto order : {&detail::reverse_cuthill_mckee<T, I>, &detail::approximate_minimum_degree<T, I>,
                                 &detail::nested_dissection<T, I>}) {
            const auto p = order(A.csr().view());
            EXPECT_TRUE(is_permutation(p, n));
            EXPECT_EQ(p, order(sum.view())) << "an unsymmetric pattern counts as A + Aᵀ";
        }
        EXPECT_EQ(reverse_cuthill_mckee(A.csr()), reverse_cuthill_mckee(A.csc()));
        EXPECT_LE(bandwidth_after_rcm(A.csr()), bandwidth(A.csr()));
    }
}

TEST(ReverseCuthillMcKee, FindsTheBandOfShuffledGraphs) {
    std::mt19937_64 random(2);
    EXPECT_EQ(bandwidth_after_rcm(shuffled(path_graph(1000), random).csr()), 1);
    EXPECT_EQ(bandwidth_after_rcm(shuffled(cycle_graph(1001), random).csr()), 2);
    for (const auto& [nx, ny] : {std::pair{7, 90}, std::pair{40, 30}, std::pair{25, 25}, std::pair{1, 50}}) {
        const auto grid = shuffled(grid_graph(nx, ny), random).csr();
        // A level is a diagonal of the grid, and neighbours lie in neighbouring levels. Nothing is below min(nx, ny).
        EXPECT_LE(bandwidth_after_rcm(grid), std::min(nx, ny) + 1) << nx << " × " << ny;
        EXPECT_GE(bandwidth_after_rcm(grid), std::min(nx, ny));
    }
    EXPECT_EQ(bandwidth_after_rcm(complete_graph(9).csr()), 8);
}

TEST(ReverseCuthillMcKee, OrdersEveryComponent) {
    // Five paths, three single vertices and a cycle, under random numbers.
    std::mt19937_64 random(3);
    Graph<> g(300);
    for (std::int64_t first = 0; first < 250; first += 50)
        for (std::int64_t v = first; v + 1 < first + 50; ++v) g.edge(v, v + 1);
    for (std::int64_t v = 253; v + 1 < 300; ++v) g.edge(v, v + 1);
    g.edge(299, 253);
    const auto A = shuffled(g, random).csr();
    EXPECT_EQ(bandwidth_after_rcm(A), 2);
}

TEST(ReverseCuthillMcKee, NeverEndsWithALargerBandwidth) {
    // A star whose centre lies in the middle has the least bandwidth that it can have; the search from a leaf would nearly
    // double it.
    Graph<> star(101);
    for (std::int64_t v = 0; v < 101; ++v)
        if (v != 50) star.edge(50, v);
    EXPECT_EQ(bandwidth_after_rcm(star.csr()), 50);
    EXPECT_LT(bandwidth_after_rcm(star_graph(101).csr()), 100);
}

TEST(ReverseCuthillMcKee, IsNotQuadraticOnStarsAndNeedsNoStackOnPaths) {
    const auto star = pattern_of_rows<float, std::int32_t>(300000, 300000, [](std::int64_t i) {
        std::vector<std::int64_t> cols{0};
        if (i == 0) {
            cols.resize(299999);
            std::iota(cols.begin(), cols.end(), 1);
        }
        return cols;
    });
    EXPECT_TRUE(is_permutation(reverse_cuthill_mckee(star), 300000));
    const auto path = pattern_of_rows<float, std::int32_t>(300000, 300000, [](std::int64_t i) {
        std::vector<std::int64_t> cols;
        if (i > 0) cols.push_back(i - 1);
        if (i + 1 < 300000) cols.push_back(i + 1);
        return cols;
    });
    EXPECT_EQ(bandwidth_after_rcm(path), 1);
}

TEST(FillReducingOrders, ReduceFill) {
    auto L = graph_laplacian(grid_graph(40, 40).csr());
    const auto entries = [&](const auto& p) {
        return analyze(permute(L, p, p), {.method = Method::cholesky, .ordering = Ordering::natural}).factor_nonzeros();
    };
    std::vector<std::int32_t> natural(1600);
    std::iota(natural.begin(), natural.end(), 0);
    EXPECT_LT(entries(approximate_minimum_degree(L)), entries(natural) / 2);
    EXPECT_LT(entries(nested_dissection(L)), entries(natural) / 2);
    const auto p = approximate_minimum_degree(L);
    const auto q = analyze(L, {.method = Method::cholesky, .ordering = Ordering::amd}).permutation();
    EXPECT_TRUE(std::ranges::equal(p, q));
    // An arrow that points the wrong way fills the whole triangle; the other way round it fills nothing.
    const auto arrow = graph_laplacian(star_graph(200).csr());
    const auto r = approximate_minimum_degree(arrow);
    EXPECT_EQ(analyze(permute(arrow, r, r), {.method = Method::cholesky, .ordering = Ordering::natural}).factor_nonzeros(),
              399);
}

TEST(OrderingsInput, IsSquare) {
    EXPECT_TRUE(reverse_cuthill_mckee(Csr<double>()).empty());
    EXPECT_TRUE(approximate_minimum_degree(Csr<double>()).empty());
    EXPECT_TRUE(nested_dissection(Csr<double>()).empty());
    EXPECT_EQ(reverse_cuthill_mckee(Graph<>(1).csr()), std::vector<std::int32_t>{0});
    EXPECT_TRUE(throws<DimensionMismatch>([] { return reverse_cuthill_mckee(Csr<double>(2, 3)); }, "reverse_cuthill_mckee"));
    EXPECT_TRUE(throws<DimensionMismatch>([] { return approximate_minimum_degree(Csr<double>(2, 3)); }, "square"));
    EXPECT_TRUE(throws<DimensionMismatch>([] { return nested_dissection(Csr<double>(3, 2)); }, "nested_dissection"));
}

}  // namespace
}  // namespace tamis::test
