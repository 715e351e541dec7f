#include <tamis/dense/qr.hpp>

#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "conformance/dense.hpp"
#include "support/dense_matrices.hpp"

namespace tamis::test {
namespace {

template <class F, bool pivoting>
class QrFromSparse : public FromSparse<F> {
  public:
    template <SparseMatrix M>
    explicit QrFromSparse(const M& A) : FromSparse<F>(A, DenseQrOptions{.pivoting = pivoting}) {}
};

template <class T_, class I_>
struct DenseQrTraits {
    using T = T_;
    using I = I_;
    static constexpr Method method = Method::qr;
    static constexpr bool computes_in_its_own_scalar = true;
    static constexpr bool has_no_pattern = true;
    // With pivots where indices are wide: each scalar once, each kind with real and complex numbers.
    template <class A>
    static auto factor(const A& a) {
        return QrFromSparse<DenseQr<T>, sizeof(I) == 8>(a);
    }
    static Problem<T, I> regular(std::int64_t n, std::uint64_t seed) { return unsymmetric_well_conditioned<T, I>(n, seed); }
    static Problem<T, I> same_pattern(const Problem<T, I>& p) {
        auto other = p;
        for (T& v : other.A.values()) v *= T(0.5);
        return other;
    }
    static Csr<T, I> unfactorable(const Csr<T, I>&) { return {}; }  // takes singular ones
};
INSTANTIATE_TYPED_TEST_SUITE_P(DenseQr, FactorizationLaws, ForAllScalarsAndIndices<DenseQrTraits>, TraitsName);

template <class P>
class DenseQrOf : public ::testing::Test {};
TYPED_TEST_SUITE(DenseQrOf, AllScalars, TypeName);

template <class T>
std::vector<NamedMatrix<T>> any_shape_gallery() {
    auto all = square_gallery<T>(30);
    for (const auto& [m, n] : {std::pair<std::int64_t, std::int64_t>(50, 20), {20, 50}, {40, 1}, {1, 40}}) {
        const auto k = std::min(m, n);
        const auto name = std::to_string(m) + "x" + std::to_string(n);
        all.push_back({name, with_singular_values<T>(m, n, spectrum(3, k, 100), 4)});
        auto s = spectrum(4, k, 10);
        for (std::int64_t i = k / 2; i < k; ++i) s[static_cast<std::size_t>(i)] = 0;
        all.push_back({name + " of half the rank", with_singular_values<T>(m, n, s, 5)});
    }
    all.push_back({"zeros", Matrix<T>::Zero(6, 4)});
    return all;
}

TYPED_TEST(DenseQrOf, EveryShapeAndRankMeetsLapacksTestRatios) {
    using T = typename TypeParam::T;
    for (const auto& [name, A] : any_shape_gallery<T>()) {
        for (const bool pivoting : {false, true}) {
            SCOPED_TRACE(name + (pivoting ? ", pivoted" : ""));
            const std::int64_t m = A.rows(), n = A.cols();
            const auto F = qr(A, {.pivoting = pivoting});
            const Matrix<T> Q = F.q();
            const Matrix<T> R = F.r();
            EXPECT_EQ(Q.cols(), std::min(m, n));
            EXPECT_TRUE(orthonormal(Q, 30 * static_cast<double>(m) * static_cast<double>(epsilon_v<T>)));
            EXPECT_TRUE(orthonormal(F.full_q(), 30 * static_cast<double>(m) * static_cast<double>(epsilon_v<T>)));
            EXPECT_TRUE(equal(Matrix<T>(R.template triangularView<Eigen::Upper>()), R));
            std::vector<std::int64_t> rows(static_cast<std::size_t>(m));
            std::iota(rows.begin(), rows.end(), std::int64_t{0});
            const Matrix<T> AP = permuted(A, rows, F.permutation());
            const double norm = one_norm_of(A);
            const std::int64_t most = std::max(m, n);
            EXPECT_LE(lapack_ratio<T>(distance_of(Matrix<T>(Q * R), AP), norm, most), lapack_ratio_limit);
            EXPECT_LE(lapack_ratio<T>(distance_of(F.reconstruct(), A), norm, most), lapack_ratio_limit);
            EXPECT_LE(lapack_ratio<T>(distance_of(F.multiply_q(R), AP), norm, most), lapack_ratio_limit);
            EXPECT_LE(lapack_ratio<T>(distance_of(Matrix<T>(F.multiply_qt(AP).topRows(R.rows())), R), norm, most),
                      lapack_ratio_limit);
            for (std::int64_t k = 1; k < R.rows() && pivoting; ++k)
                EXPECT_LE(std::abs(R(k, k)), std::abs(R(k - 1, k - 1)) * (1 + 100 * epsilon_v<T>));
        }
    }
}

TYPED_TEST(DenseQrOf, SolvesInTheLeastSquaresSenseWithTheSmallestNorm) {
    using T = typename TypeParam::T;
    using W = InDouble<T>;
    for (const auto& [m, n] : {std::pair<std::int64_t, std::int64_t>(30, 12), {12, 30}, {20, 20}, {9, 1}, {1, 9}}) {
        const auto k = std::min(m, n);
        for (const std::int64_t rank : {k, (k + 1) / 2}) {
            auto s = spectrum(4, k, 10);
            for (std::int64_t i = rank; i < k; ++i) s[static_cast<std::size_t>(i)] = 0;
            const Matrix<T> A = with_singular_values<T>(m, n, s, 6);
            const auto svd = dense_svd(Matrix<W>(in_double(A)));
            const auto adjoint_svd = dense_svd(Matrix<W>(in_double(A).adjoint()));
            const Matrix<T> B = Random(8).matrix<T>(m, 3);
            const Matrix<T> C = Random(9).matrix<T>(n, 3);
            for (const bool pivoting : {false, true}) {
                SCOPED_TRACE(std::to_string(m) + "x" + std::to_string(n) + ", rank " + std::to_string(rank) +
                             (pivoting ? ", pivoted" : ""));
                const auto F = qr(A, {.pivoting = pivoting});
                EXPECT_EQ(F.rank(), rank);
                const double close = 1e3 * static_cast<double>(epsilon_v<T>);
                EXPECT_TRUE(near(F.solve(B), svd.solve(in_double(B), rank), close));
                EXPECT_TRUE(near(F.solve_adjoint(C), adjoint_svd.solve(in_double(C), rank), close));
                const Matrix<T> conj = C.conjugate();
                EXPECT_TRUE(near(F.solve_transposed(conj), Matrix<T>(F.solve_adjoint(C).conjugate()), close));
            }
        }
    }
}

TYPED_TEST(DenseQrOf, TheRankIsTheOneOfTheSingularValuesUpToTheTolerance) {
    using T = typename TypeParam::T;
    EXPECT_EQ(qr(hilbert_matrix<T>(4)).rank(), 4);
    const double eps = static_cast<double>(epsilon_v<T>);
    const Matrix<T> A = with_singular_values<T>(20, 20, spectrum(2, 20, 1e-2 / (20 * eps)));
    EXPECT_EQ(qr(A).rank(), 20);
    EXPECT_EQ(qr(A, {.pivoting = true}).rank(), 20);
    EXPECT_EQ(qr(A, {.rank_tolerance = 1e4 * eps}).rank(), 19);
    EXPECT_EQ(qr(A, {.pivoting = true, .rank_tolerance = 1e4 * eps}).rank(), 19);
    // R's diagonal shows nothing of Kahan's matrix; its condition estimate does.
    const auto kahan = qr(kahan_matrix<T>(60, 0.9), {.pivoting = true});
    EXPECT_LT(kahan.rank(), 60);
    EXPECT_EQ(qr(Matrix<T>(Matrix<T>::Zero(5, 3))).rank(), 0);
    EXPECT_TRUE(
        equal(qr(Matrix<T>(Matrix<T>::Zero(5, 3))).solve(Vector<T>(Vector<T>::Ones(5))), Vector<T>(Vector<T>::Zero(3))));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)qr(A, {.rank_tolerance = -1}); }, "rank_tolerance"));
}

TYPED_TEST(DenseQrOf, TakesEmptyMatricesAndSquareVerbsOfSquareOnes) {
    using T = typename TypeParam::T;
    for (const auto& [m, n] : {std::pair<std::int64_t, std::int64_t>(0, 0), {4, 0}, {0, 4}})
        for (const bool pivoting : {false, true}) {
            const auto F = qr(Matrix<T>(m, n), {.pivoting = pivoting});
            EXPECT_EQ(F.rank(), 0);
            EXPECT_TRUE(equal(F.solve(Vector<T>(Vector<T>::Ones(m))), Vector<T>(Vector<T>::Zero(n))));
            EXPECT_TRUE(equal(F.full_q(), Matrix<T>(Matrix<T>::Identity(m, m))));
            EXPECT_EQ(F.permutation().size(), static_cast<std::size_t>(n));
        }
    const auto tall = qr(Matrix<T>(Matrix<T>::Ones(4, 2)));
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)tall.slogdet(); }));
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)tall.rcond(); }));
    EXPECT_TRUE(throws<InvalidArgument>([] { (void)qr(Matrix<T>(Matrix<T>::Ones(4, 2)), {.shift = 1}); }, "shift"));
    Matrix<T> zero_row = Random(3).matrix<T>(6, 6);
    zero_row.row(2).setZero();
    EXPECT_EQ(qr(zero_row).rcond(), 0);
    EXPECT_EQ(qr(Matrix<T>(Matrix<T>::Zero(3, 3))).slogdet().sign, T(0));
    EXPECT_TRUE(near(qr(Matrix<T>(Matrix<T>::Zero(3, 3)), {.shift = 2}).reconstruct(),
                     Matrix<T>(T(2) * Matrix<T>::Identity(3, 3)), 10 * static_cast<double>(epsilon_v<T>)));
    Matrix<T> bad = Matrix<T>::Ones(5, 3);
    bad(4, 1) = T(std::numeric_limits<Real<T>>::infinity());
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)qr(bad); }, "row 4, column 1"));
}

TEST(DenseQrObject, CopiesShareWhatWasComputedAndRefactorAlone) {
    const Matrix<double> A = with_singular_values<double>(8, 5, {3, 2, 1, 0, 0}, 3);
    auto F = qr(A);
    const auto copy = F;
    EXPECT_EQ(copy.rank(), 3);
    F.refactor(Random(3).matrix<double>(8, 5));
    EXPECT_EQ(F.rank(), 5);
    EXPECT_EQ(copy.rank(), 3);
    EXPECT_TRUE(throws<DimensionMismatch>([&] { F.refactor(Random(3).matrix<double>(5, 8)); }));
    EXPECT_EQ(F.rank(), 5);
}

}  // namespace
}  // namespace tamis::test
