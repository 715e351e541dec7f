// lsqr, lsmr and cgls: what they share, and what tells them apart.
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <tamis/iterative/krylov/cgls.hpp>
#include <tamis/iterative/krylov/lsmr.hpp>
#include <tamis/iterative/krylov/lsqr.hpp>
#include <tamis/iterative/precond/jacobi.hpp>
#include <tamis/sparse/add.hpp>
#include <tamis/sparse/cholesky.hpp>
#include <tamis/sparse/matmul.hpp>
#include <tamis/sparse/measure.hpp>
#include <tamis/sparse/model_problems.hpp>
#include <tamis/sparse/transpose.hpp>

#include "support/assertions.hpp"
#include "support/dense_oracle.hpp"
#include "support/problems.hpp"
#include "support/random.hpp"
#include "support/types.hpp"

namespace tamis::test {
namespace {

template <class T>
struct LeastSquaresMethod {
    std::string name;
    IterativeResult<T> (*solve)(const OperatorRef<T>&, const Vector<T>&, const LsqrOptions<T>&);
};
template <class T, class O>
O as(const LsqrOptions<T>& o) {
    return {.tolerance = o.tolerance,
            .absolute_tolerance = o.absolute_tolerance,
            .max_iterations = o.max_iterations,
            .preconditioner = o.preconditioner,
            .initial_guess = o.initial_guess,
            .damping = o.damping,
            .condition_limit = o.condition_limit};
}

template <class P>
class IterativeLeastSquares : public ::testing::Test {
  protected:
    using T = typename P::T;
    const std::vector<LeastSquaresMethod<T>> methods{
        {"lsqr", [](const OperatorRef<T>& A, const Vector<T>& b, const LsqrOptions<T>& o) { return lsqr(A, b, o); }},
        {"lsmr", [](const OperatorRef<T>& A, const Vector<T>& b,
                    const LsqrOptions<T>& o) { return lsmr(A, b, as<T, LsmrOptions<T>>(o)); }},
        {"cgls", [](const OperatorRef<T>& A, const Vector<T>& b, const LsqrOptions<T>& o) {
             return cgls(A, b, as<T, CglsOptions<T>>(o));
         }}};
    static constexpr double tolerance = default_tolerance<T>;
    static constexpr double limit = 1e3 * tolerance;
};
TYPED_TEST_SUITE(IterativeLeastSquares, AllScalars, TypeName);

TYPED_TEST(IterativeLeastSquares, FindTheSolutionOfMinimumNorm) {
    using T = typename TypeParam::T;
    for (const auto& p : {tall_full_rank<T>(), wide_full_rank<T>(), rank_deficient<T>(), square_inconsistent<T>(30)}) {
        for (const auto& m : this->methods) {
            SCOPED_TRACE(m.name + " on " + p.name);
            const auto r = m.solve(p.A, p.b, {});
            EXPECT_TRUE(r.converged()) << r.message;
            EXPECT_TRUE(near(r.x, p.x, this->limit));
            EXPECT_NEAR(r.residual_norm, static_cast<double>(wide_residual(p.A, r.x, p.b).norm()),
                        1e-2 * this->tolerance * static_cast<double>(p.b.norm()) + 1e-6 * r.residual_norm);
            if (r.residual_norm > 2 * this->tolerance * static_cast<double>(p.b.norm())) {
                EXPECT_LE(normal_equations_residual(p.A, r.x, p.b), this->tolerance);
                EXPECT_NE(r.message.find("least-squares solution"), std::string::npos) << r.message;
            }
        }
    }
}

TYPED_TEST(IterativeLeastSquares, Damp) {
    using T = typename TypeParam::T;
    const auto p = rank_deficient<T>();
    const Matrix<T> A = dense(p.A);
    for (const double damping : {0.5, 3.0}) {
        const Matrix<InDouble<T>> N =
            in_double(Matrix<T>(A.adjoint() * A + T(Real<T>(damping * damping)) * Matrix<T>::Identity(A.cols(), A.cols())));
        const Matrix<InDouble<T>> expected = dense_inverse(N) * in_double(Matrix<T>(A.adjoint() * p.b));
        for (const auto& m : this->methods) {
            SCOPED_TRACE(m.name);
            const auto r = m.solve(p.A, p.b, {.damping = damping});
            EXPECT_TRUE(r.converged()) << r.message;
            EXPECT_TRUE(near(r.x, expected, this->limit));
            // From anywhere to the same solution: the damping is of x, not of the correction.
            const Vector<T> far = Random(9).template vector<T>(A.cols());
            const auto warm = m.solve(p.A, p.b, {.initial_guess = far, .damping = damping});
            EXPECT_TRUE(warm.converged()) << warm.message;
            EXPECT_TRUE(near(warm.x, expected, this->limit));
            // ‖A‖ is not known before the first step.
            EXPECT_LE(m.solve(p.A, p.b, {.initial_guess = r.x, .damping = damping}).iterations, 1);
        }
    }
    for (const auto& m : this->methods)
        EXPECT_TRUE(throws<InvalidArgument>([&] { (void)m.solve(p.A, p.b, {.damping = -1}); }, m.name, ".damping"));
}

TYPED_TEST(IterativeLeastSquares, NeedFewStepsWithTheInverseOfTheNormalEquations) {
    using T = typename TypeParam::T;
    const auto p = tall_full_rank<T>();
    const auto F = cholesky(adjoint(p.A) * p.A);
    for (const auto& m : this->methods) {
        SCOPED_TRACE(m.name);
        const auto r = m.solve(p.A, p.b, {.preconditioner = F});
        EXPECT_TRUE(r.converged()) << r.message;
        EXPECT_LE(r.iterations, 2);
        EXPECT_TRUE(near(r.x, p.x, this->limit));
        const auto negative = [](auto x, auto y) { y.eigen() = -x.eigen(); };
        const auto M = make_operator<T>(p.A.cols(), p.A.cols(), negative);
        EXPECT_EQ(m.solve(p.A, p.b, {.preconditioner = M}).status, Status::indefinite_preconditioner);
    }
}

TYPED_TEST(IterativeLeastSquares, NeedAnAdjointAndSaySoBeforeTheFirstProduct) {
    using T = typename TypeParam::T;
    int products = 0;
    const auto op = make_operator<T>(5, 5, [&](auto x, auto y) {
        ++products;
        y.eigen() = x.eigen();
    });
    for (const auto& m : this->methods)
        EXPECT_TRUE(throws<Unsupported>([&] { (void)m.solve(op, Vector<T>::Ones(5), {}); }, m.name, "adjoint"));
    EXPECT_EQ(products, 0);
}

TYPED_TEST(IterativeLeastSquares, AcceptAStartThatSolvesTheNormalEquations) {
    using T = typename TypeParam::T;
    const auto p = tall_full_rank<T>();  // x holds to the last bit, Aᴴ (b − A x) = 0
    const Csr<T> zero(4, 3);
    for (const auto& m : this->methods) {
        SCOPED_TRACE(m.name);
        const auto r = m.solve(p.A, p.b, {.initial_guess = p.x});
        EXPECT_TRUE(r.converged()) << r.message;
        EXPECT_LE(r.iterations, 1);
        const auto z = m.solve(zero, Vector<T>::Ones(4), {});
        EXPECT_TRUE(z.converged()) << z.message;
        EXPECT_EQ(z.x.norm(), 0);
    }
}

TYPED_TEST(IterativeLeastSquares, NeverLetTheNormsRiseThatTheyMinimize) {
    using T = typename TypeParam::T;
    const auto p = rank_deficient<T>(80, 50, 30);
    for (const auto& m : this->methods) {
        SCOPED_TRACE(m.name);
        std::vector<double> gradients;
        std::vector<double> residuals;
        for (std::int64_t k = 1; k <= 8; ++k) {
            const auto r = m.solve(p.A, p.b, {.tolerance = 0, .max_iterations = k});
            gradients.push_back(normal_equations_residual(p.A, r.x, p.b) * r.residual_norm);
            residuals.push_back(r.residual_norm);
            EXPECT_NEAR(r.residual_history.back(), r.residual_norm, 1e-4 * r.residual_norm);
        }
        if (m.name == "lsmr") {
            EXPECT_TRUE(std::is_sorted(gradients.rbegin(), gradients.rend()));
        } else {
            EXPECT_TRUE(std::is_sorted(residuals.rbegin(), residuals.rend()));
        }
    }
}

TYPED_TEST(IterativeLeastSquares, EstimateTheNormAndTheConditionOfTheDampedMatrix) {
    using T = typename TypeParam::T;
    const Matrix<T> A = Random(11).template matrix<T>(30, 8);
    const Vector<T> b = Random(12).template vector<T>(30);
    using W = std::conditional_t<is_complex_v<T>, std::complex<double>, double>;
    const Vector<double> sigma = dense_svd(Matrix<W>(A.template cast<W>())).singular_values;
    for (const double damping : {0.0, 2.0}) {
        double square = 0, inverse = 0;
        for (const double s : sigma) {
            square += s * s + damping * damping;
            inverse += 1 / (s * s + damping * damping);
        }
        const double two = std::hypot(sigma[0], damping) / std::hypot(sigma[7], damping);
        for (const auto& m : this->methods) {
            SCOPED_TRACE(m.name + (damping > 0 ? ", damped" : ""));
            LsqrOptions<T> options{.tolerance = 0, .max_iterations = 8, .damping = damping};
            const auto all = m.solve(A, b, options);
            EXPECT_NEAR(all.operator_norm, std::sqrt(square), 0.01 * std::sqrt(square));
            if (m.name == "lsmr") {  // the extreme entries of a triangular matrix
                EXPECT_LT(all.condition_estimate, 1.01 * two);
                EXPECT_GT(all.condition_estimate, two / 3);
            } else {
                EXPECT_NEAR(all.condition_estimate, std::sqrt(square * inverse), 0.01 * std::sqrt(square * inverse));
            }
            options.max_iterations = 4;
            const auto some = m.solve(A, b, options);
            EXPECT_LT(some.operator_norm, all.operator_norm);
            EXPECT_GE(some.condition_estimate, 1);
            EXPECT_LE(some.condition_estimate, all.condition_estimate);
        }
    }
}

TYPED_TEST(IterativeLeastSquares, StopAtTheConditionLimit) {
    using T = typename TypeParam::T;
    // Columns of lengths 1 to 1e-3: the last ones are found last.
    Matrix<T> A = Random(13).template matrix<T>(40, 10);
    for (Eigen::Index j = 0; j < 10; ++j) A.col(j) *= T(Real<T>(std::pow(10.0, -static_cast<double>(j) / 3)));
    const Vector<T> b = Random(14).template vector<T>(40);
    for (const auto& m : this->methods) {
        SCOPED_TRACE(m.name);
        LsqrOptions<T> options;
        const auto full = m.solve(A, b, options);
        EXPECT_TRUE(full.converged()) << full.message;
        EXPECT_GT(full.condition_estimate, 200);
        options.condition_limit = 50;
        const auto cut = m.solve(A, b, options);
        EXPECT_EQ(cut.status, Status::breakdown);
        EXPECT_NE(cut.message.find("condition_limit"), std::string::npos) << cut.message;
        EXPECT_GT(cut.condition_estimate, 50);
        EXPECT_LT(cut.x.norm(), 0.5 * full.x.norm());
        options.condition_limit = 1e12;
        EXPECT_TRUE(m.solve(A, b, options).converged());
        options.condition_limit = -1;
        EXPECT_TRUE(throws<InvalidArgument>([&] { (void)m.solve(A, b, options); }, "condition_limit"));
    }
}

TEST(LeastSquares, ClaimsNothingWhereTheNormOfAIsAtTheEndOfTheRange) {
    const auto unit = poisson_1d<double>(150);
    const auto A = 4e307 * unit;
    const Vector<double> b = Random(3).vector<double>(150);
    const auto check = [&](const auto& r) {
        const Vector<double> residual = b - unit * Vector<double>(4e307 * r.x);
        const double gradient = (unit * residual).norm();  // ‖Aᴴr‖ / 4e307
        EXPECT_TRUE(!r.converged() || gradient <= 1e-8 * norm(unit, Norm::frobenius) * residual.norm() ||
                    residual.norm() <= 1.01e-8 * b.norm())
            << r.message;
    };
    check(lsqr(A, b, {.max_iterations = 460, .preconditioner = Jacobi(A)}));
    check(lsmr(A, b, {.max_iterations = 460, .preconditioner = Jacobi(A)}));
    check(cgls(A, b, {.max_iterations = 460, .preconditioner = Jacobi(A)}));
}

}  // namespace
}  // namespace tamis::test
