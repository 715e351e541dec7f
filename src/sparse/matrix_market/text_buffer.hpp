// Private: text under construction. Room is made before, so that appending never checks.
#pragma once

#include <charconv>
#include <cstdint>
#include <cstring>
#include <string_view>

#include <tamis/core/array.hpp>

namespace tamis::detail::matrix_market {

class TextBuffer {
  public:
    [[nodiscard]] std::string_view text() const { return {data_.data(), size_}; }
    void clear() { size_ = 0; }
    /// Room for n more characters.
    void reserve(std::size_t n) {
        if (size_ + n <= static_cast<std::size_t>(data_.size())) return;
        Array<char> larger(static_cast<std::int64_t>(size_ + n), uninitialized);
        if (size_ > 0) std::memcpy(larger.data(), data_.data(), size_);
        data_ = std::move(larger);
    }
    [[nodiscard]] char* end() { return data_.data() + size_; }
    [[nodiscard]] std::size_t room() const { return static_cast<std::size_t>(data_.size()) - size_; }
    void set_end(const char* end) { size_ = static_cast<std::size_t>(end - data_.data()); }
    void append(std::string_view text) {
        reserve(text.size());
        std::memcpy(end(), text.data(), text.size());
        size_ += text.size();
    }

  private:
    Array<char> data_;
    std::size_t size_ = 0;
};

}  // namespace tamis::detail::matrix_market
