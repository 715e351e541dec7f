#include <cmath>
#include <complex>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <tamis/adjoint/matrix_functions.hpp>
#include <tamis/dense/sqrtm.hpp>

#include "support/assertions.hpp"
#include "support/differences.hpp"
#include "support/spectral_matrices.hpp"
#include "support/types.hpp"

namespace tamis::test {
namespace {

using derivatives::expm_jvp;
using derivatives::expm_vjp;
using derivatives::logm_jvp;
using derivatives::logm_vjp;
using derivatives::sqrtm_jvp;
using derivatives::sqrtm_vjp;

/// A function, its derivatives, under one name.
struct Exponential {
    static constexpr const char* name = "expm";
    static auto value(const auto& A) { return expm(A); }
    static auto jvp(const auto& A, const auto& E) { return expm_jvp(A, E); }
    static auto vjp(const auto& A, const auto& E) { return expm_vjp(A, E); }
};
struct Root {
    static constexpr const char* name = "sqrtm";
    static auto value(const auto& A) { return sqrtm(A); }
    static auto jvp(const auto& A, const auto& E) { return sqrtm_jvp(A, E); }
    static auto vjp(const auto& A, const auto& E) { return sqrtm_vjp(A, E); }
};
struct Logarithm {
    static constexpr const char* name = "logm";
    static auto value(const auto& A) { return logm(A); }
    static auto jvp(const auto& A, const auto& E) { return logm_jvp(A, E); }
    static auto vjp(const auto& A, const auto& E) { return logm_vjp(A, E); }
};

/// L(A, E) in double precision by f([A E; 0 A]) = [f(A) L(A, E); 0 f(A)] (R. Mathias, SIAM J. Matrix Anal. Appl. 17, 1996),
/// which uses no derivative.
template <class Function, class T>
Matrix<InDouble<T>> by_blocks(const Matrix<T>& A, const Matrix<T>& E) {
    const std::int64_t n = A.rows();
    Matrix<InDouble<T>> pair = Matrix<InDouble<T>>::Zero(2 * n, 2 * n);
    pair.topLeftCorner(n, n) = pair.bottomRightCorner(n, n) = in_double(A);
    pair.topRightCorner(n, n) = in_double(E);
    return Function::value(pair).topRightCorner(n, n);
}

template <class T>
std::vector<NamedMatrix<T>> function_arguments(std::int64_t n) {
    std::vector<NamedMatrix<T>> all;
    Matrix<T> general = Random(2).matrix<T>(n, n);
    for (std::int64_t i = 0; i < n; ++i) general(i, i) += T(3);
    all.push_back({"general", general});
    // Complex pairs of real matrices, far from the negative axis.
    Matrix<T> turning = with_triangle<T>(std::vector<T>(static_cast<std::size_t>(n), T(2)), 1, 4);
    for (std::int64_t i = 0; i + 1 < n; i += 2) turning(i, i + 1) += T(3);
    all.push_back({"turning", turning});
    all.push_back({"Hermitian", with_eigenvalues<T>(spectrum(4, n, 5))});
    all.push_back({"Hermitian with close eigenvalues", with_eigenvalues<T>(spectrum(1, n, 1.001))});
    Matrix<T> upper = Matrix<T>::Zero(n, n), diagonal = Matrix<T>::Zero(n, n);
    for (std::int64_t j = 0; j < n; ++j) {
        for (std::int64_t i = 0; i < j; ++i) upper(i, j) = general(i, j);
        upper(j, j) = diagonal(j, j) = scalar<T>(1 + static_cast<double>(j % 3), 0.5);
    }
    all.push_back({"upper triangle with equal eigenvalues", upper});
    all.push_back({"lower triangle", Matrix<T>(upper.transpose())});
    all.push_back({"diagonal", diagonal});
    all.push_back({"Jordan", jordan_matrix<T>(n, scalar<T>(1.5, 0.5))});
    all.push_back({"one entry", Matrix<T>::Constant(1, 1, scalar<T>(0.75, 1))});
    return all;
}

template <class Function, class T>
void check_function() {
    for (const auto& [name, A] : function_arguments<T>(5)) {
        SCOPED_TRACE(std::string(Function::name) + ", " + name);
        const std::int64_t n = A.rows();
        const Matrix<T> E = Random(3).matrix<T>(n, n), X_bar = Random(4).matrix<T>(n, n);
        const double eps = static_cast<double>(epsilon_v<T>);
        EXPECT_TRUE(near(Function::jvp(A, E), by_blocks<Function>(A, E), 2e3 * eps));
        // L(Aᴴ, X_bar), by the same blocks, and so the adjoint.
        const Matrix<T> A_bar = Function::vjp(A, X_bar);
        EXPECT_TRUE(near(A_bar, by_blocks<Function>(Matrix<T>(A.adjoint()), X_bar), 2e3 * eps));
        EXPECT_TRUE(adjoint_to_each_other(paired(X_bar, Function::jvp(A, E)), paired(A_bar, E),
                                          frobenius_norm(A_bar) * frobenius_norm(E), eps, 10));
        EXPECT_TRUE(near(Function::vjp(schur(A), X_bar), A_bar, 2e3 * eps));
        EXPECT_TRUE(near(Function::jvp(schur(A), E), by_blocks<Function>(A, E), 2e3 * eps));
        if (name.starts_with("Hermitian")) {
            EXPECT_TRUE(near(Function::vjp(eigh(A), X_bar), A_bar, 2e3 * eps));
            EXPECT_TRUE(near(Function::jvp(eigh(A), E), by_blocks<Function>(A, E), 2e3 * eps));
        }
    }
}

template <class P>
class DerivativesOfFunctions : public ::testing::Test {};
TYPED_TEST_SUITE(DerivativesOfFunctions, AllScalars, TypeName);

TYPED_TEST(DerivativesOfFunctions, OfTheExponential) {
    check_function<Exponential, typename TypeParam::T>();
}
TYPED_TEST(DerivativesOfFunctions, OfThePrincipalRoot) {
    check_function<Root, typename TypeParam::T>();
}
TYPED_TEST(DerivativesOfFunctions, OfThePrincipalLogarithm) {
    check_function<Logarithm, typename TypeParam::T>();
}

using Z = std::complex<double>;

TEST(DerivativesOfMatrixFunctions, ByTheComplexFormOfARealMatrixAreTheSame) {
    const auto A = function_arguments<double>(6)[1].A;
    const auto S = schur(A, {.form = SchurForm::complex});
    const Matrix<Z> E = Random(2).matrix<Z>(6, 6);
    EXPECT_TRUE(near(logm_jvp(S, E), logm_jvp(Matrix<Z>(A.cast<Z>()), E), 1e-12));
    EXPECT_TRUE(near(sqrtm_vjp(S, E), sqrtm_vjp(Matrix<Z>(A.cast<Z>()), E), 1e-12));
    EXPECT_TRUE(near(expm_vjp(S, E), expm_vjp(Matrix<Z>(A.cast<Z>()), E), 1e-12));
}

TEST(DerivativesOfMatrixFunctions, UndoEachOther) {
    // log e^A = A and (A^(1/2))² = A, so their derivatives are inverse; with norms that need scaling, far from normal.
    Matrix<double> A = 0.3 * grcar_matrix<double>(12);
    A(0, 11) = 40;
    const Matrix<double> E = Random(2).matrix<double>(12, 12);
    EXPECT_TRUE(near(logm_jvp(expm(A), expm_jvp(A, E)), E, 1e-9));
    Matrix<double> B = Random(3).matrix<double>(40, 40);
    for (int i = 0; i < 40; ++i) B(i, i) += 9;
    const Matrix<double> D = Random(4).matrix<double>(40, 40), X = sqrtm(B), X_dot = sqrtm_jvp(B, D);
    EXPECT_TRUE(near(Matrix<double>(X * X_dot + X_dot * X), D, 1e-12));
    const Matrix<double> A_bar = sqrtm_vjp(B, D);
    EXPECT_TRUE(near(Matrix<double>(X.transpose() * A_bar + A_bar * X.transpose()), D, 1e-12));
}

TEST(DerivativesOfMatrixFunctions, KeepTheirDigitsOverWideSpectra) {
    const Matrix<double> A = with_eigenvalues<double>(spectrum(3, 8, 1e12)), E = random_hermitian<double>(8, 2);
    // Along A itself: d log(A + tA) = I dt, d √(A + tA) = √A / 2 dt.
    EXPECT_TRUE(near(logm_jvp(A, A), Matrix<double>(Matrix<double>::Identity(8, 8)), 1e-3));
    EXPECT_TRUE(near(sqrtm_jvp(A, A), Matrix<double>(sqrtm(A) / 2), 1e-9));
    EXPECT_TRUE(near(Matrix<double>(logm_jvp(Matrix<double>(std::ldexp(1.0, 300) * A), E) * std::ldexp(1.0, 300)),
                     logm_jvp(A, E), 1e-3));
    // Eigenvalues of triangles are taken as they stand.
    Matrix<double> T = Matrix<double>::Zero(3, 3), D = Matrix<double>::Zero(3, 3);
    T.diagonal() << 1, 1e-20, 1e20;
    T(0, 2) = 5;
    D.diagonal() << 1, 1, 1;
    EXPECT_NEAR(logm_jvp(T, D)(1, 1) * 1e-20, 1, 1e-14);
    EXPECT_NEAR(sqrtm_jvp(T, D)(1, 1) * 2e-10, 1, 1e-14);
    // e^λ of close and of far eigenvalues.
    const Matrix<double> close = with_eigenvalues<double>({-700, 1, 1 + 1e-9, 5});
    EXPECT_TRUE(near(expm_jvp(close, Matrix<double>(Matrix<double>::Identity(4, 4))), expm(close), 1e-13));
}

TEST(DerivativesOfMatrixFunctions, AreRefusedWhereThereAreNone) {
    const Matrix<double> singular = with_eigenvalues<double>({1, 2, 0}), E = Matrix<double>::Ones(3, 3);
    EXPECT_TRUE(throws<SingularMatrix>([&] { (void)sqrtm_vjp(singular, E); }, "sqrtm_vjp", "root has no derivative"));
    EXPECT_TRUE(throws<SingularMatrix>([&] { (void)logm_jvp(singular, E); }, "logm_jvp", "does not exist"));
    EXPECT_TRUE(throws<SingularMatrix>([&] { (void)sqrtm_jvp(eigh(singular), E); }, "singular"));
    EXPECT_TRUE(throws<SingularMatrix>([&] { (void)logm_vjp(schur(Matrix<double>(E)), E); }, "singular"));
    const Matrix<double> negative = with_triangle<double>({1, 2, -3}, 1);
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)sqrtm_vjp(negative, E); }, "negative real eigenvalue -3", "complex"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)logm_vjp(negative, E); }, "negative real eigenvalue -3", "complex"));
    const Matrix<Z> cut = negative.cast<Z>(), F = E.cast<Z>();
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)sqrtm_jvp(cut, F); }, "negative real axis", "jumps"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)logm_jvp(cut, F); }, "negative real axis", "jumps"));
    EXPECT_TRUE(sqrtm_jvp(Matrix<Z>(cut * Z(0, 1)), F).allFinite());
    const Matrix<double> large = Matrix<double>::Constant(3, 3, 1e4);
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)expm_vjp(large, E); }, "expm_vjp", "overflows"));
    const Matrix<double> A = with_eigenvalues<double>({1, 2, 3});
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)expm_vjp(eigh(A, {.count = 2}), E); }, "needs all eigenvalues"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)logm_vjp(eigh(A, A), E); }, "pencil"));
}

TEST(DerivativesOfMatrixFunctions, RefuseWhatDoesNotFitAndTakeWhatIsEmpty) {
    const Matrix<double> A = with_eigenvalues<double>({1, 2, 3}), wrong = Matrix<double>::Ones(2, 3), none(0, 0);
    Matrix<double> bad = Matrix<double>::Ones(3, 3);
    bad(2, 1) = std::numeric_limits<double>::quiet_NaN();
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)expm_vjp(A, wrong); }, "expm_vjp: the cotangent of X is 2×3"));
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)expm_jvp(wrong, A); }, "expm_jvp", "square"));
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)sqrtm_jvp(eigh(A), wrong); }, "sqrtm_jvp: the tangent of A"));
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)logm_vjp(schur(A), wrong); }, "logm_vjp: the cotangent of X"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)logm_jvp(bad, A); }, "logm_jvp", "row 2, column 1"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)sqrtm_vjp(A, bad); }, "cotangent of X", "row 2, column 1"));
    EXPECT_EQ(expm_vjp(none, none).size(), 0);
    EXPECT_EQ(sqrtm_jvp(none, none).size(), 0);
    EXPECT_EQ(logm_vjp(eigh(none), none).size(), 0);
    EXPECT_EQ(logm_vjp(schur(none), none).size(), 0);
}

}  // namespace
}  // namespace tamis::test
