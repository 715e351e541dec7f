#include "sparse/matrix_market/sink.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <iostream>
#include <string>

#include <tamis/core/error.hpp>

#include "sparse/matrix_market/atomic_file.hpp"

namespace tamis::detail::matrix_market {

namespace {

class StandardOutput final : public Sink {
  public:
    StandardOutput() {
        // What the program has printed before comes first.
        std::cout.flush();
        std::fflush(stdout);
    }
    void write(std::string_view bytes) override { write_fully(STDOUT_FILENO, bytes, "write_matrix_market", "<stdout>"); }
    void commit() override {}
};

class StreamSink final : public Sink {
  public:
    StreamSink(std::ostream& out, const char* what) : out_(out), what_(what) { check(); }
    void write(std::string_view bytes) override {
        out_.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
        check();
    }
    void commit() override {
        out_.flush();
        check();
    }

  private:
    void check() const {
        if (!out_) throw IoError(std::string(what_) + ": writing to the stream failed");
    }
    std::ostream& out_;
    const char* what_;
};

}  // namespace

std::unique_ptr<Sink> open_file(const std::filesystem::path& path, const char* what) {
    struct stat status {};
    const bool exists = ::stat(path.c_str(), &status) == 0;
    if (exists && S_ISDIR(status.st_mode))
        throw IoError(std::string(what) + ": '" + path.string() + "' is a folder; the path of a file was expected");
    if (exists && !S_ISREG(status.st_mode)) return std::make_unique<DirectFile>(path, what);
    return std::make_unique<AtomicFile>(path, what);
}

std::unique_ptr<Sink> open_sink(const std::filesystem::path& path) {
    if (path == "-") return std::make_unique<StandardOutput>();
    return open_file(path, "write_matrix_market");
}

std::unique_ptr<Sink> open_sink(std::ostream& out, const char* what) {
    return std::make_unique<StreamSink>(out, what);
}

Compression compression_of(const std::filesystem::path& path) {
    if (path.extension() == ".gz") return Compression::gzip;
    return path.extension() == ".zst" ? Compression::zstd : Compression::none;
}

}  // namespace tamis::detail::matrix_market
