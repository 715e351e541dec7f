// Private: numbers to text, and text in ordered parallel blocks to a sink.
#pragma once

#include <atomic>
#include <charconv>
#include <cmath>
#include <exception>
#include <string>
#include <vector>

#include <tamis/sparse/matrix_market.hpp>

#include "core/parallel.hpp"
#include "sparse/matrix_market/compress.hpp"
#include "sparse/matrix_market/sink.hpp"
#include "sparse/matrix_market/text_buffer.hpp"

namespace tamis::detail::matrix_market {

/// Entries formatted at once by one thread, about a megabyte of text.
inline constexpr std::int64_t entries_per_block = std::int64_t{1} << 15;
/// Digits of an index and of the sizes, a blank included.
inline constexpr std::size_t index_bytes = 20;

/// How values are written.
struct NumberFormat {
    MatrixMarketField field = MatrixMarketField::real;
    int precision = 0;

    /// The longest text of one value, a blank or a newline included.
    [[nodiscard]] std::size_t value_bytes() const {
        constexpr std::size_t longest_integer = 320;  // the largest double has 309 digits
        constexpr std::size_t longest_real = 32;
        const auto one =
            field == MatrixMarketField::integer ? longest_integer : longest_real + static_cast<std::size_t>(precision);
        return field == MatrixMarketField::pattern ? 2 : field == MatrixMarketField::complex ? 2 * one : one;
    }
};

template <class R>
char* format_real(char* to, R value, const NumberFormat& format) {
    char* const end = to + format.value_bytes();
    if (format.field == MatrixMarketField::integer) return std::to_chars(to, end, value, std::chars_format::fixed).ptr;
    if (format.precision > 0) return std::to_chars(to, end, value, std::chars_format::general, format.precision).ptr;
    return std::to_chars(to, end, value).ptr;
}

/// A value of the field that is written; complex numbers as two.
template <class T>
char* format_value(char* to, const T& value, const NumberFormat& format) {
    if constexpr (is_complex_v<T>) {
        to = format_real(to, value.real(), format);
        if (format.field == MatrixMarketField::complex) {
            *to++ = ' ';
            to = format_real(to, value.imag(), format);
        }
    } else {
        to = format_real(to, value, format);
        if (format.field == MatrixMarketField::complex) {
            *to++ = ' ';
            *to++ = '0';
        }
    }
    return to;
}

/// Formats `blocks` blocks in parallel with format(k, buffer) and writes them in order, the head before the first. What one
/// thread throws is thrown here, and nothing is written after it.
template <class Format>
void write_blocks(Sink& sink, Compression compression, const std::string& head, std::int64_t blocks, Format format) {
    [[maybe_unused]] const int team =
        static_cast<int>(std::min<std::int64_t>(threads_for(blocks * entries_per_block), std::max<std::int64_t>(1, blocks)));
    std::atomic<bool> failed{false};
    std::exception_ptr failure;
    if (blocks == 0) {
        Compressor compressor(compression);
        sink.write(compressor.compress(head));
    }
#pragma omp parallel num_threads(team) if (team > 1)
    {
        TextBuffer buffer;
        std::unique_ptr<Compressor> compressor;
#pragma omp for ordered schedule(static, 1)
        for (std::int64_t k = 0; k < blocks; ++k) {
            std::string_view bytes;
            std::exception_ptr here;
            if (!failed) {
                try {
                    if (!compressor) compressor = std::make_unique<Compressor>(compression);
                    buffer.clear();
                    if (k == 0) buffer.append(head);
                    format(k, buffer);
                    bytes = compressor->compress(buffer.text());
                } catch (...) {
                    here = std::current_exception();
                }
            }
#pragma omp ordered
            {
                try {
                    if (here && !failed) std::rethrow_exception(here);
                    if (!failed) sink.write(bytes);
                } catch (...) {
                    failure = std::current_exception();
                    failed = true;
                }
            }
        }
    }
    if (failure) std::rethrow_exception(failure);
}

/// Banner, comments and size line.
std::string format_head(const MatrixMarketInfo& info);

}  // namespace tamis::detail::matrix_market
