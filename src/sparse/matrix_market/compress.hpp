// Private: compression of one block on its own; blocks one after another are a valid file of either format.
#pragma once

#include <memory>

#include "sparse/matrix_market/sink.hpp"
#include "sparse/matrix_market/text_buffer.hpp"

namespace tamis::detail::matrix_market {

/// Compresses blocks with state that is reused from one to the next; one object a thread.
class Compressor {
  public:
    explicit Compressor(Compression kind);
    Compressor(const Compressor&) = delete;
    Compressor& operator=(const Compressor&) = delete;
    ~Compressor();
    /// The compressed form of `text`, valid until the next call; `text` itself without compression.
    std::string_view compress(std::string_view text);

  private:
    struct State;
    std::string_view gzip(std::string_view text);
    std::string_view zstd(std::string_view text);
    Compression kind_;
    std::unique_ptr<State> state_;
    TextBuffer out_;
};

}  // namespace tamis::detail::matrix_market
