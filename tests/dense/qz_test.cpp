#include <tamis/dense/qz.hpp>

#include <cmath>
#include <complex>
#include <cstdint>
#include <limits>

#include <gtest/gtest.h>

#include <tamis/dense/eig.hpp>

#include "support/assertions.hpp"
#include "support/dense_oracle.hpp"
#include "support/spectral_matrices.hpp"
#include "support/tolerance.hpp"
#include "support/types.hpp"

namespace tamis::test {
namespace {

using Complex = std::complex<double>;

template <class T>
struct NamedPair {
    std::string name;
    Matrix<T> A;
    Matrix<T> B;
};

template <class T>
std::vector<NamedPair<T>> gallery_of_pairs(std::int64_t n) {
    std::vector<NamedPair<T>> all;
    const Matrix<T> A = Random(1).matrix<T>(n, n);
    const Matrix<T> B = Random(2).matrix<T>(n, n);
    all.push_back({"random", A, B});
    Matrix<T> singular = B;
    singular.bottomRows(n / 4).setZero();
    all.push_back({"B singular", A, singular});
    all.push_back({"A singular", singular, B});
    all.push_back({"B ill-conditioned", A, with_singular_values<T>(n, n, spectrum(3, n, 1e5), 4)});
    all.push_back({"both graded", spectral_gallery<T>(n)[10].A, spectral_gallery<T>(n)[10].A.transpose()});
    all.push_back({"Jordan and identity", jordan_matrix<T>(n, T(1)), Matrix<T>(Matrix<T>::Identity(n, n))});
    all.push_back({"far scales", near_range_end(A, true), near_range_end(B, false)});
    all.push_back({"B zero", A, Matrix<T>(Matrix<T>::Zero(n, n))});
    all.push_back({"one entry", Matrix<T>(A.topLeftCorner(1, 1)), Matrix<T>(B.topLeftCorner(1, 1))});
    all.push_back({"empty", Matrix<T>(0, 0), Matrix<T>(0, 0)});
    return all;
}

template <class T>
void expect_pair_decomposes(const NamedPair<T>& p, const DenseQz<T>& F) {
    const std::int64_t n = p.A.rows();
    const Matrix<T> Q = F.q(), Z = F.z(), S = F.s(), P = F.t();
    const double limit = lapack_ratio_limit * static_cast<double>(n) * static_cast<double>(epsilon_v<T>);
    EXPECT_TRUE(orthonormal(Q, limit));
    EXPECT_TRUE(orthonormal(Z, limit));
    for (std::int64_t j = 0; j < n; ++j) {
        const bool pair = !is_complex_v<T> && j + 1 < n && S(j + 1, j) != T(0);
        EXPECT_GE(std::real(P(j, j)), 0);
        if (pair) {
            EXPECT_EQ(P(j, j + 1), T(0));
        }
        for (std::int64_t i = j + 1; i < n; ++i) {
            ASSERT_EQ(P(i, j), T(0));
            if (i > j + 1 || !pair) {
                ASSERT_EQ(S(i, j), T(0));
            }
        }
    }
    const auto close = [&](const Matrix<T>& M, const Matrix<T>& expected) {
        EXPECT_LE(lapack_ratio<T>(distance_of(M, expected), one_norm_of(expected), n), lapack_ratio_limit);
    };
    close(product<T>(product<T>(Q, S), Z.adjoint()), p.A);
    close(product<T>(product<T>(Q, P), Z.adjoint()), p.B);
    const auto again = F.reconstruct();
    close(again.a, p.A);
    close(again.b, p.B);
}

template <class P>
class DenseQzOf : public ::testing::Test {};
TYPED_TEST_SUITE(DenseQzOf, AllScalars, TypeName);

TYPED_TEST(DenseQzOf, EveryKindOfPairMeetsLapacksTestRatios) {
    using T = typename TypeParam::T;
    for (const auto& p : gallery_of_pairs<T>(16)) {
        SCOPED_TRACE(p.name);
        expect_pair_decomposes(p, qz(p.A, p.B));
        const auto inside = qz(p.A, p.B, {.select = [](Complex alpha, double beta) { return std::abs(alpha) < beta; }});
        expect_pair_decomposes(p, inside);
        if (p.name == "random") {
            EXPECT_GT(inside.selected(), 0);
            EXPECT_LT(inside.selected(), p.A.rows());
        }
    }
}

/// max over columns of ‖β A v − α B v‖ / ((|β| ‖A‖ + |α| ‖B‖) ‖v‖ n ε), LAPACK's ratio for pairs.
template <class C>
double pair_ratio(const Matrix<C>& A, const Matrix<C>& B, const Matrix<C>& V, const Vector<C>& alpha,
                  const Vector<Real<C>>& beta, bool adjoint) {
    using W = std::complex<long double>;
    const std::int64_t n = A.rows();
    const double a = one_norm_of(A), b = one_norm_of(B);
    double worst = 0;
    for (std::int64_t j = 0; j < n; ++j) {
        // Scaled by the larger of both, which may be far from the range of the products.
        const long double size = std::max(std::abs(wide(alpha[j])) * b, std::abs(wide(C(beta[j]))) * a);
        if (size == 0) continue;
        const W right = (adjoint ? std::conj(wide(alpha[j])) : wide(alpha[j])) / size;
        const W left = wide(C(beta[j])) / size;
        long double sum = 0;
        for (std::int64_t i = 0; i < n; ++i) {
            W r = 0;
            for (std::int64_t k = 0; k < n; ++k) {
                const W x = adjoint ? std::conj(wide(A(k, i))) : wide(A(i, k));
                const W y = adjoint ? std::conj(wide(B(k, i))) : wide(B(i, k));
                r += (left * x - right * y) * wide(V(k, j));
            }
            sum += std::abs(r);
        }
        raise(worst, static_cast<double>(sum));
    }
    return lapack_ratio<C>(worst, 1, n);
}

TYPED_TEST(DenseQzOf, EigenvectorsOfPairsMeetLapacksTestRatios) {
    using T = typename TypeParam::T;
    using C = std::complex<Real<T>>;
    for (const auto& p : gallery_of_pairs<T>(12)) {
        SCOPED_TRACE(p.name);
        const auto F = eig(p.A, p.B);
        const Matrix<C> A = p.A.template cast<C>(), B = p.B.template cast<C>();
        EXPECT_LE(pair_ratio<C>(A, B, F.right_vectors(), F.alpha(), F.beta(), false), lapack_ratio_limit);
        EXPECT_LE(pair_ratio<C>(A, B, F.left_vectors(), F.alpha(), F.beta(), true), lapack_ratio_limit);
        for (std::int64_t j = 0; j < A.rows(); ++j) {
            const double limit = 100 * static_cast<double>(epsilon_v<T>);
            EXPECT_NEAR(static_cast<double>(F.right_vectors().col(j).norm()), 1, limit);
            EXPECT_NEAR(static_cast<double>(F.left_vectors().col(j).norm()), 1, limit);
            EXPECT_GE(F.beta()[j], Real<T>(0));
        }
    }
}

TEST(Qz, InfiniteAndUndefinedEigenvaluesShow) {
    Matrix<double> A(3, 3), B(3, 3);
    A << 2, 1, 0, 0, 3, 0, 0, 0, 4;
    B << 1, 0, 0, 0, 0, 0, 0, 0, 2;
    const auto values = eigvals(A, B);
    EXPECT_EQ(std::count_if(values.begin(), values.end(), [](Complex x) { return std::isinf(x.real()) && x.imag() == 0; }),
              1);
    EXPECT_EQ(std::count_if(values.begin(), values.end(), [](Complex x) { return std::abs(x - 2.0) < 1e-14; }), 2);
    A.setZero();
    A(0, 0) = 1;
    const auto undefined = eig(A, B);
    std::int64_t singular = 0;
    for (std::int64_t i = 0; i < 3; ++i) {
        const bool both = undefined.alpha()[i] == 0.0 && undefined.beta()[i] == 0;
        singular += both;
        EXPECT_EQ(both, std::isnan(undefined.eigenvalues()[i].real()));
    }
    EXPECT_EQ(singular, 1);
    // Infinite ones to the front, by the quotient and by the parts.
    Matrix<double> C = Random(4).matrix<double>(8, 8);
    Matrix<double> D = Random(5).matrix<double>(8, 8);
    D.topRows(3).setZero();
    const auto F = qz(C, D, {.select = [](Complex x) { return !std::isfinite(x.real()); }});
    EXPECT_EQ(F.selected(), qz(C, D, {.select = [](Complex, double beta) { return beta == 0; }}).selected());
    EXPECT_GE(F.selected(), 1);
    // Swaps round, so that what was zero may come out as a multiple of ε.
    for (std::int64_t i = 0; i < 8; ++i) EXPECT_EQ(F.beta()[i] <= 1e-14, i < F.selected()) << i;
}

TEST(Qz, GivesTheDocumentedNumbersOfSciPy) {
    Matrix<double> A(3, 3), B(3, 3), S(3, 3), P(3, 3);
    A << 1, 2, -1, 5, 5, 5, 2, 4, -8;
    B << 1, 1, -3, 3, 1, -1, 5, 6, -2;
    S << -1.36949157, -4.05459025, 7.44389431, 0, 7.65653432, 5.13476017, 0, -0.65978437, 2.4186015;
    P << 1.71890633, -1.64723705, -0.72696385, 0, 8.6965692, 0, 0, 0, 2.27446233;
    const auto F = qz(A, B);
    // Up to the signs of rows and columns.
    EXPECT_TRUE(near(Matrix<double>(F.s().cwiseAbs()), Matrix<double>(S.cwiseAbs()), 1e-8));
    EXPECT_TRUE(near(Matrix<double>(F.t().cwiseAbs()), Matrix<double>(P.cwiseAbs()), 1e-8));
    Matrix<double> C(2, 2), D(2, 2);
    C << 1, 0, 0, -1;
    D << 0, 1, 1, 0;
    // det(C − λ D) = −1 − λ².
    EXPECT_NEAR(std::abs(eigvals(C, D)[0] - Complex(0, 1)), 0, 1e-15);
    EXPECT_NEAR(std::abs(eigvals(C, D)[1] + Complex(0, 1)), 0, 1e-15);
}

TEST(Qz, ReadsRowMajorOperandsAndRefusesWrongOnes) {
    using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    const Matrix<double> A = Random(2).matrix<double>(6, 6);
    const Matrix<double> B = Random(3).matrix<double>(6, 6);
    EXPECT_TRUE(equal(qz(RowMajor(A), RowMajor(B)).s(), qz(A, B).s()));
    const auto wrong = thrown<DimensionMismatch>([&] { (void)qz(A, Matrix<double>(Matrix<double>::Zero(5, 5))); });
    ASSERT_TRUE(wrong);
    EXPECT_EQ(wrong->expected(), 6);
    EXPECT_EQ(wrong->got(), 5);
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)eig(A, Matrix<double>(Matrix<double>::Zero(6, 5))); }));
    Matrix<double> bad = B;
    bad(4, 5) = std::numeric_limits<double>::infinity();
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)qz(A, bad); }, "qz", "B", "row 4, column 5"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)eigvals(bad, B); }, "eigvals", "A", "row 4, column 5"));
    EXPECT_EQ(qz(A, B).info().backend, "LAPACK (gges)");
    const auto alone = eigvals(A, B);
    const auto values = eig(A, B).eigenvalues();
    for (std::int64_t i = 0; i < 6; ++i) EXPECT_LE((values.array() - alone[i]).abs().minCoeff(), 1e-12 * std::abs(alone[i]));
}

}  // namespace
}  // namespace tamis::test
