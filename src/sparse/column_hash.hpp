// Private: the columns of one row in a hash table, each with its place in a list.
//
// Open addressing with linear probing in a table of a power of two that the number of products bounds: Y. Nagasaka,
// S. Matsuoka, A. Azad and A. Buluç, Parallel Computing 90, 2019. The hash multiplies by 2⁶⁴ over the golden ratio (D. E.
// Knuth, The Art of Computer Programming 3, 6.4).
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>

#include <tamis/core/array.hpp>

namespace tamis::detail {

template <class I>
class ColumnHash {
  public:
    /// For rows of at most so many columns.
    explicit ColumnHash(std::int64_t most)
        : columns_(most > 0 ? size_for(most) : 0, uninitialized),
          places_(columns_.size(), uninitialized) {}

    /// Empties the table, for a row of at most so many columns.
    void start(std::int64_t most) noexcept {
        const std::int64_t size = size_for(most);
        mask_ = static_cast<std::size_t>(size) - 1;
        shift_ = 64 - std::countr_zero(static_cast<std::uint64_t>(size));
        std::fill_n(columns_.data(), size, I(-1));
    }

    /// The place of a column; `fresh`, which it is given then, where it has none yet.
    I place(I column, I fresh) noexcept {
        I* const columns = columns_.data();
        std::size_t slot = first_slot(column);
        while (columns[slot] != column && columns[slot] != I(-1)) slot = (slot + 1) & mask_;
        // Written always: whether a column is new is what the processor cannot foresee.
        const I at = columns[slot] == column ? places_.data()[slot] : fresh;
        columns[slot] = column;
        places_.data()[slot] = at;
        return at;
    }

    /// Puts a column in; whether it is new.
    bool insert(I column) noexcept {
        I* const columns = columns_.data();
        std::size_t slot = first_slot(column);
        while (columns[slot] != column && columns[slot] != I(-1)) slot = (slot + 1) & mask_;
        const bool fresh = columns[slot] != column;
        columns[slot] = column;
        return fresh;
    }

    /// The place of a column that has one.
    [[nodiscard]] I known_place(I column) const noexcept {
        const I* const columns = columns_.data();
        std::size_t slot = first_slot(column);
        while (columns[slot] != column) slot = (slot + 1) & mask_;
        return places_.data()[slot];
    }

  private:
    /// A quarter to a half full at most: few probes go on.
    static std::int64_t size_for(std::int64_t most) noexcept {
        return static_cast<std::int64_t>(std::bit_ceil(static_cast<std::uint64_t>(std::max<std::int64_t>(2 * most, 16))));
    }
    [[nodiscard]] std::size_t first_slot(I column) const noexcept {
        return static_cast<std::size_t>((static_cast<std::uint64_t>(column) * 0x9e3779b97f4a7c15U) >> shift_);
    }

    Array<I> columns_;
    Array<I> places_;
    std::size_t mask_ = 0;
    int shift_ = 0;
};

}  // namespace tamis::detail
