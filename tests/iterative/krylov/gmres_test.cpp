#include <tamis/iterative/krylov/gmres.hpp>

#include <algorithm>
#include <cmath>
#include <string>

#include <gtest/gtest.h>

#include <tamis/iterative/krylov/fgmres.hpp>
#include <tamis/iterative/krylov/lgmres.hpp>
#include <tamis/sparse/lu.hpp>
#include <tamis/sparse/model_problems.hpp>

#include "support/assertions.hpp"
#include "support/dense_oracle.hpp"
#include "support/problems.hpp"
#include "support/random.hpp"
#include "support/types.hpp"

namespace tamis::test {
namespace {

template <class P>
class Gmres : public ::testing::Test {
  protected:
    using T = typename P::T;
    /// The cyclic shift: e_i ↦ e_{i+1}. GMRES makes no progress on it before step n.
    static Csr<T> shift(std::int64_t n) {
        Assembly<T> A(n, n);
        for (std::int64_t i = 0; i < n; ++i) A.set((i + 1) % n, i, T(1));
        return A.csr();
    }
};
TYPED_TEST_SUITE(Gmres, AllScalars, TypeName);

TYPED_TEST(Gmres, NeverLetsTheResidualRise) {
    using T = typename TypeParam::T;
    const auto p = unsymmetric_well_conditioned<T>(60);
    for (const std::int64_t restart : {60, 7}) {
        const auto r = gmres(p.A, p.b, {.max_iterations = 300, .restart = restart});
        for (std::size_t k = 1; k < r.residual_history.size(); ++k)
            EXPECT_LE(r.residual_history[k], r.residual_history[k - 1] * (1 + 100 * static_cast<double>(epsilon_v<T>)));
        if (restart == 60) {
            EXPECT_TRUE(r.converged()) << r.message;
        }
    }
}

TYPED_TEST(Gmres, EndsInAHappyBreakdown) {
    using T = typename TypeParam::T;
    const std::int64_t n = 30;
    Assembly<T> A(n, n);
    for (std::int64_t i = 0; i < n; ++i) A.set(i, i, scalar<T>(1 + static_cast<double>(i % 3), 0.5));
    const auto r = gmres(A.csr(), Vector<T>(Random(1).template vector<T>(n)), {.tolerance = 1e-5});
    EXPECT_TRUE(r.converged());
    EXPECT_EQ(r.iterations, 3);
    const auto e = gmres(this->shift(8), Vector<T>(Vector<T>::Unit(8, 0)));
    EXPECT_TRUE(e.converged()) << e.message;  // exact after n steps of standing still
    EXPECT_EQ(e.iterations, 8);
}

TYPED_TEST(Gmres, SaysThatAWholeCycleDidNothing) {
    using T = typename TypeParam::T;
    const Vector<T> b = Vector<T>::Unit(20, 0);
    const auto A = this->shift(20);
    const auto r = gmres(A, b, {.restart = 10});
    EXPECT_EQ(r.status, Status::stagnated) << r.message;
    EXPECT_EQ(r.iterations, 10);
    EXPECT_EQ(fgmres(A, b, {.restart = 10}).status, Status::stagnated);
}

TYPED_TEST(Gmres, SaysThatASingularMatrixBreaksItDown) {
    using T = typename TypeParam::T;
    Assembly<T> A(2, 2);
    A.set(0, 1, T(1));  // nilpotent: b = e₁ is in the range, but not in A K
    const Vector<T> b = Vector<T>::Unit(2, 0);
    const auto r = gmres(A.csr(), b);
    EXPECT_EQ(r.status, Status::breakdown) << r.message;
    EXPECT_EQ(fgmres(A.csr(), b).status, Status::breakdown);
}

TYPED_TEST(Gmres, TakesAPreconditionerOnEitherSide) {
    using T = typename TypeParam::T;
    const auto p = diagonally_dominant<T>(60);
    const auto F = lu(p.A);
    for (const Side side : {Side::left, Side::right}) {
        const auto r = gmres(p.A, p.b, {.preconditioner = F, .side = side});
        EXPECT_TRUE(r.converged()) << r.message;
        EXPECT_LE(r.iterations, 2);
        // A preconditioner that distorts norms by orders of magnitude: the left one minimizes another norm.
        const auto distort = [](auto x, auto y) {
            for (std::int64_t i = 0; i < x.size(); ++i) y[i] = T(i % 2 == 0 ? 1000.F : 1.F) * x[i];
        };
        const auto M = make_operator<T>(60, 60, distort);
        for (const std::int64_t restart : {60, 20}) {
            const auto d = gmres(p.A, p.b, {.max_iterations = 3000, .preconditioner = M, .restart = restart, .side = side});
            EXPECT_NEAR(d.residual_norm, static_cast<double>(wide_residual(p.A, d.x, p.b).norm()),
                        1e-4 * static_cast<double>(p.b.norm()));
            if (restart == 60) {
                EXPECT_TRUE(d.converged()) << d.message;
            }
        }
    }
    EXPECT_EQ(gmres(p.A, p.b, {.preconditioner = Csr<T>(60, 60), .side = Side::left}).status, Status::breakdown);
}

TYPED_TEST(Gmres, TakesTheLengthOfACycleFromOptionsOrWorkspace) {
    using T = typename TypeParam::T;
    const auto p = grid_laplacian<T>(8, 8);
    GmresWorkspace<T> work(64, 5);
    Vector<T> x(64);
    const auto five = gmres(p.A, p.b, {.restart = 5});
    EXPECT_EQ(gmres(p.A, p.b, x, work).iterations, five.iterations);
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)gmres(p.A, p.b, x, work, {.restart = 6}); }, "workspace"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)gmres(p.A, p.b, {.restart = -1}); }, ".restart"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)fgmres(p.A, p.b, {.restart = -1}); }, ".restart"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { GmresWorkspace<T>(64, -1); }));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)fgmres(p.A, p.b, {.side = Side::left}); }, "side"));
}

TYPED_TEST(Gmres, FlexibleOnesTakePreconditionersThatChange) {
    using T = typename TypeParam::T;
    const auto p = grid_laplacian<T>(12, 12);
    // A few steps of gmres inside: another operator for each vector.
    const auto inner = [&](auto r, auto z) { z.eigen() = gmres(p.A, r, {.max_iterations = 8, .record_history = false}).x; };
    const auto M = make_operator<T>(144, 144, inner);
    const auto r = fgmres(p.A, p.b, {.preconditioner = M});
    EXPECT_TRUE(r.converged()) << r.message;
    EXPECT_LT(2 * r.iterations, gmres(p.A, p.b, {.restart = 144}).iterations);
    for (std::size_t k = 1; k < r.residual_history.size(); ++k)
        EXPECT_LE(r.residual_history[k], r.residual_history[k - 1] * (1 + 1e-5));
}

TYPED_TEST(Gmres, LooseOnesRememberTheirLastCycles) {
    using T = typename TypeParam::T;
    const auto p = grid_laplacian<T>(14, 14);
    const auto plain = gmres(p.A, p.b, {.max_iterations = 3000, .restart = 6});
    for (const Side side : {Side::left, Side::right}) {
        const auto identity = [](auto x, auto y) { y.eigen() = x.eigen(); };
        const auto M = make_operator<T>(196, 196, identity);
        const auto r = lgmres(p.A, p.b, {.preconditioner = M, .restart = 6, .side = side, .augment = 2});
        EXPECT_TRUE(r.converged()) << r.message;
        EXPECT_LT(3 * r.matvecs, 2 * plain.matvecs);
    }
    // Without corrections it is gmres.
    const auto none = lgmres(p.A, p.b, {.max_iterations = 3000, .restart = 6, .augment = 0});
    EXPECT_EQ(none.iterations, plain.iterations);
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)lgmres(p.A, p.b, {.restart = -1}); }, ".restart"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)lgmres(p.A, p.b, {.augment = -1}); }, ".augment"));
    EXPECT_EQ(lgmres(this->shift(20), Vector<T>(Vector<T>::Unit(20, 0)), {.restart = 10}).status, Status::stagnated);
}

TEST(GmresKrylovSpace, MinimizesTheResidual) {
    const auto p = unsymmetric_well_conditioned<double>(40);
    const Matrix<double> A = dense(p.A);
    for (std::int64_t k = 1; k <= 12; ++k) {
        const auto r = gmres(p.A, p.b, {.tolerance = 0, .max_iterations = k});
        Matrix<double> Q(40, k);
        for (std::int64_t j = 0; j < k; ++j) {
            Vector<double> v = j == 0 ? p.b : Vector<double>(A * Q.col(j - 1));
            for (int twice = 0; twice < 2; ++twice) v -= Q.leftCols(j) * (Q.leftCols(j).transpose() * v);
            Q.col(j) = v.normalized();
        }
        const Vector<double> best = Q * dense_svd(Matrix<double>(A * Q)).solve(p.b, k);
        EXPECT_NEAR(r.residual_norm, (p.b - A * best).norm(), 1e-10 * p.b.norm());
    }
}

TEST(GmresConvection, SolvesConvectionAndDiffusion) {
    const auto A = convection_diffusion_2d<double>(30, 30);
    const Vector<double> b = Random(1).vector<double>(A.rows());
    const auto r = gmres(A, b, {.restart = 50});
    EXPECT_TRUE(r.converged()) << r.message;
    EXPECT_NEAR(r.residual_norm, static_cast<double>(wide_residual(A, r.x, b).norm()), 1e-12 * b.norm());
}

}  // namespace
}  // namespace tamis::test
