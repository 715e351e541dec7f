// solve_vjp and solve_jvp, dense and sparse, and the quadratic forms that rest on them.
#include <complex>
#include <limits>
#include <string>

#include <gtest/gtest.h>

#include <tamis/adjoint.hpp>

#include "adjoint/pairing.hpp"
#include "support/problems.hpp"
#include "support/random.hpp"
#include "support/types.hpp"
#include "tamis_backends.hpp"

namespace tamis::test {
namespace {

namespace ad = tamis::derivatives;
using Complex = std::complex<double>;

template <class P>
class SolveDerivatives : public ::testing::Test {};
TYPED_TEST_SUITE(SolveDerivatives, AllScalarsAndIndices, TypeName);

// ⟨x̄, ẋ⟩ = ⟨Ā, Ȧ⟩ + ⟨b̄, ḃ⟩ for a factorization of the sparse A.
template <class T, class I, class F>
void expect_transposed(const F& f, const Csr<T, I>& A, bool hermitian, std::int64_t k) {
    Random random(7);
    const auto n = A.rows();
    const Matrix<T> x = f.solve(random.matrix<T>(n, k));
    const Matrix<T> x_bar = random.matrix<T>(n, k);
    const Matrix<T> b_dot = random.matrix<T>(n, k);
    const auto A_dot = tangent_on(A, hermitian, random);
    const auto bar = ad::solve_vjp(f, A, x, x_bar);
    const Matrix<T> x_dot = ad::solve_jvp(f, x, A_dot, b_dot);
    EXPECT_TRUE(paired<T>(Pairing()(x_bar, x_dot), Pairing()(bar.A_bar, A_dot)(bar.b_bar, b_dot)));
    EXPECT_TRUE(canonical(bar.A_bar));
    if (hermitian) {
        for (std::int64_t i = 0; i < n; ++i)
            for (const auto entry : bar.A_bar.row(i))
                ASSERT_EQ(entry.value, tamis::detail::conjugate(bar.A_bar.coeff(static_cast<std::int64_t>(entry.index), i)));
    }
}

TYPED_TEST(SolveDerivatives, ForwardAndReverseAreTransposedForSparseFactorizations) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    const auto general = unsymmetric_well_conditioned<T, I>(40).A;
    const auto definite = hermitian_definite<T, I>(40).A;
    for (const std::int64_t k : {1, 3, 11}) {
        expect_transposed(lu(general), general, false, k);
        expect_transposed(cholesky(definite), definite, true, k);
    }
    expect_transposed(factor(definite), definite, true, 2);
}

TYPED_TEST(SolveDerivatives, SparseEntriesAreThoseOfTheDenseCotangent) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    Random random(3);
    const double limit = 100 * static_cast<double>(epsilon_v<T>);
    const auto general = unsymmetric_well_conditioned<T, I>(30).A;
    const Vector<T> x = random.vector<T>(30);
    const Vector<T> x_bar = random.vector<T>(30);
    const auto sparse = ad::solve_vjp(lu(general), general, x, x_bar);
    const auto dense_bar = ad::solve_vjp(lu(dense(general)), x, x_bar);
    EXPECT_LE(difference_on_pattern(sparse.A_bar, dense_bar.A_bar), limit * 10);
    EXPECT_TRUE(near(sparse.b_bar, dense_bar.b_bar, limit));

    const auto definite = hermitian_definite<T, I>(30).A;
    const auto sparse_h = ad::solve_vjp(cholesky(definite), definite, x, x_bar);
    const auto dense_h = ad::solve_vjp(cholesky(dense(definite)), x, x_bar);
    EXPECT_LE(difference_on_pattern(sparse_h.A_bar, dense_h.A_bar), limit * 10);
    EXPECT_TRUE(near(dense_h.A_bar, Matrix<T>(dense_h.A_bar.adjoint()), 0));
}

TEST(SolveDerivative, ForwardIsTheComplexStepOfTheSolution) {
    Random random(5);
    const auto A = unsymmetric_well_conditioned<double>(40).A;
    const auto A_dot = tangent_on(A, false, random);
    const Vector<double> b = random.vector<double>(40);
    const Vector<double> b_dot = random.vector<double>(40);
    const Complex step(0, 1e-30);
    const Vector<Complex> z = lu(moved(A, A_dot, step)).solve(Vector<Complex>(b.cast<Complex>() + step * b_dot));
    const Vector<double> expected = z.imag() / 1e-30;
    const auto F = lu(A);
    const Vector<double> x = F.solve(b);
    EXPECT_TRUE(near(ad::solve_jvp(F, x, A_dot, b_dot), expected, 1e-13));
    EXPECT_TRUE(near(ad::solve_jvp(lu(dense(A)), x, dense(A_dot), b_dot), expected, 1e-13));
    // A tangent on another pattern, of the other format and index.
    const auto other = cast<double, std::int64_t>(to_csc(A_dot));
    EXPECT_TRUE(near(ad::solve_jvp(F, x, other, b_dot), expected, 1e-13));
}

TEST(SolveDerivative, EveryDenseFactorizationGivesTheSameCotangents) {
    Random random(9);
    const Matrix<Complex> A = dense(hermitian_definite<Complex>(12).A);
    const Matrix<Complex> x = lu(A).solve(random.matrix<Complex>(12, 2));
    const Matrix<Complex> x_bar = random.matrix<Complex>(12, 2);
    const auto expected = ad::solve_vjp(lu(A), x, x_bar);
    const Matrix<Complex> part = (expected.A_bar + expected.A_bar.adjoint()) / 2;
    const auto hermitian = [&](const auto& f) {
        const auto bar = ad::solve_vjp(f, x, x_bar);
        EXPECT_TRUE(near(bar.A_bar, part, 1e-12)) << f.info().backend;
        EXPECT_TRUE(near(bar.b_bar, expected.b_bar, 1e-12));
    };
    hermitian(cholesky(A));
    hermitian(ldlt(A));
    hermitian(eigh(A));
    hermitian(factor(A));
    for (const bool pivoting : {false, true})
        EXPECT_TRUE(near(ad::solve_vjp(qr(A, {.pivoting = pivoting}), x, x_bar).A_bar, expected.A_bar, 1e-12));
    EXPECT_TRUE(near(ad::solve_vjp(svd(A), x, x_bar).A_bar, expected.A_bar, 1e-12));
}

TEST(SolveDerivative, HoldsForLdltQrShiftsAndColumnMatrices) {
    const auto A = hermitian_indefinite<Complex>(40).A;
    expect_transposed(ldlt(A), A, true, 2);
    const auto general = unsymmetric_well_conditioned<double>(40).A;
#if TAMIS_WITH_GPL
    expect_transposed(qr(general), general, false, 2);
#endif
    expect_transposed(lu(general, {.shift = 0.25}), general, false, 1);

    Random random(2);
    const Vector<double> x = random.vector<double>(40);
    const Vector<double> x_bar = random.vector<double>(40);
    const auto by_rows = ad::solve_vjp(lu(general), general, x, x_bar);
    const auto columns = to_csc(general);
    const Csc<double> by_columns = ad::solve_vjp(lu(columns), columns, x, x_bar).A_bar;
    EXPECT_TRUE(near(by_columns, dense(by_rows.A_bar), 1e-12));
    const auto hermitian_columns = to_csc(A);
    const Vector<Complex> z = random.vector<Complex>(40);
    const Vector<Complex> z_bar = random.vector<Complex>(40);
    EXPECT_TRUE(near(ad::solve_vjp(ldlt(hermitian_columns), hermitian_columns, z, z_bar).A_bar,
                     dense(ad::solve_vjp(ldlt(A), A, z, z_bar).A_bar), 1e-12));
}

TEST(SolveDerivative, WritesIntoTheCallersMemoryAndTakesAnyStrides) {
    Random random(4);
    const auto A = unsymmetric_well_conditioned<Complex>(30).A;
    const auto F = lu(A);
    const Matrix<Complex> x = random.matrix<Complex>(30, 3);
    const Matrix<Complex> x_bar = random.matrix<Complex>(30, 3);
    const auto expected = ad::solve_vjp(F, A, x, x_bar);
    auto A_bar = A;
    Matrix<Complex> b_bar = x_bar;  // in place
    ad::solve_vjp_into(F, A, x, b_bar, A_bar.values(), b_bar);
    EXPECT_TRUE(same_bits(dense(A_bar), dense(expected.A_bar)));
    EXPECT_TRUE(same_bits(b_bar, expected.b_bar));

    const Eigen::Matrix<Complex, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> by_rows = x;
    Matrix<Complex> wide = Matrix<Complex>::Zero(60, 3);
    for (std::int64_t i = 0; i < 30; ++i) wide.row(2 * i) = x_bar.row(i);
    const Eigen::Map<const Matrix<Complex>, 0, Eigen::Stride<Eigen::Dynamic, Eigen::Dynamic>> strided(
        wide.data(), 30, 3, Eigen::Stride<Eigen::Dynamic, Eigen::Dynamic>(60, 2));
    const auto other = ad::solve_vjp(F, A, by_rows, strided);
    EXPECT_TRUE(near(other.A_bar, dense(expected.A_bar), 1e-14));
}

TEST(SolveDerivative, TakesIterativeSolvesAndOperators) {
    Random random(6);
    const auto A = hermitian_definite<double>(40).A;
    const Vector<double> x = random.vector<double>(40);
    const Vector<double> x_bar = random.vector<double>(40);
    const auto F = lu(A);  // by LU nothing is symmetrised
    const auto expected = ad::solve_vjp(F, A, x, x_bar);
    const auto iterative =
        ad::solve_vjp([&](const auto& g) { return cg(A, g, {.tolerance = 1e-14}).require().x; }, A, x, x_bar);
    EXPECT_TRUE(near(iterative.A_bar, dense(expected.A_bar), 1e-11));
    EXPECT_TRUE(near(ad::solve_vjp(inverse_operator(F), A, x, x_bar).A_bar, dense(expected.A_bar), 1e-12));
}

TEST(SolveDerivative, OuterProductOnAPatternIsTheSampledProduct) {
    Random random(8);
    const auto A = random_sparse<double, std::int64_t>(50, 20, 0.2, 3);
    const Matrix<double> u = random.matrix<double>(50, 9);
    const Matrix<double> v = random.matrix<double>(20, 9);
    const Matrix<double> product = u * v.transpose();
    EXPECT_LE(difference_on_pattern(ad::outer_product_on(A, u, v), product), 1e-13);
    EXPECT_TRUE(near(ad::outer_product_on(to_csc(A), u, v), dense(ad::outer_product_on(A, u, v)), 1e-14));
    EXPECT_EQ(ad::outer_product_on(A, u.leftCols(0), v.leftCols(0)).values()[0], 0);
}

TEST(SolveDerivative, RefusesWhatDoesNotFit) {
    const auto A = diagonally_dominant<double>(6).A;
    const auto F = lu(A);
    const Vector<double> x = Vector<double>::Ones(6);
    const Vector<double> longer = Vector<double>::Ones(7);
    Vector<double> bad = x;
    bad[4] = std::numeric_limits<double>::quiet_NaN();
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)ad::solve_vjp(F, A, longer, x); }, "solve_vjp", "7×1", "6×1"));
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)ad::solve_vjp(F, A, x, longer); }, "x_bar", "7×1", "6×1"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)ad::solve_vjp(F, A, x, bad); }, "x_bar", "row 4"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)ad::solve_vjp(F, A, bad, x); }, "x holds", "row 4"));
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)ad::solve_vjp(F, identity<double>(7), x, x); }, "6×6", "7×7"));
    EXPECT_TRUE(throws<PatternMismatch>([&] { (void)ad::solve_vjp(F, identity<double>(6), x, x); }, "6"));
    const auto definite = hermitian_definite<double>(6).A;
    EXPECT_TRUE(
        throws<PatternMismatch>([&] { (void)ad::solve_vjp(cholesky(definite), identity<double>(6), x, x); }, "triangle"));
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)ad::solve_jvp(F, x, identity<double>(5), x); }, "5×5", "6×6"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)ad::solve_jvp(F, x, A, bad); }, "b_dot", "row 4"));
    std::vector<double> values(3);
    Vector<double> out(6);
    EXPECT_TRUE(throws<DimensionMismatch>([&] { ad::solve_vjp_into(F, A, x, x, values, out); }, "3 values"));
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)ad::solve_vjp(qr(Matrix<double>::Ones(6, 2)), x, x); }, "6×2"));
    EXPECT_TRUE(throws<SingularMatrix>([&] { (void)ad::solve_vjp(qr(Matrix<double>::Ones(6, 6)), x, x); }, "rank 1 of 6"));
}

TEST(SolveDerivative, EmptyAndOneByOne) {
    const auto none = ad::solve_vjp(lu(Matrix<double>(0, 0)), Vector<double>(0), Vector<double>(0));
    EXPECT_EQ(none.A_bar.size(), 0);
    const Csr<double> empty(0, 0);
    EXPECT_EQ(ad::solve_vjp(lu(empty), empty, Vector<double>(0), Vector<double>(0)).A_bar.rows(), 0);
    // x = b / a: ∂x/∂a = −x/a, ∂x/∂b = 1/a.
    const Csr<double> a = 4.0 * identity<double>(1);
    const Vector<double> x = Vector<double>::Constant(1, 3);
    const auto bar = ad::solve_vjp(cholesky(a), a, x, Vector<double>::Constant(1, 2));
    EXPECT_DOUBLE_EQ(bar.A_bar.coeff(0, 0), -1.5);
    EXPECT_DOUBLE_EQ(bar.b_bar[0], 0.5);
}

// ---- quadratic forms

TEST(QuadraticFormDerivative, ForwardIsTheDifferenceAndReverseItsTranspose) {
    Random random(11);
    const auto A = unsymmetric_well_conditioned<Complex>(25).A;
    const auto A_dot = tangent_on(A, false, random);
    const Matrix<Complex> x = random.matrix<Complex>(25, 2);
    const Matrix<Complex> x_dot = random.matrix<Complex>(25, 2);
    const Complex q_bar(0.5, -2);
    const Complex q_dot = ad::quadratic_form_jvp(A, x, A_dot, x_dot);
    // q is of third degree along a line: the central difference of step 1 is q̇ plus the cubic term, which two steps tell.
    const auto value = [&](double h) {
        return ad::quadratic_form(moved(A, A_dot, Complex(h)), Matrix<Complex>(x + h * x_dot));
    };
    const auto difference = [&](double h) { return (value(h) - value(-h)) / (2 * h); };
    EXPECT_LT(std::abs((4.0 * difference(1) - difference(2)) / 3.0 - q_dot), 1e-11 * std::abs(q_dot) + 1e-11);
    const auto bar = ad::quadratic_form_vjp(A, x, q_bar);
    EXPECT_TRUE(paired<Complex>(Pairing()(q_bar, q_dot), Pairing()(bar.A_bar, A_dot)(bar.x_bar, x_dot)));
    const auto dense_bar = ad::quadratic_form_vjp(dense(A), x, q_bar);
    EXPECT_LE(difference_on_pattern(bar.A_bar, dense_bar.A_bar), 1e-13);
    EXPECT_TRUE(near(dense_bar.x_bar, bar.x_bar, 1e-13));
    EXPECT_NEAR(std::abs(ad::quadratic_form_jvp(dense(A), x, A_dot, x_dot) - q_dot), 0, 1e-11);
}

TEST(QuadraticFormDerivative, OfTheInverseIsPairedAndHermitianWhereTheFactorIs) {
    Random random(12);
    const Complex q_bar(1.5, 0.75);
    const Vector<Complex> b = random.vector<Complex>(30);
    const Vector<Complex> b_dot = random.vector<Complex>(30);
    const auto check = [&](const auto& f, const Csr<Complex>& A, bool hermitian) {
        const auto A_dot = tangent_on(A, hermitian, random);
        const Complex q_dot = ad::inverse_quadratic_form_jvp(f, b, A_dot, b_dot);
        const auto bar = ad::inverse_quadratic_form_vjp(f, A, b, q_bar);
        EXPECT_TRUE(paired<Complex>(Pairing()(q_bar, q_dot), Pairing()(bar.A_bar, A_dot)(bar.b_bar, b_dot)));
        const double h = 1e-5;
        const auto at = [&](double t) {
            return ad::inverse_quadratic_form(lu(moved(A, A_dot, Complex(t))), Vector<Complex>(b + t * b_dot));
        };
        EXPECT_LT(std::abs((at(h) - at(-h)) / (2 * h) - q_dot), 1e-7 * (1 + std::abs(q_dot)));
        const auto of_dense = ad::inverse_quadratic_form_vjp(lu(dense(A)), b, q_bar);
        if (!hermitian) {
            EXPECT_LE(difference_on_pattern(bar.A_bar, of_dense.A_bar), 1e-11);
        }
    };
    const auto general = unsymmetric_well_conditioned<Complex>(30).A;
    check(lu(general), general, false);
    const auto definite = hermitian_definite<Complex>(30).A;
    check(cholesky(definite), definite, true);
}

TEST(QuadraticFormDerivative, RefusesWhatDoesNotFit) {
    const auto A = diagonally_dominant<double>(4).A;
    const Vector<double> x = Vector<double>::Ones(4);
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)ad::quadratic_form(A, Vector<double>::Ones(3)); }, "4×4", "3×3"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)ad::quadratic_form_vjp(A, x, std::numeric_limits<double>::infinity()); },
                                        "q_bar"));
    auto bad = A;
    bad.values()[0] = std::numeric_limits<double>::quiet_NaN();
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)ad::quadratic_form(bad, x); }, "A holds", "row 0"));
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)ad::inverse_quadratic_form(lu(A), Vector<double>::Ones(3)); }, "3×1"));
}

}  // namespace
}  // namespace tamis::test
