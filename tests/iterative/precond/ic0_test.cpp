#include <tamis/iterative/precond/ic0.hpp>

#include <gtest/gtest.h>

#include <tamis/iterative/krylov/cg.hpp>
#include <tamis/sparse/convert.hpp>
#include <tamis/sparse/model_problems.hpp>

#include "support/preconditioner_laws.hpp"
#include "support/problems.hpp"

namespace tamis::test {
namespace {

template <class P>
class Ic0 : public ::testing::Test {};
TYPED_TEST_SUITE(Ic0, AllScalarsAndIndices, TypeName);

TYPED_TEST(Ic0, AgreesWithAOnItsPatternAndKeepsTheLaws) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    const auto problem = hermitian_definite<T, I>(40);
    const tamis::Ic0 M(problem.A);
    static_assert(std::same_as<decltype(M), const tamis::Ic0<T, I>>);
    EXPECT_EQ(M.shift(), 0);
    const auto LDL = preconditioned_matrix(M);
    const auto A = dense(problem.A);
    for_each_entry(problem.A, [&](std::int64_t i, std::int64_t j, const T&) {
        EXPECT_NEAR(std::abs(LDL(i, j) - InDouble<T>(A(i, j))), 0, 1000 * static_cast<double>(epsilon_v<T>));
    });
    EXPECT_GT((LDL - in_double<T>(A)).norm(), 1e-3) << "the problem is no test: nothing was left out";
    EXPECT_TRUE(positive_definite(M));
    expect_preconditioner_laws(M);
    expect_bad_input_is_refused<T, I>([](const auto& B) { return tamis::Ic0(B); });
    expect_only_hermitian_definite<T, I>([](const auto& B) { return tamis::Ic0(B); });
    EXPECT_TRUE(near(dense_preconditioner(tamis::Ic0(to_csc(problem.A))), dense_preconditioner(M), 0));
}

TYPED_TEST(Ic0, IsExactForTridiagonalMatrices) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    Random random(3);
    Assembly<T, I> A(30, 30);
    for (std::int64_t i = 0; i < 30; ++i) {
        A.set(i, i, T(4));
        const T v = random.value<T>();
        if (i > 0) A.set(i, i - 1, v);
        if (i > 0) A.set(i - 1, i, detail::conjugate(v));
    }
    const Vector<T> x = random.vector<T>(30);
    Vector<T> y(30);
    tamis::Ic0(A.csr()).apply(A.times(x), y);
    EXPECT_TRUE(near(y, x, 100 * static_cast<double>(epsilon_v<T>)));
}

TYPED_TEST(Ic0, ShiftsWhatBreaksDownAndSaysByHowMuch) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    // D. S. Kershaw's matrix (J. Comput. Phys. 26, 1978): positive definite, and its fourth pivot without fill is negative.
    Assembly<T, I> A(4, 4);
    const double entries[4][4] = {{3, -2, 0, 2}, {-2, 3, -2, 0}, {0, -2, 3, -2}, {2, 0, -2, 3}};
    for (int i = 0; i < 4; ++i)
        for (int j = 0; j < 4; ++j)
            if (entries[i][j] != 0) A.set(i, j, scalar<T>(entries[i][j]));
    const tamis::Ic0 M(A.csr());
    EXPECT_GT(M.shift(), 0.01);
    EXPECT_LT(M.shift(), 1);
    EXPECT_TRUE(positive_definite(M));
    const auto LDL = preconditioned_matrix(M);
    for (int i = 0; i < 4; ++i)
        for (int j = 0; j < 4; ++j)
            if (entries[i][j] != 0) {
                EXPECT_NEAR(std::abs(LDL(i, j) - entries[i][j] * (i == j ? 1 + M.shift() : 1)), 0,
                            1000 * static_cast<double>(epsilon_v<T>));
            }
}

TEST(Ic0, ShiftsSingularAndIndefiniteMatrices) {
    Assembly<double> neumann(6, 6);
    for (std::int64_t i = 0; i < 5; ++i) {
        neumann.add(i, i, 1);
        neumann.add(i + 1, i + 1, 1);
        neumann.set(i, i + 1, -1);
        neumann.set(i + 1, i, -1);
    }
    const tamis::Ic0 M(neumann.csr());
    EXPECT_EQ(M.shift(), 1e-3);
    EXPECT_TRUE(positive_definite(M));
    const auto indefinite = indefinite_with_positive_diagonal<double>(30);
    EXPECT_TRUE(positive_definite(tamis::Ic0(indefinite.A)));
}

TEST(Ic0, SavesIterationsOfCg) {
    const auto A = poisson_2d<double>(40, 40);
    const Vector<double> b = Vector<double>::Ones(A.rows());
    const auto plain = cg(A, b);
    const auto preconditioned = cg(A, b, {.preconditioner = tamis::Ic0(A)});
    ASSERT_TRUE(plain.converged() && preconditioned.converged());
    EXPECT_LT(2 * preconditioned.iterations, plain.iterations);
}

}  // namespace
}  // namespace tamis::test
