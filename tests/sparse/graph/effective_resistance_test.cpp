#include <tamis/sparse/graph/effective_resistance.hpp>

#include <cmath>
#include <limits>

#include <gtest/gtest.h>
#include <Eigen/Eigenvalues>

#include <tamis/sparse/graph/components.hpp>
#include <tamis/sparse/graph/laplacian.hpp>

#include "sparse/graph/graphs.hpp"
#include "support/assertions.hpp"
#include "support/types.hpp"

namespace tamis::test {
namespace {

template <class P>
class Resistance : public testing::Test {};
TYPED_TEST_SUITE(Resistance, AllScalarsAndIndices, TypeName);

TYPED_TEST(Resistance, IsThatOfThePseudoinverse) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    std::mt19937_64 random(1);
    for (int trial = 0; trial < 20; ++trial) {
        auto g = random_graph<T, I>(15, 2 * trial, 9, random);
        g.edge(4, 4, 3);
        g.edge(2, 11, 0);
        const auto A = g.csr();
        const auto L = cast<std::complex<double>>(graph_laplacian(A));
        const Eigen::SelfAdjointEigenSolver<Matrix<double>> eigen(dense(L).real());
        Matrix<double> pinv = Matrix<double>::Zero(15, 15);
        for (int k = 0; k < 15; ++k)
            if (eigen.eigenvalues()[k] > 1e-9)
                pinv += eigen.eigenvectors().col(k) * eigen.eigenvectors().col(k).transpose() / eigen.eigenvalues()[k];
        const auto labels = connected_components(A).labels;
        std::vector<VertexPair> pairs;
        Vector<Real<T>> expected(15 * 15);
        for (std::int64_t u = 0; u < 15; ++u) {
            for (std::int64_t v = 0; v < 15; ++v) {
                const bool connected = labels[static_cast<std::size_t>(u)] == labels[static_cast<std::size_t>(v)];
                const double r = pinv(u, u) + pinv(v, v) - 2 * pinv(u, v);
                expected[static_cast<std::int64_t>(pairs.size())] =
                    static_cast<Real<T>>(connected ? r : std::numeric_limits<double>::infinity());
                pairs.emplace_back(u, v);
            }
        }
        const auto r = effective_resistance(A, pairs);
        ASSERT_EQ(r.size(), expected.size());
        for (std::int64_t p = 0; p < r.size(); ++p) {
            if (std::isinf(expected[p])) EXPECT_EQ(r[p], expected[p]);
            else EXPECT_NEAR(r[p], expected[p], 1e-12 + 8 * double{epsilon_v<T>} * expected[p]);
        }
        EXPECT_EQ(effective_resistance(A, 7, 9), r[7 * 15 + 9]);
        EXPECT_TRUE(near(effective_resistance(g.csc(), pairs).cwiseMin(Real<T>(99)), r.cwiseMin(Real<T>(99)), 1e-6));
    }
}

TEST(ResistanceOf, KnownNetworksIsKnown) {
    auto series = path_graph(5000);
    series.edge(10, 11, 0.25);  // four ohms
    EXPECT_NEAR(effective_resistance(series.csr(), 0, 4999), 5002, 5002 * 1e-12);
    EXPECT_NEAR(effective_resistance(series.csr(), 4998, 4999), 1, 1e-10);
    EXPECT_NEAR(effective_resistance(cycle_graph(12).csr(), 3, 8), 5.0 * 7 / 12, 1e-13);
    EXPECT_NEAR(effective_resistance(complete_graph(10).csr(), 0, 9), 0.2, 1e-14);
    EXPECT_NEAR(effective_resistance(star_graph(10).csr(), 3, 4), 2, 1e-14);
    // Foster: neighbours in a cube of d dimensions have (2^d − 1) / (d 2^(d − 1)).
    EXPECT_NEAR(effective_resistance(hypercube_graph(5).csr(), 0, 16), 31.0 / (5 * 16), 1e-14);
    const auto two = Graph<>(2);
    EXPECT_EQ(effective_resistance(two.csr(), 0, 1), infinity);
    EXPECT_EQ(effective_resistance(two.csr(), 1, 1), 0);
}

TEST(ResistanceOf, AllEdgesSumsToFostersNumber) {
    std::mt19937_64 random(2);
    const auto g = random_graph(2000, 5000, 50, random);
    std::vector<VertexPair> edges;
    Vector<double> weights(std::ssize(g.entries()));
    for (const auto& [at, w] : g.entries()) {
        if (at.first >= at.second) continue;
        weights[std::ssize(edges)] = w;
        edges.push_back(at);
    }
    const auto A = g.csr();
    const auto r = effective_resistance(A, edges);
    const double sum = r.dot(weights.head(r.size()));
    EXPECT_NEAR(sum, static_cast<double>(2000 - connected_components(A).count), 1e-9);
    EXPECT_LE((r.array() * weights.head(r.size()).array()).maxCoeff(), 1 + 1e-12);
}

TEST(ResistanceInput, IsRefusedWithASentence) {
    auto g = path_graph(4);
    EXPECT_EQ(effective_resistance(g.csr(), std::vector<VertexPair>{}).size(), 0);
    EXPECT_TRUE(
        throws<InvalidArgument>([&] { return effective_resistance(g.csr(), 0, 4); }, "effective_resistance", "v is 4"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { return effective_resistance(g.csr(), {{0, 1}, {-2, 1}}); }, "u is -2"));
    EXPECT_TRUE(throws<DimensionMismatch>([] { return effective_resistance(Csr<double>(2, 3), 0, 1); }, "square"));
    g.set(0, 2, 1.0);
    EXPECT_TRUE(throws<InvalidArgument>([&] { return effective_resistance(g.csr(), 0, 1); }, "symmetric", "(0, 2)"));
    g.edge(0, 2, -1);
    EXPECT_TRUE(throws<InvalidArgument>([&] { return effective_resistance(g.csr(), 0, 1); }, "(0, 2)", "-1"));
    // However far weights are apart, as long as no pivot loses all digits.
    auto weak = path_graph(4);
    weak.edge(2, 3, 1e-300);
    weak.edge(1, 2, 1e300);
    EXPECT_NEAR(effective_resistance(weak.csr(), 2, 3) * 1e-300, 1, 1e-12);
    auto lost = star_graph(6);  // grounded in its centre; 1 + 1e20 is 1e20
    lost.edge(4, 5, 1e20);
    lost.set(0, 5, 0.0);
    lost.set(5, 0, 0.0);
    EXPECT_TRUE(throws<NotPositiveDefinite>([&] { return effective_resistance(lost.csr(), 0, 5); }, "orders of magnitude"));
}

}  // namespace
}  // namespace tamis::test
