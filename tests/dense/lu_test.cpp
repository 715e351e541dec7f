#include <tamis/dense/lu.hpp>

#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "conformance/dense.hpp"
#include "support/dense_matrices.hpp"

namespace tamis::test {
namespace {

template <class T_, class I_>
struct DenseLuTraits {
    using T = T_;
    using I = I_;
    static constexpr Method method = Method::lu;
    static constexpr bool computes_in_its_own_scalar = true;
    static constexpr bool has_no_pattern = true;
    template <class A>
    static FromSparse<DenseLu<T>> factor(const A& a) {
        return FromSparse<DenseLu<T>>(a);
    }
    static Problem<T, I> regular(std::int64_t n, std::uint64_t seed) { return unsymmetric_well_conditioned<T, I>(n, seed); }
    static Problem<T, I> same_pattern(const Problem<T, I>& p) {
        auto other = p;
        for (T& v : other.A.values()) v *= T(0.5);
        return other;
    }
    static Csr<T, I> unfactorable(const Csr<T, I>& A) { return with_a_zero_row(A); }
};
INSTANTIATE_TYPED_TEST_SUITE_P(DenseLu, FactorizationLaws, ForAllScalarsAndIndices<DenseLuTraits>, TraitsName);

template <class P>
class DenseLuOf : public ::testing::Test {};
TYPED_TEST_SUITE(DenseLuOf, AllScalars, TypeName);

TYPED_TEST(DenseLuOf, EveryKindOfMatrixMeetsLapacksTestRatios) {
    using T = typename TypeParam::T;
    for (const auto& [name, A] : square_gallery<T>(40)) {
        SCOPED_TRACE(name);
        const std::int64_t n = A.rows();
        const auto F = lu(A);
        const Matrix<T> L = F.matrix_l();
        const Matrix<T> U = F.matrix_u();
        EXPECT_TRUE(equal(Matrix<T>(L.template triangularView<Eigen::UnitLower>()), L));
        EXPECT_TRUE(equal(Matrix<T>(U.template triangularView<Eigen::Upper>()), U));
        const double norm = one_norm_of(A);
        std::vector<std::int64_t> columns(static_cast<std::size_t>(n));
        std::iota(columns.begin(), columns.end(), std::int64_t{0});
        EXPECT_EQ(F.col_permutation(), columns);
        EXPECT_LE(lapack_ratio<T>(distance_of(Matrix<T>(L * U), permuted(A, F.row_permutation(), columns)), norm, n),
                  lapack_ratio_limit);
        EXPECT_LE(lapack_ratio<T>(distance_of(F.reconstruct(), A), norm, n), lapack_ratio_limit);
        // 70 right-hand sides are more than a block of them.
        const Matrix<T> B = Random(7).matrix<T>(n, name == "graded" ? 70 : 2) * T(std::ldexp(Real<T>(1), std::ilogb(norm)));
        EXPECT_TRUE(
            solves(A, F.solve(B), B, lapack_ratio_limit * static_cast<double>(n) * static_cast<double>(epsilon_v<T>)));
        EXPECT_TRUE(solves(Matrix<T>(A.transpose()), F.solve_transposed(B), B,
                           lapack_ratio_limit * static_cast<double>(n) * static_cast<double>(epsilon_v<T>)));
    }
}

TYPED_TEST(DenseLuOf, TheConditionEstimateIsAnUpperBoundOfRcondThatIsNearIt) {
    using T = typename TypeParam::T;
    for (const auto& [name, A] : square_gallery<T>(40)) {
        SCOPED_TRACE(name);
        // Scaled, as the inverse by Eigen overflows for complex matrices near the end of the range.
        const Matrix<InDouble<T>> wide = in_double(A) / one_norm_of(A);
        const double truth = 1 / (one_norm_of(wide) * one_norm_of(dense_inverse(wide)));
        const auto rcond = static_cast<double>(lu(A).rcond());
        // The computed factors are those of A + E, ‖E‖ = O(nε‖A‖).
        const double blur = 100 * static_cast<double>(epsilon_v<T>);
        EXPECT_GE(rcond, 0.5 * truth - blur);
        EXPECT_LE(rcond, 10 * truth + blur);
    }
}

TYPED_TEST(DenseLuOf, TheInverseMeetsLapacksTestRatio) {
    using T = typename TypeParam::T;
    const Matrix<T> A = with_singular_values<T>(50, 50, spectrum(3, 50, 1000));
    const Matrix<T> X = lu(A).inverse();
    const double error = distance_of(Matrix<T>(A * X), Matrix<T>(Matrix<T>::Identity(50, 50)));
    EXPECT_LE(lapack_ratio<T>(error, one_norm_of(A) * one_norm_of(X), 50), lapack_ratio_limit);
    EXPECT_EQ(lu(Matrix<T>(0, 0)).inverse().size(), 0);
}

TYPED_TEST(DenseLuOf, ReadsEveryLayoutWhereItLies) {
    using T = typename TypeParam::T;
    using RowMajor = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    const std::int64_t n = 70;  // more than a tile of the copy
    const Matrix<T> A = Random(3).matrix<T>(n, n);
    const Matrix<T> expected = lu(A).matrix_u();
    EXPECT_TRUE(same_bits(lu(RowMajor(A)).matrix_u(), expected));
    EXPECT_TRUE(same_bits(lu(A * T(1)).matrix_u(), expected)) << "an expression without memory";
    Matrix<T> large = Matrix<T>::Constant(n + 5, n + 5, T(std::numeric_limits<Real<T>>::quiet_NaN()));
    large.block(2, 3, n, n) = A;
    EXPECT_TRUE(same_bits(lu(large.block(2, 3, n, n)).matrix_u(), expected)) << "what lies around is not looked at";
    const Matrix<T> transposed = A.transpose();
    EXPECT_TRUE(same_bits(lu(transposed.transpose()).matrix_u(), expected));
    std::vector<T> spread(static_cast<std::size_t>(6 * n * n), T(1e30f));
    const MatrixView<T> view(spread.data(), n, n, 2, 3 * n);
    for (std::int64_t j = 0; j < n; ++j)
        for (std::int64_t i = 0; i < n; ++i) view(i, j) = A(i, j);
    EXPECT_TRUE(same_bits(lu(view).matrix_u(), expected));
    EXPECT_TRUE(same_bits(lu(MatrixView<const T>(view)).matrix_u(), expected));
    const Eigen::Matrix<T, 3, 3> fixed = A.template topLeftCorner<3, 3>();
    EXPECT_TRUE(same_bits(lu(fixed).matrix_u(), lu(A.topLeftCorner(3, 3)).matrix_u()));
    EXPECT_EQ(lu(Vector<T>(Vector<T>::Ones(1))).matrix_u()(0, 0), T(1));
}

TYPED_TEST(DenseLuOf, NamesTheRowWithoutAPivot) {
    using T = typename TypeParam::T;
    Matrix<T> A = Random(3).matrix<T>(9, 9);
    A.row(6).setZero();
    const auto e = thrown<SingularMatrix>([&] { (void)lu(A); });
    ASSERT_TRUE(e);
    EXPECT_EQ(e->index(), 6);
    EXPECT_FALSE(e->structural());
    EXPECT_TRUE(throws<SingularMatrix>([] { (void)lu(Matrix<T>(Matrix<T>::Zero(1, 1))); }));
    EXPECT_TRUE(throws<SingularMatrix>([] { (void)lu(Matrix<T>(Matrix<T>::Ones(4, 4))); }));
}

TYPED_TEST(DenseLuOf, TheFirstEntryThatIsNotFiniteIsNamedInEveryLayout) {
    using T = typename TypeParam::T;
    using R = Real<T>;
    using RowMajor = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    for (const R bad : {std::numeric_limits<R>::quiet_NaN(), std::numeric_limits<R>::infinity()}) {
        Matrix<T> A = Random(3).matrix<T>(80, 80);
        A(41, 70) = scalar<T>(0, 0) + T(bad);
        A(2, 75) = T(bad);
        EXPECT_TRUE(throws<InvalidArgument>([&] { (void)lu(A); }, "row 41, column 70"));
        EXPECT_TRUE(throws<InvalidArgument>([&] { (void)lu(RowMajor(A)); }, "row 41, column 70"));
        if constexpr (is_complex_v<T>) {
            A(41, 70) = T(0, bad);
            EXPECT_TRUE(throws<InvalidArgument>([&] { (void)lu(A); }, "row 41, column 70"));
        }
    }
    EXPECT_TRUE(throws<InvalidArgument>(
        [] { (void)lu(Matrix<T>(Matrix<T>::Identity(2, 2)), {.shift = std::numeric_limits<double>::infinity()}); },
        "shift"));
}

TYPED_TEST(DenseLuOf, EntriesWhoseSumOverflowsAreFactored) {
    using T = typename TypeParam::T;
    using R = Real<T>;
    const R huge = std::numeric_limits<R>::max() / R(1.5);
    Matrix<T> A(2, 2);
    A << T(huge), T(-huge / 4), T(huge), T(huge / 2);  // ‖A‖₁ overflows, no elimination does
    const auto F = lu(A);
    Vector<T> b(2);
    b << T(huge / 4), T(huge / 4);
    EXPECT_TRUE(near(F.solve(b), Vector<T>((Vector<T>(2) << T(R(0.25)), T(0)).finished()), 1e-6));
    EXPECT_GT(F.rcond(), R(0.01));
    EXPECT_LE(F.rcond(), R(1));
}

TYPED_TEST(DenseLuOf, TheShiftIsAddedToTheDiagonal) {
    using T = typename TypeParam::T;
    const Matrix<T> A = Random(3).matrix<T>(20, 20);
    const Matrix<T> shifted = A + T(2.5) * Matrix<T>::Identity(20, 20);
    const auto F = lu(A, {.shift = 2.5});
    EXPECT_TRUE(same_bits(F.matrix_u(), lu(shifted).matrix_u()));
    EXPECT_NEAR(F.rcond() / lu(shifted).rcond(), 1, 1e-4);
    auto G = lu(shifted, {.shift = 2.5});
    G.refactor(A);
    EXPECT_TRUE(same_bits(G.matrix_u(), F.matrix_u()));
}

TEST(DenseLuSizes, AreRefusedBeyondLapacksIntegersBeforeAnythingIsAllocated) {
    const double x = 1;
    const std::int64_t n = std::int64_t{1} << 31;
    EXPECT_TRUE(throws<IndexOverflow>([&] { (void)lu(MatrixView<const double>(&x, n, n, 0, 0)); }, "2147483648"));
    const auto e = thrown<DimensionMismatch>([] { (void)lu(Matrix<double>(Matrix<double>::Ones(3, 4))); });
    ASSERT_TRUE(e);
    EXPECT_EQ(e->expected(), 3);
    EXPECT_EQ(e->got(), 4);
}

TEST(DenseLuObject, IsAValue) {
    const Matrix<double> A = Random(3).matrix<double>(10, 10);
    DenseLu<double> F = lu(A);
    const DenseLu<double> copy = F;
    F.refactor(Matrix<double>(Matrix<double>::Identity(10, 10)));
    EXPECT_TRUE(solves(A, copy.solve(Vector<double>(A.col(0))), Vector<double>(A.col(0))));
    const DenseLu<double> moved = std::move(F);
    EXPECT_EQ(F.rows(), 0);
    EXPECT_EQ(moved.rows(), 10);
    EXPECT_EQ(moved.info().factor_nonzeros, 100);
}

TEST(DenseLuObject, ALargeOneTakesAllThreadsAndMeetsTheSameRatios) {
    const std::int64_t n = 700;
    const Matrix<double> A = Random(3).matrix<double>(n, n);
    const auto F = lu(A);
    const Vector<double> b = Random(4).vector<double>(n);
    EXPECT_LE((A * F.solve(b) - b).norm() / (A.norm() * F.solve(b).norm()),
              lapack_ratio_limit * static_cast<double>(n) * epsilon_v<double>);
    EXPECT_GT(F.info().seconds.factor, 0);
    EXPECT_TRUE(same_bits(lu(A).matrix_u(), F.matrix_u())) << "the same bits from run to run";
}

}  // namespace
}  // namespace tamis::test
