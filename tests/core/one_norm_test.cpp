#include <tamis/core/one_norm.hpp>

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include <tamis/core/dense_types.hpp>

#include "support/types.hpp"

namespace tamis {
namespace {

template <class P>
class OneNormEstimate : public ::testing::Test {};
TYPED_TEST_SUITE(OneNormEstimate, test::AllScalars, test::TypeName);

template <class T>
Real<T> estimate(const Matrix<T>& B, int* products = nullptr) {
    int count = 0;
    const auto apply = [&](MatrixView<const T> X, MatrixView<T> Y) {
        ++count;
        Y.eigen() = B * X.eigen();
    };
    const auto apply_adjoint = [&](MatrixView<const T> X, MatrixView<T> Y) {
        ++count;
        Y.eigen() = B.adjoint() * X.eigen();
    };
    const Real<T> result = detail::one_norm_estimate<T>(B.rows(), B.cols(), apply, apply_adjoint);
    if (products != nullptr) *products = count;
    return result;
}

template <class T>
Real<T> exact(const Matrix<T>& B) {
    return B.cwiseAbs().colwise().sum().maxCoeff();
}

TYPED_TEST(OneNormEstimate, IsExactForAtMostEightColumns) {
    using T = typename TypeParam::T;
    for (int n = 1; n <= 8; ++n) {
        const Matrix<T> B = Matrix<T>::Random(n + 3, n);
        EXPECT_NEAR(estimate(B), exact(B), 100 * epsilon_v<T> * exact(B));
    }
}

TYPED_TEST(OneNormEstimate, IsALowerBoundWithinAFactorOfThree) {
    using T = typename TypeParam::T;
    for (int n : {9, 20, 57, 100}) {
        for (int repeat = 0; repeat < 10; ++repeat) {
            const Matrix<T> B = Matrix<T>::Random(n, n);
            const Real<T> e = estimate(B);
            EXPECT_LE(e, exact(B) * (1 + 100 * epsilon_v<T>));
            EXPECT_GE(3 * e, exact(B));
        }
    }
}

TYPED_TEST(OneNormEstimate, FindsADominantColumnExactlyInFewProducts) {
    using T = typename TypeParam::T;
    for (int column : {0, 31, 76}) {
        Matrix<T> B = Matrix<T>::Random(77, 77);
        B.col(column) *= T(50);
        int products = 0;
        EXPECT_NEAR(estimate(B, &products), exact(B), 1000 * epsilon_v<T> * exact(B));
        EXPECT_LE(products, 11);
    }
}

TYPED_TEST(OneNormEstimate, TakesRectanglesOfBothKinds) {
    using T = typename TypeParam::T;
    for (const auto& [rows, cols] : {std::pair{1, 40}, std::pair{40, 12}, std::pair{12, 40}, std::pair{2, 9}}) {
        Matrix<T> B = Matrix<T>::Random(rows, cols);
        B.col(7) *= T(30);
        EXPECT_NEAR(estimate(B), exact(B), 1000 * epsilon_v<T> * exact(B));
    }
}

TYPED_TEST(OneNormEstimate, GivesTheSameBitsEachTime) {
    using T = typename TypeParam::T;
    const Matrix<T> B = Matrix<T>::Random(60, 60);
    EXPECT_EQ(estimate(B), estimate(B));
}

TYPED_TEST(OneNormEstimate, IsZeroForZeroAndForEmptyOperators) {
    using T = typename TypeParam::T;
    EXPECT_EQ(estimate<T>(Matrix<T>::Zero(20, 20)), 0);
    EXPECT_EQ(estimate<T>(Matrix<T>::Zero(0, 20)), 0);
    EXPECT_EQ(estimate<T>(Matrix<T>::Zero(20, 0)), 0);
}

TYPED_TEST(OneNormEstimate, ReturnsNanForNanAndInfinityForInfinity) {
    using T = typename TypeParam::T;
    Matrix<T> B = Matrix<T>::Identity(20, 20);
    B(3, 17) = std::numeric_limits<Real<T>>::quiet_NaN();
    EXPECT_TRUE(std::isnan(estimate(B)));
    const auto overflow = [](MatrixView<const T>, MatrixView<T> Y) {
        Y.eigen().setConstant(std::numeric_limits<Real<T>>::infinity());
    };
    EXPECT_EQ(detail::one_norm_estimate<T>(20, overflow, overflow), std::numeric_limits<Real<T>>::infinity());
}

}  // namespace
}  // namespace tamis
