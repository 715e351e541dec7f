// Private: the values of a compactly supported kernel as a sparse matrix.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <tamis/sparse/csr.hpp>

#include "learn/kernel_evaluator.hpp"

namespace tamis::learn::detail {

/// Points sorted into the cells of a grid over those features, up to three, that have the most cells. A cell is at least as
/// wide as `reach`: what is nearer than that lies in a cell or in those around it. Bentley, Stanat, Williams, Inf. Process.
/// Lett. 6 (1977).
template <class T>
class CellGrid {
  public:
    CellGrid(MatrixView<const T> X, const std::vector<double>& reach);

    /// Cells, with a frame of one around them, in which points outside lie.
    [[nodiscard]] std::int64_t framed_cells() const noexcept;
    [[nodiscard]] std::int64_t framed_cell(MatrixView<const T> X, std::int64_t i) const;
    /// The points in a cell and around it, ascending.
    void near(std::int64_t framed_cell, std::vector<std::int64_t>& points) const;

  private:
    struct Axis {
        std::int64_t feature;
        std::int64_t cells;
        double origin;
        double per_width;
    };
    std::vector<Axis> axes_;
    std::vector<std::int64_t> starts_;  // of each framed cell in points_
    std::vector<std::int64_t> points_;
};

/// Positions 0 … n − 1 by key, in order within a key (a counting sort); starts gets where each key begins.
std::vector<std::int64_t> sorted_by_key(const std::vector<std::int64_t>& keys, std::int64_t count,
                                        std::vector<std::int64_t>& starts);

/// k(q_i, x_j) for queries Q and points X, without what is 0; `one_set`: Q is X, and the diagonal is kept. Rows are found in
/// parallel. Nothing where there are more than `most` entries.
template <class T>
std::optional<Csr<T, std::int64_t>> sparse_kernel_matrix(const KernelEvaluator<T>& evaluator, const CellGrid<T>& grid,
                                                         MatrixView<const T> Q, const KernelPoints<T>& queries,
                                                         const KernelPoints<T>& points, bool one_set, std::int64_t most);

}  // namespace tamis::learn::detail
