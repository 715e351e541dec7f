#include <tamis/iterative/eigen/eigsh_interval.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <stop_token>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <tamis/iterative/eigen/count.hpp>
#include <tamis/iterative/operator.hpp>

#include "support/assertions.hpp"
#include "support/known_spectra.hpp"
#include "support/types.hpp"

namespace tamis::test {
namespace {

Vector<double> within(const std::vector<double>& ascending, double lower, double upper) {
    const auto first = std::lower_bound(ascending.begin(), ascending.end(), lower);
    const auto last = std::lower_bound(ascending.begin(), ascending.end(), upper);
    return Eigen::Map<const Vector<double>>(ascending.data() + (first - ascending.begin()),
                                            std::max<std::ptrdiff_t>(last - first, 0));
}

/// All of [lower, upper), proved to be.
template <class T, class Result>
::testing::AssertionResult is_all(const Csr<T>& A, const Result& r, const Vector<double>& expected,
                                  const Csr<T>* B = nullptr) {
    if (!r.certified) return ::testing::AssertionFailure() << "not certified: " << r.message;
    if (expected.size() == 0)
        return r.values.size() == 0 && r.converged() ? ::testing::AssertionSuccess()
                                                     : ::testing::AssertionFailure() << "not empty: " << r.message;
    return are_pairs(A, r, expected, 2 * default_eigen_tolerance<T>, B);
}

template <class P>
class EigshInterval : public ::testing::Test {};
TYPED_TEST_SUITE(EigshInterval, AllScalars, TypeName);

TYPED_TEST(EigshInterval, HasEveryCopyOfEveryEigenvalueAcrossSlices) {
    using T = typename TypeParam::T;
    const auto grid = grid_spectrum<T>({8, 8, 8});
    const EigshIntervalOptions<T> few{.pairs_per_shift = 12};  // several slices
    for (const auto& [lower, upper] : {std::pair{2.01, 4.03}, std::pair{-infinity, 1.7}, std::pair{9.97, infinity}}) {
        const auto r = eigsh_interval(grid.A, lower, upper, few);
        EXPECT_TRUE(is_all(grid.A, r, within(grid.eigenvalues, lower, upper))) << lower << " " << upper;
        EXPECT_NE(r.message.find("slicing"), std::string::npos) << r.message;
    }
    // 2 j, d over j times; the lower bound belongs to the interval, the upper one does not.
    const auto cube = hypercube_laplacian<T>(9);
    const auto r = eigsh_interval(cube.A, 2.0, 6.0, few);
    EXPECT_TRUE(is_all(cube.A, r, Vector<double>(cube.smallest(1 + 9 + 36).tail(45))));
    EXPECT_NE(r.message.find("moved"), std::string::npos) << r.message;
}

TYPED_TEST(EigshInterval, SolvesGeneralizedProblems) {
    using T = typename TypeParam::T;
    // Linear elements on an interval, twice: every eigenvalue is double.
    constexpr std::int64_t n = 220;
    Assembly<T> A(2 * n, 2 * n), B(2 * n, 2 * n);
    std::vector<double> all;
    for (std::int64_t i = 0; i < n; ++i) {
        const double c = std::cos(std::numbers::pi * static_cast<double>(i + 1) / (n + 1));
        for (int copy = 0; copy < 2; ++copy) {
            const std::int64_t row = 2 * i + copy;
            all.push_back((2 - 2 * c) / (4 + 2 * c));
            A.set(row, row, T(2));
            B.set(row, row, T(4));
            for (const std::int64_t j : {row - 2, row + 2}) {
                if (j < 0 || j >= 2 * n) continue;
                A.set(row, j, turned<T>(-1, row, j));
                B.set(row, j, turned<T>(1, row, j));
            }
        }
    }
    const Csr<T> a = A.csr(), b = B.csr();
    const EigshIntervalOptions<T> options{.mass = b, .pairs_per_shift = 15};
    for (const auto& [lower, upper] :
         {std::pair{0.2, 0.5}, std::pair{-infinity, 0.1}, std::pair{1.8, infinity}, std::pair{-1e9, 0.02}})
        EXPECT_TRUE(is_all(a, eigsh_interval(a, lower, upper, options), within(all, lower, upper), &b))
            << lower << " " << upper;
}

TEST(EigshIntervalBounds, AgreeWithTheCountWhateverTheyAre) {
    const auto grid = grid_spectrum<double>({16, 15});
    const double some = grid.eigenvalues[50];
    for (const double lower : {-infinity, -1e300, 0.7, some, 1e300})
        for (const double upper : {-2.0, 0.9, some, infinity}) {
            const auto r = eigsh_interval(grid.A, lower, upper);
            const auto c = count_eigenvalues(grid.A, lower, upper);
            EXPECT_EQ(r.values.size(), c.count) << lower << " " << upper << ": " << r.message;
            EXPECT_TRUE(r.converged() && (r.certified || !c.certified)) << lower << " " << upper << ": " << r.message;
            EXPECT_EQ(r.vectors.cols(), r.values.size());
        }
    const auto all = eigsh_interval(grid.A, -infinity, infinity);
    EXPECT_TRUE(is_all(grid.A, all, grid.smallest(240)));
    EXPECT_NE(all.message.find("LAPACK"), std::string::npos);
    const auto bare = eigsh_interval(grid.A, 1.0, 1.4, {.vectors = false});
    EXPECT_TRUE(bare.converged() && bare.certified && bare.vectors.cols() == 0 && bare.vectors.rows() == 240);
    EXPECT_LE((bare.values - within(grid.eigenvalues, 1.0, 1.4)).cwiseAbs().maxCoeff(), 1e-12);
}

TEST(EigshIntervalBounds, InsideAClusterAreNudgedOrSaidToBeTooNear) {
    // 1, 2, … 300, and a bound so near to 50 that the factor at it proves nothing.
    constexpr std::int64_t n = 300;
    Assembly<double> A(n, n);
    for (std::int64_t i = 0; i < n; ++i) A.set(i, i, static_cast<double>(i + 1));
    const auto diagonal = A.csr();
    const auto r = eigsh_interval(diagonal, 40.5, 50 + 1e-10);
    EXPECT_FALSE(r.certified);
    EXPECT_NE(r.message.find("within rounding"), std::string::npos) << r.message;
    EXPECT_TRUE(r.values.size() == 10 || r.values.size() == 9);
    const auto at = eigsh_interval(diagonal, 50.0, 60.0);
    EXPECT_TRUE(at.certified && at.converged()) << at.message;
    ASSERT_EQ(at.values.size(), 10);
    EXPECT_NEAR(at.values[0], 50, 1e-11);
    EXPECT_NEAR(at.values[9], 59, 1e-11);
}

TEST(EigshIntervalSizes, SmallAndDenseMatricesGoToLapack) {
    const auto path = grid_spectrum<double>({90});
    EXPECT_TRUE(is_all(path.A, eigsh_interval(path.A, 0.5, 2.0), within(path.eigenvalues, 0.5, 2.0)));
    EXPECT_TRUE(is_all(path.A, eigsh_interval(dense(path.A), 0.5, 2.0), within(path.eigenvalues, 0.5, 2.0)));
    const auto cube = hypercube_laplacian<double>(6);  // bounds on multiple eigenvalues
    EXPECT_TRUE(is_all(cube.A, eigsh_interval(cube.A, 2.0, 6.0), Vector<double>(cube.smallest(22).tail(21))));
    Assembly<double> one(1, 1);
    one.set(0, 0, 3.0);
    EXPECT_EQ(eigsh_interval(one.csr(), 3.0, 4.0).values.size(), 1);
    EXPECT_EQ(eigsh_interval(one.csr(), 2.0, 3.0).values.size(), 0);
    const auto none = eigsh_interval(Assembly<double>(0, 0).csr(), 0.0, 1.0);
    EXPECT_TRUE(none.converged() && none.certified && none.values.size() == 0);
    const auto zero = eigsh_interval(Assembly<double>(300, 300).csr(), -1.0, 1.0);
    EXPECT_TRUE(zero.converged() && zero.certified) << zero.message;
    EXPECT_EQ(zero.values.size(), 300);
    EXPECT_EQ(eigsh_interval(Assembly<double>(300, 300).csr(), 0.5, 1.0).values.size(), 0);
    // A singular mass matrix: finite eigenvalues, small and large.
    for (const std::int64_t n : {100, 400}) {
        const auto line = grid_spectrum<double>({n});
        Assembly<double> B(n, n);
        for (std::int64_t i = 0; i < n; ++i)
            if (i % 4 != 3) B.set(i, i, 1.0);
        const Csr<double> mass = B.csr();
        const auto r = eigsh_interval(line.A, 0.0, 0.4, {.mass = mass});
        EXPECT_TRUE(r.converged() && r.certified) << r.message;
        EXPECT_EQ(r.values.size(), count_eigenvalues(line.A, 0.0, 0.4, mass).count);
        EXPECT_GT(r.values.size(), n / 10);
        const Matrix<double> gram = r.vectors.adjoint() * (mass * r.vectors);
        EXPECT_LE((gram - Matrix<double>::Identity(gram.rows(), gram.cols())).cwiseAbs().maxCoeff(), 1e-12);
    }
}

TEST(EigshIntervalEnd, LeavesThePairsSoFarAndSaysSo) {
    const auto grid = grid_spectrum<double>({40, 41});
    EigshIntervalOptions<double> options{.pairs_per_shift = 10};
    options.callback = [](const EigenIterationInfo& info) {
        EXPECT_GT(info.wanted, 100);
        return info.converged < 20;
    };
    const auto some = eigsh_interval(grid.A, 0.5, 2.0, options);
    EXPECT_EQ(some.status, Status::cancelled) << some.message;
    EXPECT_FALSE(some.certified);
    EXPECT_GE(some.values.size(), 10);
    EXPECT_EQ(some.converged_pairs, some.values.size());
    EXPECT_NE(some.message.find("counted"), std::string::npos) << some.message;
    EXPECT_TRUE(orthonormal(some.vectors));
    for (std::int64_t j = 0; j < some.values.size(); ++j) {
        const auto at = std::lower_bound(grid.eigenvalues.begin(), grid.eigenvalues.end(), some.values[j] - 1e-11);
        EXPECT_NEAR(*at, some.values[j], 1e-11);
    }
    EXPECT_THROW((void)some.require(), NotConverged);
    options.callback = {};
    options.max_iterations = 2;
    EXPECT_EQ(eigsh_interval(grid.A, 0.5, 2.0, options).status, Status::max_iterations);
    options.max_iterations = 0;
    options.time_limit = std::chrono::nanoseconds(1);
    EXPECT_EQ(eigsh_interval(grid.A, 0.5, 2.0, options).status, Status::time_limit);
    options.time_limit = std::chrono::seconds(0);
    std::stop_source source;
    source.request_stop();
    options.stop = source.get_token();
    const auto stopped = eigsh_interval(grid.A, 0.5, 2.0, options);
    EXPECT_EQ(stopped.status, Status::cancelled);
    EXPECT_FALSE(stopped.certified);
    options.stop = {};
    options.memory_limit = 100000;
    EXPECT_THROW((void)eigsh_interval(grid.A, 0.5, 2.0, options), MemoryLimitExceeded);
}

TEST(EigshIntervalArguments, AreChecked) {
    const auto path = grid_spectrum<double>({300});
    const double nan = std::nan("");
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)eigsh_interval(path.A, nan, 1.0); }, "NaN"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)eigsh_interval(path.A, 0.0, nan); }, "NaN"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)eigsh_interval(OperatorRef<double>(path.A), 0.0, 1.0); }, "operator"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)eigsh_interval(path.A, 0.0, 1.0, {.tolerance = nan}); }, "tolerance"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)eigsh_interval(path.A, 0.0, 1.0, {.subspace = -1}); }, "subspace"));
    const auto other = grid_spectrum<double>({299});
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)eigsh_interval(path.A, 0.0, 1.0, {.mass = other.A}); }, ".mass"));
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)eigsh_interval(Assembly<double>(3, 4).csr(), 0.0, 1.0); }, "square"));
    Assembly<double> singular(300, 300);
    singular.set(0, 0, 1.0);
    EXPECT_TRUE(
        throws<InvalidArgument>([&] { (void)eigsh_interval(path.A, 0.0, infinity, {.mass = singular.csr()}); }, "finite"));
    Csr<double> skew = path.A;
    skew.values()[1] = 2;
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)eigsh_interval(skew, 0.0, 1.0); }, "Hermitian"));
    skew.values()[1] = nan;
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)eigsh_interval(skew, 0.0, 1.0); }, "finite"));
    EXPECT_EQ(eigsh_interval(path.A, 1.0, 0.5).values.size(), 0);
    EXPECT_TRUE(eigsh_interval(path.A, 1.0, 1.0).certified);
}

}  // namespace
}  // namespace tamis::test
