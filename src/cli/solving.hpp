// What solve and lstsq have in common: read, solve, verify, write, tell.
#pragma once

#include <string>

#include <tamis/solve.hpp>

#include "output.hpp"
#include "session.hpp"

namespace tamis::cli {

enum class SolveKind { solve, least_squares };

struct SolveRequest {
    SolveKind kind = SolveKind::solve;
    std::string matrix;  ///< a path, or "-"
    std::string rhs;     ///< a path, "-", or empty for b = A·1
    std::string output;  ///< a path, "-", or empty
    SolveOptions options;
};

[[nodiscard]] Result run_solve(Session& session, const SolveRequest& request);

}  // namespace tamis::cli
