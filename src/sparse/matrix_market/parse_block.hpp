// Private: one block of text to one piece of entries, the hot loop of the reader.
#pragma once

#include <algorithm>
#include <complex>
#include <cstdint>
#include <string>

#include <tamis/core/error.hpp>

#include "sparse/matrix_market/pieces.hpp"
#include "sparse/matrix_market/tokens.hpp"

namespace tamis::detail::matrix_market {

/// An error by its place within a block.
struct BlockError {
    std::int64_t line;  ///< 0-based within the block
    std::int64_t column;
    std::string message;
};

/// Fewest bytes that an entry takes, its newline included; what a block of text can hold follows from it.
inline std::int64_t least_entry_bytes(const MatrixMarketInfo& info) noexcept {
    const int values = info.field == MatrixMarketField::pattern ? 0 : info.field == MatrixMarketField::complex ? 2 : 1;
    return 2 * (values + (info.format == MatrixMarketFormat::coordinate ? 2 : 0));
}

template <MatrixMarketField F, class V>
V parse_value(const char*& p, const char* end) {
    using R = Real<V>;
    if constexpr (F == MatrixMarketField::complex) {
        const R re = parse_real<R>(p, end, "a real part (a number)");
        p = skip_blanks(p);
        return V(re, parse_real<R>(p, end, "an imaginary part (a number)"));
    } else if constexpr (F == MatrixMarketField::integer) {
        return V(parse_integer<R>(p, end, "a value (an integer, as the banner says)"));
    } else {
        return V(parse_real<R>(p, end, "a value (a number)"));
    }
}

/// What a half-stored file must not hold, by its symmetry.
template <class V>
void check_half(const char* line, std::int64_t i, std::int64_t j, MatrixMarketSymmetry symmetry) {
    if (j > i)
        throw TokenError{line, "entry (" + std::to_string(i + 1) + ", " + std::to_string(j + 1) +
                                   ") is above the diagonal; a " + std::string(to_string(symmetry)) +
                                   " file holds the lower triangle only (row >= column)"};
    if (symmetry == MatrixMarketSymmetry::skew_symmetric && i == j)
        throw TokenError{line, "entry (" + std::to_string(i + 1) + ", " + std::to_string(j + 1) +
                                   ") is on the diagonal; a skew-symmetric file holds what is below it only"};
}

[[noreturn]] inline void fail_hermitian_diagonal(const char* at, const char* what) {
    throw TokenError{at,
                     std::string("expected an imaginary part of 0 on the diagonal of a hermitian matrix, found ") + what};
}

/// The lines [p, end) of a coordinate file.
template <MatrixMarketField F, class V, class I>
void parse_coordinate(const MatrixMarketInfo& info, const char* p, const char* const end, Piece<V, I>& piece,
                      const char*& line) {
    const bool half = is_half(info.symmetry);
    const bool hermitian = info.symmetry == MatrixMarketSymmetry::hermitian;
    I* const rows = piece.rows.data();
    I* const cols = piece.cols.data();
    [[maybe_unused]] V* const values = piece.values.data();
    for (; p != end; ++p) {
        line = p;
        p = skip_blanks(p);
        if (at_line_end(p) || *p == '%') [[unlikely]] {
            while (*p != '\n') ++p;
            const auto before = static_cast<std::uint32_t>(piece.count);
            if (piece.skipped.empty() || piece.skipped.back().first != before) piece.skipped.emplace_back(before, 0);
            ++piece.skipped.back().second;
            continue;
        }
        const char* const entry = p;
        const auto i = parse_index(p, "row", info.rows);
        p = skip_blanks(p);
        const auto j = parse_index(p, "column", info.cols);
        if (half) {
            if (j >= i) check_half<V>(entry, i, j, info.symmetry);
            piece.off_diagonal += i != j;
        }
        const auto k = piece.count;
        if constexpr (F != MatrixMarketField::pattern) {
            p = skip_blanks(p);
            const V value = parse_value<F, V>(p, end);
            if constexpr (F == MatrixMarketField::complex) {
                if (hermitian && i == j && !(value.imag() == 0))
                    fail_hermitian_diagonal(entry, std::to_string(value.imag()).c_str());
            }
            values[k] = value;
        }
        if (!at_line_end(p)) {
            p = skip_blanks(p);
            if (!at_line_end(p)) fail_line_end(p);
        }
        if (*p == '\r') ++p;
        rows[k] = static_cast<I>(i);
        cols[k] = static_cast<I>(j);
        piece.count = k + 1;
    }
    (void)hermitian;
}

/// The lines [p, end) of an array file.
template <MatrixMarketField F, class V, class I>
void parse_array(const char* p, const char* const end, Piece<V, I>& piece, const char*& line) {
    V* const values = piece.values.data();
    for (; p != end; ++p) {
        line = p;
        p = skip_blanks(p);
        if (at_line_end(p) || *p == '%') [[unlikely]] {
            while (*p != '\n') ++p;
            const auto before = static_cast<std::uint32_t>(piece.count);
            if (piece.skipped.empty() || piece.skipped.back().first != before) piece.skipped.emplace_back(before, 0);
            ++piece.skipped.back().second;
            continue;
        }
        const V value = parse_value<F, V>(p, end);
        p = skip_blanks(p);
        if (!at_line_end(p)) fail_line_end(p);
        if (*p == '\r') ++p;
        values[piece.count++] = value;
    }
}

/// Gives memory back where a block held far fewer entries than its lines allowed for.
template <class X>
void fit(Array<X>& array, std::int64_t count) {
    if (array.size() == count) return;
    if (count + count / 8 < array.size()) {
        Array<X> fitting(count, uninitialized);
        std::copy_n(array.data(), count, fitting.data());
        array = std::move(fitting);
    } else {
        array.shrink(count);
    }
}

/// Parses a block. A BlockError leaves `piece` with the entries before it.
template <class V, class I>
void parse_block(const MatrixMarketInfo& info, const Block& block, Piece<V, I>& piece) {
    const char* const begin = block.first();
    const char* const end = block.last();
    piece.lines = std::count(begin, end, '\n');
    const auto most = std::min<std::int64_t>(piece.lines, (end - begin) / least_entry_bytes(info) + 1);
    const bool coordinate = info.format == MatrixMarketFormat::coordinate;
    if (coordinate) {
        piece.rows = Array<I>(most, uninitialized);
        piece.cols = Array<I>(most, uninitialized);
    }
    if (info.field != MatrixMarketField::pattern) piece.values = Array<V>(most, uninitialized);
    const char* line = begin;
    const auto parse = [&]<MatrixMarketField F>() {
        if (coordinate) parse_coordinate<F>(info, begin, end, piece, line);
        else if constexpr (F != MatrixMarketField::pattern) parse_array<F>(begin, end, piece, line);
    };
    try {
        switch (info.field) {
            case MatrixMarketField::real: parse.template operator()<MatrixMarketField::real>(); break;
            case MatrixMarketField::integer: parse.template operator()<MatrixMarketField::integer>(); break;
            case MatrixMarketField::pattern: parse.template operator()<MatrixMarketField::pattern>(); break;
            case MatrixMarketField::complex:
                if constexpr (is_complex_v<V>) parse.template operator()<MatrixMarketField::complex>();
                break;
        }
    } catch (const TokenError& error) {
        throw BlockError{std::count(begin, line, '\n'), error.at - line + 1, error.message};
    }
    if (coordinate) {
        fit(piece.rows, piece.count);
        fit(piece.cols, piece.count);
    }
    if (info.field != MatrixMarketField::pattern) fit(piece.values, piece.count);
}

}  // namespace tamis::detail::matrix_market
