#include "sparse/save/checksum.hpp"

#include <array>

namespace tamis::detail {

namespace {

using Tables = std::array<std::array<std::uint64_t, 256>, 8>;

// tables[k][b]: the remainder of byte b followed by k zero bytes.
constexpr Tables make_tables() {
    constexpr std::uint64_t reflected = 0xc96c5795d7870f42U;
    Tables tables{};
    for (std::uint64_t b = 0; b < 256; ++b) {
        std::uint64_t r = b;
        for (int bit = 0; bit < 8; ++bit) r = (r & 1) != 0 ? (r >> 1) ^ reflected : r >> 1;
        tables[0][b] = r;
    }
    for (std::size_t k = 1; k < 8; ++k)
        for (std::size_t b = 0; b < 256; ++b) tables[k][b] = (tables[k - 1][b] >> 8) ^ tables[0][tables[k - 1][b] & 0xff];
    return tables;
}
constexpr Tables tables = make_tables();

}  // namespace

void Checksum::add(std::string_view bytes) noexcept {
    const auto* p = reinterpret_cast<const unsigned char*>(bytes.data());
    auto left = bytes.size();
    std::uint64_t r = state_;
    for (; left >= 8; left -= 8, p += 8) {
        std::uint64_t word = 0;
        for (unsigned k = 0; k < 8; ++k) word |= static_cast<std::uint64_t>(p[k]) << (8 * k);
        r ^= word;
        r = tables[7][r & 0xff] ^ tables[6][(r >> 8) & 0xff] ^ tables[5][(r >> 16) & 0xff] ^ tables[4][(r >> 24) & 0xff] ^
            tables[3][(r >> 32) & 0xff] ^ tables[2][(r >> 40) & 0xff] ^ tables[1][(r >> 48) & 0xff] ^ tables[0][r >> 56];
    }
    for (; left > 0; --left, ++p) r = (r >> 8) ^ tables[0][(r ^ *p) & 0xff];
    state_ = r;
}

}  // namespace tamis::detail
