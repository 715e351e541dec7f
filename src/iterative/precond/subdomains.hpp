// Private: overlapping subdomains of a graph.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace tamis::detail {

/// The pattern of a square matrix by rows.
template <class I>
struct RowPattern {
    std::span<const I> offsets;
    std::span<const I> indices;
    [[nodiscard]] std::int64_t rows() const noexcept { return std::ssize(offsets) - 1; }
};

/// A subdomain: its vertices, ascending, and which of them are its own; each vertex is the own one of one subdomain.
template <class I>
struct Subdomain {
    std::vector<I> vertices;
    std::vector<char> own;
};

/// The graph of A + Aᵀ (given by both patterns) cut into parts of at most `size` vertices, each extended by `overlap` layers
/// of neighbours. Parts are halved along breadth-first layers from a vertex at the rim (A. George, J. W. H. Liu, ACM TOMS 5,
/// 1979). O(nnz · log(n / size)), and the vertices of the overlap.
template <class I>
std::vector<Subdomain<I>> overlapping_subdomains(const RowPattern<I>& A, const RowPattern<I>& transposed, std::int64_t size,
                                                 std::int64_t overlap);

}  // namespace tamis::detail
