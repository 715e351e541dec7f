// Private: the words and warnings of a report.
#pragma once

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

}  // namespace tamis::detail
