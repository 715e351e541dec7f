#include "failure.hpp"

#include <new>
#include <system_error>

#include <fmt/format.h>

#include <tamis/core/error.hpp>

#include "options.hpp"

namespace tamis::cli {

namespace {

Failure from(const UsageError& e) {
    return {bad_input, "usage", e.what(), e.hint().empty() ? "" : "for example: " + e.hint(), "usage_error"};
}

Failure from(const ParseError& e) {
    return {bad_input, "parse_error", e.what(),
            "",        "bad_input",   Json{{"file", e.file()}, {"line", e.line()}, {"column", e.column()}}};
}

Failure from(const DimensionMismatch& e) {
    return {bad_input, "dimension_mismatch", e.what(), "", "bad_input", Json{{"expected", e.expected()}, {"got", e.got()}}};
}

Failure from(const SingularMatrix& e) {
    return {numerical_failure, "singular_matrix",
            e.what(),          "tamis lstsq gives the minimum-norm least-squares solution of a singular system",
            "singular",        Json{{"index", e.index()}, {"structural", e.structural()}}};
}

Failure from(const NotPositiveDefinite& e) {
    return {numerical_failure,
            "not_positive_definite",
            e.what(),
            "--method lu takes any nonsingular matrix, and --method auto finds out by itself",
            "not_positive_definite",
            Json{{"column", e.column()}}};
}

Failure from(const NotConverged& e) {
    return {numerical_failure,
            "not_converged",
            e.what(),
            "",
            std::string(e.status() == Status::converged ? "not_converged" : to_string(e.status())),
            Json{{"status", to_string(e.status())},
                 {"residual_norm", json_number(e.residual_norm())},
                 {"iterations", e.iterations()}}};
}

Failure from(const MemoryLimitExceeded& e) {
    return {over_limit,     "memory_limit",
            e.what(),       "a larger --memory-limit allows more",
            "memory_limit", Json{{"predicted_bytes", e.predicted_bytes()}, {"allowed_bytes", e.allowed_bytes()}}};
}

}  // namespace

Failure describe(const std::exception_ptr& error, bool interrupted) {
    try {
        std::rethrow_exception(error);
    } catch (const UsageError& e) {
        return from(e);
    } catch (const ParseError& e) {
        return from(e);
    } catch (const DimensionMismatch& e) {
        return from(e);
    } catch (const IndexOverflow& e) {
        return {bad_input, "index_overflow", e.what(), "--index 64 has room for more", "bad_input"};
    } catch (const InvalidArgument& e) {
        return {bad_input, "invalid_argument", e.what(), "", "bad_input"};
    } catch (const SingularMatrix& e) {
        return from(e);
    } catch (const NotPositiveDefinite& e) {
        return from(e);
    } catch (const NotConverged& e) {
        return from(e);
    } catch (const MemoryLimitExceeded& e) {
        return from(e);
    } catch (const Cancelled& e) {
        if (interrupted) return {over_limit, "interrupted", e.what(), "", "cancelled"};
        return {over_limit, "time_limit", e.what(), "a larger --time-limit allows more", "time_limit"};
    } catch (const Unsupported& e) {
        return {bad_input, "unsupported", e.what(), "", "unsupported"};
    } catch (const IoError& e) {
        return {bad_input, "io_error", e.what(), "", "bad_input"};
    } catch (const Error& e) {
        return {internal_error, "internal_error", e.what(), "", "internal_error"};
    } catch (const std::bad_alloc&) {
        return {over_limit, "out_of_memory", "there is not enough memory for this", "", "memory_limit"};
    } catch (const std::exception& e) {
        return {internal_error, "internal_error", fmt::format("an error that should not happen: {}", e.what()),
                "please report it with the command line and the file", "internal_error"};
    } catch (...) {
        return {internal_error, "internal_error", "an error that should not happen, of unknown kind",
                "please report it with the command line and the file", "internal_error"};
    }
}

Failure time_limit_failure(double seconds) {
    return {over_limit, "time_limit",
            fmt::format("the time limit of {} was reached in a step that cannot be stopped halfway", seconds_text(seconds)),
            "a larger --time-limit allows more", "time_limit"};
}

std::string to_text(const Failure& failure, bool colour) {
    std::string text = colour ? "\x1b[1;31mtamis:\x1b[0m " : "tamis: ";
    text += failure.message + "\n";
    if (!failure.hint.empty()) text += "       " + failure.hint + "\n";
    return text;
}

Json to_json(const Failure& failure, bool with_status) {
    Json error{{"kind", failure.kind}, {"message", failure.message}, {"exit_code", static_cast<int>(failure.exit_code)}};
    if (!failure.hint.empty()) error["hint"] = failure.hint;
    if (failure.details.is_object())
        for (const auto& [name, value] : failure.details.items()) error[name] = value;
    Json json = Json::object();
    if (with_status) {
        json["status"] = failure.status;
        json["converged"] = false;
    }
    json["error"] = std::move(error);
    return json;
}

}  // namespace tamis::cli
