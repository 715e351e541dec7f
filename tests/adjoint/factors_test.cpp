#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <tamis/adjoint/cholesky.hpp>
#include <tamis/adjoint/lu.hpp>
#include <tamis/adjoint/qr.hpp>

#include "support/assertions.hpp"
#include "support/dense_matrices.hpp"
#include "support/differences.hpp"
#include "support/types.hpp"

namespace tamis::test {
namespace {

using derivatives::cholesky_jvp;
using derivatives::cholesky_vjp;
using derivatives::lu_jvp;
using derivatives::lu_vjp;
using derivatives::qr_jvp;
using derivatives::qr_vjp;

template <class P>
class DerivativesOfFactors : public ::testing::Test {};
TYPED_TEST_SUITE(DerivativesOfFactors, AllScalars, TypeName);

template <class T>
double closeness() {
    return sizeof(Real<T>) == 4 ? 2e-4 : 2e-10;
}

TYPED_TEST(DerivativesOfFactors, OfCholesky) {
    using T = typename TypeParam::T;
    for (const std::int64_t n : {1, 2, 6}) {
        const Matrix<T> A = with_eigenvalues<T>(spectrum(4, n, 10)), E = random_hermitian<T>(n, 3);
        const auto F = cholesky(A);
        const auto tangent = [](const auto& X, const auto& D) { return cholesky_jvp(cholesky(X), D); };
        const Matrix<T> L_dot = tangent(A, E);
        EXPECT_TRUE(near(L_dot,
                         expected_tangent(
                             A, E, [](const auto& X) { return cholesky(X).matrix_l(); }, tangent),
                         closeness<T>()));
        // Any direction: of it the Hermitian part counts. Of the cotangent the upper triangle does not.
        const Matrix<T> G = Random(4).matrix<T>(n, n);
        Matrix<T> L_bar = Random(5).matrix<T>(n, n);
        const Matrix<T> A_bar = cholesky_vjp(F, L_bar);
        EXPECT_TRUE(adjoint_to_each_other(paired(L_bar, cholesky_jvp(F, G)), paired(A_bar, G), 10.0 * double(n),
                                          double(epsilon_v<T>), 10));
        EXPECT_TRUE(equal(A_bar, Matrix<T>(A_bar.adjoint())));
        for (std::int64_t j = 1; j < n; ++j) L_bar(0, j) = T(7);
        EXPECT_TRUE(same_bits(cholesky_vjp(F, L_bar), A_bar));
    }
}

TYPED_TEST(DerivativesOfFactors, OfLu) {
    using T = typename TypeParam::T;
    for (const std::int64_t n : {1, 2, 6}) {
        const Matrix<T> A = with_singular_values<T>(n, n, spectrum(4, n, 10)), E = Random(3).matrix<T>(n, n);
        const auto F = lu(A);
        const auto [L_dot, U_dot] = lu_jvp(F, E);
        EXPECT_TRUE(near(L_dot,
                         expected_tangent(
                             A, E, [](const auto& X) { return lu(X).matrix_l(); },
                             [](const auto& X, const auto& D) { return lu_jvp(lu(X), D).l; }),
                         closeness<T>()));
        EXPECT_TRUE(near(U_dot,
                         expected_tangent(
                             A, E, [](const auto& X) { return lu(X).matrix_u(); },
                             [](const auto& X, const auto& D) { return lu_jvp(lu(X), D).u; }),
                         closeness<T>()));
        const Matrix<T> L_bar = Random(4).matrix<T>(n, n), U_bar = Random(5).matrix<T>(n, n);
        const double scale = 100.0 * double(n), eps = double(epsilon_v<T>);
        const Matrix<T> both = lu_vjp(F, L_bar, U_bar), by_l = lu_vjp(F, L_bar, {}), by_u = lu_vjp(F, Matrix<T>(), U_bar);
        EXPECT_TRUE(adjoint_to_each_other(paired(L_bar, L_dot) + paired(U_bar, U_dot), paired(both, E), scale, eps, 10));
        EXPECT_TRUE(adjoint_to_each_other(paired(L_bar, L_dot), paired(by_l, E), scale, eps, 10));
        EXPECT_TRUE(adjoint_to_each_other(paired(U_bar, U_dot), paired(by_u, E), scale, eps, 10));
    }
}

TYPED_TEST(DerivativesOfFactors, OfQrOfAnyShape) {
    using T = typename TypeParam::T;
    for (const auto& [m, n] : {std::pair<std::int64_t, std::int64_t>(1, 1), {5, 5}, {7, 4}, {4, 7}, {6, 1}, {1, 5}}) {
        for (const bool pivoting : {false, true}) {
            SCOPED_TRACE(std::to_string(m) + "×" + std::to_string(n) + (pivoting ? ", pivoted" : ""));
            const std::int64_t k = std::min(m, n);
            const DenseQrOptions options{.pivoting = pivoting};
            const Matrix<T> A = with_singular_values<T>(m, n, spectrum(4, k, 10)), E = Random(3).matrix<T>(m, n);
            const auto F = qr(A, options);
            const auto [Q_dot, R_dot] = qr_jvp(F, E);
            EXPECT_TRUE(near(Q_dot,
                             expected_tangent(
                                 A, E, [&](const auto& X) { return qr(X, options).q(); },
                                 [&](const auto& X, const auto& D) { return qr_jvp(qr(X, options), D).q; }),
                             closeness<T>()));
            EXPECT_TRUE(near(R_dot,
                             expected_tangent(
                                 A, E, [&](const auto& X) { return qr(X, options).r(); },
                                 [&](const auto& X, const auto& D) { return qr_jvp(qr(X, options), D).r; }),
                             closeness<T>()));
            for (std::int64_t j = 0; j < n; ++j)
                for (std::int64_t i = j + 1; i < k; ++i) EXPECT_EQ(R_dot(i, j), T(0));
            const Matrix<T> Q_bar = Random(4).matrix<T>(m, k), R_bar = Random(5).matrix<T>(k, n);
            const double scale = 100.0 * double(std::max(m, n)), eps = double(epsilon_v<T>);
            EXPECT_TRUE(adjoint_to_each_other(paired(Q_bar, Q_dot) + paired(R_bar, R_dot),
                                              paired(qr_vjp(F, Q_bar, R_bar), E), scale, eps, 10));
            EXPECT_TRUE(adjoint_to_each_other(paired(Q_bar, Q_dot), paired(qr_vjp(F, Q_bar, {}), E), scale, eps, 10));
            EXPECT_TRUE(
                adjoint_to_each_other(paired(R_bar, R_dot), paired(qr_vjp(F, Matrix<T>(), R_bar), E), scale, eps, 10));
        }
    }
}

TEST(DerivativesOfCholesky, OfTheLogarithmOfTheDeterminantIsTheInverse) {
    using C = std::complex<double>;
    for (const double kappa : {1.0, 1e4, 1e12}) {
        const Matrix<C> A = with_eigenvalues<C>(spectrum(3, 12, kappa));
        const auto F = cholesky(A);
        const Matrix<C> L = F.matrix_l();
        Matrix<C> L_bar = Matrix<C>::Zero(12, 12);
        for (int i = 0; i < 12; ++i) L_bar(i, i) = 2 / std::real(L(i, i));
        EXPECT_TRUE(near(cholesky_vjp(F, L_bar), F.inverse(), 1e-14 * std::max(1.0, kappa)));
    }
}

TEST(DerivativesOfCholesky, WorkOnLargeMatricesAndOnTheScaleOfTheMatrix) {
    const std::int64_t n = 160;
    const Matrix<double> A = with_eigenvalues<double>(spectrum(4, n, 100)), E = random_hermitian<double>(n, 2);
    const Matrix<double> L_bar = Random(3).matrix<double>(n, n);
    const auto F = cholesky(A);
    const Matrix<double> A_bar = cholesky_vjp(F, L_bar);
    EXPECT_TRUE(adjoint_to_each_other(paired(L_bar, cholesky_jvp(F, E)), paired(A_bar, E), 100 * double(n), 1e-16, 100));
    // L(αA) = √α L(A): the cotangent of αA is that of A divided by √α.
    const double root = std::ldexp(1.0, 240);
    const auto scaled = cholesky(Matrix<double>(A * (root * root)));
    EXPECT_TRUE(near(cholesky_vjp(scaled, L_bar), Matrix<double>(A_bar / root), 1e-12));
}

TEST(DerivativesOfQr, KeepTheDiagonalOfRRealAndQOrthonormal) {
    using C = std::complex<double>;
    const Matrix<C> A = Random(1).matrix<C>(6, 4), E = Random(2).matrix<C>(6, 4);
    const auto F = qr(A);
    const auto [Q_dot, R_dot] = qr_jvp(F, E);
    for (int i = 0; i < 4; ++i) EXPECT_LE(std::abs(R_dot(i, i).imag()), 1e-15);
    const Matrix<C> turn = adjoint_product(F.q(), Q_dot);
    EXPECT_TRUE(near(turn, Matrix<C>(-turn.adjoint()), 1e-14));
    // A loss of Q alone that does not see phases of its columns: imaginary parts on R's diagonal count for nothing.
    Matrix<C> R_bar = Random(3).matrix<C>(4, 4);
    const Matrix<C> A_bar = qr_vjp(F, {}, R_bar);
    for (int i = 0; i < 4; ++i) R_bar(i, i) += C(0, 5);
    R_bar(3, 0) = 9;
    EXPECT_TRUE(near(qr_vjp(F, {}, R_bar), A_bar, 1e-14));
}

TEST(DerivativesOfQr, AreRefusedWhereTheLeadingColumnsDepend) {
    Matrix<double> A = Random(1).matrix<double>(3, 5);
    A.col(1) = 2 * A.col(0);
    const Matrix<double> Q_bar = Matrix<double>::Ones(3, 3);
    EXPECT_TRUE(throws<SingularMatrix>([&] { (void)qr_vjp(qr(A), Q_bar, {}); }, "qr_vjp", "first 3 columns"));
    EXPECT_TRUE(throws<SingularMatrix>([&] { (void)qr_jvp(qr(A), A); }, "qr_jvp", "linearly dependent"));
    const auto F = qr(A, {.pivoting = true});
    EXPECT_TRUE(qr_vjp(F, Q_bar, {}).allFinite());
    const Matrix<double> zero = Matrix<double>::Zero(4, 2);
    EXPECT_TRUE(throws<SingularMatrix>([&] { (void)qr_jvp(qr(zero), zero); }, "linearly dependent"));
    // A condition of 1e13 is no dependence.
    const Matrix<double> nearly = with_singular_values<double>(5, 3, {1, 1e-6, 1e-13});
    EXPECT_TRUE(qr_vjp(qr(nearly), Matrix<double>(Matrix<double>::Ones(5, 3)), {}).allFinite());
}

TEST(DerivativesOfFactorsOf, EmptyMatricesAreEmpty) {
    const Matrix<double> none(0, 0);
    EXPECT_EQ(cholesky_vjp(cholesky(none), none).size(), 0);
    EXPECT_EQ(cholesky_jvp(cholesky(none), none).size(), 0);
    EXPECT_EQ(lu_vjp(lu(none), none, none).size(), 0);
    EXPECT_EQ(lu_jvp(lu(none), none).u.size(), 0);
    const Matrix<double> flat(0, 3), tall(3, 0);
    EXPECT_EQ(qr_vjp(qr(flat), {}, {}).cols(), 3);
    EXPECT_EQ(qr_vjp(qr(tall), {}, {}).rows(), 3);
    EXPECT_EQ(qr_jvp(qr(flat), flat).r.cols(), 3);
    EXPECT_EQ(qr_jvp(qr(tall), tall).q.rows(), 3);
}

TEST(DerivativesOfFactorsOf, CotangentsAreReadWhereTheyLieAndEvaluatedIfTheyMust) {
    using C = std::complex<double>;
    const Matrix<C> A = with_eigenvalues<C>(spectrum(4, 4, 10)), bar = Random(2).matrix<C>(4, 4);
    const auto F = cholesky(A);
    const Matrix<C> expected = cholesky_vjp(F, bar);
    EXPECT_TRUE(same_bits(cholesky_vjp(F, Eigen::Matrix<C, -1, -1, Eigen::RowMajor>(bar)), expected));
    Matrix<C> larger = Matrix<C>::Zero(7, 9);
    larger.block(2, 3, 4, 4) = bar;
    EXPECT_TRUE(same_bits(cholesky_vjp(F, larger.block(2, 3, 4, 4)), expected));
    EXPECT_TRUE(same_bits(cholesky_vjp(F, MatrixView<const C>(bar)), expected));
    EXPECT_TRUE(near(cholesky_vjp(F, 2.0 * bar), Matrix<C>(2.0 * expected), 1e-15));
    const Matrix<double> real = bar.real();
    EXPECT_TRUE(same_bits(lu_vjp(lu(A), real, {}), lu_vjp(lu(A), Matrix<C>(real.cast<C>()), {})));
    const Eigen::RowVectorXd row = Random(3).vector<double>(5).transpose();
    EXPECT_EQ(qr_jvp(qr(row), row).r.cols(), 5);
    EXPECT_EQ(qr_vjp(qr(row), {}, row).cols(), 5);
}

TEST(DerivativesOfFactorsOf, ArgumentsThatDoNotFitAreRefusedByName) {
    const Matrix<double> A = with_eigenvalues<double>(spectrum(3, 3, 10)), wrong = Matrix<double>::Ones(2, 3);
    Matrix<double> bad = Matrix<double>::Ones(3, 3);
    bad(2, 1) = std::numeric_limits<double>::quiet_NaN();
    const auto C = cholesky(A);
    const auto F = lu(A);
    const auto H = qr(A);
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)cholesky_vjp(C, wrong); }, "cholesky_vjp: the cotangent of L is 2×3",
                                          "3×3 is needed"));
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)cholesky_jvp(C, wrong); }, "cholesky_jvp: the tangent of A"));
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)lu_vjp(F, wrong, {}); }, "lu_vjp: the cotangent of L"));
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)lu_vjp(F, {}, wrong); }, "lu_vjp: the cotangent of U"));
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)lu_jvp(F, wrong); }, "lu_jvp: the tangent of A"));
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)qr_vjp(H, wrong, {}); }, "qr_vjp: the cotangent of Q"));
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)qr_vjp(H, {}, wrong); }, "qr_vjp: the cotangent of R"));
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)qr_jvp(H, wrong); }, "qr_jvp: the tangent of A"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)cholesky_vjp(C, bad); }, "the cotangent of L", "row 2, column 1"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)cholesky_jvp(C, bad); }, "the tangent of A", "row 2, column 1"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)lu_vjp(F, {}, bad); }, "the cotangent of U", "row 2, column 1"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)lu_jvp(F, bad); }, "the tangent of A", "row 2, column 1"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)qr_vjp(H, bad, {}); }, "the cotangent of Q", "row 2, column 1"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)qr_jvp(H, bad); }, "the tangent of A", "row 2, column 1"));
}

}  // namespace
}  // namespace tamis::test
