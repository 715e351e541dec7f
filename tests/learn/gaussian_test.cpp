#include <tamis/learn/gaussian.hpp>

#include <cmath>
#include <complex>
#include <cstdint>
#include <limits>
#include <numbers>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <tamis/dense/cholesky.hpp>
#include <tamis/sparse/convert.hpp>

#include "support/assertions.hpp"
#include "support/dense_matrices.hpp"
#include "support/dense_oracle.hpp"
#include "support/types.hpp"

namespace tamis::test {
namespace {

/// The largest |entry − expected| of the sample mean and of the sample covariance around the true mean, in standard errors:
/// √(σ_ii/N) and √((σ_ii σ_jj + |σ_ij|²)/N).
template <class T>
double worst_standard_error(const Matrix<T>& S, const Vector<T>& mean, const Matrix<T>& covariance) {
    const auto count = static_cast<double>(S.rows());
    double worst = 0;
    for (std::int64_t i = 0; i < S.cols(); ++i) {
        const double variance = std::real(covariance(i, i));
        if (variance > 0) worst = std::max(worst, std::abs(S.col(i).mean() - mean[i]) / std::sqrt(variance / count));
        for (std::int64_t j = 0; j <= i; ++j) {
            T sum = 0;
            for (std::int64_t k = 0; k < S.rows(); ++k)
                sum += (S(k, i) - mean[i]) * detail::conjugate(T(S(k, j) - mean[j])) / T(count);
            const double error = std::sqrt((variance * std::real(covariance(j, j)) + std::norm(covariance(i, j))) / count);
            if (error > 0) worst = std::max(worst, std::abs(sum - covariance(i, j)) / error);
        }
    }
    return worst;
}

TEST(SampleGaussian, HasTheMeanAndTheCovariance) {
    const Matrix<double> C = with_eigenvalues<double>({4, 1, 0.25, 0.01});
    const Vector<double> mean = Random(1).vector<double>(4);
    const Matrix<double> S = learn::sample_gaussian(mean, C, 20000, 3);
    EXPECT_EQ(S.cols(), 4);
    EXPECT_LE(worst_standard_error(S, mean, C), 5);
    EXPECT_GE(worst_standard_error(S, mean, Matrix<double>(C * 1.2)), 5) << "a wrong covariance is seen";

    using Z = std::complex<double>;
    const Matrix<Z> H = with_eigenvalues<Z>({4, 1, 0.25});
    const Vector<Z> center = Random(2).vector<Z>(3);
    const Matrix<Z> W = learn::sample_gaussian(center, H, 20000, 4);
    EXPECT_LE(worst_standard_error(W, center, H), 5);
    EXPECT_GE(worst_standard_error(W, center, Matrix<Z>(H.conjugate())), 5) << "the conjugate is another distribution";
    // Circular: E (x − μ)(x − μ)ᵀ = 0.
    for (std::int64_t i = 0; i < 3; ++i)
        for (std::int64_t j = 0; j < 3; ++j) {
            Z pseudo = 0;
            for (std::int64_t k = 0; k < W.rows(); ++k)
                pseudo += (W(k, i) - center[i]) * (W(k, j) - center[j]) / static_cast<double>(W.rows());
            EXPECT_LE(std::abs(pseudo), 5 * std::sqrt(2 * std::real(H(i, i)) * std::real(H(j, j)) / 20000));
        }
}

template <class P>
class SampleGaussianOf : public ::testing::Test {};
TYPED_TEST_SUITE(SampleGaussianOf, AllScalars, TypeName);

TYPED_TEST(SampleGaussianOf, IsAFactorTimesTheSameWhiteNumbers) {
    using T = typename TypeParam::T;
    const double eps = static_cast<double>(epsilon_v<T>);
    const Matrix<T> C = with_eigenvalues<T>(spectrum(3, 6, 100));
    const Vector<T> mean = Random(5).vector<T>(6);
    const Matrix<T> S = learn::sample_gaussian(mean, C, 40, 9);
    EXPECT_TRUE(same_bits(learn::sample_gaussian(mean, C, 40, 9), S));
    EXPECT_GT(max_difference<T>(learn::sample_gaussian(mean, C, 40, 10), S), 0.1);
    // More samples begin with the same ones, up to the order of sums in BLAS.
    EXPECT_TRUE(near(learn::sample_gaussian(mean, C, 90, 9).topRows(40), S, 50 * eps));
    // White numbers from the identity, turned by L of C = L Lᴴ.
    const Matrix<T> identity = Matrix<T>::Identity(6, 6);
    const Matrix<T> Z = learn::sample_gaussian(Vector<T>(Vector<T>::Zero(6)), identity, 40, 9);
    const Matrix<T> L = cholesky(C).matrix_l();
    Matrix<T> expected = product(Z, Matrix<T>(L.transpose()));
    for (std::int64_t i = 0; i < 40; ++i) expected.row(i) += mean.transpose();
    EXPECT_TRUE(near(S, expected, 100 * eps));
}

TEST(SampleGaussian, SingularCovariancesStayInTheirSpace) {
    const Matrix<double> F = Random(6).matrix<double>(5, 2);
    const Matrix<double> C = product(F, Matrix<double>(F.transpose()));
    const Matrix<double> symmetric = (C + C.transpose()) / 2;
    const Vector<double> mean = Vector<double>::Constant(5, 10);
    const Matrix<double> S = learn::sample_gaussian(mean, symmetric, 5000, 1);
    EXPECT_LE(worst_standard_error(S, mean, symmetric), 5);
    Matrix<double> both(5, 2 + 30);
    both << F, (S.topRows(30).transpose().colwise() - mean);
    EXPECT_EQ(dense_svd(both).rank(1e-7), 2);
    EXPECT_TRUE(equal(learn::sample_gaussian(mean, Matrix<double>(Matrix<double>::Zero(5, 5)), 3),
                      Matrix<double>::Constant(3, 5, 10)));
}

TEST(SampleGaussian, UnitsOfTheVariablesDoNotMatter) {
    // Standard deviations 1e-100 and 1e120, and a singular part between variables of 1e-30.
    Matrix<double> C = Matrix<double>::Zero(4, 4);
    C(0, 0) = 1e-200;
    C(1, 1) = 1e240;
    C.bottomRightCorner(2, 2).setConstant(1e-60);
    const Matrix<double> S = learn::sample_gaussian(Vector<double>(Vector<double>::Zero(4)), C, 4000, 2);
    const double error = 5 * std::sqrt(2.0 / 4000);
    for (std::int64_t j = 0; j < 4; ++j) EXPECT_NEAR((S.col(j) / std::sqrt(C(j, j))).squaredNorm() / 4000, 1, error) << j;
    for (std::int64_t i = 0; i < 4000; ++i) EXPECT_NEAR(S(i, 2) / 1e-30, S(i, 3) / 1e-30, 1e-12);
}

TEST(SampleGaussian, BadInputIsRefused) {
    Matrix<double> C = Matrix<double>::Identity(3, 3);
    Vector<double> mean = Vector<double>::Zero(3);
    EXPECT_EQ(learn::sample_gaussian(mean, C, 0).rows(), 0);
    EXPECT_EQ(learn::sample_gaussian(Vector<double>(0), Matrix<double>(0, 0), 4).rows(), 4);
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)learn::sample_gaussian(mean, C, -1); }, "count", "-1"));
    EXPECT_TRUE(
        throws<DimensionMismatch>([&] { (void)learn::sample_gaussian(Vector<double>(mean.head(2)), C, 1); }, "2", "3"));
    EXPECT_TRUE(
        throws<DimensionMismatch>([&] { (void)learn::sample_gaussian(mean, Matrix<double>(C.topRows(2)), 1); }, "2", "3"));
    C(1, 1) = -0.5;
    const auto e = thrown<NotPositiveDefinite>([&] { (void)learn::sample_gaussian(mean, C, 1); });
    ASSERT_TRUE(e);
    EXPECT_EQ(e->column(), 1);
    EXPECT_NE(std::string(e->what()).find("semidefinite"), std::string::npos);
    C(1, 1) = 1;
    C(0, 2) = C(2, 0) = 1.5;
    EXPECT_TRUE(throws<NotPositiveDefinite>([&] { (void)learn::sample_gaussian(mean, C, 1); }, "sample_gaussian"));
    C(0, 2) = 0;
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)learn::sample_gaussian(mean, C, 1); }, "Hermitian", "(2, 0)"));
    C(2, 0) = C(0, 2) = std::numeric_limits<double>::quiet_NaN();
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)learn::sample_gaussian(mean, C, 1); }, "covariance", "column"));
    C(2, 0) = C(0, 2) = 0;
    mean[1] = infinity;
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)learn::sample_gaussian(mean, C, 1); }, "the mean", "row 1"));
}

/// A chain: 2.1 on the diagonal, −1 (for complex T turned) beside it.
template <class T, class I>
Csr<T, I> chain(std::int64_t n) {
    Matrix<T> Q = Matrix<T>::Zero(n, n);
    for (std::int64_t i = 0; i < n; ++i) {
        Q(i, i) = T(Real<T>(2.1));
        if (i + 1 < n) {
            Q(i, i + 1) = scalar<T>(-0.6, 0.8);
            Q(i + 1, i) = detail::conjugate(Q(i, i + 1));
        }
    }
    return to_csr<I>(Q);
}

TEST(SampleGaussianPrecision, HasTheInverseAsCovariance) {
    const auto Q = chain<double, std::int32_t>(12);
    const Vector<double> mean = Random(3).vector<double>(12);
    const Matrix<double> S = learn::sample_gaussian_precision(mean, Q, 10000, 5);
    EXPECT_LE(worst_standard_error(S, mean, dense_inverse(Matrix<double>(to_dense(Q)))), 5);
    // With a factor at hand, in the other format, and fewer of the same.
    EXPECT_TRUE(same_bits(learn::sample_gaussian_precision(mean, cholesky(Q), 10000, 5), S));
    EXPECT_TRUE(near(learn::sample_gaussian_precision(mean, to_csc(Q), 70, 5), S.topRows(70), 1e-13));
    using Z = std::complex<double>;
    const auto H = chain<Z, std::int64_t>(5);
    const Vector<Z> center = Random(4).vector<Z>(5);
    EXPECT_LE(worst_standard_error(learn::sample_gaussian_precision(center, H, 10000, 6), center,
                                   dense_inverse(Matrix<Z>(to_dense(H)))),
              5);
    EXPECT_TRUE(throws<DimensionMismatch>(
        [&] { (void)learn::sample_gaussian_precision(Vector<double>(mean.head(3)), Q, 1); }, "3", "12"));
    EXPECT_TRUE(throws<NotPositiveDefinite>([&] {
        auto bad = Q;
        for (double& v : bad.values()) v = -v;
        (void)learn::sample_gaussian_precision(mean, bad, 1);
    }));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)learn::sample_gaussian_precision(mean, Q, -2); }, "-2"));
}

template <class P>
class GaussianLogDensity : public ::testing::Test {};
TYPED_TEST_SUITE(GaussianLogDensity, AllScalars, TypeName);

TYPED_TEST(GaussianLogDensity, AgreesWithTheFormulaByInverseAndDeterminant) {
    using T = typename TypeParam::T;
    using W = InDouble<T>;
    const std::int64_t n = 4;
    const Matrix<T> C = with_eigenvalues<T>({3, 1, 0.5, 0.1});
    const Vector<T> mean = Random(5).vector<T>(n);
    const Matrix<T> X = Random(6).matrix<T>(300, n);  // more than one block
    const auto density = learn::gaussian_log_density(X, mean, C);
    const Matrix<W> inverse = dense_inverse(in_double(C));
    const double logdet = std::log(std::real(dense_determinant(in_double(C))));
    const double half = is_complex_v<T> ? 1 : 0.5;
    ASSERT_EQ(density.size(), 300);
    for (std::int64_t k = 0; k < 300; k += 7) {
        W form = 0;
        for (std::int64_t i = 0; i < n; ++i)
            for (std::int64_t j = 0; j < n; ++j)
                form += detail::conjugate(W(X(k, i) - mean[i])) * inverse(i, j) * W(X(k, j) - mean[j]);
        const double expected = -half * (n * std::log(std::numbers::pi / half) + logdet + std::real(form));
        EXPECT_NEAR(static_cast<double>(density[k]), expected,
                    200 * static_cast<double>(epsilon_v<T>) * (1 + std::abs(form)));
    }
}

TEST(GaussianDensity, IntegratesToOne) {
    // The trapezoidal rule on a wide grid, exact beyond rounding for a normal density.
    Matrix<double> C(2, 2);
    C << 1, 0.6, 0.6, 2;
    const Vector<double> mean = Random(1).vector<double>(2);
    const std::int64_t side = 81;
    const double h = 0.3;
    Matrix<double> X(side * side, 2);
    for (std::int64_t i = 0; i < side; ++i)
        for (std::int64_t j = 0; j < side; ++j)
            X.row(i * side + j) << h * static_cast<double>(i - side / 2), h * static_cast<double>(j - side / 2);
    EXPECT_NEAR(learn::gaussian_log_density(X, mean, C).array().exp().sum() * h * h, 1, 1e-12);
}

TEST(GaussianDensity, NeitherOverflowsNorDependsOnUnits) {
    Matrix<double> C = Matrix<double>::Zero(3, 3);
    C.diagonal() << 1e-200, 1, 1e240;
    Matrix<double> X = Matrix<double>::Zero(2, 3);
    X.row(1) << 1e-100, 3, -1e120;
    const auto density = learn::gaussian_log_density(X, Vector<double>(Vector<double>::Zero(3)), C);
    const double at_mean = -0.5 * (3 * std::log(2 * std::numbers::pi) + 40 * std::log(10.0));
    EXPECT_NEAR(density[0], at_mean, 1e-12);
    EXPECT_NEAR(density[1], at_mean - 5.5, 1e-12);
    EXPECT_EQ(learn::gaussian_log_density(Matrix<double>(2, 0), Vector<double>(0), Matrix<double>(0, 0))[1], 0);
    EXPECT_EQ(learn::gaussian_log_density(Matrix<double>(0, 3), Vector<double>(Vector<double>::Zero(3)), C).size(), 0);
}

TEST(GaussianDensity, OfASparsePrecisionIsThatOfItsInverse) {
    using Z = std::complex<double>;
    const auto Q = chain<Z, std::int32_t>(9);
    const Matrix<Z> inverse = dense_inverse(Matrix<Z>(to_dense(Q)));
    const Matrix<Z> C = (inverse + inverse.adjoint()) / 2.0;
    const Vector<Z> mean = Random(7).vector<Z>(9);
    const Matrix<Z> X = Random(8).matrix<Z>(20, 9);
    const Vector<double> expected = learn::gaussian_log_density(X, mean, C);
    EXPECT_TRUE(near(learn::gaussian_log_density_precision(X, mean, Q), expected, 1e-12));
    EXPECT_TRUE(near(learn::gaussian_log_density_precision(X, mean, to_csc(Q)), expected, 1e-12));
    EXPECT_TRUE(near(learn::gaussian_log_density_precision(X, mean, Q, cholesky(Q)), expected, 1e-12));
    EXPECT_TRUE(throws<DimensionMismatch>(
        [&] { (void)learn::gaussian_log_density_precision(Matrix<Z>(X.leftCols(4)), mean, Q); }, "20×4", "9"));
    EXPECT_TRUE(throws<DimensionMismatch>(
        [&] { (void)learn::gaussian_log_density_precision(X, mean, Q, cholesky(chain<Z, std::int32_t>(8))); }, "8", "9"));
}

TEST(GaussianDensity, BadInputIsRefused) {
    const Vector<double> mean = Vector<double>::Zero(3);
    Matrix<double> X = Matrix<double>::Ones(4, 3), C = Matrix<double>::Identity(3, 3);
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)learn::gaussian_log_density(Matrix<double>(X.leftCols(2)), mean, C); },
                                          "4×2", "3"));
    EXPECT_TRUE(
        throws<DimensionMismatch>([&] { (void)learn::gaussian_log_density(X, Vector<double>(mean.head(1)), C); }, "1", "3"));
    // Singular exactly, singular by rounding, indefinite.
    EXPECT_TRUE(throws<NotPositiveDefinite>(
        [&] { (void)learn::gaussian_log_density(X, mean, Matrix<double>(Matrix<double>::Ones(3, 3))); }, "no density"));
    Matrix<double> F = Random(1).matrix<double>(3, 2);
    Matrix<double> S = product(F, Matrix<double>(F.transpose()));
    S = (S + S.transpose()).eval() / 2;
    EXPECT_TRUE(throws<NotPositiveDefinite>([&] { (void)learn::gaussian_log_density(X, mean, S); }, "no density"));
    C(2, 2) = -1;
    const auto e = thrown<NotPositiveDefinite>([&] { (void)learn::gaussian_log_density(X, mean, C); });
    ASSERT_TRUE(e);
    EXPECT_EQ(e->column(), 2);
    C(2, 2) = 1;
    X(3, 1) = infinity;
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)learn::gaussian_log_density(X, mean, C); }, "X", "row 3, column 1"));
}

}  // namespace
}  // namespace tamis::test
