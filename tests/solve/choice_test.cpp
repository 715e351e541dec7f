// solve left to itself with large systems: whether it iterates, how, and that the answer is as good as a direct one's.
#include <cmath>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <tamis/tamis.hpp>

#include "solve/attempt.hpp"
#include "sparse/factor_prediction.hpp"
#include "support/random.hpp"
#include "support/tolerance.hpp"
#include "support/types.hpp"

namespace tamis::test {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

template <class T>
Csr<T> plus_diagonal(const Csr<T>& A, double shift) {
    return A + T(shift) * identity<T>(A.rows());
}

Csr<double> laplacian(const Csr<double>& graph, double shift) {
    const Vector<double> degrees = graph * Vector<double>::Ones(graph.rows());
    return plus_diagonal<double>(diagonal_matrix(degrees) - graph, shift);
}

/// 3-D Poisson with boundary conditions of Neumann: the constants are its null space.
Csr<double> neumann(std::int64_t n) {
    const auto A = poisson_3d<double>(n, n, n);
    const Vector<double> sums = A * Vector<double>::Ones(A.rows());
    return A - diagonal_matrix(sums);
}

template <class T>
void expect_promise_kept(const Csr<T>& A, const Matrix<T>& b, const Matrix<T>& x, const SolveReport& report) {
    double worst = 0;
    const double norm = static_cast<double>(tamis::norm(A, Norm::inf));
    for (Eigen::Index j = 0; j < b.cols(); ++j) {
        const Vector<T> r = b.col(j) - A * x.col(j);
        const double scale =
            norm * static_cast<double>(x.col(j).cwiseAbs().maxCoeff()) + static_cast<double>(b.col(j).cwiseAbs().maxCoeff());
        worst = std::max(worst, static_cast<double>(r.cwiseAbs().maxCoeff()) / scale);
    }
    EXPECT_LE(worst, 1.5 * backward_error_limit<T>(A.rows()));  // this residual has its own rounding
    EXPECT_LE(report.backward_error, backward_error_limit<T>(A.rows()));
    EXPECT_GT(report.residual_norm, 0);
    EXPECT_EQ(report.rank, A.rows());
}

TEST(Choice, PredictsFactorsOfMeshes) {
    const auto expect_near = [](const auto& A, double factor) {
        const auto analysis = analyze(A);
        const detail::PatternView<std::int32_t> P{A.rows(), A.cols(), A.row_offsets().data(), A.col_indices().data()};
        const auto predicted = detail::predict_factor<std::int32_t>(P, nullptr);
        EXPECT_LT(std::abs(std::log(predicted.nonzeros / static_cast<double>(analysis.factor_nonzeros()))), std::log(factor))
            << predicted.nonzeros << " for " << analysis.factor_nonzeros();
        EXPECT_LT(std::abs(std::log(predicted.flops / analysis.flops())), 2 * std::log(factor))
            << predicted.flops << " for " << analysis.flops();
        EXPECT_FALSE(predicted.is_expander());
        // Pᵀ beside P is the same graph.
        EXPECT_EQ(detail::predict_factor<std::int32_t>(P, &P).separator, predicted.separator);
    };
    expect_near(poisson_2d<double>(150, 150), 3);
    expect_near(poisson_2d<double>(400, 60), 3);
    expect_near(poisson_3d<double>(22, 22, 22), 3);
    expect_near(elasticity_3d<double>(12, 12, 12), 3);
}

TEST(Choice, PredictsThatTreesAndHubsFillIn) {
    constexpr std::int32_t n = 20000;
    Coo<double> tree(n, n), star(n, n);
    for (std::int32_t i = 0; i < n; ++i) {
        tree.add(i, i, 3);
        star.add(i, i, 3);
        if (i == 0) continue;
        for (const auto& [a, b] : {std::pair(i, i / 2), std::pair(i / 2, i)}) tree.add(a, b, -1);
        for (const auto& [a, b] : {std::pair(i, 0), std::pair(0, i)}) star.add(a, b, -1);
    }
    for (const auto& A : {to_csr(tree), to_csr(star)}) {
        const detail::PatternView<std::int32_t> P{n, n, A.row_offsets().data(), A.col_indices().data()};
        EXPECT_LT(detail::predict_factor<std::int32_t>(P, nullptr).nonzeros, 4.0 * n);
    }
    const auto graph = rmat<double>(13, 8, 1);
    const detail::PatternView<std::int32_t> P{graph.rows(), graph.cols(), graph.row_offsets().data(),
                                              graph.col_indices().data()};
    EXPECT_TRUE(detail::predict_factor<std::int32_t>(P, nullptr).is_expander());
}

TEST(Choice, FollowsTheClassOfTheMatrix) {
    const auto expect = [](const auto& A, Method method, const std::string& words, const SolveOptions& options = {}) {
        const auto [got, reasons] = explain(A, options);
        EXPECT_EQ(got, method) << words;
        EXPECT_THAT(reasons, Contains(HasSubstr(words)));
    };
    const auto cube = poisson_3d<double>(40, 40, 40);
    expect(cube, Method::cg, "cg with multigrid");
    expect(Csr<double>(-cube), Method::cg, "cg with multigrid");
    expect(elasticity_3d<double>(20, 20, 20), Method::cg, "nodes of 3 unknowns");
    expect(plus_diagonal(cube, 10), Method::cg, "diagonal is so dominant");
    expect(laplacian(rmat<double>(15, 8, 1), 1e-3), Method::cg, "power-law");
    expect(convection_diffusion_3d<double>(40, 40, 40), Method::bicgstab, "with multigrid, and with Ilu0");
    expect(convection_diffusion_3d<double>(40, 40, 40, {.diffusion = 1e-5, .wind = Wind::constant}), Method::bicgstab,
           "bicgstab with Ilu0");

    expect(poisson_3d<double>(15, 15, 15), Method::cholesky, "Cholesky");  // small
    expect(poisson_2d<double>(150, 150), Method::cholesky, "cheap");
    expect(plus_diagonal(cube, -6.5), Method::ldlt, "diagonal");
    expect(cube, Method::cholesky, "asked for", {.method = Method::cholesky});
    EXPECT_THAT(explain(cube, {.ordering = Ordering::amd}).reasons, Not(Contains(HasSubstr("iteration"))));
    EXPECT_EQ(explain(cube, {.precision = Precision::mixed}).method, Method::cholesky);
}

TEST(Choice, IteratesWhereTheFactorDoesNotFit) {
    const auto A = poisson_3d<double>(22, 22, 22);
    EXPECT_EQ(explain(A).method, Method::cholesky);
    const auto narrow = explain(A, {.memory_limit = 4'000'000});
    EXPECT_EQ(narrow.method, Method::cg);
    EXPECT_THAT(narrow.reasons, Contains(HasSubstr("do not fit")));
    EXPECT_THAT(narrow.reasons, Contains(HasSubstr("multigrid")));
    EXPECT_THAT(explain(A, {.memory_limit = 1'000'000}).reasons, Contains(HasSubstr("no room for the levels")));
    const Vector<double> b = Vector<double>::Ones(A.rows());
    SolveOptions options{.memory_limit = 4'000'000};
    std::int64_t last = 0;
    options.callback = [&](const IterationInfo& info) { return info.iteration == ++last; };
    const auto [x, report] = solve_with_report(A, b, options);
    expect_promise_kept<double>(A, b, x, report);
    EXPECT_EQ(report.preconditioner, "amg");
    EXPECT_EQ(last, report.iterations);
    EXPECT_EQ(std::ssize(report.residual_history), last + 1);
    options.callback = [&](const IterationInfo&) { return false; };
    EXPECT_THROW((void)solve(A, b, options), Cancelled);
}

template <class T>
class ChoiceOf : public ::testing::Test {};
using Scalars = ::testing::Types<float, double, std::complex<double>>;
TYPED_TEST_SUITE(ChoiceOf, Scalars);

TYPED_TEST(ChoiceOf, KeepsThePromiseOfADirectSolve) {
    using T = TypeParam;
    const Csr<T> A = poisson_3d<T>(22, 22, 22);
    const Csr<T> C = convection_diffusion_3d<T>(22, 22, 22);
    const Matrix<T> b = Random(1).template matrix<T>(A.rows(), 2);
    const SolveOptions narrow{.memory_limit = 2'500'000 + 8 * static_cast<std::int64_t>(sizeof(T)) * 71'000 / 2};
    for (const auto& [M, method] :
         {std::pair(A, Method::cg), std::pair(C, Method::bicgstab), std::pair(Csr<T>(-A), Method::cg)}) {
        const auto [x, report] = solve_with_report(M, b, narrow);
        EXPECT_EQ(report.method, method);
        EXPECT_FALSE(report.preconditioner.empty());
        expect_promise_kept<T>(M, b, x, report);
        const double condition = solve_with_report(M, b).report.condition_estimate;
        EXPECT_GT(report.condition_estimate, condition / 10);
        EXPECT_LT(report.condition_estimate, condition * 3);
    }
}

TEST(Choice, FallsBackToTheDirectMethod) {
    const auto A = poisson_3d<double>(33, 33, 33);
    ASSERT_EQ(explain(A).method, Method::cg);
    const Vector<double> b = Random(2).vector<double>(A.rows());
    const auto [x, report] = solve_with_report(A, b, {.max_iterations = 3});
    EXPECT_EQ(report.method, Method::cholesky);
    EXPECT_TRUE(report.preconditioner.empty());
    EXPECT_THAT(report.reasons, Contains(HasSubstr("left the backward error at")));
    expect_promise_kept<double>(A, b, x, report);
}

TEST(Choice, AnAttemptEndsWithASentence) {
    const auto attempt = [](const Csr<double>& A, detail::IterativeStep step, SolveReport& report) {
        const Vector<double> b = A * Random(3).vector<double>(A.rows());
        Vector<double> x(A.rows());
        const detail::Iteration iteration{{step}};
        const double target = backward_error_limit<double>(A.rows());
        return detail::attempt_iteration<double, std::int32_t>(A.view(), MatrixView<const double>(b), MatrixView<double>(x),
                                                               {}, iteration, detail::matrix_norms(A.view()), target,
                                                               detail::Deadline(std::chrono::seconds(0), {}), report);
    };
    const detail::IterativeStep cg{Method::cg, PreconditionerKind::jacobi, 1, 500};
    const detail::IterativeStep multigrid{Method::cg, PreconditionerKind::amg, 1, 100};
    SolveReport report;
    EXPECT_TRUE(attempt(poisson_3d<double>(12, 12, 12), cg, report));
    EXPECT_TRUE(attempt(poisson_3d<double>(12, 12, 12), multigrid, report));

    EXPECT_FALSE(attempt(plus_diagonal(poisson_2d<double>(30, 30), -3.5), cg, report));
    EXPECT_THAT(report.reasons.back(), HasSubstr("indefinite_operator"));
    EXPECT_FALSE(attempt(neumann(12), cg, report));
    EXPECT_THAT(report.reasons.back(), HasSubstr("not for a random one"));
    EXPECT_FALSE(attempt(neumann(12), multigrid, report));
    EXPECT_THAT(report.reasons.back(), HasSubstr("not for a random one"));
    // A rotation, on which restarted minimization over one direction makes no headway.
    const Csr<double> turn = block_matrix<double>({{{}, identity<double>(50)}, {-1.0 * identity<double>(50), {}}});
    EXPECT_FALSE(attempt(turn, {Method::bicgstab, PreconditionerKind::none, 1, 200}, report));
    EXPECT_THAT(report.reasons.back(), HasSubstr("left the backward error at 1"));
    EXPECT_FALSE(attempt(turn, {Method::bicgstab, PreconditionerKind::ilu0, 1, 200}, report));
    EXPECT_THAT(report.reasons.back(), HasSubstr("cannot be built"));
    EXPECT_EQ(report.iterations, 0);
    EXPECT_TRUE(report.preconditioner.empty());
}

}  // namespace
}  // namespace tamis::test
