// Gram matrices, normalized rows and cosines against plain sums.
#include <tamis/learn/gram.hpp>

#include <cmath>
#include <cstdint>
#include <limits>

#include <gtest/gtest.h>

#include <tamis/sparse/build.hpp>

#include "support/assertions.hpp"
#include "support/dense_oracle.hpp"
#include "support/random.hpp"
#include "support/types.hpp"

namespace tamis::test {
namespace {

using learn::cosine_similarity;
using learn::gram_matrix;
using learn::normalize_rows;

template <class T>
::testing::AssertionResult exactly_hermitian(const Matrix<T>& K) {
    for (std::int64_t j = 0; j < K.cols(); ++j)
        for (std::int64_t i = 0; i < K.rows(); ++i)
            if (K(i, j) != detail::conjugate(K(j, i)))
                return ::testing::AssertionFailure() << "(" << i << ", " << j << ") is not conjugate to its mirror image";
    return ::testing::AssertionSuccess();
}

template <class P>
class GramOf : public ::testing::Test {};
TYPED_TEST_SUITE(GramOf, AllScalars, TypeName);

TYPED_TEST(GramOf, IsTheProductOfTheSamplesOrOfTheFeatures) {
    using T = typename TypeParam::T;
    const Matrix<T> X = Random(1).matrix<T>(37, 21), Xh = X.adjoint();
    const Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> R = X;
    const Matrix<T> K = product<T>(X, Xh), C = product<T>(Xh, X);
    const double limit = sum_limit<T>(37);
    for (const Matrix<T>& G : {gram_matrix(X), gram_matrix(R)}) {
        EXPECT_LE(max_difference<T>(G, K), limit * max_modulus<T>(K));
        EXPECT_TRUE(exactly_hermitian<T>(G));
    }
    for (const Matrix<T>& G : {gram_matrix(X, {.of_features = true}), gram_matrix(R, {.of_features = true})}) {
        EXPECT_LE(max_difference<T>(G, C), limit * max_modulus<T>(C));
        EXPECT_TRUE(exactly_hermitian<T>(G));
    }
}

TYPED_TEST(GramOf, SparseDataIsSparse) {
    using T = typename TypeParam::T;
    const Csr<T> S = random_sparse<T>(40, 60, 0.05, 3);
    const Matrix<T> X = dense(S), K = gram_matrix(X), C = gram_matrix(X, {.of_features = true});
    const Csr<T> G = gram_matrix(S);
    EXPECT_LT(G.nnz(), 1600);
    EXPECT_LE(max_difference<T>(dense(G), K), sum_limit<T>(60) * max_modulus<T>(K));
    EXPECT_TRUE(exactly_hermitian<T>(dense(G)));
    const Csr<T> F = gram_matrix(S, {.of_features = true});
    EXPECT_LE(max_difference<T>(dense(F), C), sum_limit<T>(60) * max_modulus<T>(C));
    EXPECT_TRUE(exactly_hermitian<T>(dense(F)));
}

TYPED_TEST(GramOf, NormalizedRowsHaveNormOne) {
    using T = typename TypeParam::T;
    using R = Real<T>;
    Matrix<T> X = Random(4).matrix<T>(6, 9);
    X.row(1).setZero();
    X.row(2) *= std::numeric_limits<R>::max() / 2;
    X.row(3) *= std::numeric_limits<R>::min();
    const double limit = 20 * static_cast<double>(epsilon_v<T>);
    for (const Norm norm : {Norm::two, Norm::one, Norm::inf}) {
        const Matrix<T> Z = normalize_rows(X, norm);
        const Csr<T> S = normalize_rows(to_csr(X), norm);
        const Csc<T> K = normalize_rows(to_csc(X), norm);
        EXPECT_LE(max_difference<T>(dense(S), Z), limit);
        EXPECT_LE(max_difference<T>(dense(K), Z), limit);
        for (std::int64_t i = 0; i < 6; ++i) {
            double size = 0;
            for (std::int64_t k = 0; k < 9; ++k) {
                const auto modulus = static_cast<double>(std::abs(Z(i, k)));
                if (norm == Norm::two) size += modulus * modulus;
                else if (norm == Norm::one) size += modulus;
                else size = std::max(size, modulus);
            }
            EXPECT_NEAR(size, i == 1 ? 0 : 1, limit);
        }
        // The direction is kept.
        EXPECT_NEAR(std::abs(Z(0, 3) / Z(0, 5) - X(0, 3) / X(0, 5)), 0, limit * std::abs(X(0, 3) / X(0, 5)));
    }
}

TEST(CosineSimilarity, IsTheCosineOfTheAngle) {
    Matrix<double> X = Random(5).matrix<double>(30, 8), Y = Random(6).matrix<double>(20, 8);
    X.row(4) *= 1e200;
    X.row(5) *= 1e-200;
    X.row(6).setZero();
    Y.row(3) = -2.5 * X.row(2);
    const Matrix<double> S = cosine_similarity(X, Y), K = cosine_similarity(X);
    const auto cosine = [](const auto& x, const auto& y) {
        long double xy = 0, xx = 0, yy = 0;
        for (std::int64_t k = 0; k < 8; ++k) {
            xy += wide(x[k]) * wide(y[k]);
            xx += wide(x[k]) * wide(x[k]);
            yy += wide(y[k]) * wide(y[k]);
        }
        return xx == 0 || yy == 0 ? 0.0 : static_cast<double>(xy / std::sqrt(xx) / std::sqrt(yy));
    };
    for (std::int64_t i = 0; i < 30; ++i) {
        for (std::int64_t j = 0; j < 20; ++j) {
            EXPECT_NEAR(S(i, j), cosine(X.row(i), Y.row(j)), 1e-15);
            EXPECT_LE(std::abs(S(i, j)), 1);
        }
        for (std::int64_t j = 0; j < 30; ++j) {
            EXPECT_NEAR(K(i, j), cosine(X.row(i), X.row(j)), 1e-15);
            EXPECT_EQ(K(i, j), K(j, i));
        }
        EXPECT_EQ(K(i, i), i == 6 ? 0 : 1);
    }
    EXPECT_TRUE(near(cosine_similarity(X.cast<float>().topRows(4), Y.cast<float>()), Matrix<double>(S.topRows(4)), 1e-6));
}

TEST(CosineSimilarity, OfSparseSamplesIsSparse) {
    const Csr<double> X = random_sparse<double>(30, 200, 0.03, 7), Y = random_sparse<double>(20, 200, 0.03, 8);
    const Csr<double> S = cosine_similarity(X, Y), K = cosine_similarity(to_csc(dense(X)));
    EXPECT_LT(S.nnz(), 600);
    EXPECT_TRUE(near(S, cosine_similarity(dense(X), dense(Y)), 1e-15));
    EXPECT_TRUE(near(K, cosine_similarity(dense(X)), 1e-15));
    EXPECT_TRUE(exactly_hermitian<double>(dense(K)));
    for (std::int64_t i = 0; i < 30; ++i) EXPECT_EQ(K.coeff(i, i), X.row(i).size() > 0 ? 1 : 0);
}

TEST(Gram, OfNothingAndOfWhatIsRefused) {
    EXPECT_EQ(gram_matrix(Matrix<double>(0, 3)).size(), 0);
    EXPECT_TRUE(equal(gram_matrix(Matrix<double>(2, 0)), Matrix<double>(Matrix<double>::Zero(2, 2))));
    EXPECT_TRUE(equal(gram_matrix(Matrix<double>(0, 2), {.of_features = true}), Matrix<double>(Matrix<double>::Zero(2, 2))));
    EXPECT_EQ(normalize_rows(Matrix<double>(0, 3)).cols(), 3);
    EXPECT_TRUE(
        equal(cosine_similarity(Matrix<double>(2, 0), Matrix<double>(3, 0)), Matrix<double>(Matrix<double>::Zero(2, 3))));
    EXPECT_EQ(cosine_similarity(Matrix<double>(0, 2)).size(), 0);
    Matrix<double> X = Random(9).matrix<double>(5, 4);
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)cosine_similarity(X, Matrix<double>(2, 3)); }, "5x4", "2x3"));
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)cosine_similarity(to_csr(X), Csr<double>(2, 3)); }, "5x4", "2x3"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)normalize_rows(X, Norm::frobenius); }, "Norm::one"));
    X(3, 1) = std::numeric_limits<double>::quiet_NaN();
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)gram_matrix(X); }, "gram_matrix", "row 3", "column 1"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)gram_matrix(to_csc(X)); }, "gram_matrix", "row 3", "column 1"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)normalize_rows(to_csr(X)); }, "normalize_rows", "row 3", "column 1"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)cosine_similarity(X); }, "cosine_similarity", "row 3", "column 1"));
}

}  // namespace
}  // namespace tamis::test
