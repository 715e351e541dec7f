#include <tamis/dense/equations.hpp>

#include <cmath>
#include <complex>
#include <cstdint>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "support/assertions.hpp"
#include "support/dense_oracle.hpp"
#include "support/spectral_matrices.hpp"
#include "support/tolerance.hpp"
#include "support/types.hpp"

namespace tamis::test {
namespace {

using Complex = std::complex<double>;

/// A with its spectrum moved by `shift` and scaled to ‖A‖₁ ≈ `size`.
template <class T>
Matrix<T> moved_spectrum(Matrix<T> A, double size, double shift) {
    const double norm = one_norm_of(A);
    if (norm > 0) A *= scalar<T>(size / norm);
    for (std::int64_t i = 0; i < A.rows(); ++i) A(i, i) += scalar<T>(shift);
    return A;
}

/// ‖A X + X B − C‖_F / (((‖A‖ + ‖B‖) ‖X‖ + ‖C‖) n ε).
template <class T>
double sylvester_ratio(const Matrix<T>& A, const Matrix<T>& B, const Matrix<T>& X, const Matrix<T>& C) {
    Matrix<T> R = product<T>(A, X);
    R += product<T>(X, B);
    R -= C;
    const double scale = (frobenius_norm(A) + frobenius_norm(B)) * frobenius_norm(X) + frobenius_norm(C);
    return lapack_ratio<T>(frobenius_norm(R), scale, std::max(A.rows(), B.rows()));
}
template <class T>
double stein_ratio(const Matrix<T>& A, const Matrix<T>& X, const Matrix<T>& Q) {
    Matrix<T> R = product<T>(product<T>(A, X), A.adjoint());
    R -= X;
    R += Q;
    const double a = frobenius_norm(A);
    return lapack_ratio<T>(frobenius_norm(R), (a * a + 1) * frobenius_norm(X) + frobenius_norm(Q), A.rows());
}

template <class P>
class MatrixEquations : public ::testing::Test {};
TYPED_TEST_SUITE(MatrixEquations, AllScalars, TypeName);

TYPED_TEST(MatrixEquations, LeaveSmallResiduals) {
    using T = typename TypeParam::T;
    const std::int64_t n = 20;
    const Matrix<T> B = moved_spectrum<T>(Random(4).matrix<T>(13, 13), 0.5, 1.25);
    for (const auto& [name, M] : spectral_gallery<T>(n)) {
        SCOPED_TRACE(name);
        const std::int64_t m = M.rows();
        const Matrix<T> C = Random(5).matrix<T>(m, 13);
        const Matrix<T> A = moved_spectrum<T>(M, 0.9, 1.5);
        EXPECT_LE(sylvester_ratio<T>(A, B, solve_sylvester(A, B, C), C), lapack_ratio_limit);
        const Matrix<T> Q = Random(6).matrix<T>(m, m);
        const Matrix<T> adjoint = A.adjoint();
        EXPECT_LE(sylvester_ratio<T>(A, adjoint, solve_lyapunov(A, Q), Q), lapack_ratio_limit);
        // Within the unit disk, and outside.
        for (const double size : {0.95, 0.4}) {
            const Matrix<T> S = moved_spectrum<T>(M, size, size < 0.5 ? 2 : 0);
            EXPECT_LE(stein_ratio<T>(S, solve_discrete_lyapunov(S, Q), Q), lapack_ratio_limit);
        }
    }
}

TYPED_TEST(MatrixEquations, HermitianRightSidesHaveHermitianSolutions) {
    using T = typename TypeParam::T;
    const std::int64_t n = 17;
    const Matrix<T> A = moved_spectrum<T>(Random(4).matrix<T>(n, n), 1, -1.5);
    const Matrix<T> Q = with_eigenvalues<T>(spectrum(3, n, 100));
    const Matrix<T> X = solve_lyapunov(A, Matrix<T>(-Q));
    EXPECT_TRUE(equal(Matrix<T>(X.adjoint()), X));
    EXPECT_GT(hermitian_eigenvalues(in_double(X))[0], 0);
    const Matrix<T> S = moved_spectrum<T>(Random(4).matrix<T>(n, n), 0.99, 0);
    const Matrix<T> Y = solve_discrete_lyapunov(S, Q);
    EXPECT_TRUE(equal(Matrix<T>(Y.adjoint()), Y));
    EXPECT_GT(hermitian_eigenvalues(in_double(Y))[0], 0);
}

TEST(Equations, LargeOnesAreSolvedInBlocks) {
    const Matrix<double> A = moved_spectrum<double>(Random(1).matrix<double>(150, 150), 40, 45);
    const Matrix<double> B = moved_spectrum<double>(Random(2).matrix<double>(97, 97), 30, 45);
    const Matrix<double> C = Random(3).matrix<double>(150, 97);
    EXPECT_LE(sylvester_ratio<double>(A, B, solve_sylvester(A, B, C), C), lapack_ratio_limit);
    const Matrix<double> D = C.transpose();
    EXPECT_LE(sylvester_ratio<double>(B, A, solve_sylvester(B, A, D), D), lapack_ratio_limit);
    const Matrix<double> Q = Random(4).matrix<double>(150, 150);
    EXPECT_LE(sylvester_ratio<double>(A, A.transpose(), solve_lyapunov(A, Q), Q), lapack_ratio_limit);
    const Matrix<double> S = moved_spectrum<double>(Random(1).matrix<double>(150, 150), 3, 0);
    EXPECT_LE(stein_ratio<double>(S, solve_discrete_lyapunov(S, Q), Q), lapack_ratio_limit);
}

TEST(Equations, GiveTheDocumentedNumbersOfSciPy) {
    Matrix<double> A(3, 3);
    A << -3, -2, 0, -1, -1, 3, 3, -5, -1;
    const Matrix<double> X =
        solve_sylvester(A, Matrix<double>(Matrix<double>::Ones(1, 1)), Vector<double>(Eigen::Vector3d(1, 2, 3)));
    EXPECT_TRUE(near(X, Matrix<double>(Eigen::Vector3d(0.0625, -0.5625, 0.6875)), 1e-14));
    Matrix<double> B(3, 3), Y(3, 3);
    B << -3, -2, 0, -1, -1, 0, 0, -5, -1;
    Y << -0.75, 0.875, -3.75, 0.875, -1.375, 5.3125, -3.75, 5.3125, -27.0625;
    EXPECT_TRUE(near(solve_lyapunov(B, Matrix<double>(Matrix<double>::Identity(3, 3))), Y, 1e-13));
    Matrix<double> D(2, 2), Z(2, 2);
    D << 0.2, 0.5, 0.7, -0.9;
    Z << 0.70872893, 1.43518822, 1.43518822, -2.4266315;
    EXPECT_TRUE(near(solve_discrete_lyapunov(D, Matrix<double>(Matrix<double>::Identity(2, 2))), Z, 1e-8));
}

TEST(Equations, KnownSolutionsComeBack) {
    // Diagonal coefficients divide entry by entry.
    const Eigen::Vector3d a(1, 2, 4);
    const Eigen::Vector2d b(8, -16);
    Matrix<double> C(3, 2), X(3, 2);
    C << 1, 2, 3, 4, 5, 6;
    for (int i = 0; i < 3; ++i)
        for (int j = 0; j < 2; ++j) X(i, j) = C(i, j) / (a[i] + b[j]);
    EXPECT_TRUE(near(solve_sylvester(Matrix<double>(a.asDiagonal()), Matrix<double>(b.asDiagonal()), C), X, 1e-15));
    // One number: conj in the adjoint.
    const Matrix<Complex> z = Matrix<Complex>::Constant(1, 1, Complex(0.5, 2));
    const Matrix<Complex> one = Matrix<Complex>::Ones(1, 1);
    EXPECT_TRUE(near(solve_lyapunov(z, one), one, 1e-15));
    EXPECT_TRUE(near(solve_discrete_lyapunov(z, one), Matrix<Complex>(one / (1 - 4.25)), 1e-15));
    EXPECT_EQ(solve_sylvester(Matrix<double>(0, 0), Matrix<double>(2, 2).setOnes(), Matrix<double>(0, 2)).cols(), 2);
    EXPECT_EQ(solve_lyapunov(Matrix<double>(0, 0), Matrix<double>(0, 0)).size(), 0);
    EXPECT_EQ(solve_discrete_lyapunov(Matrix<double>(0, 0), Matrix<double>(0, 0)).size(), 0);
}

TEST(Equations, ScalesFarFromOneAreNoObstacle) {
    const Matrix<double> A = moved_spectrum<double>(Random(1).matrix<double>(10, 10), 1, 2);
    const Matrix<double> Q = Random(2).matrix<double>(10, 10);
    const Matrix<double> X = solve_lyapunov(A, Q);
    for (const double scale : {0x1p-900, 0x1p+900}) {
        EXPECT_TRUE(near(Matrix<double>(solve_lyapunov(Matrix<double>(A * scale), Q) * scale), X, 1e-13));
        EXPECT_TRUE(near(Matrix<double>(solve_lyapunov(A, Matrix<double>(Q * scale)) / scale), X, 1e-13));
    }
    EXPECT_TRUE(throws<SingularMatrix>(
        [&] { (void)solve_lyapunov(Matrix<double>(A * 0x1p-900), Matrix<double>(Q * 0x1p+900)); }, "overflows"));
}

TEST(Equations, CommonEigenvaluesAreNamed) {
    Matrix<double> A(2, 2), B(2, 2);
    A << 1, 5, 0, 3;
    B << -3, 1, 0, 7;
    const Matrix<double> C = Matrix<double>::Ones(2, 2);
    EXPECT_TRUE(throws<SingularMatrix>([&] { (void)solve_sylvester(A, B, C); }, "solve_sylvester", "the eigenvalue 3",
                                       "the eigenvalue -3"));
    A << 0, 1, -1, 0;
    EXPECT_TRUE(throws<SingularMatrix>([&] { (void)solve_lyapunov(A, C); }, "solve_lyapunov", "no unique solution"));
    A << 2, 1, 0, 0.5;
    EXPECT_TRUE(throws<SingularMatrix>([&] { (void)solve_discrete_lyapunov(A, C); }, "product"));
}

TEST(Equations, ReadRowMajorOperandsAndRefuseWrongOnes) {
    using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    const Matrix<double> A = moved_spectrum<double>(Random(1).matrix<double>(5, 5), 1, 2);
    const Matrix<double> B = moved_spectrum<double>(Random(2).matrix<double>(4, 4), 1, 2);
    const Matrix<double> C = Random(3).matrix<double>(5, 4);
    const Matrix<double> Q = Random(3).matrix<double>(5, 5);
    EXPECT_TRUE(equal(solve_sylvester(RowMajor(A), RowMajor(B), RowMajor(C)), solve_sylvester(A, B, C)));
    EXPECT_TRUE(equal(solve_lyapunov(RowMajor(A), RowMajor(Q)), solve_lyapunov(A, Q)));
    EXPECT_TRUE(equal(solve_discrete_lyapunov(RowMajor(A), RowMajor(Q)), solve_discrete_lyapunov(A, Q)));
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)solve_sylvester(C, B, C); }));
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)solve_sylvester(A, C, C); }));
    const auto wrong = thrown<DimensionMismatch>([&] { (void)solve_sylvester(A, B, Q); });
    ASSERT_TRUE(wrong);
    EXPECT_EQ(wrong->expected(), 4);
    EXPECT_EQ(wrong->got(), 5);
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)solve_lyapunov(A, C); }));
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)solve_discrete_lyapunov(A, B); }));
    Matrix<double> bad = Q;
    bad(3, 2) = std::numeric_limits<double>::quiet_NaN();
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)solve_lyapunov(A, bad); }, "Q", "row 3, column 2"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)solve_discrete_lyapunov(bad, A); }, "A", "row 3, column 2"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)solve_sylvester(bad, B, C); }, "A", "row 3, column 2"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)solve_sylvester(B, bad, C.transpose()); }, "B", "row 3, column 2"));
}

}  // namespace
}  // namespace tamis::test
