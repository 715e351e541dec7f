// least_squares and solve of rectangular matrices: optimal, of smallest norm, with the rank told.
#include <tamis/tamis.hpp>

#include <random>

#include <gtest/gtest.h>

#include "support/dense_oracle.hpp"
#include "support/types.hpp"
#include "tamis_backends.hpp"

namespace tamis {
namespace {

using test::scalar;

/// Everything is compared in double precision, so that Eigen's SVD is compiled for two scalars only.
template <class T>
using Wide = std::conditional_t<is_complex_v<T>, std::complex<double>, double>;

/// The minimum-norm least-squares solution and the rank by Eigen's SVD.
template <class W>
Matrix<W> pseudo_solve(const Matrix<W>& M, const Matrix<W>& b, std::int64_t expected_rank) {
    const auto svd = test::dense_svd(M);
    EXPECT_EQ(svd.rank(1e-4), expected_rank);
    return svd.solve(b, expected_rank);
}

template <class P>
class LeastSquares : public ::testing::Test {
  public:
    using T = typename P::T;
    using I = typename P::I;

    static Matrix<T> random_dense(std::int64_t rows, std::int64_t cols, unsigned seed) {
        std::mt19937 generator(seed);
        std::uniform_real_distribution<double> uniform(-1, 1);
        Matrix<T> M(rows, cols);
        for (std::int64_t j = 0; j < cols; ++j)
            for (std::int64_t i = 0; i < rows; ++i) M(i, j) = scalar<T>(uniform(generator), uniform(generator));
        return M;
    }
    static Csr<T, I> sparse(const Matrix<T>& M) {
        Coo<T, I> coo(M.rows(), M.cols());
        for (std::int64_t j = 0; j < M.cols(); ++j)
            for (std::int64_t i = 0; i < M.rows(); ++i) coo.add(i, j, M(i, j));
        return to_csr(coo);
    }
    static double tolerance(double condition) { return 1000 * condition * static_cast<double>(epsilon_v<T>); }

    /// Compares with the pseudoinverse from Eigen's SVD.
    static void check(const Matrix<T>& M, std::int64_t rank) {
        const Matrix<T> b = random_dense(M.rows(), 2, 17);
        const auto s = solve_with_report(sparse(M), b);
        EXPECT_EQ(s.report.method, Method::qr);
        EXPECT_EQ(s.report.rank, rank);
        using W = Wide<T>;
        const Matrix<W> Mw = M.template cast<W>();
        const Matrix<W> bw = b.template cast<W>();
        const Matrix<W> expected = pseudo_solve<W>(Mw, bw, rank);
        EXPECT_LE((s.x.template cast<W>() - expected).norm(), tolerance(10) * expected.norm());
        EXPECT_NEAR(s.report.residual_norm, (bw - Mw * expected).colwise().norm().maxCoeff(), tolerance(10) * bw.norm());
        EXPECT_EQ(s.report.warnings.empty(), rank == std::min(M.rows(), M.cols()));
        const Vector<T> one = least_squares(to_csc(sparse(M)), b.col(1));
        EXPECT_LE((one.template cast<W>() - expected.col(1)).norm(), tolerance(10) * expected.norm());
    }
};
TYPED_TEST_SUITE(LeastSquares, test::AllScalarsAndIndices, test::TypeName);

#if TAMIS_WITH_GPL

TYPED_TEST(LeastSquares, SolvesTallMatrices) {
    this->check(this->random_dense(25, 10, 1), 10);
}

TYPED_TEST(LeastSquares, GivesTheMinimumNormOfWideMatrices) {
    this->check(this->random_dense(10, 25, 2), 10);
}

TYPED_TEST(LeastSquares, GivesTheMinimumNormOfDeficientMatrices) {
    using T = typename TypeParam::T;
    const Matrix<T> tall = this->random_dense(25, 6, 3) * this->random_dense(6, 10, 4);
    const Matrix<T> wide = this->random_dense(10, 6, 5) * this->random_dense(6, 25, 6);
    this->check(tall, 6);
    this->check(wide, 6);
}

TYPED_TEST(LeastSquares, TakesASingularSquareMatrixWhenAskedByName) {
    using T = typename TypeParam::T;
    Matrix<T> M = this->random_dense(12, 12, 7);
    M.row(3) = M.row(5);
    const auto s = least_squares_with_report(this->sparse(M), Vector<T>::Ones(12));
    EXPECT_EQ(s.report.rank, 11);
    ASSERT_EQ(s.report.warnings.size(), 1u);
    EXPECT_THROW(static_cast<void>(solve(this->sparse(M), Vector<T>::Ones(12), {.method = Method::qr})), SingularMatrix);
}

TYPED_TEST(LeastSquares, ZeroMatricesAndEmptyShapesHaveTheZeroAnswer) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    const auto s = least_squares_with_report(Csr<T, I>(4, 3), Vector<T>::Ones(4));
    EXPECT_EQ(s.x, Vector<T>::Zero(3));
    EXPECT_EQ(s.report.rank, 0);
    EXPECT_EQ(least_squares(Csr<T, I>(0, 3), Vector<T>(0)), Vector<T>::Zero(3));
    EXPECT_EQ(least_squares(Csr<T, I>(3, 0), Vector<T>::Ones(3)).size(), 0);
}

#else

TYPED_TEST(LeastSquares, SaysThatThisBuildHasNoSparseQr) {
    using T = typename TypeParam::T;
    try {
        static_cast<void>(least_squares(this->sparse(this->random_dense(5, 3, 1)), Vector<T>::Ones(5)));
        FAIL();
    } catch (const Unsupported& error) {
        EXPECT_NE(std::string(error.what()).find("TAMIS_WITH_GPL"), std::string::npos) << error.what();
    }
}

#endif

TYPED_TEST(LeastSquares, RefusesOtherMethodsAndWrongSizes) {
    using T = typename TypeParam::T;
    const auto A = this->sparse(this->random_dense(5, 3, 1));
    EXPECT_THROW(static_cast<void>(solve(A, Vector<T>::Ones(5), {.method = Method::lu})), DimensionMismatch);
    EXPECT_THROW(static_cast<void>(least_squares(A, Vector<T>::Ones(5), {.method = Method::lu})), Unsupported);
    EXPECT_THROW(static_cast<void>(least_squares(A, Vector<T>::Ones(3))), DimensionMismatch);
    EXPECT_EQ(explain(A).method, Method::qr);
}

}  // namespace
}  // namespace tamis
