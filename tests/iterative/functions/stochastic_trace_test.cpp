#include <cmath>
#include <complex>
#include <limits>
#include <stop_token>

#include <gtest/gtest.h>

#include <tamis/core/threads.hpp>
#include <tamis/iterative/functions/stochastic_trace.hpp>
#include <tamis/sparse/add.hpp>
#include <tamis/sparse/measure.hpp>
#include <tamis/sparse/model_problems.hpp>

#include "support/assembly.hpp"
#include "support/assertions.hpp"
#include "support/dense_oracle.hpp"
#include "support/random.hpp"
#include "support/types.hpp"

namespace tamis::test {

namespace {

/// Hermitian, strictly diagonally dominant: positive definite, with a spectrum from about 1 to 12.
template <class T>
Csr<T> positive_definite(std::int64_t n, std::uint64_t seed) {
    Random random(seed);
    Assembly<T> A(n, n);
    for (std::int64_t i = 0; i < n; ++i) A.set(i, i, scalar<T>(5 + random.uniform()));
    for (std::int64_t k = 0; k < n; ++k) {
        const std::int64_t i = k, j = (k + 1 + random.below(n / 4)) % n;
        const T v = random.template eighths<T>();
        A.add(i, j, v);
        A.add(j, i, detail::conjugate(v));
    }
    return A.csr();
}

struct Coverage {
    int within_two = 0;
    int within_four = 0;
    double largest_error_bar = 0;
};

/// How often `estimate(seed)` covers the truth, over 100 seeds.
template <class Estimate>
Coverage coverage(double truth, const Estimate& estimate) {
    Coverage c;
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
        const TraceEstimate e = estimate(seed);
        const double error = std::abs(e.value - truth);
        if (error <= 2 * e.standard_error) ++c.within_two;
        if (error <= 4 * e.standard_error) ++c.within_four;
        c.largest_error_bar = std::max(c.largest_error_bar, e.standard_error);
    }
    return c;
}

double sum_of(const Vector<double>& values, double (*f)(double)) {
    double sum = 0;
    for (std::int64_t i = 0; i < values.size(); ++i) sum += f(values[i]);
    return sum;
}

}  // namespace

template <class P>
class StochasticTrace : public ::testing::Test {};
TYPED_TEST_SUITE(StochasticTrace, AllScalars, TypeName);

TYPED_TEST(StochasticTrace, CoversTheTruthByItsErrorBar) {
    using T = typename TypeParam::T;
    const Csr<T> A = positive_definite<T>(80, 7);
    const Vector<double> values = hermitian_eigenvalues(in_double<T>(dense(A)));
    const double log_truth = sum_of(values, [](double x) { return std::log(x); });
    const Coverage log = coverage(log_truth, [&](std::uint64_t seed) { return logdet_estimate(A, {.seed = seed}); });
    EXPECT_GE(log.within_four, 95);
    EXPECT_GE(log.within_two, 80);
    // 80 signs scatter by the off-diagonal part of log A, and 40 samples divide by √40; the ceilings are loose.
    EXPECT_LE(log.largest_error_bar, 0.02 * log_truth);
    const double root_truth = sum_of(values, [](double x) { return std::sqrt(x); });
    const Coverage root = coverage(root_truth, [&](std::uint64_t seed) {
        return stochastic_trace(A, [](double x) { return std::sqrt(x); }, {.samples = 20, .seed = seed});
    });
    EXPECT_GE(root.within_four, 95);
    EXPECT_LE(root.largest_error_bar, 0.03 * root_truth);
    const double trace_truth = values.sum();
    for (const TraceMethod method : {TraceMethod::hutchinson, TraceMethod::hutch_plus_plus}) {
        const Coverage plain = coverage(trace_truth, [&](std::uint64_t seed) {
            return stochastic_trace(A, {.samples = 45, .seed = seed, .method = method});
        });
        EXPECT_GE(plain.within_four, 95);
        EXPECT_GE(plain.within_two, 80);
        EXPECT_LE(plain.largest_error_bar, 0.05 * trace_truth);
    }
}

TYPED_TEST(StochasticTrace, IsExactWithAsManySamplesAsRows) {
    using T = typename TypeParam::T;
    const double limit = 200 * static_cast<double>(epsilon_v<T>);
    const Csr<T> A = positive_definite<T>(30, 2);
    const Vector<double> values = hermitian_eigenvalues(in_double<T>(dense(A)));
    const double truth = sum_of(values, [](double x) { return std::log(x); });
    const TraceEstimate e = logdet_estimate(A);
    EXPECT_NEAR(e.value, truth, limit * truth);
    EXPECT_LE(std::abs(e.value - truth), 4 * e.standard_error);
    EXPECT_NEAR(stochastic_trace(A).value, values.sum(), limit * values.sum());

    EXPECT_EQ(logdet_estimate(Assembly<T>(0, 0).csr()).value, 0);
    EXPECT_EQ(stochastic_trace(Assembly<T>(0, 0).csr()).value, 0);
    Assembly<T> one(1, 1);
    one.set(0, 0, T(3));
    EXPECT_NEAR(logdet_estimate(one.csr()).value, std::log(3.0), limit);
    EXPECT_NEAR(stochastic_trace(one.csr()).value, 3, limit);
}

TYPED_TEST(StochasticTrace, OfLowRankIsExactByHutchPlusPlus) {
    using T = typename TypeParam::T;
    // A = Σ u uᴴ over five random vectors, as an operator without entries and without adjoint.
    Random random(3);
    Matrix<T> U(200, 5);
    for (std::int64_t j = 0; j < 5; ++j)
        for (std::int64_t i = 0; i < 200; ++i) U(i, j) = random.template eighths<T>();
    const auto A = make_operator<T>(200, 200, [&U](auto x, auto y) { y.eigen() = U * (U.adjoint() * x.eigen()); });
    const double truth = static_cast<double>(U.squaredNorm());
    const TraceEstimate e = stochastic_trace(A, {.samples = 24});
    EXPECT_NEAR(e.value, truth, 1e3 * static_cast<double>(epsilon_v<T>) * truth);
    EXPECT_LE(std::abs(e.value - truth), 4 * e.standard_error);
    EXPECT_EQ(e.matvecs, 8 + 5 + 8);
}

TYPED_TEST(StochasticTrace, OfAFunctionThatFewEigenvaluesRuleIsBestByHutchPlusPlus) {
    using T = typename TypeParam::T;
    // exp(−x) of a diagonal with five small entries among large ones, turned by a reflection I − 2 v vᴴ so that signs do not
    // see the diagonal.
    const std::int64_t n = 60;
    Random random(6);
    Vector<T> v = random.template vector<T>(n);
    v /= v.norm();
    Vector<T> d(n);
    for (std::int64_t i = 0; i < n; ++i) {
        const double x = static_cast<double>(i);
        d[i] = T(static_cast<Real<T>>(i < 5 ? 0.25 * x : 6 + 0.02 * x));
    }
    const Matrix<T> reflection = Matrix<T>::Identity(n, n) - T(2) * v * v.adjoint();
    const Matrix<T> A = reflection * d.asDiagonal() * reflection;
    double truth = 0;
    for (std::int64_t i = 0; i < n; ++i) truth += std::exp(-static_cast<double>(std::abs(d[i])));
    const auto f = [](double x) { return std::exp(-x); };
    const auto estimate = [&](TraceMethod method) {
        return coverage(truth, [&](std::uint64_t seed) {
            return stochastic_trace(A, f, {.samples = 30, .seed = seed, .method = method, .tolerance = 1e-5});
        });
    };
    const Coverage hutch = estimate(TraceMethod::hutch_plus_plus), plain = estimate(TraceMethod::lanczos_quadrature);
    EXPECT_GE(hutch.within_four, 95);
    EXPECT_GE(hutch.within_two, 80);
    EXPECT_LT(hutch.largest_error_bar, 0.5 * plain.largest_error_bar);
    const TraceEstimate log =
        logdet_estimate(positive_definite<T>(90, 3), {.samples = 45, .method = TraceMethod::hutch_plus_plus});
    EXPECT_GT(log.standard_error, 0);
    EXPECT_GT(log.matvecs, 45);
    // f = 0 has no space at all, and a trace of 0.
    const TraceEstimate zero =
        stochastic_trace(A, [](double) { return 0.0; }, {.samples = 30, .method = TraceMethod::hutch_plus_plus});
    EXPECT_EQ(zero.value, 0);
    EXPECT_EQ(zero.standard_error, 0);
}

TYPED_TEST(StochasticTrace, RefusesWhatItCannotDo) {
    using T = typename TypeParam::T;
    const auto log = [](double x) { return std::log(x); };
    Assembly<T> D(100, 100);
    for (std::int64_t i = 0; i < 100; ++i) D.set(i, i, T(static_cast<Real<T>>(i) - Real<T>(2.5)));
    EXPECT_TRUE(throws<NotPositiveDefinite>([&] { (void)logdet_estimate(D.csr()); }, "Ritz"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)stochastic_trace(D.csr(), log); }, "not finite"));
    // Singular: the error names it, as log 0 would be −∞.
    D = Assembly<T>(100, 100);
    for (std::int64_t i = 0; i < 100; ++i) D.set(i, i, T(static_cast<Real<T>>(i % 5)));
    EXPECT_TRUE(throws<NotPositiveDefinite>([&] { (void)logdet_estimate(D.csr()); }, "Ritz"));
    D.set(3, 5, T(1));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)logdet_estimate(D.csr()); }, "Hermitian"));
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)stochastic_trace(Assembly<T>(3, 4).csr()); }, "3", "4"));
    const Csr<T> A = positive_definite<T>(80, 1);
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)stochastic_trace(A, {.samples = 1}); }, "samples"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)logdet_estimate(A, {.tolerance = -1}); }, "tolerance"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)logdet_estimate(A, {.lanczos_steps = 0}); }, "lanczos_steps"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)stochastic_trace(A, log, {.method = TraceMethod::hutchinson}); },
                                        "lanczos_quadrature"));
    EXPECT_TRUE(
        throws<InvalidArgument>([&] { (void)stochastic_trace(A, {.method = TraceMethod::lanczos_quadrature}); }, "f"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)logdet_estimate(A, {.method = TraceMethod::hutchinson}); }, "method"));
    std::stop_source stop;
    stop.request_stop();
    EXPECT_TRUE(throws<Cancelled>([&] { (void)logdet_estimate(A, {.stop = stop.get_token()}); }, "request"));
    EXPECT_TRUE(throws<Cancelled>(
        [&] { (void)logdet_estimate(A, {.method = TraceMethod::hutch_plus_plus, .stop = stop.get_token()}); }, "request"));
    EXPECT_TRUE(throws<InvalidArgument>(
        [&] { (void)logdet_estimate(A, {.samples = 5, .method = TraceMethod::hutch_plus_plus}); }, "at least 6"));
    const auto broken = make_operator<T>(
        80, 80, [](auto, auto y) { y.eigen().setConstant(scalar<T>(std::numeric_limits<double>::quiet_NaN())); });
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)logdet_estimate(broken); }, "not finite"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)logdet_estimate(broken, {.method = TraceMethod::hutch_plus_plus}); },
                                        "not finite"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)stochastic_trace(broken); }, "not finite"));
}

TYPED_TEST(StochasticTrace, OfALogarithmShiftsWithTheScaleOfTheMatrix) {
    using T = typename TypeParam::T;
    using R = Real<T>;
    const std::int64_t n = 60;
    const Csr<T> A = positive_definite<T>(n, 4);
    const TraceEstimate plain = logdet_estimate(A, {.samples = 8});
    for (const R factor : {std::numeric_limits<R>::min() * R(16), std::numeric_limits<R>::max() / 64}) {
        const double shift = static_cast<double>(n) * std::log(static_cast<double>(factor));
        const TraceEstimate e = logdet_estimate(T(factor) * A, {.samples = 8});
        EXPECT_NEAR(e.value - shift, plain.value, 1e-4 * std::abs(shift));
        EXPECT_TRUE(std::isfinite(e.standard_error));
    }
    Assembly<T> zero(1, 1), negative(1, 1);
    zero.set(0, 0, T(0));
    negative.set(0, 0, T(-2));
    EXPECT_TRUE(throws<NotPositiveDefinite>([&] { (void)logdet_estimate(zero.csr()); }, "Ritz"));
    EXPECT_TRUE(throws<NotPositiveDefinite>([&] { (void)logdet_estimate(negative.csr()); }, "-2"));
}

TEST(LogdetEstimate, ShowsInItsErrorBarThatStepsRanOut) {
    // Of κ ≈ 4e4, whose logarithm takes more than 12 steps: the truth is log det = Σ log(2 − 2 cos(kπ/(n+1))) = log(n + 1).
    const Csr<double> A = poisson_1d<double>(300);
    const TraceEstimate e = logdet_estimate(A, {.samples = 200, .lanczos_steps = 12});
    EXPECT_LE(std::abs(e.value - std::log(301.0)), 4 * e.standard_error);
    const TraceEstimate full = logdet_estimate(A, {.samples = 200});
    EXPECT_LE(std::abs(full.value - std::log(301.0)), 4 * full.standard_error);
    EXPECT_LT(full.standard_error, e.standard_error);
}

TEST(LogdetEstimate, GivesTheSameBitsForASeedWhateverTheThreads) {
    const Csr<double> A = positive_definite<double>(20000, 5);
    const int before = threads();
    set_threads(1);
    const TraceEstimate one = logdet_estimate(A, {.samples = 4, .seed = 3});
    set_threads(2);
    const TraceEstimate two = logdet_estimate(A, {.samples = 4, .seed = 3});
    set_threads(before);
    EXPECT_EQ(one.value, two.value);
    EXPECT_EQ(one.standard_error, two.standard_error);
    EXPECT_NE(one.value, logdet_estimate(A, {.samples = 4, .seed = 4}).value);
}

}  // namespace tamis::test
