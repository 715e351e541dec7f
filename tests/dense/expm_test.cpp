#include <tamis/dense/expm.hpp>
#include <tamis/dense/matrix_power.hpp>

#include <cmath>
#include <complex>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "support/assertions.hpp"
#include "support/function_gallery.hpp"
#include "support/matrix_function_oracle.hpp"

namespace tamis::test {
namespace {

using Complex = std::complex<double>;

/// Errors are a few n ε times the condition number, here in units of that.
constexpr double expm_errors = 8;

/// Those that the literature on the exponential comes back to.
std::vector<NamedMatrix<double>> exponential_gallery() {
    std::vector<NamedMatrix<double>> all;
    all.push_back({"Moler, Van Loan", of_rows({{-49, 24}, {-64, 31}})});
    all.push_back({"Ward 1", of_rows({{4, 2, 0}, {1, 4, 1}, {1, 1, 4}})});
    all.push_back({"Ward 2", of_rows({{29.87942128909879, 0.7815750847907159, -2.289519314033932},
                                      {0.7815750847907159, 25.72656945571064, 8.680737820540137},
                                      {-2.289519314033932, 8.680737820540137, 34.39400925519054}})});
    all.push_back({"Ward 3", of_rows({{-131, 19, 18}, {-390, 56, 54}, {-387, 57, 52}})});
    Matrix<double> ward = jordan(10, 0);
    ward(9, 0) = 1e-10;
    all.push_back({"Ward 4", ward});
    all.push_back({"Kenney, Laub", of_rows({{0.1, 1e6}, {0, -0.1}}) * 1.0});
    all.push_back({"Dieci, Papini", of_rows({{1, 1e5, 1e5}, {0, -3, 1e2}, {0, 0, 2}})});
    all.push_back({"overscaled", of_rows({{1, 1e6}, {0, -1}})});
    all.push_back({"overscaled, turned", turned(of_rows({{1, 1e4}, {0, -1}}))});
    all.push_back({"nearly nilpotent", jordan(8, 1e-9)});
    all.push_back({"Jordan", jordan(8, -3)});
    all.push_back({"Frank", frank(8)});
    all.push_back({"Grcar", grcar(8)});
    all.push_back({"skew", of_rows({{0, 30, 1}, {-30, 0, 2}, {-1, -2, 0}})});
    all.push_back({"tiny", 1e-9 * Random(4).matrix<double>(6, 6)});
    all.push_back({"random", Random(4).matrix<double>(7, 7)});
    all.push_back({"random, large", 40.0 * Random(4).matrix<double>(6, 6)});
    all.push_back({"lower triangle", Matrix<double>(of_rows({{1, 3e3}, {0, -20}}).transpose())});
    all.push_back({"symmetric", with_eigenvalues<double>({-30, -2, 0, 1, 5})});
    all.push_back({"Hilbert", hilbert_matrix<double>(6)});
    return all;
}

TEST(Expm, ErrsByItsConditionOnThePublishedCases) {
    for (const auto& [name, A] : exponential_gallery()) {
        const ExactValue exact = exact_function_of(ExactFunction::exponential, A);
        EXPECT_LE(function_error(expm(A), exact), expm_errors) << name << ", condition " << exact.condition;
    }
}

TEST(Expm, TakesComplexMatricesOfEachKind) {
    for (const double size : {1e-3, 0.1, 0.6, 1.5, 6.0, 50.0}) {
        const Matrix<Complex> A = Complex(size) * Random(5).matrix<Complex>(6, 6);
        Matrix<Complex> upper = A, hermitian = A;
        for (std::int64_t j = 0; j < 6; ++j)
            for (std::int64_t i = 0; i < 6; ++i) {
                if (i > j) upper(i, j) = 0;
                if (i < j) hermitian(i, j) = std::conj(A(j, i));
                if (i == j) hermitian(i, j) = A(i, j).real();
            }
        for (const Matrix<Complex>& B : {A, upper, Matrix<Complex>(upper.adjoint()), hermitian})
            EXPECT_LE(function_error(expm(B), exact_function(ExactFunction::exponential, B)), expm_errors) << size;
        const Matrix<Complex> H = expm(hermitian);
        EXPECT_EQ(max_difference<Complex>(H, H.adjoint()), 0);
    }
}

template <class P>
class ExpmOf : public ::testing::Test {};
TYPED_TEST_SUITE(ExpmOf, AllScalars, TypeName);

TYPED_TEST(ExpmOf, IsAccurateAtEveryDegreeAndScaling) {
    using T = typename TypeParam::T;
    for (const double size : {1e-3, 0.1, 0.5, 1.0, 3.0, 20.0}) {
        const Matrix<T> A = scalar<T>(size) * Random(6).matrix<T>(5, 5);
        EXPECT_LE(function_error(expm(A), exact_function_of(ExactFunction::exponential, A)), expm_errors) << size;
    }
    const Matrix<T> A = Random(8).matrix<T>(40, 40);
    const double close = 100 * static_cast<double>(epsilon_v<T>);
    // e^A e^−A = I, in blocks and with estimated norms.
    EXPECT_LE(max_difference<T>(product<T>(expm(A), expm(Matrix<T>(-A))), Matrix<T>::Identity(40, 40)),
              close * max_modulus<T>(expm(A)) * max_modulus<T>(expm(Matrix<T>(-A))));
    EXPECT_EQ(expm(Matrix<T>(0, 0)).size(), 0);
    EXPECT_EQ(expm(Matrix<T>(Matrix<T>::Constant(1, 1, T(0.5))))(0, 0), std::exp(T(0.5)));
}

TEST(Expm, KeepsTheTriangleOfLargeTriangularMatricesAndItsDiagonal) {
    const std::int64_t n = 230;  // several blocks
    Matrix<double> A = Random(3).matrix<double>(n, n);
    for (std::int64_t j = 0; j < n; ++j)
        for (std::int64_t i = 0; i < n; ++i) A(i, j) = i > j ? 0 : i == j ? -3 * A(i, j) : A(i, j) / 8;
    const Matrix<double> X = expm(A);
    const Matrix<double> Y = expm(Matrix<double>(A.transpose()));
    EXPECT_EQ(max_difference<double>(X, Y.transpose()), 0);
    for (std::int64_t j = 0; j < n; ++j) {
        EXPECT_EQ(X(j, j), std::exp(A(j, j)));
        if (j > 0) {
            const double low = A(j - 1, j - 1), high = A(j, j);
            const double wanted = A(j - 1, j) * (std::exp(high) - std::exp(low)) / (high - low);
            EXPECT_NEAR(X(j - 1, j) / wanted, 1, 1e-10);
        }
        for (std::int64_t i = j + 1; i < n; ++i) ASSERT_EQ(X(i, j), 0);
    }
    // The full algorithm, on what is triangular but for an entry that does not matter.
    A(n - 1, 0) = std::numeric_limits<double>::min();
    EXPECT_LE(max_difference(expm(A), X), 1e-12 * max_modulus(X));
}

TEST(Expm, ReadsEveryLayoutAndRefusesWhatItCannotTake) {
    const Matrix<double> A = Random(3).matrix<double>(5, 5);
    const Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> R = A;
    EXPECT_EQ(max_difference<double>(expm(R), expm(A)), 0);
    EXPECT_EQ(max_difference<double>(expm(2 * A), expm(Matrix<double>(2 * A))), 0);
    EXPECT_TRUE(throws<DimensionMismatch>([] { (void)expm(Matrix<double>(Matrix<double>::Zero(2, 3))); }, "2", "3"));
    Matrix<double> bad = A;
    bad(3, 1) = std::numeric_limits<double>::quiet_NaN();
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)expm(bad); }, "row 3, column 1"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)expm(1e4 * Matrix<double>::Ones(2, 2)); }, "overflows double"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)expm(1e300 * (A + Matrix<double>::Identity(5, 5) * 9)); }, "overflows"));
    EXPECT_LE(max_modulus(expm(-1e3 * (A + Matrix<double>::Identity(5, 5) * 9))), 0);  // underflows
}

TEST(ExpmFrechet, IsTheDerivativeInItsDirection) {
    for (const auto& [name, A] : exponential_gallery()) {
        const std::int64_t n = A.rows();
        if (n > 6) continue;  // twice as large in quadruple precision
        const Matrix<double> E = Random(9).matrix<double>(n, n);
        // e^[A E; 0 A] = [e^A L; 0 e^A].
        Matrix<double> both = Matrix<double>::Zero(2 * n, 2 * n);
        both.topLeftCorner(n, n) = A;
        both.bottomRightCorner(n, n) = A;
        both.topRightCorner(n, n) = E;
        const ExactValue exact = exact_function_of(ExactFunction::exponential, both);
        const auto [value, derivative] = expm_frechet(A, E);
        EXPECT_LE(function_error(value, {exact.value.topLeftCorner(n, n), exact.condition}), expm_errors) << name;
        EXPECT_LE(function_error(derivative, {exact.value.topRightCorner(n, n), exact.condition}), 4 * expm_errors) << name;
    }
    const Matrix<Complex> A = Random(7).matrix<Complex>(4, 4);
    const Matrix<Complex> L = expm_frechet(A, Matrix<Complex>(A)).derivative;  // A commutes with itself: A e^A
    EXPECT_LE(max_difference<Complex>(L, product<Complex>(A, expm(A))), 1e-13);
    EXPECT_TRUE(throws<DimensionMismatch>([] { (void)expm_frechet(Matrix<double>::Zero(3, 3), Matrix<double>::Zero(3, 2)); },
                                          "direction", "3", "2"));
    EXPECT_EQ(expm_frechet(Matrix<double>(0, 0), Matrix<double>(0, 0)).derivative.size(), 0);
}

TEST(ExpmCondition, IsThatOfTheKroneckerForm) {
    for (const Matrix<double>& A : {of_rows({{-49, 24}, {-64, 31}}), of_rows({{4, 2, 0}, {1, 4, 1}, {1, 1, 4}}),
                                    of_rows({{1, 1e3}, {0, -1}}), Matrix<double>(Random(2).matrix<double>(4, 4))}) {
        const std::int64_t n = A.rows();
        Matrix<double> K(n * n, n * n);
        for (std::int64_t k = 0; k < n * n; ++k) {
            Matrix<double> E = Matrix<double>::Zero(n, n);
            E(k % n, k / n) = 1;
            const Matrix<double> L = expm_frechet(A, E).derivative;
            for (std::int64_t i = 0; i < n * n; ++i) K(i, k) = L(i % n, i / n);
        }
        const double exact = dense_singular_values(K)[0] * frobenius_norm(A) / frobenius_norm<double>(expm(A));
        EXPECT_LE(expm_condition(A), 1.0001 * exact);
        EXPECT_GE(expm_condition(A), 0.95 * exact);
    }
    EXPECT_EQ(expm_condition(Matrix<double>(0, 0)), 0);
    EXPECT_EQ(expm_condition(Matrix<double>(Matrix<double>::Zero(3, 3))), 0);
    EXPECT_NEAR(expm_condition(Matrix<double>(Matrix<double>::Constant(1, 1, -3.0))), 3, 1e-12);
}

TEST(MatrixPower, TakesAnyInteger) {
    const Matrix<double> A = of_rows({{1, 1}, {1, 0}});
    EXPECT_EQ(matrix_power(A, 60)(0, 1), 1548008755920);  // Fibonacci's
    EXPECT_EQ(matrix_power(A, 0)(1, 1), 1);
    EXPECT_EQ(matrix_power(A, 0)(0, 1), 0);
    EXPECT_EQ(max_difference<double>(matrix_power(A, 1), A), 0);
    EXPECT_NEAR(matrix_power(A, -7)(0, 0), -8, 1e-12);
    const Matrix<Complex> B = Random(3).matrix<Complex>(5, 5);
    Matrix<Complex> P = B;
    for (int k = 2; k <= 11; ++k) {
        P = product(P, B);
        EXPECT_LE(max_difference<Complex>(matrix_power(B, k), P), 1e-13 * max_modulus(P)) << k;
    }
    EXPECT_EQ(matrix_power(Matrix<float>(0, 0), 5).size(), 0);
    EXPECT_EQ(matrix_power(Matrix<float>(Matrix<float>::Zero(2, 2)), 0)(0, 0), 1);
    EXPECT_TRUE(throws<SingularMatrix>([] { (void)matrix_power(Matrix<double>::Ones(2, 2), -1); }));
    EXPECT_EQ(matrix_power(of_rows({{-1, 0}, {0, 1}}), std::numeric_limits<std::int64_t>::min())(0, 0), 1);
    EXPECT_TRUE(throws<DimensionMismatch>([] { (void)matrix_power(Matrix<double>::Zero(2, 3), 2); }));
    EXPECT_EQ(trace(of_rows({{1, 2, 3}, {4, 5, 6}, {7, 8, 9}})), 15);
    EXPECT_EQ(trace(Matrix<double>(Matrix<double>::Ones(2, 3))), 2);
    EXPECT_EQ(trace(Matrix<double>(0, 0)), 0);
}

}  // namespace
}  // namespace tamis::test
