#include <tamis/iterative/krylov/minres.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include <gtest/gtest.h>

#include <tamis/sparse/cholesky.hpp>

#include "support/assertions.hpp"
#include "support/dense_oracle.hpp"
#include "support/problems.hpp"
#include "support/random.hpp"
#include "support/types.hpp"

namespace tamis::test {
namespace {

template <class P>
class Minres : public ::testing::Test {};
TYPED_TEST_SUITE(Minres, AllScalars, TypeName);

TYPED_TEST(Minres, NeverLetsTheResidualRise) {
    using T = typename TypeParam::T;
    for (const auto& p : {hermitian_indefinite<T>(60), saddle_point<T>(40, 15), grid_laplacian<T>(8, 9)}) {
        const auto r = minres(p.A, p.b);
        EXPECT_TRUE(r.converged()) << r.message;
        EXPECT_TRUE(std::is_sorted(r.residual_history.rbegin(), r.residual_history.rend()));
    }
}

TYPED_TEST(Minres, SolvesShiftedSystems) {
    using T = typename TypeParam::T;
    const auto p = hermitian_definite<T>(50);
    const auto S = p.A.view();
    for (const double shift : {-2.25, 0.5, 40.0}) {
        const auto r = minres(S, p.b, {.shift = shift});
        EXPECT_TRUE(r.converged()) << r.message;
        const Matrix<T> shifted = dense(p.A) + T(Real<T>(shift)) * Matrix<T>::Identity(50, 50);
        EXPECT_NEAR(static_cast<double>((p.b - shifted * r.x).norm()), r.residual_norm,
                    1e-5 * default_tolerance<T> * static_cast<double>(p.b.norm()) +
                        100 * static_cast<double>(epsilon_v<T> * shifted.norm() * r.x.norm()));
        EXPECT_LE(r.residual_norm, default_tolerance<T> * static_cast<double>(p.b.norm()));
    }
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)minres(S, p.b, {.shift = std::numeric_limits<double>::quiet_NaN()}); },
                                        ".shift"));
}

TYPED_TEST(Minres, FindsALeastSquaresSolutionAndSaysSo) {
    using T = typename TypeParam::T;
    const auto p = singular_inconsistent<T>(40);
    for (const bool preconditioned : {false, true}) {
        const auto identity = [](auto x, auto y) { y.eigen() = x.eigen(); };
        MinresOptions<T> o;
        if (preconditioned) o.preconditioner = make_operator<T>(40, 40, identity);
        const auto r = minres(p.A, p.b, o);
        EXPECT_EQ(r.status, Status::inconsistent) << r.message;
        EXPECT_LE(normal_equations_residual(p.A, r.x, p.b), 30 * std::sqrt(static_cast<double>(epsilon_v<T>)));
        const double optimal = static_cast<double>(wide_residual(p.A, p.x, p.b).norm());
        EXPECT_NEAR(r.residual_norm, optimal, 1e-4 * optimal);
    }
    const Csr<T> zero(3, 3);
    EXPECT_EQ(minres(zero, Vector<T>(Vector<T>::Ones(3))).status, Status::inconsistent);
}

TYPED_TEST(Minres, SaysThatAIsNotHermitian) {
    using T = typename TypeParam::T;
    const auto p = diagonally_dominant<T>(40);
    auto r = minres(p.A, p.b);
    EXPECT_EQ(r.status, Status::breakdown);
    EXPECT_NE(r.message.find("not Hermitian"), std::string::npos) << r.message;
    const auto F = cholesky(hermitian_definite<T>(40).A);
    r = minres(p.A, p.b, {.preconditioner = F});
    EXPECT_EQ(r.status, Status::breakdown) << r.message;
}

TYPED_TEST(Minres, SaysThatThePreconditionerIsIndefinite) {
    using T = typename TypeParam::T;
    const auto p = hermitian_indefinite<T>(20);
    const auto negative = [](auto x, auto y) { y.eigen() = -x.eigen(); };
    EXPECT_EQ(minres(p.A, p.b, {.preconditioner = make_operator<T>(20, 20, negative)}).status,
              Status::indefinite_preconditioner);
    // Positive at first, and not later.
    const auto mixed = [](auto x, auto y) {
        y.eigen() = x.eigen();
        for (std::int64_t i = 10; i < 20; ++i) y[i] = T(-0.9F) * x[i];
    };
    auto b = p.b;
    b.tail(10).setZero();
    const auto r = minres(p.A, b, {.preconditioner = make_operator<T>(20, 20, mixed)});
    EXPECT_EQ(r.status, Status::indefinite_preconditioner) << r.message;
}

TYPED_TEST(Minres, NeedsFewStepsWithAGoodPreconditioner) {
    using T = typename TypeParam::T;
    // Block preconditioners diag(H, B H⁻¹ Bᴴ) of saddle points leave three eigenvalues (Murphy, Golub, Wathen 2000).
    const auto p = saddle_point<T>(30, 10);
    const Matrix<T> A = dense(p.A);
    const Matrix<T> H = A.topLeftCorner(30, 30);
    const Matrix<T> B = A.bottomLeftCorner(10, 30);
    Matrix<T> M = Matrix<T>::Zero(40, 40);
    const Matrix<InDouble<T>> inverse = dense_inverse(in_double(H));
    const Matrix<InDouble<T>> schur = in_double(B) * inverse * in_double(B).adjoint();
    M.topLeftCorner(30, 30) = inverse.template cast<T>();
    M.bottomRightCorner(10, 10) = dense_inverse(schur).template cast<T>();
    const auto r = minres(p.A, p.b, {.preconditioner = M});
    EXPECT_TRUE(r.converged()) << r.message;
    EXPECT_LE(r.iterations, 4);
}

TEST(MinresKrylovSpace, MinimizesTheResidual) {
    const auto p = hermitian_indefinite<double>(40);
    const Matrix<double> A = dense(p.A);
    for (std::int64_t k = 1; k <= 8; ++k) {
        const auto r = minres(p.A, p.b, {.tolerance = 0, .max_iterations = k});
        Matrix<double> Q(40, k);
        for (std::int64_t j = 0; j < k; ++j) {
            Vector<double> v = j == 0 ? p.b : Vector<double>(A * Q.col(j - 1));
            for (int twice = 0; twice < 2; ++twice) v -= Q.leftCols(j) * (Q.leftCols(j).transpose() * v);
            Q.col(j) = v.normalized();
        }
        const Matrix<double> AQ = A * Q;
        const Vector<double> best = Q * dense_svd(AQ).solve(p.b, k);
        EXPECT_NEAR(r.residual_norm, (p.b - A * best).norm(), 1e-10 * p.b.norm());
    }
}

}  // namespace
}  // namespace tamis::test
