#include <tamis/learn/gaussian_markov_field.hpp>

#include <cmath>
#include <cstdint>
#include <limits>
#include <numbers>
#include <vector>

#include <gtest/gtest.h>

#include <tamis/learn/spectral.hpp>
#include <tamis/sparse/coo.hpp>
#include <tamis/sparse/model_problems.hpp>

#include "support/assertions.hpp"
#include "support/dense_oracle.hpp"
#include "support/random.hpp"

namespace tamis::test {
namespace {

using learn::GaussianMarkovField;

/// A grid's Laplacian plus ½, with weights that differ.
template <class T = double, class I = std::int32_t>
Csr<T, I> precision(std::int64_t nx, std::int64_t ny) {
    Csr<T, I> Q = cast<T, I>(poisson_2d<double>(nx, ny));
    for (std::int64_t i = 0; i < Q.rows(); ++i)
        for (auto k = Q.row_offsets()[static_cast<std::size_t>(i)]; k < Q.row_offsets()[static_cast<std::size_t>(i) + 1];
             ++k) {
            const auto j = static_cast<std::int64_t>(Q.col_indices()[static_cast<std::size_t>(k)]);
            T& v = Q.values()[static_cast<std::size_t>(k)];
            v = i == j ? v + T(0.5) : v * T(1 - 0.25 * static_cast<double>((i + j) % 3));
        }
    return Q;
}

TEST(GaussianMarkovField, AgreesWithTheDenseCovariance) {
    const Csr<double> Q = precision(7, 6);
    const std::int64_t n = Q.rows();
    const Matrix<double> sigma = dense_inverse(dense(Q));
    const Vector<double> mean = Random(1).vector<double>(n);
    const GaussianMarkovField field(Q, mean);
    EXPECT_EQ(field.size(), n);
    EXPECT_TRUE(same_bits(field.mean(), mean));
    EXPECT_TRUE(near(field.marginal_variances(), Vector<double>(sigma.diagonal()), 1e-12));
    double logdet = 0;
    const Vector<double> values = hermitian_eigenvalues(dense(Q));
    for (std::int64_t i = 0; i < n; ++i) logdet += std::log(values[i]);
    EXPECT_NEAR(field.logdet(), logdet, 1e-11);
    const Matrix<double> points = Random(2).matrix<double>(3, n);
    const Vector<double> densities = field.log_density(points);
    for (std::int64_t s = 0; s < 3; ++s) {
        const Vector<double> d = points.row(s).transpose() - mean;
        const double expected =
            0.5 * (logdet - static_cast<double>(n) * std::log(2 * std::numbers::pi) - d.dot(dense(Q) * d));
        EXPECT_NEAR(densities[s], expected, 1e-10);
        EXPECT_NEAR(field.log_density(Vector<double>(points.row(s).transpose())), expected, 1e-10);
    }
    // The gradient of the log-determinant is the inverse on the pattern.
    const Csr<double> G = field.logdet_gradient();
    ASSERT_EQ(G.nnz(), Q.nnz());
    for (std::int64_t i = 0; i < n; ++i)
        for (const auto& [j, g] : G.row(i)) EXPECT_NEAR(g, sigma(i, j), 1e-13);
    // And against differences, both triangles moved: d log det = g_ij + g_ji.
    const auto logdet_with = [&](double h) {
        Csr<double> P = Q;
        for (std::int64_t k = P.row_offsets()[0]; k < P.row_offsets()[1]; ++k)
            if (P.col_indices()[static_cast<std::size_t>(k)] == 1) P.values()[static_cast<std::size_t>(k)] += h;
        for (std::int64_t k = P.row_offsets()[1]; k < P.row_offsets()[2]; ++k)
            if (P.col_indices()[static_cast<std::size_t>(k)] == 0) P.values()[static_cast<std::size_t>(k)] += h;
        return GaussianMarkovField(P).logdet();
    };
    const double h = 1e-3, coarse = (logdet_with(h) - logdet_with(-h)) / (2 * h);
    const double fine = (logdet_with(h / 2) - logdet_with(-h / 2)) / h;
    EXPECT_NEAR(G.coeff(0, 1) + G.coeff(1, 0), (4 * fine - coarse) / 3, 1e-10);
}

TEST(GaussianMarkovField, SamplesHaveTheMeanAndTheCovariance) {
    const Csr<double> Q = precision(4, 3);
    const std::int64_t n = Q.rows(), count = 8000;
    const Vector<double> mean = Random(1).vector<double>(n);
    const GaussianMarkovField field(Q, mean);
    const Matrix<double> X = field.sample(count, 42);
    ASSERT_EQ(X.rows(), count);
    ASSERT_EQ(X.cols(), n);
    const Matrix<double> sigma = dense_inverse(dense(Q));
    for (std::int64_t i = 0; i < n; ++i) {
        const double deviation = std::sqrt(sigma(i, i) / static_cast<double>(count));
        EXPECT_NEAR(X.col(i).mean(), mean[i], 5 * deviation);
        for (std::int64_t j = 0; j <= i; ++j) {
            double sum = 0;
            for (std::int64_t s = 0; s < count; ++s) sum += (X(s, i) - mean[i]) * (X(s, j) - mean[j]);
            // The variance of such a mean is (σ_ii σ_jj + σ_ij²) / count.
            const double spread =
                std::sqrt((sigma(i, i) * sigma(j, j) + sigma(i, j) * sigma(i, j)) / static_cast<double>(count));
            EXPECT_NEAR(sum / static_cast<double>(count), sigma(i, j), 5 * spread) << i << ", " << j;
        }
    }
    EXPECT_TRUE(same_bits(field.sample(3, 42), Matrix<double>(X.topRows(3)))) << "the first of many are those of few";
    EXPECT_FALSE(same_bits(field.sample(3, 43), Matrix<double>(X.topRows(3))));
    EXPECT_EQ(field.sample(0, 1).rows(), 0);
}

template <class T, class I>
void expect_conditionals(double tolerance) {
    const Csr<T, I> Q = precision<T, I>(5, 4);
    const std::int64_t n = Q.rows();
    const Vector<T> mean = Random(3).vector<T>(n);
    const GaussianMarkovField<T, I> field(Q, mean);
    const Matrix<double> sigma = dense_inverse(in_double(dense(Q)));
    // Known values, by the covariance: μ_A + Σ_AB Σ_BB⁻¹ (x_B − μ_B), Σ_AA − Σ_AB Σ_BB⁻¹ Σ_BA.
    const std::vector<std::int64_t> known{13, 2, 7};
    const Vector<T> x = Random(4).vector<T>(3);
    const auto conditioned = field.given(known, x);
    ASSERT_EQ(conditioned.field.size(), n - 3);
    Matrix<double> bb(3, 3), ab(n, 3);
    Vector<double> d(3);
    for (std::int64_t k = 0; k < 3; ++k) {
        const std::int64_t b = known[static_cast<std::size_t>(k)];
        d[k] = static_cast<double>(x[k]) - static_cast<double>(mean[b]);
        for (std::int64_t i = 0; i < n; ++i) ab(i, k) = sigma(i, b);
        for (std::int64_t l = 0; l < 3; ++l) bb(k, l) = sigma(b, known[static_cast<std::size_t>(l)]);
    }
    const Matrix<double> gain = ab * dense_inverse(bb);
    const Vector<double> expected = in_double(Matrix<T>(mean)) + gain * d;
    EXPECT_TRUE(near(field.conditional_mean(known, x), expected, tolerance));
    const Matrix<double> rest = sigma - gain * ab.transpose();
    const Vector<T> variances = conditioned.field.marginal_variances();
    for (std::int64_t k = 0; k < variances.size(); ++k) {
        const std::int64_t i = conditioned.remaining[static_cast<std::size_t>(k)];
        EXPECT_NEAR(static_cast<double>(variances[k]), rest(i, i), tolerance);
        EXPECT_NEAR(static_cast<double>(conditioned.field.mean()[k]), expected[i], tolerance);
    }
    // Observations of sums with noise, by the covariance.
    Coo<T, I> observe(2, n);
    observe.add(0, 3, T(1));
    observe.add(0, 4, T(1));
    observe.add(1, 11, T(2));
    observe.add(1, 3, T(-1));
    const Csr<T, I> B = to_csr(observe);
    Vector<T> y(2), noise(2);
    y << T(1.5), T(-0.5);
    noise << T(0.25), T(0.1);
    const Matrix<double> Bd = in_double(dense(B));
    Matrix<double> S = Bd * sigma * Bd.transpose();
    for (std::int64_t k = 0; k < 2; ++k) S(k, k) += static_cast<double>(noise[k]);
    const Matrix<double> K = sigma * Bd.transpose() * dense_inverse(S);
    const Vector<double> r = in_double(Matrix<T>(y)) - Bd * in_double(Matrix<T>(mean));
    const auto posterior = field.given(B, y, noise);
    EXPECT_TRUE(near(posterior.mean(), Vector<double>(in_double(Matrix<T>(mean)) + K * r), tolerance));
    EXPECT_TRUE(near(posterior.marginal_variances(), Vector<double>((sigma - K * Bd * sigma).diagonal()), tolerance));
    EXPECT_TRUE(near(field.conditional_mean(B, y, noise), posterior.mean(), 0));
    const Vector<T> same = Vector<T>::Constant(2, T(0.25));
    EXPECT_TRUE(near(field.conditional_mean(B, y, 0.25), field.conditional_mean(B, y, same), 0));
}

TEST(GaussianMarkovField, ConditionsOnValuesAndOnObservations) {
    expect_conditionals<double, std::int32_t>(1e-12);
    expect_conditionals<float, std::int64_t>(1e-5);
}

TEST(GaussianMarkovField, TakesNoneAndOneAndRefusesTheRest) {
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    const GaussianMarkovField<double> none{Csr<double>(0, 0)};
    EXPECT_EQ(none.sample(2, 1).cols(), 0);
    EXPECT_EQ(none.log_density(Vector<double>()), 0);
    Coo<double> entry(1, 1);
    entry.add(0, 0, 4.0);
    const GaussianMarkovField one(to_csr(entry));
    EXPECT_EQ(one.marginal_variances()[0], 0.25);
    EXPECT_NEAR(one.log_density(Vector<double>(Vector<double>::Zero(1))), std::log(2) - 0.5 * std::log(2 * std::numbers::pi),
                1e-15);
    EXPECT_EQ(one.given({0}, std::vector<double>{3.0}).field.size(), 0);
    EXPECT_EQ(one.conditional_mean({0}, std::vector<double>{3.0})[0], 3.0);

    const Csr<double> Q = precision(3, 3);
    const GaussianMarkovField field(Q);
    const std::vector<double> two{1.0, 2.0};
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)field.given({1}, two); }, "1 indices", "2 values"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)field.given({1, 9}, two); }, "index 9"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)field.given({4, 4}, two); }, "twice"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)field.given({1, 2}, std::vector<double>{1.0, nan}); }, "row 1"));
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)field.log_density(Matrix<double>(2, 8)); }, "8", "9"));
    EXPECT_TRUE(throws<DimensionMismatch>([&] { GaussianMarkovField<double>(Q, two); }, "2", "9"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)field.sample(-1, 0); }, "negative"));
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)field.given(Csr<double>(2, 8), two, 1.0); }, "2x8", "9"));
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)field.given(Csr<double>(3, 9), two, 1.0); }, "2", "3"));
    EXPECT_TRUE(throws<DimensionMismatch>(
        [&] { (void)field.given(Csr<double>(2, 9), two, Vector<double>(Vector<double>::Ones(3))); }, "3"));
    for (const double bad : {0.0, -1.0, nan})
        EXPECT_TRUE(throws<InvalidArgument>([&] { (void)field.given(Csr<double>(2, 9), two, bad); }, "positive"));
    Csr<double> indefinite = Q;
    for (double& v : indefinite.values()) v = -v;
    EXPECT_TRUE(throws<NotPositiveDefinite>([&] { GaussianMarkovField<double>{indefinite}; }));
    EXPECT_TRUE(throws<DimensionMismatch>([&] { GaussianMarkovField<double>{Csr<double>(2, 3)}; }));
}

TEST(LearnSpectral, NamesOfGraphsAreHereToo) {
    // Two triangles joined by an edge: cut there.
    Coo<double> edges(6, 6);
    for (const auto& [i, j] : {std::pair(0, 1), {1, 2}, {0, 2}, {3, 4}, {4, 5}, {3, 5}, {2, 3}}) {
        edges.add(i, j, 1);
        edges.add(j, i, 1);
    }
    const Csr<double> A = to_csr(edges);
    const auto halves = learn::spectral_bisection(A);
    EXPECT_EQ(halves.labels, (std::vector<std::int32_t>{0, 0, 0, 1, 1, 1}));
    EXPECT_EQ(halves.cut, 1);
    EXPECT_EQ(learn::spectral_embedding(A, 2).vectors.cols(), 2);
    EXPECT_GT(learn::fiedler_vector(A).value, 0);
    EXPECT_NEAR(learn::effective_resistance(A, 2, 3), 1, 1e-12);
}

}  // namespace
}  // namespace tamis::test
