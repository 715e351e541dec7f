// How results look: numbers with units, aligned tables on a terminal, the same tables as an HTML page, JSON.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

namespace tamis::cli {

using Json = nlohmann::ordered_json;

/// "1,234,567".
[[nodiscard]] std::string count_text(std::int64_t n);
/// "12.3 MiB".
[[nodiscard]] std::string bytes_text(std::int64_t bytes);
/// "1.2 s", "340 ms", "2 min 5 s".
[[nodiscard]] std::string seconds_text(double seconds);
/// "3.4 Gflop" and the like.
[[nodiscard]] std::string flops_text(double flops);
/// Short scientific notation, "1.2e-16"; plain for ordinary sizes.
[[nodiscard]] std::string number_text(double x);
/// "yes" or "no".
[[nodiscard]] std::string yes_no(bool b);
/// "1 row", "2 rows".
[[nodiscard]] std::string plural(std::int64_t n, std::string_view noun);

/// A number for JSON: null for NaN and the infinities, which JSON does not have.
[[nodiscard]] Json json_number(double x);

enum class Tone { plain, good, caution };

/// One line of a table: what it is, its value, and what to make of it.
struct Row {
    std::string label;
    std::string value;
    std::string note{};
    Tone tone = Tone::plain;
    double share = -1;  ///< of a whole, drawn as a bar on the page; negative: no bar
};

/// A titled part: rows, then sentences.
struct Section {
    std::string title;
    std::vector<Row> rows{};
    std::vector<std::string> sentences{};
    Tone tone = Tone::plain;  ///< of the sentences
};

/// The results of a command for a person to read.
struct Document {
    std::string title;
    std::vector<Section> sections{};
    std::string page{};  ///< text that is laid out already and stands alone
};

/// What a command hands back.
struct Result {
    Document document;
    Json json;
    bool output_on_stdout = false;  ///< a matrix went there, so the document goes to stderr
    bool output_in_file = false;    ///< the document is an extra that --quiet leaves out
    std::vector<std::string> warnings{};
    int exit_code = 0;  ///< 1 where there are results, but not all that was asked for
};

/// Columns that a UTF-8 text takes on a terminal.
[[nodiscard]] std::size_t display_width(std::string_view text);

/// The document as aligned text, each line ended; colour by ANSI codes if wanted.
[[nodiscard]] std::string to_text(const Document& document, bool colour);

/// The document as a page that needs nothing beside it. `command` is the command line as typed.
[[nodiscard]] std::string to_html(const Document& document, const Json& json, const std::string& command);

/// True if the stream is a terminal that wants colour (NO_COLOR and TERM=dumb are respected).
[[nodiscard]] bool wants_colour(int file_descriptor);

/// Writes everything to standard output or throws IoError.
void print(std::string_view text);
/// Writes to standard error, where nothing can be done about a failure.
void print_error(std::string_view text) noexcept;
/// The whole file or none: written beside its place, then renamed. Throws IoError.
void write_file(const std::string& path, std::string_view contents);

}  // namespace tamis::cli
