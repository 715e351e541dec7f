// solve, least_squares, explain and factor of dense matrices.
#include <tamis/solve.hpp>

#include <chrono>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <tamis/dense/cholesky.hpp>
#include <tamis/dense/lu.hpp>
#include <tamis/factor.hpp>

#include "support/assertions.hpp"
#include "support/dense_matrices.hpp"
#include "support/dense_oracle.hpp"
#include "support/tolerance.hpp"

namespace tamis::test {
namespace {

template <class P>
class DenseSolve : public ::testing::Test {};
TYPED_TEST_SUITE(DenseSolve, AllScalars, TypeName);

bool mentions(const std::vector<std::string>& sentences, const std::string& words) {
    for (const auto& s : sentences)
        if (s.find(words) != std::string::npos) return true;
    return false;
}

TYPED_TEST(DenseSolve, TakesTheMethodThatTheStructureAsksFor) {
    using T = typename TypeParam::T;
    const std::int64_t n = 70;
    const Matrix<T> G = Random(3).matrix<T>(n, n);
    const Matrix<T> definite = with_eigenvalues<T>(spectrum(3, n, 50));
    std::vector<double> lambda = spectrum(3, n, 50);
    lambda[1] = -lambda[1];
    const Matrix<T> deceptive = with_eigenvalues<T>(lambda);
    Matrix<T> band = Matrix<T>::Zero(n, n);
    for (std::int64_t i = 0; i < n; ++i)
        for (std::int64_t j = std::max<std::int64_t>(0, i - 2); j < std::min(n, i + 2); ++j)
            band(i, j) = i == j ? T(9) : G(i, j);
    Matrix<T> lower = G.template triangularView<Eigen::Lower>();
    lower.diagonal().array() += T(20);
    const Matrix<T> upper = lower.adjoint();
    const Matrix<T> diagonal = Vector<T>(G.diagonal().array() + T(2)).asDiagonal();
    struct Case {
        const char* name;
        Matrix<T> A;
        Method method;
    };
    const std::vector<Case> cases = {{"general", G, Method::lu},
                                     {"definite", definite, Method::cholesky},
                                     {"indefinite", Matrix<T>(-definite), Method::ldlt},
                                     {"lower", lower, Method::triangular},
                                     {"upper", upper, Method::triangular},
                                     {"band", band, Method::banded},
                                     {"diagonal", diagonal, Method::diagonal},
                                     {"one", Matrix<T>(Matrix<T>::Constant(1, 1, T(3))), Method::diagonal}};
    for (const auto& [name, A, method] : cases) {
        SCOPED_TRACE(name);
        const std::int64_t size = A.rows();
        using RowMajor = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
        for (const std::int64_t k : {1, 12}) {
            const Matrix<T> B = Random(4).matrix<T>(size, k);
            const auto s = solve_with_report(A, B);
            EXPECT_EQ(s.report.method, method);
            EXPECT_TRUE(solves(A, s.x, B));
            EXPECT_NEAR(s.report.backward_error, backward_error(A, s.x, B), 3 * static_cast<double>(epsilon_v<T>));
            EXPECT_EQ(s.report.rank, size);
            EXPECT_FALSE(s.report.reasons.empty());
            EXPECT_TRUE(s.report.warnings.empty());
            EXPECT_GE(s.report.seconds.total, s.report.seconds.solve);
            const Matrix<InDouble<T>> X = dense_inverse(in_double(A));
            const double condition = one_norm_of(A) * one_norm_of(X);
            EXPECT_LE(s.report.condition_estimate, 1.01 * condition);
            EXPECT_GE(s.report.condition_estimate, 0.1 * condition);
            EXPECT_TRUE(solves(A, solve(RowMajor(A), B), B));
        }
        EXPECT_EQ(explain(A).method, method);
        const Vector<T> b = Random(5).vector<T>(size);
        EXPECT_TRUE(solves(A, solve(A, b), b));
    }
    const auto s = solve_with_report(deceptive, Vector<T>(G.col(0)));
    EXPECT_TRUE(solves(deceptive, s.x, Vector<T>(G.col(0))));
    EXPECT_EQ(s.report.method, Method::ldlt);
}

TYPED_TEST(DenseSolve, APositiveDiagonalThatDeceivesIsFoundOut) {
    using T = typename TypeParam::T;
    Matrix<T> A = Matrix<T>::Constant(6, 6, T(1)) + T(0.5) * Matrix<T>::Identity(6, 6);
    A(0, 5) = A(5, 0) = T(9);
    const Vector<T> b = Random(4).vector<T>(6);
    const auto s = solve_with_report(A, b);
    EXPECT_EQ(s.report.method, Method::ldlt);
    EXPECT_TRUE(mentions(s.report.reasons, "not definite"));
    EXPECT_TRUE(solves(A, s.x, b));
    EXPECT_TRUE(throws<NotPositiveDefinite>([&] { (void)solve(A, b, {.method = Method::cholesky}); }));
}

TYPED_TEST(DenseSolve, NamedMethodsAreObeyed) {
    using T = typename TypeParam::T;
    const Matrix<T> A = with_eigenvalues<T>(spectrum(3, 20, 10));
    const Vector<T> b = Random(4).vector<T>(20);
    for (const auto method : {Method::lu, Method::ldlt, Method::qr, Method::cholesky, Method::banded, Method::cg}) {
        const auto s = solve_with_report(A, b, {.method = method});
        EXPECT_EQ(s.report.method, method);
        EXPECT_TRUE(near(s.x, solve(A, b), method == Method::cg ? 1e-4 : 1e4 * static_cast<double>(epsilon_v<T>)));
    }
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)solve(A, b, {.method = Method::triangular}); }, "triangular"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)solve(A, b, {.method = Method::diagonal}); }, "diagonal"));
    EXPECT_TRUE(throws<Cancelled>([&] { (void)solve(A, b, {.time_limit = std::chrono::nanoseconds(1)}); }));
    EXPECT_TRUE(throws<MemoryLimitExceeded>([&] { (void)solve(A, b, {.memory_limit = 100}); }));
}

TYPED_TEST(DenseSolve, SingularMatricesThrowAndIllConditionedOnesWarn) {
    using T = typename TypeParam::T;
    const double eps = static_cast<double>(epsilon_v<T>);
    const Vector<T> b = Random(4).vector<T>(30);
    EXPECT_TRUE(throws<SingularMatrix>([&] { (void)solve(with_singular_values<T>(30, 30, spectrum(2, 30, 1e3 / eps)), b); },
                                       "least_squares"));
    EXPECT_TRUE(throws<SingularMatrix>([&] { (void)solve(Matrix<T>(Matrix<T>::Zero(30, 30)), b); }));
    EXPECT_TRUE(throws<SingularMatrix>([&] { (void)solve(Matrix<T>(Matrix<T>::Ones(30, 30)), b); }));
    const Matrix<T> A = with_singular_values<T>(30, 30, spectrum(3, 30, 1e-2 / eps));
    const auto s = solve_with_report(A, b);
    EXPECT_TRUE(solves(A, s.x, b));
    ASSERT_EQ(s.report.warnings.size(), 1U);
    EXPECT_NE(s.report.warnings[0].find("digits of x can be trusted"), std::string::npos);
    // Badly scaled is not singular.
    Matrix<T> scaled = Random(3).matrix<T>(30, 30);
    for (std::int64_t i = 0; i < 30; ++i) scaled.row(i) *= T(std::ldexp(Real<T>(1), static_cast<int>(2 * i)));
    const auto t = solve_with_report(scaled, b);
    EXPECT_TRUE(mentions(t.report.reasons, "badly scaled"));
}

TYPED_TEST(DenseSolve, EveryKindOfMatrixIsSolvedToThePromiseOrRefused) {
    using T = typename TypeParam::T;
    int solved = 0;
    for (const auto& [name, A] : square_gallery<T>(30)) {
        SCOPED_TRACE(name);
        const Vector<T> b = Random(4).vector<T>(A.rows()) * scalar<T>(one_norm_of(A));
        try {
            EXPECT_TRUE(solves(A, solve(A, b), b));
            ++solved;
        } catch (const SingularMatrix&) {  // one of condition 0.1/ε may be beyond
        }
    }
    EXPECT_GE(solved, 11);
}

TYPED_TEST(DenseSolve, RectanglesAreSolvedInTheLeastSquaresSense) {
    using T = typename TypeParam::T;
    const double close = 1e3 * static_cast<double>(epsilon_v<T>);
    for (const auto& [m, n] : {std::pair<std::int64_t, std::int64_t>(25, 10), {10, 25}}) {
        const Matrix<T> A = with_singular_values<T>(m, n, spectrum(4, 10, 10));
        const Matrix<T> B = Random(4).matrix<T>(m, 2);
        const auto svd = dense_svd(in_double(A));
        EXPECT_TRUE(near(solve(A, B), svd.solve(in_double(B), 10), close));
        const auto s = least_squares_with_report(A, B);
        EXPECT_TRUE(near(s.x, svd.solve(in_double(B), 10), close));
        EXPECT_EQ(s.report.rank, 10);
        EXPECT_EQ(s.report.method, Method::qr);
        EXPECT_TRUE(s.report.warnings.empty());
        double worst = 0;
        for (std::int64_t c = 0; c < 2; ++c)
            worst = std::max(worst, static_cast<double>((B.col(c) - A * s.x.col(c)).norm()));
        EXPECT_NEAR(s.report.residual_norm, worst, close * B.norm());
        EXPECT_EQ(explain(A).method, Method::qr);
        EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)solve(A, B, {.method = Method::lu}); }));
        const auto by_svd = least_squares_with_report(A, B, {.method = Method::svd});
        EXPECT_TRUE(near(by_svd.x, svd.solve(in_double(B), 10), close));
        EXPECT_EQ(by_svd.report.method, Method::svd);
        EXPECT_EQ(by_svd.report.rank, 10);
        EXPECT_EQ(explain(A, {.method = Method::svd}).method, Method::svd);
    }
    const Matrix<T> deficient = with_singular_values<T>(12, 8, {3, 2, 1, 0, 0, 0, 0, 0});
    const auto s = least_squares_with_report(deficient, Vector<T>(Vector<T>::Ones(12)));
    EXPECT_EQ(s.report.rank, 3);
    ASSERT_EQ(s.report.warnings.size(), 1U);
    EXPECT_NE(s.report.warnings[0].find("rank 3 of 8"), std::string::npos);
    EXPECT_TRUE(near(least_squares(deficient, Vector<T>(Vector<T>::Ones(12))),
                     dense_svd(in_double(deficient)).solve(Matrix<InDouble<T>>::Ones(12, 1), 3), close));
}

TEST(DenseSolveBy, SingularValuesAndEigenvaluesWhenAskedFor) {
    const Matrix<double> A = with_eigenvalues<double>({5, 3, -2, 1});
    const Vector<double> b = Random(4).vector<double>(4);
    for (const Method method : {Method::svd, Method::eigh}) {
        const auto s = solve_with_report(A, b, {.method = method});
        EXPECT_EQ(s.report.method, method);
        EXPECT_TRUE(solves(A, s.x, b));
        EXPECT_EQ(factor(A, method).method(), method);
        EXPECT_TRUE(throws<SingularMatrix>(
            [&] {
                (void)solve(with_eigenvalues<double>({5, 3, 0, 1}), b, {.method = method});
            },
            "least_squares"));
        EXPECT_TRUE(throws<InvalidArgument>([&] { (void)factor(A, method, {.shift = 1}); }, ".shift"));
        EXPECT_TRUE(throws<Unsupported>([&] { (void)solve(to_csr(A), b, {.method = method}); }, "to_dense"));
    }
    const Matrix<double> deficient = with_singular_values<double>(12, 8, {3, 2, 1, 0, 0, 0, 0, 0});
    const auto s = least_squares_with_report(deficient, Vector<double>(Vector<double>::Ones(12)), {.method = Method::svd});
    EXPECT_EQ(s.report.rank, 3);
    EXPECT_EQ(s.report.warnings.size(), 1U);
}

TYPED_TEST(DenseSolve, RefusesBadInput) {
    using T = typename TypeParam::T;
    Matrix<T> A = Random(3).matrix<T>(9, 9);
    const Vector<T> b = Vector<T>::Ones(9);
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)solve(A, Vector<T>(Vector<T>::Ones(8))); }, "9", "8"));
    Vector<T> bad = b;
    bad[4] = T(std::numeric_limits<Real<T>>::quiet_NaN());
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)solve(A, bad); }, "row 4"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)least_squares(A, bad); }, "row 4"));
    A(3, 7) = T(std::numeric_limits<Real<T>>::infinity());
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)solve(A, b); }, "row 3, column 7"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)least_squares(Matrix<T>(A.leftCols(8)), b); }, "row 3, column 7"));
    EXPECT_EQ(solve(Matrix<T>(0, 0), Vector<T>()).size(), 0);
    EXPECT_EQ(solve(Matrix<T>(0, 3), Vector<T>()).size(), 3);
}

TYPED_TEST(DenseSolve, FactorChoosesAndHoldsWhatTheClassHas) {
    using T = typename TypeParam::T;
    const Matrix<T> G = Random(3).matrix<T>(20, 20);
    const Matrix<T> definite = with_eigenvalues<T>(spectrum(3, 20, 10));
    const Vector<T> b = Random(4).vector<T>(20);
    AnyFactorization<T> F = factor(G);
    EXPECT_EQ(F.method(), Method::lu);
    EXPECT_TRUE(F.has_determinant() && F.reports_condition() && F.refactorable());
    EXPECT_TRUE(solves(G, F.solve(b), b));
    EXPECT_TRUE(solves(Matrix<T>(G.adjoint()), F.solve_adjoint(b), b));
    EXPECT_TRUE(near(F.reconstruct(), G, 1e3 * static_cast<double>(epsilon_v<T>)));
    F.refactor(definite);
    EXPECT_TRUE(solves(definite, F.solve(b), b));
    EXPECT_TRUE(throws<InvalidArgument>([&] { F.refactor(to_csr(definite)); }, "to_dense"));
    auto S = factor(to_csr(G));
    EXPECT_TRUE(throws<InvalidArgument>([&] { S.refactor(G); }, "to_csr"));
    EXPECT_EQ(factor(definite).method(), Method::cholesky);
    EXPECT_NE(factor(definite).template get_if<DenseCholesky<T>>(), nullptr);
    EXPECT_EQ(factor(Matrix<T>(-definite)).method(), Method::ldlt);
    EXPECT_EQ(factor(Matrix<T>(-definite)).inertia().negative, 20);
    EXPECT_EQ(factor(definite, Method::automatic, {.shift = -1000}).method(), Method::ldlt);
    EXPECT_EQ(factor(Matrix<T>(G.template triangularView<Eigen::Upper>())).method(), Method::triangular);
    EXPECT_EQ(factor(Matrix<T>(G.leftCols(5))).rank(), 5);
    EXPECT_EQ(factor(G, Method::qr).method(), Method::qr);
    EXPECT_FALSE(factor(G).reasons().empty());
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)factor(G, Method::cg); }, "iterative"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)factor(G, Method::banded); }, "to_csr"));
}

template <class P>
class MixedPrecision : public ::testing::Test {};
using DoubleScalars = ::testing::Types<Types<double>, Types<std::complex<double>>>;
TYPED_TEST_SUITE(MixedPrecision, DoubleScalars, TypeName);

TYPED_TEST(MixedPrecision, FactorsInSingleAndRefinesToDouble) {
    using T = typename TypeParam::T;
    const std::int64_t n = 60;
    std::vector<double> lambda = spectrum(3, n, 1e3);
    lambda[3] = -lambda[3];
    const Matrix<T> general = with_singular_values<T>(n, n, spectrum(3, n, 1e4));
    const Matrix<T> definite = with_eigenvalues<T>(spectrum(3, n, 1e3));
    for (const double scale : {1.0, 1e200, 1e-200})
        for (const Matrix<T>& unscaled : {general, definite, with_eigenvalues<T>(lambda)}) {
            const Matrix<T> A = T(scale) * unscaled;
            const Matrix<T> B = Random(4).matrix<T>(n, 3);
            const auto s = solve_with_report(A, B, {.precision = Precision::mixed});
            EXPECT_TRUE(solves(A, s.x, B));
            EXPECT_NE(s.report.precision.find("float"), std::string::npos);
            EXPECT_GE(s.report.iterations, 1);
            EXPECT_TRUE(mentions(s.report.reasons, "Mixed precision: factored in single"));
            EXPECT_GT(s.report.condition_estimate, 1);
        }
}

TYPED_TEST(MixedPrecision, FallsBackWhereTheConditionNumberIsTooLargeAndSaysSo) {
    using T = typename TypeParam::T;
    for (const double kappa : {1e8, 1e12}) {
        const Matrix<T> A = with_singular_values<T>(40, 40, spectrum(3, 40, kappa));
        const Vector<T> b = Random(4).vector<T>(40);
        const auto s = solve_with_report(A, b, {.precision = Precision::mixed});
        EXPECT_TRUE(solves(A, s.x, b));
        EXPECT_EQ(s.report.precision.find("float"), std::string::npos);
        EXPECT_TRUE(mentions(s.report.reasons, "factored in double"));
    }
    Matrix<T> A = Matrix<T>::Identity(3, 3);
    A(0, 1) = A(1, 0) = T(1 - 1e-9);  // singular in single precision
    const auto s = solve_with_report(A, Vector<T>(Vector<T>::Ones(3)), {.precision = Precision::mixed});
    EXPECT_TRUE(mentions(s.report.reasons, "factored in double"));
}

TEST(MixedPrecisionOfFloat, IsWorkingPrecision) {
    const Matrix<float> A = Random(3).matrix<float>(10, 10);
    const auto s = solve_with_report(A, Vector<float>(A.col(0)), {.precision = Precision::mixed});
    EXPECT_TRUE(mentions(s.report.reasons, "single precision already"));
}

TYPED_TEST(DenseSolve, OfSmallSystemsWithoutAReportAnswersAndRefusesAsWithOne) {
    using T = typename TypeParam::T;
    using RowMajor = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    std::vector<NamedMatrix<T>> all;
    for (const std::int64_t n : {2, 7, 12})
        for (auto& m : square_gallery<T>(n)) all.push_back(std::move(m));
    const Matrix<T> G = Random(8).matrix<T>(6, 6);
    all.push_back({"lower", Matrix<T>(G.template triangularView<Eigen::Lower>())});
    all.push_back({"diagonal", Matrix<T>(G.diagonal().asDiagonal())});
    Matrix<T> scaled = G;  // badly scaled, not singular
    scaled.row(2) *= scalar<T>(sizeof(Real<T>) == 4 ? 1e-12 : 1e-40);
    all.push_back({"badly scaled", scaled});
    Matrix<T> singular = G;
    singular.row(4) = singular.row(1);
    all.push_back({"singular", singular});
    singular.col(3).setZero();
    all.push_back({"zero column", singular});
    std::int64_t refused = 0;
    for (const auto& named : all) {
        const Matrix<T>& A = named.A;
        SCOPED_TRACE(named.name + ", order " + std::to_string(A.rows()));
        const Vector<T> b = A * Random(4).vector<T>(A.rows());
        const auto refuses = [](const auto& call) {
            try {
                call();
                return false;
            } catch (const Error&) {  // of whatever kind: the next line compares
                return true;
            }
        };
        const bool without = refuses([&] { (void)solve(A, b); });
        EXPECT_EQ(without, refuses([&] { (void)solve_with_report(A, b); }));
        refused += without ? 1 : 0;
        if (without) continue;
        EXPECT_TRUE(solves(A, solve(A, b), b, backward_error_limit<T>(A.rows())));
        EXPECT_TRUE(solves(A, solve(RowMajor(A), b), b, backward_error_limit<T>(A.rows())));
    }
    EXPECT_GE(refused, 2);
    const Matrix<T> B = Random(9).matrix<T>(6, 4);
    EXPECT_TRUE(solves(G, solve(G, B), B, backward_error_limit<T>(6)));
    Matrix<T> bad = G;
    bad(4, 2) = T(std::numeric_limits<Real<T>>::quiet_NaN());
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)solve(bad, B); }, "row 4, column 2"));
    bad = B;
    bad(5, 1) = T(std::numeric_limits<Real<T>>::infinity());
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)solve(G, bad); }, "row 5, column 1"));
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)solve(G, Vector<T>(Vector<T>::Ones(5))); }));
    EXPECT_EQ(solve(Matrix<T>(Matrix<T>::Ones(4, 2)), Vector<T>(Vector<T>::Ones(4))).size(), 2) << "least squares";
}

}  // namespace
}  // namespace tamis::test
