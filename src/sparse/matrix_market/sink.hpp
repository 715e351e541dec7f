// Private: where the bytes of a file that is being written go.
#pragma once

#include <cstddef>
#include <filesystem>
#include <iosfwd>
#include <memory>
#include <string_view>

namespace tamis::detail::matrix_market {

enum class Compression { none, gzip, zstd };

/// Takes bytes in order; IoError where writing fails. Without commit() nothing of a regular file remains.
class Sink {
  public:
    Sink() = default;
    Sink(const Sink&) = delete;
    Sink& operator=(const Sink&) = delete;
    virtual ~Sink() = default;
    virtual void write(std::string_view bytes) = 0;
    /// All is written: make it visible.
    virtual void commit() = 0;
};

/// A path: written beside its target and renamed, unless the target is a device or a pipe. `what` begins the messages.
std::unique_ptr<Sink> open_file(const std::filesystem::path& path, const char* what);
/// The same for write_matrix_market, where "-" is standard output.
std::unique_ptr<Sink> open_sink(const std::filesystem::path& path);
std::unique_ptr<Sink> open_sink(std::ostream& out, const char* what = "write_matrix_market");

/// What the ending of the name asks for.
Compression compression_of(const std::filesystem::path& path);

}  // namespace tamis::detail::matrix_market
