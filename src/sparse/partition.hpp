// Private: rows shared out among threads.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace tamis::detail {

/// Where part `part` of n things begins when they are cut evenly; n for part = parts.
inline std::int64_t even_cut(std::int64_t n, int part, int parts) noexcept {
    return n / parts * part + n % parts * part / parts;
}

/// Where the parts of a matrix begin; one more than there are parts.
class Cuts {
  public:
    explicit Cuts(int parts) : at_(static_cast<std::size_t>(parts) + 1) {}
    std::int64_t& operator[](int part) noexcept { return at_[static_cast<std::size_t>(part)]; }
    std::int64_t operator[](int part) const noexcept { return at_[static_cast<std::size_t>(part)]; }

  private:
    std::vector<std::int64_t> at_;
};

/// Cuts the rows into parts of about equally many entries.
template <class I>
Cuts balanced_cuts(std::span<const I> offsets, int parts) {
    const std::int64_t rows = std::ssize(offsets) - 1;
    Cuts cuts(parts);
    for (int part = 1; part < parts; ++part) {
        const auto target = static_cast<I>(even_cut(offsets.back(), part, parts));
        const std::int64_t row = std::lower_bound(offsets.begin(), offsets.end(), target) - offsets.begin();
        cuts[part] = std::min(row, rows);
    }
    cuts[parts] = rows;
    return cuts;
}

}  // namespace tamis::detail
