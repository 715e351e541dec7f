#include <tamis/dense/norms.hpp>

#include <cmath>
#include <complex>
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

template <class P>
class DenseNorms : public ::testing::Test {};
TYPED_TEST_SUITE(DenseNorms, AllScalars, TypeName);

TYPED_TEST(DenseNorms, EveryNormIsTheOneOfItsDefinitionInEveryLayout) {
    using T = typename TypeParam::T;
    const Matrix<T> A = with_singular_values<T>(7, 4, {5, 2, 1, 0.5}, 3);
    const double close = 100 * static_cast<double>(epsilon_v<T>);
    double one = 0, least_one = infinity, inf = 0, least_inf = infinity, max = 0;
    for (std::int64_t j = 0; j < 4; ++j) {
        const double sum = one_norm_of(Matrix<T>(A.col(j)));
        one = std::max(one, sum);
        least_one = std::min(least_one, sum);
    }
    for (std::int64_t i = 0; i < 7; ++i) {
        const double sum = one_norm_of(Matrix<T>(A.row(i).transpose()));
        inf = std::max(inf, sum);
        least_inf = std::min(least_inf, sum);
        for (std::int64_t j = 0; j < 4; ++j) max = std::max(max, static_cast<double>(std::abs(A(i, j))));
    }
    const Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> by_rows = A;
    std::vector<T> spread(2 * 7 * 3 * 4, T(std::numeric_limits<Real<T>>::quiet_NaN()));
    const MatrixView<T> view(spread.data(), 7, 4, 2, 2 * 7 * 3);
    for (std::int64_t j = 0; j < 4; ++j)
        for (std::int64_t i = 0; i < 7; ++i) view(i, j) = A(i, j);
    const auto expect = [&](Norm which, double expected) {
        EXPECT_NEAR(norm(A, which) / expected, 1, close) << static_cast<int>(which);
        EXPECT_NEAR(norm(by_rows, which) / expected, 1, close) << static_cast<int>(which);
        EXPECT_NEAR(norm(view, which) / expected, 1, close) << static_cast<int>(which);
    };
    expect(Norm::one, one);
    expect(Norm::minus_one, least_one);
    expect(Norm::inf, inf);
    expect(Norm::minus_inf, least_inf);
    expect(Norm::max, max);
    expect(Norm::frobenius, std::sqrt(25 + 4 + 1 + 0.25));
    expect(Norm::two, 5);
    expect(Norm::minus_two, 0.5);
    expect(Norm::nuclear, 8.5);
}

TYPED_TEST(DenseNorms, ConditionNumbersFollowFromTheSingularValuesOrTheInverse) {
    using T = typename TypeParam::T;
    const double loose = 1e4 * static_cast<double>(epsilon_v<T>);
    const Matrix<T> A = with_singular_values<T>(20, 20, spectrum(3, 20, 100));
    const Matrix<InDouble<T>> W = in_double(A), X = dense_inverse(W);
    EXPECT_NEAR(cond(A) / 100, 1, loose);
    EXPECT_NEAR(cond(A, Norm::minus_two) * 100, 1, loose);
    for (const Norm which :
         {Norm::one, Norm::inf, Norm::frobenius, Norm::max, Norm::nuclear, Norm::minus_one, Norm::minus_inf})
        EXPECT_NEAR(cond(A, which) / (norm(W, which) * norm(X, which)), 1, loose) << static_cast<int>(which);
}

TEST(DenseNormsOf, SingularAndEmptyMatricesHaveTheirConditionNumbers) {
    Matrix<double> zero_column = Random(3).matrix<double>(5, 5);
    zero_column.col(2).setZero();
    for (const Matrix<double>& A : {Matrix<double>(Matrix<double>::Ones(3, 3)), Matrix<double>{{1, 2}, {2, 4}}, zero_column,
                                    Matrix<double>(Matrix<double>::Zero(4, 4))}) {
        for (const Norm which : {Norm::two, Norm::one, Norm::inf, Norm::frobenius, Norm::nuclear})
            EXPECT_EQ(cond(A, which), infinity) << A << "\nin the norm " << static_cast<int>(which);
        EXPECT_EQ(cond(A, Norm::minus_two), 0);
    }
    // Ill-conditioned is not singular.
    EXPECT_NEAR(cond(Matrix<double>{{1, 0}, {0, 1e-20}}) / 1e20, 1, 1e-14);
    EXPECT_GT(cond(hilbert_matrix<double>(12)), 1e15);
    EXPECT_LT(cond(hilbert_matrix<double>(12)), infinity);
    EXPECT_NEAR(cond(with_singular_values<double>(9, 4, {8, 2, 1, 0.5})), 16, 1e-12);
    EXPECT_EQ(cond(Matrix<double>(Matrix<double>::Zero(4, 2))), infinity);
    EXPECT_EQ(cond(Matrix<double>(0, 0)), 1);
    EXPECT_EQ(cond(Matrix<double>(0, 0), Norm::frobenius), 0);
    EXPECT_EQ(norm(Matrix<double>(0, 3), Norm::two), 0);
    EXPECT_EQ(norm(Matrix<double>(3, 0), Norm::minus_one), 0);
    EXPECT_TRUE(throws<DimensionMismatch>([] { (void)cond(Matrix<double>(Matrix<double>::Ones(2, 3)), Norm::one); }));
    EXPECT_TRUE(throws<DimensionMismatch>([] { (void)cond(Matrix<double>(Matrix<double>::Ones(2, 3)), Norm::nuclear); }));
}

TEST(DenseNormsOf, NothingOverOrUnderflowsOnTheWay) {
    for (const double scale : {0x1p+1018, 0x1p+600, 0x1p-600, 0x1p-1060, 0x1p-1074}) {
        const Matrix<double> A = Matrix<double>::Constant(2, 2, scale);
        EXPECT_EQ(norm(A), 2 * scale) << scale;
        EXPECT_EQ(vector_norm(A), 2 * scale) << scale;
        EXPECT_NEAR(norm(A, Norm::two) / (2 * scale), 1, 1e-15) << scale;
        if (scale < 0x1p-1070) continue;  // half of it, or √2 times, is no number
        EXPECT_NEAR(vector_norm(A, 4) / (std::sqrt(2.0) * scale), 1, scale < 0x1p-1050 ? 0.5 : 1e-15) << scale;
        EXPECT_NEAR(vector_norm(A, -2) / (scale / 2), 1, scale < 0x1p-1050 ? 1 : 1e-15) << scale;
    }
    const Matrix<std::complex<float>> C = Matrix<std::complex<float>>::Constant(3, 3, {1e30F, -1e30F});
    EXPECT_NEAR(norm(C) / (std::sqrt(18.0) * 1e30), 1, 1e-6);
    EXPECT_NEAR(norm(C, Norm::one) / (std::sqrt(18.0) * 1e30), 1, 1e-6);
    EXPECT_EQ(norm(Matrix<double>(Matrix<double>::Zero(3, 3))), 0);
}

TEST(DenseNormsOf, WhatIsNotFiniteComesOutOrIsRefused) {
    Matrix<double> A = Random(3).matrix<double>(4, 4);
    A(1, 1) = infinity;
    EXPECT_EQ(norm(A), infinity);
    EXPECT_EQ(norm(A, Norm::inf), infinity);
    A(2, 1) = std::nan("");
    for (const Norm which : {Norm::frobenius, Norm::one, Norm::inf, Norm::max, Norm::minus_one, Norm::minus_inf})
        EXPECT_TRUE(std::isnan(norm(A, which))) << static_cast<int>(which);
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)norm(A, Norm::two); }, "row 1, column 1"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)cond(A); }, "row 1, column 1"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)cond(A, Norm::one); }, "row 1, column 1"));
    const std::vector<double> v{1, std::nan(""), 2};
    for (const double p : {1.0, 2.0, 3.5, -1.0, infinity, -infinity}) EXPECT_TRUE(std::isnan(vector_norm(v, p))) << p;
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)vector_norm(v, std::nan("")); }, "order"));
}

TEST(DenseNormsOf, DocumentedExamplesGiveTheDocumentedNumbers) {
    // numpy.linalg.norm
    Vector<double> a(9);
    for (std::int64_t i = 0; i < 9; ++i) a[i] = static_cast<double>(i - 4);
    const Matrix<double> b{{-4, -3, -2}, {-1, 0, 1}, {2, 3, 4}};
    EXPECT_NEAR(vector_norm(a), 7.745966692414834, 1e-15);
    EXPECT_NEAR(norm(b), 7.745966692414834, 1e-15);
    EXPECT_EQ(vector_norm(a, infinity), 4);
    EXPECT_EQ(norm(b, Norm::inf), 9);
    EXPECT_EQ(vector_norm(a, -infinity), 0);
    EXPECT_EQ(norm(b, Norm::minus_inf), 2);
    EXPECT_EQ(vector_norm(a, 1), 20);
    EXPECT_EQ(norm(b, Norm::one), 7);
    EXPECT_EQ(vector_norm(a, -1), 0);
    EXPECT_EQ(norm(b, Norm::minus_one), 6);
    EXPECT_NEAR(norm(b, Norm::two), 7.3484692283495345, 1e-14);
    EXPECT_NEAR(norm(b, Norm::minus_two), 0, 1e-15);  // 1.8570331885190563e-016 (may vary)
    EXPECT_NEAR(vector_norm(a, 3), 5.8480354764257312, 1e-15 * 10);
    EXPECT_EQ(vector_norm(a, -3), 0);
    EXPECT_EQ(vector_norm(a, 0), 8);
    EXPECT_NEAR(norm(Matrix<double>{{1, 1}, {1, 0}}, Norm::nuclear), std::sqrt(5.0), 1e-15);
    // numpy.linalg.cond
    const Matrix<double> c{{1, 0, -1}, {0, 1, 0}, {1, 0, 1}};
    EXPECT_NEAR(cond(c), 1.4142135623730951, 1e-15);
    EXPECT_NEAR(cond(c, Norm::frobenius), 3.1622776601683795, 1e-15);
    EXPECT_NEAR(cond(c, Norm::inf), 2.0, 1e-15);
    EXPECT_NEAR(cond(c, Norm::minus_inf), 1.0, 1e-15);
    EXPECT_NEAR(cond(c, Norm::one), 2.0, 1e-15);
    EXPECT_NEAR(cond(c, Norm::minus_one), 1.0, 1e-15);
    EXPECT_NEAR(cond(c, Norm::minus_two), 0.70710678118654746, 1e-15);
    EXPECT_EQ(vector_norm(std::vector<double>{}), 0);
    EXPECT_EQ(vector_norm(std::vector<double>{}, -1), infinity);
}

}  // namespace
}  // namespace tamis::test
