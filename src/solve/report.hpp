// Private: the words and warnings of a report.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include <tamis/solve.hpp>

namespace tamis::detail {

/// A number as people write it in a sentence: three significant digits.
std::string format_number(double value);

/// What the factor says of itself; its seconds add up.
void report_factorization(SolveReport& report, const FactorInfo& info);

/// Adds the warning that a large condition estimate deserves, with the digits that remain. eps is the unit roundoff of the
/// matrix's scalar; the thresholds are 1e10 in double and 1e4 in single precision.
void warn_of_condition(SolveReport& report, double eps);

/// The backward error that a solve of n unknowns is to reach: `.tolerance`, or the promise.
double backward_error_goal(const SolveOptions& options, std::int64_t n, double eps);

/// Throws SingularMatrix if the condition estimate of the report is beyond 1/eps, and so is that of A with scaled rows and
/// columns; a reason says so where only the former is.
void judge_condition(SolveReport& report, double eps, const std::function<double()>& equilibrated);

/// NotConverged: refinement did not bring the backward error down to the target.
[[noreturn]] void throw_not_reached(const SolveReport& report, double target);
[[noreturn]] void throw_rank_deficient(std::int64_t rank, std::int64_t cols);

}  // namespace tamis::detail
