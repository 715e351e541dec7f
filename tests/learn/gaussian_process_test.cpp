#include <tamis/learn/gaussian_process.hpp>

#include <chrono>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numbers>
#include <stop_token>
#include <utility>

#include <gtest/gtest.h>

#include "support/assertions.hpp"
#include "support/dense_oracle.hpp"
#include "support/random.hpp"

namespace tamis::test {
namespace {

using learn::GaussianProcess;
using learn::Kernel;
namespace kernel = learn::kernel;

template <class T>
struct Training {
    Matrix<T> X;
    Vector<T> y;
};

/// A smooth function of two features and noise of deviation 0.1.
template <class T = double>
Training<T> training(std::int64_t n, std::uint64_t seed = 5) {
    Random random(seed);
    Training<T> data{Matrix<T>(n, 2), Vector<T>(n)};
    for (std::int64_t i = 0; i < n; ++i) {
        const double a = random.uniform(-2, 2), b = random.uniform(-2, 2);
        double noise = -6;
        for (int k = 0; k < 12; ++k) noise += random.uniform();
        data.X(i, 0) = static_cast<T>(a);
        data.X(i, 1) = static_cast<T>(b);
        data.y[i] = static_cast<T>(std::sin(2 * a) + b * b / 2 + 0.1 * noise);
    }
    return data;
}

Kernel rich_kernel() {
    return 1.5 * kernel::rbf({0.8, 1.6}) + 0.3 * (kernel::matern32(1.0) * kernel::linear(2.0)) + kernel::white(0.01);
}

/// The textbook with an explicit inverse, in double.
struct BruteForce {
    Matrix<double> inverse;
    Vector<double> mean, variance;
    Matrix<double> covariance;
    double likelihood = 0;

    BruteForce(const Kernel& k, double noise, const Matrix<double>& X, const Vector<double>& y, const Matrix<double>& at) {
        const std::int64_t n = X.rows();
        Matrix<double> A = k.matrix(X);
        for (std::int64_t i = 0; i < n; ++i) A(i, i) += noise;
        inverse = dense_inverse(A);
        const Matrix<double> C = k.matrix(X, at);
        mean = C.transpose() * (inverse * y);
        covariance = k.matrix(at) - C.transpose() * (inverse * C);
        variance = covariance.diagonal();
        double logdet = 0;
        const Vector<double> values = hermitian_eigenvalues(A);
        for (std::int64_t i = 0; i < n; ++i) logdet += std::log(values[i]);
        likelihood = -0.5 * (y.dot(inverse * y) + logdet + static_cast<double>(n) * std::log(2 * std::numbers::pi));
    }
};

TEST(GaussianProcess, IsTheTextbookWithAnExplicitInverse) {
    const auto data = training(90);
    const Matrix<double> at = Random(9).matrix<double>(40, 2) * 2.5;
    const double noise = 0.02;
    const Kernel k = rich_kernel();
    const BruteForce truth(k, noise, data.X, data.y, at);
    GaussianProcess<double> process(k, noise);
    process.fit(data.X, data.y);
    const auto p = process.predict(at, {.covariance = true});
    EXPECT_TRUE(near(p.mean, truth.mean, 1e-11));
    EXPECT_TRUE(near(p.standard_deviation, Vector<double>(truth.variance.cwiseSqrt()), 1e-10));
    EXPECT_TRUE(near(p.covariance, truth.covariance, 1e-10));
    EXPECT_TRUE(equal(Matrix<double>(p.covariance.transpose()), p.covariance));
    EXPECT_EQ(p.clamped, 0);
    EXPECT_NEAR(process.log_marginal_likelihood(), truth.likelihood, 1e-10 * std::abs(truth.likelihood));
    const auto noisy = process.predict(at, {.include_noise = true});
    EXPECT_TRUE(near(noisy.standard_deviation, Vector<double>((truth.variance.array() + noise).sqrt()), 1e-10));
    EXPECT_TRUE(same_bits(noisy.mean, p.mean));
    const auto mean_only = process.predict(at, {.standard_deviation = false});
    EXPECT_EQ(mean_only.standard_deviation.size(), 0);
    EXPECT_TRUE(near(mean_only.mean, truth.mean, 1e-11));
    EXPECT_EQ(process.info().jitter, 0);
    EXPECT_EQ(process.info().samples, 90);
    EXPECT_TRUE(process.info().storage == learn::CovarianceStorage::dense);

    const auto single = training<float>(90);
    GaussianProcess<float> in_float(k, noise);
    in_float.fit(single.X, single.y);
    const auto q = in_float.predict(Matrix<float>(at.cast<float>()));
    EXPECT_TRUE(near(q.mean, truth.mean, 1e-3));
    EXPECT_TRUE(near(q.standard_deviation, Vector<double>(truth.variance.cwiseSqrt()), 1e-2));
    EXPECT_NEAR(in_float.log_marginal_likelihood(), truth.likelihood, 1e-2);
    EXPECT_TRUE(near(in_float.log_marginal_likelihood_gradient(), process.log_marginal_likelihood_gradient(), 1e-2));
}

TEST(GaussianProcess, GradientAgreesWithDifferences) {
    const auto data = training(60);
    for (const Kernel& k : {rich_kernel(), kernel::matern52(0.9) * 2.0, Kernel(kernel::matern12({1.0, 2.0}))}) {
        const double noise = 0.05;
        const auto likelihood = [&](const Vector<double>& theta, double log_noise) {
            GaussianProcess<double> process(k.with_parameters(theta), std::exp(log_noise));
            return process.fit(data.X, data.y).log_marginal_likelihood();
        };
        GaussianProcess<double> process(k, noise);
        const Vector<double> g = process.fit(data.X, data.y).log_marginal_likelihood_gradient();
        const std::int64_t parameters = k.parameter_count();
        ASSERT_EQ(g.size(), parameters + 1);
        for (std::int64_t p = 0; p <= parameters; ++p) {
            const auto central = [&](double h) {
                Vector<double> up = k.parameters(), down = up;
                if (p < parameters) {
                    up[p] += h;
                    down[p] -= h;
                }
                const double s = p == parameters ? h : 0;
                return (likelihood(up, std::log(noise) + s) - likelihood(down, std::log(noise) - s)) / (2 * h);
            };
            const double h = 2e-2, a = central(h), b = central(h / 2), c = central(h / 4);
            const double best = (16 * (4 * c - b) / 3 - (4 * b - a) / 3) / 15;
            EXPECT_NEAR(g[p], best, 1e-7 * (1 + std::abs(best))) << k.to_string() << ", entry " << p;
        }
    }
}

TEST(GaussianProcess, InterpolatesAsTheNoiseVanishes) {
    const auto data = training(40);
    GaussianProcess<double> process(kernel::matern32(1.0), 0);
    process.fit(data.X, data.y);
    const auto p = process.predict(data.X);
    EXPECT_TRUE(near(p.mean, data.y, 1e-9));
    EXPECT_LE(p.standard_deviation.maxCoeff(), 1e-6);
    EXPECT_EQ(process.log_marginal_likelihood_gradient()[1], 0) << "no noise, no change by its logarithm";
    // Far from all samples the prior is left.
    const Matrix<double> away = Matrix<double>::Constant(1, 2, 1e3);
    EXPECT_NEAR(process.predict(away).mean[0], 0, 1e-12);
    EXPECT_NEAR(process.predict(away).standard_deviation[0], 1, 1e-12);
}

TEST(GaussianProcess, ReportsTheJitterThatRepeatedSamplesNeed) {
    auto data = training(30);
    data.X.row(7) = data.X.row(3);
    data.X.row(20) = data.X.row(3);
    data.y[7] = data.y[20] = data.y[3];
    GaussianProcess<double> process(kernel::matern12(1.0));
    process.fit(data.X, data.y);
    EXPECT_GT(process.info().jitter, 0);
    EXPECT_LE(process.info().jitter, 1e-10) << "no more than needed";
    EXPECT_GE(process.info().jitter_attempts, 1);
    EXPECT_TRUE(near(process.predict(data.X).mean, data.y, 1e-6));
    GaussianProcess<double> strict(kernel::matern12(1.0), 0, {.max_jitter = 0});
    EXPECT_TRUE(throws<NotPositiveDefinite>([&] { strict.fit(data.X, data.y); }, "30 samples", "max_jitter"));
    EXPECT_FALSE(strict.fitted());
    GaussianProcess<double> noisy(kernel::matern12(1.0), 1e-3);
    noisy.fit(data.X, data.y);
    EXPECT_EQ(noisy.info().jitter, 0);
    EXPECT_EQ(noisy.info().jitter_attempts, 0);
    // A smooth kernel is singular without any repeated sample; variances at the samples are then rounding.
    const Matrix<double> line = Vector<double>::LinSpaced(200, 0, 1);
    GaussianProcess<double> smooth(kernel::rbf(1.0));
    smooth.fit(line, Vector<double>(line.array().sin()));
    EXPECT_GT(smooth.info().jitter, 0);
    const auto p = smooth.predict(line);
    EXPECT_TRUE(near(p.mean, Vector<double>(line.array().sin()), 1e-6));
    EXPECT_GE(p.standard_deviation.minCoeff(), 0);
    EXPECT_LE(p.standard_deviation.maxCoeff(), 1e-5);
    std::int64_t zeros = 0;
    for (std::int64_t i = 0; i < 200; ++i) zeros += p.standard_deviation[i] == 0;
    EXPECT_LE(p.clamped, zeros);
}

TEST(GaussianProcess, CountsVariancesThatRoundingMadeNegative) {
    // Without noise the variance at the samples is 0, and rounding of either sign is what comes.
    const auto data = training(300);
    GaussianProcess<double> process(kernel::matern12(1.0));
    process.fit(data.X, data.y);
    EXPECT_EQ(process.info().jitter, 0);
    const auto p = process.predict(data.X);
    const std::int64_t zeros = (p.standard_deviation.array() == 0).count();
    EXPECT_GT(p.clamped, 10);
    EXPECT_LT(p.clamped, 290);
    EXPECT_LE(p.clamped, zeros);
    EXPECT_LE(p.standard_deviation.maxCoeff(), 1e-6);
    EXPECT_GT(process.predict(data.X, {.standard_deviation = false, .covariance = true}).clamped, 10);
}

TEST(GaussianProcess, TakesNoneAndOneSampleAndManyPoints) {
    const Kernel k = 4.0 * kernel::rbf(1.0);
    GaussianProcess<double> prior(k, 0.1);
    prior.fit(Matrix<double>(0, 2), Vector<double>());
    const Matrix<double> at = Random(2).matrix<double>(3, 2);
    auto p = prior.predict(at, {.covariance = true});
    EXPECT_TRUE(near(p.mean, Vector<double>(Vector<double>::Zero(3)), 0));
    EXPECT_TRUE(near(p.standard_deviation, Vector<double>(Vector<double>::Constant(3, 2.0)), 1e-15));
    EXPECT_TRUE(near(p.covariance, k.matrix(at), 1e-15));
    EXPECT_EQ(prior.log_marginal_likelihood(), 0);
    EXPECT_TRUE(near(prior.log_marginal_likelihood_gradient(), Vector<double>(Vector<double>::Zero(3)), 0));
    GaussianProcess<double> one(k, 1.0);
    one.fit(Matrix<double>(at.topRows(1)), Vector<double>(Vector<double>::Constant(1, 10.0)));
    p = one.predict(at.topRows(1));
    EXPECT_NEAR(p.mean[0], 8, 1e-13) << "4 / (4 + 1) of the target";
    EXPECT_NEAR(p.standard_deviation[0], std::sqrt(4 - 16 / 5.0), 1e-14);
    EXPECT_NEAR(one.log_marginal_likelihood(), -0.5 * (100 / 5.0 + std::log(5.0) + std::log(2 * std::numbers::pi)), 1e-12);
    EXPECT_EQ(one.predict(Matrix<double>(0, 2)).mean.size(), 0);
    // More points than are done at once.
    const auto data = training(300);
    GaussianProcess<double> many(k, 0.1);
    many.fit(data.X, data.y);
    const Matrix<double> points = Random(3).matrix<double>(7200, 2);  // × 300 > 2²¹
    p = many.predict(points);
    const auto last = many.predict(points.bottomRows(2));
    EXPECT_TRUE(near(p.mean.tail(2), last.mean, 1e-11));
    EXPECT_TRUE(near(p.standard_deviation.tail(2), last.standard_deviation, 1e-9));
}

TEST(GaussianProcess, CentersTheTargetsWhereAsked) {
    auto data = training(30);
    data.y.array() += 100;
    GaussianProcess<double> centered(kernel::rbf(1.0), 0.01, {.center = true});
    centered.fit(data.X, data.y);
    const double mean = data.y.mean();
    GaussianProcess<double> by_hand(kernel::rbf(1.0), 0.01);
    by_hand.fit(data.X, Vector<double>(data.y.array() - mean));
    const Matrix<double> at = Random(2).matrix<double>(5, 2);
    EXPECT_TRUE(near(centered.predict(at).mean, Vector<double>(by_hand.predict(at).mean.array() + mean), 1e-12));
    EXPECT_NEAR(centered.predict(Matrix<double>(Matrix<double>::Constant(1, 2, 1e3))).mean[0], mean, 1e-11);
    EXPECT_NEAR(centered.log_marginal_likelihood(), by_hand.log_marginal_likelihood(), 1e-8);
}

TEST(GaussianProcess, OptimizesToWhereTheGradientVanishes) {
    const auto data = training(120);
    GaussianProcess<double> process(1.0 * kernel::rbf({3.0, 0.3}), 1.0);
    process.fit(data.X, data.y);
    const double before = process.log_marginal_likelihood();
    const auto result = process.optimize({.tolerance = 1e-7});
    EXPECT_TRUE(result.converged()) << result.message;
    EXPECT_EQ(result.initial, before);
    EXPECT_GT(result.log_marginal_likelihood, before + 50);
    EXPECT_EQ(result.log_marginal_likelihood, process.log_marginal_likelihood())
        << "the process is fitted with what was found";
    EXPECT_LE(process.log_marginal_likelihood_gradient().cwiseAbs().maxCoeff(), 1e-3);
    EXPECT_NEAR(std::sqrt(process.noise_variance()), 0.1, 0.03) << "the noise that was put in";
    GaussianProcess<double> again(process.kernel(), process.noise_variance());
    EXPECT_NEAR(again.fit(data.X, data.y).log_marginal_likelihood(), result.log_marginal_likelihood, 1e-9);
    // From there nothing better is found, and nothing worse is kept.
    const auto stays = process.optimize({.max_iterations = 5});
    EXPECT_GE(stays.log_marginal_likelihood, result.log_marginal_likelihood);
    // Fixed noise stays, as does none.
    GaussianProcess<double> fixed(kernel::rbf(3.0), 0.5);
    EXPECT_GT(fixed.fit(data.X, data.y).optimize({.fixed_noise = true}).evaluations, 1);
    EXPECT_EQ(fixed.noise_variance(), 0.5);
    GaussianProcess<double> without(kernel::matern12(3.0) + kernel::white(0.5), 0);
    EXPECT_GT(without.fit(data.X, data.y).optimize().log_marginal_likelihood, fixed.log_marginal_likelihood());
    EXPECT_EQ(without.noise_variance(), 0);
}

TEST(GaussianProcess, RestartsFindWhatOneStartMisses) {
    // From a length scale far too long the noise explains everything, a local maximum: restarts leave it.
    const std::int64_t n = 60;
    const Vector<double> x = Vector<double>::LinSpaced(n, 0, 6);
    const Vector<double> y = (6 * x.array()).sin();
    const auto make = [&] {
        GaussianProcess<double> process(kernel::rbf(40.0), 1.0);
        process.fit(x, y);
        return process;
    };
    auto once = make(), often = make(), likewise = make();
    const auto a = once.optimize();
    const auto b = often.optimize({.restarts = 8, .seed = 3, .spread = 300});
    const auto c = likewise.optimize({.restarts = 8, .seed = 3, .spread = 300});
    EXPECT_GT(b.log_marginal_likelihood, a.log_marginal_likelihood + 20) << a.message << "\n" << b.message;
    EXPECT_GT(b.best_start, 0);
    EXPECT_EQ(b.log_marginal_likelihood, c.log_marginal_likelihood) << "seeded";
    EXPECT_TRUE(same_bits(often.kernel().parameters(), likewise.kernel().parameters()));
    std::int64_t calls = 0;
    auto stopped = make();
    const auto d = stopped.optimize({.restarts = 8, .callback = [&](std::int64_t, double) { return ++calls < 2; }});
    EXPECT_EQ(calls, 2);
    EXPECT_EQ(d.status, Status::cancelled);
    EXPECT_GE(d.log_marginal_likelihood, d.initial);
}

TEST(GaussianProcess, ObeysTheOptionsOfTheSearch) {
    const auto data = training(60);
    const auto search = [&](const learn::HyperparameterOptions& options, const Kernel& k = 1.0 * kernel::rbf(1.0),
                            const learn::GaussianProcessOptions& process_options = {}, double noise = 0.1) {
        GaussianProcess<double> process(k, noise, process_options);
        process.fit(data.X, data.y);
        const auto result = process.optimize(options);
        return std::pair(result, process);
    };
    const auto [bounded, process] = search({.lower = 0.9, .upper = 1.2, .noise_lower = 0.05});
    const Vector<double> theta = process.kernel().parameters().array().exp();
    EXPECT_TRUE(bounded.converged()) << bounded.message;
    EXPECT_GE(theta.minCoeff(), 0.9 * (1 - 1e-14));
    EXPECT_LE(theta.maxCoeff(), 1.2 * (1 + 1e-14));
    EXPECT_NEAR(process.noise_variance(), 0.05, 1e-12) << "0.01 would be better";
    EXPECT_LE(bounded.gradient_norm, 1e-5 * std::max(1.0, std::abs(bounded.log_marginal_likelihood)));
    EXPECT_GE(bounded.seconds, 0);
    EXPECT_EQ(search({.max_iterations = 2}).first.status, Status::max_iterations);
    EXPECT_EQ(search({.max_iterations = 2}).first.iterations, 2);
    const auto nothing = search({.max_iterations = 0}).first;
    EXPECT_EQ(nothing.evaluations, 1);
    EXPECT_EQ(nothing.log_marginal_likelihood, nothing.initial);
    EXPECT_EQ(search({.time_limit = std::chrono::nanoseconds(1)}).first.status, Status::time_limit);
    std::stop_source source;
    source.request_stop();
    EXPECT_EQ(search({.restarts = 5, .stop = source.get_token()}).first.status, Status::cancelled);
    // Without noise and jitter, starts with long length scales have no likelihood; they are counted and left.
    const auto failing =
        search({.restarts = 10, .spread = 1e4, .max_iterations = 3}, kernel::rbf(0.3), {.max_jitter = 0}, 0);
    EXPECT_GT(failing.first.failed_starts, 0);
    EXPECT_LT(failing.first.failed_starts, 11);
    EXPECT_GE(failing.first.log_marginal_likelihood, failing.first.initial);
}

TEST(GaussianProcess, RefusesWhatItCannotTake) {
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    const Kernel k = kernel::rbf(1.0);
    for (const double bad : {-1.0, nan, std::numeric_limits<double>::infinity()})
        EXPECT_TRUE(throws<InvalidArgument>([&] { GaussianProcess<double>(k, bad); }, "noise variance"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { GaussianProcess<double>(k, 0, {.max_jitter = nan}); }, "max_jitter"));
    GaussianProcess<double> process(k, 0.1);
    EXPECT_TRUE(throws<Error>([&] { (void)process.predict(Matrix<double>(1, 2)); }, "call fit"));
    EXPECT_TRUE(throws<Error>([&] { (void)process.log_marginal_likelihood(); }, "call fit"));
    EXPECT_TRUE(throws<Error>([&] { (void)process.log_marginal_likelihood_gradient(); }, "call fit"));
    EXPECT_TRUE(throws<Error>([&] { (void)process.optimize(); }, "call fit"));
    EXPECT_TRUE(throws<Error>([&] { (void)process.info(); }, "call fit"));
    auto data = training(10);
    EXPECT_TRUE(throws<DimensionMismatch>([&] { process.fit(data.X, Vector<double>(data.y.head(9))); }, "10x2", "9"));
    process.fit(data.X, data.y);
    const double kept = process.log_marginal_likelihood();
    data.y[4] = nan;
    EXPECT_TRUE(throws<InvalidArgument>([&] { process.fit(data.X, data.y); }, "targets", "row 4"));
    data.y[4] = 0;
    data.X(3, 1) = std::numeric_limits<double>::infinity();
    EXPECT_TRUE(throws<InvalidArgument>([&] { process.fit(data.X, data.y); }, "row 3, column 1"));
    EXPECT_EQ(process.log_marginal_likelihood(), kept) << "the process is what it was";
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)process.predict(data.X); }, "row 3, column 1"));
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)process.predict(Matrix<double>(4, 3)); }, "3 features", "2"));
    GaussianProcess<double> each(kernel::rbf({1.0, 2.0, 3.0}), 0.1);
    EXPECT_TRUE(throws<DimensionMismatch>(
        [&] { each.fit(Matrix<double>(Matrix<double>::Ones(4, 2)), Vector<double>(Vector<double>::Ones(4))); },
        "3 length scales", "2 features"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)process.optimize({.spread = 1}); }, "spread"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)process.optimize({.lower = -1}); }, "lower"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)process.optimize({.tolerance = nan}); }, "tolerance"));
    EXPECT_TRUE(throws<MemoryLimitExceeded>([&] {
        GaussianProcess<double>(k, 0.1, {.memory_limit = 700})
            .fit(Matrix<double>(Matrix<double>::Ones(10, 2)), Vector<double>(Vector<double>::Ones(10)));
    }));
    const GaussianProcess<double> copy = process;
    EXPECT_EQ(copy.log_marginal_likelihood(), kept);
}

}  // namespace
}  // namespace tamis::test
