#include <tamis/learn/projection.hpp>

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

template <class P>
class ProjectionOf : public ::testing::Test {};
TYPED_TEST_SUITE(ProjectionOf, AllScalars, TypeName);

TYPED_TEST(ProjectionOf, TheMatrixIsIdempotentHermitianAndKeepsTheColumns) {
    using T = typename TypeParam::T;
    const double eps = static_cast<double>(epsilon_v<T>);
    for (const std::int64_t columns : {3, 9, 14}) {
        // Rank 3 of 9 rows: fewer, as many, and more columns.
        const std::int64_t n = 9;
        std::vector<double> s(static_cast<std::size_t>(std::min(n, columns)), 0.0);
        s[0] = 5, s[1] = 1, s[2] = 0.1;
        const Matrix<T> A = with_singular_values<T>(n, columns, s, 4);
        const Matrix<T> P = learn::projection_onto(A);
        ASSERT_EQ(P.rows(), n);
        EXPECT_TRUE(equal(Matrix<T>(P.adjoint()), P));
        EXPECT_LE(max_difference(product(P, P), P), 50 * eps);
        EXPECT_LE(max_difference(product(P, A), A), 200 * eps);
        EXPECT_NEAR(static_cast<double>(std::real(P.trace())), 3, 50 * eps);
        EXPECT_EQ(learn::Projection<T>(A).rank(), 3);
        EXPECT_TRUE(orthonormal(learn::Projection<T>(A).basis()));
    }
}

TYPED_TEST(ProjectionOf, TheOperatorOwnsItsBasisAndAgreesWithTheMatrix) {
    using T = typename TypeParam::T;
    const double eps = static_cast<double>(epsilon_v<T>);
    const Matrix<T> A = with_singular_values<T>(30, 4, {3, 2, 1, 0.5}, 2);
    const Operator<T> P = learn::projection_operator(A);
    EXPECT_EQ(P.rows(), 30);
    EXPECT_EQ(P.cols(), 30);
    const Matrix<T> X = Random(3).matrix<T>(30, 5);
    EXPECT_LE(max_difference<T>(P * X, product(learn::projection_onto(A), X)), 100 * eps);
    // The residual is orthogonal to the columns: P x is the nearest point.
    EXPECT_LE(max_modulus<T>(adjoint_product<T>(A, X - P * X)), 200 * eps);
    Vector<T> y(30), z(30);
    P.apply(Vector<T>(X.col(1)), y);
    P.apply_adjoint(Vector<T>(X.col(1)), z);
    EXPECT_TRUE(same_bits(y, z));
    // Rows of a row-major block: strides in and out.
    using RowMajor = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    const RowMajor in = X;
    RowMajor out = RowMajor::Zero(30, 5);
    learn::Projection<T>(A).apply(MatrixView<const T>(in), MatrixView<T>(out));
    EXPECT_LE(max_difference<T>(out, P * X), 20 * eps);
}

TEST(Projection, RankIsByTheToleranceAndUnitsDoNotMatter) {
    const Matrix<double> A = with_singular_values<double>(12, 6, {1, 1e-3, 1e-6, 1e-9, 1e-17, 0}, 7);
    EXPECT_EQ(learn::Projection<double>(A).rank(), 4);
    EXPECT_EQ(learn::Projection<double>(A, {.rank_tolerance = 1e-4}).rank(), 2);
    EXPECT_NEAR(learn::projection_onto(A, {.rank_tolerance = 1e-4}).trace(), 2, 1e-14);
    EXPECT_EQ(learn::Projection<double>(Matrix<double>(A * 1e-200)).rank(), 4);
}

TEST(Projection, EmptyZeroAndSingleMatricesAreTaken) {
    EXPECT_TRUE(equal(learn::projection_onto(Matrix<double>(Matrix<double>::Zero(4, 2))), Matrix<double>::Zero(4, 4)));
    EXPECT_TRUE(equal(learn::projection_onto(Matrix<double>(5, 0)), Matrix<double>::Zero(5, 5)));
    EXPECT_EQ(learn::projection_onto(Matrix<double>(0, 3)).size(), 0);
    EXPECT_EQ(learn::projection_onto(Matrix<double>::Constant(1, 1, -7))(0, 0), 1);
    const Operator<double> zero = learn::projection_operator(Matrix<double>(Matrix<double>::Zero(4, 2)));
    EXPECT_TRUE(equal(zero * Vector<double>(Vector<double>::Ones(4)), Vector<double>::Zero(4)));
    // A vector spans a line.
    Vector<double> v(3);
    v << 1, 2, 2;
    EXPECT_TRUE(near(learn::projection_onto(v), Matrix<double>(v * v.transpose() / 9), 1e-15));
}

TEST(Projection, BadInputIsRefused) {
    Matrix<double> A = Matrix<double>::Ones(4, 3);
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)learn::projection_onto(A, {.rank_tolerance = 2}); }, "rank_tolerance"));
    EXPECT_TRUE(throws<DimensionMismatch>(
        [&] {
            Vector<double> y(4);
            learn::projection_operator(A).apply(Vector<double>(Vector<double>::Ones(5)), y);
        },
        "5", "4"));
    A(2, 1) = std::numeric_limits<double>::quiet_NaN();
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)learn::projection_onto(A); }, "row 2, column 1"));
}

}  // namespace
}  // namespace tamis::test
