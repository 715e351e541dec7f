#include "learn/lbfgs.hpp"

#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include <gtest/gtest.h>

namespace tamis::test {
namespace {

using learn::detail::LbfgsOptions;
using learn::detail::LbfgsResult;
using learn::detail::minimize;
constexpr double far_away = std::numeric_limits<double>::infinity();

/// Σ 100 (x_{i+1} − x_i²)² + (1 − x_i)² (Rosenbrock 1960).
double rosenbrock(std::span<const double> x, std::span<double> g) {
    double f = 0;
    std::fill(g.begin(), g.end(), 0.0);
    for (std::size_t i = 0; i + 1 < x.size(); ++i) {
        const double a = x[i + 1] - x[i] * x[i], b = 1 - x[i];
        f += 100 * a * a + b * b;
        g[i] += -400 * a * x[i] - 2 * b;
        g[i + 1] += 200 * a;
    }
    return f;
}

TEST(Lbfgs, FollowsRosenbrocksValley) {
    for (const std::size_t n : {2U, 10U, 50U}) {
        std::vector<double> start(n, -1.2);
        for (std::size_t i = 1; i < n; i += 2) start[i] = 1;
        const LbfgsResult r =
            minimize(rosenbrock, start, {.gradient_tolerance = 1e-9, .value_tolerance = 0, .max_iterations = 2000});
        EXPECT_EQ(r.status, Status::converged) << r.message;
        EXPECT_LE(r.gradient_norm, 1e-9);
        if (n == 2) {  // further ones have another local minimum
            EXPECT_NEAR(r.x[0], 1, 1e-8);
            EXPECT_NEAR(r.x[1], 1, 1e-8);
            EXPECT_LE(r.evaluations, 80) << "L-BFGS takes some forty";
        }
    }
}

TEST(Lbfgs, StaysInTheBoxAndEndsAtItsBestPoint) {
    // The minimum of Rosenbrock's function with x_0 <= 0.5 lies at (0.5, 0.25); every evaluation is inside.
    bool outside = false;
    const auto watched = [&](std::span<const double> x, std::span<double> g) {
        outside = outside || x[0] < -2 || x[0] > 0.5 || x[1] < 0 || x[1] > 3;
        return rosenbrock(x, g);
    };
    LbfgsResult r = minimize(watched, {-1.2, 1.0}, {.lower = {-2, 0}, .upper = {0.5, 3}});
    EXPECT_EQ(r.status, Status::converged) << r.message;
    EXPECT_FALSE(outside);
    EXPECT_EQ(r.x[0], 0.5) << "exactly";
    EXPECT_NEAR(r.x[1], 0.25, 1e-5);
    // A start outside is moved in; a start in a corner gets out of it.
    r = minimize(watched, {7.0, 50.0}, {.lower = {-2, 0}, .upper = {0.5, 3}});
    EXPECT_FALSE(outside);
    EXPECT_EQ(r.status, Status::converged) << r.message;
    EXPECT_NEAR(r.x[1], 0.25, 1e-5);
}

TEST(Lbfgs, SolvesQuadraticsWithManyActiveBoundsToTheirConditions) {
    // ½ xᵀAx − bᵀx with a tridiagonal A; the sign of the gradient at the bounds proves the minimum, as A is definite.
    const std::size_t n = 30;
    const auto f = [&](std::span<const double> x, std::span<double> g) {
        double value = 0;
        for (std::size_t i = 0; i < n; ++i) {
            const double b = std::sin(1.7 * static_cast<double>(i)) * 3;
            double ax = 2.1 * x[i];
            if (i > 0) ax -= x[i - 1];
            if (i + 1 < n) ax -= x[i + 1];
            g[i] = ax - b;
            value += x[i] * (ax / 2 - b);
        }
        return value;
    };
    const LbfgsResult r = minimize(f, std::vector<double>(n, 0.0),
                                   {.lower = std::vector<double>(n, -1.0),
                                    .upper = std::vector<double>(n, 0.5),
                                    .gradient_tolerance = 1e-9,
                                    .value_tolerance = 0});
    EXPECT_EQ(r.status, Status::converged) << r.message;
    std::vector<double> g(n);
    f(r.x, g);
    int active = 0;
    for (std::size_t i = 0; i < n; ++i) {
        if (r.x[i] == -1.0) EXPECT_GE(g[i], 0);
        else if (r.x[i] == 0.5) EXPECT_LE(g[i], 0);
        else EXPECT_NEAR(g[i], 0, 1e-7);
        active += r.x[i] == -1.0 || r.x[i] == 0.5;
    }
    EXPECT_GT(active, 10);
}

TEST(Lbfgs, TurnsBackWhereTheFunctionHasNoValue) {
    // x − log x, infinite or NaN for x <= 0; the first step leads there.
    const auto f = [](std::span<const double> x, std::span<double> g) {
        g[0] = 50 * (1 - 1 / x[0]);
        return 50 * (x[0] - std::log(x[0]));
    };
    const LbfgsResult r = minimize(f, {30.0}, {});
    EXPECT_EQ(r.status, Status::converged) << r.message;
    EXPECT_NEAR(r.x[0], 1, 1e-4);
    const LbfgsResult bad = minimize(f, {-1.0}, {});
    EXPECT_EQ(bad.status, Status::not_finite);
    EXPECT_EQ(bad.x[0], -1.0);
    EXPECT_EQ(bad.value, far_away);
}

TEST(Lbfgs, SaysWhyItStopped) {
    const std::vector<double> start{-1.2, 1.0};
    std::vector<double> g(2);
    const double before = rosenbrock(start, g);
    const LbfgsResult few = minimize(rosenbrock, start, {.max_iterations = 3});
    EXPECT_EQ(few.status, Status::max_iterations);
    EXPECT_EQ(few.iterations, 3);
    EXPECT_LT(few.value, before);
    EXPECT_EQ(few.value, rosenbrock(few.x, g)) << "the value belongs to the point";
    std::vector<double> values;
    LbfgsOptions watched;
    watched.callback = [&](std::int64_t, double value, double) {
        values.push_back(value);
        return values.size() < 5;
    };
    const LbfgsResult stopped = minimize(rosenbrock, start, watched);
    EXPECT_EQ(stopped.status, Status::cancelled);
    EXPECT_EQ(values.size(), 5U);
    for (std::size_t k = 1; k < values.size(); ++k) EXPECT_LT(values[k], values[k - 1]);
    std::stop_source source;
    source.request_stop();
    EXPECT_EQ(minimize(rosenbrock, start, {.stop = source.get_token()}).status, Status::cancelled);
    EXPECT_EQ(minimize(rosenbrock, start, {.deadline = std::chrono::steady_clock::now()}).status, Status::time_limit);
    // A gradient of the wrong sign: no line search can find less.
    const auto wrong = [](std::span<const double> x, std::span<double> d) {
        d[0] = -2 * x[0];
        return x[0] * x[0];
    };
    const LbfgsResult lost = minimize(wrong, {1.0}, {});
    EXPECT_EQ(lost.status, Status::stagnated);
    EXPECT_EQ(lost.x[0], 1.0) << "never worse than the start";
    const LbfgsResult none = minimize([](std::span<const double>, std::span<double>) { return 4.0; }, {}, {});
    EXPECT_EQ(none.status, Status::converged);
    EXPECT_EQ(none.value, 4.0);
}

}  // namespace
}  // namespace tamis::test
