#include <tamis/learn/ridge.hpp>

#include <cmath>
#include <complex>
#include <cstdint>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include <tamis/sparse/convert.hpp>

#include "support/assertions.hpp"
#include "support/dense_matrices.hpp"
#include "support/dense_oracle.hpp"
#include "support/types.hpp"
#include "tamis_backends.hpp"

namespace tamis::test {
namespace {

/// (XᴴX + diag(penalty)) w = Xᴴy in long double by Gaussian elimination with pivots: squares that 64 bits of significand
/// hold.
Vector<double> by_normal_equations(const Matrix<double>& X, const Vector<double>& y, const Vector<double>& penalty) {
    const std::int64_t p = X.cols();
    Eigen::Matrix<long double, Eigen::Dynamic, Eigen::Dynamic> A(p, p + 1);
    for (std::int64_t i = 0; i < p; ++i)
        for (std::int64_t j = 0; j <= p; ++j) {
            long double sum = i == j ? static_cast<long double>(penalty[i]) : 0;
            for (std::int64_t k = 0; k < X.rows(); ++k)
                sum += static_cast<long double>(X(k, i)) * static_cast<long double>(j < p ? X(k, j) : y[k]);
            A(i, j) = sum;
        }
    for (std::int64_t k = 0; k < p; ++k) {
        std::int64_t pivot = k;
        for (std::int64_t i = k + 1; i < p; ++i)
            if (std::abs(A(i, k)) > std::abs(A(pivot, k))) pivot = i;
        A.row(k).swap(A.row(pivot));
        for (std::int64_t i = k + 1; i < p; ++i) {
            const long double factor = A(i, k) / A(k, k);
            for (std::int64_t j = k; j <= p; ++j) A(i, j) -= factor * A(k, j);
        }
    }
    Vector<double> w(p);
    std::vector<long double> x(static_cast<std::size_t>(p));
    for (std::int64_t i = p - 1; i >= 0; --i) {
        long double sum = A(i, p);
        for (std::int64_t j = i + 1; j < p; ++j) sum -= A(i, j) * x[static_cast<std::size_t>(j)];
        x[static_cast<std::size_t>(i)] = sum / A(i, i);
        w[i] = static_cast<double>(x[static_cast<std::size_t>(i)]);
    }
    return w;
}
Vector<double> by_normal_equations(const Matrix<double>& X, const Vector<double>& y, double alpha) {
    return by_normal_equations(X, y, Vector<double>::Constant(X.cols(), alpha));
}

template <class P>
class Ridge : public ::testing::Test {};
TYPED_TEST_SUITE(Ridge, AllScalars, TypeName);

TYPED_TEST(Ridge, TheGradientVanishesInBothForms) {
    using T = typename TypeParam::T;
    const double eps = static_cast<double>(epsilon_v<T>);
    for (const auto& [n, p] : {std::pair<std::int64_t, std::int64_t>(30, 8), {8, 30}, {9, 9}, {1, 4}, {5, 1}}) {
        const Matrix<T> X = Random(1).matrix<T>(n, p), Y = Random(2).matrix<T>(n, 3);
        const Real<T> alpha = Real<T>(0.3);
        const Matrix<T> W = learn::ridge(X, Y, static_cast<double>(alpha));
        ASSERT_EQ(W.rows(), p);
        ASSERT_EQ(W.cols(), 3);
        const Matrix<T> residual = Y - product(X, W);
        EXPECT_LE(max_difference<T>(adjoint_product(X, residual), W * T(alpha)), 2e3 * eps) << n << "×" << p;
        const Vector<T> w = learn::ridge(X, Vector<T>(Y.col(1)), static_cast<double>(alpha));
        EXPECT_TRUE(near(w, Matrix<T>(W.col(1)), 200 * eps));
    }
}

TEST(RidgeOfDenseData, AgreesWithTheNormalEquationsInExtendedPrecision) {
    for (const auto& [n, p] : {std::pair<std::int64_t, std::int64_t>(20, 6), {6, 20}}) {
        const Matrix<double> X = with_singular_values<double>(n, p, spectrum(3, 6, 1e3), 3);
        const Vector<double> y = Random(4).vector<double>(n);
        for (const double alpha : {1e-6, 1e-2, 1.0, 1e6}) {
            const Vector<double> w = learn::ridge(X, y, alpha);
            EXPECT_TRUE(near(w, by_normal_equations(X, y, alpha), 1e-11)) << alpha;
        }
    }
}

TEST(RidgeOfDenseData, ZeroAlphaIsTheSolutionOfMinimumNorm) {
    for (const auto& [n, p] : {std::pair<std::int64_t, std::int64_t>(20, 6), {6, 20}}) {
        // Rank 4 of 6.
        const Matrix<double> X = with_singular_values<double>(n, p, {3, 2, 1, 0.5, 0, 0}, 5);
        const Matrix<double> Y = Random(6).matrix<double>(n, 2);
        const Matrix<double> expected = dense_svd(X).solve(Y, 4);
        EXPECT_TRUE(near(learn::ridge(X, Y, 0), expected, 1e-13));
        // And its limit: below rounding in X no direction is made up from noise.
        for (const double alpha : {1e-33, 1e-34, 1e-200, std::numeric_limits<double>::denorm_min()})
            EXPECT_TRUE(near(learn::ridge(X, Y, alpha), expected, 1e-9)) << alpha;
    }
}

TEST(RidgeOfDenseData, InterceptIsNotPenalised) {
    Matrix<double> X = Random(7).matrix<double>(25, 4);
    X.col(2).array() += 40;
    const Vector<double> y = (Random(8).vector<double>(25).array() + 100).matrix();
    for (const double alpha : {0.0, 0.5, 1e8}) {
        const auto fit = learn::ridge_with_intercept(X, y, alpha);
        Matrix<double> with_ones(25, 5);
        with_ones << X, Matrix<double>::Ones(25, 1);
        Vector<double> penalty = Vector<double>::Constant(5, alpha);
        penalty[4] = 0;
        const Vector<double> expected = by_normal_equations(with_ones, y, penalty);
        EXPECT_TRUE(near(fit.coefficients, expected.head(4), 1e-11));
        EXPECT_NEAR(fit.intercept[0], expected[4], 1e-9);
    }
    // All weights are gone under a large penalty: what is left is the mean.
    EXPECT_NEAR(learn::ridge_with_intercept(X, y, 1e12).intercept[0], y.mean(), 1e-6);
    EXPECT_EQ(learn::ridge_with_intercept(Matrix<double>(0, 3), Vector<double>(0), 1).intercept[0], 0);
}

TEST(RidgePath, EachColumnIsTheRidgeOfItsAlpha) {
    const std::vector<double> alphas{1e3, 0, 1e-8, 2.5, 1e-3};
    for (const auto& [n, p] : {std::pair<std::int64_t, std::int64_t>(18, 7), {7, 18}}) {
        const Matrix<double> X = with_singular_values<double>(n, p, {4, 2, 1, 0.3, 0.1, 0.01, 0}, 9);
        const Matrix<double> Y = Random(10).matrix<double>(n, 2);
        const Matrix<double> path = learn::ridge_path(X, Vector<double>(Y.col(0)), alphas);
        ASSERT_EQ(path.cols(), 5);
        const std::vector<Matrix<double>> both = learn::ridge_path(X, Y, alphas);
        ASSERT_EQ(both.size(), 5U);
        for (std::size_t a = 0; a < alphas.size(); ++a) {
            const Matrix<double> W = learn::ridge(X, Y, alphas[a]);
            EXPECT_TRUE(near(path.col(static_cast<std::int64_t>(a)), Vector<double>(W.col(0)), 1e-9)) << alphas[a];
            EXPECT_TRUE(near(both[a], W, 1e-9)) << alphas[a];
        }
        EXPECT_EQ(learn::ridge_path(X, Vector<double>(Y.col(0)), {}).cols(), 0);
    }
}

/// A third of the entries of Random(seed).
template <class T, class I>
Csr<T, I> sparse_data(std::int64_t n, std::int64_t p, std::uint64_t seed) {
    Matrix<T> X = Random(seed).matrix<T>(n, p);
    Random choose(seed + 1);
    for (std::int64_t k = 0; k < X.size(); ++k)
        if (choose.below(3) != 0) X.data()[k] = T(0);
    return to_csr<I>(X);
}

TEST(RidgeOfSparseData, AgreesWithThatOfDenseData) {
    const std::vector<double> alphas{0.5, 1e-2, 0, 10};
    for (const auto& [n, p] : {std::pair<std::int64_t, std::int64_t>(60, 15), {15, 60}}) {
        const auto A = sparse_data<double, std::int32_t>(n, p, 11);
        const Matrix<double> X = to_dense(A);
        const Matrix<double> Y = Random(12).matrix<double>(n, 2).array() + 5;
        const learn::RidgeOptions options{.tolerance = 1e-13};
        const auto columns = to_csc(A);
        EXPECT_TRUE(near(learn::ridge(A, Y, 0.5, options), learn::ridge(X, Y, 0.5), 1e-8));
        EXPECT_TRUE(near(learn::ridge(columns, Y, 0, options), learn::ridge(X, Y, 0), 1e-8));
        const auto sparse = learn::ridge_with_intercept(columns, Y, 0.5, options);
        const auto dense = learn::ridge_with_intercept(X, Y, 0.5);
        EXPECT_TRUE(near(sparse.coefficients, dense.coefficients, 1e-8));
        EXPECT_TRUE(near(sparse.intercept, dense.intercept, 1e-8));
        const auto path = learn::ridge_path(A, Y, alphas, options);
        const auto expected = learn::ridge_path(X, Y, alphas);
        for (std::size_t a = 0; a < alphas.size(); ++a) EXPECT_TRUE(near(path[a], expected[a], 1e-7)) << alphas[a];
    }
    using C = std::complex<float>;
    const auto Z = sparse_data<C, std::int64_t>(40, 9, 13);
    const Vector<C> y = Random(14).vector<C>(40);
    const Matrix<C> dense_z = to_dense(Z);
    EXPECT_TRUE(near(learn::ridge(Z, y, 0.1), learn::ridge(dense_z, y, 0.1), 1e-3));
    EXPECT_TRUE(near(learn::ridge(to_csc(Z), y, 0.1), learn::ridge(dense_z, y, 0.1), 1e-3));
}

TEST(RidgeOfSparseData, WhatDoesNotConvergeIsFactoredUnlessLsmrWasAskedFor) {
    const Matrix<double> X = with_singular_values<double>(40, 30, spectrum(3, 30, 1e6), 3);
    const auto A = to_csr(X);
    const auto columns = to_csc(X);
    const Matrix<double> Y = (Random(1).matrix<double>(40, 2).array() + 3).matrix();
    EXPECT_TRUE(throws<NotConverged>(
        [&] { (void)learn::ridge(A, Y, 1e-8, {.method = learn::RidgeMethod::lsmr, .max_iterations = 3}); }, "ridge",
        "RidgeMethod::qr"));
    const learn::RidgeOptions qr{.method = learn::RidgeMethod::qr}, few{.max_iterations = 3};
    if (!TAMIS_WITH_GPL) {
        EXPECT_TRUE(throws<Unsupported>([&] { (void)learn::ridge(columns, Y, 0.5, qr); }, "TAMIS_WITH_GPL"));
        return;
    }
    for (const double alpha : {1e-8, 0.5}) {
        const Matrix<double> expected = learn::ridge(X, Y, alpha);
        EXPECT_TRUE(near(learn::ridge(A, Y, alpha, few), expected, 1e-7));
        EXPECT_TRUE(near(learn::ridge(columns, Y, alpha, qr), expected, 1e-7));
        const auto dense = learn::ridge_with_intercept(X, Y, alpha);
        for (const auto& options : {qr, few}) {
            const auto sparse = learn::ridge_with_intercept(columns, Y, alpha, options);
            EXPECT_TRUE(near(sparse.coefficients, dense.coefficients, 1e-7));
            EXPECT_TRUE(near(sparse.intercept, dense.intercept, 1e-7));
        }
    }
    EXPECT_TRUE(near(learn::ridge_path(A, Vector<double>(Y.col(0)), {0.5, 1e-8}, few),
                     learn::ridge_path(X, Vector<double>(Y.col(0)), {0.5, 1e-8}), 1e-7));
    // Wide: α = 0 is the solution of minimum norm.
    const Matrix<double> wide = with_singular_values<double>(6, 15, {3, 2, 1, 0.5, 0.2, 0.1}, 4);
    EXPECT_TRUE(near(learn::ridge(to_csr(wide), Matrix<double>(Y.topRows(6)), 0, qr),
                     learn::ridge(wide, Matrix<double>(Y.topRows(6)), 0), 1e-12));
}

TEST(RidgeInput, BadInputIsRefused) {
    Matrix<double> X = Random(1).matrix<double>(6, 3);
    Vector<double> y = Random(2).vector<double>(6);
    const double nan = std::numeric_limits<double>::quiet_NaN();
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)learn::ridge(X, Vector<double>(y.head(5)), 1); }, "5", "6"));
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)learn::ridge_path(X, Vector<double>(y.head(5)), {1}); }, "5", "6"));
    const auto A = to_csr(X);
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)learn::ridge_with_intercept(A, Vector<double>(y.head(4)), 1); }, "4"));
    for (const double alpha : {-1e-300, nan, infinity}) {
        EXPECT_TRUE(throws<InvalidArgument>([&] { (void)learn::ridge(X, y, alpha); }, "alpha"));
        EXPECT_TRUE(throws<InvalidArgument>([&] { (void)learn::ridge(A, y, alpha); }, "alpha"));
        EXPECT_TRUE(throws<InvalidArgument>([&] { (void)learn::ridge_path(X, y, {1, alpha}); }, "ridge_path", "alpha"));
    }
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)learn::ridge(A, y, 1, {.tolerance = -1}); }, "tolerance"));
    y[4] = nan;
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)learn::ridge(X, y, 1); }, "y", "row 4"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)learn::ridge(A, y, 1); }, "y", "row 4"));
    y[4] = 0;
    X(3, 2) = infinity;
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)learn::ridge(X, y, 1); }, "X", "row 3, column 2"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)learn::ridge_path(X, y, {1}); }, "row 3, column 2"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)learn::ridge(to_csr(X), y, 1); }, "row 3, column 2"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)learn::ridge(to_csc(X), y, 1); }, "row 3, column 2"));
}

TEST(RidgeInput, EmptyDataGiveZeroWeights) {
    EXPECT_TRUE(equal(learn::ridge(Matrix<double>(0, 3), Vector<double>(0), 1), Vector<double>::Zero(3)));
    EXPECT_EQ(learn::ridge(Matrix<double>(3, 0), Vector<double>(Vector<double>::Ones(3)), 1).size(), 0);
    EXPECT_TRUE(equal(learn::ridge_path(Matrix<double>(0, 3), Vector<double>(0), {1, 2}), Matrix<double>::Zero(3, 2)));
    // One number: w = x y / (x² + α).
    EXPECT_NEAR(learn::ridge(Matrix<double>(Matrix<double>::Constant(1, 1, 3)),
                             Vector<double>(Vector<double>::Constant(1, 2)), 1)[0],
                0.6, 1e-15);
}

}  // namespace
}  // namespace tamis::test
