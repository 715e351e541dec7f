// Private: what counts as one value and as invariant, and the words for what does not.
#pragma once

#include <cstdint>
#include <string>

#include <tamis/adjoint/gauge.hpp>
#include <tamis/core/scalar.hpp>

namespace tamis::derivatives::detail {

/// InvalidArgument for tolerances that are negative or NaN, and for an infinite cluster_tolerance.
void check_gauge_options(const char* what, const GaugeOptions& options);

/// The default tolerances for a matrix whose larger dimension is n.
template <class R>
GaugeOptions with_defaults(const GaugeOptions& options, std::int64_t n) {
    const double rounding = static_cast<double>(n) * static_cast<double>(epsilon_v<R>);
    return {.cluster_tolerance = options.cluster_tolerance > 0 ? options.cluster_tolerance : 10 * rounding,
            .gauge_tolerance = options.gauge_tolerance > 0 ? options.gauge_tolerance : 100 * rounding};
}

/// InvalidArgument: in the name of `what`, the sentence, and what can be done.
[[noreturn]] void throw_depends_on_gauge(const char* what, const std::string& sentence);

}  // namespace tamis::derivatives::detail
