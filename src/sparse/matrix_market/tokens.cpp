#include "sparse/matrix_market/tokens.hpp"

#include <cstring>

namespace tamis::detail::matrix_market {

std::string found(const char* p) {
    if (at_line_end(p)) return "the end of the line";
    constexpr int longest = 40;
    std::string text = "'";
    for (int k = 0; !at_word_end(p); ++p, ++k) {
        if (k == longest) {
            text += "...";
            break;
        }
        const auto c = static_cast<unsigned char>(*p);
        if (c >= 0x20 && c < 0x7f) {
            text += *p;
        } else {
            constexpr const char* digits = "0123456789abcdef";
            text += std::string("\\x") + digits[c / 16] + digits[c % 16];
        }
    }
    return text + "'";
}

void fail_index(const char* p, const char* what) {
    const char* q = p + (*p == '-' || *p == '+' ? 1 : 0);
    const char* const digits = q;
    while (is_digit(*q)) ++q;
    std::string message = std::string("expected a ") + what + " index (a whole number from 1), found " + found(p);
    if (q > digits && at_word_end(q)) message += "; indices of Matrix Market files begin at 1";
    throw TokenError{p, message};
}

void fail_beyond(const char* p, const char* what, std::int64_t size) {
    throw TokenError{p, std::string("the ") + what + " index " + found(p) + " is outside the matrix: expected at most " +
                            std::to_string(size) + ", as the size line says"};
}

void fail_value(const char* p, const char* what) {
    throw TokenError{p, std::string("expected ") + what + ", found " + found(p)};
}

void fail_range(const char* p, bool single) {
    throw TokenError{
        p, "the value " + found(p) + " is out of the range of " +
               (single ? "single precision numbers; read the file in double precision" : "double precision numbers")};
}

void fail_line_end(const char* p) {
    throw TokenError{p, "expected the end of the line, found " + found(p)};
}

bool is_word_of_infinity(const char* p) noexcept {
    if (*p == '+' || *p == '-') ++p;
    return *p == 'i' || *p == 'I';
}

template <class R>
bool parse_fortran(const char*& p, R& value) {
    constexpr std::size_t longest = 1100;  // more digits than any writer prints; a longer word is not one of these spellings
    std::string word;
    const char* q = p;
    bool has_exponent = false;
    for (; !at_word_end(q); ++q) {
        if (word.size() > longest) return false;
        if (std::strchr("dDqQ", *q) != nullptr && *q != '\0' && !has_exponent) {
            word += 'e';
            has_exponent = true;
        } else if ((*q == '+' || *q == '-') && q > p && !has_exponent) {
            if (!is_digit(q[1]) || !is_digit(q[2]) || !is_digit(q[3]) || !at_word_end(q + 4)) return false;
            word += 'e';
            word += *q;
            has_exponent = true;
        } else {
            word += *q;
        }
    }
    if (!has_exponent) return false;
    const auto [stop, error] = fast_float::from_chars(word.data(), word.data() + word.size(), value);
    if (error != std::errc{} || stop != word.data() + word.size()) return false;
    p = q;
    return true;
}

template bool parse_fortran(const char*&, float&);
template bool parse_fortran(const char*&, double&);

}  // namespace tamis::detail::matrix_market
