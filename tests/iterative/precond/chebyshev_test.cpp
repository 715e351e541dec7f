#include <tamis/iterative/precond/chebyshev.hpp>

#include <gtest/gtest.h>

#include <tamis/iterative/krylov/cg.hpp>
#include <tamis/sparse/model_problems.hpp>

#include "support/preconditioner_laws.hpp"
#include "support/problems.hpp"

namespace tamis::test {
namespace {

template <class P>
class Chebyshev : public ::testing::Test {};
TYPED_TEST_SUITE(Chebyshev, AllScalarsAndIndices, TypeName);

TYPED_TEST(Chebyshev, IsThePolynomialAndKeepsTheLaws) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    using W = InDouble<T>;
    const auto problem = hermitian_definite<T, I>(30);
    const Matrix<W> A = in_double<T>(dense(problem.A));
    Vector<double> root = A.diagonal().real().cwiseSqrt();
    const Matrix<W> S = root.cwiseInverse().template cast<W>().asDiagonal();
    const Matrix<W> B = S * A * S;
    const Matrix<W> One = Matrix<W>::Identity(30, 30);
    for (const std::int64_t degree : {0, 1, 5}) {
        const tamis::Chebyshev M(problem.A, {.degree = degree, .lower = 0.4, .upper = 1.8});
        EXPECT_EQ(M.lower(), 0.4);
        EXPECT_EQ(M.upper(), 1.8);
        // 1 − λ p(λ) = T_{d+1}((1.1 − λ) / 0.7) / T_{d+1}(1.1 / 0.7).
        const double sigma = 1.1 / 0.7;
        const Matrix<W> X = (1.1 * One - B) / 0.7;
        Matrix<W> T0 = One, T1 = X;
        double t0 = 1, t1 = sigma;
        for (std::int64_t k = 0; k < degree; ++k) {
            const Matrix<W> next = 2.0 * X * T1 - T0;
            T0 = T1;
            T1 = next;
            const double t = 2 * sigma * t1 - t0;
            t0 = t1;
            t1 = t;
        }
        const Matrix<W> expected = S * (One - T1 / t1) * dense_inverse(B) * S;
        EXPECT_TRUE(near(dense_preconditioner(M), expected, 1000 * static_cast<double>(epsilon_v<T>)));
    }
    const tamis::Chebyshev M(problem.A);
    const Vector<double> values = hermitian_eigenvalues<W>(B);
    EXPECT_GE(M.upper(), values[29]);
    EXPECT_LE(M.upper(), 1.5 * values[29]);
    EXPECT_LE(M.lower(), 1.2 * values[0]);
    EXPECT_GT(M.lower(), 0);
    EXPECT_TRUE(positive_definite(M));
    expect_preconditioner_laws(M);
    expect_bad_input_is_refused<T, I>([](const auto& C) { return tamis::Chebyshev(C); });
    expect_only_hermitian_definite<T, I>([](const auto& C) { return tamis::Chebyshev(C); });
}

TEST(Chebyshev, SavesIterationsOfCgTheMoreTheHigherItsDegree) {
    const auto A = poisson_2d<double>(60, 60);
    const Vector<double> b = Vector<double>::Ones(A.rows());
    std::int64_t before = cg(A, b).iterations;
    for (const std::int64_t degree : {1, 3, 8}) {
        const auto iterations = cg(A, b, {.preconditioner = tamis::Chebyshev(A, {.degree = degree})}).require().iterations;
        EXPECT_LT(3 * iterations, 2 * before + before / 2) << degree;
        before = iterations;
    }
}

TEST(Chebyshev, CopesWithSingularMatricesAndRefusesIndefiniteOnes) {
    Assembly<double> neumann(40, 40);
    for (std::int64_t i = 0; i < 39; ++i) {
        neumann.add(i, i, 1);
        neumann.add(i + 1, i + 1, 1);
        neumann.set(i, i + 1, -1);
        neumann.set(i + 1, i, -1);
    }
    const auto A = neumann.csr();
    Vector<double> b = Random(3).vector<double>(40);
    b.array() -= b.mean();
    EXPECT_TRUE(cg(A, b, {.preconditioner = tamis::Chebyshev(A, {.lanczos_steps = 40})}).converged());
    const auto indefinite = indefinite_with_positive_diagonal<double>(30);
    const auto e = thrown<NotPositiveDefinite>([&] { tamis::Chebyshev(indefinite.A, {.lanczos_steps = 30}); });
    ASSERT_TRUE(e);
    EXPECT_EQ(e->column(), -1);
    Assembly<double> one(3, 3);
    for (std::int64_t i = 0; i < 3; ++i) one.set(i, i, 1);
    EXPECT_TRUE(near(dense_preconditioner(tamis::Chebyshev(one.csr())), dense(one.csr()), 1e-15));
}

TEST(Chebyshev, RefusesOptionsOutsideTheirRange) {
    const auto A = poisson_1d<double>(5);
    const auto refuses = [&](const ChebyshevOptions& options, const char* name) {
        return throws<InvalidArgument>([&] { tamis::Chebyshev(A, options); }, name);
    };
    EXPECT_TRUE(refuses({.degree = -1}, ".degree"));
    EXPECT_TRUE(refuses({.lanczos_steps = 0}, ".lanczos_steps"));
    EXPECT_TRUE(refuses({.lower = -1}, ".lower"));
    EXPECT_TRUE(refuses({.upper = std::numeric_limits<double>::quiet_NaN()}, ".upper"));
    EXPECT_TRUE(refuses({.lower = 2, .upper = 1}, ".lower"));
}

}  // namespace
}  // namespace tamis::test
