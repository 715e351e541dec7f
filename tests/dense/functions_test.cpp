#include <tamis/dense/banded.hpp>
#include <tamis/dense/functions.hpp>
#include <tamis/dense/triangle.hpp>

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
struct DenseTriangleTraits {
    using T = T_;
    using I = I_;
    static constexpr Method method = Method::triangular;
    static constexpr bool computes_in_its_own_scalar = true;
    static constexpr bool has_no_pattern = true;
    // Upper where indices are wide.
    static constexpr bool lower = sizeof(I) == 4;
    template <class A>
    static auto factor(const A& a) {
        return FromSparse<DenseTriangle<T>>(a, TriangularOptions{lower ? Triangle::lower : Triangle::upper});
    }
    static Problem<T, I> regular(std::int64_t n, std::uint64_t seed) { return triangular<T, I>(n, lower, seed); }
    static Problem<T, I> same_pattern(const Problem<T, I>& p) {
        auto other = p;
        for (T& v : other.A.values()) v *= T(0.5);
        return other;
    }
    static Csr<T, I> unfactorable(const Csr<T, I>& A) { return with_a_zero_row(A); }
};
INSTANTIATE_TYPED_TEST_SUITE_P(DenseTriangle, FactorizationLaws, ForAllScalarsAndIndices<DenseTriangleTraits>, TraitsName);

template <class P>
class DenseFunctions : public ::testing::Test {};
TYPED_TEST_SUITE(DenseFunctions, AllScalars, TypeName);

TYPED_TEST(DenseFunctions, InvertGeneralAndDefiniteMatrices) {
    using T = typename TypeParam::T;
    Matrix<T> deceptive = with_eigenvalues<T>({3, 2, 1, -0.01});  // a positive diagonal, but not definite
    for (const Matrix<T>& A : {Random(3).matrix<T>(30, 30), with_eigenvalues<T>(spectrum(3, 30, 100)), deceptive}) {
        const std::int64_t n = A.rows();
        const Matrix<T> X = inv(A);
        EXPECT_LE(lapack_ratio<T>(distance_of(Matrix<T>(X * A), Matrix<T>(Matrix<T>::Identity(n, n))),
                                  one_norm_of(A) * one_norm_of(X), n),
                  lapack_ratio_limit);
    }
    EXPECT_EQ(inv(Matrix<T>(0, 0)).size(), 0);
    EXPECT_EQ(inv(Matrix<T>(Matrix<T>::Constant(1, 1, T(4))))(0, 0), T(0.25));
    Matrix<T> A = Random(3).matrix<T>(6, 6);
    A.row(4).setZero();
    const auto e = thrown<SingularMatrix>([&] { (void)inv(A); });
    ASSERT_TRUE(e);
    EXPECT_EQ(e->index(), 4);
    EXPECT_TRUE(throws<DimensionMismatch>([] { (void)inv(Matrix<T>(Matrix<T>::Ones(2, 3))); }));
}

TYPED_TEST(DenseFunctions, DeterminantsNeitherOverflowOnTheWayNorLieOfSingularMatrices) {
    using T = typename TypeParam::T;
    using R = Real<T>;
    const double close = 1e3 * static_cast<double>(epsilon_v<T>);
    const Matrix<T> A = Random(3).matrix<T>(8, 8);
    EXPECT_LE(std::abs(std::complex<double>(det(A)) - std::complex<double>(dense_determinant(in_double(A)))),
              close * std::abs(std::complex<double>(det(A))));
    const auto log = slogdet(A);
    EXPECT_LE(
        std::abs(std::complex<double>(log.sign) * std::exp(static_cast<double>(log.logabs)) - std::complex<double>(det(A))),
        close * std::abs(std::complex<double>(det(A))));
    // Large and small factors in turn: every partial product of one kind would overflow.
    Matrix<T> D = Matrix<T>::Zero(40, 40);
    const R huge = std::ldexp(R(1), std::numeric_limits<R>::max_exponent - 3);
    for (std::int64_t k = 0; k < 40; ++k) D(k, k) = k < 20 ? T(huge) : T(1 / huge);
    EXPECT_EQ(det(D), T(1));
    Matrix<T> large = T(huge) * Matrix<T>::Identity(40, 40);
    EXPECT_FALSE(std::isfinite(std::abs(det(large))));
    EXPECT_NEAR(slogdet(large).logabs / (40 * std::log(huge)), 1, 1e-5);
    EXPECT_EQ(det(Matrix<T>(Matrix<T>::Ones(3, 3))), T(0));
    EXPECT_EQ(slogdet(Matrix<T>(Matrix<T>::Ones(3, 3))).sign, T(0));
    EXPECT_EQ(slogdet(Matrix<T>(Matrix<T>::Ones(3, 3))).logabs, -std::numeric_limits<R>::infinity());
    EXPECT_EQ(det(Matrix<T>(0, 0)), T(1));
    Matrix<T> swap = Matrix<T>::Zero(2, 2);
    swap(0, 1) = swap(1, 0) = T(1);
    EXPECT_EQ(det(swap), T(-1));
}

TYPED_TEST(DenseFunctions, ReciprocalConditionNumbersAreThoseOfTheInverse) {
    using T = typename TypeParam::T;
    const Matrix<T> A = with_singular_values<T>(20, 20, spectrum(3, 20, 100));
    const Matrix<InDouble<T>> X = dense_inverse(in_double(A));
    const double one = one_norm_of(A) * one_norm_of(X);
    EXPECT_GE(rcond(A), 0.99 / one);
    EXPECT_LE(rcond(A), 10 / one);
    EXPECT_EQ(rcond(Matrix<T>(Matrix<T>::Ones(3, 3))), 0);
    EXPECT_EQ(rcond(Matrix<T>(0, 0)), 1);
}

TYPED_TEST(DenseFunctions, TriangularSolvesReadTheirTriangleOnlyInEveryLayout) {
    using T = typename TypeParam::T;
    using RowMajor = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    const std::int64_t n = 40;
    Matrix<T> A = Random(3).matrix<T>(n, n) + T(8) * Matrix<T>::Identity(n, n);
    const Matrix<T> B = Random(4).matrix<T>(n, 3);
    const T nan = T(std::numeric_limits<Real<T>>::quiet_NaN());
    for (const auto triangle : {Triangle::lower, Triangle::upper})
        for (const bool unit : {false, true}) {
            Matrix<T> M = A / T(unit ? 40 : 1);
            Matrix<T> wanted = Matrix<T>::Zero(n, n);
            for (std::int64_t j = 0; j < n; ++j)
                for (std::int64_t i = 0; i < n; ++i) {
                    const bool inside = triangle == Triangle::lower ? i > j : i < j;
                    if (inside || (i == j && !unit)) wanted(i, j) = M(i, j);
                    else M(i, j) = nan;
                    if (i == j && unit) wanted(i, j) = T(1);
                }
            const TriangularOptions options{triangle, unit};
            EXPECT_TRUE(solves(wanted, solve_triangular(M, B, options), B));
            EXPECT_TRUE(solves(wanted, solve_triangular(RowMajor(M), B, options), B));
            std::vector<T> spread(static_cast<std::size_t>(6 * n * n), nan);
            const MatrixView<T> view(spread.data(), n, n, 2, 3 * n);
            for (std::int64_t j = 0; j < n; ++j)
                for (std::int64_t i = 0; i < n; ++i) view(i, j) = M(i, j);
            EXPECT_TRUE(solves(wanted, solve_triangular(view, Vector<T>(B.col(0)), options), Vector<T>(B.col(0))));
            M(triangle == Triangle::lower ? 30 : 2, triangle == Triangle::lower ? 2 : 30) = nan;
            EXPECT_TRUE(throws<InvalidArgument>([&] { (void)solve_triangular(M, B, options); },
                                                triangle == Triangle::lower ? "row 30, column 2" : "row 2, column 30"));
        }
    A(7, 7) = T(0);
    const auto e = thrown<SingularMatrix>([&] { (void)solve_triangular(A, B); });
    ASSERT_TRUE(e);
    EXPECT_EQ(e->index(), 7);
    EXPECT_TRUE(throws<DimensionMismatch>(
        [&] { (void)solve_triangular(A, Vector<T>(Vector<T>::Ones(n + 1)), {.unit_diagonal = true}); }));
    EXPECT_EQ(solve_triangular(Matrix<T>(0, 0), Vector<T>()).size(), 0);
}

/// bands(upper + i − j, j) = a_ij, with marks in the corners.
template <class T>
Matrix<T> diagonal_ordered(const Matrix<T>& A, std::int64_t lower, std::int64_t upper) {
    Matrix<T> bands = Matrix<T>::Constant(lower + upper + 1, A.cols(), T(std::numeric_limits<Real<T>>::quiet_NaN()));
    for (std::int64_t j = 0; j < A.cols(); ++j)
        for (std::int64_t i = std::max<std::int64_t>(0, j - upper); i <= std::min(A.rows() - 1, j + lower); ++i)
            bands(upper + i - j, j) = A(i, j);
    return bands;
}
template <class T>
Matrix<T> band_of(Matrix<T> A, std::int64_t lower, std::int64_t upper) {
    for (std::int64_t j = 0; j < A.cols(); ++j)
        for (std::int64_t i = 0; i < A.rows(); ++i)
            if (i - j > lower || j - i > upper) A(i, j) = T(0);
    return A;
}

TYPED_TEST(DenseFunctions, BandSolversTakeDiagonalOrderedStorage) {
    using T = typename TypeParam::T;
    const std::int64_t n = 25;
    const Matrix<T> B = Random(4).matrix<T>(n, 2);
    for (const auto& [lower, upper] : {std::pair<std::int64_t, std::int64_t>(1, 1), {2, 0}, {0, 3}, {2, 3}, {0, 0}}) {
        const Matrix<T> A = band_of<T>(Random(3).matrix<T>(n, n) + T(2) * Matrix<T>::Identity(n, n), lower, upper);
        EXPECT_TRUE(solves(A, solve_banded(diagonal_ordered(A, lower, upper), lower, upper, B), B));
        EXPECT_TRUE(solves(A, solve_banded(diagonal_ordered(A, lower, upper), lower, upper, Vector<T>(B.col(0))),
                           Vector<T>(B.col(0))));
    }
    for (const std::int64_t upper : {0, 1, 3}) {
        const Matrix<T> G = band_of<T>(Random(3).matrix<T>(n, n), upper, upper);
        const Matrix<T> A = G + G.adjoint() + T(20) * Matrix<T>::Identity(n, n);
        Matrix<T> bands = diagonal_ordered(A, 0, upper);
        EXPECT_TRUE(solves(A, solveh_banded(bands, B), B));
        bands(upper, 6) = T(-1);
        const auto e = thrown<NotPositiveDefinite>([&] { (void)solveh_banded(bands, B); });
        ASSERT_TRUE(e);
        EXPECT_EQ(e->column(), 6);
    }
    const Matrix<T> A = band_of<T>(Random(3).matrix<T>(n, n), 1, 1);
    EXPECT_TRUE(
        solves(A, solve_tridiagonal(Vector<T>(A.diagonal(-1)), Vector<T>(A.diagonal()), Vector<T>(A.diagonal(1)), B), B));
    EXPECT_EQ(solve_tridiagonal(Vector<T>(), Vector<T>(Vector<T>::Constant(1, T(2))), Vector<T>(),
                                Vector<T>(Vector<T>::Ones(1)))[0],
              T(0.5));
    EXPECT_EQ(solve_tridiagonal(Vector<T>(), Vector<T>(), Vector<T>(), Vector<T>()).size(), 0);
}

TYPED_TEST(DenseFunctions, BandSolversRefuseWithTheCausesPlace) {
    using T = typename TypeParam::T;
    Matrix<T> bands = Matrix<T>::Ones(3, 5);
    bands(1, 2) = T(std::numeric_limits<Real<T>>::infinity());
    const Vector<T> b = Vector<T>::Ones(5);
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)solve_banded(bands, 1, 1, b); }, "row 1, column 2"));
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)solve_banded(bands, 1, 2, b); }, "3", "4"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)solve_banded(bands, -1, 3, b); }));
    bands.setOnes();
    bands.row(0).setZero();
    bands(1, 3) = T(0);
    bands(2, 3) = T(0);
    for (std::int64_t lower : {1, 2}) {  // tridiagonal, and any band
        Matrix<T> M = Matrix<T>::Zero(lower + 2, 5);
        M.bottomRows(lower + 1) = bands.middleRows(1, 2).replicate(lower, 1).topRows(lower + 1);
        M(1, 3) = T(0);
        for (std::int64_t r = 2; r < M.rows(); ++r) M(r, 3) = T(0);
        EXPECT_TRUE(throws<SingularMatrix>([&] { (void)solve_banded(M, lower, 1, b); })) << lower;
    }
    EXPECT_TRUE(
        throws<DimensionMismatch>([&] { (void)solve_tridiagonal(b, b, Vector<T>(b.head(4)), b); }, "lower", "5", "4"));
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)solveh_banded(bands, Vector<T>(Vector<T>::Ones(4))); }));
}

}  // namespace
}  // namespace tamis::test
