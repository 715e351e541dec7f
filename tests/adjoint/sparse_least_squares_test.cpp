// least_squares_vjp and least_squares_jvp of sparse matrices, tall, square and wide.
#include <complex>
#include <limits>

#include <gtest/gtest.h>

#include <tamis/adjoint.hpp>

#include "adjoint/pairing.hpp"
#include "support/assembly.hpp"
#include "support/random.hpp"
#include "support/types.hpp"
#include "tamis_backends.hpp"

namespace tamis::test {
namespace {

namespace ad = tamis::derivatives;
using Complex = std::complex<double>;

#if TAMIS_WITH_GPL  // sparse QR

// Of full rank: a dominant diagonal in the leading square, a few entries everywhere.
template <class T, class I = std::int32_t>
Csr<T, I> full_rank(std::int64_t rows, std::int64_t cols, std::uint64_t seed) {
    Random random(seed);
    Assembly<T, I> A(rows, cols);
    for (std::int64_t i = 0; i < std::min(rows, cols); ++i) A.set(i, i, T(3));
    for (std::int64_t q = 0; q < 3 * std::max(rows, cols); ++q)
        A.set(random.below(rows), random.below(cols), random.value<T>());
    for (std::int64_t i = 0; i < std::min(rows, cols); ++i) A.set(i, i, T(3));
    return A.csr();
}

template <class P>
class SparseLeastSquaresDerivatives : public ::testing::Test {};
TYPED_TEST_SUITE(SparseLeastSquaresDerivatives, AllScalarsAndIndices, TypeName);

TYPED_TEST(SparseLeastSquaresDerivatives, ForwardAndReverseAreTransposed) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    Random random(1);
    for (const auto& [m, n] : {std::pair<std::int64_t, std::int64_t>{40, 25}, {25, 25}, {20, 33}}) {
        const auto A = full_rank<T, I>(m, n, 2);
        const auto F = qr(A);
        const Matrix<T> b = random.matrix<T>(m, 2);
        const Matrix<T> x = F.solve(b);
        const Matrix<T> residual = b - A * x;
        const Matrix<T> x_bar = random.matrix<T>(n, 2);
        const Matrix<T> b_dot = random.matrix<T>(m, 2);
        const auto A_dot = tangent_on(A, false, random);
        const auto bar = ad::least_squares_vjp(F, A, x, residual, x_bar);
        const Matrix<T> x_dot = ad::least_squares_jvp(F, A, x, residual, A_dot, b_dot);
        EXPECT_TRUE(paired<T>(Pairing()(x_bar, x_dot), Pairing()(bar.A_bar, A_dot)(bar.b_bar, b_dot), 1000))
            << m << " " << n;
    }
}

TEST(SparseLeastSquaresDerivative, ForwardIsTheDifferenceOfSolutions) {
    Random random(3);
    for (const auto& [m, n] : {std::pair<std::int64_t, std::int64_t>{50, 30}, {30, 30}, {30, 44}}) {
        const auto A = full_rank<Complex>(m, n, 4);
        const auto A_dot = tangent_on(A, false, random);
        const Vector<Complex> b = random.vector<Complex>(m);
        const Vector<Complex> b_dot = random.vector<Complex>(m);
        const auto F = qr(A);
        const Vector<Complex> x = F.solve(b);
        const Vector<Complex> x_dot = ad::least_squares_jvp(F, A, x, b - A * x, A_dot, b_dot);
        const double h = 1e-4;
        const auto at = [&](double t) {
            return Vector<Complex>(qr(moved(A, A_dot, Complex(t))).solve(Vector<Complex>(b + t * b_dot)));
        };
        EXPECT_LT(((at(h) - at(-h)) / (2 * h) - x_dot).norm(), 1e-5 * (1 + x_dot.norm())) << m << " " << n;
        // By columns, by the erased class, and a tangent of another format.
        const auto columns = to_csc(A);
        const Vector<Complex> x_bar = random.vector<Complex>(n);
        const auto expected = ad::least_squares_vjp(F, A, x, b - A * x, x_bar);
        const auto by_columns = ad::least_squares_vjp(factor(columns, Method::qr), columns, x, b - A * x, x_bar);
        EXPECT_TRUE(near(by_columns.A_bar, dense(expected.A_bar), 1e-11));
        EXPECT_TRUE(near(ad::least_squares_jvp(F, A, x, b - A * x, to_csc(A_dot), b_dot), x_dot, 1e-11));
    }
}

TEST(SparseLeastSquaresDerivative, ASquareSystemHasTheDerivativeOfTheSolve) {
    Random random(5);
    const auto A = full_rank<double>(30, 30, 6);
    const Vector<double> x = random.vector<double>(30);
    const Vector<double> x_bar = random.vector<double>(30);
    const auto bar = ad::least_squares_vjp(qr(A), A, x, Vector<double>::Zero(30), x_bar);
    const auto expected = ad::solve_vjp(lu(A), A, x, x_bar);
    EXPECT_TRUE(near(bar.A_bar, dense(expected.A_bar), 1e-12));
    EXPECT_TRUE(near(bar.b_bar, expected.b_bar, 1e-12));
}

TEST(SparseLeastSquaresDerivative, RefusesDeficientRankAndWhatDoesNotFit) {
    const auto A = full_rank<double>(8, 5, 7);
    const auto F = qr(A);
    const Vector<double> five = Vector<double>::Ones(5);
    const Vector<double> eight = Vector<double>::Ones(8);
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)ad::least_squares_vjp(F, A, eight, eight, five); }, "8×1", "5×1"));
    EXPECT_TRUE(
        throws<DimensionMismatch>([&] { (void)ad::least_squares_vjp(F, A, five, five, five); }, "residual", "5×1", "8×1"));
    EXPECT_TRUE(throws<DimensionMismatch>(
        [&] { (void)ad::least_squares_jvp(F, A, five, eight, identity<double>(5), eight); }, "5×5", "8×5"));
    EXPECT_TRUE(
        throws<DimensionMismatch>([&] { (void)ad::least_squares_vjp(F, identity<double>(5), five, five, five); }, "8×5"));
    Vector<double> bad = five;
    bad[2] = std::numeric_limits<double>::quiet_NaN();
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)ad::least_squares_vjp(F, A, five, eight, bad); }, "x_bar", "row 2"));
    Coo<double> twice(4, 2);
    for (std::int64_t i = 0; i < 4; ++i)
        for (std::int64_t j = 0; j < 2; ++j) twice.add(i, j, 1.0);
    const auto D = to_csr(twice);
    EXPECT_TRUE(throws<SingularMatrix>(
        [&] {
            (void)ad::least_squares_vjp(qr(D), D, Vector<double>::Ones(2), Vector<double>::Ones(4), Vector<double>::Ones(2));
        },
        "rank 1", "4×2"));
    // ‖b − a x‖ with one unknown: x = aᵀb / aᵀa.
    Coo<double> column(2, 1);
    column.add(0, 0, 1.0);
    column.add(1, 0, 1.0);
    const auto a = to_csr(column);
    const Vector<double> b{{3.0, 1.0}};
    const Vector<double> x = qr(a).solve(b);
    const auto bar = ad::least_squares_vjp(qr(a), a, x, b - a * x, Vector<double>::Ones(1));
    // ∂x/∂a_i = (b_i − 2 a_i x) / aᵀa with x = 2.
    EXPECT_NEAR(bar.A_bar.coeff(0, 0), -0.5, 1e-14);
    EXPECT_NEAR(bar.A_bar.coeff(1, 0), -1.5, 1e-14);
    EXPECT_NEAR(bar.b_bar[0], 0.5, 1e-14);
}

#endif

}  // namespace
}  // namespace tamis::test
