#include <tamis/dense/sqrtm.hpp>

#include <cmath>
#include <complex>
#include <cstdint>
#include <limits>

#include <gtest/gtest.h>

#include <tamis/dense/expm.hpp>
#include <tamis/dense/schur.hpp>

#include "support/assertions.hpp"
#include "support/function_gallery.hpp"
#include "support/matrix_function_oracle.hpp"

namespace tamis::test {
namespace {

using Complex = std::complex<double>;

/// Errors are a few n ε times the condition number, here in units of that.
constexpr double root_errors = 8;

/// Eigenvalues in all quadrants, one of them negative.
Matrix<Complex> all_around() {
    Matrix<Complex> A = Random(8).matrix<Complex>(6, 6);
    for (std::int64_t j = 0; j < 6; ++j) {
        for (std::int64_t i = j + 1; i < 6; ++i) A(i, j) = 0;
        A(j, j) = j == 3 ? Complex(-2, -0.0) : std::polar(1.0 + static_cast<double>(j), 1.2 * static_cast<double>(j) - 3);
    }
    return A;
}

TEST(PrincipalFunctions, ErrByTheirConditionOnThePublishedCases) {
    for (const auto& [name, A] : logarithm_gallery()) {
        const ExactValue root = exact_function_of(ExactFunction::square_root, A);
        EXPECT_LE(function_error(sqrtm(A), root), root_errors) << name << ", condition " << root.condition;
        const ExactValue logarithm = exact_function_of(ExactFunction::logarithm, A);
        EXPECT_LE(function_error(logm(A), logarithm), root_errors) << name << ", condition " << logarithm.condition;
        // Of the complex matrix the same.
        EXPECT_LE(function_error(logm(Matrix<Complex>(A.cast<Complex>())), logarithm), root_errors) << name;
    }
}

TEST(PrincipalFunctions, ReportTheirResidualAndCondition) {
    for (const auto& [name, A] : logarithm_gallery()) {
        const ExactValue root = exact_function_of(ExactFunction::square_root, A);
        const auto r = sqrtm_with_report(A);
        EXPECT_EQ(max_difference<double>(r.value, sqrtm(A)), 0) << name;
        // Both estimate from below.
        EXPECT_NEAR(r.condition_estimate / root.condition, 1.2, 0.3) << name << ", " << root.condition;
        const double n = static_cast<double>(A.rows());
        EXPECT_LE(r.residual, 10 * n * epsilon_v<double> * std::pow(frobenius_norm(r.value), 2) / frobenius_norm(A)) << name;
        if (A.rows() > 6) continue;
        const ExactValue logarithm = exact_function_of(ExactFunction::logarithm, A);
        const auto l = logm_with_report(A);
        EXPECT_NEAR(l.condition_estimate / logarithm.condition, 1.2, 0.3) << name << ", " << logarithm.condition;
        if (logarithm.condition < 1e6) {
            EXPECT_LE(l.residual, 1e-8) << name;
        }
    }
    const auto zero = sqrtm_with_report(Matrix<double>(Matrix<double>::Zero(2, 2)));
    EXPECT_EQ(zero.residual, 0);
    const auto singular = sqrtm_with_report(Matrix<float>(of_rows({{1, 1}, {0, 0}}).cast<float>()));
    EXPECT_TRUE(std::isinf(singular.condition_estimate));
    EXPECT_TRUE(std::isinf(logm_with_report(Matrix<double>(Matrix<double>::Identity(3, 3))).condition_estimate));
    EXPECT_EQ(logm_with_report(Matrix<Complex>(0, 0)).value.size(), 0);
}

TEST(PrincipalFunctions, PowersErrByTheirCondition) {
    for (const auto& [name, A] : logarithm_gallery())
        for (const double p : {0.3, -2.6}) {
            if (A.rows() > 3) continue;
            const ExactValue exact = exact_function_of(ExactFunction::power, A, p);
            EXPECT_LE(function_error(fractional_matrix_power(A, p), exact), 3 * root_errors)
                << name << " to the power " << p;
        }
    const Matrix<double> A = of_rows({{4, 1}, {2, 3}});
    EXPECT_LE(max_difference<double>(fractional_matrix_power(A, 3), product(A, product(A, A))), 1e-12);
    EXPECT_LE(max_difference<double>(fractional_matrix_power(A, 0.5), sqrtm(A)), 1e-14);
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)fractional_matrix_power(A, std::nan("")); }, "exponent"));
}

TEST(PrincipalFunctions, OfComplexTrianglesWithEigenvaluesAllAround) {
    const Matrix<Complex> A = all_around();
    const Matrix<Complex> X = sqrtm(A);
    EXPECT_LE(max_difference<Complex>(product(X, X), A), 1e-13 * max_modulus(X) * max_modulus(X));
    EXPECT_NEAR(X(3, 3).imag(), std::sqrt(2.0), 1e-15);  // the root on the positive imaginary axis
    const Matrix<Complex> L = logm(A);
    EXPECT_NEAR(L(3, 3).imag(), M_PI, 1e-15);
    EXPECT_LE(max_difference<Complex>(expm(L), A), 1e-11 * max_modulus(A));
    for (std::int64_t i = 0; i < 6; ++i) {
        EXPECT_GE(X(i, i).real(), 0);
        EXPECT_LE(std::abs(L(i, i).imag()), M_PI);
    }
    const Matrix<Complex> P = fractional_matrix_power(A, 1.0 / 3);
    EXPECT_LE(max_difference<Complex>(product(P, product(P, P)), A), 1e-10 * max_modulus(A));
}

template <class P>
class PrincipalFunctionsOf : public ::testing::Test {};
TYPED_TEST_SUITE(PrincipalFunctionsOf, AllScalars, TypeName);

TYPED_TEST(PrincipalFunctionsOf, UndoWhatTheyInvertInBlocks) {
    using T = typename TypeParam::T;
    const std::int64_t n = 100;  // more than one block, pairs among them
    Matrix<T> A = Random(6).matrix<T>(n, n);
    for (std::int64_t j = 0; j < n; ++j)
        for (std::int64_t i = 0; i < n; ++i) A(i, j) = A(i, j) * scalar<T>(0.1) + (i == j ? scalar<T>(1.7) : T(0));
    const Matrix<T> definite = with_eigenvalues<T>(spectrum(3, 20, 100));
    const double unit = static_cast<double>(n) * static_cast<double>(epsilon_v<T>);
    for (const Matrix<T>& M : {A, definite}) {
        const Matrix<T> X = sqrtm(M);
        EXPECT_LE(frobenius_norm<T>(product(X, X) - M), 30 * unit * std::pow(frobenius_norm(X), 2));
        EXPECT_LE(max_difference<T>(expm(logm(M)), M), 3000 * unit * max_modulus(M));
        EXPECT_LE(max_difference<T>(fractional_matrix_power(M, 0.5), X), 300 * unit * max_modulus(X));
        const auto S = schur(M);
        EXPECT_LE(max_difference<T>(S.sqrtm(), X), 300 * unit * max_modulus(X));
        const Matrix<T> E = expm(M);
        EXPECT_LE(max_difference<T>(expm(Matrix<T>(S.logm())), M), 3000 * unit * max_modulus(M));
        EXPECT_LE(max_difference<T>(S.exp(), E), 3000 * unit * max_modulus(E));
    }
    EXPECT_EQ(sqrtm(Matrix<T>(0, 0)).size(), 0);
    EXPECT_EQ(logm(Matrix<T>(0, 0)).size(), 0);
    EXPECT_EQ(sqrtm(Matrix<T>(Matrix<T>::Constant(1, 1, T(9))))(0, 0), T(3));
    EXPECT_EQ(logm(Matrix<T>(Matrix<T>::Constant(1, 1, T(1))))(0, 0), T(0));
}

TEST(PrincipalFunctions, RefuseWhatHasNoRealValueWithAdvice) {
    const Matrix<double> A = turned(of_rows({{-1, 2, 0}, {0, 3, 1}, {0, 0, 1}}));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)sqrtm(A); }, "sqrtm", "complex matrix", "-1.0"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)logm(A); }, "logm", "complex matrix"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)fractional_matrix_power(A, 0.5); }, "complex matrix"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)schur(A).sqrtm(); }, "complex matrix"));
    const Matrix<double> symmetric = with_eigenvalues<double>({-1, 2, 3});
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)sqrtm(symmetric); }, "complex matrix"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)logm(symmetric); }, "complex matrix"));
    for (const Matrix<double>& M : {A, symmetric, Matrix<double>(A.triangularView<Eigen::Upper>())}) {
        const Matrix<Complex> C = M.cast<Complex>();
        const Matrix<Complex> X = sqrtm(C);
        EXPECT_LE(max_difference<Complex>(product(X, X), C), 1e-13);
        EXPECT_LE(max_difference<Complex>(expm(logm(C)), C), 1e-12);
    }
    EXPECT_TRUE(throws<DimensionMismatch>([] { (void)sqrtm(Matrix<double>(Matrix<double>::Zero(2, 3))); }, "2", "3"));
    Matrix<double> bad = A;
    bad(1, 2) = std::numeric_limits<double>::infinity();
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)logm(bad); }, "row 1, column 2"));
}

TEST(PrincipalFunctions, OfSingularMatrices) {
    // Rank one, not symmetric: 0 is semisimple, and rounding must not make it negative.
    const Matrix<double> A = of_rows({{1, 2, 3}, {2, 4, 6}, {1, 2, 3}});
    const Matrix<double> X = sqrtm(A);
    EXPECT_LE(max_difference<double>(product(X, X), A), 1e-13);
    EXPECT_TRUE(throws<SingularMatrix>([&] { (void)logm(A); }, "logm"));
    EXPECT_TRUE(throws<SingularMatrix>([&] { (void)fractional_matrix_power(A, -0.5); }));
    EXPECT_TRUE(throws<SingularMatrix>([] { (void)sqrtm(jordan(3, 0)); }, "sqrtm"));  // has no root
    const auto e = thrown<SingularMatrix>([] { (void)logm(of_rows({{1, 1, 1}, {0, 0, 1}, {0, 0, 2}})); });
    ASSERT_TRUE(e);
    EXPECT_EQ(e->index(), 1);
    const Matrix<double> semidefinite = with_eigenvalues<double>({0, 0, 1, 4});
    const Matrix<double> root = sqrtm(semidefinite);
    EXPECT_LE(max_difference<double>(product(root, root), semidefinite), 1e-14);
    EXPECT_LE(max_difference<double>(fractional_matrix_power(semidefinite, 0.5), root), 1e-14);
    EXPECT_TRUE(throws<SingularMatrix>([&] { (void)logm(semidefinite); }));
    EXPECT_EQ(sqrtm(Matrix<double>(Matrix<double>::Zero(3, 3))).norm(), 0);
    EXPECT_TRUE(throws<SingularMatrix>([] { (void)logm(Matrix<double>::Zero(3, 3)); }));
}

}  // namespace
}  // namespace tamis::test
