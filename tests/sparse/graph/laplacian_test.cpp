#include <tamis/sparse/graph/laplacian.hpp>

#include <cmath>
#include <limits>

#include <gtest/gtest.h>
#include <Eigen/Eigenvalues>

#include <tamis/core/threads.hpp>

#include "sparse/graph/graphs.hpp"
#include "support/assertions.hpp"

namespace tamis::test {
namespace {

template <class P>
class Laplacian : public testing::Test {};
TYPED_TEST_SUITE(Laplacian, AllScalarsAndIndices, TypeName);

/// From the definition, in long double. Loops do not count.
template <class T, class I>
Matrix<T> dense_laplacian(const Assembly<T, I>& A, LaplacianKind kind) {
    const auto n = A.rows();
    std::vector<long double> d(static_cast<std::size_t>(n));
    for (const auto& [at, v] : A.entries())
        if (at.first != at.second) d[static_cast<std::size_t>(at.first)] += std::abs(v);
    Matrix<T> L = Matrix<T>::Zero(n, n);
    for (std::int64_t i = 0; i < n; ++i) {
        const auto di = d[static_cast<std::size_t>(i)];
        if (di > 0) L(i, i) = kind == LaplacianKind::combinatorial ? scalar<T>(static_cast<double>(di)) : T(1);
    }
    for (const auto& [at, v] : A.entries()) {
        if (at.first == at.second || v == T(0)) continue;
        const auto di = d[static_cast<std::size_t>(at.first)];
        const auto dj = d[static_cast<std::size_t>(at.second)];
        const long double by = kind == LaplacianKind::combinatorial ? 1
                               : kind == LaplacianKind::normalized  ? std::sqrt(di * dj)
                                                                    : di;
        L(at.first, at.second) = static_cast<T>(-v / static_cast<Real<T>>(by));
    }
    return L;
}

constexpr LaplacianKind all_kinds[] = {LaplacianKind::combinatorial, LaplacianKind::normalized, LaplacianKind::random_walk};

TYPED_TEST(Laplacian, IsWhatItsDefinitionSays) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    std::mt19937_64 random(1);
    for (int trial = 0; trial < 20; ++trial) {
        auto g = random_graph<T, I>(12, trial, 5, random);  // few edges leave vertices alone; some are loops
        g.edge(3, 7, 0);                                    // a stored zero
        for (const auto kind : all_kinds) {
            const auto expected = dense_laplacian(g, kind);
            const auto L = graph_laplacian(g.csr(), LaplacianOptions{.kind = kind});
            EXPECT_TRUE(near(dense(L), expected, 8 * epsilon_v<T>));
            EXPECT_TRUE(near(dense(graph_laplacian(g.csc(), LaplacianOptions{.kind = kind})), expected, 8 * epsilon_v<T>));
            for (std::int64_t i = 0; i < 12; ++i) {
                const auto row = L.row(i);
                EXPECT_TRUE(std::find(row.indices().begin(), row.indices().end(), static_cast<I>(i)) != row.indices().end());
                EXPECT_TRUE(std::is_sorted(row.indices().begin(), row.indices().end()));
            }
        }
        const auto normalized = graph_laplacian(g.csr(), true);
        EXPECT_EQ(dense(normalized), dense(graph_laplacian(g.csr(), LaplacianOptions{LaplacianKind::normalized})));
        EXPECT_EQ(dense(normalized), Matrix<T>(dense(normalized).transpose())) << "symmetry is exact";
        const auto B = dense(incidence_matrix(g.csr()));
        EXPECT_TRUE(near(Matrix<T>(B.transpose() * B), dense_laplacian(g, LaplacianKind::combinatorial), 64 * epsilon_v<T>));
    }
}

TYPED_TEST(Laplacian, TakesSignedAndHermitianWeightsWhenTold) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    Graph<T, I> g(4);
    g.edge(0, 1, -2);
    g.edge(1, 2, 3);
    g.set(2, 3, scalar<T>(3, 4));
    g.set(3, 2, scalar<T>(3, -4));
    for (const auto kind : all_kinds) {
        const LaplacianOptions options{.kind = kind, .signed_weights = true};
        EXPECT_TRUE(near(dense(graph_laplacian(g.csr(), options)), dense_laplacian(g, kind), 8 * epsilon_v<T>));
        EXPECT_TRUE(near(dense(graph_laplacian(g.csc(), options)), dense_laplacian(g, kind), 8 * epsilon_v<T>));
    }
    EXPECT_TRUE(throws<InvalidArgument>([&] { return graph_laplacian(g.csr()); }, "graph_laplacian", "(0, 1)", "-2"));
    if constexpr (is_complex_v<T>) {
        g.edge(0, 1, 2);
        EXPECT_TRUE(throws<InvalidArgument>([&] { return graph_laplacian(g.csr()); }, "(2, 3)", "real"));
    }
}

Vector<double> spectrum(const Matrix<double>& L) {
    return Eigen::SelfAdjointEigenSolver<Matrix<double>>(L, Eigen::EigenvaluesOnly).eigenvalues();
}

TEST(LaplacianSpectrum, OfKnownGraphsIsKnown) {
    const double pi = std::acos(-1.0);
    Vector<double> path(9);
    for (int k = 0; k < 9; ++k) path[k] = 2 - 2 * std::cos(pi * k / 9);
    EXPECT_TRUE(near(spectrum(dense(graph_laplacian(path_graph(9).csr()))), path, 1e-13));
    Vector<double> complete = Vector<double>::Constant(7, 7.0);
    complete[0] = 0;
    EXPECT_TRUE(near(spectrum(dense(graph_laplacian(complete_graph(7).csr()))), complete, 1e-13));
    Vector<double> star = Vector<double>::Ones(6);
    star[0] = 0;
    star[5] = 6;
    EXPECT_TRUE(near(spectrum(dense(graph_laplacian(star_graph(6).csr()))), star, 1e-13));
    Vector<double> cube(16);  // 2k with the multiplicity of k among 4; normalized k / 2
    cube << 0, 2, 2, 2, 2, 4, 4, 4, 4, 4, 4, 6, 6, 6, 6, 8;
    EXPECT_TRUE(near(spectrum(dense(graph_laplacian(hypercube_graph(4).csr()))), cube, 1e-13));
    EXPECT_TRUE(near(spectrum(dense(graph_laplacian(hypercube_graph(4).csr(), true))), Vector<double>(cube / 4), 1e-14));
}

TEST(LaplacianSpectrum, HasAZeroForEachComponent) {
    Graph<> g(10);
    g.edge(0, 1);
    g.edge(1, 2, 5);
    g.edge(4, 5, 0.25);
    g.edge(3, 3);  // a loop leaves its vertex alone
    for (const bool normalized : {false, true}) {
        const auto values = spectrum(dense(graph_laplacian(g.csr(), normalized)));
        EXPECT_EQ((values.array().abs() < 1e-14).count(), 7);
    }
}

TEST(LaplacianShapes, MayBeEmptyAndMustBeSquare) {
    EXPECT_EQ(graph_laplacian(Csr<double>()).rows(), 0);
    EXPECT_EQ(incidence_matrix(Csr<double>()).rows(), 0);
    EXPECT_EQ(dense(graph_laplacian(Graph<>(1).csr(), true)), Matrix<double>::Zero(1, 1));
    const auto B = incidence_matrix(Graph<>(3).csr());
    EXPECT_EQ(B.rows(), 0);
    EXPECT_EQ(B.cols(), 3);
    EXPECT_TRUE(throws<DimensionMismatch>([] { return graph_laplacian(Csr<double>(2, 3)); }, "2 rows", "3 columns"));
    EXPECT_TRUE(throws<DimensionMismatch>([] { return incidence_matrix(Csr<double>(3, 2)); }, "incidence_matrix"));
}

TEST(LaplacianInput, IsRefusedWithItsPosition) {
    auto g = path_graph(5);
    g.set(1, 3, 2.0);
    EXPECT_TRUE(throws<InvalidArgument>([&] { return graph_laplacian(g.csr()); }, "symmetric", "(1, 3)"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { return incidence_matrix(g.csr()); }, "symmetric", "(1, 3)"));
    g.edge(1, 3, std::numeric_limits<double>::quiet_NaN());
    EXPECT_TRUE(
        throws<InvalidArgument>([&] { return graph_laplacian(g.csr(), {.signed_weights = true}); }, "(1, 3)", "nan"));
    g.edge(1, 3, std::numeric_limits<double>::infinity());
    EXPECT_TRUE(throws<InvalidArgument>([&] { return graph_laplacian(g.csr()); }, "(1, 3)", "inf"));
    g.edge(1, 3, -1);
    EXPECT_TRUE(throws<InvalidArgument>([&] { return incidence_matrix(g.csr()); }, "(1, 3)", "-1"));
    auto loops = path_graph(3);
    loops.set(1, 1, -4.0);  // as long as it is finite a loop does not matter
    EXPECT_EQ(dense(graph_laplacian(loops.csr())), dense(graph_laplacian(path_graph(3).csr())));
}

TEST(Incidence, HasARowForEachEdgeOfTheUpperTriangle) {
    auto g = path_graph(4);
    g.edge(0, 3, 4);
    g.edge(2, 2, 9);
    Matrix<double> expected(4, 4);
    expected << -1, 1, 0, 0, -2, 0, 0, 2, 0, -1, 1, 0, 0, 0, -1, 1;
    EXPECT_EQ(dense(incidence_matrix(g.csr())), expected);
    expected.row(1) << -1, 0, 0, 1;
    EXPECT_EQ(dense(incidence_matrix(g.csr(), {.weighted = false})), expected);
}

TEST(LaplacianThreads, DoNotChangeABit) {
    std::mt19937_64 random(2);
    const auto A = random_graph(20000, 60000, 100, random).csr();
    const int before = threads();
    set_threads(1);
    const auto one = graph_laplacian(A, true);
    const auto edges_one = incidence_matrix(A);
    set_threads(2);
    const auto two = graph_laplacian(A, true);
    const auto edges_two = incidence_matrix(A);
    set_threads(before);
    EXPECT_TRUE(std::ranges::equal(one.values(), two.values()));
    EXPECT_TRUE(std::ranges::equal(one.col_indices(), two.col_indices()));
    EXPECT_TRUE(std::ranges::equal(edges_one.values(), edges_two.values()));
    EXPECT_TRUE(std::ranges::equal(edges_one.col_indices(), edges_two.col_indices()));
}

}  // namespace
}  // namespace tamis::test
