// inv, det, slogdet of dense matrices and logdet of sparse ones.
#include <complex>
#include <limits>

#include <gtest/gtest.h>

#include <tamis/adjoint.hpp>

#include "adjoint/pairing.hpp"
#include "support/problems.hpp"
#include "support/random.hpp"
#include "support/types.hpp"

namespace tamis::test {
namespace {

namespace ad = tamis::derivatives;
using Complex = std::complex<double>;

template <class P>
class DeterminantDerivatives : public ::testing::Test {};
TYPED_TEST_SUITE(DeterminantDerivatives, AllScalars, TypeName);

template <class T>
Matrix<T> well_conditioned(std::int64_t n, std::uint64_t seed) {
    Matrix<T> A = Random(seed).matrix<T>(n, n) / static_cast<Real<T>>(n);
    A.diagonal().array() += T(1);
    return A;
}

TYPED_TEST(DeterminantDerivatives, ForwardAndReverseAreTransposed) {
    using T = typename TypeParam::T;
    Random random(1);
    const std::int64_t n = 9;
    const auto A = well_conditioned<T>(n, 2);
    const Matrix<T> A_dot = random.matrix<T>(n, n);
    const T bar = random.value<T>();
    const Matrix<T> X_bar = random.matrix<T>(n, n);
    const auto F = lu(A);
    EXPECT_TRUE(paired<T>(Pairing()(X_bar, ad::inv_jvp(F, A_dot)), Pairing()(ad::inv_vjp(F, X_bar), A_dot)));
    EXPECT_TRUE(paired<T>(Pairing()(bar, ad::det_jvp(F, A_dot)), Pairing()(ad::det_vjp(F, bar), A_dot)));
    const auto S = svd(A);
    EXPECT_TRUE(paired<T>(Pairing()(bar, ad::det_jvp(S, A_dot)), Pairing()(ad::det_vjp(S, bar), A_dot)));
    EXPECT_TRUE(near(ad::det_vjp(S, bar), ad::det_vjp(F, bar), 200 * static_cast<double>(epsilon_v<T>)));
    const auto dot = ad::slogdet_jvp(F, A_dot);
    const auto l_bar = static_cast<Real<T>>(0.75);
    EXPECT_TRUE(paired<T>(Pairing()(bar, dot.sign)(l_bar, dot.logabs), Pairing()(ad::slogdet_vjp(F, l_bar, bar), A_dot)));
}

TEST(DeterminantDerivative, ForwardIsTheComplexStep) {
    Random random(4);
    const auto A = well_conditioned<double>(8, 3);
    const Matrix<double> A_dot = random.matrix<double>(8, 8);
    const double step = 1e-30;
    const Matrix<Complex> Z = A.cast<Complex>() + Complex(0, step) * A_dot.cast<Complex>();
    const auto F = lu(A);
    EXPECT_NEAR(ad::det_jvp(F, A_dot), det(Z).imag() / step, 1e-13);
    EXPECT_NEAR(ad::det_jvp(svd(A), A_dot), det(Z).imag() / step, 1e-13);
    EXPECT_TRUE(near(ad::inv_jvp(F, A_dot), Matrix<double>(inv(Z).imag() / step), 1e-13));
    // The phase of det Z is the step times the derivative of log |det A|.
    EXPECT_NEAR(ad::slogdet_jvp(F, A_dot).logabs, std::arg(slogdet(Z).sign * slogdet(A).sign) / step, 1e-12);
}

TEST(DeterminantDerivative, TheSignOfAComplexDeterminantMovesOnTheCircle) {
    Random random(5);
    const auto A = well_conditioned<Complex>(6, 8);
    const Matrix<Complex> A_dot = random.matrix<Complex>(6, 6);
    const double h = 1e-6;
    const Complex forward = slogdet(Matrix<Complex>(A + h * A_dot)).sign;
    const Complex backward = slogdet(Matrix<Complex>(A - h * A_dot)).sign;
    const auto dot = ad::slogdet_jvp(lu(A), A_dot);
    EXPECT_LT(std::abs((forward - backward) / (2 * h) - dot.sign), 1e-8);
    // A cotangent along the radius is without effect.
    const Complex sign = slogdet(A).sign;
    EXPECT_LT(ad::slogdet_vjp(lu(A), 0, 3.0 * sign).norm(), 1e-13);
}

TEST(DeterminantDerivative, SingularMatricesHaveTheGradientOfTheAdjugate) {
    Random random(6);
    // The gradient of det by the entry (i, j) is the cofactor: a determinant of order n − 1.
    const auto cofactors = [](const Matrix<double>& A) {
        const auto n = A.rows();
        Matrix<double> C(n, n);
        for (std::int64_t i = 0; i < n; ++i)
            for (std::int64_t j = 0; j < n; ++j) {
                Matrix<double> minor(n - 1, n - 1);
                for (std::int64_t r = 0; r < n - 1; ++r)
                    for (std::int64_t c = 0; c < n - 1; ++c) minor(r, c) = A(r + (r >= i), c + (c >= j));
                C(i, j) = ((i + j) % 2 == 0 ? 1 : -1) * det(minor);
            }
        return C;
    };
    for (const std::int64_t rank : {5, 4, 3, 0}) {
        const Matrix<double> A = random.matrix<double>(5, rank) * random.matrix<double>(rank, 5);
        const Matrix<double> expected = cofactors(A);
        const Matrix<double> gradient = ad::det_vjp(svd(A), 1.0);
        EXPECT_LE((gradient - expected).norm(), 1e-12) << rank;
        if (rank == 4) {
            EXPECT_GT(gradient.norm(), 1e-3);
        }
    }
    EXPECT_TRUE(throws<SingularMatrix>([&] { (void)ad::slogdet_vjp(svd(Matrix<double>::Ones(3, 3)), 1.0); }, "rank 1 of 3"));
    EXPECT_TRUE(throws<SingularMatrix>([&] { (void)ad::det_vjp(qr(Matrix<double>::Ones(3, 3)), 1.0); }, "rank 1 of 3"));
}

TEST(DeterminantDerivative, DoesNotOverflowWhereTheGradientDoesNot) {
    // det = 1e310 is infinite, its derivative by a diagonal entry is 1e300.
    const Matrix<double> A = 1e10 * Matrix<double>::Identity(31, 31);
    for (const Matrix<double>& G : {ad::det_vjp(lu(A), 1.0), ad::det_vjp(svd(A), 1.0)}) {
        EXPECT_NEAR(G(3, 3) / 1e300, 1, 1e-12);
        EXPECT_LT(std::abs(G(3, 4)), 1e288);
    }
}

TEST(DeterminantDerivative, IsHermitianForHermitianFactorizations) {
    Random random(7);
    const Matrix<Complex> A = dense(hermitian_definite<Complex>(10).A);
    const Matrix<Complex> B = random.matrix<Complex>(10, 10);
    const Matrix<Complex> A_dot = B + B.adjoint();
    const Matrix<Complex> X_bar = random.matrix<Complex>(10, 10);
    const auto check = [&](const auto& f) {
        const Matrix<Complex> inverse_bar = ad::inv_vjp(f, X_bar);
        EXPECT_TRUE(near(inverse_bar, Matrix<Complex>(inverse_bar.adjoint()), 0));
        EXPECT_TRUE(paired<Complex>(Pairing()(X_bar, ad::inv_jvp(f, A_dot)), Pairing()(inverse_bar, A_dot)));
        const Complex bar(0.5, 0.25);
        EXPECT_TRUE(paired<Complex>(Pairing()(bar, ad::det_jvp(f, A_dot)), Pairing()(ad::det_vjp(f, bar), A_dot)));
        const auto logs = ad::slogdet_vjp(f, 2.0, Complex(0, 1));
        EXPECT_TRUE(paired<Complex>(Pairing()(2.0, ad::slogdet_jvp(f, A_dot).logabs), Pairing()(logs, A_dot)));
    };
    check(cholesky(A));
    check(ldlt(A));
}

TEST(DeterminantDerivative, RefusesWhatDoesNotFitAndTakesEmptyMatrices) {
    const auto F = lu(well_conditioned<double>(3, 1));
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)ad::inv_vjp(F, Matrix<double>::Ones(3, 2)); }, "3×2", "3×3"));
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)ad::det_jvp(F, Matrix<double>::Ones(4, 4)); }, "4×4", "3×3"));
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)ad::det_vjp(svd(Matrix<double>::Ones(3, 2)), 1.0); }, "3×2"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)ad::det_vjp(F, std::numeric_limits<double>::quiet_NaN()); }, "d_bar"));
    Matrix<double> bad = Matrix<double>::Ones(3, 3);
    bad(2, 1) = std::numeric_limits<double>::infinity();
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)ad::inv_jvp(F, bad); }, "A_dot", "row 2, column 1"));
    const auto none = lu(Matrix<double>(0, 0));
    EXPECT_EQ(ad::det_vjp(none, 1.0).size(), 0);
    EXPECT_EQ(ad::det_jvp(none, Matrix<double>(0, 0)), 0);
    EXPECT_EQ(ad::inv_vjp(none, Matrix<double>(0, 0)).size(), 0);
    EXPECT_DOUBLE_EQ(ad::det_vjp(lu(Matrix<double>::Constant(1, 1, 5.0)), 3.0)(0, 0), 3);
}

// ---- sparse

template <class P>
class LogdetDerivatives : public ::testing::Test {};
TYPED_TEST_SUITE(LogdetDerivatives, AllScalarsAndIndices, TypeName);

TYPED_TEST(LogdetDerivatives, AreEntriesOfTheInverseAndPaired) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    Random random(3);
    const auto A = hermitian_definite<T, I>(40).A;
    const auto F = cholesky(A);
    const auto bar = static_cast<Real<T>>(1.5);
    const auto A_bar = ad::logdet_vjp(F, A, bar);
    const Matrix<T> inverse = lu(dense(A)).inverse() * bar;
    const double limit = 100 * static_cast<double>(epsilon_v<T>);
    EXPECT_LE(difference_on_pattern(A_bar, inverse), limit);
    const auto A_dot = tangent_on(A, true, random);
    const Real<T> dot = ad::logdet_jvp(F, A_dot);
    EXPECT_TRUE(paired<T>(Pairing()(bar, dot), Pairing()(A_bar, A_dot)));
    EXPECT_LE(difference_on_pattern(A_bar, dense(ad::slogdet_vjp_by_solves(F, A, bar))), limit);
    // The same matrix by columns.
    const auto columns = to_csc(A);
    EXPECT_TRUE(near(ad::logdet_vjp(F, columns, bar), dense(A_bar), limit));
    EXPECT_NEAR(ad::logdet_jvp(F, to_csc(A_dot)), dot, limit * 40);
}

TEST(LogdetDerivative, IsTheDifferenceOfLogdet) {
    Random random(4);
    const auto A = hermitian_definite<Complex>(60).A;
    const auto A_dot = tangent_on(A, true, random);
    const double h = 1e-4;
    const double difference =
        (cholesky(moved(A, A_dot, Complex(h))).logdet() - cholesky(moved(A, A_dot, Complex(-h))).logdet()) / (2 * h);
    const double dot = ad::logdet_jvp(cholesky(A), A_dot);
    EXPECT_NEAR(dot, difference, 1e-6 * (1 + std::abs(dot)));
    EXPECT_NEAR(ad::logdet_jvp(factor(A), A_dot), dot, 1e-12 * (1 + std::abs(dot)));
}

TEST(LogdetDerivative, BySolvesTakesAnyFactorizationAndTheSign) {
    Random random(5);
    const auto A = unsymmetric_well_conditioned<Complex>(45).A;
    const Complex sign_bar(0.5, 2);
    const auto A_bar = ad::slogdet_vjp_by_solves(lu(A), A, 1.25, sign_bar);
    EXPECT_LE(difference_on_pattern(A_bar, ad::slogdet_vjp(lu(dense(A)), 1.25, sign_bar)), 1e-12);
    EXPECT_TRUE(near(ad::slogdet_vjp_by_solves(lu(A), to_csc(A), 1.25, sign_bar), dense(A_bar), 1e-12));
}

TEST(LogdetDerivative, RefusesWhatHasNoSelectedInverse) {
    const auto A = hermitian_definite<double>(10).A;
    const auto general = unsymmetric_well_conditioned<double>(10).A;
    const auto F = cholesky(A);
    EXPECT_TRUE(throws<Unsupported>([&] { (void)ad::logdet_vjp(factor(general), general, 1); }, "slogdet_vjp_by_solves"));
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)ad::logdet_vjp(F, identity<double>(9), 1); }, "10×10", "9×9"));
    EXPECT_TRUE(
        throws<InvalidArgument>([&] { (void)ad::logdet_vjp(F, A, std::numeric_limits<double>::quiet_NaN()); }, "bar"));
    const auto diagonal = cholesky(identity<double>(3));
    EXPECT_TRUE(throws<PatternMismatch>([&] { (void)ad::logdet_jvp(diagonal, poisson_1d<double>(3)); }, "(0, 1)"));
    EXPECT_EQ(ad::logdet_vjp(diagonal, identity<double>(3), 2).coeff(1, 1), 2);
    const Csr<double> empty(0, 0);
    EXPECT_EQ(ad::logdet_jvp(cholesky(empty), empty), 0);
}

}  // namespace
}  // namespace tamis::test
