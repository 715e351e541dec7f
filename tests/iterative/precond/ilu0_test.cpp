#include <tamis/iterative/precond/ilu0.hpp>

#include <gtest/gtest.h>

#include <tamis/iterative/krylov/gmres.hpp>
#include <tamis/sparse/model_problems.hpp>

#include "support/preconditioner_laws.hpp"
#include "support/problems.hpp"

namespace tamis::test {
namespace {

template <class P>
class Ilu0 : public ::testing::Test {};
TYPED_TEST_SUITE(Ilu0, AllScalarsAndIndices, TypeName);

TYPED_TEST(Ilu0, AgreesWithAOnItsPatternAndKeepsTheLaws) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    const auto problem = diagonally_dominant<T, I>(40);
    const tamis::Ilu0 M(problem.A);
    static_assert(std::same_as<decltype(M), const tamis::Ilu0<T, I>>);
    const auto LU = preconditioned_matrix(M);
    const auto A = dense(problem.A);
    for_each_entry(problem.A, [&](std::int64_t i, std::int64_t j, const T&) {
        EXPECT_NEAR(std::abs(LU(i, j) - InDouble<T>(A(i, j))), 0, 1000 * static_cast<double>(epsilon_v<T>));
    });
    EXPECT_GT((LU - in_double<T>(A)).norm(), 1e-3) << "the problem is no test: nothing was left out";
    EXPECT_EQ(M.nonzeros(), problem.A.nnz());
    expect_preconditioner_laws(M);
    expect_bad_input_is_refused<T, I>([](const auto& B) { return tamis::Ilu0(B); });
}

TYPED_TEST(Ilu0, IsExactForTridiagonalMatrices) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    Random random(3);
    Assembly<T, I> A(30, 30);
    for (std::int64_t i = 0; i < 30; ++i) {
        A.set(i, i, scalar<T>(4, 1));
        if (i > 0) A.set(i, i - 1, random.value<T>());
        if (i > 0) A.set(i - 1, i, random.value<T>());
    }
    const Vector<T> x = random.vector<T>(30);
    Vector<T> y(30);
    tamis::Ilu0(A.csr()).apply(A.times(x), y);
    EXPECT_TRUE(near(y, x, 100 * static_cast<double>(epsilon_v<T>)));
    tamis::Ilu0(A.csc()).apply_adjoint(A.adjoint_times(x), y);
    EXPECT_TRUE(near(y, x, 100 * static_cast<double>(epsilon_v<T>)));
}

TEST(Ilu0, GivesTheSameBitsOnAnyNumberOfThreads) {
    // Wide enough for levels that are shared out, and in blocks too.
    const auto A = poisson_3d<double>(45, 45, 45);
    const tamis::Ilu0 M(A);
    const Matrix<double> X = Random(7).matrix<double>(A.rows(), 5);
    Matrix<double> expected(A.rows(), 5);
    {
        const ThreadBudget one(1);
        M.apply(X, expected);
    }
    const ThreadBudget three(3);
    Matrix<double> Y(A.rows(), 5);
    M.apply(X, Y);
    EXPECT_TRUE(same_bits(Y, expected));
    M.apply_adjoint(X, Y);
    EXPECT_TRUE(near(Y, expected, 1e-12)) << "the factors of a symmetric matrix are each other's transposes";
}

TEST(Ilu0, SavesIterationsOfGmres) {
    const auto A = convection_diffusion_2d<double>(30, 30, {.diffusion = 0.05});
    const Vector<double> b = Vector<double>::Ones(A.rows());
    const auto plain = gmres(A, b);
    const auto preconditioned = gmres(A, b, {.preconditioner = tamis::Ilu0(A)});
    ASSERT_TRUE(plain.converged() && preconditioned.converged());
    EXPECT_LT(3 * preconditioned.iterations, plain.iterations);
}

TEST(Ilu0, SaysWhichPivotWasLost) {
    // The elimination of column 0 cancels the diagonal entry of row 2.
    Assembly<double> A(4, 4);
    for (std::int64_t i = 0; i < 4; ++i) A.set(i, i, 1);
    A.set(0, 2, 2);
    A.set(2, 0, 0.5);
    const auto e = thrown<SingularMatrix>([&] { tamis::Ilu0 M(A.csr()); });
    ASSERT_TRUE(e);
    EXPECT_EQ(e->index(), 2);
    EXPECT_FALSE(e->structural());
    EXPECT_NE(std::string(e->what()).find("Ilut"), std::string::npos);
}

}  // namespace
}  // namespace tamis::test
