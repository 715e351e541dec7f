// The writers: entries in blocks of equal size, formatted in parallel, written in order.
#include <algorithm>
#include <string>

#include <tamis/core/error.hpp>
#include <tamis/sparse/matrix_market.hpp>

#include "instantiate.hpp"
#include "sparse/matrix_market/assemble.hpp"
#include "sparse/matrix_market/format.hpp"
#include "sparse/matrix_market/symmetry.hpp"

namespace tamis::detail::matrix_market {

std::string format_head(const MatrixMarketInfo& info) {
    std::string head = "%%MatrixMarket matrix ";
    head.append(to_string(info.format)).append(" ").append(to_string(info.field)).append(" ");
    head.append(to_string(info.symmetry)).append("\n");
    if (!info.comment.empty()) {
        head += '%';
        for (const char c : info.comment) {
            head += c;
            if (c == '\n') head += '%';
        }
        head += '\n';
    }
    head.append(std::to_string(info.rows)).append(" ").append(std::to_string(info.cols));
    if (info.format == MatrixMarketFormat::coordinate) head.append(" ").append(std::to_string(info.entries));
    head += '\n';
    return head;
}

namespace {

void check_precision(int precision) {
    constexpr int most = 1000;
    if (precision < 0 || precision > most)
        throw InvalidArgument(
            "write_matrix_market: the precision is a number of digits from 1 to 1000, or 0 for the shortest "
            "text that reads back the same; got " +
            std::to_string(precision));
}

/// Whether a file of this symmetry holds the place (i, j).
bool holds(MatrixMarketSymmetry symmetry, std::int64_t i, std::int64_t j) {
    if (symmetry == MatrixMarketSymmetry::general) return true;
    return symmetry == MatrixMarketSymmetry::skew_symmetric ? j < i : j <= i;
}

template <class T, class I>
std::int64_t count_held(CsrView<T, I> A, MatrixMarketSymmetry symmetry) {
    if (symmetry == MatrixMarketSymmetry::general) return A.nnz();
    std::int64_t count = 0;
    const auto offsets = A.row_offsets();
    const auto cols = A.col_indices();
#pragma omp parallel for num_threads(threads_for(A.nnz())) reduction(+ : count)
    for (std::int64_t i = 0; i < A.rows(); ++i)
        for (auto k = static_cast<std::size_t>(offsets[static_cast<std::size_t>(i)]);
             k < static_cast<std::size_t>(offsets[static_cast<std::size_t>(i) + 1]); ++k)
            count += holds(symmetry, i, static_cast<std::int64_t>(cols[k]));
    return count;
}

/// The entries [first, last) of A, by rows.
template <class T, class I>
void format_entries(CsrView<T, I> A, std::int64_t first, std::int64_t last, MatrixMarketSymmetry symmetry,
                    const NumberFormat& format, TextBuffer& buffer) {
    buffer.reserve(static_cast<std::size_t>(last - first) * (2 * index_bytes + format.value_bytes()));
    char* p = buffer.end();
    const auto offsets = A.row_offsets();
    std::int64_t i = std::upper_bound(offsets.begin(), offsets.end(), static_cast<I>(first)) - offsets.begin() - 1;
    for (std::int64_t k = first; k < last; ++i) {
        const auto row_end = std::min<std::int64_t>(offsets[static_cast<std::size_t>(i) + 1], last);
        char row[index_bytes];
        const auto row_size = static_cast<std::size_t>(std::to_chars(row, row + index_bytes, i + 1).ptr - row);
        for (; k < row_end; ++k) {
            const auto j = static_cast<std::int64_t>(A.col_indices()[static_cast<std::size_t>(k)]);
            if (!holds(symmetry, i, j)) continue;
            std::memcpy(p, row, index_bytes);
            p += row_size;
            *p++ = ' ';
            p = std::to_chars(p, p + index_bytes, j + 1).ptr;
            if (format.field != MatrixMarketField::pattern) {
                *p++ = ' ';
                p = format_value(p, A.values()[static_cast<std::size_t>(k)], format);
            }
            *p++ = '\n';
        }
    }
    buffer.set_end(p);
}

template <class T, class I>
void write_sparse(Sink& sink, Compression compression, CsrView<T, I> A, const MatrixMarketWriteOptions& options) {
    const MatrixMarketInfo info = [&] {
        MatrixMarketInfo head;
        head.field = field_to_write(A, options);
        head.symmetry = symmetry_to_write(A, options);
        if (head.symmetry == MatrixMarketSymmetry::skew_symmetric && head.field == MatrixMarketField::pattern)
            throw InvalidArgument(
                "write_matrix_market: a pattern has no signs, so it cannot be skew-symmetric; write it as general");
        head.rows = A.rows();
        head.cols = A.cols();
        head.entries = count_held(A, head.symmetry);
        head.comment = options.comment;
        return head;
    }();
    const NumberFormat format{info.field, options.precision};
    const auto blocks = (A.nnz() + entries_per_block - 1) / entries_per_block;
    write_blocks(sink, compression, format_head(info), blocks, [&](std::int64_t k, TextBuffer& buffer) {
        const auto first = k * entries_per_block;
        format_entries(A, first, std::min(A.nnz(), first + entries_per_block), info.symmetry, format, buffer);
    });
}

/// The values of some columns of A, and of one column from one row on, so that every block has about the same size.
template <class T>
void format_values(MatrixView<const T> A, std::int64_t first, std::int64_t last, MatrixMarketSymmetry symmetry,
                   const NumberFormat& format, TextBuffer& buffer) {
    buffer.reserve(static_cast<std::size_t>(last - first) * (format.value_bytes() + 1));
    char* p = buffer.end();
    std::int64_t j = first / A.rows();
    std::int64_t i = first % A.rows();
    for (std::int64_t k = first; k < last; ++k) {
        if (holds(symmetry, i, j)) {
            p = format_value(p, A(i, j), format);
            *p++ = '\n';
        }
        if (++i == A.rows()) {
            i = 0;
            ++j;
        }
    }
    buffer.set_end(p);
}

template <class T>
void write_dense(Sink& sink, Compression compression, MatrixView<const T> A, const MatrixMarketWriteOptions& options) {
    MatrixMarketInfo info;
    info.format = MatrixMarketFormat::array;
    info.field = field_to_write(A, options);
    info.symmetry = symmetry_to_write(A, options);
    info.rows = A.rows();
    info.cols = A.cols();
    info.comment = options.comment;
    const NumberFormat format{info.field, options.precision};
    const auto values = A.rows() * A.cols();
    const auto blocks = (values + entries_per_block - 1) / entries_per_block;
    write_blocks(sink, compression, format_head(info), blocks, [&](std::int64_t k, TextBuffer& buffer) {
        const auto first = k * entries_per_block;
        format_values(A, first, std::min(values, first + entries_per_block), info.symmetry, format, buffer);
    });
}

}  // namespace

}  // namespace tamis::detail::matrix_market

namespace tamis::detail {

namespace mm = matrix_market;

template <class T, class I>
void write_matrix_market(const std::filesystem::path& path, CsrView<T, I> A, const MatrixMarketWriteOptions& options) {
    mm::check_precision(options.precision);
    const auto sink = mm::open_sink(path);
    mm::write_sparse(*sink, mm::compression_of(path), A, options);
    sink->commit();
}

template <class T, class I>
void write_matrix_market(std::ostream& out, CsrView<T, I> A, const MatrixMarketWriteOptions& options) {
    mm::check_precision(options.precision);
    const auto sink = mm::open_sink(out);
    mm::write_sparse(*sink, mm::Compression::none, A, options);
    sink->commit();
}

template <class T>
void write_matrix_market(const std::filesystem::path& path, MatrixView<const T> A, const MatrixMarketWriteOptions& options) {
    mm::check_precision(options.precision);
    const auto sink = mm::open_sink(path);
    mm::write_dense(*sink, mm::compression_of(path), A, options);
    sink->commit();
}

template <class T>
void write_matrix_market(std::ostream& out, MatrixView<const T> A, const MatrixMarketWriteOptions& options) {
    mm::check_precision(options.precision);
    const auto sink = mm::open_sink(out);
    mm::write_dense(*sink, mm::Compression::none, A, options);
    sink->commit();
}

#define TAMIS_INSTANTIATE(T, I)                                                                                      \
    template void write_matrix_market(const std::filesystem::path&, CsrView<T, I>, const MatrixMarketWriteOptions&); \
    template void write_matrix_market(std::ostream&, CsrView<T, I>, const MatrixMarketWriteOptions&);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE
#define TAMIS_INSTANTIATE_DENSE(T)                                                                                         \
    template void write_matrix_market(const std::filesystem::path&, MatrixView<const T>, const MatrixMarketWriteOptions&); \
    template void write_matrix_market(std::ostream&, MatrixView<const T>, const MatrixMarketWriteOptions&);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE_DENSE)
#undef TAMIS_INSTANTIATE_DENSE

}  // namespace tamis::detail
