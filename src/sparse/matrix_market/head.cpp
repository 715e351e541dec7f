// The head of a file, by "The Matrix Market Exchange Formats: Initial Design" (Boisvert, Pozo, Remington; NISTIR 5935,
// 1996).
#include "sparse/matrix_market/head.hpp"

#include <array>
#include <cstring>
#include <limits>
#include <string_view>

#include <tamis/core/error.hpp>

#include "sparse/matrix_market/tokens.hpp"

namespace tamis::detail::matrix_market {

namespace {

/// Hands out the lines of the head, one after another.
class HeadLines {
  public:
    explicit HeadLines(BlockReader& reader) : reader_(reader) {}
    /// The next line, which ends with its newline; nullptr at the end of the text.
    const char* next() {
        if (block_.begin == block_.end && !reader_.next(block_)) return nullptr;
        ++lines_;
        const char* const line = block_.first();
        const auto* newline = static_cast<const char*>(std::memchr(line, '\n', block_.end - block_.begin));
        block_.begin += static_cast<std::size_t>(newline - line) + 1;
        return line;
    }
    [[nodiscard]] std::int64_t lines() const { return lines_; }
    [[nodiscard]] Block take() { return std::move(block_); }
    [[nodiscard]] const std::string& name() const { return reader_.name(); }

  private:
    BlockReader& reader_;
    Block block_;
    std::int64_t lines_ = 0;
};

[[noreturn]] void fail(const HeadLines& lines, const char* line, const char* at, const std::string& message) {
    throw ParseError(lines.name(), lines.lines(), at - line + 1, message);
}

std::string lower_word(const char*& p) {
    constexpr std::size_t longest = 64;
    p = skip_blanks(p);
    std::string word;
    for (; !at_word_end(p) && word.size() < longest; ++p)
        word += *p >= 'A' && *p <= 'Z' ? static_cast<char>(*p - 'A' + 'a') : *p;
    return word;
}

/// The enumerator whose word stands at p.
template <class E, std::size_t N>
E parse_choice(const HeadLines& lines, const char* line, const char*& p, const char* what,
               const std::array<std::pair<std::string_view, E>, N>& choices) {
    p = skip_blanks(p);
    const char* const at = p;
    const std::string word = lower_word(p);
    for (const auto& choice : choices)
        if (choice.first == word) return choice.second;
    std::string expected;
    for (const auto& choice : choices) {
        if (choice.first == "unsigned-integer") continue;
        expected += (expected.empty() ? "" : ", ") + std::string(choice.first);
    }
    fail(lines, line, at, std::string("expected the ") + what + " (" + expected + "), found " + found(at));
}

void parse_banner(HeadLines& lines, Head& head) {
    auto& info = head.info;
    constexpr const char* wanted =
        "the banner '%%MatrixMarket matrix coordinate|array real|integer|complex|pattern "
        "general|symmetric|skew-symmetric|hermitian'";
    const char* const line = lines.next();
    if (line == nullptr)
        throw ParseError(lines.name(), 1, 1, std::string("expected ") + wanted + ", found the end of the file");
    const char* p = line;
    if (std::strncmp(p, "\xef\xbb\xbf", 3) == 0) p += 3;  // a byte order mark, as some editors leave one
    const char* at = p;
    if (is_blank(*p) || lower_word(p) != "%%matrixmarket")
        fail(lines, line, at, std::string("expected ") + wanted + ", found " + found(skip_blanks(at)));
    p = skip_blanks(p);
    at = p;
    if (lower_word(p) != "matrix") fail(lines, line, at, "expected the object (matrix), found " + found(at));
    using F = MatrixMarketFormat;
    using D = MatrixMarketField;
    using S = MatrixMarketSymmetry;
    info.format = parse_choice<F, 2>(lines, line, p, "format", {{{"coordinate", F::coordinate}, {"array", F::array}}});
    p = skip_blanks(p);
    const char* const field = p;
    head.field_column = field - line + 1;
    info.field = parse_choice<D, 5>(lines, line, p, "field",
                                    {{{"real", D::real},
                                      {"integer", D::integer},
                                      {"unsigned-integer", D::integer},
                                      {"complex", D::complex},
                                      {"pattern", D::pattern}}});
    p = skip_blanks(p);
    const char* const symmetry = p;
    info.symmetry = parse_choice<S, 4>(lines, line, p, "symmetry",
                                       {{{"general", S::general},
                                         {"symmetric", S::symmetric},
                                         {"skew-symmetric", S::skew_symmetric},
                                         {"hermitian", S::hermitian}}});
    p = skip_blanks(p);
    if (!at_line_end(p)) fail(lines, line, p, "expected the end of the banner, found " + found(p));
    if (info.format == F::array && info.field == D::pattern)
        fail(lines, line, field, "expected the field of an array (real, integer, complex): an array has no pattern");
    if (info.symmetry == S::hermitian && info.field != D::complex)
        fail(lines, line, symmetry,
             "expected the field complex with the symmetry hermitian, found '" + std::string(to_string(info.field)) +
                 "'; a real one is called symmetric");
    if (info.symmetry == S::skew_symmetric && info.field == D::pattern)
        fail(lines, line, symmetry, "expected the symmetry of a pattern (general, symmetric): it has no signs to be skew");
}

std::int64_t parse_size(const HeadLines& lines, const char* line, const char*& p, const char* what) {
    p = skip_blanks(p);
    const char* const at = p;
    const auto n = parse_whole(p);
    if (n < 0)
        fail(lines, line, at, std::string("expected the number of ") + what + " (a whole number), found " + found(at));
    if (n == std::numeric_limits<std::int64_t>::max())
        fail(lines, line, at, std::string("the number of ") + what + " does not fit into 64 bits: " + found(at));
    return n;
}

/// n·m, or -1 where it does not fit into 64 bits.
std::int64_t product(std::int64_t n, std::int64_t m) {
    std::int64_t result = 0;
    return __builtin_mul_overflow(n, m, &result) ? -1 : result;
}

std::int64_t array_entries(const MatrixMarketInfo& info) {
    if (!is_half(info.symmetry)) return product(info.rows, info.cols);
    const auto n = info.rows;
    const auto other = info.symmetry == MatrixMarketSymmetry::skew_symmetric ? n - 1 : n + 1;
    if (n == 0) return 0;
    return n % 2 == 0 ? product(n / 2, other) : product(n, other / 2);
}

void parse_sizes(const HeadLines& lines, const char* line, const char* p, Head& head) {
    auto& info = head.info;
    p = skip_blanks(p);
    const char* const first = p;
    head.rows_column = first - line + 1;
    info.rows = parse_size(lines, line, p, "rows");
    info.cols = parse_size(lines, line, p, "columns");
    if (info.format == MatrixMarketFormat::coordinate) {
        p = skip_blanks(p);
        const char* const at = p;
        info.entries = parse_size(lines, line, p, "entries");
        const auto places = product(info.rows, info.cols);
        if (info.entries > 0 && places == 0)
            fail(lines, line, at,
                 "expected 0 entries: a matrix of " + std::to_string(info.rows) + " rows and " + std::to_string(info.cols) +
                     " columns has no room for " + found(at));
    }
    p = skip_blanks(p);
    if (!at_line_end(p)) {
        const char* const wanted =
            info.format == MatrixMarketFormat::coordinate ? "rows, columns, entries" : "rows, columns";
        fail(lines, line, p, std::string("expected the end of the size line (") + wanted + "), found " + found(p));
    }
    if (is_half(info.symmetry) && info.rows != info.cols)
        fail(lines, line, first,
             "expected a square matrix, since the banner says " + std::string(to_string(info.symmetry)) + ", found " +
                 std::to_string(info.rows) + " rows and " + std::to_string(info.cols) + " columns");
    if (info.format == MatrixMarketFormat::array) {
        info.entries = array_entries(info);
        if (info.entries < 0)
            fail(lines, line, first, "the number of values, rows times columns, does not fit into 64 bits");
    }
}

}  // namespace

Head read_head(BlockReader& reader) {
    Head head;
    HeadLines lines(reader);
    parse_banner(lines, head);
    bool has_comment = false;
    for (;;) {
        const char* const line = lines.next();
        if (line == nullptr)
            throw ParseError(reader.name(), lines.lines() + 1, 1,
                             head.info.format == MatrixMarketFormat::coordinate
                                 ? "expected the size line (rows, columns, entries), found the end of the file"
                                 : "expected the size line (rows, columns), found the end of the file");
        if (*line == '%') {
            const char* end = line + 1;
            while (!at_line_end(end)) ++end;
            if (has_comment) head.info.comment += '\n';
            head.info.comment.append(line + 1, end);
            has_comment = true;
            continue;
        }
        const char* const p = skip_blanks(line);
        if (at_line_end(p)) continue;
        parse_sizes(lines, line, p, head);
        break;
    }
    head.lines = lines.lines();
    head.rest = lines.take();
    head.has_rest = head.rest.begin < head.rest.end;
    return head;
}

}  // namespace tamis::detail::matrix_market
