// Errors as the user of a program meets them: an exit code, a kind, a sentence, advice.
#pragma once

#include <exception>
#include <string>

#include "output.hpp"

namespace tamis::cli {

enum ExitCode : int { done = 0, numerical_failure = 1, bad_input = 2, over_limit = 3, internal_error = 4 };

struct Failure {
    ExitCode exit_code = internal_error;
    std::string kind;      ///< e.g. "singular_matrix"
    std::string message;   ///< a sentence
    std::string hint{};    ///< what to try; may be empty
    std::string status{};  ///< of a solve, e.g. "singular"
    Json details{};        ///< numbers of the exception, by name
};

/// What the exception means. `interrupted`: a signal asked for the stop.
[[nodiscard]] Failure describe(const std::exception_ptr& error, bool interrupted);
/// The end that the guard enforces.
[[nodiscard]] Failure time_limit_failure(double seconds);

[[nodiscard]] std::string to_text(const Failure& failure, bool colour);
/// {"error": {kind, message, exit_code, …}}, with `status` and `converged` before it if wanted.
[[nodiscard]] Json to_json(const Failure& failure, bool with_status);

}  // namespace tamis::cli
