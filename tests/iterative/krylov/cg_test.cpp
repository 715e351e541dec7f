// links: tamis_allocation_counter
#include <tamis/iterative/krylov/cg.hpp>

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstdint>
#include <limits>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <tamis/sparse/cholesky.hpp>
#include <tamis/sparse/model_problems.hpp>
#include <tamis/sparse/multiply.hpp>
#include <tamis/sparse/tune.hpp>

#include "support/allocation_counter.hpp"
#include "support/assertions.hpp"
#include "support/dense_oracle.hpp"
#include "support/problems.hpp"
#include "support/random.hpp"
#include "support/types.hpp"

namespace tamis::test {
namespace {

template <class P>
class Cg : public ::testing::Test {};
TYPED_TEST_SUITE(Cg, AllScalars, TypeName);

TYPED_TEST(Cg, IsExactInAsManyStepsAsThereAreDistinctEigenvalues) {
    using T = typename TypeParam::T;
    const std::int64_t n = 30;
    Assembly<T> A(n, n);
    for (std::int64_t i = 0; i < n; ++i) A.set(i, i, T(Real<T>(1 + i % 4)));
    const Vector<T> b = Random(1).template vector<T>(n);
    const auto r = cg(A.csr(), b);
    EXPECT_TRUE(r.converged());
    EXPECT_EQ(r.iterations, 4);
    EXPECT_EQ(r.matvecs, 5);  // one to confirm
}

TYPED_TEST(Cg, NeedsOneStepWithTheInverseAsPreconditioner) {
    using T = typename TypeParam::T;
    const auto p = hermitian_definite<T>(60);
    const CgOptions<T> o{.preconditioner = cholesky(p.A)};  // owned by the option
    const auto r = cg(p.A, p.b, o);
    EXPECT_TRUE(r.converged());
    EXPECT_EQ(r.iterations, 1);
    const auto F = cholesky(p.A);
    EXPECT_EQ(cg(p.A, p.b, {.preconditioner = inverse_operator(F)}).iterations, 1);
    EXPECT_EQ(cg(F, p.b, {.preconditioner = p.A}).iterations, 1);  // A⁻¹ x = b with M = A
}

TYPED_TEST(Cg, SaysThatAIsIndefinite) {
    using T = typename TypeParam::T;
    for (const auto& p : {hermitian_indefinite<T>(40), indefinite_with_positive_diagonal<T>(40), saddle_point<T>(25, 10)}) {
        const auto r = cg(p.A, p.b, {.tolerance = 0});
        EXPECT_EQ(r.status, Status::indefinite_operator) << p.name << ": " << r.message;
        EXPECT_NE(r.message.find("not positive definite"), std::string::npos);
    }
}

TYPED_TEST(Cg, SaysThatAComplexAIsNotHermitian) {
    using T = typename TypeParam::T;
    if constexpr (is_complex_v<T>) {
        Assembly<T> A(2, 2);
        A.set(0, 0, T(1, 1));
        A.set(1, 1, T(1, 2));
        const auto r = cg(A.csr(), Vector<T>(Vector<T>::Ones(2)));
        EXPECT_EQ(r.status, Status::indefinite_operator);
        EXPECT_NE(r.message.find("not Hermitian"), std::string::npos) << r.message;
    }
}

TYPED_TEST(Cg, SaysThatThePreconditionerIsIndefinite) {
    using T = typename TypeParam::T;
    const auto p = hermitian_definite<T>(20);
    const auto negative = [](auto x, auto y) { y.eigen() = -x.eigen(); };
    const auto zero = [](auto, auto y) { y.eigen().setZero(); };
    for (const auto& M : {make_operator<T>(20, 20, negative), make_operator<T>(20, 20, zero)}) {
        const auto r = cg(p.A, p.b, {.preconditioner = M});
        EXPECT_EQ(r.status, Status::indefinite_preconditioner) << r.message;
        EXPECT_EQ(r.iterations, 0);
    }
    if constexpr (is_complex_v<T>) {
        const auto turned = [](auto x, auto y) { y.eigen() = T(1, 1) * x.eigen(); };
        const auto r = cg(p.A, p.b, {.preconditioner = make_operator<T>(20, 20, turned)});
        EXPECT_EQ(r.status, Status::indefinite_preconditioner) << r.message;
    }
}

TYPED_TEST(Cg, SaysThatASingularSystemIsInconsistent) {
    using T = typename TypeParam::T;
    const auto p = singular_inconsistent<T>(40);
    const auto r = cg(p.A, p.b);
    EXPECT_EQ(r.status, Status::inconsistent) << r.message;
    const Csr<T> zero(3, 3);
    EXPECT_EQ(cg(zero, Vector<T>(Vector<T>::Ones(3))).status, Status::inconsistent);
}

TYPED_TEST(Cg, ReturnsTheBestIterate) {
    using T = typename TypeParam::T;
    const auto p = graded<T>(60, std::same_as<Real<T>, float> ? 6 : 10);
    for (const std::int64_t most : {5, 11, 17}) {
        const auto r = cg(p.A, p.b, {.max_iterations = most});
        if (r.converged()) continue;
        double best = r.residual_history[0];
        for (const double norm : r.residual_history) best = std::min(best, norm);
        EXPECT_NEAR(r.residual_norm, best, 1e-3 * best);
        EXPECT_NEAR(r.residual_norm, static_cast<double>(wide_residual(p.A, r.x, p.b).norm()), 1e-3 * best);
    }
}

TEST(CgPoisson, StaysWithinTheBoundOfTheConditionNumber) {
    for (const int n : {10, 20, 40}) {
        const auto A = poisson_2d<double>(n, n);
        const Vector<double> b = Random(1).vector<double>(A.rows());
        const double tolerance = 1e-8;
        const auto r = cg(A, b, {.tolerance = tolerance});
        EXPECT_TRUE(r.converged());
        // ‖e_k‖_A ≤ 2 q^k ‖e_0‖_A with q = (√κ − 1) / (√κ + 1), and ‖r‖ / √λ_max ≤ ‖e‖_A ≤ ‖r‖ / √λ_min.
        const double kappa = 1 / std::pow(std::tan(3.14159265358979 / (2 * (n + 1))), 2);
        const double q = (std::sqrt(kappa) - 1) / (std::sqrt(kappa) + 1);
        EXPECT_LE(static_cast<double>(r.iterations), std::ceil(std::log(tolerance / (2 * std::sqrt(kappa))) / std::log(q)));
        EXPECT_GE(r.iterations, n / 2);
    }
}

TEST(CgKrylovSpace, MinimizesTheErrorInTheNormOfA) {
    const auto p = hermitian_definite<double>(40);
    const Matrix<double> A = dense(p.A);
    for (std::int64_t k = 1; k <= 6; ++k) {
        const auto r = cg(p.A, p.b, {.tolerance = 0, .max_iterations = k});
        ASSERT_EQ(r.residual_history.back(), *std::min_element(r.residual_history.begin(), r.residual_history.end()));
        // The Galerkin solution in the Krylov space, by a basis of its own.
        Matrix<double> Q(40, k);
        for (std::int64_t j = 0; j < k; ++j) {
            Vector<double> v = j == 0 ? p.b : Vector<double>(A * Q.col(j - 1));
            for (int twice = 0; twice < 2; ++twice) v -= Q.leftCols(j) * (Q.leftCols(j).transpose() * v);
            Q.col(j) = v.normalized();
        }
        const Vector<double> best = Q * (dense_inverse(Matrix<double>(Q.transpose() * A * Q)) * (Q.transpose() * p.b));
        EXPECT_TRUE(near(r.x, best, 1e-10));
    }
}

TEST(CgDrift, IsCorrectedByARestart) {
    // Ill-conditioned enough that the recurrence for r leaves b − A x far behind.
    const auto p = graded<double>(200, 13);
    const auto r = cg(p.A, p.b, {.tolerance = 1e-14});
    const double residual = static_cast<double>(wide_residual(p.A, r.x, p.b).norm());
    EXPECT_NEAR(residual, r.residual_norm, 1e-14 * p.b.norm());
    if (r.converged()) {
        EXPECT_LE(residual, 1.1e-14 * p.b.norm());
    }
}

TEST(IterationReport, RequiresAndPrints) {
    const auto A = poisson_1d<double>(50);
    const std::vector<double> b(50, 1.0);
    std::vector<double> x(50);
    CgWorkspace<double> work(50);
    const auto r = cg(A, b, x, work, {.max_iterations = 3});
    EXPECT_FALSE(r.converged());
    std::ostringstream out;
    out << r.message;
    EXPECT_NE(out.str().find("max_iterations"), std::string::npos) << out.str();
    const auto e = thrown<NotConverged>([&] { (void)r.require(); });
    ASSERT_TRUE(e);
    EXPECT_EQ(e->status(), Status::max_iterations);
    EXPECT_EQ(e->iterations(), 3);
    EXPECT_EQ(std::string(e->what()), out.str());
    EXPECT_TRUE(throws<NotConverged>([&] { (void)cg(A, b, {.max_iterations = 3}).require(); }));
    const Vector<double> y = cg(A, b).require().x;
    EXPECT_TRUE(solves(A, y, b, 1e-8));
    EXPECT_TRUE(cg(A, b, x, work).require().converged());
    EXPECT_TRUE(near(x, y, 1e-12));
}

TEST(Cg, TriesALayoutOfLargeMatricesInLongSolvesAndKeepsTheBits) {
    const auto A = poisson_2d<double>(240, 240);
    const std::int64_t n = A.rows();
    const Vector<double> b = Random(5).vector<double>(n);
    const auto allocated = [&](std::int64_t iterations, auto& x, auto&& solve) {
        const AllocationCounter counter;
        x = solve(CgOptions<double>{.tolerance = 1e-13, .max_iterations = iterations, .record_history = false});
        return counter.bytes();
    };
    const auto by_rows = [&](const CgOptions<double>& o) { return cg(A, b, o).x; };
    const auto product = [&](VectorView<const double> x, VectorView<double> y) { multiply(A, x, y); };
    const auto op = make_operator<double>(n, n, product);
    const auto by_function = [&](const CgOptions<double>& o) { return cg(op, b, o).x; };
    const std::int64_t vectors = 4 * n * 8;  // the workspace; x is Eigen's, whose malloc sanitizers take over
    const std::int64_t trial = 2 * n * 8;
    for (const std::int64_t iterations : {100, 200}) {
        const bool is_long = iterations - 32 >= 96;
        Vector<double> x(n), y(n);
        const std::int64_t plain = allocated(iterations, y, by_function);
        const std::int64_t bytes = allocated(iterations, x, by_rows);
        EXPECT_GT(plain, vectors);
        if (is_long) EXPECT_GE(bytes, plain + trial);
        else EXPECT_LT(bytes, plain + trial);
        EXPECT_TRUE(same_bits(x, y));
        // With a workspace nothing is allocated, to the same bits.
        CgWorkspace<double> work(n);
        Vector<double> z(n);
        const AllocationCounter counter;
        (void)cg(A, b, z, work, {.tolerance = 1e-13, .max_iterations = iterations, .record_history = false});
        EXPECT_EQ(counter.allocations(), 0);
        EXPECT_TRUE(same_bits(x, z));
    }
    // Small matrices, and solves that are nearly done by then, are left as they are.
    const auto small = poisson_2d<double>(200, 200);
    EXPECT_FALSE(detail::faster_copy(small.view(), 1000));
    EXPECT_FALSE(detail::faster_copy(A.view(), 10));
    if (const auto copy = detail::faster_copy(A.view(), 1000)) {
        EXPECT_NE(copy->description().find("runs"), std::string::npos);
        EXPECT_LT(copy->payback_products(), std::numeric_limits<double>::infinity());
        EXPECT_TRUE(same_bits(Vector<double>(*copy * b), Vector<double>(A * b)));
    }
}

TEST(VectorHandle, OwnsTemporariesAndRefersToLvalues) {
    Vector<double> v = Vector<double>::Ones(3);
    const VectorHandle<double> refers = v;
    EXPECT_EQ(refers.view().data(), v.data());
    const VectorHandle<double> owns = Vector<double>(2 * v);
    const VectorHandle<double> expression = v + v;
    const VectorHandle<double> standard = std::vector<double>{2, 2, 2};
    const VectorHandle<std::complex<double>> widened = v;
    v.setConstant(7);
    EXPECT_EQ(refers.view()[0], 7);
    EXPECT_EQ(owns.view()[1], 2);
    EXPECT_EQ(expression.view()[2], 2);
    EXPECT_EQ(standard.view()[2], 2);
    EXPECT_EQ(widened.view()[0], std::complex<double>(1));
    EXPECT_FALSE(VectorHandle<double>());
    EXPECT_TRUE(VectorHandle<double>(Vector<double>()));
}

}  // namespace
}  // namespace tamis::test
