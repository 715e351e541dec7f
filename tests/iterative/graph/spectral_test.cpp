#include <tamis/iterative/graph/spectral_bisection.hpp>
#include <tamis/iterative/graph/spectral_embedding.hpp>

#include <chrono>
#include <cmath>
#include <numbers>
#include <random>

#include <gtest/gtest.h>
#include <Eigen/Eigenvalues>

#include <tamis/core/error.hpp>
#include <tamis/core/threads.hpp>
#include <tamis/iterative/eigen/count.hpp>
#include <tamis/sparse/model_problems.hpp>

#include "sparse/graph/graphs.hpp"
#include "support/assertions.hpp"

namespace tamis::test {
namespace {

constexpr double pi = std::numbers::pi;
constexpr LaplacianKind all_kinds[] = {LaplacianKind::combinatorial, LaplacianKind::normalized, LaplacianKind::random_walk};

/// Every promise of a result that needs no second method: residuals by a fresh product, norms, order, zeros, signs.
template <class M, class E>
testing::AssertionResult is_embedding(const M& A, const E& e, LaplacianKind kind, double tolerance) {
    using R = typename decltype(e.values)::Scalar;
    if (!e.converged()) return testing::AssertionFailure() << to_string(e.status) << ": " << e.message;
    const auto L = graph_laplacian(A, LaplacianOptions{.kind = kind});
    const Matrix<double> V = e.vectors.template cast<double>();
    const Matrix<double> D = dense(cast<std::complex<double>>(L)).real();
    const double scale = D.cwiseAbs().rowwise().sum().maxCoeff();
    for (Eigen::Index j = 0; j < V.cols(); ++j) {
        const double residual = (D * V.col(j) - double(e.values[j]) * V.col(j)).norm();
        if (!(residual <= tolerance * scale)) return testing::AssertionFailure() << "residual " << residual << " of " << j;
        if (!(std::abs(V.col(j).norm() - 1) <= 1e-6)) return testing::AssertionFailure() << "norm of vector " << j;
        if (j > 0 && !(e.values[j] >= e.values[j - 1])) return testing::AssertionFailure() << "order at " << j;
        if (j < e.zeros ? e.values[j] != R(0) : !(e.values[j] > R(0)))
            return testing::AssertionFailure() << "value " << j << " is " << e.values[j] << ", with " << e.zeros << " zeros";
        Eigen::Index first = 0;
        while (std::abs(V(first, j)) <= 0.3001 * V.col(j).cwiseAbs().maxCoeff()) ++first;
        if (!(V(first, j) > 0)) return testing::AssertionFailure() << "sign of vector " << j;
    }
    if (kind == LaplacianKind::random_walk) return testing::AssertionSuccess();
    return orthonormal(V, std::max(1e-9, 100 * double(epsilon_v<R>)));
}

/// The eigenvalues of the Laplacian by Eigen (random walk: those of the normalized one), without the zeros.
template <class M>
Vector<double> positive_spectrum(const M& A, LaplacianKind kind) {
    const auto L = cast<std::complex<double>>(graph_laplacian(A, kind != LaplacianKind::combinatorial));
    Vector<double> all =
        Eigen::SelfAdjointEigenSolver<Matrix<double>>(dense(L).real(), Eigen::EigenvaluesOnly).eigenvalues();
    return all.tail(all.size() - connected_components(A).count);
}

template <class P>
class Embedding : public testing::Test {};
TYPED_TEST_SUITE(Embedding, AllScalarsAndIndices, TypeName);

TYPED_TEST(Embedding, HasTheSmallEigenvaluesOfEveryKind) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    std::mt19937_64 random(1);
    for (const std::int64_t edges : {25, 60}) {  // in many components, and in few
        auto g = random_graph<T, I>(40, edges, 4, random);
        g.edge(4, 4, 3);
        g.edge(2, 11, 0);
        const auto A = g.csr();
        const auto count = connected_components(A).count;
        for (const auto kind : all_kinds) {
            const Vector<double> known = positive_spectrum(A, kind);
            const auto e = spectral_embedding(A, 6, {.kind = kind});
            EXPECT_TRUE(is_embedding(A, e, kind, 1e-9 + 10 * double{epsilon_v<T>}));
            EXPECT_TRUE(near(e.values.template cast<double>(), known.head(6), 1e-9 + 10 * double{epsilon_v<T>}));
            EXPECT_EQ(e.zeros, 0);
            EXPECT_EQ(e.components.count, count);
            const auto all = spectral_embedding(g.csc(), count + 2, {.kind = kind, .drop_first = false});
            EXPECT_TRUE(is_embedding(A, all, kind, 1e-9 + 10 * double{epsilon_v<T>}));
            EXPECT_EQ(all.zeros, count);
            EXPECT_TRUE(near(all.values.tail(2).template cast<double>(), known.head(2), 1e-9 + 10 * double{epsilon_v<T>}));
            // Vector c of the zeros lives on component c, with one sign.
            for (std::int64_t c = 0; c < count; ++c)
                for (std::int64_t i = 0; i < 40; ++i) {
                    const bool inside = all.components.labels[static_cast<std::size_t>(i)] == c;
                    EXPECT_EQ(all.vectors(i, c) > 0, inside);
                    EXPECT_EQ(all.vectors(i, c) == 0, !inside);
                }
        }
    }
}

TEST(EmbeddingSearch, FindsWhatAGridHasByEachOfItsMethods) {
    // Products of cosines; 23 × 31 has no multiple eigenvalues among the first.
    const auto graph = grid_graph(23, 31);
    const auto grid = graph.csr();
    std::vector<double> known;
    for (int a = 0; a < 23; ++a)
        for (int b = 0; b < 31; ++b) known.push_back(4 - 2 * std::cos(pi * a / 23) - 2 * std::cos(pi * b / 31));
    std::sort(known.begin(), known.end());
    const auto e = spectral_embedding(grid, 8, {.kind = LaplacianKind::combinatorial});
    EXPECT_TRUE(is_embedding(grid, e, LaplacianKind::combinatorial, 1e-10));
    EXPECT_NE(e.message.find("Cholesky"), std::string::npos) << e.message;
    for (int j = 0; j < 8; ++j) EXPECT_NEAR(e.values[j] / known[static_cast<std::size_t>(j) + 1], 1, 1e-9);
    // Two grids and two lone vertices are as good as one: each value twice.
    Graph<> two(2 * 713 + 2);
    for (const auto& [at, w] : graph.entries())
        for (const int shift : {1, 714}) two.set(at.first + shift, at.second + shift, w);
    for (const auto kind : all_kinds) {
        const auto t = spectral_embedding(two.csr(), 6, {.kind = kind});
        EXPECT_TRUE(is_embedding(two.csr(), t, kind, 1e-9));
        EXPECT_EQ(t.components.count, 4);
        if (kind != LaplacianKind::combinatorial) continue;
        for (int j = 0; j < 6; ++j) EXPECT_NEAR(t.values[j] / known[static_cast<std::size_t>(j / 2) + 1], 1, 1e-9) << j;
    }
}

TEST(EmbeddingSearch, TakesMultigridWhereAFactorIsDearAndJacobiOnPowerLawGraphs) {
    // A torus in three dimensions: a factor of more than the cheap number of operations.
    constexpr std::int64_t n = 26;
    const auto torus = pattern_of_rows<double, std::int32_t>(n * n * n, n * n * n, [](std::int64_t v) {
        const std::int64_t x = v % n, y = v / n % n, z = v / (n * n);
        const auto at = [](std::int64_t a, std::int64_t b, std::int64_t c) {
            return (a + n) % n + n * ((b + n) % n + n * ((c + n) % n));
        };
        return std::vector<std::int64_t>{at(x - 1, y, z), at(x + 1, y, z), at(x, y - 1, z),
                                         at(x, y + 1, z), at(x, y, z - 1), at(x, y, z + 1)};
    });
    const auto e = spectral_embedding(torus, 7, {.kind = LaplacianKind::combinatorial});
    ASSERT_TRUE(e.converged()) << e.message;
    EXPECT_NE(e.message.find("Amg"), std::string::npos) << e.message;
    for (int j = 0; j < 6; ++j) EXPECT_NEAR(e.values[j], 2 - 2 * std::cos(2 * pi / n), 1e-10);  // six copies
    EXPECT_NEAR(e.values[6], 4 - 4 * std::cos(2 * pi / n), 1e-10);

    const auto power = rmat<double>(11, 8, 1);
    for (const auto kind : {LaplacianKind::combinatorial, LaplacianKind::normalized}) {
        const auto p = spectral_embedding(power, 3, {.kind = kind});
        ASSERT_TRUE(p.converged()) << p.message;
        EXPECT_GT(p.components.count, 20);
        const auto L = graph_laplacian(power, kind == LaplacianKind::normalized);
        for (int j = 0; j < 3; ++j) {
            EXPECT_GT(p.values[j], 1e-3);
            EXPECT_LE((L * p.vectors.col(j) - p.values[j] * p.vectors.col(j)).norm(), 1e-10 * p.scale);
        }
        // None is missing: inertia, with the zeros.
        const auto below = count_eigenvalues(L, -1, p.values[2] * (1 + 1e-6));
        EXPECT_EQ(below.count, p.components.count + 3) << below.message;
    }
}

TEST(Fiedler, VectorsOfKnownGraphsAreKnown) {
    const auto path = fiedler_vector(path_graph(300).csr());
    ASSERT_TRUE(path.converged()) << path.message;
    EXPECT_NEAR(path.value / (2 - 2 * std::cos(pi / 300)), 1, 1e-12);
    for (int i = 0; i < 300; ++i) EXPECT_NEAR(path.vector[i], std::sqrt(2.0 / 300) * std::cos(pi * (i + 0.5) / 300), 1e-8);
    EXPECT_NEAR(fiedler_vector(complete_graph(12).csr()).value, 12, 1e-12);
    EXPECT_NEAR(fiedler_vector(star_graph(250).csr()).value, 1, 1e-10);
    EXPECT_NEAR(fiedler_vector(cycle_graph(9).csr(), {.kind = LaplacianKind::normalized}).value, 1 - std::cos(2 * pi / 9),
                1e-14);
    const auto pair = fiedler_vector(path_graph(2).csr());
    EXPECT_NEAR(pair.value, 2, 1e-15);
    EXPECT_TRUE(
        near(pair.vector, Vector<double>(Vector<double>::Unit(2, 0) - Vector<double>::Unit(2, 1)) / std::sqrt(2.0), 1e-15));
}

TEST(Fiedler, ValuesFarBelowRoundingAreRight) {
    // A path of 50000: λ₂ is 4e-9 of ε^(1/2) size against ‖L‖ = 4, and the vector has to be a cosine all the same.
    const int n = 50000;
    const auto path = fiedler_vector(path_graph(n).csr());
    ASSERT_TRUE(path.converged()) << path.message;
    EXPECT_NEAR(path.value / (4 * std::pow(std::sin(pi / (2 * n)), 2)), 1, 1e-6);
    double error = 0;
    for (std::int64_t i = 0; i < n; ++i)
        error += std::pow(path.vector[i] - std::sqrt(2.0 / n) * std::cos(pi * (double(i) + 0.5) / n), 2);
    EXPECT_LE(std::sqrt(error), 1e-3);
    // Two cliques joined by an edge of weight w: λ₂ ≈ 2 w / 20, far below ε ‖L‖ for the smallest; any unit of weights.
    for (const double unit : {1e-280, 1.0, 1e280})
        for (const double w : {1e-3, 1e-12, 1e-20}) {
            Graph<> g(40);
            for (int u = 0; u < 20; ++u)
                for (int v = 0; v < u; ++v) {
                    g.edge(u, v, unit);
                    g.edge(20 + u, 20 + v, unit);
                }
            g.edge(3, 33, w * unit);
            const auto f = fiedler_vector(g.csr());
            ASSERT_TRUE(f.converged()) << f.message;
            EXPECT_NEAR(f.value / (w * unit / 10), 1, w > 1e-4 ? 1e-3 : 1e-7) << w << " times " << unit;
            for (int v = 1; v < 20; ++v) EXPECT_LT(f.vector[20 + v] * f.vector[v], 0);
        }
}

TEST(Fiedler, ValueOfADisconnectedGraphIsExactlyZero) {
    Graph<> g(12);
    for (int v = 1; v < 4; ++v) g.edge(0, v, v);
    for (int v = 5; v < 10; ++v) g.edge(4, v, 2);  // the largest: 4 … 9; alone: 10, 11
    for (const auto kind : all_kinds) {
        const auto f = fiedler_vector(g.csr(), {.kind = kind});
        EXPECT_EQ(f.value, 0);
        EXPECT_EQ(f.status, Status::converged);
        EXPECT_EQ(f.components.count, 4);
        EXPECT_LE(f.residual_norm, 1e-14);
        EXPECT_LE((graph_laplacian(g.csr(), LaplacianOptions{kind}) * f.vector).norm(), 1e-14);
        EXPECT_NEAR(f.vector.norm(), 1, 1e-14);
        for (int v = 0; v < 12; ++v) EXPECT_EQ(f.vector[v] > 0, 4 <= v && v < 10) << v;
        if (kind == LaplacianKind::combinatorial) {
            EXPECT_NEAR(f.vector.sum(), 0, 1e-14);
        }
    }
    EXPECT_EQ(fiedler_vector(Graph<float>(2).csr()).value, 0);
}

TEST(Spectral, OptionsAreObeyed) {
    const auto grid = grid_graph(40, 41).csr();
    const auto power = rmat<double>(11, 8, 1);  // takes many steps
    const auto stopped = spectral_embedding(power, 2, {.max_iterations = 1});
    EXPECT_EQ(stopped.status, Status::max_iterations);
    EXPECT_TRUE(throws<NotConverged>([&] { (void)stopped.require(); }));
    EXPECT_EQ(spectral_embedding(power, 2, {.callback = [](const auto&) { return false; }}).status, Status::cancelled);
    std::stop_source source;
    source.request_stop();
    EXPECT_EQ(spectral_embedding(power, 2, {.stop = source.get_token()}).status, Status::cancelled);
    EXPECT_EQ(spectral_embedding(power, 2, {.time_limit = std::chrono::nanoseconds(1)}).status, Status::time_limit);
    EXPECT_NO_THROW((void)spectral_embedding(grid, 2).require());
    const auto one = spectral_embedding(grid, 3, {.seed = 1}), other = spectral_embedding(grid, 3, {.seed = 2});
    EXPECT_TRUE(near(one.vectors, other.vectors, 1e-6)) << "signs do not depend on the start";
    EXPECT_EQ(one.vectors, spectral_embedding(grid, 3, {.seed = 1}).vectors);
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)fiedler_vector(grid, {.tolerance = -1}); }, "fiedler_vector", "-1"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)spectral_embedding(grid, 1, {.tolerance = NAN}); }, "tolerance"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)spectral_embedding(grid, 1, {.max_iterations = -1}); }));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)spectral_bisection(grid, {.imbalance = NAN}); }, "imbalance"));
}

TEST(Spectral, InputIsRefusedWithASentenceAndSmallShapesWork) {
    EXPECT_EQ(spectral_embedding(Csr<double>(), 0).values.size(), 0);
    EXPECT_EQ(spectral_embedding(path_graph(3).csr(), 0).components.count, 1);
    const auto lone = spectral_embedding(Graph<>(3).csr(), 2, {.drop_first = false});
    EXPECT_EQ(lone.vectors, Matrix<double>::Identity(3, 2));
    EXPECT_EQ(lone.zeros, 2);
    EXPECT_TRUE(throws<InvalidArgument>([] { (void)spectral_embedding(Graph<>(3).csr(), 1); }, "3 components"));
    EXPECT_TRUE(throws<InvalidArgument>([] { (void)spectral_embedding(path_graph(3).csr(), 4); }, "order 3"));
    EXPECT_TRUE(throws<InvalidArgument>([] { (void)spectral_embedding(path_graph(3).csr(), 3); }, "3 vertices"));
    const auto whole =
        spectral_embedding(path_graph(3).csr(), 3, {.kind = LaplacianKind::combinatorial, .drop_first = false});
    EXPECT_NEAR(whole.values[1], 1, 1e-14);
    EXPECT_NEAR(whole.values[2], 3, 1e-14);
    EXPECT_TRUE(throws<InvalidArgument>([] { (void)fiedler_vector(Graph<>(1).csr()); }, "1 vertices"));
    EXPECT_TRUE(throws<DimensionMismatch>([] { (void)fiedler_vector(Csr<double>(2, 3)); }, "2 rows", "3 columns"));
    EXPECT_TRUE(throws<DimensionMismatch>([] { (void)spectral_embedding(Csr<double>(2, 3), 1); }));
    auto g = path_graph(4);
    g.set(0, 2, 1.0);
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)fiedler_vector(g.csr()); }, "symmetric", "(0, 2)"));
    g.edge(0, 2, -1);
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)spectral_bisection(g.csr()); }, "(0, 2)", "-1"));
    g.edge(0, 2, 1.5e308);
    g.edge(0, 3, 1.5e308);
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)spectral_embedding(g.csr(), 1); }, "vertex 0", "infinity"));
}

/// The labels are a bisection of that balance, and the cut is the sum that is claimed.
template <class M, class B>
void expect_bisection(const M& A, const B& b, std::int64_t most) {
    std::int64_t ones = 0;
    double cut = 0;
    for (std::int64_t i = 0; i < A.rows(); ++i) {
        const auto side = b.labels[static_cast<std::size_t>(i)];
        ASSERT_TRUE(side == 0 || side == 1);
        ones += side;
        for (const auto [j, w] : A.row(i))
            if (j > i && b.labels[static_cast<std::size_t>(j)] != side) cut += std::abs(w);
    }
    EXPECT_EQ(b.sizes[1], ones);
    EXPECT_EQ(b.sizes[0] + b.sizes[1], A.rows());
    EXPECT_LE(std::max(b.sizes[0], b.sizes[1]), most);
    EXPECT_NEAR(b.cut, cut, 1e-12 * (1 + cut));
    if (A.rows() > 0) {
        EXPECT_EQ(b.labels[0], 0);
    }
}

TEST(SpectralBisection, CutsALongGridAcross) {
    const auto grid = grid_graph(8, 40).csr();
    const auto b = spectral_bisection(grid);
    expect_bisection(grid, b, 160);
    EXPECT_EQ(b.cut, 8);
    EXPECT_TRUE(b.converged()) << b.message;
    EXPECT_NEAR(b.value, 2 - 2 * std::cos(pi / 40), 1e-9);
    // Two cliques of 10 and 14 hang on one edge: cut there where the balance may be off.
    Graph<std::complex<double>, std::int64_t> g(24);
    for (int u = 0; u < 24; ++u)
        for (int v = 0; v < u; ++v)
            if ((u < 10) == (v < 10)) g.edge(u, v);
    g.edge(2, 20, 0.5);
    const auto even = spectral_bisection(g.csr()), uneven = spectral_bisection(g.csr(), {.imbalance = 0.2});
    expect_bisection(g.csr(), even, 12);
    expect_bisection(g.csr(), uneven, 14);
    EXPECT_GT(even.cut, 10);
    EXPECT_EQ(uneven.cut, 0.5);
}

TEST(SpectralBisection, LeavesComponentsWholeWhereItCan) {
    std::mt19937_64 random(3);
    for (const std::int64_t n : {0, 1, 2, 3, 17, 64}) {
        const auto g = random_graph(n, n / 2, 3, random);
        for (const double imbalance : {0.0, 0.1}) {
            const auto b = spectral_bisection(g.csr(), {.imbalance = imbalance});
            expect_bisection(g.csr(), b, std::max((n + 1) / 2, static_cast<std::int64_t>((1 + imbalance) * double(n) / 2)));
        }
    }
    Graph<> three(9);  // of three vertices each: one is cut
    for (int c = 0; c < 9; c += 3) three.edge(c, c + 1), three.edge(c + 1, c + 2);
    expect_bisection(three.csr(), spectral_bisection(three.csr()), 5);
    EXPECT_EQ(spectral_bisection(three.csr()).cut, 1);
    Graph<> four(8);  // of two each: none is
    for (int c = 0; c < 8; c += 2) four.edge(c, c + 1);
    const auto b = spectral_bisection(four.csr());
    expect_bisection(four.csr(), b, 4);
    EXPECT_EQ(b.cut, 0);
    EXPECT_EQ(b.value, 0);
}

}  // namespace
}  // namespace tamis::test
