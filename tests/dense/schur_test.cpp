#include <tamis/dense/schur.hpp>

#include <cmath>
#include <complex>
#include <cstdint>
#include <limits>

#include <gtest/gtest.h>

#include "support/assertions.hpp"
#include "support/dense_oracle.hpp"
#include "support/spectral_matrices.hpp"
#include "support/tolerance.hpp"
#include "support/types.hpp"

namespace tamis::test {
namespace {

using Complex = std::complex<double>;

/// T is a triangle, or for real scalars a quasi-triangle with standard blocks, and the eigenvalues are those of its
/// diagonal.
template <class T>
void expect_schur_form(const Matrix<T>& S, const Vector<std::complex<Real<T>>>& values) {
    const std::int64_t n = S.rows();
    ASSERT_EQ(values.size(), n);
    for (std::int64_t j = 0; j < n; ++j) {
        const bool pair = !is_complex_v<T> && j + 1 < n && S(j + 1, j) != T(0);
        for (std::int64_t i = j + (pair ? 2 : 1); i < n; ++i) ASSERT_EQ(S(i, j), T(0)) << i << ", " << j;
        if constexpr (is_complex_v<T>) {
            EXPECT_EQ(values[j], S(j, j));
        } else if (!pair) {
            if (j == 0 || S(j, j - 1) == T(0)) {
                EXPECT_EQ(values[j], (std::complex<T>(S(j, j), 0)));
            }
        } else {
            ASSERT_TRUE(j == 0 || S(j, j - 1) == T(0)) << "two blocks overlap at " << j;
            EXPECT_EQ(S(j, j), S(j + 1, j + 1));
            EXPECT_LT(std::copysign(T(1), S(j, j + 1)) * std::copysign(T(1), S(j + 1, j)), T(0));
            EXPECT_GT(values[j].imag(), T(0));
            EXPECT_EQ(values[j + 1], std::conj(values[j]));
        }
    }
}

template <class T, class M>
void expect_decomposes(const M& A, const DenseSchur<T>& F) {
    const std::int64_t n = A.rows();
    const Matrix<T> S = F.t();
    const Matrix<T> Z = F.z();
    const Matrix<T> wide = A.template cast<T>();
    EXPECT_TRUE(orthonormal(
        Z, lapack_ratio_limit * static_cast<double>(std::max<std::int64_t>(n, 1)) * static_cast<double>(epsilon_v<T>)));
    expect_schur_form<T>(S, F.eigenvalues());
    const double norm = one_norm_of(wide);
    const Matrix<T> again = product<T>(product<T>(Z, S), Z.adjoint());
    EXPECT_LE(lapack_ratio<T>(distance_of(again, wide), norm, n), lapack_ratio_limit);
    EXPECT_LE(lapack_ratio<T>(distance_of(F.reconstruct(), wide), norm, n), lapack_ratio_limit);
}

template <class P>
class DenseSchurOf : public ::testing::Test {};
TYPED_TEST_SUITE(DenseSchurOf, AllScalars, TypeName);

TYPED_TEST(DenseSchurOf, EveryKindOfMatrixMeetsLapacksTestRatios) {
    using T = typename TypeParam::T;
    for (const auto& [name, A] : spectral_gallery<T>(24)) {
        SCOPED_TRACE(name);
        const auto F = schur(A);
        expect_decomposes<T>(A, F);
        EXPECT_EQ(F.selected(), 0);
        // A half plane to the front, which moves conjugate pairs together.
        const double middle = A.rows() > 0 ? F.eigenvalues().real().mean() : 0;
        const auto left = schur(A, {.select = [&](Complex x) { return x.real() < middle; }});
        expect_decomposes<T>(A, left);
        std::int64_t below = 0;
        for (const auto& x : F.eigenvalues()) below += static_cast<double>(x.real()) < middle;
        EXPECT_EQ(left.selected(), below);
    }
}

TYPED_TEST(DenseSchurOf, ComplexFormIsComplexForRealMatricesToo) {
    using T = typename TypeParam::T;
    using C = std::complex<Real<T>>;
    for (const auto& [name, A] : spectral_gallery<T>(12)) {
        SCOPED_TRACE(name);
        const DenseSchur<C> F = schur(A, {.form = SchurForm::complex});
        expect_decomposes<C>(A, F);
        const auto G = schur(A, {.form = SchurForm::complex, .select = [](Complex x) { return x.imag() < 0; }});
        expect_decomposes<C>(A, G);
    }
}

TEST(Schur, SelectedEigenvaluesComeFirstAndSpanAnInvariantSubspace) {
    const Matrix<double> A = Random(9).matrix<double>(30, 30);
    const auto F = schur(A, {.form = SchurForm::real, .select = [](Complex x) { return std::abs(x) > 2; }});
    const std::int64_t k = F.selected();
    ASSERT_GT(k, 0);
    ASSERT_LT(k, 30);
    const auto values = F.eigenvalues();
    for (std::int64_t i = 0; i < 30; ++i) EXPECT_EQ(std::abs(values[i]) > 2, i < k) << i;
    const Matrix<double> Z = F.z().leftCols(k);
    const Matrix<double> S = F.t().topLeftCorner(k, k);
    EXPECT_LE(max_difference<double>(product<double>(A, Z), product<double>(Z, S)), 1e-13 * one_norm_of(A));
    // Half of a pair takes the other half along in the real form, and is alone in the complex one.
    const auto upper = [](Complex x) { return x.imag() > 0; };
    const std::int64_t pairs = schur(A, {.form = SchurForm::complex, .select = upper}).selected();
    EXPECT_GT(pairs, 0);
    EXPECT_EQ(schur(A, {.select = upper}).selected(), 2 * pairs);
}

TEST(Schur, GivesTheDocumentedNumbersOfSciPy) {
    Matrix<double> A(3, 3);
    A << 0, 2, 2, 0, 1, 2, 1, 0, 1;
    Matrix<double> T(3, 3), Z(3, 3);
    T << 2.65896708, 1.42440458, -1.92933439, 0, -0.32948354, -0.49063704, 0, 1.31178921, -0.32948354;
    Z << 0.72711591, -0.60156188, 0.33079564, 0.52839428, 0.79801892, 0.28976765, 0.43829436, 0.03590414, -0.89811411;
    const auto F = schur(A);
    EXPECT_TRUE(near(F.t(), T, 1e-8));
    EXPECT_TRUE(near(F.z(), Z, 1e-8));
    Vector<Complex> values(3);
    values << 2.65896708, Complex(-0.32948354, 0.80225456), Complex(-0.32948354, -0.80225456);
    EXPECT_TRUE(near(F.eigenvalues(), values, 1e-8));
    const auto upper = schur(A, {.form = SchurForm::complex, .select = [](Complex x) { return x.imag() > 0; }});
    EXPECT_EQ(upper.selected(), 1);
    EXPECT_TRUE(near(Vector<Complex>(upper.eigenvalues().head(1)), Vector<Complex>(values.segment(1, 1)), 1e-8));
}

TEST(Schur, ReadsRowMajorStridedAndExpressionOperands) {
    using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    const Matrix<double> A = Random(2).matrix<double>(9, 9);
    const Matrix<double> T = schur(A).t();
    EXPECT_TRUE(equal(schur(RowMajor(A)).t(), T));
    Matrix<double> room = Matrix<double>::Constant(20, 20, std::numeric_limits<double>::quiet_NaN());
    Eigen::Map<Matrix<double>, 0, Eigen::Stride<Eigen::Dynamic, Eigen::Dynamic>> strided(
        room.data(), 9, 9, Eigen::Stride<Eigen::Dynamic, Eigen::Dynamic>(40, 2));
    strided = A;
    EXPECT_TRUE(equal(schur(strided).t(), T));
    EXPECT_TRUE(equal(schur(2 * A - A).t(), T));
    EXPECT_TRUE(equal(schur(MatrixView<const double>(A)).t(), T));
}

TEST(Schur, RefusesRectanglesAndWhatIsNotFinite) {
    const auto wrong = thrown<DimensionMismatch>([] { (void)schur(Matrix<double>(Matrix<double>::Zero(3, 4))); });
    ASSERT_TRUE(wrong);
    EXPECT_EQ(wrong->expected(), 3);
    EXPECT_EQ(wrong->got(), 4);
    Matrix<double> A = Matrix<double>::Identity(4, 4);
    A(2, 1) = std::numeric_limits<double>::infinity();
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)schur(A); }, "schur", "row 2, column 1"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)schur(A, {.form = SchurForm::complex}); }, "row 2, column 1"));
}

TEST(Schur, SaysWhatItDidAndCanBeCopiedAndMoved) {
    const Matrix<double> A = Random(2).matrix<double>(70, 70);
    auto F = schur(A);
    const FactorInfo info = F.info();
    EXPECT_EQ(info.backend, "LAPACK (gees)");
    EXPECT_EQ(info.bytes, 2 * 70 * 70 * 8);
    EXPECT_GT(info.seconds.factor, 0);
    EXPECT_EQ(info.precision, "double");
    const DenseSchur<double> copy = F;
    const DenseSchur<double> moved = std::move(F);
    EXPECT_TRUE(equal(copy.t(), moved.t()));
    EXPECT_EQ(F.rows(), 0);  // NOLINT(bugprone-use-after-move): what is left is empty
}

}  // namespace
}  // namespace tamis::test
