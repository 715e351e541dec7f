#include <tamis/dense/cossin.hpp>
#include <tamis/dense/interpolative.hpp>
#include <tamis/dense/polar.hpp>
#include <tamis/dense/qr.hpp>
#include <tamis/dense/subspaces.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numbers>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "support/assertions.hpp"
#include "support/dense_matrices.hpp"
#include "support/dense_oracle.hpp"
#include "support/types.hpp"

namespace tamis::test {
namespace {

template <class P>
class DenseSubspaces : public ::testing::Test {};
TYPED_TEST_SUITE(DenseSubspaces, AllScalars, TypeName);

TYPED_TEST(DenseSubspaces, PseudoinversesKeepPenrosesFourConditions) {
    using T = typename TypeParam::T;
    for (const auto& [m, n] : {std::pair<std::int64_t, std::int64_t>(9, 5), {5, 9}, {6, 6}}) {
        for (const std::int64_t rank : {std::min(m, n), std::int64_t{3}}) {
            std::vector<double> s = spectrum(4, std::min(m, n), 10);
            for (std::size_t i = static_cast<std::size_t>(rank); i < s.size(); ++i) s[i] = 0;
            const Matrix<T> A = with_singular_values<T>(m, n, s, 2), X = pinv(A);
            const double close = 1e3 * static_cast<double>(epsilon_v<T>);
            const Matrix<T> AX = product(A, X), XA = product(X, A);
            EXPECT_TRUE(near(product(AX, A), A, close));
            EXPECT_TRUE(near(product(XA, X), X, close));
            EXPECT_TRUE(near(Matrix<T>(AX.adjoint()), AX, close));
            EXPECT_TRUE(near(Matrix<T>(XA.adjoint()), XA, close));
            EXPECT_EQ(matrix_rank(A), rank);
            EXPECT_EQ(orth(A).cols(), rank);
            EXPECT_LE(max_difference(product(orth(A), adjoint_product(orth(A), A)), A), close);
            const Matrix<T> N = null_space(A);
            EXPECT_EQ(N.cols(), n - rank);
            EXPECT_TRUE(orthonormal(N));
            EXPECT_LE(max_modulus(product(A, N)), close);
        }
    }
}

TYPED_TEST(DenseSubspaces, PolarFactorsAreUnitaryAndSemidefinite) {
    using T = typename TypeParam::T;
    for (const auto& [m, n] : {std::pair<std::int64_t, std::int64_t>(9, 5), {5, 9}, {6, 6}}) {
        const Matrix<T> A = with_singular_values<T>(m, n, spectrum(3, std::min(m, n), 1e3), 2);
        const auto F = tamis::polar(A);
        const double close = 1e3 * static_cast<double>(epsilon_v<T>);
        EXPECT_TRUE(near(product(F.u(), F.p()), A, close));
        EXPECT_TRUE(orthonormal(m >= n ? F.u() : Matrix<T>(F.u().adjoint())));
        EXPECT_TRUE(equal(Matrix<T>(F.p().adjoint()), F.p()));
        EXPECT_GE(hermitian_eigenvalues(in_double(F.p()))[0], -close);
        EXPECT_TRUE(near(product(F.p(), F.p()), adjoint_product(A, A), close));
    }
    EXPECT_EQ(tamis::polar(Matrix<T>(0, 2)).p().norm(), 0);
}

TYPED_TEST(DenseSubspaces, CosineSineDecompositionsComposeForEveryPartition) {
    using T = typename TypeParam::T;
    const std::int64_t m = 9;
    const Matrix<T> X = qr(Random(3).matrix<T>(m, m)).q();
    for (const std::int64_t p : {1, 3, 4, 6, 8})
        for (const std::int64_t q : {1, 2, 5, 8}) {
            SCOPED_TRACE("p = " + std::to_string(p) + ", q = " + std::to_string(q));
            const auto F = cossin(X, p, q);
            EXPECT_LE(max_difference(product(F.u, product(F.cs, F.vt)), X),
                      lapack_ratio_limit * m * static_cast<double>(epsilon_v<T>));
            EXPECT_TRUE(orthonormal(F.u));
            EXPECT_TRUE(orthonormal(F.vt));
            EXPECT_TRUE(orthonormal(F.cs));
            EXPECT_EQ(F.u.topRightCorner(p, m - p).norm() + F.u.bottomLeftCorner(m - p, p).norm(), 0);
            EXPECT_EQ(F.vt.topRightCorner(q, m - q).norm() + F.vt.bottomLeftCorner(m - q, q).norm(), 0);
            EXPECT_LE((F.cs - Matrix<T>(F.cs.real().template cast<T>())).norm(), 0);
            for (std::int64_t j = 0; j < m; ++j)  // one cosine and one sine, or a one
                EXPECT_LE(std::count_if(F.cs.col(j).begin(), F.cs.col(j).end(), [](const T& v) { return v != T(0); }), 2);
        }
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)cossin(X, 0, 3); }, "(0, 9)"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)cossin(X, 3, 9); }, "(0, 9)"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)cossin(Matrix<T>(T(2) * X), 3, 3); }, "unitary"));
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)cossin(Matrix<T>(X.leftCols(4)), 3, 3); }));
}

TYPED_TEST(DenseSubspaces, InterpolativeDecompositionsReachTheirToleranceWithColumnsOfTheMatrix) {
    using T = typename TypeParam::T;
    const Matrix<T> A = with_singular_values<T>(30, 40, spectrum(3, 30, 1e5), 2);
    const auto error = [&](const auto& F) {
        Matrix<T> C(30, F.rank());
        for (std::int64_t j = 0; j < F.rank(); ++j) C.col(j) = A.col(F.columns()[static_cast<std::size_t>(j)]);
        return frobenius_norm(Matrix<T>(A - product(C, F.coefficients()))) / frobenius_norm(A);
    };
    std::int64_t before = 0;
    for (const double tolerance : {0.1, 1e-2, 1e-3}) {
        const auto F = interpolative(A, {.tolerance = tolerance});
        EXPECT_LE(error(F), tolerance * 1.01);
        EXPECT_GT(F.rank(), before);
        EXPECT_LT(F.rank(), 30);
        before = F.rank();
        // One column fewer would not do.
        EXPECT_GT(error(interpolative(A, {.rank = F.rank() - 1})), tolerance * 0.99);
        EXPECT_EQ(std::set(F.columns().begin(), F.columns().end()).size(), static_cast<std::size_t>(F.rank()));
        for (std::int64_t j = 0; j < F.rank(); ++j)
            EXPECT_TRUE(equal(Matrix<T>(F.coefficients().col(F.columns()[static_cast<std::size_t>(j)])),
                              Matrix<T>(Matrix<T>::Identity(F.rank(), F.rank()).col(j))));
    }
    EXPECT_EQ(interpolative(A, {.tolerance = 1e-3, .rank = 2}).rank(), 2);
    // Exactly of rank 3: three columns give all of it.
    auto s = spectrum(4, 10, 10);
    std::fill(s.begin() + 3, s.end(), 0.0);
    EXPECT_EQ(interpolative(with_singular_values<T>(12, 10, s)).rank(), 3);
    EXPECT_EQ(interpolative(Matrix<T>(Matrix<T>::Zero(3, 4))).coefficients().rows(), 0);
    EXPECT_EQ(interpolative(Matrix<T>(0, 4)).coefficients().cols(), 4);
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)interpolative(A, {.tolerance = -1}); }, ".tolerance"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)interpolative(A, {.rank = 31}); }, ".rank", "30"));
}

/// Bases of two subspaces with these principal angles, mixed by random matrices.
template <class T>
std::pair<Matrix<T>, Matrix<T>> at_angles(const std::vector<double>& angles, std::uint64_t seed) {
    const auto k = static_cast<std::int64_t>(angles.size());
    const std::int64_t m = 3 * k;
    Matrix<T> A = Matrix<T>::Zero(m, k), B = Matrix<T>::Zero(m, k);
    for (std::int64_t i = 0; i < k; ++i) {
        A(i, i) = T(1);
        B(i, i) = scalar<T>(std::cos(angles[static_cast<std::size_t>(i)]));
        B(k + i, i) = scalar<T>(std::sin(angles[static_cast<std::size_t>(i)]));
    }
    Random random(seed), again(seed);
    reflect(A, random);
    reflect(B, again);
    return {Matrix<T>(A * with_singular_values<T>(k, k, spectrum(4, k, 3), 5)),
            Matrix<T>(B * with_singular_values<T>(k, k, spectrum(4, k, 3), 6))};
}

TYPED_TEST(DenseSubspaces, AnglesAreFoundAcrossTheirRange) {
    using T = typename TypeParam::T;
    const double eps = static_cast<double>(epsilon_v<T>);
    // Two below √ε, which the cosine cannot tell from 0.
    const std::vector<double> angles{std::numbers::pi / 2, 1.2, 0.8, 0.7, 0.01, 0.1 * std::sqrt(eps), 100 * eps};
    const auto [A, B] = at_angles<T>(angles, 3);
    const auto found = subspace_angles(A, B);
    ASSERT_EQ(found.size(), 7);
    for (std::int64_t i = 0; i < 7; ++i)
        EXPECT_NEAR(found[i], angles[static_cast<std::size_t>(i)], 30 * eps) << "angle " << i;
    // The smaller subspace inside of the larger one, given in either order.
    const auto inside = subspace_angles(A, Matrix<T>(A.leftCols(2)));
    ASSERT_EQ(inside.size(), 2);
    EXPECT_LE(inside[0], 30 * eps);
    EXPECT_LE(subspace_angles(Matrix<T>(A.leftCols(2)), A)[0], 30 * eps);
    EXPECT_TRUE(throws<DimensionMismatch>([a = A] { (void)subspace_angles(a, Matrix<T>(a.topRows(5))); }));
    EXPECT_EQ(subspace_angles(A, Matrix<T>(Matrix<T>::Zero(21, 2))).size(), 0);
}

TEST(DenseSubspacesOf, ProcrustesFindsTheRotationThatWasApplied) {
    using T = std::complex<double>;
    const Matrix<T> A = Random(3).matrix<T>(8, 4), Q = qr(Random(4).matrix<T>(4, 4)).q();
    const Matrix<T> B = product(A, Q);
    const auto found = orthogonal_procrustes(A, B);
    EXPECT_TRUE(near(found.r, Q, 1e-13));
    EXPECT_NEAR(found.scale / (A.norm() * A.norm()), 1, 1e-14);
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)orthogonal_procrustes(A, Matrix<T>(B.leftCols(3))); }, "8×3"));
    Matrix<T> bad = B;
    bad(2, 1) = infinity;
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)orthogonal_procrustes(A, bad); }, "B", "row 2, column 1"));
    EXPECT_EQ(orthogonal_procrustes(Matrix<T>(3, 0), Matrix<T>(3, 0)).scale, 0);
}

TEST(DenseSubspacesOf, RanksFollowTheirThreshold) {
    const Matrix<double> A = with_singular_values<double>(6, 5, {4, 2, 1e-3, 1e-9, 0});
    EXPECT_EQ(matrix_rank(A), 4);
    EXPECT_EQ(matrix_rank(A, {.relative = 1e-6}), 3);
    EXPECT_EQ(matrix_rank(A, {.absolute = 3}), 1);
    EXPECT_EQ(null_space(A, {.relative = 1e-6}).cols(), 2);
    EXPECT_EQ(orth(A, {.absolute = 3}).cols(), 1);
    EXPECT_NEAR(svdvals(pinv(A, {.relative = 1e-6}))[0], 1e3, 1e-6);
    EXPECT_EQ(matrix_rank(Matrix<double>(0, 4)), 0);
    EXPECT_EQ(matrix_rank(Matrix<double>(Matrix<double>::Zero(3, 3))), 0);
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)matrix_rank(A, {.relative = -1}); }, ".relative"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)pinv(A, {.absolute = std::nan("")}); }, ".absolute"));
}

TEST(DenseSubspacesOf, DocumentedExamplesGiveTheDocumentedNumbers) {
    // numpy.linalg.matrix_rank
    EXPECT_EQ(matrix_rank(Matrix<double>(Matrix<double>::Identity(4, 4))), 4);
    Matrix<double> I = Matrix<double>::Identity(4, 4);
    I(3, 3) = 0;
    EXPECT_EQ(matrix_rank(I), 3);
    EXPECT_EQ(matrix_rank(Vector<double>(Vector<double>::Ones(4))), 1);
    EXPECT_EQ(matrix_rank(Vector<double>(Vector<double>::Zero(4))), 0);
    // scipy.linalg.null_space
    const Matrix<double> ones = Matrix<double>::Ones(2, 2);
    EXPECT_NEAR(std::abs(null_space(ones)(0, 0)), 0.70710678, 1e-8);
    EXPECT_NEAR(null_space(ones)(0, 0) + null_space(ones)(1, 0), 0, 1e-15);
    // scipy.linalg.orth
    EXPECT_EQ(orth(Matrix<double>{{2, 0, 0}, {0, 5, 0}}).cols(), 2);
    // scipy.linalg.polar
    const auto square = polar(Matrix<double>{{1, -1}, {2, 4}});
    EXPECT_TRUE(near(square.u(), Matrix<double>{{0.85749293, -0.51449576}, {0.51449576, 0.85749293}}, 1e-8));
    EXPECT_TRUE(near(square.p(), Matrix<double>{{1.88648444, 1.2004901}, {1.2004901, 3.94446746}}, 1e-8));
    const auto wide = polar(Matrix<double>{{0.5, 1, 2}, {1.5, 3, 4}});
    EXPECT_TRUE(
        near(wide.u(), Matrix<double>{{-0.21196618, -0.42393237, 0.88054056}, {0.39378971, 0.78757942, 0.4739708}}, 1e-8));
    EXPECT_TRUE(near(
        wide.p(),
        Matrix<double>{
            {0.48470147, 0.96940295, 1.15122648}, {0.96940295, 1.9388059, 2.30245295}, {1.15122648, 2.30245295, 3.65696431}},
        1e-8));
    // scipy.linalg.orthogonal_procrustes
    const Matrix<double> A{{2, 0, 1}, {-2, 0, 0}};
    Matrix<double> flipped(2, 3);
    for (std::int64_t j = 0; j < 3; ++j) flipped.col(j) = A.col(2 - j);
    const auto R = orthogonal_procrustes(A, flipped);
    EXPECT_NEAR(R.scale, 9, 1e-14);
    EXPECT_TRUE(near(R.r, Matrix<double>{{-5.34384992e-17, 0, 1}, {0, 1, 0}, {1, 0, -7.85941422e-17}}, 1e-14));
    // scipy.linalg.subspace_angles of the Hadamard matrix
    const Matrix<double> H{{1, 1, 1, 1}, {1, -1, 1, -1}, {1, 1, -1, -1}, {1, -1, -1, 1}};
    EXPECT_TRUE(near(subspace_angles(Matrix<double>(H.leftCols(2)), Matrix<double>(H.rightCols(2))),
                     Vector<double>(Vector<double>::Constant(2, std::numbers::pi / 2)), 1e-14));
    EXPECT_TRUE(near(subspace_angles(H, H), Vector<double>(Vector<double>::Zero(4)), 1e-14));
}

}  // namespace
}  // namespace tamis::test
