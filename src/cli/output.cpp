#include "output.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include <tamis/core/error.hpp>

namespace tamis::cli {

std::string count_text(std::int64_t n) {
    const std::string digits = fmt::format("{}", n);
    std::string s;
    for (std::size_t i = 0; i < digits.size(); ++i) {
        const std::size_t left = digits.size() - i;
        if (i > (n < 0 ? 1U : 0U) && left % 3 == 0) s.push_back(',');
        s.push_back(digits[i]);
    }
    return s;
}

std::string bytes_text(std::int64_t bytes) {
    if (bytes < 1024) return fmt::format("{} B", bytes);
    constexpr std::array units = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    double x = static_cast<double>(bytes) / 1024;
    std::size_t u = 0;
    while (x >= 999.95 && u + 1 < units.size()) {
        x /= 1024;
        ++u;
    }
    return fmt::format("{:.1f} {}", x, units[u]);
}

std::string seconds_text(double seconds) {
    if (!(seconds >= 0)) return fmt::format("{} s", seconds);
    if (seconds < 1e-3) return fmt::format("{:.0f} µs", seconds * 1e6);
    if (seconds < 0.0995) return fmt::format("{:.1f} ms", seconds * 1e3);
    if (seconds < 0.9995) return fmt::format("{:.0f} ms", seconds * 1e3);
    if (seconds < 119.95) return fmt::format("{:.1f} s", seconds);
    const auto whole = static_cast<std::int64_t>(std::llround(std::min(seconds, 1e15)));
    if (whole < 7200) return fmt::format("{} min {} s", whole / 60, whole % 60);
    return fmt::format("{} h {} min", whole / 3600, whole % 3600 / 60);
}

std::string flops_text(double flops) {
    if (!(flops >= 1e3)) return fmt::format("{:.0f} flop", flops);
    constexpr std::array units = {"kflop", "Mflop", "Gflop", "Tflop", "Pflop", "Eflop"};
    double x = flops / 1e3;
    std::size_t u = 0;
    while (x >= 999.95 && u + 1 < units.size()) {
        x /= 1e3;
        ++u;
    }
    return fmt::format("{:.1f} {}", x, units[u]);
}

std::string number_text(double x) {
    if (x == 0) return "0";
    if (!std::isfinite(x)) return std::isnan(x) ? "NaN" : (x > 0 ? "infinity" : "-infinity");
    const double size = std::abs(x);
    if (size >= 1e-2 && size < 1e6) return fmt::format("{:.6g}", x);
    return fmt::format("{:.2e}", x);
}

std::string yes_no(bool b) {
    return b ? "yes" : "no";
}

std::string plural(std::int64_t n, std::string_view noun) {
    return fmt::format("{} {}{}", count_text(n), noun, n == 1 ? "" : "s");
}

Json json_number(double x) {
    return std::isfinite(x) ? Json(x) : Json(nullptr);
}

std::size_t display_width(std::string_view text) {
    std::size_t width = 0;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        const bool continues = (byte & 0xC0U) == 0x80U;
        if (!continues) ++width;
    }
    // The combining and double-width characters of Unicode do not occur in our labels; file names may be off by a column.
    return width;
}

bool wants_colour(int file_descriptor) {
    const char* const no_colour = std::getenv("NO_COLOR");
    if (no_colour != nullptr && *no_colour != '\0') return false;
    const char* const terminal = std::getenv("TERM");
    if (terminal == nullptr || std::strcmp(terminal, "dumb") == 0) return false;
    return isatty(file_descriptor) == 1;
}

namespace {

struct Paint {
    bool on;
    [[nodiscard]] std::string operator()(const char* code, std::string_view text) const {
        return on && !text.empty() ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : std::string(text);
    }
    [[nodiscard]] std::string tone(Tone t, std::string_view text) const {
        switch (t) {
            case Tone::good: return (*this)("32", text);
            case Tone::caution: return (*this)("33", text);
            case Tone::plain: break;
        }
        return std::string(text);
    }
};

/// Text broken at spaces into lines of at most `width` columns.
std::vector<std::string> wrapped(std::string_view text, std::size_t width) {
    std::vector<std::string> lines(1);
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(' '), text.size());
        const std::string_view word = text.substr(0, end);
        if (!lines.back().empty()) {
            if (display_width(lines.back()) + 1 + display_width(word) > width) lines.emplace_back();
            else lines.back() += ' ';
        }
        lines.back() += word;
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

}  // namespace

std::string to_text(const Document& document, bool colour) {
    if (!document.page.empty()) return document.page;
    const Paint paint{colour};
    std::string out = paint("1", document.title);
    out += "\n";
    std::size_t label_width = 0;
    std::size_t value_width = 0;
    for (const Section& s : document.sections)
        for (const Row& r : s.rows) {
            label_width = std::max(label_width, display_width(r.label));
            if (!r.note.empty()) value_width = std::max(value_width, display_width(r.value));
        }
    for (const Section& s : document.sections) {
        if (s.rows.empty() && s.sentences.empty()) continue;
        out += "\n";
        if (!s.title.empty()) out.append(paint("1;36", s.title)).append("\n");
        for (const Row& r : s.rows) {
            out.append("  ").append(r.label).append(label_width + 2 - display_width(r.label), ' ');
            out += paint.tone(r.tone, r.value);
            if (!r.note.empty()) {
                out.append(value_width + 2 - display_width(r.value), ' ');
                out += paint("2", r.note);
            }
            out += "\n";
        }
        for (const std::string& sentence : s.sentences) {
            const char* mark = "  • ";
            for (const std::string& line : wrapped(sentence, 96)) {
                out.append(mark).append(paint.tone(s.tone, line)).append("\n");
                mark = "    ";
            }
        }
    }
    return out;
}

void print(std::string_view text) {
    std::size_t done = 0;
    while (done < text.size()) {
        const ssize_t n = ::write(STDOUT_FILENO, text.data() + done, text.size() - done);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) throw IoError(fmt::format("cannot write to standard output: {}", std::strerror(errno)));
        done += static_cast<std::size_t>(n);
    }
}

void print_error(std::string_view text) noexcept {
    std::size_t done = 0;
    while (done < text.size()) {
        const ssize_t n = ::write(STDERR_FILENO, text.data() + done, text.size() - done);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return;
        done += static_cast<std::size_t>(n);
    }
}

void write_file(const std::string& path, std::string_view contents) {
    namespace fs = std::filesystem;
    const auto fail = [&](const char* what, int code) {
        return IoError(fmt::format("cannot {} {}: {}", what, path, std::strerror(code)));
    };
    const auto write_all = [&](int file) {
        std::string_view rest = contents;
        while (!rest.empty()) {
            const ssize_t n = ::write(file, rest.data(), rest.size());
            if (n < 0 && errno == EINTR) continue;
            if (n < 0) return errno;
            rest.remove_prefix(static_cast<std::size_t>(n));
        }
        return 0;
    };
    std::error_code ignored;
    const fs::file_status status = fs::status(path, ignored);
    if (fs::exists(status) && !fs::is_regular_file(status)) {
        // A device or a pipe is written to as it is; renaming would replace it.
        const int file = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
        if (file < 0) throw fail("open", errno);
        int code = write_all(file);
        if (::close(file) != 0 && code == 0) code = errno;
        if (code != 0) throw fail("write", code);
        return;
    }
    // A link is followed, so that it stays a link.
    fs::path target = path;
    if (fs::exists(status)) {
        target = fs::canonical(path, ignored);
        if (ignored) target = path;
    }
    std::string name = target.string() + ".XXXXXX";
    const int file = ::mkstemp(name.data());
    if (file < 0) throw fail("write", errno);
    int code = write_all(file);
    if (code == 0) {
        // mkstemp gives 0600; a new file gets what the umask allows, an old one keeps its mode.
        struct stat old {};
        const mode_t mask = ::umask(0);
        ::umask(mask);
        const mode_t mode = ::stat(target.c_str(), &old) == 0 ? old.st_mode & 07777U : 0666U & ~mask;
        if (::fchmod(file, mode) != 0) code = errno;
    }
    if (::close(file) != 0 && code == 0) code = errno;
    if (code == 0 && std::rename(name.c_str(), target.c_str()) != 0) code = errno;
    if (code != 0) {
        ::unlink(name.c_str());
        throw fail("write", code);
    }
}

}  // namespace tamis::cli
