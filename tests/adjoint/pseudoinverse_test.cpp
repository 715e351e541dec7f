// Norms, the pseudoinverse and least squares: what the singular values have derivatives of.
#include <cmath>
#include <complex>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <tamis/adjoint/least_squares.hpp>
#include <tamis/adjoint/norm.hpp>
#include <tamis/adjoint/pinv.hpp>
#include <tamis/dense/norms.hpp>
#include <tamis/dense/subspaces.hpp>

#include "support/assertions.hpp"
#include "support/dense_matrices.hpp"
#include "support/differences.hpp"
#include "support/types.hpp"

namespace tamis::test {
namespace {

using derivatives::least_squares_jvp;
using derivatives::least_squares_vjp;
using derivatives::norm_jvp;
using derivatives::norm_vjp;
using derivatives::pinv_jvp;
using derivatives::pinv_vjp;

template <class P>
class DerivativesOfPseudoinverses : public ::testing::Test {};
TYPED_TEST_SUITE(DerivativesOfPseudoinverses, AllScalars, TypeName);

template <class T>
double tolerance_of_derivatives() {
    return sizeof(Real<T>) == 4 ? 5e-4 : 2e-10;
}

constexpr std::pair<std::int64_t, std::int64_t> shapes[] = {{5, 3}, {3, 5}, {4, 4}, {1, 3}, {4, 1}, {1, 1}};

TYPED_TEST(DerivativesOfPseudoinverses, OfEveryNorm) {
    using T = typename TypeParam::T;
    for (const auto& [m, n] : shapes) {
        const Matrix<T> A = Random(3).matrix<T>(m, n), E = Random(4).matrix<T>(m, n);
        for (const Norm which : {Norm::one, Norm::inf, Norm::frobenius, Norm::max, Norm::two, Norm::nuclear, Norm::minus_one,
                                 Norm::minus_two, Norm::minus_inf}) {
            SCOPED_TRACE(std::to_string(m) + "×" + std::to_string(n) + ", norm " + std::to_string(static_cast<int>(which)));
            const auto value = [&](const auto& X) {
                using M = std::remove_cvref_t<decltype(X)>;
                return M(M::Constant(1, 1, typename M::Scalar(norm(X, which))));
            };
            const auto tangent = [&](const auto& X, const auto& D) {
                using M = std::remove_cvref_t<decltype(X)>;
                return M(M::Constant(1, 1, typename M::Scalar(norm_jvp(X, which, D))));
            };
            // Differences across a kink would be wrong; these matrices have none near.
            EXPECT_TRUE(near(tangent(A, E), expected_tangent(A, E, value, tangent), tolerance_of_derivatives<T>()));
            const Real<T> bar = Real<T>(-1.5);
            const Matrix<T> A_bar = norm_vjp(A, which, bar);
            const double forward = double(bar) * double(norm_jvp(A, which, E));
            EXPECT_TRUE(adjoint_to_each_other(forward, paired(A_bar, E), 10, double(epsilon_v<T>)));
            if (which == Norm::two || which == Norm::nuclear || which == Norm::minus_two || which == Norm::frobenius) {
                EXPECT_TRUE(near(norm_vjp(svd(A), which, bar), A_bar, 100 * double(epsilon_v<T>)));
            } else {
                EXPECT_TRUE(throws<InvalidArgument>([&] { (void)norm_vjp(svd(A), which, bar); }, "give the matrix itself"));
            }
        }
    }
}

TYPED_TEST(DerivativesOfPseudoinverses, OfThePseudoinverseOfFullAndOfConstantRank) {
    using T = typename TypeParam::T;
    for (const auto& [m, n] : shapes) {
        SCOPED_TRACE(std::to_string(m) + "×" + std::to_string(n));
        const std::int64_t k = std::min(m, n);
        const Matrix<T> A = with_singular_values<T>(m, n, spectrum(4, k, 4)), E = Random(3).matrix<T>(m, n);
        const auto value = [](const auto& X) { return pinv(X); };
        const auto tangent = [](const auto& X, const auto& D) { return pinv_jvp(X, D); };
        const Matrix<T> X_dot = pinv_jvp(svd(A), E), X_bar = Random(4).matrix<T>(n, m);
        EXPECT_TRUE(near(X_dot, expected_tangent(A, E, value, tangent), tolerance_of_derivatives<T>()));
        EXPECT_TRUE(near(tangent(A, E), X_dot, 1e3 * double(epsilon_v<T>)));
        const Matrix<T> A_bar = pinv_vjp(A, X_bar);
        EXPECT_TRUE(near(pinv_vjp(svd(A, {.vectors = Vectors::full}), X_bar), A_bar, 1e3 * double(epsilon_v<T>)));
        EXPECT_TRUE(adjoint_to_each_other(paired(X_bar, X_dot), paired(A_bar, E), 200, double(epsilon_v<T>)));
    }
}

/// Least squares of every kind: of a vector and of a block, by QR and SVD.
template <class T, class Factor>
void check_least_squares(const Matrix<T>& A, const Factor& factor, std::int64_t columns) {
    const std::int64_t m = A.rows(), n = A.cols();
    const Matrix<T> b = Random(5).matrix<T>(m, columns), E = Random(6).matrix<T>(m, n), d = Random(7).matrix<T>(m, columns);
    const Matrix<T> x_bar = Random(8).matrix<T>(n, columns);
    const auto f = factor(A);
    const Matrix<T> x_dot = least_squares_jvp(f, A, b, E, d);
    const auto [A_bar, b_bar] = least_squares_vjp(f, A, b, x_bar);
    const double scale = 100 * frobenius_norm(x_dot), eps = double(epsilon_v<T>);
    EXPECT_TRUE(adjoint_to_each_other(paired(x_bar, x_dot), paired(A_bar, E) + paired(b_bar, d), scale, eps));
    EXPECT_TRUE(
        adjoint_to_each_other(paired(x_bar, Matrix<T>(least_squares_jvp(f, A, b, E, {}))), paired(A_bar, E), scale, eps));
    EXPECT_TRUE(
        adjoint_to_each_other(paired(x_bar, Matrix<T>(least_squares_jvp(f, A, b, {}, d))), paired(b_bar, d), scale, eps));
    if constexpr (std::is_same_v<T, InDouble<T>>) {
        const auto along = [&](double t) { return Matrix<T>(factor(moved(A, t, E)).solve(moved(b, t, d))); };
        EXPECT_TRUE(near(x_dot, difference_at_zero(along), tolerance_of_derivatives<T>()));
    }
}

TYPED_TEST(DerivativesOfPseudoinverses, OfLeastSquaresAndMinimumNorm) {
    using T = typename TypeParam::T;
    for (const auto& [m, n] : shapes) {
        SCOPED_TRACE(std::to_string(m) + "×" + std::to_string(n));
        const Matrix<T> A = with_singular_values<T>(m, n, spectrum(4, std::min(m, n), 4));
        check_least_squares<T>(
            A, [](const auto& X) { return qr(X); }, 2);
        check_least_squares<T>(
            A, [](const auto& X) { return qr(X, {.pivoting = true}); }, 1);
        check_least_squares<T>(
            A, [](const auto& X) { return svd(X); }, 2);
    }
}

using Z = std::complex<double>;

TEST(DerivativesOfNorms, OfADeficientRankAreTheLeastSubgradient) {
    const Matrix<Z> A = with_singular_values<Z>(6, 4, {3, 3, 0, 0});
    const Matrix<Z> G = norm_vjp(svd(A), Norm::nuclear, 1);
    EXPECT_NEAR(frobenius_norm(G), std::sqrt(2.0), 1e-13);
    EXPECT_NEAR(norm(G, Norm::two), 1, 1e-13);
    EXPECT_NEAR(paired(G, A), norm(A, Norm::nuclear), 1e-12);
    for (std::uint64_t seed = 1; seed < 20; ++seed) {
        const Matrix<Z> B = Random(seed).matrix<Z>(6, 4);
        EXPECT_GE(norm(B, Norm::nuclear), norm(A, Norm::nuclear) + paired(G, Matrix<Z>(B - A)) - 1e-12);
    }
    EXPECT_NEAR(norm_jvp(A, Norm::nuclear, A), norm(A, Norm::nuclear), 1e-12);
    const Matrix<double> zero = Matrix<double>::Zero(3, 2);
    for (const Norm which : {Norm::nuclear, Norm::frobenius}) {
        EXPECT_EQ(max_modulus(norm_vjp(zero, which, 1)), 0);
        EXPECT_EQ(max_modulus(norm_vjp(svd(zero), which, 1)), 0);
    }
    // Entries of zero count for nothing, NaN for an exception.
    Matrix<double> B(2, 2);
    B << -3, 1, 0, 2.5;
    Matrix<double> expected(2, 2);
    expected << 0, 1, 0, 1;
    EXPECT_TRUE(equal(norm_vjp(B, Norm::one, 1), expected));
    expected << -1, 1, 0, 0;
    EXPECT_TRUE(equal(norm_vjp(B, Norm::inf, 1), expected));
    expected << -2, 0, 0, 0;
    EXPECT_TRUE(equal(norm_vjp(B, Norm::max, 2), expected));
}

TEST(DerivativesOfNorms, AreRefusedWhereSeveralAttainThem) {
    const Matrix<Z> A = with_singular_values<Z>(4, 3, {2, 2, 0});
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)norm_vjp(A, Norm::two, 1); }, "singular values 0 and 1 are equal"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)norm_vjp(A, Norm::minus_two, 1); }, "singular value 2 is zero"));
    const Matrix<double> ones = Matrix<double>::Ones(3, 3), zero = Matrix<double>::Zero(2, 2);
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)norm_vjp(ones, Norm::one, 1); }, "columns 0 and 1", "no gradient"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)norm_vjp(ones, Norm::minus_inf, 1); }, "rows 0 and 1"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)norm_vjp(ones, Norm::max, 1); }, "several entries"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)norm_vjp(zero, Norm::max, 1); }, "zero"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)norm_vjp(zero, Norm::two, 1); }, "zero"));
    Matrix<double> bad = ones;
    bad(2, 1) = std::numeric_limits<double>::quiet_NaN();
    for (const Norm which : {Norm::frobenius, Norm::one, Norm::two})
        EXPECT_TRUE(throws<InvalidArgument>([&] { (void)norm_vjp(bad, which, 1); }, "row 2, column 1"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)norm_vjp(ones, Norm::frobenius, infinity); }, "cotangent of the norm"));
    EXPECT_TRUE(
        throws<DimensionMismatch>([&] { (void)norm_jvp(ones, Norm::frobenius, zero); }, "norm_jvp: the tangent of A"));
    EXPECT_EQ(norm_vjp(Matrix<double>(0, 3), Norm::nuclear, 1).cols(), 3);
    EXPECT_EQ(norm_vjp(Matrix<double>(0, 3), Norm::one, 1).cols(), 3);
}

TEST(DerivativesOfNorms, DoNotOverflow) {
    for (const double x : {1e308, 3e-320}) {
        const Matrix<double> A = Matrix<double>::Constant(2, 2, x);
        EXPECT_TRUE(near(norm_vjp(A, Norm::frobenius, 1), Matrix<double>(Matrix<double>::Constant(2, 2, 0.5)), 1e-3));
        const Matrix<Z> B = Matrix<Z>::Constant(1, 1, Z(x, x));
        EXPECT_NEAR(std::abs(norm_vjp(B, Norm::one, 1)(0, 0)), 1, 1e-3);
    }
}

/// A path of matrices of rank 2, its tangent, at t.
Matrix<Z> path_of_rank_two(std::int64_t m, std::int64_t n, double t) {
    return moved(Random(1).matrix<Z>(m, 2), t, Random(2).matrix<Z>(m, 2)) *
           moved(Random(3).matrix<Z>(2, n), t, Random(4).matrix<Z>(2, n));
}
Matrix<Z> tangent_of_path(std::int64_t m, std::int64_t n) {
    return Random(2).matrix<Z>(m, 2) * Random(3).matrix<Z>(2, n) + Random(1).matrix<Z>(m, 2) * Random(4).matrix<Z>(2, n);
}

TEST(DerivativesOfPinv, FollowAPathOfConstantDeficientRank) {
    for (const auto& [m, n] : {std::pair<int, int>(5, 4), {3, 6}}) {
        const Matrix<Z> A = path_of_rank_two(m, n, 0), E = tangent_of_path(m, n);
        const auto f = [m = m, n = n](double t) { return pinv(path_of_rank_two(m, n, t), {.relative = 1e-10}); };
        const Matrix<Z> X_dot = pinv_jvp(A, E), X_bar = Random(9).matrix<Z>(n, m);
        EXPECT_TRUE(near(X_dot, difference_at_zero(f), 1e-8));
        EXPECT_TRUE(adjoint_to_each_other(paired(X_bar, X_dot), paired(pinv_vjp(A, X_bar), E), 1e3, 1e-16));
        EXPECT_TRUE(near(pinv_jvp(svd(A), E, RankOptions{.relative = 1e-8}), X_dot, 1e-12));
    }
    const Matrix<double> zero = Matrix<double>::Zero(3, 2);
    EXPECT_EQ(max_modulus(pinv_vjp(zero, Matrix<double>(Matrix<double>::Ones(2, 3)))), 0);
}

TEST(DerivativesOfLeastSquares, FollowAPathOfConstantDeficientRank) {
    const Matrix<Z> A = path_of_rank_two(6, 4, 0), E = tangent_of_path(6, 4);
    const Vector<Z> b = Random(5).vector<Z>(6), d = Random(6).vector<Z>(6), x_bar = Random(7).vector<Z>(4);
    const auto f = [&](double t) {
        return Matrix<Z>(svd(path_of_rank_two(6, 4, t), {.rank_tolerance = 1e-10}).solve(Vector<Z>(b + t * d)));
    };
    const auto check = [&](const auto& F) {
        const Vector<Z> x_dot = least_squares_jvp(F, A, b, E, d);
        EXPECT_TRUE(near(x_dot, difference_at_zero(f), 1e-8));
        const auto bars = least_squares_vjp(F, A, b, x_bar);
        EXPECT_TRUE(
            adjoint_to_each_other(paired<Z>(x_bar, x_dot), paired(bars.A_bar, E) + paired<Z>(bars.b_bar, d), 1e3, 1e-16));
    };
    check(qr(A));
    check(qr(A, {.pivoting = true}));
    check(svd(A));
}

TEST(DerivativesOfLeastSquares, OfTheResidualsNormAreTheResidual) {
    // d ½‖b − Ax‖² = −Re⟨r, Ȧ x⟩ + Re⟨r, ḃ⟩, as x is optimal: its cotangent, −Aᴴr = 0, adds nothing.
    const Matrix<double> A = with_singular_values<double>(8, 3, {1, 1e-3, 1e-6}, 4);
    const Vector<double> b = Random(2).vector<double>(8);
    const auto F = qr(A);
    const Vector<double> gradient = A.transpose() * (A * F.solve(b) - b);
    const auto bars = least_squares_vjp(F, A, b, gradient);
    EXPECT_LE(max_modulus(bars.A_bar), 1e-3);
    EXPECT_LE(bars.b_bar.norm(), 1e-9);
}

TEST(DerivativesOfLeastSquares, RefuseWhatDoesNotFit) {
    const Matrix<double> A = with_singular_values<double>(4, 2, {2, 1}), wrong = Matrix<double>::Ones(2, 3);
    const auto F = qr(A);
    const Vector<double> b = Vector<double>::Ones(4), x_bar = Vector<double>::Ones(2);
    Vector<double> bad = b;
    bad[3] = std::numeric_limits<double>::quiet_NaN();
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)least_squares_vjp(F, wrong, b, x_bar); }, "the matrix is 2×3"));
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)least_squares_vjp(F, A, x_bar, x_bar); }, "the right-hand side"));
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)least_squares_vjp(F, A, b, b); }, "the cotangent of x is 4×1"));
    EXPECT_TRUE(
        throws<DimensionMismatch>([&] { (void)least_squares_jvp(F, A, b, wrong, {}); }, "the tangent of the matrix"));
    EXPECT_TRUE(
        throws<DimensionMismatch>([&] { (void)least_squares_jvp(F, A, b, {}, x_bar); }, "tangent of the right-hand"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)least_squares_vjp(F, A, bad, x_bar); }, "row 3, column 0"));
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)pinv_vjp(A, A); }, "pinv_vjp: the cotangent of the inverse"));
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)pinv_jvp(A, wrong); }, "pinv_jvp: the tangent of A"));
    const Matrix<double> none(0, 2);
    EXPECT_EQ(pinv_vjp(none, Matrix<double>(2, 0)).cols(), 2);
    const Vector<double> nothing(0);
    EXPECT_EQ(least_squares_vjp(qr(none), none, nothing, x_bar).A_bar.cols(), 2);
    EXPECT_EQ(least_squares_jvp(qr(none), none, nothing, none, nothing).size(), 2);
}

}  // namespace
}  // namespace tamis::test
