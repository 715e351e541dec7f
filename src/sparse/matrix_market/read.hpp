// Private: the readers behind the public ones, with the size of the blocks as a parameter (tests make it small).
#pragma once

#include <cstddef>

#include <tamis/sparse/coo.hpp>
#include <tamis/sparse/csr.hpp>

#include "sparse/matrix_market/blocks.hpp"
#include "sparse/matrix_market/source.hpp"

namespace tamis::detail::matrix_market {

/// For readers of the head alone.
inline constexpr std::size_t head_block_bytes = std::size_t{1} << 14;

template <class T, class I>
Csr<T, I> read_csr(NamedSource source, std::size_t block_bytes);
template <class T, class I>
Coo<T, I> read_coo(NamedSource source, std::size_t block_bytes);

}  // namespace tamis::detail::matrix_market
