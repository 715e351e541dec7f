#include <tamis/sparse/measure.hpp>

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "sparse/random_assembly.hpp"
#include "support/assertions.hpp"
#include "support/dense_oracle.hpp"

namespace tamis {
namespace {

using test::in_every_format;

template <class P>
class Measure : public ::testing::Test {};
TYPED_TEST_SUITE(Measure, test::AllScalarsAndIndices, test::TypeName);

TYPED_TEST(Measure, NormsAgreeWithTheDenseDefinitions) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    for (const auto& shape : test::shapes) {
        in_every_format(test::random_assembly<T, I>(shape.rows, shape.cols, 0.5, 1), [](const auto& A) {
            const auto moduli = test::dense(A).cwiseAbs().eval();
            const bool empty = moduli.size() == 0;
            const Real<T> one = empty ? 0 : moduli.colwise().sum().maxCoeff();
            const Real<T> inf = empty ? 0 : moduli.rowwise().sum().maxCoeff();
            const Real<T> max = empty ? 0 : moduli.maxCoeff();
            const Real<T> limit = 100 * epsilon_v<T>;
            EXPECT_NEAR(norm(A, Norm::one), one, limit * one);
            EXPECT_NEAR(norm(A, Norm::inf), inf, limit * inf);
            EXPECT_NEAR(norm(A, Norm::max), max, limit * max);
            EXPECT_NEAR(norm(A, Norm::frobenius), moduli.norm(), limit * moduli.norm());
            EXPECT_EQ(one_norm_estimate(A), norm(A, Norm::one));
        });
    }
}

TYPED_TEST(Measure, FrobeniusNeitherOverflowsNorUnderflows) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    using R = Real<T>;
    const R most = std::numeric_limits<R>::max();
    const R least = std::numeric_limits<R>::min();
    const R denormal = std::numeric_limits<R>::denorm_min();
    for (const R size : {most / 16, least, least / 1024, R(1)}) {
        test::Assembly<T, I> a(3, 3);
        a.set(0, 0, T(3 * size));
        a.set(2, 1, T(-4 * size));
        in_every_format(a, [size](const auto& A) { EXPECT_NEAR(norm(A, Norm::frobenius) / size, R(5), 10 * epsilon_v<T>); });
    }
    test::Assembly<T, I> tiny(1, 2);
    tiny.set(0, 0, T(denormal));
    EXPECT_EQ(norm(tiny.csr(), Norm::frobenius), denormal);
    test::Assembly<T, I> mixed(1, 2);
    mixed.set(0, 0, T(most));
    mixed.set(0, 1, T(denormal));
    EXPECT_NEAR(norm(mixed.csr(), Norm::frobenius) / most, R(1), 4 * epsilon_v<T>);
}

TYPED_TEST(Measure, NanAndInfinityComeOut) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    using R = Real<T>;
    for (const std::int64_t place : {0, 1, 2}) {
        test::Assembly<T, I> a(3, 3);
        for (std::int64_t i = 0; i < 3; ++i) a.set(i, 2 - i, T(5));
        a.set(place, 2 - place, T(std::numeric_limits<R>::quiet_NaN()));
        in_every_format(a, [](const auto& A) {
            for (const Norm which : {Norm::one, Norm::inf, Norm::frobenius, Norm::max})
                EXPECT_TRUE(std::isnan(norm(A, which)));
            EXPECT_TRUE(std::isnan(norm2_estimate(A)));
        });
        a.set(place, 2 - place, T(-std::numeric_limits<R>::infinity()));
        in_every_format(a, [](const auto& A) {
            for (const Norm which : {Norm::one, Norm::inf, Norm::frobenius, Norm::max})
                EXPECT_EQ(norm(A, which), std::numeric_limits<R>::infinity());
            EXPECT_EQ(norm2_estimate(A), std::numeric_limits<R>::infinity());
        });
    }
}

TYPED_TEST(Measure, OtherNormsAreRefusedWithAdvice) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    const Csc<T, I> A(2, 2);
    EXPECT_TRUE(test::throws<Unsupported>([&] { (void)norm(A, Norm::two); }, "norm2_estimate"));
    EXPECT_TRUE(test::throws<Unsupported>([&] { (void)norm(A, Norm::nuclear); }, "to_dense"));
    EXPECT_TRUE(test::throws<Unsupported>([&] { (void)norm(A, Norm::minus_two); }, "to_dense"));
    EXPECT_TRUE(test::throws<Unsupported>([&] { (void)norm(A, Norm::minus_one); }, "to_dense"));
    EXPECT_TRUE(test::throws<Unsupported>([&] { (void)norm(A, Norm::minus_inf); }, "to_dense"));
}

TYPED_TEST(Measure, Norm2EstimateIsALowerBoundWithinFivePercent) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    for (const auto& shape : test::shapes) {
        in_every_format(test::random_assembly<T, I>(shape.rows, shape.cols, 0.5, 7), [](const auto& A) {
            const Real<T> estimate = norm2_estimate(A);
            if (A.nnz() == 0) {
                EXPECT_EQ(estimate, 0);
                return;
            }
            const Real<T> exact = static_cast<Real<T>>(test::dense_svd(test::in_double(test::dense(A))).singular_values[0]);
            EXPECT_LE(estimate, exact * (1 + 50 * epsilon_v<T>));
            EXPECT_GE(estimate, exact * Real<T>(0.95));
            EXPECT_EQ(norm2_estimate(A), estimate);
            EXPECT_NEAR(norm2_estimate(A, {.tolerance = 1e-12, .max_iterations = 20000}), exact,
                        exact * (1e-9 + 2000 * epsilon_v<T>));
        });
    }
}

TYPED_TEST(Measure, Norm2EstimateSurvivesExtremeScalesAndRefusesBadOptions) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    using R = Real<T>;
    for (const R size :
         {std::numeric_limits<R>::max() / 8, std::numeric_limits<R>::min(), std::numeric_limits<R>::denorm_min()}) {
        test::Assembly<T, I> a(2, 3);
        a.set(0, 1, T(size));
        EXPECT_NEAR(norm2_estimate(a.csr()) / size, R(1), 10 * epsilon_v<T>);
    }
    const auto A = test::random_assembly<T, I>(3, 3, 1, 1).csr();
    EXPECT_TRUE(test::throws<InvalidArgument>([&] { (void)norm2_estimate(A, {.tolerance = -1}); }, "tolerance"));
    EXPECT_TRUE(test::throws<InvalidArgument>(
        [&] { (void)norm2_estimate(A, {.tolerance = std::numeric_limits<double>::quiet_NaN()}); }, "tolerance"));
    EXPECT_TRUE(test::throws<InvalidArgument>([&] { (void)norm2_estimate(A, {.max_iterations = 0}); }, "max_iterations"));
}

TYPED_TEST(Measure, TraceAndSumsAgreeWithTheDenseOnes) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    for (const auto& shape : test::shapes) {
        in_every_format(test::random_assembly<T, I>(shape.rows, shape.cols, 0.5, 1), [](const auto& A) {
            const Matrix<T> D = test::dense(A);
            EXPECT_TRUE(test::equal(row_sums(A), (D * Vector<T>::Ones(D.cols())).eval()));
            EXPECT_TRUE(test::equal(col_sums(A), (D.transpose() * Vector<T>::Ones(D.rows())).eval()));
            EXPECT_EQ(trace(A), D.size() == 0 ? T(0) : T(D.diagonal().sum()));
        });
    }
}

/// A matrix as an operator that can only be applied.
template <class T>
struct MatrixOperator {
    using scalar_type = T;
    Matrix<T> B;
    [[nodiscard]] std::int64_t rows() const { return B.rows(); }
    [[nodiscard]] std::int64_t cols() const { return B.cols(); }
    void apply(VectorView<const T> x, VectorView<T> y) const { y.eigen() = B * x.eigen(); }
    void apply_adjoint(VectorView<const T> x, VectorView<T> y) const { y.eigen() = B.adjoint() * x.eigen(); }
};

TYPED_TEST(Measure, OneNormEstimateTakesAnyOperator) {
    using T = typename TypeParam::T;
    MatrixOperator<T> op{test::Random(1).template matrix<T>(40, 30)};
    op.B.col(17) *= T(20);
    const Real<T> exact = op.B.cwiseAbs().colwise().sum().maxCoeff();
    EXPECT_NEAR(one_norm_estimate(op), exact, 100 * epsilon_v<T> * exact);
}

}  // namespace
}  // namespace tamis
