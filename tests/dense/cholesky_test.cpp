#include <tamis/dense/cholesky.hpp>

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "conformance/dense.hpp"
#include "support/dense_matrices.hpp"

namespace tamis::test {
namespace {

template <class T_, class I_>
struct DenseCholeskyTraits {
    using T = T_;
    using I = I_;
    static constexpr Method method = Method::cholesky;
    static constexpr bool computes_in_its_own_scalar = true;
    static constexpr bool has_no_pattern = true;
    template <class A>
    static FromSparse<DenseCholesky<T>> factor(const A& a) {
        return FromSparse<DenseCholesky<T>>(a);
    }
    static Problem<T, I> regular(std::int64_t n, std::uint64_t seed) { return hermitian_definite<T, I>(n, seed); }
    static Problem<T, I> same_pattern(const Problem<T, I>& p) {
        auto other = p;
        for (T& v : other.A.values()) v *= T(0.5);
        return other;
    }
    static Csr<T, I> unfactorable(const Csr<T, I>& A) {
        auto bad = A;
        for (T& v : bad.values()) v = -v;
        return bad;
    }
};
INSTANTIATE_TYPED_TEST_SUITE_P(DenseCholesky, FactorizationLaws, ForAllScalarsAndIndices<DenseCholeskyTraits>, TraitsName);

template <class P>
class DenseCholeskyOf : public ::testing::Test {};
TYPED_TEST_SUITE(DenseCholeskyOf, AllScalars, TypeName);

TYPED_TEST(DenseCholeskyOf, EveryKindOfMatrixMeetsLapacksTestRatios) {
    using T = typename TypeParam::T;
    for (const auto& [name, A] : definite_gallery<T>(40)) {
        SCOPED_TRACE(name);
        const std::int64_t n = A.rows();
        const auto F = cholesky(A);
        const Matrix<T> L = F.matrix_l();
        EXPECT_TRUE(equal(Matrix<T>(L.template triangularView<Eigen::Lower>()), L));
        for (std::int64_t j = 0; j < n; ++j) EXPECT_GT(std::real(L(j, j)), 0);
        const double norm = one_norm_of(A);
        EXPECT_LE(lapack_ratio<T>(distance_of(Matrix<T>(L * L.adjoint()), A), norm, n), lapack_ratio_limit);
        EXPECT_LE(lapack_ratio<T>(distance_of(F.reconstruct(), A), norm, n), lapack_ratio_limit);
        const Matrix<T> B = Random(7).matrix<T>(n, 3) * T(std::ldexp(Real<T>(1), std::ilogb(norm)));
        const double limit = lapack_ratio_limit * static_cast<double>(n) * static_cast<double>(epsilon_v<T>);
        EXPECT_TRUE(solves(A, F.solve(B), B, limit));
        EXPECT_TRUE(solves(Matrix<T>(A.transpose()), F.solve_transposed(B), B, limit));
        const Matrix<InDouble<T>> wide = in_double(A) / norm;
        const double truth = 1 / (one_norm_of(wide) * one_norm_of(dense_inverse(wide)));
        const double blur = 100 * static_cast<double>(epsilon_v<T>);
        EXPECT_GE(static_cast<double>(F.rcond()), 0.5 * truth - blur);
        EXPECT_LE(static_cast<double>(F.rcond()), 10 * truth + blur);
    }
}

TYPED_TEST(DenseCholeskyOf, PartsOfTheFactorSolveAndMultiply) {
    using T = typename TypeParam::T;
    const Matrix<T> A = with_eigenvalues<T>(spectrum(3, 30, 10));
    const auto F = cholesky(A);
    const Matrix<T> L = F.matrix_l();
    const Matrix<T> Z = Random(5).matrix<T>(30, 4);
    const double close = 1e3 * static_cast<double>(epsilon_v<T>);
    EXPECT_TRUE(near(F.multiply_l(Z), Matrix<T>(L * Z), close));
    EXPECT_TRUE(near(Matrix<T>(L * F.solve_l(Z)), Z, close));
    EXPECT_TRUE(near(Matrix<T>(L.adjoint() * F.solve_lt(Z)), Z, close));
    EXPECT_EQ(F.permutation().size(), 30U);
    EXPECT_EQ(F.logdet(), F.slogdet().logabs);
    const Matrix<T> X = F.inverse();
    EXPECT_LE(lapack_ratio<T>(distance_of(Matrix<T>(A * X), Matrix<T>(Matrix<T>::Identity(30, 30))),
                              one_norm_of(A) * one_norm_of(X), 30),
              lapack_ratio_limit);
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)F.solve_l(Vector<T>(Vector<T>::Ones(31))); }));
}

TYPED_TEST(DenseCholeskyOf, BothTrianglesAreReadAndDisagreementIsNamed) {
    using T = typename TypeParam::T;
    using RowMajor = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    const std::int64_t n = 70;
    const Matrix<T> A = with_eigenvalues<T>(spectrum(3, n, 10));
    EXPECT_TRUE(near(cholesky(RowMajor(A)).matrix_l(), cholesky(A).matrix_l(), 1e3 * static_cast<double>(epsilon_v<T>)));
    for (const auto& [i, j] : {std::pair<int, int>(3, 60), {60, 3}, {1, 0}, {69, 69}}) {
        if (i == j && !is_complex_v<T>) continue;
        Matrix<T> B = A;
        B(i, j) += i == j ? scalar<T>(0, 1e-3) : scalar<T>(1e-3);
        const auto name = "(" + std::to_string(std::max(i, j)) + ", " + std::to_string(std::min(i, j)) + ")";
        EXPECT_TRUE(throws<InvalidArgument>([&] { (void)cholesky(B); }, "not Hermitian", name));
        B(i, j) = A(i, j) * (Real<T>(1) + 4 * epsilon_v<T>);
        if (i != j) {
            EXPECT_NO_THROW((void)cholesky(B)) << "rounding is no asymmetry";
        }
    }
    Matrix<T> B = A;
    B(5, 66) = T(std::numeric_limits<Real<T>>::quiet_NaN());
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)cholesky(B); }, "row 5, column 66"));
}

TYPED_TEST(DenseCholeskyOf, NamesTheColumnThatIsNotDefinite) {
    using T = typename TypeParam::T;
    Matrix<T> A = Matrix<T>::Identity(8, 8);
    A(5, 5) = T(-1);
    const auto e = thrown<NotPositiveDefinite>([&] { (void)cholesky(A); });
    ASSERT_TRUE(e);
    EXPECT_EQ(e->column(), 5);
    EXPECT_EQ(cholesky(A, {.shift = 2.0}).matrix_l()(5, 5), T(1));
    EXPECT_TRUE(throws<NotPositiveDefinite>([] { (void)cholesky(Matrix<T>(Matrix<T>::Zero(2, 2))); }));
}

TYPED_TEST(DenseCholeskyOf, UpdatesAndDowndatesAreFactoringAnew) {
    using T = typename TypeParam::T;
    const std::int64_t n = 30;
    const double close = 1e3 * static_cast<double>(epsilon_v<T>);
    const Matrix<T> A = with_eigenvalues<T>(spectrum(3, n, 10));
    const Matrix<T> W = Random(6).matrix<T>(n, 3);
    const Matrix<T> larger = A + W * W.adjoint();
    auto F = cholesky(A);
    F.update(W);
    EXPECT_TRUE(near(F.matrix_l(), cholesky(Matrix<T>((larger + larger.adjoint()) / T(2))).matrix_l(), close));
    EXPECT_TRUE(solves(larger, F.solve(Vector<T>(W.col(0))), Vector<T>(W.col(0))));
    const Matrix<InDouble<T>> wide = in_double(larger);
    const double truth = 1 / (one_norm_of(wide) * one_norm_of(dense_inverse(wide)));
    EXPECT_LE(static_cast<double>(F.rcond()), 10 * truth);
    EXPECT_GE(static_cast<double>(F.rcond()), truth * 0.3);
    F.downdate(Vector<T>(W.col(1)));
    F.downdate(W.col(0));
    F.downdate(W.rightCols(1));
    EXPECT_TRUE(near(F.reconstruct(), A, 10 * close));
}

TYPED_TEST(DenseCholeskyOf, AFailedDowndateLeavesTheFactorAsItWas) {
    using T = typename TypeParam::T;
    const std::int64_t n = 20;
    const Matrix<T> A = with_eigenvalues<T>(spectrum(3, n, 10));
    auto F = cholesky(A);
    const Matrix<T> L = F.matrix_l();
    Matrix<T> W = Matrix<T>::Zero(n, 2);
    W(3, 0) = T(0.01f);
    W(11, 1) = T(100);
    const auto e = thrown<NotPositiveDefinite>([&] { F.downdate(W); });
    ASSERT_TRUE(e);
    EXPECT_EQ(e->column(), 11);
    EXPECT_TRUE(throws<NotPositiveDefinite>([&] { F.downdate(Vector<T>(L.col(0))); })) << "a pivot of zero is lost too";
    W(4, 1) = T(std::numeric_limits<Real<T>>::infinity());
    EXPECT_TRUE(throws<InvalidArgument>([&] { F.update(W); }, "row 4, column 1"));
    EXPECT_TRUE(throws<DimensionMismatch>([&] { F.update(Vector<T>(Vector<T>::Ones(n - 1))); }));
    EXPECT_TRUE(same_bits(F.matrix_l(), L));
    EXPECT_TRUE(solves(A, F.solve(Vector<T>(A.col(0))), Vector<T>(A.col(0))));
}

TEST(DenseCholeskySizes, AreRefusedBeyondLapacksIntegersBeforeAnythingIsAllocated) {
    const double x = 1;
    const std::int64_t n = std::int64_t{1} << 31;
    EXPECT_TRUE(throws<IndexOverflow>([&] { (void)cholesky(MatrixView<const double>(&x, n, n, 0, 0)); }, "2147483648"));
    EXPECT_TRUE(throws<DimensionMismatch>([] { (void)cholesky(Matrix<double>(Matrix<double>::Ones(3, 4))); }));
}

}  // namespace
}  // namespace tamis::test
