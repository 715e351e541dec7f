// Exceptions. Every message names the function, the value at fault, and what would be right.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

#include <tamis/core/status.hpp>

namespace tamis {

/// Base of everything that tamis throws on purpose (std::bad_alloc apart).
class Error : public std::runtime_error {
  public:
    explicit Error(const std::string& message);
    Error(const Error&) = default;
    Error& operator=(const Error&) = default;
    ~Error() override;
};

/// An argument that no correct program would pass, or input (NaN, an asymmetric matrix) that the method cannot take.
class InvalidArgument : public Error {
  public:
    explicit InvalidArgument(const std::string& message);
    InvalidArgument(const InvalidArgument&) = default;
    InvalidArgument& operator=(const InvalidArgument&) = default;
    ~InvalidArgument() override;
};

/// Sizes that do not fit together.
class DimensionMismatch : public InvalidArgument {
  public:
    DimensionMismatch(const std::string& message, std::int64_t expected, std::int64_t got);
    DimensionMismatch(const DimensionMismatch&) = default;
    DimensionMismatch& operator=(const DimensionMismatch&) = default;
    ~DimensionMismatch() override;
    [[nodiscard]] std::int64_t expected() const noexcept { return expected_; }
    [[nodiscard]] std::int64_t got() const noexcept { return got_; }

  private:
    std::int64_t expected_;
    std::int64_t got_;
};

/// A size or a count that the index type cannot hold; the message names the wider type.
class IndexOverflow : public InvalidArgument {
  public:
    explicit IndexOverflow(const std::string& message);
    IndexOverflow(const IndexOverflow&) = default;
    IndexOverflow& operator=(const IndexOverflow&) = default;
    ~IndexOverflow() override;
};

/// A matrix whose pattern is not the analysed one.
class PatternMismatch : public InvalidArgument {
  public:
    explicit PatternMismatch(const std::string& message);
    PatternMismatch(const PatternMismatch&) = default;
    PatternMismatch& operator=(const PatternMismatch&) = default;
    ~PatternMismatch() override;
};

/// A file that does not follow its format. what() begins "file:line:column:".
class ParseError : public Error {
  public:
    /// `line` and `column` are 1-based; `line` is the physical line of the (decompressed) text.
    ParseError(std::string file, std::int64_t line, std::int64_t column, const std::string& message);
    ParseError(const ParseError&) = default;
    ParseError& operator=(const ParseError&) = default;
    ~ParseError() override;
    [[nodiscard]] const std::string& file() const noexcept { return file_; }
    [[nodiscard]] std::int64_t line() const noexcept { return line_; }
    [[nodiscard]] std::int64_t column() const noexcept { return column_; }

  private:
    std::string file_;
    std::int64_t line_;
    std::int64_t column_;
};

/// A matrix without an inverse, by its pattern (structural) or by its numbers.
class SingularMatrix : public Error {
  public:
    SingularMatrix(const std::string& message, std::int64_t index, bool structural);
    SingularMatrix(const SingularMatrix&) = default;
    SingularMatrix& operator=(const SingularMatrix&) = default;
    ~SingularMatrix() override;
    /// The caller's row whose pivot is zero; -1 if the backend does not say.
    [[nodiscard]] std::int64_t index() const noexcept { return index_; }
    [[nodiscard]] bool structural() const noexcept { return structural_; }

  private:
    std::int64_t index_;
    bool structural_;
};

/// A Cholesky factorization met a pivot that is not positive.
class NotPositiveDefinite : public Error {
  public:
    NotPositiveDefinite(const std::string& message, std::int64_t column);
    NotPositiveDefinite(const NotPositiveDefinite&) = default;
    NotPositiveDefinite& operator=(const NotPositiveDefinite&) = default;
    ~NotPositiveDefinite() override;
    /// The caller's column; -1 if the backend does not say.
    [[nodiscard]] std::int64_t column() const noexcept { return column_; }

  private:
    std::int64_t column_;
};

/// An iterative process did not reach its goal.
class NotConverged : public Error {
  public:
    NotConverged(const std::string& message, Status status, double residual_norm, std::int64_t iterations);
    NotConverged(const NotConverged&) = default;
    NotConverged& operator=(const NotConverged&) = default;
    ~NotConverged() override;
    [[nodiscard]] Status status() const noexcept { return status_; }
    [[nodiscard]] double residual_norm() const noexcept { return residual_norm_; }
    [[nodiscard]] std::int64_t iterations() const noexcept { return iterations_; }

  private:
    Status status_;
    double residual_norm_;
    std::int64_t iterations_;
};

/// The predicted memory is more than allowed; thrown before it is allocated.
class MemoryLimitExceeded : public Error {
  public:
    MemoryLimitExceeded(const std::string& message, std::int64_t predicted_bytes, std::int64_t allowed_bytes);
    MemoryLimitExceeded(const MemoryLimitExceeded&) = default;
    MemoryLimitExceeded& operator=(const MemoryLimitExceeded&) = default;
    ~MemoryLimitExceeded() override;
    [[nodiscard]] std::int64_t predicted_bytes() const noexcept { return predicted_; }
    [[nodiscard]] std::int64_t allowed_bytes() const noexcept { return allowed_; }

  private:
    std::int64_t predicted_;
    std::int64_t allowed_;
};

/// Stopped by a stop token or a time limit.
class Cancelled : public Error {
  public:
    explicit Cancelled(const std::string& message);
    Cancelled(const Cancelled&) = default;
    Cancelled& operator=(const Cancelled&) = default;
    ~Cancelled() override;
};

/// This build, or this backend, cannot do it.
class Unsupported : public Error {
  public:
    explicit Unsupported(const std::string& message);
    Unsupported(const Unsupported&) = default;
    Unsupported& operator=(const Unsupported&) = default;
    ~Unsupported() override;
};

/// A file that cannot be opened, read or written.
class IoError : public Error {
  public:
    explicit IoError(const std::string& message);
    IoError(const IoError&) = default;
    IoError& operator=(const IoError&) = default;
    ~IoError() override;
};

}  // namespace tamis
