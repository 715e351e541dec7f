#include "iterative/eigen/chebyshev.hpp"

#include <limits>
#include <string>

#include <gtest/gtest.h>

#include <tamis/core/error.hpp>

#include "iterative/eigen/run_method.hpp"
#include "support/assertions.hpp"
#include "support/known_spectra.hpp"
#include "support/random.hpp"
#include "support/types.hpp"

namespace tamis::test {
namespace {

template <class T>
EigenResult<T> chebyshev(const OperatorRef<T>& A, std::int64_t k, Which which,
                         const tamis::detail::HermitianProblem<T>& problem = {}) {
    return run_method<T>(tamis::detail::chebyshev<T>, A, k, which, problem);
}

template <class P>
class ChebyshevFiltered : public ::testing::Test {};
TYPED_TEST_SUITE(ChebyshevFiltered, AllScalars, TypeName);

TYPED_TEST(ChebyshevFiltered, FindsEveryCopyAtEitherEnd) {
    using T = typename TypeParam::T;
    constexpr double tolerance = default_eigen_tolerance<T>;
    const auto run = [](const auto& known, std::int64_t k, Which which) { return chebyshev<T>(known.A, k, which); };
    const auto grid = grid_spectrum<T>({7, 7, 7});
    EXPECT_TRUE(are_pairs(grid.A, run(grid, 10, Which::smallest_algebraic), grid.smallest(10), tolerance));
    EXPECT_TRUE(are_pairs(grid.A, run(grid, 7, Which::smallest_magnitude), grid.smallest(7), tolerance));
    EXPECT_TRUE(are_pairs(grid.A, run(grid, 40, Which::largest_algebraic), grid.largest(40), tolerance));
    // The block ends amid the copies.
    const auto cube = hypercube_laplacian<T>(8);
    EXPECT_TRUE(are_pairs(cube.A, run(cube, 12, Which::largest_algebraic), cube.largest(12), tolerance));
    EXPECT_TRUE(are_pairs(cube.A, run(cube, 1, Which::smallest_algebraic), cube.smallest(1), tolerance));
    const auto complete = complete_graph_laplacian<T>(50);
    EXPECT_TRUE(are_pairs(complete.A, run(complete, 5, Which::smallest_algebraic), complete.smallest(5), tolerance));
    EXPECT_TRUE(are_pairs(complete.A, run(complete, 49, Which::largest_algebraic), complete.largest(49), tolerance));
}

TEST(ChebyshevFilteredEnds, MayLieAnywhere) {
    // Far from 0, of either sign, and far apart from the rest of the spectrum.
    const auto grid = grid_spectrum<double>({20, 19});
    for (const double shift : {-100.0, 1e4}) {
        const auto A =
            make_operator<double>(380, 380, [&](auto x, auto y) { y.eigen() = grid.A * x.eigen() + shift * x.eigen(); });
        const auto r = chebyshev<double>(A.ref(), 6, Which::smallest_algebraic);
        EXPECT_TRUE(r.converged()) << r.message;
        EXPECT_LE((r.values.array() - shift - grid.smallest(6).array()).abs().maxCoeff(), 1e-10 * std::abs(shift));
    }
    Vector<double> d(200);
    for (std::int64_t i = 0; i < 200; ++i)
        d[i] = i < 3 ? -1e3 * static_cast<double>(3 - i) : 1 + 0.01 * static_cast<double>(i);
    const auto A = make_operator<double>(200, 200, [&](auto x, auto y) { y.eigen() = d.cwiseProduct(x.eigen()); });
    const auto r = chebyshev<double>(A.ref(), 6, Which::smallest_algebraic);
    EXPECT_TRUE(r.converged()) << r.message;
    EXPECT_LE((r.values - d.head(6)).cwiseAbs().maxCoeff(), 1e-6) << r.values.transpose();
    const auto inside = chebyshev<double>(A.ref(), 4, Which::smallest_magnitude);
    EXPECT_EQ(inside.status, Status::inconsistent);
}

TEST(ChebyshevFilteredOptions, AreObeyed) {
    const auto grid = grid_spectrum<double>({25, 25});
    tamis::detail::HermitianProblem<double> problem;
    const auto run = [&] { return chebyshev<double>(grid.A, 5, Which::smallest_algebraic, problem); };
    const auto plain = run();
    EXPECT_TRUE(are_pairs(grid.A, plain, grid.smallest(5), 1e-10));
    // A start that is good, but lacks a copy.
    const auto exact = chebyshev<double>(grid.A, 9, Which::smallest_algebraic);
    Matrix<double> start(625, 5);
    start << exact.vectors.leftCols(2), exact.vectors.middleCols(3, 3);
    problem.initial = MatrixView<const double>(start);
    EXPECT_TRUE(are_pairs(grid.A, run(), grid.smallest(5), 1e-10));
    problem.initial = {};
    problem.max_iterations = 2;
    EXPECT_EQ(run().status, Status::max_iterations);
    problem.max_iterations = 0;
    problem.time_limit = 1e-9;
    EXPECT_EQ(run().status, Status::time_limit);
    problem.time_limit = 0;
    const EigenCallback callback = [](const EigenIterationInfo& info) { return info.iteration < 2; };
    problem.callback = &callback;
    const auto cancelled = run();
    EXPECT_EQ(cancelled.status, Status::cancelled);
    EXPECT_TRUE(cancelled.values.allFinite() && orthonormal(cancelled.vectors));
    problem.callback = nullptr;
    for (const Which which : {Which::largest_magnitude, Which::both_ends, Which::nearest})
        EXPECT_TRUE(throws<InvalidArgument>([&] { (void)chebyshev<double>(grid.A, 3, which); }, to_string(which)));
    problem.B = OperatorRef<double>(grid.A);
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)run(); }, "mass"));
}

TEST(ChebyshevFilteredFailure, OfAnOperatorThatIsNotFiniteIsNamed) {
    const auto grid = grid_spectrum<double>({12, 12});
    std::int64_t products = 0, most = 0;
    const auto A = make_operator<double>(144, 144, [&](auto x, auto y) {
        y.eigen() = grid.A * x.eigen();
        if (++products > most) y[0] = std::numeric_limits<double>::quiet_NaN();
    });
    for (const std::int64_t good : {0, 15, 40}) {
        products = 0;
        most = good;
        const auto r = chebyshev<double>(A.ref(), 4, Which::smallest_algebraic);
        EXPECT_EQ(r.status, Status::not_finite) << r.message;
        EXPECT_TRUE(r.vectors.allFinite());
    }
}

}  // namespace
}  // namespace tamis::test
