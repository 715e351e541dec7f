// Private: files that appear whole or not at all.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "sparse/matrix_market/sink.hpp"

namespace tamis::detail::matrix_market {

/// Writes all bytes to a descriptor; IoError, beginning with `what` and naming `name`, where that fails.
void write_fully(int descriptor, std::string_view bytes, const char* what, const std::string& name);

/// A device, a pipe, a socket's file: written as it is.
class DirectFile final : public Sink {
  public:
    DirectFile(const std::filesystem::path& path, const char* what);
    ~DirectFile() override;
    void write(std::string_view bytes) override { write_fully(descriptor_, bytes, what_, name_); }
    void commit() override;

  private:
    const char* what_;
    std::string name_;
    int descriptor_;
};

/// A regular file: written under another name in the same folder, synchronized, then renamed. Keeps the permissions of a
/// file that it replaces, follows symbolic links, and removes what it wrote unless commit() succeeds.
class AtomicFile final : public Sink {
  public:
    AtomicFile(const std::filesystem::path& path, const char* what);
    ~AtomicFile() override;
    void write(std::string_view bytes) override;
    void commit() override;

  private:
    const char* what_;
    std::string name_;
    std::filesystem::path target_;
    std::filesystem::path temporary_;
    int descriptor_ = -1;
    std::int64_t written_ = 0;
    std::int64_t flushing_ = 0;
};

}  // namespace tamis::detail::matrix_market
