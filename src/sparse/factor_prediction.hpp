// Private: what a sparse factorization will take, guessed from the pattern alone, without an ordering.
#pragma once

#include <cstdint>

#include "sparse/pattern.hpp"

namespace tamis::detail {

/// A guess, mostly within a factor of three of what `analyze` finds for grids of two and three dimensions, in the time of a
/// few products with A (an ordering takes a hundred times as long).
struct FactorPrediction {
    double nonzeros = 0;         ///< of L
    double flops = 0;            ///< of Cholesky, real arithmetic
    std::int64_t separator = 0;  ///< vertices that cut the largest component in two
    std::int64_t levels = 0;     ///< of a breadth-first search through it from end to end
    std::int64_t component = 0;  ///< vertices of it, without those that cause no fill
    /// Whether every vertex is a few steps from every other, as in random and power-law graphs.
    [[nodiscard]] bool is_expander() const noexcept;
};

/// Of the symmetric pattern P, or of P + Pᵀ where its transpose is given. Vertices with one neighbour are taken off until
/// there are none, since they cause no fill; those with very many are set aside, as AMD does. The middle level of a
/// breadth-first search from a vertex at the rim is a separator (A. George, J. W. H. Liu, An automatic nested dissection
/// algorithm for irregular finite element problems, SIAM J. Numer. Anal. 15, 1978). If s of n vertices are one, those of
/// parts of n/2ᵏ vertices are taken to have s/2^(kρ), ρ = log s / log n, and the squares and cubes of all add up to entries
/// and operations (R. J. Lipton, D. J. Rose, R. E. Tarjan, Generalized nested dissection, ibid. 16, 1979).
template <class I>
FactorPrediction predict_factor(PatternView<I> P, const PatternView<I>* transposed);

}  // namespace tamis::detail
