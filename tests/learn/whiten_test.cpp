#include <tamis/learn/whiten.hpp>

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "support/assertions.hpp"
#include "support/dense_matrices.hpp"
#include "support/dense_oracle.hpp"
#include "support/types.hpp"

namespace tamis::test {
namespace {

/// n samples around `offset` with standard deviations from 1 to 1/spread along turned axes.
template <class T>
Matrix<T> cloud(std::int64_t n, std::int64_t p, double spread, double offset, std::uint64_t seed) {
    std::vector<double> s = spectrum(3, std::min(n, p), spread);
    for (double& v : s) v *= std::sqrt(static_cast<double>(n));
    Matrix<T> X = with_singular_values<T>(n, p, s, seed);
    for (std::int64_t j = 0; j < p; ++j) X.col(j).array() += scalar<T>(offset + static_cast<double>(j));
    return X;
}

/// Xcᴴ Xc / (n − 1) in extended precision, by its definition.
template <class T>
Matrix<InDouble<T>> covariance_by_loops(const Matrix<T>& X) {
    const std::int64_t n = X.rows(), p = X.cols();
    std::vector<Wide<T>> mean(static_cast<std::size_t>(p));
    for (std::int64_t j = 0; j < p; ++j)
        for (std::int64_t i = 0; i < n; ++i)
            mean[static_cast<std::size_t>(j)] += wide(X(i, j)) / static_cast<long double>(n);
    Matrix<InDouble<T>> C(p, p);
    for (std::int64_t j = 0; j < p; ++j)
        for (std::int64_t l = 0; l < p; ++l) {
            Wide<T> sum = 0;
            for (std::int64_t i = 0; i < n; ++i)
                sum += detail::conjugate(Wide<T>(wide(X(i, l)) - mean[static_cast<std::size_t>(l)])) *
                       (wide(X(i, j)) - mean[static_cast<std::size_t>(j)]);
            C(l, j) = InDouble<T>(sum / static_cast<long double>(n - 1));
        }
    return C;
}

template <class P>
class Whiten : public ::testing::Test {};
TYPED_TEST_SUITE(Whiten, AllScalars, TypeName);

TYPED_TEST(Whiten, TheCovarianceOfWhitenedDataIsTheIdentity) {
    using T = typename TypeParam::T;
    const double eps = static_cast<double>(epsilon_v<T>);
    const Matrix<T> X = cloud<T>(60, 7, 10, 3, 1);
    const Matrix<InDouble<T>> identity = Matrix<InDouble<T>>::Identity(7, 7);
    // The covariance holds squares, a condition number of 100.
    const double limit = 60 * 100 * eps;
    const auto pca = learn::pca_whiten(X, {.epsilon = 0});
    const auto zca = learn::zca_whiten(X, {.epsilon = 0});
    EXPECT_TRUE(near(covariance_by_loops(pca.whitened), identity, limit));
    EXPECT_TRUE(near(covariance_by_loops(zca.whitened), identity, limit));
    EXPECT_TRUE(equal(Matrix<T>(zca.transform.adjoint()), zca.transform));
    EXPECT_TRUE(equal(Matrix<T>(zca.inverse.adjoint()), zca.inverse));
    for (const auto* w : {&pca, &zca}) {
        EXPECT_LE(max_difference<InDouble<T>>(in_double(product(w->transform, w->inverse)), identity), limit);
        EXPECT_TRUE(near(w->apply(X), w->whitened, 100 * eps));
        EXPECT_TRUE(near(w->invert(w->whitened), X, limit));
    }
    for (std::int64_t j = 0; j < 7; ++j) {
        // The sign: the largest entry of each axis is positive.
        std::int64_t at = 0;
        (void)pca.transform.col(j).cwiseAbs().maxCoeff(&at);
        EXPECT_GT(static_cast<double>(std::real(pca.transform(at, j))), 0);
        EXPECT_EQ(static_cast<double>(std::imag(pca.transform(at, j))), 0);
    }
}

TYPED_TEST(Whiten, EpsilonIsAddedToTheVariances) {
    using T = typename TypeParam::T;
    const double eps = static_cast<double>(epsilon_v<T>), epsilon = 0.25;
    const Matrix<T> X = cloud<T>(40, 5, 10, -2, 2);
    Matrix<InDouble<T>> C = covariance_by_loops(X);
    const auto zca = learn::zca_whiten(X, {.epsilon = epsilon});
    // T (C + ε I) T = I.
    Matrix<InDouble<T>> shifted = C;
    for (std::int64_t j = 0; j < 5; ++j) shifted(j, j) += epsilon;
    const Matrix<InDouble<T>> W = in_double(zca.transform);
    EXPECT_TRUE(near(product(W, product(shifted, W)), Matrix<InDouble<T>>::Identity(5, 5), 500 * eps));
    const auto pca = learn::pca_whiten(X, {.components = 3, .epsilon = epsilon});
    EXPECT_EQ(pca.transform.cols(), 3);
    const Vector<double> lambda = hermitian_eigenvalues(C);
    const Matrix<InDouble<T>> after = covariance_by_loops(pca.whitened);
    for (std::int64_t j = 0; j < 3; ++j) {
        const double variance = lambda[4 - j];
        EXPECT_NEAR(static_cast<double>(pca.variances[j]), variance, 200 * eps);
        EXPECT_NEAR(std::real(after(j, j)), variance / (variance + epsilon), 500 * eps);
    }
    // Variances over n samples.
    const auto biased = learn::zca_whiten(X, {.epsilon = 0, .bias = true});
    const double ratio = 40.0 / 39;
    EXPECT_NEAR(std::real(covariance_by_loops(biased.whitened)(0, 0)), ratio, 1e4 * eps);
}

TEST(WhitenData, FarFromTheOriginKeepTheirDigits) {
    const Matrix<double> X = cloud<double>(200, 4, 3, 1e7, 3);
    const auto w = learn::zca_whiten(X, {.epsilon = 0});
    // What the data themselves were rounded to: 10⁷ ε.
    EXPECT_TRUE(near(covariance_by_loops(w.whitened), Matrix<double>::Identity(4, 4), 1e-7));
    EXPECT_LE(w.whitened.colwise().mean().cwiseAbs().maxCoeff(), 1e-12);
    EXPECT_TRUE(near(w.invert(w.whitened), X, 1e-15));
}

TEST(WhitenData, DirectionsWithoutVarianceAreLeftOutForEpsilonZeroAndBoundedOtherwise) {
    // A constant feature, a repeated one, and fewer samples than features.
    for (const std::int64_t n : {30, 4}) {
        Matrix<double> X = cloud<double>(n, 6, 5, 1, 5);
        X.col(2).setConstant(1e3);
        X.col(4) = X.col(1);
        const std::int64_t rank = std::min<std::int64_t>(n - 1, 4);
        const auto zca = learn::zca_whiten(X, {.epsilon = 0});
        EXPECT_TRUE(zca.whitened.allFinite());
        EXPECT_TRUE(near(zca.invert(zca.whitened), X, 1e-12));
        EXPECT_NEAR(covariance_by_loops(zca.whitened).trace(), static_cast<double>(rank), 1e-9);
        EXPECT_LE(zca.whitened.col(2).cwiseAbs().maxCoeff(), 1e-6);
        const auto pca = learn::pca_whiten(X, {.epsilon = 0});
        EXPECT_EQ(pca.whitened.cols(), std::min<std::int64_t>(n, 6));
        for (std::int64_t j = rank; j < pca.whitened.cols(); ++j) {
            EXPECT_TRUE((pca.transform.col(j).array() == 0).all());
            EXPECT_TRUE((pca.inverse.row(j).array() == 0).all());
        }
        EXPECT_TRUE(near(pca.invert(pca.whitened), X, 1e-12));
        EXPECT_GE(pca.variances.minCoeff(), 0);
        const auto bounded = learn::zca_whiten(X);
        EXPECT_LE(bounded.transform.cwiseAbs().maxCoeff(), 1.001 / std::sqrt(1e-5));
        EXPECT_TRUE(near(bounded.invert(bounded.whitened), X, 1e-9));
    }
    // Nothing varies at all.
    const auto none = learn::zca_whiten(Matrix<double>(Matrix<double>::Constant(5, 3, 2)), {.epsilon = 0});
    EXPECT_TRUE(equal(none.whitened, Matrix<double>::Zero(5, 3)));
    EXPECT_TRUE(near(none.mean, Vector<double>::Constant(3, 2), 0));
}

TEST(WhitenData, RowMajorAndStridedDataAreReadWhereTheyLie) {
    using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    const Matrix<double> X = cloud<double>(50, 6, 4, 1, 8);
    const RowMajor rows = X;
    EXPECT_TRUE(same_bits(learn::zca_whiten(rows).whitened, learn::zca_whiten(X).whitened));
    Matrix<double> larger = Matrix<double>::Constant(52, 8, 77);
    larger.block(1, 1, 50, 6) = X;
    EXPECT_TRUE(same_bits(learn::pca_whiten(larger.block(1, 1, 50, 6)).whitened, learn::pca_whiten(X).whitened));
    const auto w = learn::zca_whiten(X);
    EXPECT_TRUE(near(w.apply(rows), w.whitened, 1e-13));
    EXPECT_EQ(learn::zca_whiten(Matrix<double>(3, 0)).whitened.cols(), 0);
    EXPECT_EQ(w.apply(Matrix<double>(0, 6)).rows(), 0);
}

TEST(WhitenData, BadInputIsRefused) {
    Matrix<double> X = cloud<double>(10, 3, 2, 0, 1);
    EXPECT_TRUE(
        throws<InvalidArgument>([&] { (void)learn::zca_whiten(Matrix<double>(X.topRows(1))); }, "1 row", "2 samples"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)learn::pca_whiten(Matrix<double>(0, 3)); }, "0 rows"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)learn::pca_whiten(X, {.components = 4}); }, "4", "[1, 3]"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)learn::pca_whiten(X, {.components = -1}); }, "components"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)learn::zca_whiten(X, {.epsilon = -1e-9}); }, "epsilon"));
    EXPECT_TRUE(throws<InvalidArgument>(
        [&] { (void)learn::zca_whiten(X, {.epsilon = std::numeric_limits<double>::quiet_NaN()}); }, "epsilon"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)learn::zca_whiten(Matrix<double>(X * 1e200)); }, "overflows"));
    const auto w = learn::zca_whiten(X);
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)w.apply(Matrix<double>(Matrix<double>::Ones(2, 4))); }, "2×4", "3"));
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)w.invert(Matrix<double>(Matrix<double>::Ones(2, 2))); }, "2×2", "3"));
    X(4, 2) = infinity;
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)learn::zca_whiten(X); }, "row 4, column 2"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)w.apply(X); }, "row 4, column 2"));
}

}  // namespace
}  // namespace tamis::test
