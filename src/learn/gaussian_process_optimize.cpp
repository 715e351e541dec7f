#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "core/random.hpp"
#include "core/refuse.hpp"
#include "learn/gaussian_fit.hpp"
#include "learn/lbfgs.hpp"

namespace tamis::learn::detail {

namespace {

void check_search(const HyperparameterOptions& options) {
    const auto demand = [](bool holds, const char* what, double value) {
        if (!holds)
            throw InvalidArgument(std::string("GaussianProcess optimize: ") + what + ", but is " + std::to_string(value));
    };
    constexpr double most = std::numeric_limits<double>::max();
    demand(options.restarts >= 0, "restarts must not be negative", static_cast<double>(options.restarts));
    demand(options.spread > 1 && options.spread <= most, "spread must be more than 1 and finite", options.spread);
    demand(options.lower > 0, "lower must be positive", options.lower);
    demand(options.upper >= options.lower && options.upper <= most, "upper must be finite and at least lower",
           options.upper);
    demand(options.noise_lower > 0 && options.noise_lower <= options.upper, "noise_lower must be positive and at most upper",
           options.noise_lower);
    demand(options.tolerance >= 0, "tolerance must not be negative", options.tolerance);
    demand(options.max_iterations >= 0, "max_iterations must not be negative", static_cast<double>(options.max_iterations));
    demand(options.time_limit.count() >= 0, "time_limit must not be negative", options.time_limit.count());
}

}  // namespace

template <class T>
HyperparameterResult optimize_process(ProcessModel& model, FittedProcess<T>& fit, const HyperparameterOptions& options) {
    const tamis::detail::Stopwatch clock;
    const GaussianFit<T>& start = require_fit("optimize", fit);
    check_search(options);
    const std::shared_ptr<const TrainingData<T>> data = start.data;
    const bool noise_is_free = !options.fixed_noise && model.noise_variance > 0;
    const std::int64_t p = model.kernel.parameter_count();
    const auto n = static_cast<std::size_t>(p + (noise_is_free ? 1 : 0));

    std::vector<double> origin;
    for (std::int64_t q = 0; q < p; ++q) origin.push_back(model.kernel.logarithms()[static_cast<std::size_t>(q)]);
    if (noise_is_free) origin.push_back(std::log(model.noise_variance));

    LbfgsOptions search;
    search.gradient_tolerance = options.tolerance;
    search.max_iterations = options.max_iterations;
    search.stop = options.stop;
    if (options.time_limit.count() > 0)
        search.deadline = std::chrono::steady_clock::now() +
                          std::chrono::duration_cast<std::chrono::steady_clock::duration>(options.time_limit);
    for (std::size_t q = 0; q < n; ++q) {
        const bool of_noise = static_cast<std::int64_t>(q) == p;
        search.lower.push_back(std::min(std::log(of_noise ? options.noise_lower : options.lower), origin[q]));
        search.upper.push_back(std::max(std::log(options.upper), origin[q]));
    }
    std::int64_t iterations = 0;
    bool stopped = false;
    if (options.callback)
        search.callback = [&](std::int64_t, double value, double) {
            const bool on = options.callback(++iterations, -value);
            stopped = !on;
            return on;
        };

    const auto model_at = [&](std::span<const double> theta) {
        ProcessModel at = model;
        at.kernel = model.kernel.with_parameters(VectorView<const double>(theta.data(), p));
        if (noise_is_free) at.noise_variance = std::exp(theta[n - 1]);
        return at;
    };
    // The best fit that any evaluation made is kept, so that it need not be made again.
    ProcessModel best_model = model;
    FittedProcess<T> best_fit = fit;
    std::int64_t current_start = 0, best_start = 0;
    const SmoothFunction f = [&](std::span<const double> theta, std::span<double> g) {
        try {
            ProcessModel at = model_at(theta);
            FittedProcess<T> there = fit_data<T>(at, data);
            if (!std::isfinite(there->log_likelihood)) return std::numeric_limits<double>::infinity();
            Array<double> gradient(p + 1);
            process_likelihood_gradient<T>(at, there, VectorView<double>(gradient.data(), p + 1));
            for (std::size_t q = 0; q < n; ++q) g[q] = -gradient[static_cast<std::int64_t>(q)];
            if (there->log_likelihood > best_fit->log_likelihood) {
                best_model = std::move(at);
                best_fit = there;
                best_start = current_start;
            }
            return -there->log_likelihood;
        } catch (const NotPositiveDefinite&) {
            return std::numeric_limits<double>::infinity();  // no process has these parameters
        }
    };

    HyperparameterResult result;
    result.initial = start.log_likelihood;
    double least = std::numeric_limits<double>::infinity();
    std::string last;
    for (std::int64_t s = 0; s <= options.restarts; ++s) {
        if (s > 0 && (stopped || options.stop.stop_requested() || std::chrono::steady_clock::now() >= search.deadline))
            break;
        current_start = s;
        std::vector<double> theta = origin;
        const std::uint64_t stream = tamis::detail::random_stream(options.seed, static_cast<std::uint64_t>(s));
        for (std::size_t q = 0; s > 0 && q < n; ++q)
            theta[q] += std::log(options.spread) * tamis::detail::uniform<double>(stream, q);
        const LbfgsResult found = minimize(f, std::move(theta), search);
        result.iterations += found.iterations;
        result.evaluations += found.evaluations;
        if (!std::isfinite(found.value)) ++result.failed_starts;
        if (s == 0 || found.value < least) {
            least = found.value;
            result.status = found.status;
            result.gradient_norm = found.gradient_norm;
            last = found.message;
        }
    }
    model = std::move(best_model);
    fit = std::move(best_fit);
    result.best_start = best_start;
    result.log_marginal_likelihood = fit->log_likelihood;
    result.seconds = clock.seconds();
    result.message = "log marginal likelihood " + std::to_string(result.initial) + " -> " +
                     std::to_string(result.log_marginal_likelihood) + "; the best of " +
                     std::to_string(options.restarts + 1) + " starts is number " + std::to_string(best_start) + ": " + last;
    return result;
}

template HyperparameterResult optimize_process(ProcessModel&, FittedProcess<float>&, const HyperparameterOptions&);
template HyperparameterResult optimize_process(ProcessModel&, FittedProcess<double>&, const HyperparameterOptions&);

}  // namespace tamis::learn::detail
