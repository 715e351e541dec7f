// Private: what every factorization refuses, in one wording; and a clock.
#pragma once

#include <chrono>
#include <cstdint>

namespace tamis::detail {

/// InvalidArgument with the position; `which` is what holds it.
[[noreturn]] void throw_not_finite(const char* what, const char* which, std::int64_t i, std::int64_t j);
[[noreturn]] void throw_not_ready(const char* what);
[[noreturn]] void throw_not_square(const char* what, std::int64_t rows, std::int64_t cols);
[[noreturn]] void throw_not_hermitian(const char* what, std::int64_t row, std::int64_t col);
[[noreturn]] void throw_not_positive_definite(const char* what, std::int64_t column);
/// Of A ± W·Wᴴ.
[[noreturn]] void throw_update_not_definite(const char* what, int sign, std::int64_t column);
/// SingularMatrix with the caller's row that is left without a pivot (-1: unknown); `structural`: by the pattern alone.
[[noreturn]] void throw_singular(const char* what, std::int64_t row, bool structural);

/// Seconds since its construction.
class Stopwatch {
  public:
    [[nodiscard]] double seconds() const {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
    }

  private:
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace tamis::detail
