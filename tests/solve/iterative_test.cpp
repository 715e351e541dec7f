// solve with iterative methods that are asked for by name.
#include <cmath>
#include <limits>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <tamis/tamis.hpp>

#include "support/random.hpp"
#include "support/types.hpp"

namespace tamis::test {
namespace {

using ::testing::HasSubstr;

constexpr Method every_method[] = {Method::cg,     Method::flexible_cg, Method::block_cg, Method::minres, Method::minres_qlp,
                                   Method::symmlq, Method::gmres,       Method::fgmres,   Method::lgmres, Method::gcrodr,
                                   Method::bicg,   Method::bicgstab,    Method::cgs,      Method::qmr,    Method::tfqmr,
                                   Method::idrs,   Method::lsqr,        Method::lsmr,     Method::cgls};

template <class P>
class SolveIteratively : public ::testing::Test {};
TYPED_TEST_SUITE(SolveIteratively, AllScalarsAndIndices, TypeName);

TYPED_TEST(SolveIteratively, ObeysEveryMethodAndReportsTheTrueResidual) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    const auto A = poisson_2d<T, I>(12, 11);
    const Matrix<T> b = Random(1).template matrix<T>(A.rows(), 2);
    for (const Method method : every_method) {
        const auto [x, report] = solve_with_report(A, b, {.method = method, .tolerance = 1e-5});
        EXPECT_EQ(report.method, method);
        EXPECT_GT(report.iterations, 0) << to_string(method);
        double largest = 0;
        for (int j = 0; j < 2; ++j) largest = std::max(largest, static_cast<double>((b.col(j) - A * x.col(j)).norm()));
        const bool squares = method == Method::lsqr || method == Method::lsmr || method == Method::cgls;
        if (!squares) {
            EXPECT_LE(largest, 1.01e-5 * static_cast<double>(b.norm())) << to_string(method);
        }
        EXPECT_NEAR(report.residual_norm, largest, 1e-3 * largest + 1e-6) << to_string(method);
        const bool definite = method < Method::gmres;  // cg … symmlq
        EXPECT_EQ(report.preconditioner, squares ? "none" : definite ? "ic0" : "ilu0") << to_string(method);
        EXPECT_THAT(report.reasons.front(), HasSubstr(std::string(to_string(method)) + " was asked for"));
        EXPECT_EQ(std::ssize(report.residual_history), report.iterations + 1) << to_string(method);
        EXPECT_EQ(explain(A, {.method = method}).reasons.front(), report.reasons.front());
    }
}

TYPED_TEST(SolveIteratively, ObeysEveryPreconditioner) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    const auto A = poisson_2d<T, I>(14, 14);
    const Vector<T> b = Random(2).template vector<T>(A.rows());
    for (int k = 0; k <= static_cast<int>(PreconditionerKind::amg); ++k) {
        const auto kind = static_cast<PreconditionerKind>(k);
        const auto [x, report] =
            solve_with_report(A, b, {.method = Method::fgmres, .tolerance = 1e-5, .preconditioner = kind});
        EXPECT_LE((b - A * x).norm(), 1.01e-5 * b.norm()) << to_string(kind);
        EXPECT_EQ(report.preconditioner, kind == PreconditionerKind::automatic ? "ilu0" : to_string(kind));
        EXPECT_EQ(report.factor_nonzeros > 0, kind != PreconditionerKind::none) << to_string(kind);
        EXPECT_EQ(preconditioner_from_string(to_string(kind)), kind);
    }
}

TEST(SolveIteratively, TakesJacobiOrNothingWhereThereIsNoFactorization) {
    Coo<double> saddle(3, 3);
    saddle.add(0, 1, 1);
    saddle.add(1, 0, 1);
    saddle.add(2, 2, 2);
    const auto A = to_csr(saddle);
    const Vector<double> b = Vector<double>::Ones(3);
    const auto [x, report] = solve_with_report(A, b, {.method = Method::minres});
    EXPECT_EQ(report.preconditioner, "none");
    EXPECT_LT((A * x - b).norm(), 1e-7);
}

TEST(SolveIteratively, ThrowsWhatTheMethodSays) {
    const auto A = poisson_2d<double>(40, 40);
    const Vector<double> b = Vector<double>::Ones(A.rows());
    try {
        (void)solve(A, b, {.method = Method::cg, .max_iterations = 3, .preconditioner = PreconditionerKind::none});
        FAIL();
    } catch (const NotConverged& e) {
        EXPECT_EQ(e.status(), Status::max_iterations);
        EXPECT_EQ(e.iterations(), 3);
        EXPECT_GT(e.residual_norm(), 0);
    }
    const Csr<double> negative = -A;
    try {
        (void)solve(negative, b, {.method = Method::cg, .preconditioner = PreconditionerKind::none});
        FAIL();
    } catch (const NotConverged& e) {
        EXPECT_EQ(e.status(), Status::indefinite_operator);
    }
    EXPECT_THROW((void)solve(A, b, {.method = Method::gmres, .time_limit = std::chrono::nanoseconds(1)}), Cancelled);
    EXPECT_THROW((void)explain(hstack(A, A), {.method = Method::gcrodr}), DimensionMismatch);
    EXPECT_THROW((void)preconditioner_from_string("ilu"), InvalidArgument);
    EXPECT_EQ(preconditioner_from_string("auto"), PreconditionerKind::automatic);
    Csr<double> bad = A;
    bad.values()[0] = std::numeric_limits<double>::quiet_NaN();
    EXPECT_THROW((void)solve(bad, b, {.method = Method::cg}), InvalidArgument);
}

TEST(SolveIteratively, TakesManyColumnsByBlocksAndRecyclesFromColumnToColumn) {
    const auto A = poisson_2d<double>(30, 30);
    const Matrix<double> b = Random(5).matrix<double>(A.rows(), 40);
    const auto iterations = [&](Method method) {
        const auto [x, report] = solve_with_report(A, b, {.method = method, .preconditioner = PreconditionerKind::none});
        for (Eigen::Index j = 0; j < b.cols(); ++j) EXPECT_LE((b.col(j) - A * x.col(j)).norm(), 1.01e-8 * b.col(j).norm());
        return report.iterations;
    };
    EXPECT_LT(iterations(Method::block_cg), 0.6 * static_cast<double>(iterations(Method::cg)));
    // A start far better than nothing: gmres, restarted as often, has none.
    const Matrix<double> B = b.leftCols(4);
    std::int64_t recycled = 0;
    std::int64_t alone = 0;
    for (const Method method : {Method::gcrodr, Method::gmres})
        (void)solve(A, B,
                    {.method = method, .preconditioner = PreconditionerKind::none, .callback = [&](const IterationInfo&) {
                         return ++(method == Method::gcrodr ? recycled : alone);
                     }});
    EXPECT_LT(recycled, alone);
}

TEST(SolveIteratively, TellsACallbackAndStopsWhenItSaysSo) {
    const auto A = poisson_2d<double>(30, 30);
    const Vector<double> b = Vector<double>::Ones(A.rows());
    std::vector<double> seen;
    SolveOptions options{.method = Method::cg};
    options.callback = [&](const IterationInfo& info) {
        EXPECT_EQ(info.iteration, std::ssize(seen) + 1);
        seen.push_back(info.residual_norm);
        return true;
    };
    const auto [x, report] = solve_with_report(A, b, options);
    EXPECT_EQ(std::vector<double>(report.residual_history.begin() + 1, report.residual_history.end()), seen);
    EXPECT_DOUBLE_EQ(report.residual_history.front(), b.norm());
    EXPECT_TRUE(solve_with_report(A, b).report.residual_history.empty());
    options.callback = [](const IterationInfo& info) { return info.iteration < 3; };
    EXPECT_THROW((void)solve(A, b, options), Cancelled);
}

TEST(SolveIteratively, SolvesRectanglesInTheSenseOfLeastSquares) {
    const Matrix<double> dense = Random(3).matrix<double>(12, 5);
    const auto A = to_csr(dense);
    const Vector<double> b = Random(4).vector<double>(12);
    for (const Method method : {Method::lsqr, Method::lsmr, Method::cgls}) {
        for (const bool door : {false, true}) {
            const auto x = door ? least_squares(A, b, {.method = method, .tolerance = 1e-12})
                                : solve(A, b, {.method = method, .tolerance = 1e-12});
            EXPECT_LT((dense.transpose() * (b - dense * x)).norm(), 1e-10) << to_string(method);
        }
        EXPECT_THROW((void)solve(A, b, {.method = method, .preconditioner = PreconditionerKind::jacobi}), InvalidArgument);
    }
    EXPECT_THROW((void)solve(A, b, {.method = Method::cg}), DimensionMismatch);
    EXPECT_THROW((void)least_squares(A, b, {.method = Method::cg}), Unsupported);
}

}  // namespace
}  // namespace tamis::test
