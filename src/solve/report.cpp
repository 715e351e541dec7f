#include "solve/report.hpp"

#include <array>
#include <cmath>
#include <cstdio>

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

}  // namespace tamis::detail
