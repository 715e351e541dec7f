// The readers' front doors.
#include <limits>
#include <new>
#include <utility>
#include <variant>

#include <tamis/core/error.hpp>
#include <tamis/sparse/matrix_market.hpp>

#include "core/memory.hpp"
#include "instantiate.hpp"
#include "sparse/matrix_market/assemble.hpp"
#include "sparse/matrix_market/read.hpp"

namespace tamis {

std::string_view to_string(MatrixMarketFormat format) noexcept {
    return format == MatrixMarketFormat::array ? "array" : "coordinate";
}

std::string_view to_string(MatrixMarketField field) noexcept {
    switch (field) {
        case MatrixMarketField::real: return "real";
        case MatrixMarketField::integer: return "integer";
        case MatrixMarketField::complex: return "complex";
        case MatrixMarketField::pattern: return "pattern";
    }
    return "unknown";
}

std::string_view to_string(MatrixMarketSymmetry symmetry) noexcept {
    switch (symmetry) {
        case MatrixMarketSymmetry::general: return "general";
        case MatrixMarketSymmetry::symmetric: return "symmetric";
        case MatrixMarketSymmetry::skew_symmetric: return "skew-symmetric";
        case MatrixMarketSymmetry::hermitian: return "hermitian";
        case MatrixMarketSymmetry::detect: return "detect";
    }
    return "unknown";
}

namespace detail::matrix_market {

namespace {

template <class T>
void check_field(const BlockReader& reader, const Head& head) {
    if constexpr (!is_complex_v<T>) {
        if (head.info.field == MatrixMarketField::complex)
            throw ParseError(reader.name(), 1, head.field_column,
                             "expected real values, found the field complex; read the file as std::complex");
    }
}

/// Calls f with the pieces in the narrower of the two value types: real numbers are widened only when they are placed.
template <class T, class I, class F>
auto with_pieces(BlockReader& reader, Head& head, F f) {
    check_field<T>(reader, head);
    if constexpr (is_complex_v<T>) {
        if (head.info.field != MatrixMarketField::complex) return f(parse_entries<Real<T>, I>(reader, head));
    }
    return f(parse_entries<T, I>(reader, head));
}

[[noreturn]] void throw_too_large(const std::string& name, const MatrixMarketInfo& info, double bytes) {
    constexpr double most = 9e18;
    throw MemoryLimitExceeded("read_matrix_market: '" + name + "' is valid, but a matrix of " + std::to_string(info.rows) +
                                  " rows and " + std::to_string(info.cols) + " columns does not fit into memory",
                              static_cast<std::int64_t>(std::min(bytes, most)), 0);
}

// Refuses before the allocation what the machine does not have: the kernel may promise it and end the process later.
void require_room(const std::string& name, const MatrixMarketInfo& info, double bytes) {
    constexpr double always_there = 64 << 20;
    if (bytes > always_there && !(bytes <= static_cast<double>(available_memory()))) throw_too_large(name, info, bytes);
}

}  // namespace

template <class T, class I>
Csr<T, I> read_csr(NamedSource source, std::size_t block_bytes) {
    BlockReader reader(std::move(source), block_bytes);
    Head head = read_head(reader);
    return with_pieces<T, I>(reader, head, [&](auto pieces) {
        const double bytes = static_cast<double>(head.info.rows) * sizeof(I) +
                             static_cast<double>(head.info.entries) * (sizeof(T) + sizeof(I));
        require_room(reader.name(), head.info, bytes);
        try {
            if (head.info.format == MatrixMarketFormat::array)
                pieces = array_to_coordinate(head, std::move(pieces), reader.name());
            return assemble_csr<T, I>(head, std::move(pieces), reader.name());
        } catch (const std::bad_alloc&) {
            throw_too_large(reader.name(), head.info, bytes);
        }
    });
}

template <class T, class I>
Coo<T, I> read_coo(NamedSource source, std::size_t block_bytes) {
    BlockReader reader(std::move(source), block_bytes);
    Head head = read_head(reader);
    return with_pieces<T, I>(reader, head, [&](auto pieces) {
        if (head.info.format == MatrixMarketFormat::array)
            pieces = array_to_coordinate(head, std::move(pieces), reader.name());
        return assemble_coo<T, I>(head, std::move(pieces), reader.name());
    });
}

struct DenseContents {
    std::string name;
    Head head;
    std::variant<std::vector<Piece<float, std::int64_t>>, std::vector<Piece<double, std::int64_t>>,
                 std::vector<Piece<std::complex<float>, std::int64_t>>,
                 std::vector<Piece<std::complex<double>, std::int64_t>>>
        pieces;
};

template <class T>
std::unique_ptr<DenseContents> read_dense(NamedSource source, std::size_t block_bytes) {
    auto contents = std::make_unique<DenseContents>();
    BlockReader reader(std::move(source), block_bytes);
    contents->name = reader.name();
    contents->head = read_head(reader);
    with_pieces<T, std::int64_t>(reader, contents->head, [&](auto pieces) {
        if (contents->head.info.format == MatrixMarketFormat::array)
            check_array_diagonal(contents->head, pieces, contents->name);
        contents->pieces = std::move(pieces);
    });
    return contents;
}

}  // namespace detail::matrix_market

namespace mm = detail::matrix_market;

MatrixMarketInfo matrix_market_info(const std::filesystem::path& path) {
    mm::BlockReader reader(mm::open_source(path), mm::head_block_bytes);
    return mm::read_head(reader).info;
}

MatrixMarketInfo matrix_market_info(std::istream& in) {
    mm::BlockReader reader(mm::open_source(in), mm::head_block_bytes);
    return mm::read_head(reader).info;
}

template <Scalar T, Index I>
Csr<T, I> read_matrix_market(const std::filesystem::path& path) {
    return mm::read_csr<T, I>(mm::open_source(path), mm::default_block_bytes);
}
template <Scalar T, Index I>
Csr<T, I> read_matrix_market(std::istream& in) {
    return mm::read_csr<T, I>(mm::open_source(in), mm::default_block_bytes);
}
template <Scalar T, Index I>
Coo<T, I> read_matrix_market_coo(const std::filesystem::path& path) {
    return mm::read_coo<T, I>(mm::open_source(path), mm::default_block_bytes);
}
template <Scalar T, Index I>
Coo<T, I> read_matrix_market_coo(std::istream& in) {
    return mm::read_coo<T, I>(mm::open_source(in), mm::default_block_bytes);
}

namespace detail {

template <class T>
DenseReading<T>::DenseReading(const std::filesystem::path& path)
    : contents_(mm::read_dense<T>(mm::open_source(path), mm::default_block_bytes)) {
    rows_ = contents_->head.info.rows;
    cols_ = contents_->head.info.cols;
}
template <class T>
DenseReading<T>::DenseReading(std::istream& in)
    : contents_(mm::read_dense<T>(mm::open_source(in), mm::default_block_bytes)) {
    rows_ = contents_->head.info.rows;
    cols_ = contents_->head.info.cols;
}
template <class T>
DenseReading<T>::~DenseReading() = default;

template <class T>
void DenseReading<T>::require_vector() const {
    if (cols_ == 1) return;
    const auto& head = contents_->head;
    throw ParseError(contents_->name, head.lines, head.rows_column,
                     "expected a vector (one column), found " + std::to_string(rows_) + " rows and " +
                         std::to_string(cols_) + " columns");
}

template <class T>
void DenseReading<T>::fill(MatrixView<T> out) const {
    std::visit(
        [&]<class V>(const std::vector<mm::Piece<V, std::int64_t>>& pieces) {
            if constexpr (std::is_same_v<Real<V>, Real<T>> && (is_complex_v<T> || !is_complex_v<V>))
                mm::assemble_dense<T, V>(contents_->head, pieces, out);
        },
        contents_->pieces);
}

template <class T>
double DenseReading<T>::bytes() const noexcept {
    return static_cast<double>(rows_) * static_cast<double>(cols_) * sizeof(T);
}

template <class T>
void DenseReading<T>::require_room() const {
    mm::require_room(contents_->name, contents_->head.info, bytes());
}

template <class T>
void DenseReading<T>::throw_too_large() const {
    mm::throw_too_large(contents_->name, contents_->head.info, bytes());
}

#define TAMIS_INSTANTIATE_DENSE(T) template class DenseReading<T>;
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE_DENSE)
#undef TAMIS_INSTANTIATE_DENSE

}  // namespace detail

#define TAMIS_INSTANTIATE(T, I)                                                                          \
    template Csr<T, I> read_matrix_market(const std::filesystem::path&);                                 \
    template Csr<T, I> read_matrix_market(std::istream&);                                                \
    template Coo<T, I> read_matrix_market_coo(const std::filesystem::path&);                             \
    template Coo<T, I> read_matrix_market_coo(std::istream&);                                            \
    template Csr<T, I> detail::matrix_market::read_csr(detail::matrix_market::NamedSource, std::size_t); \
    template Coo<T, I> detail::matrix_market::read_coo(detail::matrix_market::NamedSource, std::size_t);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis
