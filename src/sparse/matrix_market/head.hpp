// Private: the head of a Matrix Market file: banner, comments, size line.
#pragma once

#include <cstdint>
#include <string>

#include <tamis/sparse/matrix_market.hpp>

#include "sparse/matrix_market/blocks.hpp"

namespace tamis::detail::matrix_market {

struct Head {
    MatrixMarketInfo info;
    std::int64_t lines = 0;         ///< physical lines up to the size line, that one included
    std::int64_t field_column = 1;  ///< where the banner names the field
    std::int64_t rows_column = 1;   ///< where the size line has its first number
    Block rest;                     ///< the lines after the size line that have been read already
    bool has_rest = false;
};

/// Reads up to the size line. ParseError for everything that the format does not allow there.
Head read_head(BlockReader& reader);

/// The triangle that a file of this symmetry holds.
inline bool is_half(MatrixMarketSymmetry symmetry) noexcept {
    return symmetry != MatrixMarketSymmetry::general;
}

}  // namespace tamis::detail::matrix_market
