// Matrices with names, products, and the systems that are given by a column and a row.
#include <tamis/dense/products.hpp>
#include <tamis/dense/special_matrices.hpp>
#include <tamis/dense/toeplitz.hpp>

#include <cmath>
#include <complex>
#include <cstdint>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "support/assertions.hpp"
#include "support/dense_matrices.hpp"
#include "support/dense_oracle.hpp"
#include "support/random.hpp"
#include "support/tolerance.hpp"

namespace tamis::test::special {
namespace {

using M = Matrix<double>;
using V = Vector<double>;
using C = std::complex<double>;

M matrix(std::initializer_list<std::initializer_list<double>> rows) {
    M A(static_cast<std::int64_t>(rows.size()), static_cast<std::int64_t>(rows.begin()->size()));
    std::int64_t i = 0;
    for (const auto& row : rows) {
        std::int64_t j = 0;
        for (const double v : row) A(i, j++) = v;
        ++i;
    }
    return A;
}

TEST(SpecialMatrices, AreThoseOfTheirDefinitions) {
    EXPECT_TRUE(equal(hilbert(3), matrix({{1, 1. / 2, 1. / 3}, {1. / 2, 1. / 3, 1. / 4}, {1. / 3, 1. / 4, 1. / 5}})));
    EXPECT_TRUE(equal(
        invhilbert(4),
        matrix({{16, -120, 240, -140}, {-120, 1200, -2700, 1680}, {240, -2700, 6480, -4200}, {-140, 1680, -4200, 2800}})));
    EXPECT_EQ(invhilbert(16)(7, 7), 42475099528537378560.0);
    EXPECT_TRUE(equal(pascal(4), matrix({{1, 1, 1, 1}, {1, 2, 3, 4}, {1, 3, 6, 10}, {1, 4, 10, 20}})));
    EXPECT_TRUE(equal(pascal(4, PascalKind::lower), matrix({{1, 0, 0, 0}, {1, 1, 0, 0}, {1, 2, 1, 0}, {1, 3, 3, 1}})));
    EXPECT_NEAR(pascal(50)(49, 49) / 25477612258980856902730428600.0, 1, 1e-14);
    const std::vector<double> c{1, 2, 3}, r{1, 4, 5, 6};
    EXPECT_TRUE(equal(toeplitz(c, r), matrix({{1, 4, 5, 6}, {2, 1, 4, 5}, {3, 2, 1, 4}})));
    EXPECT_TRUE(equal(toeplitz(c), matrix({{1, 2, 3}, {2, 1, 2}, {3, 2, 1}})));
    const std::vector<C> z{{1, 0}, {2, 3}};
    EXPECT_EQ(toeplitz(z)(0, 1), C(2, -3));
    EXPECT_EQ(toeplitz(z)(1, 0), C(2, 3));
    EXPECT_TRUE(equal(hankel(std::vector<double>{1, 2, 3, 4}, std::vector<double>{4, 7, 7, 8, 9}),
                      matrix({{1, 2, 3, 4, 7}, {2, 3, 4, 7, 7}, {3, 4, 7, 7, 8}, {4, 7, 7, 8, 9}})));
    EXPECT_TRUE(equal(hankel(c), matrix({{1, 2, 3}, {2, 3, 0}, {3, 0, 0}})));
    EXPECT_TRUE(equal(circulant(c), matrix({{1, 3, 2}, {2, 1, 3}, {3, 2, 1}})));
    EXPECT_TRUE(equal(hadamard_matrix(4), matrix({{1, 1, 1, 1}, {1, -1, 1, -1}, {1, 1, -1, -1}, {1, -1, -1, 1}})));
    EXPECT_TRUE(equal(companion(std::vector<double>{1, -10, 31, -30}), matrix({{10, -31, 30}, {1, 0, 0}, {0, 1, 0}})));
    EXPECT_TRUE(
        equal(vandermonde(std::vector<double>{1, 2, 3, 5}, 3), matrix({{1, 1, 1}, {4, 2, 1}, {9, 3, 1}, {25, 5, 1}})));
    EXPECT_TRUE(equal(vandermonde(std::vector<double>{0, 2}, -1, true), matrix({{1, 0}, {1, 2}})));
    EXPECT_TRUE(equal(leslie(std::vector<double>{0.1, 2, 1, 0.1}, std::vector<double>{0.2, 0.8, 0.7}),
                      matrix({{0.1, 2, 1, 0.1}, {0.2, 0, 0, 0}, {0, 0.8, 0, 0}, {0, 0, 0.7, 0}})));
    EXPECT_TRUE(equal(fiedler(std::vector<double>{1, 4, 12, 45}),
                      matrix({{0, 3, 11, 44}, {3, 0, 8, 41}, {11, 8, 0, 33}, {44, 41, 33, 0}})));
    const M H = helmert(6, true);
    EXPECT_LE(max_difference<double>(adjoint_product(H, H), M::Identity(6, 6)), orthonormality_limit<double>(6));
    EXPECT_TRUE(equal(helmert(6), M(H.bottomRows(5))));
    EXPECT_NEAR(helmert(3)(1, 2), -2 / std::sqrt(6.0), 1e-15);
    const Matrix<C> W = dft(12, DftScale::sqrt_n);
    EXPECT_LE(max_difference<C>(adjoint_product(W, W), Matrix<C>::Identity(12, 12)), orthonormality_limit<double>(12));
    EXPECT_LE(std::abs(dft(4)(1, 1) - C(0, -1)), 1e-15);
}

TEST(SpecialMatrices, OfOrderZeroAreEmptyAndWrongSizesAreRefused) {
    for (const std::int64_t size :
         {hilbert(0).size(), invhilbert(0).size(), pascal(0).size(), helmert(0).size(), dft(0).size(), circulant(V()).size(),
          toeplitz(V()).size(), fiedler(V()).size(), vandermonde(V()).size()})
        EXPECT_EQ(size, 0);
    EXPECT_EQ(helmert(1).rows(), 0);
    EXPECT_TRUE(throws<InvalidArgument>([] { (void)hilbert(-1); }, "-1"));
    EXPECT_TRUE(throws<InvalidArgument>([] { (void)hadamard_matrix(6); }, "6", "power of two"));
    EXPECT_TRUE(throws<InvalidArgument>([] { (void)hadamard_matrix(0); }));
    EXPECT_TRUE(throws<InvalidArgument>([] { (void)companion(std::vector<double>{0, 1}); }, "leading"));
    EXPECT_TRUE(throws<InvalidArgument>([] { (void)companion(std::vector<double>{1}); }));
    EXPECT_TRUE(throws<DimensionMismatch>([] { (void)leslie(std::vector<double>{1, 2}, std::vector<double>{1, 2}); }));
}

TEST(Products, OfChainsAreTheProductWhateverTheOrder) {
    Random random(3);
    std::vector<M> chain;
    const std::int64_t sizes[] = {10, 100, 5, 50, 1, 7};
    for (int k = 0; k < 5; ++k) chain.push_back(random.matrix<double>(sizes[k], sizes[k + 1]));
    M plain = chain[0];
    for (int k = 1; k < 5; ++k) plain = product(plain, chain[static_cast<std::size_t>(k)]);
    EXPECT_LE(max_difference(multi_dot(chain), plain), 1e-12 * max_modulus(plain));
    EXPECT_TRUE(equal(multi_dot({chain[0], chain[1], chain[2]}), multi_dot(chain[0], chain[1], chain[2])));
    const Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> by_rows = chain[1];
    EXPECT_LE(max_difference(multi_dot(chain[0], by_rows, chain[2]), multi_dot(chain[0], chain[1], chain[2])), 1e-12);
    EXPECT_TRUE(equal(multi_dot(std::vector<M>{chain[0]}), chain[0]));
    EXPECT_TRUE(equal(multi_dot(M(3, 0), M(0, 2)), M(M::Zero(3, 2))));
    const auto e = thrown<DimensionMismatch>([&] { (void)multi_dot(chain[0], chain[1], chain[1]); });
    ASSERT_TRUE(e);
    EXPECT_EQ(e->expected(), 5);
    EXPECT_EQ(e->got(), 100);
    EXPECT_TRUE(throws<InvalidArgument>([] { (void)multi_dot(std::vector<M>{}); }));
}

TEST(Products, OfKroneckerKhatriRaoAndVectorsAreThoseOfTheirDefinitions) {
    const M A = matrix({{1, 2}, {3, 4}}), B = matrix({{0, 5, 1}, {6, 7, 2}});
    EXPECT_TRUE(equal(kron(A, B),
                      matrix({{0, 5, 1, 0, 10, 2}, {6, 7, 2, 12, 14, 4}, {0, 15, 3, 0, 20, 4}, {18, 21, 6, 24, 28, 8}})));
    EXPECT_TRUE(equal(khatri_rao(A, M(B.leftCols(2))), matrix({{0, 10}, {6, 14}, {0, 20}, {18, 28}})));
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)khatri_rao(A, B); }, "2 and 3"));
    const std::vector<C> z{{0, 1}, {2, 0}};
    EXPECT_EQ(outer(z, z)(0, 0), C(-1, 0));
    EXPECT_EQ(outer(V(V::Ones(2)), V(V::Ones(5))).cols(), 5);
    EXPECT_TRUE(equal(cross(std::vector<double>{1, 2, 3}, std::vector<double>{4, 5, 6}), V(matrix({{-3}, {6}, {-3}}))));
    EXPECT_TRUE(throws<DimensionMismatch>([] { (void)cross(V(V::Ones(2)), V(V::Ones(3))); }, "2 and 3"));
}

TEST(Shape, BandwidthAndSymmetryAreMeasured) {
    M A = M::Zero(5, 4);
    EXPECT_EQ(bandwidth(A).lower + bandwidth(A).upper, 0);
    A(4, 1) = 1;
    A(0, 2) = std::numeric_limits<double>::quiet_NaN();
    EXPECT_EQ(bandwidth(A).lower, 3);
    EXPECT_EQ(bandwidth(A).upper, 2);
    M S = matrix({{1, 2}, {2, 3}});
    EXPECT_TRUE(is_symmetric(S) && is_hermitian(S));
    S(0, 1) *= 1 + 1e-12;
    EXPECT_FALSE(is_symmetric(S));
    EXPECT_TRUE(is_symmetric(S, 1e-11));
    EXPECT_FALSE(is_symmetric(A));
    Matrix<C> H = Matrix<C>::Identity(2, 2);
    H(0, 1) = C(0, 1);
    H(1, 0) = C(0, -1);
    EXPECT_TRUE(is_hermitian(H));
    EXPECT_FALSE(is_symmetric(H));
    H(1, 1) = C(1, 1);
    EXPECT_FALSE(is_hermitian(H));
    S(0, 0) = std::numeric_limits<double>::quiet_NaN();
    EXPECT_FALSE(is_symmetric(S, 1e-11));
    EXPECT_TRUE(is_symmetric(M(0, 0)));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)is_symmetric(S, -1); }));
}

template <class P>
class StructuredSolve : public ::testing::Test {};
TYPED_TEST_SUITE(StructuredSolve, AllScalars, TypeName);

TYPED_TEST(StructuredSolve, ReachesTheBackwardErrorOfADirectSolve) {
    using T = typename TypeParam::T;
    for (const std::int64_t n : {1, 2, 7, 16, 61}) {
        SCOPED_TRACE(n);
        Random random(static_cast<std::uint64_t>(n));
        Vector<T> c = random.vector<T>(n), r = random.vector<T>(n);
        const Matrix<T> b = random.matrix<T>(n, 2);
        EXPECT_TRUE(solves(toeplitz(c, r), solve_toeplitz(c, r, b), b, backward_error_limit<T>(n)));
        if (n > 1) {
            c[0] = T(0);  // the first leading minor is singular: no Levinson
            r[0] = T(5);  // not read
            EXPECT_TRUE(solves(toeplitz(c, r), solve_toeplitz(c, r, b), b, backward_error_limit<T>(n)));
        }
        c[0] = T(3) * static_cast<Real<T>>(n);
        EXPECT_TRUE(solves(circulant(c), solve_circulant(c, b), b, backward_error_limit<T>(n)));
        EXPECT_TRUE(
            solves(circulant(c), solve_circulant(c, Vector<T>(b.col(0))), Vector<T>(b.col(0)), backward_error_limit<T>(n)));
    }
}

TEST(SolveToeplitz, IsRightWhereLevinsonLosesItsDigits) {
    // Leading minors of order 2 nearly singular: Levinson alone leaves a residual of 1e-4.
    const std::int64_t n = 12;
    V c = Random(5).vector<double>(n), r = Random(6).vector<double>(n);
    c[0] = r[0] = 1;
    c[1] = 1 + 1e-12;
    r[1] = 1;
    const V b = V::Ones(n);
    EXPECT_TRUE(solves(toeplitz(c, r), solve_toeplitz(c, r, b), b, backward_error_limit<double>(n)));
}

TEST(StructuredSolves, RefuseWhatTheyMust) {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    V c = V::Ones(4), r = V::Ones(4), b = V::Ones(4);
    EXPECT_TRUE(throws<SingularMatrix>([&] { (void)solve_toeplitz(c, r, b); }));
    EXPECT_TRUE(throws<SingularMatrix>([&] { (void)solve_circulant(c, b); }, "eigenvalue 1"));
    EXPECT_TRUE(throws<SingularMatrix>([&] { (void)solve_circulant(V(V::Zero(3)), V(V::Ones(3))); }));
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)solve_toeplitz(c, V(V::Ones(3)), b); }, "4", "3"));
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)solve_toeplitz(c, r, V(V::Ones(3))); }, "4", "3"));
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)solve_circulant(c, V(V::Ones(3))); }, "4", "3"));
    r[2] = nan;
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)solve_toeplitz(c, r, b); }, "the row", "column 2"));
    c[3] = nan;
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)solve_circulant(c, b); }, "the column", "row 3"));
    EXPECT_EQ(solve_toeplitz(V(), V(), V()).size(), 0);
    EXPECT_EQ(solve_circulant(V(), V()).size(), 0);
}

}  // namespace
}  // namespace tamis::test::special
