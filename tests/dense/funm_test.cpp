#include <tamis/dense/funm.hpp>
#include <tamis/dense/trigonometric.hpp>

#include <cmath>
#include <complex>
#include <cstdint>
#include <limits>
#include <stdexcept>

#include <gtest/gtest.h>

#include <tamis/dense/expm.hpp>
#include <tamis/dense/schur.hpp>
#include <tamis/dense/sqrtm.hpp>

#include "support/assertions.hpp"
#include "support/function_gallery.hpp"
#include "support/matrix_function_oracle.hpp"

namespace tamis::test {
namespace {

using Complex = std::complex<double>;

/// Errors are a few n ε times the condition number, here in units of that.
constexpr double function_errors = 10;

std::vector<NamedMatrix<double>> trigonometric_gallery() {
    std::vector<NamedMatrix<double>> all;
    all.push_back({"Moler, Van Loan", of_rows({{-49, 24}, {-64, 31}})});
    all.push_back({"overscaled", of_rows({{1, 1e5}, {0, -1}})});
    all.push_back({"overscaled, turned", turned(of_rows({{1, 1e4}, {0, -1}}))});
    all.push_back({"Jordan", jordan(6, 10)});
    all.push_back({"Frank", frank(5)});
    all.push_back({"Grcar", grcar(6)});
    all.push_back({"tiny", 1e-9 * Random(4).matrix<double>(4, 4)});
    all.push_back({"skew", of_rows({{0, 3, 1}, {-3, 0, 2}, {-1, -2, 0}})});
    all.push_back({"symmetric", with_eigenvalues<double>({-7, -2, 0, 1, 5})});
    all.push_back({"large", 30 * Random(4).matrix<double>(4, 4)});
    all.push_back({"lower triangle", Matrix<double>(of_rows({{1, 30, 2}, {0, 4, 5}, {0, 0, 9}}).transpose())});
    return all;
}

TEST(Trigonometric, ErrByTheirConditionInTheArithmeticOfTheMatrix) {
    for (const auto& [name, A] : trigonometric_gallery()) {
        const ExactValue cosine = exact_function_of(ExactFunction::cosine, A);
        const ExactValue sine = exact_function_of(ExactFunction::sine, A);
        EXPECT_LE(function_error(cosm(A), cosine), function_errors) << name << ", condition " << cosine.condition;
        EXPECT_LE(function_error(sinm(A), sine), function_errors) << name << ", condition " << sine.condition;
        EXPECT_LE(function_error(coshm(A), exact_function_of(ExactFunction::hyperbolic_cosine, A)), function_errors) << name;
        EXPECT_LE(function_error(sinhm(A), exact_function_of(ExactFunction::hyperbolic_sine, A)), function_errors) << name;
    }
}

template <class P>
class TrigonometricOf : public ::testing::Test {};
TYPED_TEST_SUITE(TrigonometricOf, AllScalars, TypeName);

TYPED_TEST(TrigonometricOf, KeepTheirIdentities) {
    using T = typename TypeParam::T;
    const std::int64_t n = 24;
    const Matrix<T> A = scalar<T>(0.4) * Random(6).matrix<T>(n, n);
    Matrix<T> upper = A;
    for (std::int64_t j = 0; j < n; ++j)
        for (std::int64_t i = j + 1; i < n; ++i) upper(i, j) = T(0);
    const Matrix<T> one = Matrix<T>::Identity(n, n);
    const double close = 3000 * static_cast<double>(n) * static_cast<double>(epsilon_v<T>);
    for (const Matrix<T>& M : {A, upper, with_eigenvalues<T>(spectrum(4, n, 10))}) {
        const Matrix<T> C = cosm(M), S = sinm(M);
        const double size = max_modulus(C) * max_modulus(C);
        EXPECT_LE(max_difference<T>(product(C, C) + product(S, S), one), close * size);
        EXPECT_LE(max_difference<T>(product(C, Matrix<T>(tanm(M))), S), close * size);
        const Matrix<T> H = coshm(M), G = sinhm(M);
        EXPECT_LE(max_difference<T>(H + G, expm(M)), close * max_modulus(H));
        EXPECT_LE(max_difference<T>(product(H, Matrix<T>(tanhm(M))), G), close * max_modulus(H));
    }
    for (std::int64_t i = 1; i < n; ++i) EXPECT_EQ(sinm(upper)(i, i - 1), T(0));
    EXPECT_EQ(cosm(Matrix<T>(0, 0)).size(), 0);
    EXPECT_EQ(tanhm(Matrix<T>(Matrix<T>::Constant(1, 1, scalar<T>(0.5))))(0, 0), std::tanh(scalar<T>(0.5)));
    // Sign: an involution that commutes with the matrix.
    Matrix<T> M = A;
    for (std::int64_t i = 0; i < n; ++i) M(i, i) += scalar<T>(i % 3 == 0 ? -4 : 4);
    const Matrix<T> S = signm(M);
    EXPECT_LE(max_difference<T>(product(S, S), one), close);
    EXPECT_LE(max_difference<T>(product(S, M), product(M, S)), close);
    EXPECT_NEAR(std::real(S.trace()), 8, close);
}

TEST(Trigonometric, RefuseWhatTheyCannotTake) {
    EXPECT_TRUE(throws<DimensionMismatch>([] { (void)cosm(Matrix<double>(Matrix<double>::Zero(2, 3))); }, "cosm"));
    EXPECT_TRUE(throws<InvalidArgument>([] { (void)coshm(1e4 * Matrix<double>::Ones(2, 2)); }, "overflows"));
    Matrix<double> bad = Matrix<double>::Ones(2, 2);
    bad(0, 1) = std::nan("");
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)tanm(bad); }, "tanm", "row 0, column 1"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)signm(bad); }, "signm", "row 0, column 1"));
}

TEST(Signm, OfKnownMatricesAndWhereThereIsNone) {
    // sign([A B; 0 −A]) for A = I: [I B; 0 −I].
    const Matrix<double> B = Random(3).matrix<double>(3, 3);
    Matrix<double> A = Matrix<double>::Identity(6, 6);
    A.bottomRightCorner(3, 3) = -Matrix<double>::Identity(3, 3);
    A.topRightCorner(3, 3) = B;
    EXPECT_LE(max_difference<double>(signm(A), A), 1e-15);
    EXPECT_LE(max_difference<double>(signm(1e150 * turned(A)), turned(A)), 1e-14);
    // By definition A (A²)^(−1/2).
    const Matrix<double> F = frank(7) - 0.9 * Matrix<double>::Identity(7, 7);
    const Matrix<double> wanted = product<double>(F, fractional_matrix_power(product(F, F), -0.5));
    EXPECT_LE(max_difference<double>(signm(F), wanted), 1e-7 * max_modulus(wanted));
    EXPECT_LE(max_difference<double>(signm(with_eigenvalues<double>({-3, -1e-9, 2})), with_eigenvalues<double>({-1, -1, 1})),
              1e-6);
    EXPECT_TRUE(throws<InvalidArgument>([] { (void)signm(of_rows({{0, 1}, {-1, 0}})); }, "imaginary axis"));
    EXPECT_TRUE(throws<InvalidArgument>([] { (void)signm(of_rows({{1e-20, 3, 1}, {-3, 0, 2}, {0, 0, 1}})); }, "imaginary"));
    EXPECT_TRUE(throws<SingularMatrix>([] { (void)signm(of_rows({{1, 2}, {0, 0}})); }));
    EXPECT_TRUE(throws<SingularMatrix>([] { (void)signm(Matrix<double>::Ones(3, 3)); }));
    EXPECT_EQ(signm(Matrix<double>(0, 0)).size(), 0);
}

TEST(Funm, AgreesWithExactFunctions) {
    const auto exponential = [](Complex x) { return std::exp(x); };
    const auto root = [](Complex x) { return std::sqrt(x); };
    for (const auto& [name, A] : logarithm_gallery()) {
        if (A.rows() > 5 || name == "graded") continue;  // e^10000
        const ExactValue exact = exact_function_of(ExactFunction::exponential, A);
        EXPECT_LE(function_error(funm(A, exponential), exact), 30 * function_errors)
            << name << ", condition " << exact.condition;
        EXPECT_LE(max_difference<double>(schur(A).apply(exponential), funm(A, exponential)),
                  1e-9 * max_modulus<double>(funm(A, exponential)))
            << name;
    }
    for (const Matrix<double>& A : {jordan(6, 2), frank(6), Matrix<double>(with_eigenvalues<double>({1, 2, 5}))})
        EXPECT_LE(function_error(funm(A, root), exact_function_of(ExactFunction::square_root, A)), 30 * function_errors);
}

TEST(Funm, OfJordanBlocksHasTheDerivatives) {
    const std::int64_t n = 5;
    const Matrix<double> X = funm(turned(jordan(n, 0.3)), [](Complex x) { return 1.0 / (1.0 - x); });
    Matrix<double> wanted = Matrix<double>::Zero(n, n);
    for (std::int64_t j = 0; j < n; ++j)
        for (std::int64_t i = 0; i <= j; ++i) wanted(i, j) = std::pow(0.7, -static_cast<double>(j - i + 1));
    EXPECT_LE(max_difference<double>(X, turned(wanted)), 1e-12 * max_modulus(wanted));
}

TEST(Funm, TakesBlocksOfManyEigenvaluesAndEachScalar) {
    const std::int64_t n = 60;
    const Matrix<double> A = 0.3 * Random(6).matrix<double>(n, n);
    const Matrix<double> E = expm(A);
    EXPECT_LE(max_difference<double>(funm(A, [](Complex x) { return std::exp(x); }), E), 1e-10 * max_modulus(E));
    const Matrix<Complex> C = A.cast<Complex>() * Complex(0.5, 1);
    const Matrix<Complex> EC = expm(C);
    EXPECT_LE(max_difference<Complex>(funm(C, [](auto x) { return std::exp(x); }), EC), 1e-10 * max_modulus(EC));
    const Matrix<float> F = A.cast<float>();
    EXPECT_LE(max_difference<float>(funm(F, [](std::complex<float> x) { return std::exp(x); }), expm(F)), 1e-3);
    EXPECT_LE(max_difference<double>(
                  schur(A, {.form = SchurForm::complex}).apply([](Complex x) { return std::exp(x); }).real(), E),
              1e-10 * max_modulus(E));
}

TEST(Funm, RefusesWhatIsNotRealNotFiniteOrNotSquare) {
    const auto turn = [](Complex x) { return Complex(0, 1) * x; };
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)funm(frank(4), turn); }, "complex matrix"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)funm(hilbert_matrix<double>(4), turn); }, "complex matrix"));
    EXPECT_LE(max_difference<Complex>(funm(Matrix<Complex>(frank(4).cast<Complex>()), turn),
                                      frank(4).cast<Complex>() * Complex(0, 1)),
              1e-13);
    const auto inverse = [](Complex x) { return 1.0 / x; };
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)funm(of_rows({{1, 2}, {0, 0}}), inverse); }, "not finite"));
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)funm(Matrix<double>(Matrix<double>::Zero(2, 3)), inverse); }));
    EXPECT_EQ(funm(Matrix<double>(0, 0), inverse).size(), 0);
    EXPECT_EQ(funm(Matrix<double>(Matrix<double>::Constant(1, 1, 4.0)), inverse)(0, 0), 0.25);
    EXPECT_THROW((void)funm(frank(3), [](Complex) -> Complex { throw std::runtime_error("of the caller"); }),
                 std::runtime_error);
}

}  // namespace
}  // namespace tamis::test
