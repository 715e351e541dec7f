// A gzip member (RFC 1952) or a Zstandard frame (RFC 8878) a block: both formats define a file as any number of them.
#include "sparse/matrix_market/compress.hpp"

#include <zlib.h>
#include <zstd.h>

#include <limits>
#include <new>
#include <string>

#include <tamis/core/error.hpp>

namespace tamis::detail::matrix_market {

struct Compressor::State {
    z_stream deflate{};
    bool deflating = false;
    ZSTD_CCtx* zstd = nullptr;
    State() = default;
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ~State() {
        if (deflating) deflateEnd(&deflate);
        ZSTD_freeCCtx(zstd);
    }
};

Compressor::Compressor(Compression kind) : kind_(kind), state_(std::make_unique<State>()) {
    if (kind_ == Compression::gzip) {
        constexpr int gzip_window = 15 + 16;
        constexpr int memory_level = 8;
        if (deflateInit2(&state_->deflate, Z_DEFAULT_COMPRESSION, Z_DEFLATED, gzip_window, memory_level,
                         Z_DEFAULT_STRATEGY) != Z_OK)
            throw std::bad_alloc();
        state_->deflating = true;
    } else if (kind_ == Compression::zstd) {
        state_->zstd = ZSTD_createCCtx();
        if (state_->zstd == nullptr) throw std::bad_alloc();
        ZSTD_CCtx_setParameter(state_->zstd, ZSTD_c_checksumFlag, 1);
    }
}

Compressor::~Compressor() = default;

std::string_view Compressor::compress(std::string_view text) {
    if (kind_ == Compression::none) return text;
    out_.clear();
    return kind_ == Compression::gzip ? gzip(text) : zstd(text);
}

std::string_view Compressor::gzip(std::string_view text) {
    auto& s = state_->deflate;
    if (text.size() > std::numeric_limits<uInt>::max() / 2)
        throw Unsupported("write_matrix_market: a block of " + std::to_string(text.size()) + " bytes is too long for gzip");
    deflateReset(&s);
    out_.reserve(deflateBound(&s, static_cast<uLong>(text.size())));
    s.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));  // zlib does not write there
    s.avail_in = static_cast<uInt>(text.size());
    s.next_out = reinterpret_cast<Bytef*>(out_.end());
    s.avail_out = static_cast<uInt>(out_.room());
    if (deflate(&s, Z_FINISH) != Z_STREAM_END) throw IoError("write_matrix_market: gzip compression failed");
    out_.set_end(reinterpret_cast<const char*>(s.next_out));
    return out_.text();
}

std::string_view Compressor::zstd(std::string_view text) {
    out_.reserve(ZSTD_compressBound(text.size()));
    const auto size = ZSTD_compress2(state_->zstd, out_.end(), out_.room(), text.data(), text.size());
    if (ZSTD_isError(size) != 0)
        throw IoError(std::string("write_matrix_market: Zstandard compression failed: ") + ZSTD_getErrorName(size));
    out_.set_end(out_.end() + size);
    return out_.text();
}

}  // namespace tamis::detail::matrix_market
