// Blocks of vectors: their products, and how they are made orthonormal.
#include "iterative/eigen/orthonormalize.hpp"

#include <limits>

#include <gtest/gtest.h>

#include <tamis/core/threads.hpp>

#include "iterative/eigen/block.hpp"
#include "support/dense_oracle.hpp"
#include "support/problems.hpp"
#include "support/random.hpp"
#include "support/tolerance.hpp"
#include "support/types.hpp"

namespace tamis::test {
namespace {

template <class P>
class Blocks : public ::testing::Test {
  protected:
    using T = typename P::T;
    static double departure(const Matrix<T>& gram) {
        return max_difference<T>(gram, Matrix<T>::Identity(gram.rows(), gram.cols()));
    }
};
TYPED_TEST_SUITE(Blocks, AllScalars, TypeName);

TYPED_TEST(Blocks, AreMultipliedAsMatrices) {
    using T = typename TypeParam::T;
    for (const std::int64_t n : {std::int64_t{1}, std::int64_t{37}, std::int64_t{20000}}) {
        const Matrix<T> X = Random(1).matrix<T>(n, 5);
        const Matrix<T> Y = Random(2).matrix<T>(n, 3);
        const Matrix<T> C = Random(3).matrix<T>(5, 3);
        const double limit = 8 * sum_limit<T>(n) * static_cast<double>(n);
        Matrix<T> G = Matrix<T>::Constant(6, 3, T(7));  // leading dimension 6
        detail::tall::gram<T>(n, X.data(), 5, Y.data(), 3, G.data(), 6);
        EXPECT_LE(max_difference<T>(G.topRows(5), adjoint_product(X, Y)), limit) << n;
        EXPECT_EQ(G(5, 1), T(7));
        Matrix<T> Z = Y;
        detail::tall::multiply<T>(n, T(2), X.data(), 5, C.data(), 5, 3, T(-1), Z.data());
        EXPECT_LE(max_difference<T>(Z, T(2) * product(X, C) - Y), 8 * sum_limit<T>(10) * 10) << n;
        Matrix<T> R = X;
        detail::tall::rotate<T>(n, R.data(), 5, C.data(), 5, 3);
        EXPECT_LE(max_difference<T>(R.leftCols(3), product(X, C)), 8 * sum_limit<T>(10) * 10) << n;
        EXPECT_EQ(Matrix<T>(R.rightCols(2)), Matrix<T>(X.rightCols(2)));
    }
}

TYPED_TEST(Blocks, GiveTheSameBitsOnAnyNumberOfThreads) {
    using T = typename TypeParam::T;
    const std::int64_t n = 100000;
    const Matrix<T> X = Random(4).matrix<T>(n, 6);
    Matrix<T> one(6, 6), two(6, 6);
    const int before = threads();
    set_threads(1);
    detail::tall::gram<T>(n, X.data(), 6, X.data(), 6, one.data(), 6);
    set_threads(2);
    detail::tall::gram<T>(n, X.data(), 6, X.data(), 6, two.data(), 6);
    set_threads(before);
    EXPECT_EQ(one, two);
}

TYPED_TEST(Blocks, BecomeOrthonormal) {
    using T = typename TypeParam::T;
    for (const std::int64_t n : {std::int64_t{12}, std::int64_t{5000}}) {
        Matrix<T> V = Random(5).matrix<T>(n, 4);
        ASSERT_EQ(detail::orthonormalize<T>(n, nullptr, nullptr, 0, V.data(), nullptr, 4), 4);
        EXPECT_LE(this->departure(adjoint_product(V, V)), orthonormality_limit<T>(n));
        // Scales far apart, nearly dependent on V and on each other.
        const auto small = static_cast<Real<T>>(std::sqrt(std::numeric_limits<Real<T>>::epsilon()) / 100);
        Matrix<T> X = Random(6).matrix<T>(n, 5);
        X.col(1) = X.col(0) + Real<T>(3000) * small * X.col(1);  // what squares of numbers can tell from rounding
        X.col(2) = V.col(1) + small * X.col(2);
        X.col(3) *= static_cast<Real<T>>(1e10);
        X.col(4) *= static_cast<Real<T>>(1e-10);
        ASSERT_EQ(detail::orthonormalize<T>(n, V.data(), nullptr, 4, X.data(), nullptr, 5), 5);
        EXPECT_LE(this->departure(adjoint_product(X, X)), orthonormality_limit<T>(n)) << n;
        EXPECT_LE(max_modulus(adjoint_product(V, X)), orthonormality_limit<T>(n)) << n;
    }
}

TYPED_TEST(Blocks, LoseDependentDirections) {
    using T = typename TypeParam::T;
    const std::int64_t n = 3000;
    Matrix<T> V = Random(7).matrix<T>(n, 3);
    ASSERT_EQ(detail::orthonormalize<T>(n, nullptr, nullptr, 0, V.data(), nullptr, 3), 3);
    Matrix<T> X = Random(8).matrix<T>(n, 6);
    const Matrix<T> two = X.leftCols(2);
    X.col(2) = X.col(0) - T(2) * X.col(1);
    X.col(3).setZero();
    X.col(4) = X.col(1);
    X.col(5) = V.col(0) - V.col(2);
    ASSERT_EQ(detail::orthonormalize<T>(n, V.data(), nullptr, 3, X.data(), nullptr, 6), 2);
    const Matrix<T> Q = X.leftCols(2);
    EXPECT_LE(this->departure(adjoint_product(Q, Q)), orthonormality_limit<T>(n));
    // What is left spans what was there.
    const Matrix<T> rest = two - product(V, adjoint_product(V, two));
    EXPECT_LE(frobenius_norm<T>(rest - product(Q, adjoint_product(Q, rest))) / frobenius_norm(rest),
              1e3 * orthonormality_limit<T>(n));
    Matrix<T> zero = Matrix<T>::Zero(n, 2);
    EXPECT_EQ(detail::orthonormalize<T>(n, V.data(), nullptr, 3, zero.data(), nullptr, 2), 0);
    EXPECT_EQ(detail::orthonormalize<T>(n, nullptr, nullptr, 0, zero.data(), nullptr, 2), 0);
}

TYPED_TEST(Blocks, BecomeOrthonormalInAnotherInnerProduct) {
    using T = typename TypeParam::T;
    const auto p = grid_laplacian<T>(20, 15);
    const std::int64_t n = p.A.rows();
    const OperatorRef<T> B(p.A);
    const auto times_B = [&](const Matrix<T>& X) { return Matrix<T>(p.A * X); };
    Matrix<T> V = Random(9).matrix<T>(n, 3), BV = times_B(V);
    ASSERT_EQ(detail::orthonormalize<T>(n, nullptr, nullptr, 0, V.data(), BV.data(), 3, B), 3);
    Matrix<T> X = Random(10).matrix<T>(n, 4);
    X.col(2) = X.col(0) + X.col(1);
    Matrix<T> BX = times_B(X);
    ASSERT_EQ(detail::orthonormalize<T>(n, V.data(), BV.data(), 3, X.data(), BX.data(), 4, B), 3);
    const Matrix<T> Q = X.leftCols(3);
    const double limit = 30 * orthonormality_limit<T>(n);  // B's condition is about 200
    EXPECT_LE(this->departure(adjoint_product(Q, times_B(Q))), limit);
    EXPECT_LE(max_modulus(adjoint_product(V, times_B(Q))), limit);
    EXPECT_LE(max_difference<T>(times_B(Q), BX.leftCols(3)), limit);
}

TYPED_TEST(Blocks, AreLeftOutWhereTheyAreNotFinite) {
    using T = typename TypeParam::T;
    Matrix<T> X = Random(11).matrix<T>(50, 2);
    X(3, 1) = std::numeric_limits<Real<T>>::quiet_NaN();
    EXPECT_EQ(detail::orthonormalize<T>(50, nullptr, nullptr, 0, X.data(), nullptr, 2), 0);
}

}  // namespace
}  // namespace tamis::test
