#include "solve/report.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include <tamis/core/error.hpp>

namespace tamis::detail {

std::string format_number(double value) {
    std::array<char, 40> text{};
    std::snprintf(text.data(), text.size(), "%.3g", value);
    return text.data();
}

void report_factorization(SolveReport& report, const FactorInfo& info) {
    report.method = info.method;
    report.seconds.analyze += info.seconds.analyze;
    report.seconds.factor += info.seconds.factor;
    report.factor_nonzeros = info.factor_nonzeros;
    report.flops = info.flops;
    report.bytes = info.bytes;
    report.precision = info.precision;
}

void warn_of_condition(SolveReport& report, double eps) {
    const double threshold = eps < 1e-10 ? 1e10 : 1e4;
    if (report.condition_estimate <= threshold) return;
    const int held = static_cast<int>(std::floor(-std::log10(eps)));
    const double left = -std::log10(eps * report.condition_estimate);
    const int digits = std::isfinite(left) ? static_cast<int>(std::floor(left)) : 0;
    std::string text =
        "A is ill-conditioned: its condition estimate is " + format_number(report.condition_estimate) + ", so ";
    if (digits < 1) text += "no digit of x can be trusted, although the residual is small.";
    else text += "about " + std::to_string(digits) + " of the " + std::to_string(held) + " digits of x can be trusted.";
    report.warnings.push_back(text);
}

double backward_error_goal(const SolveOptions& options, std::int64_t n, double eps) {
    return options.tolerance > 0 ? options.tolerance : 10 * std::max(10.0, std::sqrt(static_cast<double>(n))) * eps;
}

void judge_condition(SolveReport& report, double eps, const std::function<double()>& equilibrated) {
    if (report.condition_estimate * eps < 1) return;
    const double scaled = equilibrated();
    if (!(scaled * eps < 1))
        throw SingularMatrix("solve: A is singular to working precision: its condition estimate is " +
                                 format_number(report.condition_estimate) + ", and " + format_number(scaled) +
                                 " after scaling its rows and columns, both beyond 1/ε = " + format_number(1 / eps) +
                                 ". least_squares gives the minimum-norm answer.",
                             -1, false);
    report.reasons.emplace_back("The condition estimate is beyond 1/ε, but " + format_number(scaled) +
                                " after scaling rows and columns: badly scaled rather than singular.");
}

void throw_not_reached(const SolveReport& report, double target) {
    throw NotConverged("solve: the backward error stayed at " + format_number(report.backward_error) + ", above " +
                           format_number(target) + ", after " + std::to_string(report.iterations) +
                           " refinement steps with " + std::string(to_string(report.method)) +
                           "; scale A, or loosen the tolerance",
                       Status::stagnated, report.residual_norm, report.iterations);
}

void throw_rank_deficient(std::int64_t rank, std::int64_t cols) {
    throw SingularMatrix("solve: A has numerical rank " + std::to_string(rank) + " of " + std::to_string(cols) +
                             "; least_squares gives the minimum-norm answer",
                         -1, false);
}

}  // namespace tamis::detail
