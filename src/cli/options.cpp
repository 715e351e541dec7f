#include "options.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <limits>
#include <numeric>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

namespace tamis::cli {

namespace {

constexpr std::array<std::string_view, 6> options_with_value = {"--report",     "--threads", "--memory-limit",
                                                                "--time-limit", "--index",   "--scalar"};

std::string normalised(std::string_view text) {
    std::string s(text);
    for (char& c : s) c = c == '_' ? '-' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return s;
}

/// A leading number and what follows it; nothing if there is no number.
std::optional<std::pair<double, std::string>> number_and_unit(std::string_view text) {
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || !std::isfinite(value)) return std::nullopt;
    std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
    while (!unit.empty() && unit.front() == ' ') unit.remove_prefix(1);
    return std::pair{value, normalised(unit)};
}

/// Levenshtein's distance, a swap of neighbours counting as one (Damerau 1964).
std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
    std::iota(last.begin(), last.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0U : 1U)});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) row[j] = std::min(row[j], before[j - 2] + 1);
        }
        before.swap(last);
        last.swap(row);
    }
    return last[b.size()];
}

}  // namespace

void add_common_options(CLI::App& app, CommonWords& words) {
    app.add_flag("--json", words.json, "print one JSON object on standard output, and nothing else there")
        ->disable_flag_override()
        ->group(everywhere_group);
    app.add_option("--report", words.report, "also write the results as a self-contained HTML page")
        ->type_name("FILE.html")
        ->group(everywhere_group);
    app.add_option("--threads", words.threads, "threads to use (default: TAMIS_NUM_THREADS, or all cores)")
        ->type_name("N")
        ->group(everywhere_group);
    app.add_option("--memory-limit", words.memory_limit, "refuse to use more memory, e.g. 8G or 512M (exit code 3)")
        ->type_name("SIZE")
        ->group(everywhere_group);
    app.add_option("--time-limit", words.time_limit, "stop after this long, e.g. 60s, 500ms, 2m, 1h (exit code 3)")
        ->type_name("TIME")
        ->group(everywhere_group);
    app.add_option("--index", words.index, "bits of an index, 32 or 64 (default: by the size of the matrix)")
        ->type_name("BITS")
        ->group(everywhere_group);
    app.add_option("--scalar", words.scalar, "float or double (default: double; a complex file makes it complex)")
        ->type_name("KIND")
        ->group(everywhere_group);
    app.add_flag("--quiet", words.quiet, "no progress, no notes, no summary beside an output file")
        ->disable_flag_override()
        ->group(everywhere_group);
}

CommonOptions read_common_options(const CommonWords& words) {
    CommonOptions o;
    o.json = words.json;
    o.quiet = words.quiet;
    o.report = words.report;
    if (o.report == "-") throw UsageError("--report needs a file name; '-' is not one", "--report report.html");
    if (!words.threads.empty()) o.threads = static_cast<int>(parse_count("--threads", words.threads, 1, 1024));
    if (!words.memory_limit.empty()) o.memory_limit = parse_bytes("--memory-limit", words.memory_limit);
    if (!words.time_limit.empty()) o.time_limit = parse_duration("--time-limit", words.time_limit);
    if (!words.index.empty()) o.index = parse_choice("--index", words.index, {"32", "64"}) == "64" ? 64 : 32;
    if (!words.scalar.empty())
        o.scalar = parse_choice("--scalar", words.scalar, {"float", "double"}) == "float" ? RealKind::single_precision
                                                                                          : RealKind::double_precision;
    return o;
}

bool takes_value(std::string_view word) {
    return std::find(options_with_value.begin(), options_with_value.end(), word) != options_with_value.end();
}

std::int64_t parse_bytes(std::string_view option, std::string_view text) {
    const auto wrong = [&] {
        return UsageError(fmt::format("{}: '{}' is not a size; a positive number with K, M, G or T is", option, text),
                          fmt::format("{} 8G", option));
    };
    const auto parts = number_and_unit(text);
    if (!parts) throw wrong();
    std::string unit = parts->second;
    if (unit.ends_with("ib") && unit.size() == 3) unit.resize(1);
    else if (unit.ends_with("b")) unit.pop_back();
    constexpr std::string_view units = "kmgt";
    double scale = 1;
    if (unit.size() == 1 && units.find(unit[0]) != std::string_view::npos)
        scale = std::exp2(10.0 * static_cast<double>(units.find(unit[0]) + 1));
    else if (!unit.empty()) throw wrong();
    const double bytes = parts->first * scale;
    if (!(bytes >= 1)) throw wrong();
    if (!(bytes < 9.0e18))
        throw UsageError(fmt::format("{}: '{}' is more than any machine has", option, text), fmt::format("{} 8G", option));
    return static_cast<std::int64_t>(bytes);
}

std::chrono::duration<double> parse_duration(std::string_view option, std::string_view text) {
    const auto wrong = [&] {
        return UsageError(fmt::format("{}: '{}' is not a duration; a positive number with ms, s, m or h is", option, text),
                          fmt::format("{} 60s", option));
    };
    const auto parts = number_and_unit(text);
    if (!parts) throw wrong();
    double scale = 1;
    if (parts->second == "ms") scale = 1e-3;
    else if (parts->second == "m" || parts->second == "min") scale = 60;
    else if (parts->second == "h") scale = 3600;
    else if (!parts->second.empty() && parts->second != "s") throw wrong();
    const double seconds = parts->first * scale;
    if (!(seconds > 0)) throw wrong();
    // Beyond a century a limit is none, and clocks would overflow.
    return std::chrono::duration<double>(std::min(seconds, 3.2e9));
}

std::int64_t parse_count(std::string_view option, std::string_view text, std::int64_t lowest, std::int64_t highest) {
    std::int64_t value = 0;
    const char* const last = text.data() + text.size();
    const auto [end, error] = std::from_chars(text.data(), last, value);
    if (error == std::errc{} && end == last && value >= lowest && value <= highest) return value;
    const std::string range = highest == std::numeric_limits<std::int64_t>::max()
                                  ? fmt::format("a whole number from {}", lowest)
                                  : fmt::format("a whole number from {} to {}", lowest, highest);
    throw UsageError(fmt::format("{}: '{}' is not {}", option, text, range),
                     option.starts_with("-") ? fmt::format("{} {}", option, std::max<std::int64_t>(lowest, 2)) : "");
}

double parse_number(std::string_view option, std::string_view text) {
    double value = 0;
    const char* const last = text.data() + text.size();
    const auto [end, error] = std::from_chars(text.data(), last, value);
    if (error == std::errc{} && end == last && std::isfinite(value)) return value;
    throw UsageError(fmt::format("{}: '{}' is not a number", option, text), fmt::format("{} 1e-10", option));
}

std::string parse_choice(std::string_view option, std::string_view text, std::span<const std::string_view> allowed) {
    const std::string wanted = normalised(text);
    for (const std::string_view a : allowed)
        if (normalised(a) == wanted) return std::string(a);
    const auto near = nearest(wanted, allowed);
    throw UsageError(fmt::format("{}: '{}' is not one of {}", option, text, join_alternatives(allowed)),
                     fmt::format("{} {}", option, near ? *near : std::string(allowed.front())));
}

std::string parse_choice(std::string_view option, std::string_view text, std::initializer_list<std::string_view> allowed) {
    return parse_choice(option, text, std::span(allowed.begin(), allowed.size()));
}

std::optional<std::string> nearest(std::string_view word, std::span<const std::string_view> candidates) {
    std::optional<std::string> best;
    std::size_t best_distance = std::max<std::size_t>(2, word.size() / 3) + 1;
    for (const std::string_view c : candidates) {
        const std::size_t d = edit_distance(normalised(word), normalised(c));
        if (d < best_distance && d < std::max(word.size(), c.size())) {
            best = std::string(c);
            best_distance = d;
        }
    }
    return best;
}

std::string join_alternatives(std::span<const std::string_view> words) {
    std::string s;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (i > 0) s += i + 1 == words.size() ? " or " : ", ";
        s += words[i];
    }
    return s;
}

}  // namespace tamis::cli
