// Covariances, correlations and standardized data against two passes in extended precision.
#include <tamis/learn/moments.hpp>

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include <tamis/core/threads.hpp>
#include <tamis/sparse/build.hpp>

#include "support/assertions.hpp"
#include "support/random.hpp"
#include "support/types.hpp"

namespace tamis::test {
namespace {

using learn::correlation;
using learn::covariance;
using learn::standardize;
using WideMatrix = Eigen::Matrix<long double, Eigen::Dynamic, Eigen::Dynamic>;

template <class T>
WideMatrix wide_covariance(const Matrix<T>& X, double divisor) {
    const std::int64_t n = X.rows(), p = X.cols();
    WideMatrix Z(n, p), C(p, p);
    for (std::int64_t k = 0; k < p; ++k) {
        long double sum = 0;
        for (std::int64_t i = 0; i < n; ++i) sum += wide(X(i, k)) - wide(X(0, k));
        const long double mean = sum / static_cast<long double>(n);
        for (std::int64_t i = 0; i < n; ++i) Z(i, k) = wide(X(i, k)) - wide(X(0, k)) - mean;
    }
    for (std::int64_t a = 0; a < p; ++a)
        for (std::int64_t b = 0; b <= a; ++b) {
            const long double* x = Z.data() + a * n;
            const long double* y = Z.data() + b * n;
            long double sum = 0;
            for (std::int64_t i = 0; i < n; ++i) sum += x[i] * y[i];
            C(a, b) = C(b, a) = sum / divisor;
        }
    return C;
}

/// Each entry to (n + 4) ε √(C_ii C_jj), and symmetric to the bit.
template <class T>
::testing::AssertionResult is_covariance(const Matrix<T>& C, const Matrix<T>& X, bool bias = false) {
    const auto n = static_cast<double>(X.rows());
    const WideMatrix truth = wide_covariance(X, bias ? n : n - 1);
    if (C.rows() != X.cols() || C.cols() != X.cols()) return ::testing::AssertionFailure() << "another shape";
    for (std::int64_t a = 0; a < C.rows(); ++a)
        for (std::int64_t b = 0; b < C.rows(); ++b) {
            const long double allowed =
                (n + 4) * static_cast<double>(epsilon_v<T>) * std::sqrt(truth(a, a)) * std::sqrt(truth(b, b));
            if (!(std::abs(wide(C(a, b)) - truth(a, b)) <= allowed))
                return ::testing::AssertionFailure() << "entry (" << a << ", " << b << ") is " << C(a, b) << ", expected "
                                                     << static_cast<double>(truth(a, b));
            if (C(a, b) != C(b, a)) return ::testing::AssertionFailure() << "not symmetric at (" << a << ", " << b << ")";
        }
    return ::testing::AssertionSuccess();
}

TEST(Covariance, IsThatOfTheCentredSamples) {
    for (const auto& [n, p] : {std::pair{2, 1}, {7, 3}, {300, 11}, {600, 40}, {4, 530}}) {
        SCOPED_TRACE(std::to_string(n) + " samples of " + std::to_string(p));
        const Matrix<double> X = Random(1).matrix<double>(n, p);
        EXPECT_TRUE(is_covariance<double>(covariance(X), X));
        if (p > 500) continue;
        EXPECT_TRUE(is_covariance<double>(covariance(X, {.bias = true}), X, true));
        const Matrix<float> Z = X.cast<float>();
        EXPECT_TRUE(is_covariance<float>(covariance(Z), Z));
    }
}

TEST(Covariance, KeepsItsDigitsFarFromTheOrigin) {
    Matrix<double> X = Random(2).matrix<double>(200, 6);
    for (std::int64_t k = 0; k < 6; ++k) X.col(k).array() += std::pow(10, 2 * static_cast<double>(k));
    EXPECT_TRUE(is_covariance<double>(covariance(X), X));
    Matrix<float> Z = Random(3).matrix<float>(200, 3);
    Z.array() += 1e4F;
    EXPECT_TRUE(is_covariance<float>(covariance(Z), Z));
    EXPECT_TRUE(is_covariance<double>(covariance(to_csr(X)), X));
}

TEST(Covariance, ReadsAnyLayoutAndAnyNumberOfThreads) {
    const Matrix<double> X = Random(4).matrix<double>(1500, 60);
    const Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> R = X;
    const Matrix<double> half = X(Eigen::seq(0, 1499, 2), Eigen::all);
    const Eigen::Map<const Matrix<double>, 0, Eigen::Stride<Eigen::Dynamic, Eigen::Dynamic>> strided(
        X.data(), 750, 60, Eigen::Stride<Eigen::Dynamic, Eigen::Dynamic>(1500, 2));
    const int before = threads();
    set_threads(1);
    const Matrix<double> C = covariance(X), H = covariance(half);
    EXPECT_TRUE(is_covariance<double>(C, X));
    for (const int count : {1, 2, 3}) {
        set_threads(count);
        EXPECT_TRUE(near(covariance(X), C, 1e-13));
        EXPECT_TRUE(near(covariance(R), C, 1e-13));
        EXPECT_TRUE(near(covariance(strided), H, 1e-13));
        EXPECT_TRUE(same_bits(covariance(X), covariance(X)));
    }
    set_threads(before);
}

TEST(Covariance, OfConstantFeaturesIsExactlyZero) {
    Matrix<double> X = Random(5).matrix<double>(37, 4);
    X.col(2).setConstant(0.1);
    for (const Matrix<double>& C : {covariance(X), covariance(to_csr(X))}) {
        EXPECT_TRUE(is_covariance<double>(C, X));
        for (std::int64_t k = 0; k < 4; ++k) EXPECT_EQ(C(2, k), 0);
    }
    for (const Matrix<double>& C : {correlation(X), correlation(to_csr(X))})
        for (std::int64_t k = 0; k < 4; ++k) EXPECT_EQ(C(2, k), k == 2 ? 1 : 0);
}

TEST(Covariance, OfHugeAndTinyFeatures) {
    const Matrix<double> Y = Random(6).matrix<double>(50, 4);
    Matrix<double> X = Y;
    X.col(0) *= 1e-290;
    X.col(1) *= 1e290;
    X.col(3) *= 1.7e308;
    const Matrix<double> C = covariance(X), D = covariance(Y);
    EXPECT_NEAR(C(0, 1), D(0, 1), 1e-13);
    EXPECT_NEAR(C(0, 2) / 1e-290, D(0, 2), 1e-13);
    EXPECT_EQ(C(0, 0), 0);
    EXPECT_EQ(C(1, 1), infinity);
    EXPECT_TRUE(near(correlation(X), correlation(Y), 1e-13));
    EXPECT_TRUE(near(correlation(to_csr(X)), correlation(Y), 1e-13));
}

TEST(Correlation, IsTheCovarianceOfStandardizedData) {
    const Matrix<double> X = Random(7).matrix<double>(80, 9);
    const Matrix<double> R = correlation(X);
    const WideMatrix C = wide_covariance(X, 79);
    for (std::int64_t a = 0; a < 9; ++a) {
        EXPECT_EQ(R(a, a), 1);
        for (std::int64_t b = 0; b < 9; ++b) {
            EXPECT_NEAR(R(a, b), static_cast<double>(C(a, b) / std::sqrt(C(a, a) * C(b, b))), 1e-14);
            EXPECT_EQ(R(a, b), R(b, a));
        }
    }
    Matrix<double> twice(80, 18);
    twice << X, -3 * X;
    EXPECT_LE(correlation(twice).cwiseAbs().maxCoeff(), 1.0);
    EXPECT_NEAR(correlation(twice)(1, 10), -1, 1e-15);
}

TEST(Covariance, OfSparseDataIsThatOfTheDenseOnes) {
    // Features that are hardly filled to full ones, of which some are far from the origin.
    Random random(8);
    Matrix<double> X = Matrix<double>::Zero(200, 12);
    for (std::int64_t k = 0; k < 12; ++k)
        for (std::int64_t i = 0; i < 200; ++i)
            if (random.uniform() < static_cast<double>(k) / 10)
                X(i, k) = random.uniform(-1, 1) + (k % 3 == 0 ? 1e6 : k % 3 == 1 ? 10 : 0);
    const auto S = to_csr(X);
    EXPECT_TRUE(is_covariance<double>(covariance(S), X));
    EXPECT_TRUE(is_covariance<double>(covariance(to_csc(X), {.bias = true}), X, true));
    EXPECT_TRUE(is_covariance<double>(covariance(cast<double, std::int64_t>(S)), X));
    EXPECT_TRUE(near(correlation(S), correlation(X), 1e-13));
    const Matrix<float> F = X.cast<float>();
    EXPECT_TRUE(is_covariance<float>(covariance(to_csr(F)), F));
    EXPECT_TRUE(equal(covariance(Csr<double>(3, 4)), Matrix<double>(Matrix<double>::Zero(4, 4))));
}

TEST(Standardize, GivesMeanZeroAndVarianceOne) {
    Matrix<double> X = Random(9).matrix<double>(60, 5);
    X.col(1).array() += 1e7;
    X.col(2).setConstant(0.3);
    X.col(3) *= 1e-200;
    X.col(4) *= 1e300;
    const auto Z = standardize(X);
    const Matrix<double> C = covariance(Z.standardized);
    for (std::int64_t k = 0; k < 5; ++k) {
        EXPECT_NEAR(Z.standardized.col(k).mean(), 0, 1e-14);
        EXPECT_NEAR(C(k, k), k == 2 ? 0 : 1, 1e-13);
        EXPECT_NEAR(Z.mean[k] / X.col(k).cwiseAbs().maxCoeff(), X.col(k).mean() / X.col(k).cwiseAbs().maxCoeff(), 1e-14);
    }
    EXPECT_EQ(Z.scale[2], 1);
    EXPECT_TRUE(equal(Z.standardized.col(2), Vector<double>(Vector<double>::Zero(60))));
    const auto biased = standardize(X.leftCols(2), {.bias = true});
    EXPECT_NEAR(biased.scale[0] / Z.scale[0], std::sqrt(59.0 / 60), 1e-15);
    const auto scaled = standardize(X, {.center = false});
    EXPECT_TRUE(near(scaled.standardized.col(0), Vector<double>(X.col(0) / Z.scale[0]), 1e-15));
    EXPECT_TRUE(equal(scaled.standardized.col(2), Vector<double>(X.col(2))));
}

TEST(Standardize, OnlyScalesSparseData) {
    Matrix<double> X = Random(10).matrix<double>(40, 6);
    X = (X.array() > 0.2).select(X, 0);
    X.col(4).setConstant(2);
    X.col(5).setZero();
    const auto Z = standardize(X, {.center = false});
    const auto S = standardize(to_csr(X), {.center = false});
    const auto K = standardize(to_csc(X), {.center = false});
    EXPECT_TRUE(near(S.standardized, Z.standardized, 1e-15));
    EXPECT_TRUE(near(K.standardized, Z.standardized, 1e-15));
    EXPECT_TRUE(near(S.scale, Z.scale, 1e-15));
    EXPECT_TRUE(near(S.mean, Z.mean, 1e-15));
    EXPECT_EQ(S.scale[4], 1);
    EXPECT_EQ(S.scale[5], 1);
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)standardize(to_csr(X)); }, ".center = false"));
}

TEST(Moments, RefuseTooFewSamplesAndWhatIsNotFinite) {
    const Matrix<double> one = Matrix<double>::Ones(1, 3);
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)covariance(one); }, "one sample", ".bias = true"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)covariance(to_csr(one)); }, "one sample"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)correlation(one); }, "correlation", "one sample"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)standardize(one); }, "standardize", "one sample"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)covariance(Matrix<double>(0, 3), {.bias = true}); }, "no samples"));
    EXPECT_TRUE(equal(covariance(one, {.bias = true}), Matrix<double>(Matrix<double>::Zero(3, 3))));
    EXPECT_EQ(covariance(Matrix<double>(5, 0)).size(), 0);
    EXPECT_EQ(standardize(Matrix<double>(5, 0)).standardized.rows(), 5);
    for (const double bad : {std::numeric_limits<double>::quiet_NaN(), infinity}) {
        Matrix<double> X = Random(11).matrix<double>(9, 4);
        X(5, 2) = bad;
        EXPECT_TRUE(throws<InvalidArgument>([&] { (void)covariance(X); }, "covariance", "row 5", "column 2"));
        EXPECT_TRUE(throws<InvalidArgument>([&] { (void)correlation(to_csr(X)); }, "correlation", "row 5", "column 2"));
        EXPECT_TRUE(throws<InvalidArgument>([&] { (void)standardize(X); }, "row 5", "column 2"));
        EXPECT_TRUE(throws<InvalidArgument>([&] { (void)standardize(to_csc(X), {.center = false}); }, "row 5", "column 2"));
        X(5, 2) = 0;
        X(0, 1) = bad;
        EXPECT_TRUE(throws<InvalidArgument>([&] { (void)covariance(X); }, "row 0", "column 1"));
    }
}

}  // namespace
}  // namespace tamis::test
