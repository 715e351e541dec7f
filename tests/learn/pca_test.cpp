#include <tamis/learn/pca.hpp>

#include <cmath>
#include <complex>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <tamis/sparse/build.hpp>
#include <tamis/sparse/convert.hpp>

#include "support/assertions.hpp"
#include "support/dense_matrices.hpp"
#include "support/dense_oracle.hpp"
#include "support/types.hpp"

namespace tamis::test {
namespace {

using learn::Pca;
using learn::PcaMethod;

/// Data with known principal components: U diag(s) Vᴴ + 1 μᵀ, where the columns of U are orthonormal and sum to 0.
template <class T>
struct KnownComponents {
    Matrix<T> X;
    Matrix<T> V;
    Vector<T> mean;
    std::vector<double> s;
};
/// k orthonormal columns by Gram and Schmidt, twice; `centered`: of sum 0.
template <class W>
Matrix<W> orthonormal_columns(std::int64_t n, std::int64_t k, bool centered, std::uint64_t seed) {
    Matrix<W> Q = Random(seed).matrix<W>(n, k);
    for (std::int64_t j = 0; j < k; ++j)
        for (int twice = 0; twice < 2; ++twice) {
            if (centered) Q.col(j).array() -= Q.col(j).mean();
            for (std::int64_t i = 0; i < j; ++i) {
                const W dot = Q.col(i).dot(Q.col(j));
                Q.col(j) -= dot * Q.col(i);
            }
            Q.col(j) /= Q.col(j).norm();
        }
    return Q;
}
template <class T>
KnownComponents<T> known_components(std::int64_t n, std::int64_t p, const std::vector<double>& s, double offset) {
    using W = InDouble<T>;
    const auto k = static_cast<std::int64_t>(s.size());
    Matrix<W> U = orthonormal_columns<W>(n, k, true, 1);
    const Matrix<W> V = orthonormal_columns<W>(p, k, false, 2);
    for (std::int64_t j = 0; j < k; ++j) U.col(j) *= W(s[static_cast<std::size_t>(j)]);
    Matrix<W> X = product(U, Matrix<W>(V.adjoint()));
    const Vector<W> mean = Random(3).vector<W>(p) * offset;
    for (std::int64_t j = 0; j < p; ++j) X.col(j).array() += mean[j];
    return {X.template cast<T>(), V.template cast<T>(), mean.template cast<T>(), s};
}

/// The components are the columns of V up to phases, to `limit`, and the sign rule holds.
template <class T>
::testing::AssertionResult are_components(const Matrix<T>& components, const Matrix<T>& V, double limit) {
    for (std::int64_t j = 0; j < components.rows(); ++j) {
        const Vector<T> c = components.row(j).adjoint();
        const double angle = std::abs(c.dot(V.col(j)));
        if (!(std::abs(angle - 1) <= limit))
            return ::testing::AssertionFailure() << "component " << j << ": |cos| " << angle;
        std::int64_t at = 0;
        (void)c.cwiseAbs().maxCoeff(&at);
        if (!(std::real(c[at]) > 0) || std::abs(std::imag(c[at])) > limit)
            return ::testing::AssertionFailure() << "the sign of component " << j << ": " << c[at];
    }
    return ::testing::AssertionSuccess();
}

template <class P>
class PcaOf : public ::testing::Test {};
TYPED_TEST_SUITE(PcaOf, AllScalars, TypeName);

TYPED_TEST(PcaOf, KnownComponentsAreFoundByEveryMethod) {
    using T = typename TypeParam::T;
    const double eps = static_cast<double>(epsilon_v<T>);
    for (const auto& [n, p] : {std::pair<std::int64_t, std::int64_t>(90, 60), {60, 90}}) {
        const auto known = known_components<T>(n, p, {8, 4, 2, 1, 0.02, 0.01}, 1);
        for (const auto method : {PcaMethod::exact, PcaMethod::lanczos, PcaMethod::randomized}) {
            SCOPED_TRACE(learn::to_string(method));
            Pca<T> pca({.components = 4, .method = method});
            const Matrix<T> Z = pca.fit_transform(known.X);
            EXPECT_EQ(pca.method(), method);
            const double limit = 200 * eps;
            const auto sigma = pca.singular_values();
            const auto variance = pca.explained_variance();
            for (std::int64_t j = 0; j < 4; ++j) {
                const double s = known.s[static_cast<std::size_t>(j)];
                EXPECT_NEAR(static_cast<double>(sigma[j]), s, 8 * limit);
                EXPECT_NEAR(static_cast<double>(variance[j]), s * s / static_cast<double>(n - 1), 16 * limit);
            }
            EXPECT_TRUE(are_components(pca.components(), known.V, 10 * limit));
            EXPECT_TRUE(orthonormal(Matrix<T>(pca.components().adjoint()), 50 * eps));
            EXPECT_TRUE(near(pca.mean(), known.mean, 10 * eps));
            const double total = 64 + 16 + 4 + 1 + 4e-4 + 1e-4;
            EXPECT_NEAR(static_cast<double>(pca.total_variance()), total / static_cast<double>(n - 1), 20 * limit);
            EXPECT_NEAR(static_cast<double>(pca.explained_variance_ratio().sum()), 85 / total, 20 * limit);
            // Coordinates have the variances and no covariances; the point they stand for is the nearest.
            const Matrix<T> gram = adjoint_product(Z, Z);
            for (std::int64_t j = 0; j < 4; ++j)
                for (std::int64_t i = 0; i < 4; ++i) {
                    const double s = known.s[static_cast<std::size_t>(j)];
                    EXPECT_NEAR(std::abs(gram(i, j)), i == j ? s * s : 0, 100 * limit);
                }
            EXPECT_NEAR(frobenius_norm<T>(pca.inverse_transform(Z) - known.X), std::sqrt(5e-4), 0.05 * std::sqrt(5e-4));
        }
    }
}

TYPED_TEST(PcaOf, AllComponentsGiveTheDataBack) {
    using T = typename TypeParam::T;
    const double eps = static_cast<double>(epsilon_v<T>);
    for (const auto& [n, p] : {std::pair<std::int64_t, std::int64_t>(20, 6), {6, 20}, {2, 3}, {5, 1}}) {
        const Matrix<T> X = Random(4).matrix<T>(n, p);
        for (const bool whiten : {false, true}) {
            Pca<T> pca({.whiten = whiten});
            const Matrix<T> Z = pca.fit_transform(X);
            EXPECT_EQ(Z.cols(), std::min(n, p));
            EXPECT_TRUE(near(pca.inverse_transform(Z), X, 100 * eps));
            EXPECT_NEAR(static_cast<double>(pca.explained_variance_ratio().sum()), 1, 100 * eps);
            if (!whiten) continue;
            const std::int64_t rank = std::min(n - 1, p);
            const Matrix<T> gram = adjoint_product(Z, Z) / T(static_cast<Real<T>>(n - 1));
            Matrix<T> expected = Matrix<T>::Zero(Z.cols(), Z.cols());
            for (std::int64_t j = 0; j < rank; ++j) expected(j, j) = T(1);
            EXPECT_TRUE(near(gram, expected, 200 * eps)) << n << "×" << p;
        }
    }
}

TEST(PcaData, FarFromTheOriginKeepTheirDigits) {
    const auto known = known_components<double>(100, 12, {3, 1, 1e-2}, 1e8);
    Pca<double> pca({.components = 3, .method = PcaMethod::exact});
    pca.fit(known.X);
    // The entries themselves were rounded to 10⁸ ε.
    const double rounding = 1e8 * 0x1p-52 * std::sqrt(100.0 * 12);
    for (std::int64_t j = 0; j < 3; ++j)
        EXPECT_NEAR(pca.singular_values()[j], known.s[static_cast<std::size_t>(j)], rounding);
    EXPECT_TRUE(near(pca.inverse_transform(pca.transform(known.X)), known.X, 1e-15));
    Pca<double> lanczos({.components = 2, .method = PcaMethod::lanczos});
    EXPECT_NEAR(lanczos.fit(known.X).singular_values()[1], 1, rounding) << "dense data are centred in a copy";
}

TEST(PcaData, SmallSingularValuesAreNotLostInSquares) {
    const auto known = known_components<double>(40, 10, {1, 1e-6, 1e-11}, 0);
    const auto s = Pca<double>({.components = 3}).fit(known.X).singular_values();
    EXPECT_NEAR(s[1] / 1e-6, 1, 1e-8);
    EXPECT_NEAR(s[2] / 1e-11, 1, 1e-3);
}

TEST(PcaData, ConstantRepeatedAndDependentFeaturesAreTaken) {
    Matrix<double> X = Random(5).matrix<double>(30, 6);
    X.col(1).setConstant(1e6 / 3);
    X.col(4) = 2 * X.col(0);
    Pca<double> pca({.whiten = true});
    const Matrix<double> Z = pca.fit_transform(X);
    EXPECT_TRUE(Z.allFinite());
    EXPECT_LE(pca.singular_values()[4], 1e-13);
    EXPECT_LE(pca.components().topRows(4).col(1).cwiseAbs().maxCoeff(), 1e-14);
    EXPECT_TRUE(near(pca.inverse_transform(Z), X, 1e-14));
    EXPECT_EQ(Z.rightCols(2).cwiseAbs().maxCoeff(), 0) << "whitened, what does not vary is left out";
    Pca<double> none;
    none.fit(Matrix<double>(Matrix<double>::Constant(4, 3, -2)));
    EXPECT_EQ(none.explained_variance_ratio().sum(), 0);
    EXPECT_EQ(none.total_variance(), 0);
    EXPECT_TRUE(
        near(none.inverse_transform(Matrix<double>(Matrix<double>::Zero(2, 3))), Matrix<double>::Constant(2, 3, -2), 0));
    // Both entries of the component are as large: the first one decides.
    Matrix<double> line(3, 2);
    line << 1, -1, 2, -2, 4, -4;
    EXPECT_NEAR(Pca<double>({.components = 1}).fit(line).components()(0, 0), std::sqrt(0.5), 1e-15);
}

/// Sparse data whose first columns carry most of the variance, none of which has the mean 0.
template <class T, class I>
Csr<T, I> sparse_cloud(std::int64_t n, std::int64_t p, std::uint64_t seed) {
    Random random(seed);
    Coo<T, I> entries(n, p);
    for (std::int64_t i = 0; i < n; ++i)
        for (std::int64_t j = 0; j < p; ++j)
            if (random.below(8) == 0) entries.add(i, j, T(Real<T>(2)) + random.value<T>() * T(Real<T>(j < 6 ? 9 - j : 1)));
    return to_csr(entries);
}

template <class P>
class PcaOfSparse : public ::testing::Test {};
TYPED_TEST_SUITE(PcaOfSparse, AllScalarsAndIndices, TypeName);

TYPED_TEST(PcaOfSparse, ImplicitCentringAgreesWithExplicit) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    const double eps = static_cast<double>(epsilon_v<T>);
    const auto A = sparse_cloud<T, I>(150, 70, 6);
    const auto columns = to_csc(A);
    const Matrix<T> X = to_dense(A);
    Pca<T> exact({.components = 3, .method = PcaMethod::exact});
    const Matrix<T> Z = exact.fit_transform(X);
    EXPECT_TRUE(near(exact.transform(A), Z, 100 * eps));
    EXPECT_TRUE(near(exact.transform(columns), Z, 100 * eps));
    const double limit = std::is_same_v<Real<T>, float> ? 1e-3 : 1e-7;
    for (const auto method : {PcaMethod::exact, PcaMethod::lanczos, PcaMethod::randomized})
        for (const bool by_columns : {false, true}) {
            SCOPED_TRACE(std::string(learn::to_string(method)) + (by_columns ? " Csc" : " Csr"));
            Pca<T> pca({.components = 3, .method = method, .power_iterations = 30});
            if (by_columns) pca.fit(columns);
            else pca.fit(A);
            EXPECT_EQ(pca.method(), method);
            EXPECT_TRUE(near(pca.mean(), exact.mean(), 20 * eps));
            EXPECT_TRUE(near(pca.singular_values(), exact.singular_values(), limit));
            EXPECT_TRUE(near(pca.components(), exact.components(), 100 * limit));
            EXPECT_NEAR(static_cast<double>(pca.total_variance() / exact.total_variance()), 1, 100 * eps);
        }
}

TEST(PcaChoice, FollowsSizeAndSaysWhy) {
    Pca<double> pca({.components = 2});
    EXPECT_EQ(pca.fit(Random(1).matrix<double>(40, 10)).method(), PcaMethod::exact);
    EXPECT_NE(pca.reason().find("10"), std::string::npos);
    EXPECT_EQ(pca.fit(Random(1).matrix<double>(300, 280)).method(), PcaMethod::lanczos);
    EXPECT_NE(pca.reason().find("svds"), std::string::npos) << pca.reason();
    EXPECT_EQ(pca.fit(sparse_cloud<double, std::int32_t>(50, 20, 1)).method(), PcaMethod::exact);
    const auto large = random_sparse<double>(3000, 2000, 0.002, 1);
    EXPECT_EQ(pca.fit(large).method(), PcaMethod::lanczos);
    EXPECT_NE(pca.reason().find("implicitly"), std::string::npos) << pca.reason();
    EXPECT_EQ(pca.samples(), 3000);
    EXPECT_EQ(pca.features(), 2000);
    EXPECT_EQ(pca.count(), 2);
    // A dense copy is never made unasked.
    EXPECT_TRUE(throws<InvalidArgument>([&] { Pca<double>().fit(large); }, "PcaMethod::exact"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { Pca<double>({.components = 1900}).fit(large); }, "1900"));
    // Seeds do not change what is found.
    EXPECT_TRUE(near(Pca<double>({.components = 2, .seed = 9}).fit(large).singular_values(), pca.singular_values(), 1e-9));
}

TEST(PcaInput, BadInputIsRefusedAndLeavesTheObjectAsItWas) {
    Matrix<double> X = Random(1).matrix<double>(8, 4);
    Pca<double> pca({.components = 2});
    EXPECT_TRUE(throws<Error>([&] { (void)pca.transform(X); }, "fit"));
    EXPECT_TRUE(throws<Error>([&] { (void)pca.inverse_transform(X); }, "fit"));
    EXPECT_TRUE(throws<Error>([&] { (void)pca.total_variance(); }, "fit"));
    pca.fit(X);
    const Matrix<double> before = pca.components();
    EXPECT_TRUE(throws<InvalidArgument>([&] { pca.fit(Matrix<double>(X.topRows(1))); }, "2 samples"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { pca.fit(Matrix<double>(X.leftCols(1))); }, "8 samples of 1 features"));
    Matrix<double> bad = X;
    bad(5, 3) = std::numeric_limits<double>::quiet_NaN();
    EXPECT_TRUE(throws<InvalidArgument>([&] { pca.fit(bad); }, "row 5, column 3"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { pca.fit(to_csr(bad)); }, "row 5, column 3"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { pca.fit(to_csc(bad)); }, "row 5, column 3"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)pca.transform(bad); }, "row 5, column 3"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)pca.transform(to_csr(bad)); }, "row 5, column 3"));
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)pca.transform(Matrix<double>(X.leftCols(3))); }, "8×3", "4"));
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)pca.transform(to_csr(Matrix<double>(X.leftCols(3)))); }, "8×3", "4"));
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)pca.inverse_transform(X); }, "8×4", "2"));
    EXPECT_TRUE(same_bits(pca.components(), before));
    EXPECT_TRUE(throws<InvalidArgument>([] { (void)Pca<double>({.components = -1}); }));
    EXPECT_TRUE(throws<InvalidArgument>([] { (void)Pca<double>({.tolerance = -1}); }, "tolerance"));
    Pca<double> moved = std::move(pca);
    EXPECT_TRUE(same_bits(moved.components(), before));
    EXPECT_TRUE(throws<Error>([&] { (void)pca.components(); }, "fit"));  // NOLINT: moved from on purpose
}

}  // namespace
}  // namespace tamis::test
