// Private: the entries of a file, parsed and checked, in one piece a block.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include <tamis/core/array.hpp>

#include "sparse/matrix_market/head.hpp"

namespace tamis::detail::matrix_market {

/// What one block of text held: 0-based indices (coordinate files only) and values (not those of patterns).
template <class V, class I>
struct Piece {
    std::int64_t count = 0;
    std::int64_t off_diagonal = 0;  ///< entries that have a mirror image; counted for half-stored coordinate files
    std::int64_t lines = 0;
    Array<I> rows;
    Array<I> cols;
    Array<V> values;
    /// Lines without an entry: {entries before them, how many}.
    std::vector<std::pair<std::uint32_t, std::uint32_t>> skipped;
};

/// Reads everything after the head. Throws the first error of the text, by its line; on return there are exactly as many
/// entries as the head promised, and each lies inside. Takes memory in proportion to the text that was really read. V is the
/// real type for files without imaginary parts. IndexOverflow where I cannot count the entries.
template <class V, class I>
std::vector<Piece<V, I>> parse_entries(BlockReader& reader, Head& head);

/// The physical line of entry k (0-based, in file order).
template <class V, class I>
std::int64_t line_of_entry(const Head& head, const std::vector<Piece<V, I>>& pieces, std::int64_t k);

}  // namespace tamis::detail::matrix_market
