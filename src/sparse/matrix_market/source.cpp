#include "sparse/matrix_market/source.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <istream>
#include <utility>

#include <tamis/core/error.hpp>

namespace tamis::detail::matrix_market {

namespace {

/// A file descriptor: a regular file, a pipe, standard input.
class FileSource final : public Source {
  public:
    FileSource(int descriptor, bool owned, std::string name)
        : descriptor_(descriptor),
          owned_(owned),
          name_(std::move(name)) {
        struct stat status {};
        if (::fstat(descriptor_, &status) != 0) return;
        if (S_ISDIR(status.st_mode)) {
            close();
            throw IoError("read_matrix_market: '" + name_ + "' is a folder; the path of a file was expected");
        }
        const auto position = S_ISREG(status.st_mode) ? ::lseek(descriptor_, 0, SEEK_CUR) : -1;
        // Files of size 0 in /proc have contents all the same.
        if (position >= 0 && status.st_size > position) {
            left_ = status.st_size - position;
            ::posix_fadvise(descriptor_, 0, 0, POSIX_FADV_SEQUENTIAL);
        }
    }
    ~FileSource() override { close(); }

    std::size_t read(char* to, std::size_t n) override {
        for (;;) {
            const auto got = ::read(descriptor_, to, n);
            if (got >= 0) {
                if (left_ >= 0) left_ = left_ > got ? left_ - got : 0;
                return static_cast<std::size_t>(got);
            }
            if (errno != EINTR) throw IoError("read_matrix_market: reading '" + name_ + "' failed: " + std::strerror(errno));
        }
    }
    [[nodiscard]] std::int64_t bytes_left() const override { return left_; }

  private:
    void close() noexcept {
        if (owned_) ::close(descriptor_);
        owned_ = false;
    }
    int descriptor_;
    bool owned_;
    std::int64_t left_ = -1;
    std::string name_;
};

/// A std::istream, read through its buffer so that the caller's exception mask cannot interfere.
class StreamSource final : public Source {
  public:
    explicit StreamSource(std::istream& in) : in_(in) {
        if (in_.bad() || in_.fail() || in_.rdbuf() == nullptr)
            throw IoError("read_matrix_market: the stream is in a failed state; was its file opened?");
    }
    std::size_t read(char* to, std::size_t n) override {
        return static_cast<std::size_t>(in_.rdbuf()->sgetn(to, static_cast<std::streamsize>(n)));
    }

  private:
    std::istream& in_;
};

}  // namespace

NamedSource open_source(const std::filesystem::path& path) {
    if (path == "-")
        return {decompressed(std::make_unique<FileSource>(STDIN_FILENO, false, "<stdin>"), "<stdin>"), "<stdin>"};
    const std::string name = path.string();
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) throw IoError("read_matrix_market: cannot open '" + name + "': " + std::strerror(errno));
    return {decompressed(std::make_unique<FileSource>(descriptor, true, name), name), name};
}

NamedSource open_source(std::istream& in) {
    return {decompressed(std::make_unique<StreamSource>(in), "<stream>"), "<stream>"};
}

}  // namespace tamis::detail::matrix_market
