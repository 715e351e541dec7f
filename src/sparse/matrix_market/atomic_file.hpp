// Private: files that appear whole or not at all.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "sparse/matrix_market/sink.hpp"

namespace tamis::detail::matrix_market {

/// Writes all bytes to a descriptor; IoError, naming `name`, where that fails.
void write_fully(int descriptor, std::string_view bytes, const std::string& name);

/// A device, a pipe, a socket's file: written as it is.
class DirectFile final : public Sink {
  public:
    explicit DirectFile(const std::filesystem::path& path);
    ~DirectFile() override;
    void write(std::string_view bytes) override { write_fully(descriptor_, bytes, name_); }
    void commit() override;

  private:
    std::string name_;
    int descriptor_;
};

/// A regular file: written under another name in the same folder, synchronized, then renamed. Keeps the permissions of a
/// file that it replaces, follows symbolic links, and removes what it wrote unless commit() succeeds.
class AtomicFile final : public Sink {
  public:
    explicit AtomicFile(const std::filesystem::path& path);
    ~AtomicFile() override;
    void write(std::string_view bytes) override;
    void commit() override;

  private:
    std::string name_;
    std::filesystem::path target_;
    std::filesystem::path temporary_;
    int descriptor_ = -1;
    std::int64_t written_ = 0;
    std::int64_t flushing_ = 0;
};

}  // namespace tamis::detail::matrix_market
