// Private: the words of a line. Every text handed to these functions ends with a newline, which stops every loop.
#pragma once

#include <fast_float/fast_float.h>

#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>

#include <tamis/core/scalar.hpp>

namespace tamis::detail::matrix_market {

/// A word that is not what the format wants there; caught where the line number is known.
struct TokenError {
    const char* at;
    std::string message;
};

/// What a person sees of the word at p: printable, in quotes, not too long; "the end of the line" where there is none.
std::string found(const char* p);

[[noreturn]] void fail_index(const char* p, const char* what);
[[noreturn]] void fail_beyond(const char* p, const char* what, std::int64_t size);
[[noreturn]] void fail_value(const char* p, const char* what);
[[noreturn]] void fail_range(const char* p, bool single);
[[noreturn]] void fail_line_end(const char* p);

inline bool is_blank(char c) noexcept {
    return c == ' ' || c == '\t';
}
inline bool is_digit(char c) noexcept {
    return static_cast<unsigned>(c - '0') < 10;
}
/// A newline, or the carriage return before one.
inline bool at_line_end(const char* p) noexcept {
    return *p == '\n' || (*p == '\r' && p[1] == '\n');
}
inline bool at_word_end(const char* p) noexcept {
    return is_blank(*p) || at_line_end(p);
}
inline const char* skip_blanks(const char* p) noexcept {
    while (is_blank(*p)) ++p;
    return p;
}

/// Digits (a sign '+' before them is accepted) as a number; -1 if they are not digits up to the end of the word, the largest
/// int64 where the number is beyond that. Moves p past the word.
inline std::int64_t parse_whole(const char*& p) noexcept {
    const char* q = p;
    if (*q == '+') ++q;
    if (!is_digit(*q)) return -1;
    std::int64_t n = 0;
    const char* const first = q;
    while (is_digit(*q)) {
        if (q - first >= 18 && n > (INT64_MAX - (*q - '0')) / 10) {
            while (is_digit(*q)) ++q;
            n = INT64_MAX;
            break;
        }
        n = 10 * n + (*q++ - '0');
    }
    if (!at_word_end(q)) return -1;
    p = q;
    return n;
}

/// A 1-based index up to `size`, returned 0-based.
inline std::int64_t parse_index(const char*& p, const char* what, std::int64_t size) {
    const char* const word = p;
    const std::int64_t n = parse_whole(p);
    if (n <= 0) fail_index(word, what);
    if (n > size) fail_beyond(word, what, size);
    return n - 1;
}

/// A number in one of the Fortran spellings (1.0D+02, 1.0d2, 1.0q2, 1.5+100: an exponent of three digits needs no letter).
/// False if it is none either. Moves p past the word.
template <class R>
bool parse_fortran(const char*& p, R& value);

/// True for the words nan and inf, infinity in any case, with a sign or without.
bool is_word_of_infinity(const char* p) noexcept;

/// A decimal number, nan or inf, rounded to the nearest R. What is too small becomes 0; what is too large is refused.
template <class R>
R parse_real(const char*& p, const char* end, const char* what) {
    const char* const word = p;
    const char* q = p;
    if (*q == '+' && q[1] != '-') ++q;
    R value{};
    const auto [stop, error] = fast_float::from_chars(q, end, value);
    if (error != std::errc{}) fail_value(word, what);
    if (at_word_end(stop)) {
        p = stop;
    } else {
        p = q;
        if (!parse_fortran(p, value)) fail_value(word, what);
    }
    if (std::isinf(value) && !is_word_of_infinity(q)) fail_range(word, sizeof(R) == 4);
    return value;
}

/// An integer, rounded to the nearest R where it has more digits than R.
template <class R>
R parse_integer(const char*& p, const char* end, const char* what) {
    const char* q = p;
    const bool negative = *q == '-';
    if (*q == '+' || *q == '-') ++q;
    const char* const first = q;
    std::int64_t n = 0;
    while (is_digit(*q) && q - first < 18) n = 10 * n + (*q++ - '0');
    if (q == first) fail_value(p, what);
    if (at_word_end(q)) {
        p = q;
        return static_cast<R>(negative ? -n : n);
    }
    while (is_digit(*q)) ++q;
    if (!at_word_end(q)) fail_value(p, what);
    return parse_real<R>(p, end, what);
}

}  // namespace tamis::detail::matrix_market
