#include <tamis/dense/eigh.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numbers>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "conformance/dense.hpp"
#include "support/dense_matrices.hpp"

namespace tamis::test {
namespace {

template <class T_, class I_>
struct DenseEighTraits {
    using T = T_;
    using I = I_;
    static constexpr Method method = Method::eigh;
    static constexpr bool computes_in_its_own_scalar = true;
    static constexpr bool has_no_pattern = true;
    template <class A>
    static auto factor(const A& a) {
        return FromSparse<DenseEigh<T>>(a);
    }
    static Problem<T, I> regular(std::int64_t n, std::uint64_t seed) { return hermitian_definite<T, I>(n, seed); }
    static Problem<T, I> same_pattern(const Problem<T, I>& p) {
        auto other = p;
        for (T& v : other.A.values()) v *= T(0.5);
        return other;
    }
    static Csr<T, I> unfactorable(const Csr<T, I>&) { return {}; }  // takes singular ones
};
INSTANTIATE_TYPED_TEST_SUITE_P(DenseEigh, FactorizationLaws, ForAllScalarsAndIndices<DenseEighTraits>, TraitsName);

template <class P>
class DenseEighOf : public ::testing::Test {};
TYPED_TEST_SUITE(DenseEighOf, AllScalars, TypeName);

template <class T>
Matrix<T> random_hermitian(std::int64_t n, std::uint64_t seed) {
    const Matrix<T> G = Random(seed).matrix<T>(n, n);
    return Matrix<T>(G + G.adjoint());
}

template <class T>
std::vector<NamedMatrix<T>> eigh_gallery(std::int64_t n) {
    auto all = definite_gallery<T>(n);
    std::vector<double> signs = spectrum(3, n, 0.1 / static_cast<double>(epsilon_v<T>)), clustered(signs.size(), 1.0);
    for (std::size_t i = 0; i < signs.size(); i += 2) signs[i] = -signs[i];
    for (std::size_t i = 0; i < signs.size() / 2; ++i) clustered[i] = -2 + 1e-12 * static_cast<double>(i % 2);
    all.push_back({"both signs", with_eigenvalues<T>(signs)});
    all.push_back({"clustered", with_eigenvalues<T>(clustered)});
    all.push_back({"zeros", Matrix<T>::Zero(n, n)});
    all.push_back({"identity", Matrix<T>::Identity(n, n)});
    Matrix<T> graded = random_hermitian<T>(n, 3);
    for (std::int64_t j = 0; j < n; ++j)
        for (std::int64_t i = 0; i < n; ++i)
            graded(i, j) *= static_cast<Real<T>>(std::ldexp(1.0, -static_cast<int>(i + j) / 2));
    all.push_back({"graded", graded});
    Matrix<T> wilkinson = Matrix<T>::Zero(n, n);  // pairs of eigenvalues that agree to many digits
    for (std::int64_t i = 0; i < n; ++i) {
        wilkinson(i, i) = scalar<T>(std::abs(static_cast<double>(i) - static_cast<double>(n - 1) / 2));
        if (i > 0) wilkinson(i, i - 1) = wilkinson(i - 1, i) = T(1);
    }
    all.push_back({"Wilkinson", wilkinson});
    return all;
}

/// LAPACK's ratios ‖A V − V Λ‖ / (‖A‖ n ε) and ‖VᴴV − I‖ / (n ε) of some pairs.
template <class T>
void expect_pairs(const Matrix<T>& A, const DenseEigh<T>& F) {
    const std::int64_t n = A.rows();
    const Matrix<T> V = F.eigenvectors();
    const auto w = F.eigenvalues();
    ASSERT_EQ(V.rows(), n);
    ASSERT_EQ(V.cols(), w.size());
    EXPECT_TRUE(std::is_sorted(w.data(), w.data() + w.size()));
    const double orthogonal = lapack_ratio_limit * static_cast<double>(n) * static_cast<double>(epsilon_v<T>);
    EXPECT_LE(max_difference<T>(adjoint_product<T>(V, V), Matrix<T>::Identity(w.size(), w.size())), orthogonal);
    Matrix<T> scaled = V;
    for (std::int64_t j = 0; j < V.cols(); ++j)
        for (std::int64_t i = 0; i < n; ++i) scaled(i, j) *= w[j];
    EXPECT_LE(lapack_ratio<T>(distance_of(product(A, V), scaled), one_norm_of(A), n), lapack_ratio_limit);
}

template <class R>
void expect_close(const Vector<R>& actual, const Vector<R>& expected, double limit) {
    ASSERT_EQ(actual.size(), expected.size());
    for (std::int64_t i = 0; i < actual.size(); ++i)
        EXPECT_LE(std::abs(static_cast<double>(actual[i]) - static_cast<double>(expected[i])), limit) << "value " << i;
}

TYPED_TEST(DenseEighOf, EveryMatrixAndEveryPartOfItsSpectrumMeetsLapacksTestRatios) {
    using T = typename TypeParam::T;
    using R = Real<T>;
    for (const auto& [name, A] : eigh_gallery<T>(40)) {
        SCOPED_TRACE(name);
        const std::int64_t n = A.rows();
        const auto F = eigh(A);
        expect_pairs(A, F);
        EXPECT_EQ(F.count(), n);
        EXPECT_LE(lapack_ratio<T>(distance_of(F.reconstruct(), A), one_norm_of(A), n), lapack_ratio_limit);
        const Vector<R> w = F.eigenvalues();
        const double close =
            lapack_ratio_limit * static_cast<double>(n) * static_cast<double>(epsilon_v<T>) * one_norm_of(A);
        expect_close<R>(eigvalsh(A), w, close);
        if (n < 5) continue;
        const auto part = eigh(A, {.first = 2, .count = 3});
        expect_pairs(A, part);
        expect_close<R>(part.eigenvalues(), w.segment(2, 3), close);
        expect_close<R>(eigvalsh(A, {.first = n - 3}), w.tail(3), close);
        // Between two eigenvalues, where the gap says clearly on which side each lies.
        std::int64_t k = 1;
        while (k < n && !(static_cast<double>(w[k]) - static_cast<double>(w[k - 1]) > 100 * close)) ++k;
        if (k == n) continue;
        const double between = static_cast<double>(w[k - 1]) / 2 + static_cast<double>(w[k]) / 2;
        const auto below = eigh(A, {.upper = between});
        expect_pairs(A, below);
        expect_close<R>(below.eigenvalues(), w.head(k), close);
        expect_close<R>(eigvalsh(A, {.lower = between}), w.tail(n - k), close);
    }
}

TYPED_TEST(DenseEighOf, PencilsOfAllTypesMeetLapacksTestRatios) {
    using T = typename TypeParam::T;
    const std::int64_t n = 40;
    const Matrix<T> A = random_hermitian<T>(n, 3);
    const Matrix<T> B = with_eigenvalues<T>(spectrum(3, n, 100), 4);
    for (int type = 1; type <= 3; ++type) {
        for (const bool part : {false, true}) {
            SCOPED_TRACE("type " + std::to_string(type) + (part ? ", a part" : ""));
            const DenseEighOptions options{.first = part ? 5 : 0, .count = part ? 7 : -1, .type = type};
            const auto F = eigh(A, B, options);
            const Matrix<T> V = F.eigenvectors();
            const auto w = F.eigenvalues();
            EXPECT_EQ(w.size(), part ? 7 : n);
            Matrix<T> scaled = V;
            for (std::int64_t j = 0; j < V.cols(); ++j)
                for (std::int64_t i = 0; i < n; ++i) scaled(i, j) *= w[j];
            const Matrix<T> left = type == 1   ? product(A, V)
                                   : type == 2 ? product(A, product(B, V))
                                               : product(B, product(A, V));
            const Matrix<T> right = type == 1 ? product(B, scaled) : scaled;
            const double scale = one_norm_of(A) * one_norm_of(V) * (type == 1 ? 1 : one_norm_of(B)) * 100;
            EXPECT_LE(lapack_ratio<T>(distance_of(left, right), scale, n), lapack_ratio_limit);
            const Matrix<T> weighed = type == 3 ? Matrix<T>(dense_inverse(in_double(B)).template cast<T>()) : B;
            EXPECT_LE(max_difference<T>(adjoint_product(V, product(weighed, V)), Matrix<T>::Identity(w.size(), w.size())),
                      1e3 * 100 * static_cast<double>(epsilon_v<T>));
            expect_close<Real<T>>(eigvalsh(A, B, options), w,
                                  1e3 * static_cast<double>(epsilon_v<T>) * one_norm_of(A) * 100);
        }
    }
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)eigh(A, B).exp(); }, "pencil"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)eigh(A, B).solve(Vector<T>(Vector<T>::Ones(n))); }, "pencil"));
}

TYPED_TEST(DenseEighOf, FunctionsOfTheMatrixAreThoseOfItsEigenvalues) {
    using T = typename TypeParam::T;
    using R = Real<T>;
    using C = std::complex<R>;
    const double close = 1e3 * static_cast<double>(epsilon_v<T>);
    const Matrix<T> A = with_eigenvalues<T>({0.5, 1, 1, 2, 3, 0.25, 4});
    const auto F = eigh(A);
    EXPECT_TRUE(near(product(F.sqrt(), F.sqrt()), A, close));
    EXPECT_TRUE(near(eigh(F.exp()).log(), A, close));
    EXPECT_TRUE(near(product(F.power(-2), product(A, A)), Matrix<T>(Matrix<T>::Identity(7, 7)), 10 * close));
    EXPECT_TRUE(near(product(F.power(0.3), F.power(0.7)), A, close));
    EXPECT_TRUE(near(F.apply([](R x) { return x * x; }), product(A, A), close));
    // A complex function of a real or complex matrix: e^{iA} is unitary.
    const Matrix<C> U = F.apply([](R x) { return std::polar(R(1), x); });
    EXPECT_TRUE(orthonormal(U));
    const Matrix<C> rest = U - F.apply([](R x) { return std::cos(x); }).template cast<C>() -
                           C(0, 1) * F.apply([](R x) { return std::sin(x); }).template cast<C>();
    EXPECT_LE(max_modulus(rest), close);
    // The result is Hermitian to the bit.
    const Matrix<T> E = F.exp();
    EXPECT_TRUE(equal(Matrix<T>(E.adjoint()), E));

    const Matrix<T> negative = with_eigenvalues<T>({-4, 1, 9, 0.5});
    const auto G = eigh(negative);
    EXPECT_TRUE(near(product(G.power(3), G.power(-3)), Matrix<T>(Matrix<T>::Identity(4, 4)), 1e4 * close));
    if constexpr (is_complex_v<T>) {
        EXPECT_TRUE(near(product(G.sqrt(), G.sqrt()), negative, close));
        EXPECT_TRUE(near(product(G.power(0.3), G.power(0.7)), negative, close));
        // exp of the principal logarithm, whose eigenvalues are log |λ| + iπ: Re part and Im part commute.
        EXPECT_LE(std::abs(G.log().trace() - T(std::log(R(18)), std::numbers::pi_v<R>)), close);
    } else {
        EXPECT_TRUE(throws<InvalidArgument>([&] { (void)G.sqrt(); }, "negative", "pass a complex matrix"));
        EXPECT_TRUE(throws<InvalidArgument>([&] { (void)G.log(); }, "negative", "pass a complex matrix"));
        EXPECT_TRUE(throws<InvalidArgument>([&] { (void)G.power(0.3); }, "negative"));
    }
    // Zero to rounding: a semidefinite matrix has a root, but no logarithm and no inverse.
    const Matrix<T> ones = Matrix<T>::Ones(6, 6);
    EXPECT_TRUE(near(product(eigh(ones).sqrt(), eigh(ones).sqrt()), ones, close));
    EXPECT_TRUE(throws<SingularMatrix>([&] { (void)eigh(Matrix<T>(Matrix<T>::Zero(3, 3))).log(); }, "logarithm"));
    EXPECT_TRUE(throws<SingularMatrix>([&] { (void)eigh(Matrix<T>(Matrix<T>::Zero(3, 3))).power(-1); }));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)F.power(std::nan("")); }));
}

TEST(DenseEighObject, SolvesSingularSystemsWithTheSmallestNorm) {
    using T = std::complex<double>;
    const Matrix<T> A = with_eigenvalues<T>({-3, 0, 2, 0, 5});
    const auto F = eigh(A);
    EXPECT_EQ(F.rank(), 3);
    EXPECT_EQ(F.rank(0.5), 2);
    EXPECT_EQ(F.rcond(), 0);
    const Matrix<T> B = Random(8).matrix<T>(5, 2);
    EXPECT_TRUE(near(F.solve(B), dense_svd(A).solve(B, 3), 1e-13));
    const auto det = eigh(with_eigenvalues<double>({-3, -1, 2, -0.5})).slogdet();
    EXPECT_EQ(det.sign, -1);
    EXPECT_NEAR(det.logabs, std::log(3.0), 1e-14);
    EXPECT_EQ(eigh(Matrix<double>(Matrix<double>::Zero(2, 2))).slogdet().sign, 0);
}

TEST(DenseEighObject, IntervalsAreOpenBelowAndClosedAbove) {
    for (const std::int64_t n : {5, 50}) {  // all of a small spectrum, and LAPACK's own selection
        const Matrix<double> A = Vector<double>(Vector<double>::LinSpaced(n, 1, static_cast<double>(n))).asDiagonal();
        EXPECT_TRUE(near(eigvalsh(A, {.lower = 1, .upper = 3}), Vector<double>{{2, 3}}, 1e-14)) << n;
        EXPECT_EQ(eigh(A, {.lower = 1.5, .upper = 1.75}).count(), 0);
        EXPECT_EQ(eigh(A, {.lower = 2, .upper = 2}).count(), 0);
        EXPECT_EQ(eigh(A, {.lower = 1e300}).count(), 0);
        EXPECT_EQ(eigh(A, {.upper = 1e300}).count(), n);
        EXPECT_EQ(eigh(A, {.lower = -1e300, .upper = -1e299}).count(), 0);
        EXPECT_EQ(eigh(A, {.count = 0}).eigenvectors().cols(), 0);
        EXPECT_EQ(eigh(A, {.first = n}).count(), 0);
        EXPECT_TRUE(throws<InvalidArgument>([&] { (void)eigh(A, {.lower = 2, .upper = 1}); }, "lower"));
        EXPECT_TRUE(throws<InvalidArgument>([&] { (void)eigh(A, {.lower = std::nan("")}); }, "lower"));
        EXPECT_TRUE(throws<InvalidArgument>([&] { (void)eigh(A, {.first = 1, .upper = 1}); }, "give one"));
        EXPECT_TRUE(throws<InvalidArgument>([&] { (void)eigh(A, {.first = 2, .count = n}); }, ".count"));
        EXPECT_TRUE(throws<InvalidArgument>([&] { (void)eigh(A, {.first = -1}); }, ".first"));
        EXPECT_TRUE(throws<InvalidArgument>([&] { (void)eigh(A, {.type = 2}); }, "pencil"));
        EXPECT_TRUE(throws<InvalidArgument>([&] { (void)eigh(A, A, {.type = 4}); }, ".type"));
        EXPECT_TRUE(throws<InvalidArgument>([&] { (void)eigh(A, {.count = 2}).exp(); }, "needs all"));
    }
}

TEST(DenseEighObject, AsksForAPartWhereThatIsFasterAndSaysSo) {
    const Matrix<double> A = random_hermitian<double>(50, 3);
    EXPECT_EQ(eigh(A).info().backend, "LAPACK (heevd)");
    EXPECT_EQ(eigh(A, {.count = 10}).info().backend, "LAPACK (heevr)");
    EXPECT_EQ(eigh(A, {.lower = 0}).info().backend, "LAPACK (heevr)");
    const auto many = eigh(A, {.first = 5, .count = 30});
    EXPECT_EQ(many.info().backend, "LAPACK (heevd)");
    expect_pairs(A, many);
    EXPECT_TRUE(near(many.eigenvalues(), Vector<double>(eigvalsh(A).segment(5, 30)), 1e-13));
}

TEST(DenseEighObject, RefusesWhatIsNotHermitianOrDoesNotFit) {
    Matrix<double> A = random_hermitian<double>(5, 3);
    const Matrix<double> B = with_eigenvalues<double>({1, 2, 3, 4, 5});
    auto F = eigh(A);
    auto P = eigh(A, B);
    const Vector<double> w = F.eigenvalues();
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)eigh(A, Matrix<double>(B.topLeftCorner(4, 4))); }, "5", "4"));
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)eigvalsh(Matrix<double>(A.leftCols(3))); }));
    EXPECT_TRUE(throws<InvalidArgument>([&] { F.refactor(A, B); }, "one matrix"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { P.refactor(A); }, "pencil"));
    P.refactor(Matrix<double>(2 * A), B);
    EXPECT_TRUE(near(P.eigenvalues(), Vector<double>(2 * eigvalsh(A, B)), 1e-13));
    Matrix<double> indefinite = B;
    indefinite(2, 2) = -1;
    const auto e = thrown<NotPositiveDefinite>([&] { (void)eigh(A, indefinite); });
    ASSERT_TRUE(e);
    EXPECT_EQ(e->column(), 2);
    EXPECT_TRUE(same_bits(F.eigenvalues(), w));
    A(1, 3) += 1e-3;
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)eigh(A); }, "(3, 1)"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)eigh(B, A); }, "B"));
    A(4, 2) = infinity;
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)eigvalsh(A); }, "row 4, column 2"));
    EXPECT_EQ(eigh(Matrix<double>(0, 0)).count(), 0);
    EXPECT_EQ(eigh(Matrix<double>(0, 0), Matrix<double>(0, 0)).eigenvectors().size(), 0);
    EXPECT_EQ(eigvalsh(Matrix<double>(Matrix<double>::Constant(1, 1, -3)))[0], -3);
    EXPECT_NEAR(eigh(Matrix<double>(Matrix<double>::Constant(1, 1, -3)), Matrix<double>(Matrix<double>::Constant(1, 1, 4)))
                    .eigenvectors()(0, 0),
                0.5, 1e-16);
    const Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> by_rows = B;
    EXPECT_TRUE(same_bits(eigvalsh(by_rows), eigvalsh(B)));
}

TEST(DenseEighObject, TridiagonalMatricesHaveTheirKnownSpectrum) {
    for (const std::int64_t n : {1, 2, 10, 60}) {
        const Vector<double> d = Vector<double>::Constant(n, 2), e = Vector<double>::Constant(n - 1, -1);
        Matrix<double> A = Matrix<double>::Zero(n, n);
        Vector<double> known(n);
        for (std::int64_t i = 0; i < n; ++i) {
            A(i, i) = 2;
            if (i > 0) A(i, i - 1) = A(i - 1, i) = -1;
            known[i] = 2 - 2 * std::cos(std::numbers::pi * static_cast<double>(i + 1) / static_cast<double>(n + 1));
        }
        const auto F = eigh_tridiagonal(d, e);
        expect_pairs(A, F);
        expect_close<double>(F.eigenvalues(), known, 1e-13);
        EXPECT_TRUE(near(F.reconstruct(), A, 1e-13));
        if (n < 10) continue;
        const auto part = eigh_tridiagonal(d, e, {.first = 3, .count = 4});
        expect_pairs(A, part);
        expect_close<double>(part.eigenvalues(), known.segment(3, 4), 1e-13);
        EXPECT_EQ(eigh_tridiagonal(d, e, {.lower = 1, .upper = 2}).count(),
                  std::count_if(known.begin(), known.end(), [](double w) { return w > 1 && w <= 2; }));
        EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)eigh_tridiagonal(d, d); }));
    }
    EXPECT_EQ(eigh_tridiagonal(std::vector<double>{}, std::vector<double>{}).count(), 0);
    const std::vector<double> bad{1, std::nan(""), 3};
    EXPECT_TRUE(throws<InvalidArgument>(
        [&] {
            (void)eigh_tridiagonal(bad, std::vector<double>{1, 1});
        },
        "diagonal", "row 1"));
}

template <class T>
void expect_bands_decompose(double scale) {
    const std::int64_t n = 45;
    for (const std::int64_t upper : {0, 1, 3}) {
        Matrix<T> A = random_hermitian<T>(n, 3) * T(static_cast<Real<T>>(scale));
        Matrix<T> bands = Matrix<T>::Constant(upper + 1, n, T(std::numeric_limits<Real<T>>::quiet_NaN()));
        for (std::int64_t j = 0; j < n; ++j)
            for (std::int64_t i = 0; i < n; ++i) {
                if (std::abs(i - j) > upper) A(i, j) = T(0);
                else if (i <= j) bands(upper + i - j, j) = A(i, j);
            }
        const auto F = eigh_banded(bands);
        expect_pairs(A, F);
        const auto w = F.eigenvalues();
        const double close = 1e3 * static_cast<double>(epsilon_v<T>) * one_norm_of(A);
        expect_close<Real<T>>(w, eigvalsh(A), close);
        const auto part = eigh_banded(bands, {.lower = static_cast<double>(w[9]) / 2 + static_cast<double>(w[10]) / 2});
        expect_pairs(A, part);
        expect_close<Real<T>>(part.eigenvalues(), w.tail(n - 10), close);
    }
}

TEST(DenseEighObject, BandsDecomposeInEveryScalarAndAtTheEndsOfTheRange) {
    expect_bands_decompose<double>(1);
    expect_bands_decompose<std::complex<float>>(1);
    expect_bands_decompose<std::complex<double>>(0x1p+1000);
    expect_bands_decompose<double>(0x1p-1000);
    Matrix<std::complex<double>> bands = Matrix<std::complex<double>>::Ones(2, 3);
    bands(1, 2) = {1, 1};
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)eigh_banded(bands); }, "Hermitian"));
    bands(0, 1) = infinity;
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)eigh_banded(bands); }, "row 0, column 1"));
    EXPECT_TRUE(throws<DimensionMismatch>([] { (void)eigh_banded(Matrix<double>(0, 3)); }));
    EXPECT_EQ(eigh_banded(Matrix<double>(2, 0)).count(), 0);
}

TEST(DenseEighObject, DocumentedExamplesGiveTheDocumentedNumbers) {
    using C = std::complex<double>;
    // numpy.linalg.eigh
    const auto numpy = eigh(Matrix<C>{{C(1), C(0, -2)}, {C(0, 2), C(5)}});
    EXPECT_TRUE(near(numpy.eigenvalues(), Vector<double>{{0.17157288, 5.82842712}}, 1e-8));
    EXPECT_NEAR(std::abs(numpy.eigenvectors()(0, 0)), 0.92387953, 1e-8);
    EXPECT_NEAR(std::abs(numpy.eigenvectors()(1, 0)), 0.38268343, 1e-8);
    // scipy.linalg.eigvalsh
    const Matrix<double> A{{6, 3, 1, 5}, {3, 0, 5, 1}, {1, 5, 6, 2}, {5, 1, 2, 2}};
    EXPECT_TRUE(near(eigvalsh(A), Vector<double>{{-3.74637491, -0.76263923, 6.08502336, 12.42399079}}, 1e-8));
    // scipy.linalg.eigh with subset_by_value=[-inf, 2.3] and [2, inf]
    EXPECT_EQ(eigh(A, {.upper = 2.3}).count(), 2);
    // scipy.linalg.eig_banded of the same kind of matrix by its diagonals
    const Matrix<double> bands{{0, 0, 2, 3}, {0, 5, 2, 1}, {1, 2, 1, 4}};
    Matrix<double> full = Matrix<double>::Zero(4, 4);
    for (std::int64_t j = 0; j < 4; ++j)
        for (std::int64_t i = std::max<std::int64_t>(0, j - 2); i <= j; ++i) full(i, j) = full(j, i) = bands(2 + i - j, j);
    EXPECT_TRUE(near(eigh_banded(bands).eigenvalues(), eigvalsh(full), 1e-14));
}

}  // namespace
}  // namespace tamis::test
