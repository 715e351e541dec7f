// Private: the minimum of a smooth function of a few variables in a box, by limited-memory BFGS.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <limits>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include <tamis/core/status.hpp>

namespace tamis::learn::detail {

/// f(x), with its gradient written to g. A value that is not finite says that there is no f at x; g does not matter then.
using SmoothFunction = std::function<double(std::span<const double> x, std::span<double> g)>;

struct LbfgsOptions {
    std::vector<double> lower{}, upper{};  ///< of each variable; none: unbounded
    double gradient_tolerance = 1e-6;      ///< of the largest entry of the projected gradient, relative to max(1, |f|)
    double value_tolerance = 1e-12;        ///< of a step's decrease, relative to max(1, |f|): converged, too
    std::int64_t max_iterations = 200;
    std::int64_t memory = 10;  ///< pairs that are kept
    std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();
    std::stop_token stop{};
    /// After each iteration, with its number, f and the projected gradient's largest entry; false ends the run.
    std::function<bool(std::int64_t, double, double)> callback{};
};

struct LbfgsResult {
    std::vector<double> x;
    double value = std::numeric_limits<double>::infinity();
    double gradient_norm = std::numeric_limits<double>::infinity();  ///< largest entry of the projected gradient
    Status status = Status::not_finite;
    std::int64_t iterations = 0;
    std::int64_t evaluations = 0;
    std::string message;
};

/// Nocedal and Wright, Numerical Optimization, 2nd ed., 2006: Algorithm 7.4 (two-loop recursion) and 7.5, with the line
/// search of Algorithms 3.5 and 3.6 for the strong Wolfe conditions. Bounds: variables at a bound that the gradient points
/// out of are held there, the recursion runs in the others, and the line search ends at the next bound (α_max of Algorithm
/// 3.5), where its variable then stays: f is only asked for inside the box, along straight lines. x is moved into the box
/// first. The result is the best point seen, never worse than the start.
LbfgsResult minimize(const SmoothFunction& f, std::vector<double> x, const LbfgsOptions& options);

}  // namespace tamis::learn::detail
