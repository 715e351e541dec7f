// Private: the assignment problem on a sparse pattern: every row gets a column of its own at the least total cost.
#pragma once

#include <cstdint>
#include <vector>

#include <tamis/core/array.hpp>

#include "sparse/graph/vertex_heap.hpp"
#include "sparse/pattern.hpp"

namespace tamis::detail {

/// min Σ_i c(i, j(i)) by shortest augmenting paths. I. S. Duff, J. Koster, "On algorithms for permuting large entries to the
/// diagonal of a sparse matrix", SIAM J. Matrix Anal. Appl. 22 (2001), section 4, with the roles of rows and columns
/// exchanged: dual variables u, v with c̄_ij = c_ij − u_i − v_j ≥ 0, and = 0 where matched; lsp is the length of the shortest
/// path to the row that is scanned, lsap that of the shortest augmenting path seen, d_j those to columns. The searches are
/// Dijkstra's, end at lsap, and keep columns at distance lsp out of the heap.
///
/// A matching of all rows must exist. Columns that stay free have v_j = 0, all others v_j ≤ 0 unless rows = cols.
template <class I>
class Assignment {
  public:
    /// `costs`, one an entry of P, finite; both must outlive the object.
    Assignment(PatternView<I> P, const double* costs);

    void run();
    [[nodiscard]] const Array<double>& u() const noexcept { return u_; }
    [[nodiscard]] const Array<double>& v() const noexcept { return v_; }
    /// The matched entry of row i, a position in P.indices.
    [[nodiscard]] I entry(std::int64_t i) const noexcept { return entry_of_row_[i]; }

  private:
    static constexpr I none = -1;

    [[nodiscard]] double reduced(std::int64_t i, I k) const noexcept {
        // Rounding may leave a little less than 0 of a matched entry.
        const double c = costs_[k] - u_[i] - v_[P_.indices[k]];
        return c > 0 ? c : 0;
    }
    void match(std::int64_t i, I k) noexcept {
        entry_of_row_[i] = k;
        row_of_col_[P_.indices[k]] = static_cast<I>(i);
    }
    /// Dual variables such that every row, and for square patterns every column, has an entry with c̄_ij = 0.
    void initial_duals();
    /// Matches rows over such entries, also by moving one matched row to another of its entries.
    void match_tight_entries();
    bool match_by_moving_one(std::int64_t i);
    void augment_from(std::int64_t i0);

    PatternView<I> P_;
    const double* costs_;
    Array<double> u_, v_;
    Array<I> entry_of_row_;
    Array<I> row_of_col_;
    Array<double> d_;
    Array<I> reached_by_;             ///< the entry over which the search has come to a column
    Array<I> reached_from_;           ///< and its row
    Array<std::int64_t> reached_at_;  ///< the search that has reached the column last
    Array<std::int64_t> settled_at_;  ///< and that knows its distance
    std::vector<I> settled_;          ///< columns, in this search
    std::vector<I> at_lsp_;           ///< columns at distance lsp that are not scanned yet
    VertexHeap<double, I> heap_;
    std::int64_t search_ = 0;
};

}  // namespace tamis::detail
