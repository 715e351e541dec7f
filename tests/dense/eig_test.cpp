#include <tamis/dense/eig.hpp>

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstdint>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include <tamis/dense/hessenberg.hpp>

#include "support/assertions.hpp"
#include "support/dense_oracle.hpp"
#include "support/spectral_matrices.hpp"
#include "support/threads.hpp"
#include "support/tolerance.hpp"
#include "support/types.hpp"

namespace tamis::test {
namespace {

using Complex = std::complex<double>;

/// LAPACK's ratio of ‖A V − V diag(λ)‖₁, column by column, V of unit columns.
template <class C>
double eigen_ratio(const Matrix<C>& A, const Matrix<C>& V, const std::vector<C>& values) {
    const Matrix<C> AV = product<C>(A, V);
    const std::int64_t n = A.rows();
    Matrix<C> VL(n, n);
    for (std::int64_t j = 0; j < n; ++j)
        for (std::int64_t i = 0; i < n; ++i) VL(i, j) = V(i, j) * values[static_cast<std::size_t>(j)];
    return lapack_ratio<C>(distance_of(AV, VL), one_norm_of(A), n);
}

template <class C>
void expect_unit_columns(const Matrix<C>& V) {
    for (std::int64_t j = 0; j < V.cols(); ++j)
        EXPECT_NEAR(static_cast<double>(V.col(j).norm()), 1, 100 * static_cast<double>(epsilon_v<C>));
}

/// Largest distance of a value to its nearest partner when each partner is taken once.
template <class C>
double spectral_distance(const Vector<C>& a, const Vector<C>& b) {
    std::vector<C> left(b.begin(), b.end());
    double worst = 0;
    for (const C& x : a) {
        const auto near = std::min_element(left.begin(), left.end(),
                                           [&](const C& p, const C& q) { return std::abs(p - x) < std::abs(q - x); });
        raise(worst, static_cast<double>(std::abs(*near - x)));
        left.erase(near);
    }
    return worst;
}

template <class P>
class DenseEigOf : public ::testing::Test {};
TYPED_TEST_SUITE(DenseEigOf, AllScalars, TypeName);

TYPED_TEST(DenseEigOf, EveryKindOfMatrixMeetsLapacksTestRatios) {
    using T = typename TypeParam::T;
    using C = std::complex<Real<T>>;
    for (const auto& [name, A] : spectral_gallery<T>(20)) {
        SCOPED_TRACE(name);
        const auto F = eig(A);
        const Vector<C> values = F.eigenvalues();
        const Matrix<C> wide = A.template cast<C>();
        const std::vector<C> lambda(values.begin(), values.end());
        const Matrix<C> V = F.right_vectors();
        expect_unit_columns(V);
        EXPECT_LE(eigen_ratio<C>(wide, V, lambda), lapack_ratio_limit);
        std::vector<C> conjugates = lambda;
        for (C& x : conjugates) x = std::conj(x);
        const Matrix<C> U = F.left_vectors();
        expect_unit_columns(U);
        EXPECT_LE(eigen_ratio<C>(Matrix<C>(wide.adjoint()), U, conjugates), lapack_ratio_limit);
        EXPECT_TRUE(equal(F.left_vectors(), U)) << "asked a second time";
        for (std::int64_t i = 0; i < A.rows(); ++i) {
            EXPECT_EQ(F.beta()[i], Real<T>(1));
            if (!is_complex_v<T> && values[i].imag() > 0) {
                EXPECT_EQ(values[i + 1], std::conj(values[i]));
                EXPECT_TRUE(equal(Vector<C>(V.col(i + 1)), Vector<C>(V.col(i).conjugate())));
            }
            std::int64_t at = 0;
            V.col(i).cwiseAbs().maxCoeff(&at);
            if (values[i].imag() != 0) {
                EXPECT_EQ(V(at, i).imag(), Real<T>(0));
            }
        }
    }
}

TYPED_TEST(DenseEigOf, EigvalsAreTheEigenvaluesAlone) {
    using T = typename TypeParam::T;
    const Matrix<T> A = Random(3).matrix<T>(25, 25);
    const double close = 1e3 * static_cast<double>(epsilon_v<T>);
    EXPECT_LE(spectral_distance(eigvals(A), eig(A).eigenvalues()), close);
    // Prescribed ones.
    std::vector<T> values;
    for (int k = 0; k < 12; ++k) values.push_back(scalar<T>(k - 6, k % 3));
    const auto found = eigvals(with_triangle<T>(values, 0.1));
    Vector<std::complex<Real<T>>> expected(12);
    std::copy(values.begin(), values.end(), expected.begin());
    EXPECT_LE(spectral_distance(found, expected), 10 * close);
}

TYPED_TEST(DenseEigOf, HessenbergFormMeetsLapacksTestRatios) {
    using T = typename TypeParam::T;
    for (const auto& [name, A] : spectral_gallery<T>(17)) {
        SCOPED_TRACE(name);
        const auto F = hessenberg(A);
        const Matrix<T> H = F.h();
        const Matrix<T> Q = F.q();
        const std::int64_t n = A.rows();
        for (std::int64_t j = 0; j < n; ++j)
            for (std::int64_t i = j + 2; i < n; ++i) ASSERT_EQ(H(i, j), T(0));
        EXPECT_TRUE(orthonormal(Q, lapack_ratio_limit * static_cast<double>(n) * static_cast<double>(epsilon_v<T>)));
        const Matrix<T> again = product<T>(product<T>(Q, H), Q.adjoint());
        EXPECT_LE(lapack_ratio<T>(distance_of(again, A), one_norm_of(A), n), lapack_ratio_limit);
        EXPECT_LE(lapack_ratio<T>(distance_of(F.reconstruct(), A), one_norm_of(A), n), lapack_ratio_limit);
    }
}

TEST(Eig, KnownSpectraAreFound) {
    // A circulant's eigenvalues are the roots of unity, of ones; Frank's come in pairs λ, 1/λ.
    const std::int64_t n = 9;
    Matrix<double> P = Matrix<double>::Zero(n, n);
    for (std::int64_t i = 0; i < n; ++i) P((i + 1) % n, i) = 1;
    Vector<Complex> roots(n);
    for (std::int64_t k = 0; k < n; ++k)
        roots[k] = std::polar(1.0, 2 * M_PI * static_cast<double>(k) / static_cast<double>(n));
    EXPECT_LE(spectral_distance(eigvals(P), roots), 1e-14);
    const auto frank = eigvals(frank_matrix<double>(8));
    Vector<Complex> reciprocals(8);
    for (std::int64_t k = 0; k < 8; ++k) reciprocals[k] = 1.0 / frank[k];
    EXPECT_LE(spectral_distance(frank, reciprocals), 1e-9);
}

TEST(Eig, GivesTheDocumentedNumbersOfSciPy) {
    Matrix<double> A(2, 2);
    A << 0, -1, 1, 0;
    const auto F = eig(A);
    EXPECT_EQ(F.eigenvalues()[0], Complex(0, 1));
    EXPECT_EQ(F.eigenvalues()[1], Complex(0, -1));
    Matrix<Complex> V(2, 2);
    V << M_SQRT1_2, M_SQRT1_2, Complex(0, -M_SQRT1_2), Complex(0, M_SQRT1_2);
    EXPECT_TRUE(near(F.right_vectors(), V, 1e-15));
    EXPECT_TRUE(near(F.left_vectors(), V, 1e-15));
    Matrix<double> B(4, 4), H(4, 4);
    B << 2, 5, 8, 7, 5, 2, 2, 8, 7, 5, 6, 6, 5, 4, 4, 8;
    H << 2, -11.65843866, 1.42005301, 0.25349066, -9.94987437, 14.53535354, -5.31022304, 2.43081618, 0, -1.83299243,
        0.38969961, -0.51527034, 0, 0, -3.83189513, 1.07494686;
    EXPECT_TRUE(near(hessenberg(B).h(), H, 1e-8));
}

TEST(Eig, ConcurrentCallsShareTheLeftVectors) {
    const Matrix<double> A = Random(6).matrix<double>(40, 40);
    const Matrix<Complex> expected = eig(A).left_vectors();
    const auto F = eig(A);
    const auto copy = F;
    for (const auto& e :
         run_on_threads(4, [&](int k) { EXPECT_TRUE(equal((k % 2 == 0 ? F : copy).left_vectors(), expected)); }))
        EXPECT_EQ(e, nullptr);
}

TEST(Eig, ReadsRowMajorAndStridedOperandsAndRefusesWrongOnes) {
    using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    const Matrix<double> A = Random(2).matrix<double>(9, 9);
    Matrix<double> room = Matrix<double>::Constant(20, 20, std::numeric_limits<double>::quiet_NaN());
    room.block(3, 4, 9, 9) = A;
    EXPECT_TRUE(equal(eig(RowMajor(A)).right_vectors(), eig(A).right_vectors()));
    EXPECT_TRUE(equal(eigvals(room.block(3, 4, 9, 9)), eigvals(A)));
    EXPECT_TRUE(equal(hessenberg(RowMajor(A)).h(), hessenberg(A).h()));
    EXPECT_TRUE(equal(balance(RowMajor(A)).balanced, balance(A).balanced));
    const Matrix<double> wrong = Matrix<double>::Zero(3, 4);
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)eig(wrong); }));
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)eigvals(wrong); }));
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)hessenberg(wrong); }));
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)balance(wrong); }));
    Matrix<double> bad = A;
    bad(2, 1) = std::numeric_limits<double>::quiet_NaN();
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)eig(bad); }, "eig", "row 2, column 1"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)eigvals(bad); }, "row 2, column 1"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)hessenberg(bad); }, "row 2, column 1"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)balance(bad); }, "row 2, column 1"));
}

TEST(Balance, KeepsTheSpectrumAndEvensTheNormsWithoutRounding) {
    Matrix<double> A(3, 3);  // SciPy's example
    A << 1, 2, 0, 9, 1, 0.01, 1, 2, 10 * M_PI;
    const auto [B, D] = balance(A);
    EXPECT_TRUE(equal(Matrix<double>(D.diagonal().asDiagonal()), D));
    EXPECT_TRUE(equal(product<double>(A, D), product<double>(D, B)));
    Matrix<double> graded = Random(7).matrix<double>(12, 12);
    for (std::int64_t i = 0; i < 12; ++i) {
        graded.row(i) *= std::pow(10.0, static_cast<double>(i));
        graded.col(i) *= std::pow(10.0, -static_cast<double>(i));
    }
    const auto even = balance(graded, {.permute = false});
    EXPECT_TRUE(equal(product<double>(graded, even.transform), product<double>(even.transform, even.balanced)));
    const auto spread = [](const Matrix<double>& M) {
        double worst = 1;
        for (std::int64_t i = 0; i < M.rows(); ++i) {
            const double ratio = M.row(i).norm() / M.col(i).norm();
            worst = std::max({worst, ratio, 1 / ratio});
        }
        return worst;
    };
    EXPECT_GE(spread(graded), 1e3);
    EXPECT_LE(spread(even.balanced), 4);
    EXPECT_LT(spread(B), spread(A));
    // A permuted triangle is isolated by permutation alone.
    Matrix<double> T = Random(4).matrix<double>(6, 6).triangularView<Eigen::Upper>();
    Eigen::VectorXi order(6);
    order << 3, 0, 5, 1, 4, 2;
    const Matrix<double> shuffled = permuted(T, order, order);
    const auto sorted = balance(shuffled, {.scale = false});
    EXPECT_TRUE(equal(Matrix<double>(sorted.balanced.triangularView<Eigen::Upper>()), sorted.balanced));
    EXPECT_TRUE(equal(product<double>(shuffled, sorted.transform), product<double>(sorted.transform, sorted.balanced)));
    EXPECT_TRUE(equal(balance(A, {.permute = false, .scale = false}).balanced, A));
    EXPECT_EQ(balance(Matrix<double>(0, 0)).transform.size(), 0);
}

}  // namespace
}  // namespace tamis::test
