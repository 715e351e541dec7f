// Why an iterative method stopped.
#pragma once

#include <string_view>

namespace tamis {

/// The reason why an iterative method stopped. Only `converged` promises the requested tolerance.
enum class Status {
    converged,
    max_iterations,
    time_limit,
    cancelled,
    breakdown,
    indefinite_operator,
    indefinite_preconditioner,
    stagnated,
    not_finite,
    inconsistent
};

/// The enumerator's own name, e.g. "max_iterations".
std::string_view to_string(Status status) noexcept;

}  // namespace tamis
