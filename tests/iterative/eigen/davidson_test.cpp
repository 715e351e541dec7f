#include "iterative/eigen/davidson.hpp"

#include <limits>
#include <string>

#include <gtest/gtest.h>

#include <tamis/core/error.hpp>
#include <tamis/iterative/amg/amg.hpp>
#include <tamis/sparse/add.hpp>
#include <tamis/sparse/build.hpp>
#include <tamis/sparse/coo.hpp>
#include <tamis/sparse/measure.hpp>
#include <tamis/sparse/model_problems.hpp>

#include "iterative/eigen/default_preconditioner.hpp"
#include "iterative/eigen/run_method.hpp"
#include "support/assertions.hpp"
#include "support/known_spectra.hpp"
#include "support/random.hpp"
#include "support/types.hpp"

namespace tamis::test {
namespace {

template <class T>
EigenResult<T> davidson(const OperatorRef<T>& A, std::int64_t k, Which which,
                        const tamis::detail::HermitianProblem<T>& problem = {}) {
    return run_method<T>(tamis::detail::davidson<T>, A, k, which, problem);
}

/// The `high` largest and the `low` smallest.
template <class T>
Vector<double> ends(const KnownSpectrum<T>& known, std::int64_t low, std::int64_t high) {
    Vector<double> values(low + high);
    values << known.smallest(low), known.largest(high);
    return values;
}

template <class P>
class Davidson : public ::testing::Test {};
TYPED_TEST_SUITE(Davidson, AllScalars, TypeName);

TYPED_TEST(Davidson, FindsEveryCopyAtEitherEnd) {
    using T = typename TypeParam::T;
    constexpr double tolerance = default_eigen_tolerance<T>;
    const auto grid = grid_spectrum<T>({7, 7, 7});
    const auto run = [](const auto& known, std::int64_t k, Which which) { return davidson<T>(known.A, k, which); };
    EXPECT_TRUE(are_pairs(grid.A, run(grid, 10, Which::smallest_algebraic), grid.smallest(10), tolerance));
    EXPECT_TRUE(are_pairs(grid.A, run(grid, 7, Which::smallest_magnitude), grid.smallest(7), tolerance));
    EXPECT_TRUE(are_pairs(grid.A, run(grid, 10, Which::largest_magnitude), grid.largest(10), tolerance));
    EXPECT_TRUE(are_pairs(grid.A, run(grid, 9, Which::both_ends), ends(grid, 4, 5), tolerance));
    // More copies than directions in a step.
    const auto cube = hypercube_laplacian<T>(8);
    EXPECT_TRUE(are_pairs(cube.A, run(cube, 12, Which::largest_algebraic), cube.largest(12), tolerance));
    const auto complete = complete_graph_laplacian<T>(50);
    EXPECT_TRUE(are_pairs(complete.A, run(complete, 5, Which::both_ends), ends(complete, 2, 3), tolerance));
    EXPECT_TRUE(are_pairs(complete.A, run(complete, 49, Which::smallest_algebraic), complete.smallest(49), tolerance));
}

TEST(DavidsonMagnitude, FindsBothSignsAndRefusesTheInside) {
    // The grid's spectrum about its middle: ±λ come in pairs.
    auto grid = grid_spectrum<double>({9, 8});
    const auto B = make_operator<double>(72, 72, [&](auto x, auto y) { y.eigen() = grid.A * x.eigen() - 4 * x.eigen(); });
    const auto r = davidson<double>(B.ref(), 6, Which::largest_magnitude);
    EXPECT_TRUE(r.converged()) << r.message;
    Vector<double> expected = ends(grid, 3, 3);
    expected.array() -= 4;
    EXPECT_LE((r.values - expected).cwiseAbs().maxCoeff(), 1e-9) << r.values.transpose();
    const auto inside = davidson<double>(B.ref(), 3, Which::smallest_magnitude);
    EXPECT_EQ(inside.status, Status::inconsistent);
    EXPECT_NE(inside.message.find("indefinite"), std::string::npos);
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)davidson<double>(B.ref(), 3, Which::nearest); }, "nearest", "lanczos"));
}

TEST(DavidsonPreconditioner, IsChosenByTheMatrix) {
    const auto poisson = poisson_2d<double>(90, 80);
    const auto with = tamis::detail::default_preconditioner<double>(poisson);
    ASSERT_TRUE(with.M) << with.how;
    EXPECT_NE(with.how.find("Amg"), std::string::npos);
    tamis::detail::HermitianProblem<double> problem;
    const auto plain = davidson<double>(poisson, 6, Which::smallest_algebraic, problem);
    problem.preconditioner = with.M.ref();
    const auto fast = davidson<double>(poisson, 6, Which::smallest_algebraic, problem);
    ASSERT_TRUE(plain.converged() && fast.converged()) << plain.message << "\n" << fast.message;
    EXPECT_LE((plain.values - fast.values).cwiseAbs().maxCoeff(), 1e-9);
    EXPECT_LT(fast.matvecs, plain.matvecs / 4);

    // Three grids without boundary, in one matrix: 0 is triple and A singular.
    constexpr std::int64_t m = 40;
    Coo<double> edges(3 * m * m, 3 * m * m);
    for (std::int64_t i = 0; i < 3 * m * m; ++i)
        for (const std::int64_t j : {i + 1, i + m}) {
            if ((j == i + 1 && j % m == 0) || (j == i + m && i % (m * m) >= m * (m - 1))) continue;
            edges.add(i, i, 1);
            edges.add(j, j, 1);
            edges.add(i, j, -1);
            edges.add(j, i, -1);
        }
    const Csr<double> neumann = to_csr(edges);
    const double next = 2 - 2 * std::cos(std::numbers::pi / m);
    Vector<double> expected(10);
    expected << 0, 0, 0, next, next, next, next, next, next, 2 * next;
    const auto shifted = tamis::detail::default_preconditioner<double>(neumann);
    EXPECT_NE(shifted.how.find("shifted"), std::string::npos);
    problem.preconditioner = shifted.M.ref();
    EXPECT_TRUE(are_pairs(neumann, davidson<double>(neumann, 10, Which::smallest_algebraic, problem), expected, 1e-10));
    // A singular preconditioner hides nothing either.
    const Amg<double> singular(neumann);
    problem.preconditioner = OperatorRef<double>(singular);
    EXPECT_TRUE(are_pairs(neumann, davidson<double>(neumann, 10, Which::smallest_algebraic, problem), expected, 1e-10));

    const auto graph = rmat<double>(10, 8, 1);
    const Csr<double> laplacian = diagonal_matrix(Vector<double>(row_sums(graph))) - graph;  // isolated vertices, too
    const auto jacobi = tamis::detail::default_preconditioner<double>(laplacian);
    EXPECT_NE(jacobi.how.find("Jacobi"), std::string::npos) << jacobi.how;
    EXPECT_TRUE(jacobi.M);
    EXPECT_FALSE(tamis::detail::default_preconditioner<double>(graph).M);
    EXPECT_FALSE(tamis::detail::default_preconditioner<double>(make_operator<double>(3, 3, [](auto, auto) {})).M);
}

TEST(DavidsonOptions, AreObeyed) {
    const auto grid = grid_spectrum<double>({25, 25});
    tamis::detail::HermitianProblem<double> problem;
    const auto run = [&] { return davidson<double>(grid.A, 5, Which::smallest_algebraic, problem); };
    for (const std::int64_t block : {1, 2, 9}) {
        problem.block_size = block;
        EXPECT_TRUE(are_pairs(grid.A, run(), grid.smallest(5), 1e-10)) << block;
    }
    problem.block_size = 0;
    problem.subspace = 100;
    const auto longer = run();
    EXPECT_TRUE(are_pairs(grid.A, longer, grid.smallest(5), 1e-10));
    EXPECT_NE(longer.message.find("100 basis vectors"), std::string::npos) << longer.message;
    problem.subspace = 0;

    // Warm starts of any number; one that lacks a copy.
    problem.tolerance = 1e-13;
    const auto exact = davidson<double>(grid.A, 9, Which::smallest_algebraic, problem);
    problem.tolerance = 1e-10;
    Matrix<double> start(625, 5);
    start << exact.vectors.leftCols(2), exact.vectors.middleCols(3, 3);
    problem.initial = MatrixView<const double>(start);
    EXPECT_TRUE(are_pairs(grid.A, run(), grid.smallest(5), 1e-10));
    problem.initial = MatrixView<const double>(exact.vectors);
    const auto warm = run();
    EXPECT_TRUE(are_pairs(grid.A, warm, grid.smallest(5), 1e-10));
    EXPECT_LT(warm.matvecs, longer.matvecs);
    problem.initial = {};

    problem.max_iterations = 4;
    EXPECT_EQ(run().status, Status::max_iterations);
    problem.max_iterations = 0;
    problem.time_limit = 1e-9;
    EXPECT_EQ(run().status, Status::time_limit);
    problem.time_limit = 0;
    const EigenCallback callback = [](const EigenIterationInfo& info) { return info.iteration < 3; };
    problem.callback = &callback;
    const auto cancelled = run();
    EXPECT_EQ(cancelled.status, Status::cancelled);
    EXPECT_EQ(cancelled.iterations, 3);
    EXPECT_TRUE(cancelled.values.allFinite() && cancelled.vectors.allFinite());
    EXPECT_TRUE(orthonormal(cancelled.vectors));
    problem.callback = nullptr;
    problem.tolerance = 0;  // as small as rounding lets residuals be
    EXPECT_TRUE(run().converged());
}

TEST(DavidsonFailure, OfAnOperatorThatIsNotFiniteIsNamed) {
    const auto grid = grid_spectrum<double>({12, 12});
    std::int64_t products = 0;
    const auto A = make_operator<double>(144, 144, [&](auto x, auto y) {
        y.eigen() = grid.A * x.eigen();
        if (++products > 40) y[0] = std::numeric_limits<double>::infinity();
    });
    const auto r = davidson<double>(A.ref(), 4, Which::smallest_algebraic);
    EXPECT_EQ(r.status, Status::not_finite) << r.message;
    EXPECT_TRUE(r.values.allFinite() && r.vectors.allFinite());
}

}  // namespace
}  // namespace tamis::test
