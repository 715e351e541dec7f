// The names as documented: tamis::adjoint is a function, and before :: what has the derivatives.
#include <tamis/adjoint.hpp>

#include <gtest/gtest.h>

#include "support/assertions.hpp"
#include "support/dense_oracle.hpp"
#include "support/random.hpp"

namespace tamis::test {
namespace {

TEST(AdjointNames, AreAFunctionAndWhatHasTheDerivatives) {
    const Matrix<double> A = Random(1).matrix<double>(4, 4) + 4 * Matrix<double>::Identity(4, 4);
    const Vector<double> b = Random(2).vector<double>(4), x_bar = Random(3).vector<double>(4);
    const auto F = lu(A);
    const Vector<double> x = F.solve(b);
    const auto through_class = tamis::adjoint::solve_vjp(F, x, x_bar);
    const auto direct = derivatives::solve_vjp(F, x, x_bar);
    EXPECT_EQ(max_difference<double>(through_class.A_bar, direct.A_bar), 0);
    EXPECT_EQ(tamis::adjoint(poisson_2d<double>(2, 3)).rows(), 6);
    // Cotangents that are left out, and options.
    const auto S = svd(A);
    const Vector<double> ones = Vector<double>::Ones(4);
    const Matrix<double> gradient = tamis::adjoint::svd_vjp(S, {}, ones, {});
    EXPECT_LE(max_difference<double>(gradient, product(S.u(), S.vt())), 1e-13);
    const auto E = eigh(Matrix<double>(A + A.transpose()));
    EXPECT_LE(max_difference<double>(tamis::adjoint::eigh_vjp(E, ones, {}, {.gauge_tolerance = 1}),
                                     Matrix<double>::Identity(4, 4)),
              1e-13);
    EXPECT_EQ(tamis::adjoint::qr_vjp(qr(A), {}, A).rows(), 4);
    EXPECT_EQ(tamis::adjoint::lu_vjp(F, A, {}).cols(), 4);
    const auto K = poisson_2d<double>(5, 5);
    const auto pairs = eigsh(K, 2, {.which = Which::smallest_algebraic});
    const Vector<double> first = Vector<double>::Unit(2, 0);
    EXPECT_EQ(tamis::adjoint::eigsh_vjp(K, pairs, first, {}).A_bar.nnz(), K.nnz());
}

}  // namespace
}  // namespace tamis::test
