// Private: the file format of saved factorizations.
//
// A head of 64 bytes, whose layout no version may change: 8 bytes of magic, the version, a mark of endianness (32 bits
// each), the class (16), scalar (16) and index (8) by name, filled up with zeros, a checksum. Then sections in an order that
// the class fixes: a name of 8 characters, the number of bytes that follow, these, a checksum. The last is "end" and empty.
// Each checksum covers all bytes before it but the earlier checksums, so that sections can be neither changed nor exchanged.
// Numbers are little-endian; integers have 64 bits, indices of rows 32 where rows are fewer than 2³¹; complex numbers are
// pairs.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <tamis/core/array.hpp>
#include <tamis/sparse/csc.hpp>
#include <tamis/sparse/save.hpp>

#include "sparse/matrix_market/sink.hpp"
#include "sparse/save/checksum.hpp"

namespace tamis::detail {

/// Whether 32 bits hold the indices 0 … rows − 1.
inline bool narrow_indices(std::int64_t rows) noexcept {
    return rows <= std::numeric_limits<std::int32_t>::max();
}

/// Small things, gathered for one section.
class FieldsWriter {
  public:
    void integer(std::int64_t value);
    void real(double value);
    void text(std::string_view value);
    [[nodiscard]] const std::string& bytes() const noexcept { return bytes_; }

  private:
    std::string bytes_;
};

class FactorWriter {
  public:
    FactorWriter(matrix_market::Sink& sink, const FileKind& kind);
    template <class V>
    void array(std::string_view name, std::span<const V> values) {
        section(name, {reinterpret_cast<const char*>(values.data()), values.size_bytes()});
    }
    void fields(const FieldsWriter& fields) { section("fields", fields.bytes()); }
    /// Indices from 0 … rows − 1.
    void indices(std::string_view name, std::span<const std::int64_t> values, std::int64_t rows);
    template <class E>
    void columns(std::string_view name, const Csc<E, std::int64_t>& A) {
        const std::string begin(name);
        array<std::int64_t>(begin + ".p", A.col_offsets());
        indices(begin + ".i", A.row_indices(), A.rows());
        array<E>(begin + ".x", A.values());
    }
    void finish() { section("end", {}); }

  private:
    void section(std::string_view name, std::string_view bytes);
    void put(std::string_view bytes);
    void put_checksum();

    matrix_market::Sink& sink_;
    Checksum sum_;
};

class FieldsReader;

/// Reads in the order of writing. ParseError, with the position, for whatever does not fit.
class FactorReader {
  public:
    /// Reads and judges the head. `name` is the file's.
    FactorReader(std::istream& in, std::string name, const FileKind& expected);

    [[nodiscard]] FieldsReader fields();
    template <class V>
    [[nodiscard]] Array<V> array(std::string_view name) {
        const auto bytes = open(name, sizeof(V));
        Array<V> values(bytes / static_cast<std::int64_t>(sizeof(V)), uninitialized);
        close(name, reinterpret_cast<char*>(values.data()), bytes);
        return values;
    }
    template <class V>
    [[nodiscard]] Array<V> array(std::string_view name, std::int64_t size) {
        auto values = array<V>(name);
        require(values.size() == size, name, "has a wrong number of elements");
        return values;
    }
    [[nodiscard]] Array<std::int64_t> indices(std::string_view name, std::int64_t rows);
    /// An order of 0 … n − 1.
    [[nodiscard]] std::vector<std::int64_t> permutation(std::string_view name, std::int64_t n);
    /// Canonical columns.
    template <class E>
    [[nodiscard]] Csc<E, std::int64_t> columns(std::string_view name, std::int64_t rows, std::int64_t cols) {
        const std::string begin(name);
        auto offsets = array<std::int64_t>(begin + ".p", cols + 1);
        auto rows_of = indices(begin + ".i", rows);
        auto values = array<E>(begin + ".x", rows_of.size());
        check_columns(name, offsets.span(), rows_of.span(), rows);
        return {unchecked, rows, cols, std::move(offsets), std::move(rows_of), std::move(values)};
    }
    void check_columns(std::string_view name, std::span<const std::int64_t> offsets,
                       std::span<const std::int64_t> row_indices, std::int64_t rows) const;
    void finish();
    /// Refuses bytes behind the end.
    void expect_end_of_file();

    /// ParseError unless it is so: "section 'name' why".
    void require(bool so, std::string_view name, std::string_view why) const;
    [[noreturn]] void fail(const std::string& why) const;

  private:
    [[nodiscard]] std::int64_t open(std::string_view name, std::size_t element);
    void close(std::string_view name, char* bytes, std::int64_t size);
    void get(char* bytes, std::int64_t size, std::string_view where);
    void check_sum(std::string_view where);

    std::istream& in_;
    std::string name_;
    std::int64_t position_ = 0;
    std::int64_t remaining_ = 0;
    Checksum sum_;
};

class FieldsReader {
  public:
    FieldsReader(Array<char>&& bytes, const FactorReader& file) : bytes_(std::move(bytes)), file_(file) {}
    [[nodiscard]] std::int64_t integer();
    /// An integer from 0 … most.
    [[nodiscard]] std::int64_t integer(std::int64_t most);
    [[nodiscard]] bool flag() { return integer(1) != 0; }
    [[nodiscard]] double real();
    /// A count or a number of bytes as a real number, which std::int64_t could hold.
    [[nodiscard]] double quantity();
    [[nodiscard]] std::string text();
    /// All of them were read.
    void finish() const;

  private:
    const char* take(std::int64_t size);

    Array<char> bytes_;
    std::int64_t at_ = 0;
    const FactorReader& file_;
};

}  // namespace tamis::detail
