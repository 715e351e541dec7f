#include "adjoint/gauge.hpp"

#include <limits>

#include <tamis/core/error.hpp>

namespace tamis::derivatives::detail {

void check_gauge_options(const char* what, const GaugeOptions& options) {
    if (!(options.cluster_tolerance >= 0 && options.cluster_tolerance <= std::numeric_limits<double>::max()))
        throw InvalidArgument(std::string(what) + ": .cluster_tolerance is " + std::to_string(options.cluster_tolerance) +
                              "; it must be at least 0 and finite (0: the default)");
    if (!(options.gauge_tolerance >= 0))
        throw InvalidArgument(std::string(what) + ": .gauge_tolerance is " + std::to_string(options.gauge_tolerance) +
                              "; it must be at least 0 (0: the default, infinity: nothing is refused)");
}

void throw_depends_on_gauge(const char* what, const std::string& sentence) {
    throw InvalidArgument(std::string(what) + ": " + sentence +
                          "; take a function of projectors or of the values alone, or, if this is rounding, raise "
                          ".gauge_tolerance");
}

}  // namespace tamis::derivatives::detail
