#include "sparse/save/factor_file.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <istream>
#include <sstream>
#include <system_error>
#include <utility>

#include <tamis/core/error.hpp>

namespace tamis::detail {

namespace {

constexpr std::uint32_t version = 1;
constexpr std::uint32_t endian_mark = 0x01020304;
constexpr std::int64_t head_size = 56;
// A byte that is no character, and an end of line that a transfer as text would change.
constexpr std::array<char, 8> magic = {'\x89', 't', 'a', 'm', 'i', 's', '\r', '\n'};

void require_little_endian(const char* what) {
    if constexpr (std::endian::native != std::endian::little)
        throw Unsupported(std::string(what) + ": files of factorizations are little-endian, this machine is not");
}

template <class V>
std::string_view bytes_of(const V& value) noexcept {
    return {reinterpret_cast<const char*>(&value), sizeof value};
}

template <std::size_t N>
std::array<char, N> padded(std::string_view text) noexcept {
    std::array<char, N> field{};
    std::copy_n(text.begin(), std::min(text.size(), N), field.begin());
    return field;
}

std::string unpadded(std::string_view field) {
    return std::string(field.substr(0, field.find('\0')));
}

}  // namespace

// ---- writing

void FieldsWriter::integer(std::int64_t value) {
    bytes_ += bytes_of(value);
}
void FieldsWriter::real(double value) {
    bytes_ += bytes_of(value);
}
void FieldsWriter::text(std::string_view value) {
    integer(std::ssize(value));
    bytes_ += value;
}

FactorWriter::FactorWriter(matrix_market::Sink& sink, const FileKind& kind) : sink_(sink) {
    require_little_endian("save");
    put({magic.data(), magic.size()});
    put(bytes_of(version));
    put(bytes_of(endian_mark));
    const auto factorization = padded<16>(kind.factorization);
    const auto scalar = padded<16>(kind.scalar);
    const auto index = padded<8>(kind.index);
    put({factorization.data(), factorization.size()});
    put({scalar.data(), scalar.size()});
    put({index.data(), index.size()});
    put_checksum();
}

void FactorWriter::put(std::string_view bytes) {
    constexpr std::size_t block = std::size_t{1} << 18;  // summed and written while it is in the cache
    for (; !bytes.empty(); bytes.remove_prefix(std::min(block, bytes.size()))) {
        const auto piece = bytes.substr(0, block);
        sum_.add(piece);
        sink_.write(piece);
    }
}

void FactorWriter::put_checksum() {
    const auto sum = sum_.value();
    sink_.write(bytes_of(sum));
}

void FactorWriter::section(std::string_view name, std::string_view bytes) {
    const auto field = padded<8>(name);
    const auto size = static_cast<std::uint64_t>(bytes.size());
    put({field.data(), field.size()});
    put(bytes_of(size));
    put(bytes);
    put_checksum();
}

void FactorWriter::indices(std::string_view name, std::span<const std::int64_t> values, std::int64_t rows) {
    if (!narrow_indices(rows)) {
        array(name, values);
        return;
    }
    Array<std::int32_t> narrow(std::ssize(values), uninitialized);
    std::transform(values.begin(), values.end(), narrow.begin(),
                   [](std::int64_t i) { return static_cast<std::int32_t>(i); });
    array<std::int32_t>(name, std::as_const(narrow).span());
}

// ---- reading

FactorReader::FactorReader(std::istream& in, std::string name, const FileKind& expected) : in_(in), name_(std::move(name)) {
    require_little_endian("load");
    const auto start = in_.tellg();
    in_.seekg(0, std::ios::end);
    const auto end = in_.tellg();
    in_.seekg(start);
    if (!in_ || start == std::istream::pos_type(-1) || end == std::istream::pos_type(-1))
        throw IoError("load: reading '" + name_ + "' failed");
    remaining_ = static_cast<std::int64_t>(end - start);

    std::array<char, head_size + 8> head{};
    static_assert(head.size() == 64);
    if (remaining_ < std::ssize(head)) fail("is no factorization that tamis saved, or cut off in its first 64 bytes");
    get(head.data(), head_size, "head");
    const std::string_view bytes(head.data(), head_size);
    if (bytes.substr(0, magic.size()) != std::string_view(magic.data(), magic.size()))
        fail("is no factorization that tamis saved");
    check_sum("head");
    std::uint32_t found = 0;
    std::memcpy(&found, head.data() + 8, sizeof found);
    std::uint32_t mark = 0;
    std::memcpy(&mark, head.data() + 12, sizeof mark);
    if (mark != endian_mark) fail("was written on a machine of another endianness; save it on a little-endian one");
    if (found != version)
        fail("has format version " + std::to_string(found) + ", this tamis reads version " + std::to_string(version) +
             "; load it with the tamis that saved it or a newer one");
    const FileKind is{bytes.substr(16, 16), bytes.substr(32, 16), bytes.substr(48, 8)};
    const auto text = [](const FileKind& kind) {
        return unpadded(kind.factorization) + "<" + unpadded(kind.scalar) + ", " + unpadded(kind.index) + ">";
    };
    if (text(is) != text(expected))
        fail("holds a " + text(is) + ", not a " + text(expected) + "; load it as what it is, or save another");
}

void FactorReader::fail(const std::string& why) const {
    throw ParseError(name_, 1, position_ + 1, "load: the file " + why);
}

void FactorReader::require(bool so, std::string_view name, std::string_view why) const {
    if (!so) fail("is damaged: section '" + std::string(name) + "' " + std::string(why) + "; save it again");
}

void FactorReader::get(char* bytes, std::int64_t size, std::string_view where) {
    constexpr std::int64_t block = std::int64_t{1} << 18;
    while (size > 0) {
        const auto piece = std::min(size, block);
        in_.read(bytes, static_cast<std::streamsize>(piece));
        const auto got = static_cast<std::int64_t>(in_.gcount());
        position_ += got;
        remaining_ -= got;
        if (got != piece)
            throw IoError("load: reading '" + name_ + "' failed at byte " + std::to_string(position_ + 1) +
                          ", in section '" + std::string(where) + "'");
        sum_.add({bytes, static_cast<std::size_t>(piece)});
        bytes += piece;
        size -= piece;
    }
}

void FactorReader::check_sum(std::string_view where) {
    const auto computed = sum_.value();
    const Checksum before = sum_;  // checksums are not summed up themselves
    std::uint64_t stored = 0;
    get(reinterpret_cast<char*>(&stored), sizeof stored, where);
    sum_ = before;
    require(stored == computed, where, "does not agree with its checksum");
}

std::int64_t FactorReader::open(std::string_view name, std::size_t element) {
    constexpr std::int64_t around = 8 + 8 + 8;
    if (remaining_ < around) fail("is cut off before section '" + std::string(name) + "'; save it again");
    std::array<char, 8> found{};
    std::uint64_t size = 0;
    get(found.data(), std::ssize(found), name);
    get(reinterpret_cast<char*>(&size), sizeof size, name);
    require(found == padded<8>(name), name, "was expected here but another one lies here");
    if (size > static_cast<std::uint64_t>(remaining_ - 8))
        fail("is cut off, or damaged: section '" + std::string(name) + "' should have " + std::to_string(size) +
             " bytes, but only " + std::to_string(remaining_) + " are left");
    require(size % element == 0, name, "has a size that is no whole number of elements");
    return static_cast<std::int64_t>(size);
}

void FactorReader::close(std::string_view name, char* bytes, std::int64_t size) {
    get(bytes, size, name);
    check_sum(name);
}

FieldsReader FactorReader::fields() {
    return {array<char>("fields"), *this};
}

Array<std::int64_t> FactorReader::indices(std::string_view name, std::int64_t rows) {
    if (!narrow_indices(rows)) return array<std::int64_t>(name);
    const auto narrow = array<std::int32_t>(name);
    Array<std::int64_t> wide(narrow.size(), uninitialized);
    std::copy(narrow.begin(), narrow.end(), wide.begin());
    return wide;
}

std::vector<std::int64_t> FactorReader::permutation(std::string_view name, std::int64_t n) {
    const auto p = indices(name, n);
    require(p.size() == n, name, "has a wrong number of elements");
    std::vector<char> seen(static_cast<std::size_t>(n), 0);
    for (const auto i : p)
        require(i >= 0 && i < n && std::exchange(seen[static_cast<std::size_t>(i)], char{1}) == 0, name,
                "is no permutation");
    return {p.begin(), p.end()};
}

void FactorReader::check_columns(std::string_view name, std::span<const std::int64_t> offsets,
                                 std::span<const std::int64_t> row_indices, std::int64_t rows) const {
    const auto nnz = std::ssize(row_indices);
    require(
        !offsets.empty() && offsets.front() == 0 && offsets.back() == nnz && std::is_sorted(offsets.begin(), offsets.end()),
        name, "has offsets that do not fit");
    for (std::size_t j = 0; j + 1 < offsets.size(); ++j) {
        std::int64_t last = -1;
        for (auto q = offsets[j]; q < offsets[j + 1]; ++q) {
            const auto i = row_indices[static_cast<std::size_t>(q)];
            require(i > last && i < rows, name, "has indices that do not ascend, or leave the matrix");
            last = i;
        }
    }
}

void FactorReader::finish() {
    require(open("end", 1) == 0, "end", "is not empty");
    check_sum("end");
}

void FactorReader::expect_end_of_file() {
    if (remaining_ != 0) fail("has " + std::to_string(remaining_) + " bytes behind its end; save it again");
}

const char* FieldsReader::take(std::int64_t size) {
    file_.require(size <= bytes_.size() - at_, "fields", "ends too early");
    return bytes_.data() + std::exchange(at_, at_ + size);
}

std::int64_t FieldsReader::integer() {
    std::int64_t value = 0;
    std::memcpy(&value, take(sizeof value), sizeof value);
    return value;
}
std::int64_t FieldsReader::integer(std::int64_t most) {
    const auto value = integer();
    file_.require(value >= 0 && value <= most, "fields", "has a number out of range");
    return value;
}
double FieldsReader::real() {
    double value = 0;
    std::memcpy(&value, take(sizeof value), sizeof value);
    return value;
}
double FieldsReader::quantity() {
    const auto value = real();
    file_.require(value >= 0 && value < 9e18, "fields", "has a number out of range");
    return value;
}
std::string FieldsReader::text() {
    const auto size = integer(bytes_.size());
    const char* begin = take(size);
    return {begin, static_cast<std::size_t>(size)};
}
void FieldsReader::finish() const {
    file_.require(at_ == bytes_.size(), "fields", "is too long");
}

// ---- the doors

namespace {

void write_all(matrix_market::Sink& sink, const FileKind& kind, const WriteFactor& write) {
    FactorWriter file(sink, kind);
    write(file);
    file.finish();
    sink.commit();
}

void read_all(std::istream& in, const std::string& name, const FileKind& kind, const ReadFactor& read, bool to_the_end) {
    FactorReader file(in, name, kind);
    try {
        read(file);
    } catch (const InvalidArgument& error) {
        file.fail(std::string("contradicts itself: ") + error.what());
    }
    file.finish();
    if (to_the_end) file.expect_end_of_file();
}

}  // namespace

void save_factor(const std::filesystem::path& path, const FileKind& kind, const WriteFactor& write) {
    const auto sink = matrix_market::open_file(path, "save");
    write_all(*sink, kind, write);
}

void save_factor(std::ostream& out, const FileKind& kind, const WriteFactor& write) {
    const auto sink = matrix_market::open_sink(out, "save");
    write_all(*sink, kind, write);
}

void load_factor(const std::filesystem::path& path, const FileKind& kind, const ReadFactor& read) {
    std::error_code error;
    if (std::filesystem::is_directory(path, error))
        throw IoError("load: '" + path.string() + "' is a folder; the path of a file was expected");
    errno = 0;
    std::ifstream in(path, std::ios::binary);
    if (!in)
        throw IoError("load: opening '" + path.string() +
                      "' failed: " + (errno != 0 ? std::strerror(errno) : "no reason given"));
    if (std::filesystem::is_regular_file(path, error)) {
        read_all(in, path.string(), kind, read, true);
        return;
    }
    // A pipe tells no size: what has come limits what is allocated.
    std::stringstream whole(std::ios::in | std::ios::out | std::ios::binary);
    whole << in.rdbuf();
    whole.clear();
    read_all(whole, path.string(), kind, read, true);
}

void load_factor(std::istream& in, const FileKind& kind, const ReadFactor& read) {
    read_all(in, "<stream>", kind, read, false);
}

}  // namespace tamis::detail
