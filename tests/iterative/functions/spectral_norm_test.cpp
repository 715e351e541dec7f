#include <cmath>
#include <complex>
#include <limits>

#include <gtest/gtest.h>

#include <tamis/iterative/functions/spectral_norm.hpp>
#include <tamis/sparse/add.hpp>
#include <tamis/sparse/build.hpp>
#include <tamis/sparse/model_problems.hpp>

#include "support/assembly.hpp"
#include "support/assertions.hpp"
#include "support/dense_oracle.hpp"
#include "support/types.hpp"

namespace tamis::test {

template <class P>
class SpectralNorm : public ::testing::Test {};
TYPED_TEST_SUITE(SpectralNorm, AllScalars, TypeName);

TYPED_TEST(SpectralNorm, OfOperatorsAndDenseMatricesIsTheLargestSingularValue) {
    using T = typename TypeParam::T;
    for (const auto& [rows, cols] : {std::pair{60, 60}, {90, 30}, {30, 90}, {1, 40}, {40, 1}, {1, 1}}) {
        const Csr<T> A = random_sparse<T>(rows, cols, 0.4, 5);
        const double truth = dense_svd(in_double<T>(dense(A))).singular_values[0];
        const auto op = make_operator<T>(
            rows, cols, [&A](auto x, auto y) { multiply(A, x, y); }, [&A](auto x, auto y) { multiply_adjoint(A, x, y); });
        for (const double found : {double(norm2_estimate(op)), double(norm2_estimate(dense(A)))}) {
            EXPECT_LE(found, truth * (1 + 20 * static_cast<double>(epsilon_v<T>)));
            EXPECT_GE(found, truth * (1 - 5e-3)) << rows << "×" << cols;
        }
    }
    EXPECT_EQ(norm2_estimate(Matrix<T>(Matrix<T>::Zero(4, 3))), 0);
    EXPECT_EQ(norm2_estimate(Matrix<T>(0, 3)), 0);
    const double huge = std::sqrt(static_cast<double>(std::numeric_limits<Real<T>>::max())) * 1e6;
    EXPECT_NEAR(norm2_estimate(Matrix<T>(Matrix<T>::Identity(5, 5) * scalar<T>(huge))) / huge, 1, 1e-5);
    Matrix<T> N = Matrix<T>::Identity(5, 5);
    N(2, 2) = scalar<T>(std::numeric_limits<double>::quiet_NaN());
    EXPECT_TRUE(std::isnan(norm2_estimate(N)));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)norm2_estimate(N, {.tolerance = -1}); }, "tolerance"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)norm2_estimate(N, {.max_iterations = 0}); }, "max_iterations"));
    const auto no_adjoint = make_operator<T>(5, 5, [](auto x, auto y) { y.eigen() = x.eigen(); });
    EXPECT_TRUE(throws<Unsupported>([&] { (void)norm2_estimate(no_adjoint); }, "adjoint"));
}

TYPED_TEST(SpectralNorm, ScalesWithTheMatrixToTheEndsOfTheRange) {
    using T = typename TypeParam::T;
    using R = Real<T>;
    const Matrix<T> A = dense(poisson_1d<T>(40));
    const double norm = norm2_estimate(A), condition = condition_2_estimate(poisson_1d<T>(40));
    for (const double size :
         {static_cast<double>(std::numeric_limits<R>::min()), 64.0 * static_cast<double>(std::numeric_limits<R>::min()),
          static_cast<double>(std::numeric_limits<R>::max()) / 64}) {
        const R factor = static_cast<R>(size);
        EXPECT_NEAR(static_cast<double>(norm2_estimate(Matrix<T>(T(factor) * A))) / size, norm, 1e-3 * norm) << size;
        const double scaled = condition_2_estimate(T(factor) * poisson_1d<T>(40));
        EXPECT_NEAR(scaled, condition, 0.02 * condition) << size;
    }
    // Of a product that vanishes below the range, nothing is left.
    EXPECT_EQ(norm2_estimate(Matrix<T>(T(std::numeric_limits<R>::denorm_min()) * Matrix<T>::Zero(3, 3))), 0);
    Assembly<T> with_nan(3, 3);
    for (std::int64_t i = 0; i < 3; ++i) with_nan.set(i, i, T(1));
    with_nan.set(1, 2, scalar<T>(std::numeric_limits<double>::quiet_NaN()));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)condition_2_estimate(with_nan.csr()); }, "row 1, column 2"));
    // Indefinite; and singular but for rounding.
    Assembly<T> indefinite(3, 3);
    indefinite.set(0, 0, T(2));
    indefinite.set(1, 1, T(-4));
    indefinite.set(2, 2, T(1));
    EXPECT_NEAR(condition_2_estimate(indefinite.csr()), 4, 0.02);
    Assembly<T> third(2, 2);
    third.set(0, 0, T(R(1) / R(3)));
    third.set(0, 1, T(R(2) / R(3)));
    third.set(1, 0, T(1));
    third.set(1, 1, T(2));
    EXPECT_GE(condition_2_estimate(third.csr()), 0.1 / static_cast<double>(epsilon_v<T>));
}

TYPED_TEST(SpectralNorm, OfTheInverseGivesTheCondition) {
    using T = typename TypeParam::T;
    for (const auto& [rows, cols] : {std::pair{50, 50}, {90, 30}, {30, 90}}) {
        const Csr<T> A = random_sparse<T>(rows, cols, 0.4, 9);
        const Vector<double> s = dense_svd(in_double<T>(dense(A))).singular_values;
        const double truth = s[0] / s[s.size() - 1];
        EXPECT_LE(condition_2_estimate(A), truth * 1.001) << rows << "×" << cols;
        EXPECT_GE(condition_2_estimate(A), truth * 0.99) << rows << "×" << cols;
    }
    // 4 cos² / 4 sin² of π/(2 (n + 1)).
    const double x = M_PI / 402;
    EXPECT_NEAR(condition_2_estimate(poisson_1d<T>(200)) * std::pow(std::tan(x), 2), 1, 0.02);
    EXPECT_EQ(condition_2_estimate(Assembly<T>(3, 3).csr()), std::numeric_limits<double>::infinity());
    EXPECT_EQ(condition_2_estimate(Assembly<T>(5, 3).csr()), std::numeric_limits<double>::infinity());
    EXPECT_EQ(condition_2_estimate(Assembly<T>(0, 0).csr()), 0);
    Assembly<T> one(1, 1);
    one.set(0, 0, T(-3));
    EXPECT_NEAR(condition_2_estimate(one.csr()), 1, 1e-6);
}

}  // namespace tamis::test
