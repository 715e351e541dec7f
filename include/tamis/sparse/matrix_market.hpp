// Matrix Market files: read and written whole, in parallel, compressed or not.
#pragma once

#include <cstdint>
#include <filesystem>
#include <iosfwd>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <string_view>

#include <tamis/core/dense_types.hpp>
#include <tamis/sparse/convert.hpp>
#include <tamis/sparse/coo.hpp>

namespace tamis {

enum class MatrixMarketFormat { coordinate, array };
enum class MatrixMarketField { real, integer, complex, pattern };
/// `detect` only when writing: the strongest symmetry that the values have.
enum class MatrixMarketSymmetry { general, symmetric, skew_symmetric, hermitian, detect };

std::string_view to_string(MatrixMarketFormat format) noexcept;
std::string_view to_string(MatrixMarketField field) noexcept;
/// The word of the file format, e.g. "skew-symmetric".
std::string_view to_string(MatrixMarketSymmetry symmetry) noexcept;

/// What the head of a file says. `entries` is what the size line promises (coordinate) or implies (array), unverified.
struct MatrixMarketInfo {
    MatrixMarketFormat format = MatrixMarketFormat::coordinate;
    MatrixMarketField field = MatrixMarketField::real;
    MatrixMarketSymmetry symmetry = MatrixMarketSymmetry::general;
    std::int64_t rows = 0;
    std::int64_t cols = 0;
    std::int64_t entries = 0;
    std::string comment;  ///< comment lines without their leading '%', joined by newlines
};

struct MatrixMarketWriteOptions {
    std::string comment{};  ///< written as % lines after the banner
    /// Refused (InvalidArgument, naming the first entry that contradicts) if the values do not have it. Zeros that are not
    /// stored count as zeros, a NaN as equal to a NaN. A real matrix that is asked to be hermitian is written as symmetric.
    MatrixMarketSymmetry symmetry = MatrixMarketSymmetry::general;
    int precision = 0;  ///< significant digits; 0: shortest that reads back the same bits
    /// Default: real or complex by the scalar. `pattern` writes the places alone, whatever the values; `integer`, and `real`
    /// for a complex matrix, are refused (InvalidArgument) unless every value is one.
    std::optional<MatrixMarketField> field{};
};

/// Reads only the head. "-" is standard input. gzip and Zstandard are recognized by their first bytes, in streams too; a
/// file named .gz or .zst must be what its name says (IoError). ParseError for a head that the format does not allow.
[[nodiscard]] MatrixMarketInfo matrix_market_info(const std::filesystem::path& path);
[[nodiscard]] MatrixMarketInfo matrix_market_info(std::istream& in);

/// Reads a file of either format as Csr: both triangles are filled, pattern entries are 1, duplicates are summed in file
/// order, zeros of a coordinate file are kept (of an array file dropped). A real file read as complex widens; a complex file
/// read as real is refused (ParseError). A path is opened, "-" is standard input; a stream is read to its end. gzip and
/// Zstandard contents are decompressed.
///
/// Numbers are rounded to the nearest T: what is too small becomes 0, what is too large is refused, `nan` and `inf` are
/// read (`solve` refuses them later). Beyond the letter of the format these are accepted: CRLF, tabs, a missing last
/// newline, a byte order mark, `+` signs, Fortran exponents (1.0D+02; 1.5+100 with three digits), comment lines between
/// entries, lines of any length, the field unsigned-integer. Half-stored files (symmetric, skew-symmetric, hermitian) hold
/// the lower triangle only, as the format says: an entry above the diagonal is refused, since files with both triangles
/// would be counted twice.
///
/// Throws ParseError (file, line, column, what was expected and what was found), IoError (cannot be read, damaged or cut-off
/// compressed data), IndexOverflow, MemoryLimitExceeded (a valid file whose matrix does not fit into memory).
/// Cost: one pass over the text in parallel blocks, then a counting sort; the same bits at any number of threads. Memory:
/// that of the entries really read, at most ten times the (decompressed) size of a file that proves malformed, never what
/// its header promises; then the result. Source: Boisvert, Pozo & Remington, NISTIR 5935 (1996).
template <Scalar T, Index I = std::int32_t>
[[nodiscard]] Csr<T, I> read_matrix_market(const std::filesystem::path& path);
template <Scalar T, Index I = std::int32_t>
[[nodiscard]] Csr<T, I> read_matrix_market(std::istream& in);

/// The same as triplets in file order, an off-diagonal entry of a symmetric file followed by its mirror image.
template <Scalar T, Index I = std::int32_t>
[[nodiscard]] Coo<T, I> read_matrix_market_coo(const std::filesystem::path& path);
template <Scalar T, Index I = std::int32_t>
[[nodiscard]] Coo<T, I> read_matrix_market_coo(std::istream& in);

namespace detail {
namespace matrix_market {
struct DenseContents;
}
/// A file that has been parsed and checked, waiting for the memory that its dense form needs. The result is allocated by the
/// caller, in whose translation unit it will be freed.
template <class T>
class DenseReading {
  public:
    explicit DenseReading(const std::filesystem::path& path);
    explicit DenseReading(std::istream& in);
    DenseReading(const DenseReading&) = delete;
    DenseReading& operator=(const DenseReading&) = delete;
    ~DenseReading();
    [[nodiscard]] std::int64_t rows() const noexcept { return rows_; }
    [[nodiscard]] std::int64_t cols() const noexcept { return cols_; }
    /// ParseError unless there is one column.
    void require_vector() const;
    /// Fills a matrix of rows() × cols().
    void fill(MatrixView<T> out) const;
    /// Throws MemoryLimitExceeded where the dense form is larger than the memory that is left.
    void require_room() const;
    /// The same, where the allocation failed.
    [[noreturn]] void throw_too_large() const;

  private:
    [[nodiscard]] double bytes() const noexcept;

    std::int64_t rows_ = 0;
    std::int64_t cols_ = 0;
    std::unique_ptr<matrix_market::DenseContents> contents_;
};

/// Allocates and fills a result of type M.
template <class M, class T>
M allocate_and_fill(const DenseReading<T>& reading) {
    M result;
    reading.require_room();
    try {
        result.resize(reading.rows(), reading.cols());
    } catch (const std::bad_alloc&) {
        reading.throw_too_large();
    }
    reading.fill(MatrixView<T>(result));
    return result;
}

template <class T, class I>
void write_matrix_market(const std::filesystem::path& path, CsrView<T, I> A, const MatrixMarketWriteOptions& options);
template <class T, class I>
void write_matrix_market(std::ostream& out, CsrView<T, I> A, const MatrixMarketWriteOptions& options);
template <class T>
void write_matrix_market(const std::filesystem::path& path, MatrixView<const T> A, const MatrixMarketWriteOptions& options);
template <class T>
void write_matrix_market(std::ostream& out, MatrixView<const T> A, const MatrixMarketWriteOptions& options);
}  // namespace detail

/// Reads a file of either format as a dense matrix, duplicates summed. `source` is a path or a std::istream. The whole file
/// is checked before the matrix is allocated, so one that promises more than it holds is refused (ParseError) at the cost of
/// its real size. MemoryLimitExceeded if the dense form of a valid file does not fit into memory.
template <Scalar T, class Source>
[[nodiscard]] Matrix<T> read_matrix_market_dense(Source&& source) {
    return detail::allocate_and_fill<Matrix<T>>(detail::DenseReading<T>(source));
}

/// Reads a file of either format that has one column; ParseError for more.
template <Scalar T, class Source>
[[nodiscard]] Vector<T> read_matrix_market_vector(Source&& source) {
    const detail::DenseReading<T> reading(source);
    reading.require_vector();
    return detail::allocate_and_fill<Vector<T>>(reading);
}

/// Writes a sparse matrix as a coordinate file, a dense matrix or vector as an array file. A path is written atomically: the
/// whole file or none (.gz, .zst compress; "-" is standard output). Throws IoError; InvalidArgument for a symmetry that the
/// values do not have.
template <class Target, SparseMatrix M>
void write_matrix_market(Target&& target, const M& A, const MatrixMarketWriteOptions& options = {});
template <class Target, DenseArgument B>
    requires(!SparseMatrix<B>)
void write_matrix_market(Target&& target, const B& A, const MatrixMarketWriteOptions& options = {}) {
    using T = dense_scalar_t<B>;
    const detail::DenseInput<T, B> a(A);
    detail::write_matrix_market<T>(target, a.matrix(), options);
}

template <class Target, SparseMatrix M>
void write_matrix_market(Target&& target, const M& A, const MatrixMarketWriteOptions& options) {
    using T = scalar_t<M>;
    using I = index_t<M>;
    const detail::CsrInput<M> a(A);
    detail::write_matrix_market<T, I>(target, a.view(), options);
}

}  // namespace tamis
