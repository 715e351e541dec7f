// Private: which unknowns determine which, in the sense of classical multigrid.
#pragma once

#include <cstdint>
#include <span>

#include <tamis/core/array.hpp>
#include <tamis/sparse/csr.hpp>

namespace tamis::detail {

/// Bits of an edge from i to j.
inline constexpr std::uint8_t depends_on = 1;  ///< i depends strongly on j
inline constexpr std::uint8_t needed_by = 2;   ///< j depends strongly on i

/// The graph whose edges are strong in at least one direction. Refers to A where A is Hermitian: then with weak edges too,
/// whose bits are 0.
template <class I>
struct StrongGraph {
    std::span<const I> offsets;
    std::span<const I> neighbours;    ///< sorted
    Array<std::uint8_t> of_entry;     ///< for each entry of A: its bits; depends_on alone where the graph is not A's
    Array<std::uint8_t> own_kinds{};  ///< what the spans show, and the bits, where that is not A
    Array<I> own_offsets{};
    Array<I> own_neighbours{};
    [[nodiscard]] std::int64_t count() const noexcept { return std::ssize(offsets) - 1; }
    [[nodiscard]] const std::uint8_t* kinds() const noexcept {
        return own_offsets.empty() ? of_entry.data() : own_kinds.data();
    }
};

/// i depends strongly on j where −a_ij ≥ θ max_k(−a_ik) > 0, signs being relative to that of a_ii; for complex A, |a_ij|
/// stands for −a_ij. A row with |Σ_j a_ij| > max_row_sum |a_ii| depends on nothing: the smoother alone is enough there. (For
/// complex A the sum is that of |a_ii| and all −|a_ij|.) The diagonal has no zeros. Threaded; for a Hermitian A with a
/// positive diagonal without a transpose.
///
/// J. W. Ruge, K. Stüben, Algebraic multigrid, in: Multigrid Methods (S. McCormick, ed.), SIAM 1987, (5.1).
template <class T, class I>
StrongGraph<I> strong_graph(CsrView<T, I> A, bool hermitian, double theta, double max_row_sum);

}  // namespace tamis::detail
