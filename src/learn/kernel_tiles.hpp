// Private: loops over the tiles of a matrix of kernel values, on threads.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "core/parallel.hpp"
#include "learn/kernel_evaluator.hpp"

namespace tamis::learn::detail {

/// Scalar operations that a kernel value is worth.
inline constexpr std::int64_t kernel_value_work = 16;

/// f(tile, scratch, block) for the tiles of an m×n matrix, or of the lower triangle of a square one; tiles on the diagonal
/// come whole. `block` counts blocks of columns from 0: one thread does a block, its tiles from top to bottom.
template <class T, class F>
void for_each_tile(const KernelEvaluator<T>& evaluator, std::int64_t m, std::int64_t n, bool lower, bool one_set,
                   const F& f) {
    const std::int64_t blocks = (n + KernelTile::max_cols - 1) / KernelTile::max_cols;
    [[maybe_unused]] const int threads =
        tamis::detail::threads_for(m * n / (lower ? 2 : 1) * (evaluator.features() + kernel_value_work));
    std::vector<typename KernelEvaluator<T>::Scratch> scratch;
    for (int t = 0; t < threads; ++t) scratch.push_back(evaluator.scratch());
#pragma omp parallel for schedule(dynamic) num_threads(threads) if (threads > 1)
    for (std::int64_t block = 0; block < blocks; ++block) {
        KernelTile tile;
        tile.one_set = one_set;
        tile.col_begin = block * KernelTile::max_cols;
        tile.cols = std::min(KernelTile::max_cols, n - tile.col_begin);
        for (tile.row_begin = lower ? tile.col_begin : 0; tile.row_begin < m; tile.row_begin += KernelTile::max_rows) {
            tile.rows = std::min(KernelTile::max_rows, m - tile.row_begin);
            f(tile, scratch[static_cast<std::size_t>(tamis::detail::thread_index())], block);
        }
    }
}

/// The lower triangle of k(x_i, x_j), column-major with leading dimension ld.
template <class T>
void lower_kernel_matrix(const KernelEvaluator<T>& evaluator, const KernelPoints<T>& X, T* K, std::int64_t ld) {
    for_each_tile(evaluator, X.count, X.count, true, true, [&](const KernelTile& tile, auto& scratch, std::int64_t) {
        const T* const values = evaluator.values(X, X, tile, scratch);
        for (std::int64_t j = 0; j < tile.cols; ++j) {
            const std::int64_t skipped = std::max<std::int64_t>(0, tile.col_begin + j - tile.row_begin);
            if (skipped < tile.rows)
                std::copy_n(values + j * tile.rows + skipped, tile.rows - skipped,
                            K + (tile.col_begin + j) * ld + tile.row_begin + skipped);
        }
    });
}

/// k(x_i, y_j) for the points y from `begin` on, `count` of them, column-major with leading dimension ld.
template <class T>
void cross_kernel_matrix(const KernelEvaluator<T>& evaluator, const KernelPoints<T>& X, const KernelPoints<T>& Y,
                         std::int64_t begin, std::int64_t count, T* K, std::int64_t ld) {
    for_each_tile(evaluator, X.count, count, false, false, [&](KernelTile tile, auto& scratch, std::int64_t) {
        const std::int64_t column = tile.col_begin;
        tile.col_begin += begin;
        const T* const values = evaluator.values(X, Y, tile, scratch);
        for (std::int64_t j = 0; j < tile.cols; ++j)
            std::copy_n(values + j * tile.rows, tile.rows, K + (column + j) * ld + tile.row_begin);
    });
}

/// gradient[p] = Σ_ij w_ij ∂k(x_i, x_j)/∂log θ_p over all pairs of one set, in a fixed order: weights(i, j, pair) is called
/// with pair = 2 below the diagonal, where it stands for (i, j) and (j, i), 1 on it, and not above. It returns what T holds.
template <class T, class Weights>
void symmetric_gradient(const KernelEvaluator<T>& evaluator, const KernelPoints<T>& X, double* gradient,
                        const Weights& weights) {
    const std::int64_t n = X.count;
    const std::int64_t p = evaluator.parameters();
    const std::int64_t blocks = (n + KernelTile::max_cols - 1) / KernelTile::max_cols;
    Array<double> parts(blocks * p);
    Array<T> tiles(tamis::threads() * KernelTile::entries, uninitialized);
    for_each_tile(evaluator, n, n, true, true, [&](const KernelTile& tile, auto& scratch, std::int64_t block) {
        T* const w = tiles.data() + tamis::detail::thread_index() * KernelTile::entries;
        for (std::int64_t j = 0; j < tile.cols; ++j) {
            for (std::int64_t i = 0; i < tile.rows; ++i) {
                const std::int64_t row = tile.row_begin + i;
                const std::int64_t col = tile.col_begin + j;
                w[j * tile.rows + i] = row < col ? T(0) : weights(row, col, row == col ? T(1) : T(2));
            }
        }
        evaluator.add_gradient(X, X, tile, w, parts.data() + block * p, scratch);
    });
    std::fill_n(gradient, p, 0.0);
    for (std::int64_t block = 0; block < blocks; ++block)
        for (std::int64_t q = 0; q < p; ++q) gradient[q] += parts[block * p + q];
}

}  // namespace tamis::learn::detail
