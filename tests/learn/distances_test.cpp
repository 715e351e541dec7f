// Distances and Gaussian kernels against sums of squared differences in extended precision.
#include <tamis/learn/distances.hpp>

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <tamis/core/threads.hpp>
#include <tamis/sparse/build.hpp>

#include "support/assertions.hpp"
#include "support/random.hpp"
#include "support/types.hpp"

namespace tamis::test {
namespace {

using learn::pairwise_distances;
using learn::rbf_kernel;
using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// The relative error that an entry may have: 8 (2 p + 8) ε for a square, half of it for a distance; the worst case.
template <class T>
double square_limit(std::int64_t features) {
    return 8 * static_cast<double>(2 * features + 8) * static_cast<double>(epsilon_v<T>);
}

/// The squared distances in extended precision, entry (i, j) at j·X.rows() + i.
template <class T>
std::vector<long double> true_squares(const Matrix<T>& X, const Matrix<T>& Y) {
    const auto numbers = [](const Matrix<T>& A) {
        std::vector<long double> z;
        for (std::int64_t i = 0; i < A.rows(); ++i)
            for (std::int64_t k = 0; k < A.cols(); ++k) {
                z.push_back(detail::real_part(A(i, k)));
                if (is_complex_v<T>) z.push_back(detail::imag_part(A(i, k)));
            }
        return z;
    };
    const std::vector<long double> x = numbers(X), y = numbers(Y);
    const std::int64_t p = X.cols() * (is_complex_v<T> ? 2 : 1);
    std::vector<long double> squares;
    for (std::int64_t j = 0; j < Y.rows(); ++j)
        for (std::int64_t i = 0; i < X.rows(); ++i) {
            const long double* a = x.data() + i * p;
            const long double* b = y.data() + j * p;
            long double square = 0;
            for (std::int64_t k = 0; k < p; ++k) square += (a[k] - b[k]) * (a[k] - b[k]);
            squares.push_back(square);
        }
    return squares;
}

/// Every entry of D within the limit of the truth, each relative to itself.
template <class T, class R>
::testing::AssertionResult measures(const Matrix<R>& D, const Matrix<T>& X, const Matrix<T>& Y,
                                    const std::vector<long double>& squares, const std::string& of, double gamma = 1) {
    if (D.rows() != X.rows() || D.cols() != Y.rows()) return ::testing::AssertionFailure() << "another shape";
    const double limit = square_limit<T>(X.cols() * (is_complex_v<T> ? 2 : 1));
    const auto eps = static_cast<double>(epsilon_v<T>);
    for (std::size_t e = 0; e < squares.size(); ++e) {
        long double truth = squares[e], allowed = limit * truth;
        if (of == "distance") {
            truth = std::sqrt(truth);
            allowed = limit * truth;
        } else if (of == "gaussian") {
            truth = std::exp(-gamma * squares[e]);
            allowed = (2 * eps + (limit + eps) * gamma * squares[e]) * truth + std::numeric_limits<R>::denorm_min();
        }
        if (!(std::abs(static_cast<long double>(D.data()[e]) - truth) <= allowed))
            return ::testing::AssertionFailure()
                   << of << " number " << e << " is " << D.data()[e] << ", expected " << static_cast<double>(truth);
    }
    return ::testing::AssertionSuccess();
}
template <class T, class R>
::testing::AssertionResult measures(const Matrix<R>& D, const Matrix<T>& X, const Matrix<T>& Y, const std::string& of,
                                    double gamma = 1) {
    return measures<T, R>(D, X, Y, true_squares(X, Y), of, gamma);
}

/// Both forms, all measures.
template <class T>
void expect_right(const Matrix<T>& X, const Matrix<T>& Y, double gamma) {
    using R = Real<T>;
    const auto between = true_squares(X, Y), within = true_squares(X, X);
    EXPECT_TRUE(measures<T>(pairwise_distances(X, Y), X, Y, between, "distance"));
    EXPECT_TRUE(measures<T>(pairwise_distances(X, Y, {.squared = true}), X, Y, between, "squared"));
    EXPECT_TRUE(measures<T>(rbf_kernel(X, Y, gamma), X, Y, between, "gaussian", gamma));
    const Matrix<R> D = pairwise_distances(X), S = pairwise_distances(X, {.squared = true}), K = rbf_kernel(X, gamma);
    EXPECT_TRUE(measures<T>(D, X, X, within, "distance"));
    EXPECT_TRUE(measures<T>(S, X, X, within, "squared"));
    EXPECT_TRUE(measures<T>(K, X, X, within, "gaussian", gamma));
    for (const Matrix<R>* M : {&D, &S, &K})
        for (std::int64_t i = 0; i < X.rows(); ++i) {
            ASSERT_EQ((*M)(i, i), R(M == &K ? 1 : 0));
            for (std::int64_t j = 0; j < i; ++j) ASSERT_EQ((*M)(i, j) - (*M)(j, i), R(0));
        }
}

template <class P>
class DistancesOf : public ::testing::Test {};
TYPED_TEST_SUITE(DistancesOf, AllScalars, TypeName);

TYPED_TEST(DistancesOf, AreThoseOfTheDifferences) {
    using T = typename TypeParam::T;
    for (const std::int64_t p : {1, 16, 17}) {
        SCOPED_TRACE(p);
        expect_right<T>(Random(1).matrix<T>(40, p), Random(2).matrix<T>(33, p), 0.3);
    }
    // Several tiles in both directions.
    expect_right<T>(Random(3).matrix<T>(270, 20), Random(4).matrix<T>(70, 20), 0.3);
}

TEST(Distances, KeepTheDigitsOfClosePointsFarFromTheOrigin) {
    for (const std::int64_t p : {3, 30}) {
        SCOPED_TRACE(p);
        Matrix<double> X = Random(5).matrix<double>(60, p), Y = Random(6).matrix<double>(40, p);
        for (std::int64_t i = 0; i < 60; ++i)  // three clusters far from each other, tight to very tight
            X.row(i) = (X.row(i) * std::pow(10, -static_cast<double>(i % 7))).array() + 1e3 * static_cast<double>(i % 3);
        Y.array() = Y.array() * 1e-8 + 1e3;
        Y.row(3) = X.row(4);
        expect_right<double>(X, Y, 1e4);
        EXPECT_EQ(pairwise_distances(X, Y)(4, 3), 0);
        EXPECT_EQ(rbf_kernel(X, Y, 7)(4, 3), 1);
        X.array() += 1e8;
        Y.array() += 1e8;
        expect_right<double>(X, Y, 10);
        const Matrix<float> Z = X.cast<float>();
        expect_right<float>(Z, Z.topRows(5), 10);
    }
}

TEST(Distances, NeitherOverflowNorUnderflowBeforeTheResultDoes) {
    for (const std::int64_t p : {2, 25})
        for (const double scale : {1e-320, 1e-250, 1e-160, 1e150, 1e200, 4e307}) {
            SCOPED_TRACE(std::to_string(p) + " features of scale " + std::to_string(std::log10(scale)));
            const Matrix<double> X = Random(7).matrix<double>(20, p) * scale, Y = Random(8).matrix<double>(9, p) * scale;
            const Matrix<double> D = pairwise_distances(X, Y), E = pairwise_distances(X);
            const double blur = 2 * std::numeric_limits<double>::denorm_min();
            const auto between = true_squares(X, Y), within = true_squares(X, X);
            for (std::int64_t i = 0; i < 20; ++i)
                for (std::int64_t j = 0; j < 9; ++j) {
                    const auto truth = static_cast<double>(std::sqrt(between[static_cast<std::size_t>(j * 20 + i)]));
                    const auto other = static_cast<double>(std::sqrt(within[static_cast<std::size_t>(j * 20 + i)]));
                    if (std::isfinite(truth)) {
                        EXPECT_NEAR(D(i, j), truth, square_limit<double>(p) * truth + blur);
                    } else {
                        EXPECT_EQ(D(i, j), infinity);
                    }
                    if (std::isfinite(other)) {
                        EXPECT_NEAR(E(i, j), other, square_limit<double>(p) * other + blur);
                    }
                }
            // A kernel as wide as the data.
            if (scale > 1e-150 && scale < 1e151) {
                const double gamma = 0.1 / scale / scale;
                EXPECT_TRUE(measures<double>(rbf_kernel(X, Y, gamma), X, Y, "gaussian", gamma));
            } else {
                EXPECT_EQ(rbf_kernel(X, Y, 1)(0, 0), scale > 1 ? 0 : 1);
            }
        }
    // Large and small features at once: points that differ in the small ones only.
    Matrix<double> X = Matrix<double>::Constant(4, 20, 1e200);
    for (std::int64_t i = 0; i < 4; ++i) X(i, 3) = static_cast<double>(i) * 1e-200;
    EXPECT_NEAR(pairwise_distances(X)(3, 1) / 2e-200, 1, 1e-14);
    const Matrix<float> Z = Random(9).matrix<float>(10, 30) * 1e-25F;
    EXPECT_TRUE(measures<float>(pairwise_distances(Z), Z, Z, "distance"));
    const Matrix<float> W = Random(9).matrix<float>(10, 30) * 1e25F;
    EXPECT_TRUE(measures<float>(pairwise_distances(W), W, W, "distance"));
}

TEST(Distances, OfWholeNumbersAreExact) {
    Matrix<double> X(3, 2);
    X << 0, 0, 3, 4, 6, 8;
    Matrix<double> D(3, 3);
    D << 0, 5, 10, 5, 0, 5, 10, 5, 0;
    EXPECT_TRUE(equal(pairwise_distances(X), D));
}

TEST(Distances, ReadAnyLayoutAlike) {
    const Matrix<double> X = Random(1).matrix<double>(70, 30), Y = Random(2).matrix<double>(50, 30);
    for (const std::int64_t p : {5, 30}) {
        const Matrix<double> x = X.leftCols(p), y = Y.leftCols(p);
        const Matrix<double> D = pairwise_distances(x, y);
        const RowMajor r = x;
        EXPECT_TRUE(same_bits(pairwise_distances(r, y), D));
        EXPECT_TRUE(same_bits(pairwise_distances(r, RowMajor(y)), D));
        EXPECT_TRUE(same_bits(pairwise_distances(X.leftCols(p), Y.leftCols(p)), D));
        Matrix<double> spread = Matrix<double>::Zero(140, 3 * p);
        Eigen::Map<Matrix<double>, 0, Eigen::Stride<Eigen::Dynamic, Eigen::Dynamic>> strided(
            spread.data(), 70, p, Eigen::Stride<Eigen::Dynamic, Eigen::Dynamic>(3 * 140, 2));
        strided = x;
        EXPECT_TRUE(same_bits(pairwise_distances(strided, y), D));
        EXPECT_TRUE(same_bits(pairwise_distances(2 * x, 2 * y), Matrix<double>(2 * D)));
        EXPECT_TRUE(same_bits(pairwise_distances(r), pairwise_distances(x)));
    }
}

TEST(Distances, AreTheSameBitsOnAnyNumberOfThreads) {
    const Matrix<double> X = Random(1).matrix<double>(400, 24);
    const Csr<double> S = to_csr(Matrix<double>((X.array() > 0.5).select(X, 0)));
    const int before = threads();
    set_threads(1);
    const Matrix<double> D = pairwise_distances(X), K = rbf_kernel(X, X.topRows(90), 0.2), E = pairwise_distances(S);
    set_threads(3);
    EXPECT_TRUE(same_bits(pairwise_distances(X), D));
    EXPECT_TRUE(same_bits(rbf_kernel(X, X.topRows(90), 0.2), K));
    EXPECT_TRUE(same_bits(pairwise_distances(S), E));
    set_threads(before);
}

TEST(Distances, OfSparseSamplesAreThoseOfTheDenseOnes) {
    for (const double scale : {1.0, 1e-200, 1e200}) {
        SCOPED_TRACE(std::log10(scale));
        Csr<double> X = random_sparse<double>(80, 300, 0.03, 5), Y = random_sparse<double>(31, 300, 0.05, 6);
        for (double& v : X.values()) v *= scale;
        for (double& v : Y.values()) v *= scale;
        Matrix<double> x = dense(X), y = dense(Y);
        y.row(7) = x.row(9) * (1 + 1e-13);  // close to each other
        y.row(8) = x.row(9);
        Y = to_csr(y);
        const Csc<double> Z = to_csc(x);
        const Csr<double, std::int64_t> L = cast<double, std::int64_t>(X);
        const double gamma = 0.2 / scale / scale > 1e300 ? 1 : 0.2;
        for (const Matrix<double>& D :
             {pairwise_distances(X, Y), pairwise_distances(Z, Y), pairwise_distances(X, y),
              Matrix<double>(pairwise_distances(y, X).transpose()), pairwise_distances(x, Y), pairwise_distances(L, y)})
            EXPECT_TRUE(measures<double>(D, x, y, "distance"));
        if (scale == 1.0) {
            EXPECT_TRUE(measures<double>(rbf_kernel(X, Y, gamma), x, y, "gaussian", gamma));
            EXPECT_TRUE(measures<double>(rbf_kernel(X, y, gamma), x, y, "gaussian", gamma));
            EXPECT_TRUE(measures<double>(pairwise_distances(X, Y, {.squared = true}), x, y, "squared"));
        }
        EXPECT_EQ(pairwise_distances(X, Y)(9, 8), 0);
        const Matrix<double> D = pairwise_distances(X), K = rbf_kernel(Z, gamma);
        EXPECT_TRUE(measures<double>(D, x, x, "distance"));
        for (std::int64_t i = 0; i < 80; ++i) {
            ASSERT_EQ(D(i, i), 0);
            ASSERT_EQ(K(i, i), 1);
            for (std::int64_t j = 0; j < i; ++j) {
                ASSERT_EQ(D(i, j), D(j, i));
                ASSERT_EQ(K(i, j), K(j, i));
            }
        }
    }
    const Csr<float> F = random_sparse<float>(20, 50, 0.2, 7);
    EXPECT_TRUE(measures<float>(pairwise_distances(F), dense(F), dense(F), "distance"));
}

TEST(Distances, OfNoSamplesOrNoFeatures) {
    EXPECT_EQ(pairwise_distances(Matrix<double>(0, 3)).size(), 0);
    EXPECT_EQ(pairwise_distances(Matrix<double>(0, 3), Matrix<double>(4, 3)).cols(), 4);
    EXPECT_TRUE(
        equal(pairwise_distances(Matrix<double>(2, 0), Matrix<double>(3, 0)), Matrix<double>(Matrix<double>::Zero(2, 3))));
    EXPECT_TRUE(equal(rbf_kernel(Matrix<double>(2, 0), 1), Matrix<double>(Matrix<double>::Ones(2, 2))));
    EXPECT_TRUE(equal(pairwise_distances(Csr<double>(2, 5)), Matrix<double>(Matrix<double>::Zero(2, 2))));
    EXPECT_EQ(pairwise_distances(Csr<double>(0, 5), Csr<double>(3, 5)).cols(), 3);
    EXPECT_EQ(pairwise_distances(Csr<double>(3, 5), Matrix<double>(0, 5)).rows(), 3);
    EXPECT_TRUE(equal(pairwise_distances(Matrix<double>::Ones(1, 30)), Matrix<double>(Matrix<double>::Zero(1, 1))));
}

TEST(Distances, RefuseWhatDoesNotFit) {
    Matrix<double> X = Random(1).matrix<double>(6, 4);
    const Matrix<double> Y = Random(2).matrix<double>(5, 3);
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)pairwise_distances(X, Y); }, "6x4", "5x3"));
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)rbf_kernel(to_csr(X), to_csr(Y), 1); }, "rbf_kernel", "6x4", "5x3"));
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)pairwise_distances(X, to_csr(Y)); }, "6x4", "5x3"));
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)pairwise_distances(to_csr(X), Y); }, "6x4", "5x3"));
    const double nan = std::numeric_limits<double>::quiet_NaN();
    for (const double gamma : {0.0, -1.0, nan, infinity})
        EXPECT_TRUE(throws<InvalidArgument>([&] { (void)rbf_kernel(X, gamma); }, "gamma is"));
    for (const double length : {0.0, -1.0, nan, infinity, 1e-200, 1e200})
        EXPECT_TRUE(throws<InvalidArgument>([&] { (void)rbf_kernel(X, {.length_scale = length}); }, "length_scale"));
    for (const double bad : {nan, infinity, -infinity}) {
        X(4, 2) = bad;
        EXPECT_TRUE(throws<InvalidArgument>([&] { (void)pairwise_distances(X); }, "row 4", "column 2"));
        EXPECT_TRUE(throws<InvalidArgument>([&] { (void)pairwise_distances(RowMajor(X)); }, "row 4", "column 2"));
        EXPECT_TRUE(throws<InvalidArgument>([&] { (void)rbf_kernel(to_csr(X), 1); }, "row 4", "column 2"));
    }
}

TEST(RbfKernel, TakesALengthScale) {
    const Matrix<double> X = Random(1).matrix<double>(30, 4), Y = Random(2).matrix<double>(20, 4);
    EXPECT_TRUE(same_bits(rbf_kernel(X, Y, {.length_scale = 0.5}), rbf_kernel(X, Y, 2)));
    EXPECT_TRUE(same_bits(rbf_kernel(X, {.length_scale = 2}), rbf_kernel(X, 0.125)));
}

}  // namespace
}  // namespace tamis::test
