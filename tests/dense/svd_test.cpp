#include <tamis/dense/svd.hpp>

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "conformance/dense.hpp"
#include "dense/svd_drivers.hpp"
#include "support/dense_matrices.hpp"

namespace tamis::test {
namespace {

template <class T_, class I_>
struct DenseSvdTraits {
    using T = T_;
    using I = I_;
    static constexpr Method method = Method::svd;
    static constexpr bool computes_in_its_own_scalar = true;
    static constexpr bool has_no_pattern = true;
    template <class A>
    static auto factor(const A& a) {
        return FromSparse<tamis::DenseSvd<T>>(a);
    }
    static Problem<T, I> regular(std::int64_t n, std::uint64_t seed) { return unsymmetric_well_conditioned<T, I>(n, seed); }
    static Problem<T, I> same_pattern(const Problem<T, I>& p) {
        auto other = p;
        for (T& v : other.A.values()) v *= T(0.5);
        return other;
    }
    static Csr<T, I> unfactorable(const Csr<T, I>&) { return {}; }  // takes singular ones
};
INSTANTIATE_TYPED_TEST_SUITE_P(DenseSvd, FactorizationLaws, ForAllScalarsAndIndices<DenseSvdTraits>, TraitsName);

template <class P>
class DenseSvdOf : public ::testing::Test {};
TYPED_TEST_SUITE(DenseSvdOf, AllScalars, TypeName);

template <class T>
std::vector<NamedMatrix<T>> shapes_and_ranks() {
    std::vector<NamedMatrix<T>> all;
    for (const auto& [m, n] : {std::pair<std::int64_t, std::int64_t>(60, 20), {20, 60}, {33, 30}, {40, 1}, {1, 40}}) {
        auto s = spectrum(4, std::min(m, n), 10);
        for (std::size_t i = s.size() / 2 + 1; i < s.size(); ++i) s[i] = 0;
        all.push_back({std::to_string(m) + "x" + std::to_string(n) + " of half the rank", with_singular_values<T>(m, n, s)});
    }
    std::vector<double> clustered(30, 1.0);
    for (std::size_t i = 10; i < 30; ++i) clustered[i] = 1e-3 * (1 + 1e-9 * static_cast<double>(i % 3));
    std::sort(clustered.rbegin(), clustered.rend());
    all.push_back({"clustered", with_singular_values<T>(30, 30, clustered)});
    all.push_back({"zeros", Matrix<T>::Zero(6, 4)});
    return all;
}

/// LAPACK's four ratios: ‖A − U Σ Vᴴ‖, ‖I − UᴴU‖, ‖I − VᴴV‖, and descending values.
template <class T>
void expect_decomposition(const Matrix<T>& A, const tamis::DenseSvd<T>& F) {
    const std::int64_t m = A.rows(), n = A.cols(), most = std::max(m, n);
    const Matrix<T> U = F.u(), Vt = F.vt();
    const auto s = F.singular_values();
    ASSERT_EQ(s.size(), std::min(m, n));
    for (std::int64_t i = 0; i < s.size(); ++i) {
        EXPECT_GE(s[i], 0);
        if (i > 0) {
            EXPECT_LE(s[i], s[i - 1]);
        }
    }
    const double orthogonal = lapack_ratio_limit * static_cast<double>(most) * static_cast<double>(epsilon_v<T>);
    const Matrix<T> identity = Matrix<T>::Identity(most, most);
    EXPECT_LE(max_difference<T>(adjoint_product<T>(U, U), identity.topLeftCorner(U.cols(), U.cols())), orthogonal);
    const Matrix<T> V = Vt.adjoint();
    EXPECT_LE(max_difference<T>(adjoint_product<T>(V, V), identity.topLeftCorner(V.cols(), V.cols())), orthogonal);
    Matrix<T> US = U.leftCols(s.size());
    for (std::int64_t j = 0; j < US.cols(); ++j)
        for (std::int64_t i = 0; i < m; ++i) US(i, j) *= s[j];
    const double norm = one_norm_of(A);
    EXPECT_LE(lapack_ratio<T>(distance_of(product<T>(US, Vt.topRows(s.size())), A), norm, most), lapack_ratio_limit);
    EXPECT_LE(lapack_ratio<T>(distance_of(F.reconstruct(), A), norm, most), lapack_ratio_limit);
}

TYPED_TEST(DenseSvdOf, EveryDriverMeetsLapacksTestRatios) {
    using T = typename TypeParam::T;
    auto gallery = square_gallery<T>(30);
    for (auto& more : shapes_and_ranks<T>()) gallery.push_back(std::move(more));
    for (const auto& [name, A] : gallery) {
        SCOPED_TRACE(name);
        const auto F = svd(A);
        EXPECT_EQ(F.driver(), SvdDriver::divide_and_conquer);
        EXPECT_EQ(F.info().backend, "LAPACK (gesdd)");
        expect_decomposition(A, F);
        const auto s = F.singular_values();
        const double close = lapack_ratio_limit * static_cast<double>(std::max(A.rows(), A.cols())) *
                             static_cast<double>(epsilon_v<T>) * static_cast<double>(s[0]);
        const auto alone = svdvals(A);
        for (std::int64_t i = 0; i < s.size(); ++i)
            EXPECT_LE(std::abs(static_cast<double>(alone[i]) - static_cast<double>(s[i])), close);
        for (const auto driver : {SvdDriver::qr_iteration, SvdDriver::jacobi}) {
            SCOPED_TRACE(detail::routine_of(driver));
            const auto G = svd(A, {.driver = driver});
            EXPECT_EQ(G.driver(), driver);
            expect_decomposition(A, G);
            for (std::int64_t i = 0; i < s.size(); ++i)
                EXPECT_LE(std::abs(static_cast<double>(G.singular_values()[i]) - static_cast<double>(s[i])), close);
        }
    }
}

TYPED_TEST(DenseSvdOf, FullVectorsAreSquareAndSolveAsThinOnesDo) {
    using T = typename TypeParam::T;
    const double close = 1e3 * static_cast<double>(epsilon_v<T>);
    for (const auto& [m, n] : {std::pair<std::int64_t, std::int64_t>(30, 12), {12, 30}, {20, 20}}) {
        for (const std::int64_t rank : {std::min(m, n), std::min(m, n) / 2}) {
            SCOPED_TRACE(std::to_string(m) + "x" + std::to_string(n) + ", rank " + std::to_string(rank));
            auto s = spectrum(4, std::min(m, n), 10);
            for (std::size_t i = static_cast<std::size_t>(rank); i < s.size(); ++i) s[i] = 0;
            const Matrix<T> A = with_singular_values<T>(m, n, s, 6);
            const auto oracle = dense_svd(in_double(A));
            const auto adjoint_oracle = dense_svd(in_double(Matrix<T>(A.adjoint())));
            const Matrix<T> B = Random(8).matrix<T>(m, 3), C = Random(9).matrix<T>(n, 3);
            for (const auto vectors : {Vectors::thin, Vectors::full}) {
                for (const auto driver : {SvdDriver::automatic, SvdDriver::qr_iteration, SvdDriver::jacobi}) {
                    const auto F = svd(A, {.vectors = vectors, .driver = driver});
                    expect_decomposition(A, F);
                    EXPECT_EQ(F.u().cols(), vectors == Vectors::full ? m : std::min(m, n));
                    EXPECT_EQ(F.vt().rows(), vectors == Vectors::full ? n : std::min(m, n));
                    EXPECT_EQ(F.rank(), rank);
                    EXPECT_TRUE(near(F.solve(B), oracle.solve(in_double(B), rank), close));
                    EXPECT_TRUE(near(F.solve_adjoint(C), adjoint_oracle.solve(in_double(C), rank), close));
                    EXPECT_TRUE(near(F.solve_transposed(Matrix<T>(C.conjugate())), Matrix<T>(F.solve_adjoint(C).conjugate()),
                                     close));
                    EXPECT_TRUE(near(product<T>(F.pinv(), B), F.solve(B), close));
                    const Matrix<T> N = F.null_space(), R = F.range();
                    EXPECT_EQ(N.cols(), n - rank);
                    EXPECT_EQ(R.cols(), rank);
                    EXPECT_TRUE(orthonormal(N));
                    EXPECT_TRUE(orthonormal(R));
                    EXPECT_LE(max_modulus(product(A, N)), close);
                    EXPECT_LE(max_difference(product(R, adjoint_product(R, A)), A), close);
                }
            }
        }
    }
}

TEST(DenseSvdObject, JacobiFindsTheSmallValuesOfAGradedMatrixToRelativeAccuracy) {
    // D C with a well-conditioned C: the other drivers know the small values up to ε σ₁ only. The truth by D⁻¹-scaled rows:
    // the product of all singular values is |det|, and the largest of A⁻¹ is the smallest.
    const std::int64_t n = 8;
    Matrix<double> A(n, n), inverse(n, n);
    for (std::int64_t i = 0; i < n; ++i)
        for (std::int64_t j = 0; j < n; ++j) {
            // C = I + eeᵀ has the inverse I − eeᵀ/(n + 1).
            A(i, j) = std::ldexp(i == j ? 2.0 : 1.0, static_cast<int>(-12 * i));
            inverse(i, j) = std::ldexp((i == j ? 1.0 : 0.0) - 1.0 / (static_cast<double>(n) + 1), static_cast<int>(12 * j));
        }
    const double smallest = 1 / svdvals(inverse)[0];
    EXPECT_NEAR(svdvals(A, SvdDriver::jacobi)[n - 1] / smallest, 1, 1e-13);
    EXPECT_NEAR(svd(A, {.driver = SvdDriver::jacobi}).singular_values()[n - 1] / smallest, 1, 1e-13);
}

TEST(DenseSvdObject, FallsBackFromDriverToDriverAndSaysWhichOneItTook) {
    using detail::first_converged;
    std::vector<SvdDriver> tried;
    const auto only = [&](SvdDriver good) {
        tried.clear();
        return [&tried, good](SvdDriver driver) {
            tried.push_back(driver);
            return driver == good;
        };
    };
    EXPECT_EQ(first_converged("svd", SvdDriver::automatic, only(SvdDriver::qr_iteration)), SvdDriver::qr_iteration);
    EXPECT_EQ(tried, (std::vector{SvdDriver::divide_and_conquer, SvdDriver::qr_iteration}));
    EXPECT_EQ(first_converged("svd", SvdDriver::automatic, only(SvdDriver::jacobi)), SvdDriver::jacobi);
    EXPECT_EQ(tried.size(), 3U);
    EXPECT_TRUE(throws<NotConverged>([&] { first_converged("svd", SvdDriver::automatic, [](SvdDriver) { return false; }); },
                                     "gesdd", "gesvd", "gejsv"));
    EXPECT_TRUE(
        throws<NotConverged>([&] { first_converged("svd", SvdDriver::jacobi, only(SvdDriver::qr_iteration)); }, "gejsv"));
    EXPECT_EQ(tried, std::vector{SvdDriver::jacobi}) << "a driver that was asked for is obeyed";
    const Matrix<double> A = Random(3).matrix<double>(5, 5);
    EXPECT_EQ(svd(A, {.driver = SvdDriver::qr_iteration}).info().backend, "LAPACK (gesvd)");
    EXPECT_EQ(svd(A, {.driver = SvdDriver::jacobi}).info().backend, "LAPACK (gejsv)");
}

TEST(DenseSvdObject, TheRankFollowsTheTolerance) {
    const Matrix<double> A = with_singular_values<double>(6, 5, {4, 2, 1e-3, 1e-9, 0});
    const auto F = svd(A);
    EXPECT_EQ(F.rank(), 4);
    EXPECT_EQ(F.rank(1e-6), 3);
    EXPECT_EQ(F.rank(0.3), 2);
    EXPECT_EQ(F.rank({.absolute = 3}), 1);
    EXPECT_EQ(F.rank({.relative = 0.3, .absolute = 3}), 1);
    EXPECT_EQ(svd(A, {.rank_tolerance = 1e-6}).rank(), 3);
    EXPECT_EQ(F.null_space({.relative = 1e-6}).cols(), 2);
    EXPECT_EQ(F.range({.absolute = 3}).cols(), 1);
    EXPECT_LE(max_modulus(product(A, F.null_space({.relative = 1e-6}))), 1.001e-9);
    // x solves with the components that count, no others.
    const Vector<double> b = Random(4).vector<double>(6);
    EXPECT_TRUE(near(svd(A, {.rank_tolerance = 1e-6}).solve(b), dense_svd(A).solve(b, 3), 1e-9));
    EXPECT_TRUE(near(product<double>(F.pinv({.relative = 1e-6}), b), dense_svd(A).solve(b, 3), 1e-9));
    for (const double bad : {-1.0, infinity, std::nan("")}) {
        EXPECT_TRUE(throws<InvalidArgument>([&] { (void)F.rank({.absolute = bad}); }, "absolute"));
        EXPECT_TRUE(throws<InvalidArgument>([&] { (void)svd(A, {.rank_tolerance = bad}); }, "rank_tolerance"));
    }
}

TEST(DenseSvdObject, DampedSolutionsMinimiseTheResidualAndTheNorm) {
    using T = std::complex<double>;
    const Matrix<T> A = with_singular_values<T>(12, 7, {5, 3, 1, 1e-2, 1e-5, 1e-9, 0});
    const Vector<T> b = Random(4).vector<T>(12);
    const auto F = svd(A);
    for (const double damping : {1e-3, 0.5, 40.0}) {
        // The normal equations of [A; damping I] x = [b; 0].
        const Vector<T> x = F.solve_damped(b, damping);
        const Vector<T> r = b - Vector<T>(A * x);
        const Vector<T> gradient = Vector<T>(A.adjoint() * r) - Vector<T>(damping * damping * x);
        EXPECT_LE(gradient.norm(), 1e-14 * (5 * b.norm() + 25 * x.norm())) << damping;
    }
    EXPECT_TRUE(same_bits(F.solve_damped(b, 0), F.solve(b)));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)F.solve_damped(b, -1); }, "damping"));
    // σ² over- and underflows.
    const Matrix<double> large = Matrix<double>::Constant(1, 1, 1e200), small = Matrix<double>::Constant(1, 1, 1e-200);
    EXPECT_NEAR(svd(large).solve_damped(Vector<double>(Vector<double>::Constant(1, 1e200)), 1e200)[0], 0.5, 1e-15);
    EXPECT_NEAR(svd(small).solve_damped(Vector<double>(Vector<double>::Constant(1, 1e-200)), 1e-200)[0], 0.5, 1e-15);
    EXPECT_NEAR(svd(small).solve_damped(Vector<double>(Vector<double>::Constant(1, 1.0)), 1e-100)[0], 1, 1e-15);
}

TEST(DenseSvdObject, ReadsRowMajorAndStridedInputWhereItLies) {
    using T = std::complex<double>;
    const Matrix<T> A = Random(3).matrix<T>(9, 5);
    const auto expected = svdvals(A);
    const Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> by_rows = A;
    std::vector<T> spread(2 * 9 * 3 * 5, T(std::nan("")));
    const MatrixView<T> view(spread.data(), 9, 5, 2, 2 * 9 * 3);
    for (std::int64_t j = 0; j < 5; ++j)
        for (std::int64_t i = 0; i < 9; ++i) view(i, j) = A(i, j);
    EXPECT_TRUE(same_bits(svdvals(by_rows), expected));
    EXPECT_TRUE(same_bits(svdvals(view), expected));
    EXPECT_TRUE(near(svdvals(A.adjoint()), expected, 1e-14));
    EXPECT_TRUE(near(svd(A.adjoint() * 2.0).reconstruct(), Matrix<T>(A.adjoint() * 2.0), 1e-14));
    EXPECT_TRUE(near(svd(by_rows).reconstruct(), A, 1e-14));
}

TEST(DenseSvdObject, EmptyMatricesAndSingleEntriesHaveDecompositions) {
    for (const auto& [m, n] : {std::pair<std::int64_t, std::int64_t>(0, 0), {4, 0}, {0, 4}}) {
        const auto F = svd(Matrix<double>(m, n), {.vectors = Vectors::full});
        EXPECT_EQ(F.rank(), 0);
        EXPECT_EQ(F.singular_values().size(), 0);
        EXPECT_TRUE(equal(F.u(), Matrix<double>(Matrix<double>::Identity(m, m))));
        EXPECT_TRUE(equal(F.vt(), Matrix<double>(Matrix<double>::Identity(n, n))));
        EXPECT_TRUE(equal(F.solve(Vector<double>(Vector<double>::Ones(m))), Vector<double>(Vector<double>::Zero(n))));
        const auto thin = svd(Matrix<double>(m, n));
        EXPECT_TRUE(orthonormal(thin.null_space()));
        EXPECT_EQ(thin.null_space().cols(), n);
        EXPECT_EQ(thin.range().cols(), 0);
        EXPECT_EQ(thin.pinv().size(), 0);
        EXPECT_EQ(thin.condition(), 1);
        EXPECT_EQ(svdvals(Matrix<double>(m, n)).size(), 0);
    }
    EXPECT_EQ(svdvals(Matrix<std::complex<double>>(Matrix<std::complex<double>>::Constant(1, 1, {3, -4})))[0], 5);
    EXPECT_EQ(svd(Matrix<double>(Matrix<double>::Zero(3, 2))).condition(), infinity);
    EXPECT_EQ(svd(Matrix<double>(Matrix<double>::Zero(3, 3))).slogdet().logabs, -infinity);
    EXPECT_EQ(svd(with_singular_values<double>(4, 4, {1, 1, 1, 0})).rcond(), 0);
}

TEST(DenseSvdObject, ValuesAloneRefuseWhatNeedsVectors) {
    const auto F = svd(Random(3).matrix<double>(5, 4), {.vectors = Vectors::none});
    EXPECT_EQ(F.rank(), 4);
    EXPECT_GT(F.condition(), 1);
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)F.u(); }, "Vectors::thin"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)F.vt(); }, "Vectors::thin"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)F.pinv(); }, "Vectors::thin"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)F.solve(Vector<double>(Vector<double>::Ones(5))); }, "Vectors::thin"));
    Matrix<double> bad = Matrix<double>::Ones(3, 3);
    bad(2, 1) = infinity;
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)svdvals(bad); }, "row 2, column 1"));
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)F.slogdet(); }));
}

TEST(DenseSvdObject, DocumentedExamplesGiveTheDocumentedNumbers) {
    const Matrix<double> m{{1, 0}, {2, 3}, {1, 1}, {0, 2}, {1, 0}};  // scipy.linalg.svdvals
    EXPECT_TRUE(near(svdvals(m), Vector<double>{{4.28091555, 1.63516424}}, 1e-8));
    const Matrix<double> four{{1, 2}, {3, 4}};  // (15 ± √221) as squares
    EXPECT_TRUE(near(svdvals(four), Vector<double>{{std::sqrt(15 + std::sqrt(221.0)), 2 / std::sqrt(15 + std::sqrt(221.0))}},
                     1e-15));
}

}  // namespace
}  // namespace tamis::test
