// Private: CRC-64/XZ: polynomial 0x42f0e1eba9ea3693 of ECMA-182, reflected, all ones before and after (XZ file format 1.1.0,
// §6). Finds every burst of up to 64 damaged bits, so every single byte; anything else but for a chance of 2⁻⁶⁴. Eight bytes
// a step by eight tables (Kounavis and Berry: A systematic approach to building high performance software-based CRC
// generators, ISCC 2005).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tamis::detail {

class Checksum {
  public:
    void add(std::string_view bytes) noexcept;
    [[nodiscard]] std::uint64_t value() const noexcept { return ~state_; }

  private:
    std::uint64_t state_ = ~std::uint64_t{0};
};

}  // namespace tamis::detail
