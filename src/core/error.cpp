#include <tamis/core/error.hpp>

#include <utility>

// Destructors live here so that each exception's type information has one home (they are thrown across a shared library).
namespace tamis {

Error::Error(const std::string& message) : std::runtime_error(message) {}
Error::~Error() = default;

InvalidArgument::InvalidArgument(const std::string& message) : Error(message) {}
InvalidArgument::~InvalidArgument() = default;

DimensionMismatch::DimensionMismatch(const std::string& message, std::int64_t expected, std::int64_t got)
    : InvalidArgument(message),
      expected_(expected),
      got_(got) {}
DimensionMismatch::~DimensionMismatch() = default;

IndexOverflow::IndexOverflow(const std::string& message) : InvalidArgument(message) {}
IndexOverflow::~IndexOverflow() = default;

PatternMismatch::PatternMismatch(const std::string& message) : InvalidArgument(message) {}
PatternMismatch::~PatternMismatch() = default;

ParseError::ParseError(std::string file, std::int64_t line, std::int64_t column, const std::string& message)
    : Error(file + ":" + std::to_string(line) + ":" + std::to_string(column) + ": " + message),
      file_(std::move(file)),
      line_(line),
      column_(column) {}
ParseError::~ParseError() = default;

SingularMatrix::SingularMatrix(const std::string& message, std::int64_t index, bool structural)
    : Error(message),
      index_(index),
      structural_(structural) {}
SingularMatrix::~SingularMatrix() = default;

NotPositiveDefinite::NotPositiveDefinite(const std::string& message, std::int64_t column)
    : Error(message),
      column_(column) {}
NotPositiveDefinite::~NotPositiveDefinite() = default;

NotConverged::NotConverged(const std::string& message, Status status, double residual_norm, std::int64_t iterations)
    : Error(message),
      status_(status),
      residual_norm_(residual_norm),
      iterations_(iterations) {}
NotConverged::~NotConverged() = default;

MemoryLimitExceeded::MemoryLimitExceeded(const std::string& message, std::int64_t predicted_bytes,
                                         std::int64_t allowed_bytes)
    : Error(message),
      predicted_(predicted_bytes),
      allowed_(allowed_bytes) {}
MemoryLimitExceeded::~MemoryLimitExceeded() = default;

Cancelled::Cancelled(const std::string& message) : Error(message) {}
Cancelled::~Cancelled() = default;

Unsupported::Unsupported(const std::string& message) : Error(message) {}
Unsupported::~Unsupported() = default;

IoError::IoError(const std::string& message) : Error(message) {}
IoError::~IoError() = default;

std::string_view to_string(Status status) noexcept {
    switch (status) {
        case Status::converged: return "converged";
        case Status::max_iterations: return "max_iterations";
        case Status::time_limit: return "time_limit";
        case Status::cancelled: return "cancelled";
        case Status::breakdown: return "breakdown";
        case Status::indefinite_operator: return "indefinite_operator";
        case Status::indefinite_preconditioner: return "indefinite_preconditioner";
        case Status::stagnated: return "stagnated";
        case Status::not_finite: return "not_finite";
        case Status::inconsistent: return "inconsistent";
    }
    return "unknown";
}

}  // namespace tamis
