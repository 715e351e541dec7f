// gzip and Zstandard, recognized by their first bytes; concatenated members and frames are one text, as their own tools have
// it. Memory is the window of the format, never what a header claims beyond that.
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include <tamis/core/error.hpp>

#include "sparse/matrix_market/source.hpp"

namespace tamis::detail::matrix_market {

namespace {

/// Bytes of another source behind a buffer whose beginning has been looked at already.
class Input {
  public:
    Input(std::unique_ptr<Source> source, std::size_t capacity) : source_(std::move(source)), buffer_(capacity) {}

    /// Reads on until at least n bytes are there or the source ends.
    void look_ahead(std::size_t n) {
        while (end_ < n && !ended_) fill();
    }
    [[nodiscard]] const char* data() const { return buffer_.data() + begin_; }
    [[nodiscard]] std::size_t size() const { return end_ - begin_; }
    void consume(std::size_t n) { begin_ += n; }
    /// True if there are bytes, reading some where the buffer is empty.
    bool more() {
        if (begin_ == end_) {
            begin_ = end_ = 0;
            if (!ended_) fill();
        }
        return begin_ < end_;
    }
    /// Bytes for the caller, past the buffer once it is empty.
    std::size_t read(char* to, std::size_t n) {
        if (begin_ == end_) return ended_ ? 0 : source_->read(to, n);
        const auto count = std::min(n, size());
        std::memcpy(to, data(), count);
        consume(count);
        return count;
    }
    [[nodiscard]] const Source& source() const { return *source_; }

  private:
    void fill() {
        const auto got = source_->read(buffer_.data() + end_, buffer_.size() - end_);
        end_ += got;
        ended_ = got == 0;
    }
    std::unique_ptr<Source> source_;
    std::vector<char> buffer_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    bool ended_ = false;
};

[[noreturn]] void corrupt(const std::string& name, const char* kind, const std::string& why) {
    throw IoError("read_matrix_market: '" + name + "': the " + kind + " data are damaged (" + why + ")");
}

[[noreturn]] void truncated(const std::string& name, const char* kind) {
    throw IoError("read_matrix_market: '" + name + "' ends in the middle of its " + kind +
                  " data; the file was cut off, fetch or write it again");
}

/// Text that is not compressed.
class PlainSource final : public Source {
  public:
    explicit PlainSource(Input input) : input_(std::move(input)) {}
    std::size_t read(char* to, std::size_t n) override { return input_.read(to, n); }
    [[nodiscard]] std::int64_t bytes_left() const override {
        const auto left = input_.source().bytes_left();
        return left < 0 ? -1 : left + static_cast<std::int64_t>(input_.size());
    }

  private:
    Input input_;
};

class GzipSource final : public Source {
  public:
    GzipSource(Input input, std::string name) : input_(std::move(input)), name_(std::move(name)) {
        if (inflateInit2(&stream_, 15 + 16) != Z_OK) throw std::bad_alloc();
    }
    ~GzipSource() override { inflateEnd(&stream_); }

    std::size_t read(char* to, std::size_t n) override {
        constexpr std::size_t most = std::size_t{1} << 30;
        stream_.next_out = reinterpret_cast<Bytef*>(to);
        stream_.avail_out = static_cast<uInt>(std::min(n, most));
        const uInt wanted = stream_.avail_out;
        while (stream_.avail_out == wanted && !ended_) {
            if (!input_.more()) {
                if (inside_) truncated(name_, "gzip");
                ended_ = true;
                break;
            }
            if (!inside_ && !start_member()) continue;
            step();
        }
        return wanted - stream_.avail_out;
    }

  private:
    /// After a member: another one, or the zeros that tapes and some tools pad with.
    bool start_member() {
        if (members_ > 0) {
            if (*input_.data() == '\0') {
                input_.consume(1);
                return false;
            }
            if (*input_.data() != '\x1f') corrupt(name_, "gzip", "other bytes follow the last member");
            inflateReset(&stream_);
        }
        inside_ = true;
        return true;
    }
    void step() {
        // zlib's pointer is to non-const for historical reasons; it does not write.
        stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(input_.data()));
        stream_.avail_in = static_cast<uInt>(input_.size());
        const int status = inflate(&stream_, Z_NO_FLUSH);
        input_.consume(input_.size() - stream_.avail_in);
        if (status == Z_STREAM_END) {
            inside_ = false;
            ++members_;
        } else if (status == Z_MEM_ERROR) {
            throw std::bad_alloc();
        } else if (status != Z_OK && status != Z_BUF_ERROR) {
            corrupt(name_, "gzip", stream_.msg != nullptr ? stream_.msg : "unexpected contents");
        }
    }
    Input input_;
    std::string name_;
    z_stream stream_{};
    bool inside_ = false;
    bool ended_ = false;
    int members_ = 0;
};

class ZstdSource final : public Source {
  public:
    ZstdSource(Input input, std::string name)
        : input_(std::move(input)),
          name_(std::move(name)),
          stream_(ZSTD_createDStream()) {
        if (!stream_) throw std::bad_alloc();
        // The window that a frame asks for is allocated before its first byte is checked. 2^27, the tool's own limit, is
        // granted only to files that are large themselves.
        const auto left = input_.source().bytes_left();
        ZSTD_DCtx_setParameter(stream_.get(), ZSTD_d_windowLogMax, left >= (8 << 20) ? 27 : 25);
    }

    std::size_t read(char* to, std::size_t n) override {
        ZSTD_outBuffer out{to, n, 0};
        while (out.pos == 0) {
            // The decoder may hold text back from the last call, so it is asked once more where the input has ended.
            const bool more = input_.more();
            if (!more && !inside_) break;
            ZSTD_inBuffer in{input_.data(), input_.size(), 0};
            const std::size_t status = ZSTD_decompressStream(stream_.get(), &out, &in);
            input_.consume(in.pos);
            if (ZSTD_isError(status) != 0) refuse(status);
            inside_ = status != 0;
            if (!more && inside_ && out.pos == 0) truncated(name_, "Zstandard");
        }
        return out.pos;
    }

  private:
    [[noreturn]] void refuse(std::size_t status) const {
        const std::string why = ZSTD_getErrorName(status);
        if (why.find("memory") != std::string::npos)
            corrupt(name_, "Zstandard",
                    why + "; a window beyond 32 MiB is not granted to a small file, compress it with level 19 or less");
        corrupt(name_, "Zstandard", why);
    }
    struct Free {
        void operator()(ZSTD_DStream* stream) const { ZSTD_freeDStream(stream); }
    };
    Input input_;
    std::string name_;
    std::unique_ptr<ZSTD_DStream, Free> stream_;
    bool inside_ = false;
};

bool ends_with(const std::string& name, const char* ending) {
    const std::string e = ending;
    return name.size() > e.size() && name.compare(name.size() - e.size(), e.size(), e) == 0;
}

}  // namespace

std::unique_ptr<Source> decompressed(std::unique_ptr<Source> raw, const std::string& name) {
    constexpr std::size_t buffer_bytes = std::size_t{1} << 16;
    constexpr std::array<char, 4> zstd_magic{'\x28', '\xb5', '\x2f', '\xfd'};
    Input input(std::move(raw), buffer_bytes);
    input.look_ahead(4);
    const bool gzip = input.size() >= 2 && std::memcmp(input.data(), "\x1f\x8b", 2) == 0;
    const bool zstd = input.size() >= 4 && std::memcmp(input.data(), zstd_magic.data(), 4) == 0;
    if (ends_with(name, ".gz") && !gzip)
        throw IoError("read_matrix_market: '" + name +
                      "' is not a gzip file, as its name says; a plain file is read without .gz");
    if (ends_with(name, ".zst") && !zstd)
        throw IoError("read_matrix_market: '" + name +
                      "' is not a Zstandard file, as its name says; a plain file is read without .zst");
    if (gzip) return std::make_unique<GzipSource>(std::move(input), name);
    if (zstd) return std::make_unique<ZstdSource>(std::move(input), name);
    return std::make_unique<PlainSource>(std::move(input));
}

}  // namespace tamis::detail::matrix_market
