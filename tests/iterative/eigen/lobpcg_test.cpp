#include <tamis/iterative/eigen/lobpcg.hpp>

#include <chrono>
#include <limits>
#include <stop_token>
#include <string>

#include <gtest/gtest.h>

#include <tamis/iterative/amg/amg.hpp>
#include <tamis/sparse/model_problems.hpp>

#include "support/assertions.hpp"
#include "support/known_spectra.hpp"
#include "support/random.hpp"
#include "support/types.hpp"

namespace tamis::test {
namespace {

template <class P>
class Lobpcg : public ::testing::Test {
  protected:
    using T = typename P::T;
    // Values are as good as residuals, most of them much better.
    static constexpr double tolerance = default_eigen_tolerance<T>;
};
TYPED_TEST_SUITE(Lobpcg, AllScalars, TypeName);

Matrix<double> random_start(std::int64_t n, std::int64_t k) {
    return Random(5).matrix<double>(n, k);
}

TYPED_TEST(Lobpcg, FindsEveryCopyOfMultipleEigenvalues) {
    using T = typename TypeParam::T;
    Random random(3);
    const auto grid = grid_spectrum<T>({7, 7, 7});
    EXPECT_TRUE(are_pairs(grid.A, lobpcg(grid.A, random.matrix<T>(343, 10)), grid.smallest(10), this->tolerance));
    const auto cube = hypercube_laplacian<T>(7);
    LobpcgOptions<T> largest{.which = Which::largest_algebraic};
    EXPECT_TRUE(are_pairs(cube.A, lobpcg(cube.A, random.matrix<T>(128, 6), largest), cube.largest(6), this->tolerance));
    const auto complete = complete_graph_laplacian<T>(40);
    EXPECT_TRUE(are_pairs(complete.A, lobpcg(complete.A, random.matrix<T>(40, 5)), complete.smallest(5), this->tolerance));
}

TYPED_TEST(Lobpcg, SolvesGeneralizedProblems) {
    using T = typename TypeParam::T;
    // Linear elements on an interval, three times over: every eigenvalue is triple.
    constexpr std::int64_t n = 30;
    Assembly<T> A(3 * n, 3 * n), B(3 * n, 3 * n);
    Vector<double> expected(6);
    for (std::int64_t i = 0; i < n; ++i)
        for (std::int64_t c = 0; c < 3; ++c) {
            const std::int64_t row = 3 * i + c;
            A.set(row, row, T(2));
            B.set(row, row, T(4));
            for (const std::int64_t j : {row - 3, row + 3}) {
                if (j < 0 || j >= 3 * n) continue;
                A.set(row, j, turned<T>(-1, row, j));
                B.set(row, j, turned<T>(1, row, j));
            }
        }
    for (std::int64_t j = 0; j < 6; ++j) {
        const double c = std::cos(std::numbers::pi * static_cast<double>(j / 3 + 1) / static_cast<double>(n + 1));
        expected[j] = (2 - 2 * c) / (4 + 2 * c);
    }
    const Csr<T> a = A.csr(), b = B.csr();
    const auto r = lobpcg(a, Random(2).matrix<T>(3 * n, 6), {.mass = b});
    EXPECT_TRUE(are_pairs(a, r, expected, this->tolerance, &b));
}

TYPED_TEST(Lobpcg, StaysOrthogonalToConstraints) {
    using T = typename TypeParam::T;
    const auto cube = hypercube_laplacian<T>(6);
    const auto first = lobpcg(cube.A, Random(2).matrix<T>(64, 1));
    ASSERT_TRUE(first.converged()) << first.message;
    // Twice the same direction: one of them is left out.
    Matrix<T> Y(64, 2);
    Y << first.vectors, T(2) * first.vectors;
    const auto r = lobpcg(cube.A, Random(3).matrix<T>(64, 4), {.constraints = Y});
    EXPECT_TRUE(are_pairs(cube.A, r, Vector<double>(Vector<double>::Constant(4, 2.0)), this->tolerance));
    EXPECT_LE((first.vectors.adjoint() * r.vectors).norm(), 1e3 * epsilon_v<T>);
}

TEST(LobpcgStart, MayBeDeficientOrWrong) {
    const auto grid = grid_spectrum<double>({12, 12});
    Matrix<double> X = random_start(144, 5);
    X.col(1) = X.col(0);
    X.col(3).setZero();
    EXPECT_TRUE(are_pairs(grid.A, lobpcg(grid.A, X), grid.smallest(5), 1e-10));
    // Eigenvectors, but of the other end: residuals are small from the beginning.
    const auto other = lobpcg(grid.A, random_start(144, 8), {.which = Which::largest_algebraic});
    EXPECT_TRUE(are_pairs(grid.A, lobpcg(grid.A, other.vectors), grid.smallest(8), 1e-10));
    // The right ones but for a copy, and one too many.
    const auto right = lobpcg(grid.A, random_start(144, 9), {.tolerance = 1e-12});
    Matrix<double> missing(144, 5);
    missing << right.vectors.leftCols(4), right.vectors.col(5);
    const auto found = lobpcg(grid.A, missing);
    EXPECT_TRUE(are_pairs(grid.A, found, grid.smallest(5), 1e-10));
    // The right ones: nothing to do but to look whether any is missing.
    const auto again = lobpcg(grid.A, right.vectors);
    EXPECT_TRUE(are_pairs(grid.A, again, grid.smallest(9), 1e-10));
    EXPECT_LT(again.matvecs, right.matvecs / 2);
}

TEST(LobpcgPreconditioner, SavesProducts) {
    const auto grid = grid_spectrum<double>({40, 40});
    const auto plain = lobpcg(grid.A, random_start(1600, 6));
    // Small coarse levels, so that the cycle is no direct solve.
    const auto fast =
        lobpcg(grid.A, random_start(1600, 6), {.preconditioner = Amg(grid.A, AmgOptions<double>{.coarse_size = 50})});
    EXPECT_TRUE(are_pairs(grid.A, plain, grid.smallest(6), 1e-10));
    EXPECT_TRUE(are_pairs(grid.A, fast, grid.smallest(6), 1e-10));
    EXPECT_LT(fast.matvecs, plain.matvecs / 3);
}

TEST(LobpcgPreconditioner, DecidesNothingAboutCorrectness) {
    const auto grid = grid_spectrum<double>({9, 9});
    const auto run = [&](auto scale) {
        const auto M = make_operator<double>(81, 81, [scale](auto x, auto y) {
            for (std::int64_t i = 0; i < x.size(); ++i) y[i] = scale(i) * x[i];
        });
        return lobpcg(grid.A, random_start(81, 4), {.preconditioner = M});
    };
    const auto indefinite = run([](std::int64_t i) { return i % 3 == 0 ? -1.0 : 1.0; });
    EXPECT_TRUE(are_pairs(grid.A, indefinite, grid.smallest(4), 1e-10));
    EXPECT_TRUE(are_pairs(grid.A, run([](std::int64_t) { return 0.0; }), grid.smallest(4), 1e-10));
    EXPECT_TRUE(are_pairs(grid.A, run([](std::int64_t) { return std::nan(""); }), grid.smallest(4), 1e-10));
    EXPECT_TRUE(are_pairs(grid.A, run([](std::int64_t i) { return i < 40 ? 1e-200 : 1e200; }), grid.smallest(4), 1e-10));
}

TEST(LobpcgFailure, IsNamedAndLeavesTheBestPairs) {
    const auto grid = grid_spectrum<double>({30, 30});
    const Matrix<double> X = random_start(900, 4);
    const auto check = [&](const EigenResult<double>& r, Status status) {
        EXPECT_EQ(r.status, status) << r.message;
        EXPECT_TRUE(r.values.allFinite() && r.vectors.allFinite());
        EXPECT_TRUE(orthonormal(r.vectors));
        std::int64_t good = 0;
        for (std::int64_t j = 0; j < 4; ++j) {
            const double norm = (dense(grid.A) * r.vectors.col(j) - r.values[j] * r.vectors.col(j)).norm();
            EXPECT_NEAR(r.residual_norms[static_cast<std::size_t>(j)], norm, 1e-12);
            good += norm <= 1e-10 * r.scale ? 1 : 0;
            // From above, as Ritz values are.
            EXPECT_GE(r.values[j], grid.eigenvalues[static_cast<std::size_t>(j)] - 1e-12);
        }
        EXPECT_EQ(r.converged_pairs, good);
        EXPECT_THROW((void)r.require(), NotConverged);
    };
    check(lobpcg(grid.A, X, {.max_iterations = 3}), Status::max_iterations);
    check(lobpcg(grid.A, X, {.time_limit = std::chrono::nanoseconds(1)}), Status::time_limit);
    std::stop_source source;
    source.request_stop();
    check(lobpcg(grid.A, X, {.stop = source.get_token()}), Status::cancelled);
    std::int64_t calls = 0;
    const auto callback = [&](const EigenIterationInfo& info) {
        EXPECT_EQ(info.iteration, ++calls);
        EXPECT_EQ(info.wanted, 4);
        EXPECT_GT(info.residual_norm, 0);
        return calls < 5;
    };
    check(lobpcg(grid.A, X, {.callback = callback}), Status::cancelled);
    EXPECT_EQ(calls, 5);
    // Some have converged when it stops.
    const auto some = lobpcg(grid.A, X, {.callback = [](const EigenIterationInfo& info) { return info.converged < 1; }});
    check(some, Status::cancelled);
    EXPECT_GE(some.converged_pairs, 1);
}

TEST(LobpcgFailure, OfAnOperatorThatIsNotFiniteIsNamed) {
    const auto grid = grid_spectrum<double>({8, 8});
    std::int64_t products = 0, most = 0;
    const auto A = make_operator<double>(64, 64, [&](auto x, auto y) {
        y.eigen() = grid.A * x.eigen();
        if (++products > most) y[7] = std::nan("");
    });
    for (const std::int64_t good : {0, 20, 60}) {
        products = 0;
        most = good;
        const auto r = lobpcg(A, random_start(64, 3));
        EXPECT_EQ(r.status, Status::not_finite) << r.message;
        EXPECT_TRUE(r.vectors.allFinite());
        if (good > 30) {
            EXPECT_TRUE(r.values.allFinite());
        }
        EXPECT_EQ(r.converged_pairs, 0);
    }
}

TEST(LobpcgSizes, ReachTheWholeSpace) {
    const auto path = grid_spectrum<double>({6});
    EXPECT_TRUE(are_pairs(path.A, lobpcg(path.A, random_start(6, 6)), path.smallest(6), 1e-13));
    EXPECT_TRUE(are_pairs(path.A, lobpcg(path.A, random_start(6, 5)), path.smallest(5), 1e-13));
    const auto one = grid_spectrum<double>({1});
    EXPECT_TRUE(are_pairs(one.A, lobpcg(one.A, random_start(1, 1)), one.smallest(1), 1e-15));
    const auto none = lobpcg(path.A, Matrix<double>(6, 0));
    EXPECT_TRUE(none.converged());
    EXPECT_EQ(none.values.size(), 0);
    // Beside constraints, too.
    const auto two = lobpcg(path.A, random_start(6, 2), {.tolerance = 1e-13});
    const auto rest = lobpcg(path.A, random_start(6, 4), {.constraints = two.vectors});
    EXPECT_TRUE(are_pairs(path.A, rest, path.largest(4), 1e-12));
}

TEST(LobpcgArguments, AreChecked) {
    const auto path = grid_spectrum<double>({6});
    const Matrix<double> X = random_start(6, 2);
    for (const Which which : {Which::largest_magnitude, Which::smallest_magnitude, Which::both_ends, Which::nearest})
        EXPECT_TRUE(throws<InvalidArgument>([&] { (void)lobpcg(path.A, X, {.which = which}); }, to_string(which)));
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)lobpcg(path.A, random_start(5, 2)); }, "X0"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)lobpcg(path.A, random_start(6, 7)); }, "columns"));
    EXPECT_TRUE(
        throws<InvalidArgument>([&] { (void)lobpcg(path.A, X, {.constraints = random_start(6, 5)}); }, "constraints"));
    EXPECT_TRUE(
        throws<DimensionMismatch>([&] { (void)lobpcg(path.A, X, {.constraints = random_start(5, 1)}); }, "constraints"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)lobpcg(path.A, X, {.tolerance = -1}); }, "tolerance"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)lobpcg(path.A, X, {.tolerance = std::nan("")}); }, "tolerance"));
    const auto other = grid_spectrum<double>({5});
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)lobpcg(path.A, X, {.preconditioner = other.A}); }, "preconditioner"));
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)lobpcg(path.A, X, {.mass = other.A}); }, ".mass"));
    Matrix<double> M = dense(path.A);
    M(1, 0) = 5;
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)lobpcg(M, X); }, "Hermitian"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)lobpcg(to_csr(M), X); }, "Hermitian"));
    M(1, 0) = std::nan("");
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)lobpcg(M, X); }, "finite"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)lobpcg(to_csr(M), X); }, "finite"));
}

}  // namespace
}  // namespace tamis::test
