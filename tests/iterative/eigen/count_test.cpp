#include <tamis/iterative/eigen/count.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "iterative/eigen/certify.hpp"
#include "support/assertions.hpp"
#include "support/known_spectra.hpp"
#include "support/types.hpp"

namespace tamis::test {
namespace {

std::int64_t in_interval(const std::vector<double>& values, double lower, double upper) {
    return std::count_if(values.begin(), values.end(), [&](double v) { return lower <= v && v < upper; });
}

template <class P>
class CountEigenvalues : public ::testing::Test {};
TYPED_TEST_SUITE(CountEigenvalues, AllScalars, TypeName);

TYPED_TEST(CountEigenvalues, CountsEveryCopy) {
    using T = typename TypeParam::T;
    const auto grid = grid_spectrum<T>({7, 6, 5});
    const double bounds[] = {-infinity, -1, 0.5, 1.7, 3.3, 6.01, 9.9, 13, infinity};
    for (const double lower : bounds)
        for (const double upper : bounds) {
            const EigenvalueCount c = count_eigenvalues(grid.A, lower, upper);
            EXPECT_EQ(c, in_interval(grid.eigenvalues, lower, upper)) << lower << " " << upper << ": " << c.message;
            EXPECT_TRUE(c.certified || lower >= upper) << c.message;
        }
}

TEST(CountEigenvalues, TakesALowerBoundThatIsAnEigenvalueAndLeavesOutAnUpperOne) {
    const auto cube = hypercube_laplacian<double>(8);  // 2 j, over(8, j) times
    const EigenvalueCount c = count_eigenvalues(cube.A, 2.0, 6.0);
    EXPECT_EQ(c, 8 + 28) << c.message;
    EXPECT_LT(c.lower, 2.0);
    EXPECT_LT(c.upper, 6.0);
    EXPECT_NE(c.message.find("moved"), std::string::npos) << c.message;
}

TEST(CountEigenvalues, CountsOfPairsAndOfDenseMatrices) {
    const auto path = grid_spectrum<double>({60});
    Assembly<double> B(60, 60);
    for (std::int64_t i = 0; i < 60; ++i) B.set(i, i, 2.0);
    const Csr<double> mass = B.csr();
    EXPECT_EQ(count_eigenvalues(path.A, 0.1, 1.2, mass), in_interval(path.eigenvalues, 0.2, 2.4));
    const Matrix<double> full = dense(path.A);
    EXPECT_EQ(count_eigenvalues(full, 0.1, 1.2), in_interval(path.eigenvalues, 0.1, 1.2));
    EXPECT_EQ(count_eigenvalues(full, 0.1, 1.2, mass), in_interval(path.eigenvalues, 0.2, 2.4));
}

/// 1, 2, … with these in place of the first after `keep` of them.
Csr<double> diagonal(std::int64_t n, std::int64_t keep, double next) {
    Assembly<double> A(n, n);
    for (std::int64_t i = 0; i < n; ++i) A.set(i, i, i == keep ? next : static_cast<double>(i + 1));
    return A.csr();
}

TEST(CountEigenvalues, AreNotCertifiedWhereRoundingMightMoveOneAcrossABound) {
    // The factor is exact, but one that is only known to be stable would prove nothing so near to 50.
    const auto c = count_eigenvalues(diagonal(100, 100, 0), 0.5, 50 + 5e-11);
    EXPECT_FALSE(c.certified);
    EXPECT_TRUE(c.count == 50 || c.count == 49) << c.count;
    EXPECT_NE(c.message.find("within rounding"), std::string::npos) << c.message;
    EXPECT_TRUE(count_eigenvalues(diagonal(100, 100, 0), 0.5, 50 + 5e-8).certified);
}

TEST(Certify, LeavesOpenWhatItsFactorsDoNotProve) {
    // The cut behind the set falls beside the next eigenvalue.
    tamis::detail::HermitianProblem<double> problem;
    problem.k = 5;
    problem.which = Which::smallest_algebraic;
    tamis::detail::EigenPairs<double> pairs;
    pairs.values = Array<double>(5);
    for (std::int64_t i = 0; i < 5; ++i) pairs.values[i] = static_cast<double>(i + 1);
    for (const double beside : {1e-11, 1e-7}) {
        const Csr<double> A = diagonal(100, 5, 5 + 1e-6 + beside);
        EigenReport report;
        report.scale = 100;
        report.residual_norms.assign(5, 0.0);
        tamis::detail::certify<double>(EigenOperand<double>(A), {}, problem, pairs, report);
        EXPECT_EQ(report.certified, beside > 1e-8) << report.message;
        EXPECT_EQ(report.message.find("too close to call") != std::string::npos, beside < 1e-8) << report.message;
        EXPECT_TRUE(report.converged());
    }
    // One that is missing.
    const Csr<double> A = diagonal(100, 5, 3.5);
    EigenReport report;
    report.scale = 100;
    report.residual_norms.assign(5, 0.0);
    tamis::detail::certify<double>(EigenOperand<double>(A), {}, problem, pairs, report);
    EXPECT_FALSE(report.certified);
    EXPECT_EQ(report.status, Status::stagnated) << report.message;
}

TEST(CountEigenvalues, RefusesWhatHasNoCount) {
    const auto path = grid_spectrum<double>({10});
    EXPECT_THROW((void)count_eigenvalues(path.A, std::numeric_limits<double>::quiet_NaN(), 1.0), InvalidArgument);
    EXPECT_THROW((void)count_eigenvalues(OperatorRef<double>(path.A), 0.0, 1.0), InvalidArgument);
    EXPECT_THROW((void)count_eigenvalues(path.A, 0.0, 1.0, grid_spectrum<double>({9}).A), DimensionMismatch);
    EXPECT_THROW((void)count_eigenvalues(Assembly<double>(3, 4).csr(), 0.0, 1.0), DimensionMismatch);
    Csr<double> skew = path.A;
    skew.values()[1] = 2;
    EXPECT_THROW((void)count_eigenvalues(skew, 0.0, 1.0), InvalidArgument);
}

}  // namespace
}  // namespace tamis::test
