#include <tamis/dense/riccati.hpp>

#include <cmath>
#include <complex>
#include <cstdint>
#include <limits>

#include <gtest/gtest.h>

#include <tamis/dense/eig.hpp>
#include <tamis/dense/equations.hpp>

#include "support/assertions.hpp"
#include "support/dense_matrices.hpp"
#include "support/dense_oracle.hpp"
#include "support/tolerance.hpp"
#include "support/types.hpp"

namespace tamis::test {
namespace {

using Complex = std::complex<double>;

template <class T>
Matrix<T> of(std::int64_t rows, std::int64_t cols, std::initializer_list<double> values) {
    Matrix<T> M(rows, cols);
    auto v = values.begin();
    for (std::int64_t i = 0; i < rows; ++i)
        for (std::int64_t j = 0; j < cols; ++j) M(i, j) = scalar<T>(*v++);
    return M;
}
Matrix<double> identity_of(std::int64_t n) {
    return Matrix<double>::Identity(n, n);
}

/// M := M + sign·N, without an expression to instantiate.
template <class T>
void add_to(Matrix<T>& M, const Matrix<T>& N, double sign = 1) {
    for (std::int64_t i = 0; i < M.size(); ++i) M.data()[i] += scalar<T>(sign) * N.data()[i];
}

template <class P>
class Riccati : public ::testing::Test {};
TYPED_TEST_SUITE(Riccati, AllScalars, TypeName);

TYPED_TEST(Riccati, SolutionsStabilizeAndLeaveSmallResiduals) {
    using T = typename TypeParam::T;
    const double eps = static_cast<double>(epsilon_v<T>);
    for (const auto& [n, m] : {std::pair<std::int64_t, std::int64_t>(12, 3), {7, 7}, {3, 5}, {1, 1}}) {
        SCOPED_TRACE(std::to_string(n) + " states, " + std::to_string(m) + " controls");
        const Matrix<T> A = Random(3).matrix<T>(n, n);
        const Matrix<T> B = Random(4).matrix<T>(n, m);
        const Matrix<T> Q = with_eigenvalues<T>(spectrum(3, n, 100), 5);
        const Matrix<T> R = with_eigenvalues<T>(spectrum(4, m, 3), 6);
        const Matrix<T> adjoint = A.adjoint();
        for (const bool continuous : {true, false}) {
            SCOPED_TRACE(continuous ? "continuous" : "discrete");
            const auto S =
                continuous ? solve_riccati_with_report(A, B, Q, R) : solve_discrete_riccati_with_report(A, B, Q, R);
            EXPECT_TRUE(equal(Matrix<T>(S.x.adjoint()), S.x));
            EXPECT_TRUE(equal(continuous ? solve_riccati(A, B, Q, R) : solve_discrete_riccati(A, B, Q, R), S.x));
            EXPECT_GT(hermitian_eigenvalues(in_double(S.x))[0], 0);
            EXPECT_LE(S.relative_residual, 10 * eps);
            EXPECT_GT(S.rcond, 1e-4);
            // The residual anew: XAᶜ + AᴴX + Q, or AᴴXAᶜ − X + Q, with the closed loop Aᶜ = A − BK.
            Matrix<T> closed = A;
            add_to(closed, product<T>(B, S.gain), -1);
            const Matrix<T> left = product<T>(adjoint, S.x);
            Matrix<T> residual = continuous ? product<T>(S.x, closed) : product<T>(left, closed);
            add_to(residual, continuous ? left : S.x, continuous ? 1 : -1);
            add_to(residual, Q);
            const double scale = frobenius_norm(S.x) * (1 + frobenius_norm(A)) * (1 + frobenius_norm(A));
            EXPECT_LE(frobenius_norm(residual), 300 * eps * scale);
            for (const auto& x : eigvals(closed)) {
                if (continuous) EXPECT_LT(x.real(), 0);
                else EXPECT_LT(std::abs(x), 1);
                double nearest = 1e300;
                for (const auto& y : S.closed_loop_eigenvalues)
                    nearest = std::min(nearest, static_cast<double>(std::abs(x - y)));
                EXPECT_LE(nearest, 3e4 * eps);
            }
        }
    }
}

TEST(RiccatiEquations, GiveTheDocumentedNumbersOfSciPy) {
    const auto one = of<double>(1, 1, {1});
    EXPECT_TRUE(near(
        solve_riccati(of<double>(2, 2, {4, 3, -4.5, -3.5}), of<double>(2, 1, {1, -1}), of<double>(2, 2, {9, 6, 6, 4}), one),
        of<double>(2, 2, {21.72792206, 14.48528137, 14.48528137, 9.65685425}), 1e-8));
    EXPECT_TRUE(near(solve_discrete_riccati(of<double>(2, 2, {0, 1, 0, -1}), of<double>(2, 2, {1, 0, 2, 1}),
                                            of<double>(2, 2, {-4, -4, -4, 7}), of<double>(2, 2, {9, 3, 3, 1})),
                     of<double>(2, 2, {-4, -4, -4, 7}), 1e-12));
}

TEST(RiccatiEquations, KnownSolutionsComeBackHoweverTheyAreScaled) {
    // 2 a x − b² x² / r + q = 0
    for (const double q : {1e-8, 1.0, 1e8})
        for (const double r : {1e-6, 1.0, 1e6}) {
            const double a = 0.5, b = 2;
            const double x = r * (a + std::sqrt(a * a + b * b * q / r)) / (b * b);
            const auto S = solve_riccati_with_report(of<double>(1, 1, {a}), of<double>(1, 1, {b}), of<double>(1, 1, {q}),
                                                     of<double>(1, 1, {r}));
            EXPECT_NEAR(S.x(0, 0) / x, 1, 1e-14) << q << ", " << r;
            EXPECT_NEAR(S.gain(0, 0) / (b * x / r), 1, 1e-14);
            EXPECT_NEAR(S.closed_loop_eigenvalues[0].real() / (a - b * b * x / r), 1, 1e-12);
        }
    // Benner, Laub, Mehrmann, "A collection of benchmark examples for the numerical solution of algebraic Riccati equations
    // I", 1995, example 7 in the form that its parameter makes ill-conditioned: X = [√(1 + 2e)/e, 1; 1, √(1 + 2e)].
    for (const double e : {1.0, 1e-3, 1e-6}) {
        const double c = std::sqrt(1 + 2 * e);
        const Matrix<double> X =
            solve_riccati(of<double>(2, 2, {0, e, 0, 0}), of<double>(2, 1, {0, 1}), identity_of(2), identity_of(1));
        EXPECT_NEAR(X(0, 0) * e / c, 1, 1e-8) << e;
        EXPECT_NEAR(X(1, 0), 1, 1e-8) << e;
        EXPECT_NEAR(X(1, 1) / c, 1, 1e-8) << e;
    }
    // a² x − x − a² x² / (r + x) + q = 0; without a cost of control the state is brought to zero at once, at the price q.
    EXPECT_NEAR(
        solve_discrete_riccati(of<double>(1, 1, {3}), identity_of(1), of<double>(1, 1, {5}), of<double>(1, 1, {0}))(0, 0), 5,
        1e-14);
    const double x = (9 + std::sqrt(85.0)) / 2;  // a = 3, r = q = 1: x² − 9 x − 1 = 0
    EXPECT_NEAR(solve_discrete_riccati(of<double>(1, 1, {3}), identity_of(1), identity_of(1), identity_of(1))(0, 0), x,
                1e-13);
    // A complex one: AᴴX + XA doubles the real part alone.
    Matrix<Complex> z(1, 1);
    z(0, 0) = Complex(0.5, 7);
    const Matrix<Complex> one = Matrix<Complex>::Ones(1, 1);
    EXPECT_NEAR(std::abs(solve_riccati(z, one, one, one)(0, 0) - (0.5 + std::sqrt(1.25))), 0, 1e-14);
}

TEST(RiccatiEquations, WithoutControlsTheyAreLyapunovs) {
    Matrix<double> A = Random(3).matrix<double>(6, 6);
    A.diagonal().array() -= 4;
    const Matrix<double> Q = with_eigenvalues<double>(spectrum(3, 6, 10));
    const Matrix<double> none(6, 0);
    EXPECT_TRUE(near(solve_riccati(A, none, Q, Matrix<double>(0, 0)),
                     solve_lyapunov(Matrix<double>(A.transpose()), Matrix<double>(-Q)), 1e-13));
    A /= 8;
    EXPECT_TRUE(near(solve_discrete_riccati(A, none, Q, Matrix<double>(0, 0)),
                     solve_discrete_lyapunov(Matrix<double>(A.transpose()), Q), 1e-13));
    const Matrix<double> empty(0, 0);
    EXPECT_EQ(solve_riccati(empty, Matrix<double>(0, 2), empty, identity_of(2)).size(), 0);
    EXPECT_EQ(solve_discrete_riccati_with_report(empty, Matrix<double>(0, 2), empty, identity_of(2)).gain.rows(), 2);
}

TEST(RiccatiEquations, SayWhyThereIsNoStabilizingSolution) {
    // An unstable mode without an input.
    const auto unreachable = of<double>(2, 1, {0, 1});
    EXPECT_TRUE(throws<InvalidArgument>(
        [&] {
            (void)solve_riccati(of<double>(2, 2, {1, 0, 0, -1}), unreachable, identity_of(2), identity_of(1));
        },
        "no stabilizing solution", "stabilizable"));
    EXPECT_TRUE(throws<InvalidArgument>(
        [&] {
            (void)solve_discrete_riccati(of<double>(2, 2, {2, 0, 0, 0.5}), unreachable, identity_of(2), identity_of(1));
        },
        "no stabilizing solution", "stabilizable"));
    // Undamped modes that cost nothing stay undamped.
    const auto rotation = of<double>(2, 2, {0, 1, -1, 0});
    const Matrix<double> nothing = Matrix<double>::Zero(2, 2);
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)solve_riccati(rotation, identity_of(2), nothing, identity_of(2)); },
                                        "no stabilizing solution", "imaginary axis"));
    EXPECT_TRUE(
        throws<InvalidArgument>([&] { (void)solve_discrete_riccati(rotation, identity_of(2), nothing, identity_of(2)); },
                                "no stabilizing solution", "unit circle"));
    EXPECT_TRUE(throws<SingularMatrix>(
        [&] {
            (void)solve_riccati(rotation, identity_of(2), identity_of(2), of<double>(2, 2, {1, 1, 1, 1}));
        },
        "solve_riccati", "R is singular"));
}

TEST(RiccatiEquations, ReadRowMajorOperandsAndRefuseWrongOnes) {
    using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    const Matrix<double> A = Random(3).matrix<double>(4, 4);
    const Matrix<double> B = Random(4).matrix<double>(4, 2);
    EXPECT_TRUE(equal(solve_riccati(RowMajor(A), RowMajor(B), identity_of(4), identity_of(2)),
                      solve_riccati(A, B, identity_of(4), identity_of(2))));
    const auto rows =
        thrown<DimensionMismatch>([&] { (void)solve_riccati(A, identity_of(3), identity_of(4), identity_of(3)); });
    ASSERT_TRUE(rows);
    EXPECT_EQ(rows->expected(), 4);
    EXPECT_EQ(rows->got(), 3);
    EXPECT_TRUE(
        throws<DimensionMismatch>([&] { (void)solve_riccati(A, B, identity_of(4), identity_of(3)); }, "B has 2 columns"));
    EXPECT_TRUE(
        throws<DimensionMismatch>([&] { (void)solve_riccati(A, B, identity_of(3), identity_of(2)); }, "Q has 3 rows"));
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)solve_discrete_riccati(B, B, identity_of(4), identity_of(2)); }));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)solve_riccati(A, B, A, identity_of(2)); }, "(Q)", "not Hermitian"));
    EXPECT_TRUE(throws<InvalidArgument>(
        [&] {
            (void)solve_riccati(A, B, identity_of(4), of<double>(2, 2, {1, 2, 3, 4}));
        },
        "(R)"));
    Matrix<double> bad = A;
    bad(3, 2) = std::numeric_limits<double>::quiet_NaN();
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)solve_riccati(bad, B, identity_of(4), identity_of(2)); }, "A",
                                        "row 3, column 2"));
    EXPECT_TRUE(
        throws<InvalidArgument>([&] { (void)solve_discrete_riccati(A, B, bad, identity_of(2)); }, "Q", "row 3, column 2"));
    // Rounding is no asymmetry: Q as a product.
    const Matrix<double> C = Random(5).matrix<double>(9, 4) * 1e3;
    Matrix<double> Q = C.transpose() * C;
    Q(2, 1) *= 1 + 4e-16;
    EXPECT_LE(solve_riccati_with_report(A, B, Q, identity_of(2)).relative_residual, 1e-14);
}

}  // namespace
}  // namespace tamis::test
