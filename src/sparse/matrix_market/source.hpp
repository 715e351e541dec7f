// Private: where the bytes of a Matrix Market file come from: a path, standard input, a stream; decompressed on the way.
#pragma once

#include <cstddef>
#include <filesystem>
#include <iosfwd>
#include <memory>
#include <string>

namespace tamis::detail::matrix_market {

/// A sequence of bytes to read once.
class Source {
  public:
    Source() = default;
    Source(const Source&) = delete;
    Source& operator=(const Source&) = delete;
    virtual ~Source() = default;
    /// Writes up to n bytes; 0 only at the end. IoError where reading fails.
    virtual std::size_t read(char* to, std::size_t n) = 0;
    /// An upper bound of the bytes still to come, or -1 where nobody knows.
    [[nodiscard]] virtual std::int64_t bytes_left() const { return -1; }
};

/// A source and the name that messages give it.
struct NamedSource {
    std::unique_ptr<Source> source;
    std::string name;
};

/// Opens a file; "-" is standard input. The contents say whether they are compressed, the ending of the name must not
/// contradict them. IoError where that fails.
NamedSource open_source(const std::filesystem::path& path);

/// Reads from a stream, which must outlive the source; compressed contents are recognized.
NamedSource open_source(std::istream& in);

/// Looks at the first bytes of `raw` and puts a decompressor before it where they are gzip's or Zstandard's.
std::unique_ptr<Source> decompressed(std::unique_ptr<Source> raw, const std::string& name);

}  // namespace tamis::detail::matrix_market
