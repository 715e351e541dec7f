// What the words of a command line mean: sizes, durations, counts, choices, and the options that every command takes.
#pragma once

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace CLI {
class App;
}

namespace tamis::cli {

/// A command line that cannot be obeyed: what is wrong, and a line that would be right.
class UsageError : public std::runtime_error {
  public:
    explicit UsageError(const std::string& message, std::string hint = {})
        : std::runtime_error(message),
          hint_(std::move(hint)) {}
    [[nodiscard]] const std::string& hint() const noexcept { return hint_; }

  private:
    std::string hint_;
};

enum class RealKind { automatic, single_precision, double_precision };

/// The options of every command, as values.
struct CommonOptions {
    bool json = false;
    bool quiet = false;
    std::string report;                           ///< file name; empty: no report
    int threads = 0;                              ///< 0: the library's default
    std::int64_t memory_limit = 0;                ///< bytes; 0: none
    std::chrono::duration<double> time_limit{0};  ///< 0: none
    int index = 0;                                ///< 32, 64, or 0: by the size of the matrix
    RealKind scalar = RealKind::automatic;
};

/// The same as typed by the user, before they are read.
struct CommonWords {
    bool json = false;
    bool quiet = false;
    std::string report, threads, memory_limit, time_limit, index, scalar;
};

inline constexpr const char* everywhere_group = "Everywhere";

/// Declares the options that every command takes.
void add_common_options(CLI::App& app, CommonWords& words);
[[nodiscard]] CommonOptions read_common_options(const CommonWords& words);

/// True if `word` is a common option that takes its value from the next word.
[[nodiscard]] bool takes_value(std::string_view word);

/// Bytes from "8G", "512M", "1.5T", "4096": binary units K, M, G, T, an optional B or iB after them.
[[nodiscard]] std::int64_t parse_bytes(std::string_view option, std::string_view text);
/// Seconds from "60s", "500ms", "2m", "1.5h" or "60".
[[nodiscard]] std::chrono::duration<double> parse_duration(std::string_view option, std::string_view text);
/// A whole number from `lowest` to `highest`.
[[nodiscard]] std::int64_t parse_count(std::string_view option, std::string_view text, std::int64_t lowest,
                                       std::int64_t highest);
/// A finite number.
[[nodiscard]] double parse_number(std::string_view option, std::string_view text);
/// One of `allowed`, in any case, '-' and '_' alike; the usage error lists them and names the nearest.
[[nodiscard]] std::string parse_choice(std::string_view option, std::string_view text,
                                       std::span<const std::string_view> allowed);
[[nodiscard]] std::string parse_choice(std::string_view option, std::string_view text,
                                       std::initializer_list<std::string_view> allowed);

/// The candidate that `word` is most likely a slip of; nothing if none is near.
[[nodiscard]] std::optional<std::string> nearest(std::string_view word, std::span<const std::string_view> candidates);

/// "a, b or c".
[[nodiscard]] std::string join_alternatives(std::span<const std::string_view> words);

}  // namespace tamis::cli
