#include <tamis/dense/ldlt.hpp>
#include <tamis/dense/pivoted_cholesky.hpp>

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "conformance/dense.hpp"
#include "support/dense_matrices.hpp"

namespace tamis::test {
namespace {

template <class T_, class I_>
struct DenseLdltTraits {
    using T = T_;
    using I = I_;
    static constexpr Method method = Method::ldlt;
    static constexpr bool computes_in_its_own_scalar = true;
    static constexpr bool has_no_pattern = true;
    template <class A>
    static FromSparse<DenseLdlt<T>> factor(const A& a) {
        return FromSparse<DenseLdlt<T>>(a);
    }
    static Problem<T, I> regular(std::int64_t n, std::uint64_t seed) { return hermitian_indefinite<T, I>(n, seed); }
    static Problem<T, I> same_pattern(const Problem<T, I>& p) {
        auto other = p;
        for (T& v : other.A.values()) v *= T(0.5);
        return other;
    }
    static Csr<T, I> unfactorable(const Csr<T, I>&) { return {}; }  // singular ones have an inertia
};
INSTANTIATE_TYPED_TEST_SUITE_P(DenseLdlt, FactorizationLaws, ForAllScalarsAndIndices<DenseLdltTraits>, TraitsName);

/// Every second eigenvalue negative.
inline std::vector<double> alternating(std::vector<double> lambda) {
    for (std::size_t k = 1; k < lambda.size(); k += 2) lambda[k] = -lambda[k];
    return lambda;
}

template <class T>
std::vector<NamedMatrix<T>> hermitian_gallery(std::int64_t n) {
    auto all = definite_gallery<T>(n);
    for (int mode = 1; mode <= 5; ++mode)
        for (const double kappa : {2.0, 0.01 / static_cast<double>(epsilon_v<T>)})
            all.push_back({"indefinite, mode " + std::to_string(mode) + ", condition " + std::to_string(kappa),
                           with_eigenvalues<T>(alternating(spectrum(mode, n, kappa)), 30 + std::uint64_t(mode))});
    Matrix<T> saddle = Matrix<T>::Zero(n, n);  // no pivot on the diagonal
    saddle.topRightCorner(n / 2, n / 2) = Random(9).matrix<T>(n / 2, n / 2);
    saddle.bottomLeftCorner(n / 2, n / 2) = saddle.topRightCorner(n / 2, n / 2).adjoint();
    all.push_back({"zero diagonal", saddle});
    all.push_back(
        {"indefinite, near overflow", near_range_end(with_eigenvalues<T>(alternating(spectrum(3, n, 100))), true)});
    return all;
}

template <class P>
class DenseLdltOf : public ::testing::Test {};
TYPED_TEST_SUITE(DenseLdltOf, AllScalars, TypeName);

TYPED_TEST(DenseLdltOf, EveryKindOfMatrixMeetsLapacksTestRatios) {
    using T = typename TypeParam::T;
    for (const auto& [name, A] : hermitian_gallery<T>(40)) {
        SCOPED_TRACE(name);
        const std::int64_t n = A.rows();
        const auto F = ldlt(A);
        const Matrix<T> L = F.matrix_l();
        EXPECT_TRUE(equal(Matrix<T>(L.template triangularView<Eigen::UnitLower>()), L));
        EXPECT_LE(L.cwiseAbs().maxCoeff(), Real<T>(3)) << "rook pivoting bounds L";
        const double norm = one_norm_of(A);
        const auto p = F.permutation();
        EXPECT_LE(lapack_ratio<T>(distance_of(Matrix<T>(L * F.matrix_d() * L.adjoint()), permuted(A, p, p)), norm, n),
                  lapack_ratio_limit);
        EXPECT_LE(lapack_ratio<T>(distance_of(F.reconstruct(), A), norm, n), lapack_ratio_limit);
        const Matrix<T> B = Random(7).matrix<T>(n, 3) * T(std::ldexp(Real<T>(1), std::ilogb(norm)));
        const double limit = lapack_ratio_limit * static_cast<double>(n) * static_cast<double>(epsilon_v<T>);
        EXPECT_TRUE(solves(A, F.solve(B), B, limit));
        EXPECT_TRUE(solves(Matrix<T>(A.transpose()), F.solve_transposed(B), B, limit));
        const Matrix<InDouble<T>> wide = in_double(A) / norm;
        const double truth = 1 / (one_norm_of(wide) * one_norm_of(dense_inverse(wide)));
        const double blur = 100 * static_cast<double>(epsilon_v<T>);
        EXPECT_GE(static_cast<double>(F.rcond()), 0.5 * truth - blur);
        EXPECT_LE(static_cast<double>(F.rcond()), 10 * truth + blur);
    }
}

TYPED_TEST(DenseLdltOf, CountsTheSignsOfTheEigenvalues) {
    using T = typename TypeParam::T;
    const auto F = ldlt(with_eigenvalues<T>(alternating(spectrum(3, 25, 1000))));
    EXPECT_EQ(F.inertia(), (Inertia{13, 12, 0}));
    EXPECT_EQ(ldlt(with_eigenvalues<T>(spectrum(3, 9, 10))).inertia(), (Inertia{9, 0, 0}));
    Matrix<T> swap = Matrix<T>::Zero(2, 2);
    swap(0, 1) = swap(1, 0) = T(2);
    EXPECT_EQ(ldlt(swap).inertia(), (Inertia{1, 1, 0}));
    EXPECT_EQ(ldlt(swap).slogdet().sign, T(-1));
    EXPECT_NEAR(ldlt(swap).slogdet().logabs, std::log(4.0), 1e-6);
    EXPECT_EQ(ldlt(Matrix<T>(Matrix<T>::Identity(4, 4)), {.shift = -1.5}).inertia(), (Inertia{0, 4, 0}));
    // 0, 3 and −2, up to rounding.
    auto lambda = std::vector<double>{3, -2, 0, 0, 0, 1};
    EXPECT_EQ(ldlt(with_eigenvalues<T>(lambda)).inertia(), (Inertia{2, 1, 3}));
}

TYPED_TEST(DenseLdltOf, ASingularMatrixHasAnInertiaButNoSolution) {
    using T = typename TypeParam::T;
    Matrix<T> A = Matrix<T>::Identity(5, 5);
    A(3, 3) = T(0);
    const auto F = ldlt(A);
    EXPECT_EQ(F.inertia(), (Inertia{4, 0, 1}));
    EXPECT_EQ(F.slogdet().sign, T(0));
    EXPECT_EQ(F.slogdet().logabs, -std::numeric_limits<Real<T>>::infinity());
    EXPECT_EQ(F.rcond(), 0);
    const auto e = thrown<SingularMatrix>([&] { (void)F.solve(Vector<T>(Vector<T>::Ones(5))); });
    ASSERT_TRUE(e);
    EXPECT_EQ(e->index(), 3);
    EXPECT_TRUE(throws<SingularMatrix>([&] { (void)F.inverse(); }));
    EXPECT_EQ(ldlt(Matrix<T>(Matrix<T>::Zero(3, 3))).inertia(), (Inertia{0, 0, 3}));
}

TYPED_TEST(DenseLdltOf, TheInverseMeetsLapacksTestRatio) {
    using T = typename TypeParam::T;
    const Matrix<T> A = with_eigenvalues<T>(alternating(spectrum(3, 30, 100)));
    const Matrix<T> X = ldlt(A).inverse();
    EXPECT_LE(lapack_ratio<T>(distance_of(Matrix<T>(A * X), Matrix<T>(Matrix<T>::Identity(30, 30))),
                              one_norm_of(A) * one_norm_of(X), 30),
              lapack_ratio_limit);
    Matrix<T> B = A;
    B(2, 7) += T(1);
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)ldlt(B); }, "not Hermitian", "(7, 2)"));
}

TYPED_TEST(DenseLdltOf, PivotedCholeskyShowsTheRankOfASemidefiniteMatrix) {
    using T = typename TypeParam::T;
    const std::int64_t n = 40;
    std::vector<double> lambda(static_cast<std::size_t>(n), 0.0);
    for (std::size_t k = 0; k < 7; ++k) lambda[k] = 1 + static_cast<double>(k);
    const Matrix<T> A = with_eigenvalues<T>(lambda);
    const auto F = pivoted_cholesky(A, {.tolerance = 1000 * static_cast<double>(epsilon_v<T>)});
    EXPECT_EQ(F.rank(), 7);
    const Matrix<T> L = F.matrix_l();
    EXPECT_EQ(L.cols(), 7);
    for (std::int64_t k = 1; k < 7; ++k) EXPECT_LE(std::real(L(k, k)), std::real(L(k - 1, k - 1)));
    EXPECT_LE(lapack_ratio<T>(distance_of(Matrix<T>(L * L.adjoint()), permuted(A, F.permutation(), F.permutation())),
                              one_norm_of(A), n),
              10 * lapack_ratio_limit);  // the tolerance is 1000 ε here
    EXPECT_LE(lapack_ratio<T>(distance_of(F.reconstruct(), A), one_norm_of(A), n), 10 * lapack_ratio_limit);
    EXPECT_EQ(pivoted_cholesky(with_eigenvalues<T>(spectrum(3, 20, 10))).rank(), 20);
    EXPECT_EQ(pivoted_cholesky(Matrix<T>(Matrix<T>::Zero(4, 4))).rank(), 0);
    EXPECT_EQ(pivoted_cholesky(Matrix<T>(0, 0)).matrix_l().size(), 0);

    // What a coarse tolerance leaves out has the trace that it says.
    const auto coarse = pivoted_cholesky(with_eigenvalues<T>(spectrum(3, n, 1e4)), {.tolerance = 1e-2});
    EXPECT_LT(coarse.rank(), n);
    const Matrix<T> left = with_eigenvalues<T>(spectrum(3, n, 1e4)) - coarse.reconstruct();
    EXPECT_NEAR(std::real(left.trace()), coarse.remainder(), 1e-3 * coarse.remainder());
}

TYPED_TEST(DenseLdltOf, PivotedCholeskyRefusesWhatIsNotSemidefinite) {
    using T = typename TypeParam::T;
    Matrix<T> A = Matrix<T>::Identity(5, 5);
    A(2, 2) = T(-1);
    const auto e = thrown<NotPositiveDefinite>([&] { (void)pivoted_cholesky(A); });
    ASSERT_TRUE(e);
    EXPECT_EQ(e->column(), 2);
    Matrix<T> swap = Matrix<T>::Zero(2, 2);
    swap(0, 1) = swap(1, 0) = T(1);
    EXPECT_TRUE(throws<NotPositiveDefinite>([&] { (void)pivoted_cholesky(swap); }));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)pivoted_cholesky(A, {.tolerance = -1}); }, "tolerance"));
}

}  // namespace
}  // namespace tamis::test
