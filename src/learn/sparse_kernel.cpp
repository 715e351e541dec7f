#include "learn/sparse_kernel.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <exception>

#include "core/parallel.hpp"

namespace tamis::learn::detail {

std::vector<std::int64_t> sorted_by_key(const std::vector<std::int64_t>& keys, std::int64_t count,
                                        std::vector<std::int64_t>& starts) {
    starts.assign(static_cast<std::size_t>(count) + 1, 0);
    for (const std::int64_t key : keys) ++starts[static_cast<std::size_t>(key) + 1];
    for (std::size_t k = 1; k < starts.size(); ++k) starts[k] += starts[k - 1];
    std::vector<std::int64_t> next(starts.begin(), starts.end() - 1);
    std::vector<std::int64_t> sorted(keys.size());
    for (std::size_t i = 0; i < keys.size(); ++i)
        sorted[static_cast<std::size_t>(next[static_cast<std::size_t>(keys[i])]++)] = static_cast<std::int64_t>(i);
    return sorted;
}

template <class T>
CellGrid<T>::CellGrid(MatrixView<const T> X, const std::vector<double>& reach) {
    const std::int64_t n = X.rows();
    for (std::int64_t d = 0; d < X.cols() && n > 0; ++d) {
        double low = static_cast<double>(X(0, d));
        double high = low;
        for (std::int64_t i = 1; i < n; ++i) {
            low = std::min(low, static_cast<double>(X(i, d)));
            high = std::max(high, static_cast<double>(X(i, d)));
        }
        // A little wider than needed, so that rounding moves no point two cells on.
        const double width = std::max(1.001 * reach[static_cast<std::size_t>(d)], (high - low) * 1e-6);
        const double cells = width > 0 ? std::floor((high - low) / width) : 1;
        if (cells >= 2) axes_.push_back({d, static_cast<std::int64_t>(cells), low, cells / (high - low)});
    }
    std::stable_sort(axes_.begin(), axes_.end(), [](const Axis& a, const Axis& b) { return a.cells > b.cells; });
    if (axes_.size() > 3) axes_.resize(3);
    // No more cells than a few a point: the longest axes get wider cells.
    const double most = 4 * static_cast<double>(n) + 64;
    const auto product = [this] {
        double cells = 1;
        for (const Axis& axis : axes_) cells *= static_cast<double>(axis.cells);
        return cells;
    };
    while (product() > most) {
        auto longest =
            std::max_element(axes_.begin(), axes_.end(), [](const Axis& a, const Axis& b) { return a.cells < b.cells; });
        longest->per_width /= static_cast<double>(longest->cells);
        longest->cells = std::max<std::int64_t>(1, longest->cells * 3 / 4);
        longest->per_width *= static_cast<double>(longest->cells);
    }
    std::vector<std::int64_t> keys(static_cast<std::size_t>(n));
    for (std::int64_t i = 0; i < n; ++i) keys[static_cast<std::size_t>(i)] = framed_cell(X, i);
    points_ = sorted_by_key(keys, framed_cells(), starts_);
}

template <class T>
std::int64_t CellGrid<T>::framed_cells() const noexcept {
    std::int64_t cells = 1;
    for (const Axis& axis : axes_) cells *= axis.cells + 2;
    return cells;
}

template <class T>
std::int64_t CellGrid<T>::framed_cell(MatrixView<const T> X, std::int64_t i) const {
    std::int64_t key = 0;
    for (const Axis& axis : axes_) {
        const double along = (static_cast<double>(X(i, axis.feature)) - axis.origin) * axis.per_width;
        // The last point lies on the far side of the last cell; others outside lie in the frame.
        const double far = static_cast<double>(axis.cells);
        const double cell = along == far ? far - 1 : std::clamp(std::floor(along), -1.0, far);
        key = key * (axis.cells + 2) + static_cast<std::int64_t>(cell) + 1;
    }
    return key;
}

template <class T>
void CellGrid<T>::near(std::int64_t framed_cell, std::vector<std::int64_t>& points) const {
    points.clear();
    // The cells around, axis by axis from the last.
    std::vector<std::int64_t> cells{0};
    std::vector<std::int64_t> further;
    std::int64_t stride = 1;
    for (std::size_t a = axes_.size(); a-- > 0;) {
        const std::int64_t length = axes_[a].cells + 2;
        const std::int64_t at = framed_cell % length;
        framed_cell /= length;
        further.clear();
        for (std::int64_t c = std::max<std::int64_t>(0, at - 1); c <= std::min(length - 1, at + 1); ++c)
            for (const std::int64_t cell : cells) further.push_back(cell + c * stride);
        cells.swap(further);
        stride *= length;
    }
    for (const std::int64_t cell : cells) {
        const auto c = static_cast<std::size_t>(cell);
        points.insert(points.end(), points_.begin() + starts_[c], points_.begin() + starts_[c + 1]);
    }
    std::sort(points.begin(), points.end());
}

namespace {

/// What a thread finds: the entries of its rows one after another, and where each row begins.
template <class T>
struct FoundRows {
    typename KernelEvaluator<T>::Scratch scratch;
    std::vector<std::int64_t> candidates;
    KernelPoints<T> gathered;
    std::vector<std::int64_t> rows, starts;
    std::vector<std::int64_t> indices;
    std::vector<T> values;
};

template <class T>
void find_row(const KernelEvaluator<T>& evaluator, const KernelPoints<T>& queries, std::int64_t query, bool one_set,
              FoundRows<T>& found) {
    found.rows.push_back(query);
    found.starts.push_back(static_cast<std::int64_t>(found.indices.size()));
    KernelTile tile;
    tile.one_set = one_set;
    tile.row_names = found.candidates.data();
    tile.col_name = one_set ? query : -1;
    tile.col_begin = query;
    tile.cols = 1;
    const std::int64_t count = found.gathered.count;
    for (tile.row_begin = 0; tile.row_begin < count; tile.row_begin += KernelTile::max_rows) {
        tile.rows = std::min(KernelTile::max_rows, count - tile.row_begin);
        const T* const values = evaluator.values(found.gathered, queries, tile, found.scratch);
        for (std::int64_t i = 0; i < tile.rows; ++i) {
            const std::int64_t name = tile.row_names[tile.row_begin + i];
            if (values[i] == T(0) && name != tile.col_name) continue;
            found.indices.push_back(name);
            found.values.push_back(values[i]);
        }
    }
}

}  // namespace

template <class T>
std::optional<Csr<T, std::int64_t>> sparse_kernel_matrix(const KernelEvaluator<T>& evaluator, const CellGrid<T>& grid,
                                                         MatrixView<const T> Q, const KernelPoints<T>& queries,
                                                         const KernelPoints<T>& points, bool one_set, std::int64_t most) {
    const std::int64_t m = Q.rows();
    std::vector<std::int64_t> keys(static_cast<std::size_t>(m));
    for (std::int64_t i = 0; i < m; ++i) keys[static_cast<std::size_t>(i)] = grid.framed_cell(Q, i);
    std::vector<std::int64_t> starts;
    const std::vector<std::int64_t> order = sorted_by_key(keys, grid.framed_cells(), starts);
    const std::int64_t cells = grid.framed_cells();

    const int threads = tamis::detail::threads_for(m * 64 * (evaluator.features() + 16));
    std::vector<FoundRows<T>> found(static_cast<std::size_t>(threads));
    for (FoundRows<T>& part : found) part.scratch = evaluator.scratch();
    std::atomic<std::int64_t> entries{0};
    std::atomic<bool> stop{false};
    std::exception_ptr failure;
#pragma omp parallel for schedule(dynamic, 16) num_threads(threads) if (threads > 1)
    for (std::int64_t cell = 0; cell < cells; ++cell) {
        const std::int64_t first = starts[static_cast<std::size_t>(cell)];
        const std::int64_t last = starts[static_cast<std::size_t>(cell) + 1];
        if (first == last || stop.load(std::memory_order_relaxed)) continue;
        try {
            FoundRows<T>& part = found[static_cast<std::size_t>(tamis::detail::thread_index())];
            grid.near(cell, part.candidates);
            evaluator.gather(points, part.candidates.data(), static_cast<std::int64_t>(part.candidates.size()),
                             part.gathered);
            const std::size_t before = part.indices.size();
            for (std::int64_t k = first; k < last; ++k)
                find_row(evaluator, queries, order[static_cast<std::size_t>(k)], one_set, part);
            if (entries += static_cast<std::int64_t>(part.indices.size() - before); entries > most) stop = true;
        } catch (...) {
            // Memory that is not there: nothing may leave the parallel region, so that it is thrown again behind it.
#pragma omp critical(tamis_sparse_kernel)
            failure = std::current_exception();
            stop = true;
        }
    }
    if (failure) std::rethrow_exception(failure);
    if (entries > most) return std::nullopt;

    Array<std::int64_t> offsets(m + 1);
    for (const FoundRows<T>& part : found) {
        for (std::size_t r = 0; r < part.rows.size(); ++r) {
            const auto end = r + 1 < part.rows.size() ? part.starts[r + 1] : static_cast<std::int64_t>(part.indices.size());
            offsets[part.rows[r] + 1] = end - part.starts[r];
        }
    }
    for (std::int64_t i = 0; i < m; ++i) offsets[i + 1] += offsets[i];
    Array<std::int64_t> indices(entries, uninitialized);
    Array<T> values(entries, uninitialized);
    for (FoundRows<T>& part : found) {
        for (std::size_t r = 0; r < part.rows.size(); ++r) {
            const std::int64_t to = offsets[part.rows[r]];
            const std::int64_t count = offsets[part.rows[r] + 1] - to;
            std::copy_n(part.indices.begin() + part.starts[r], count, indices.data() + to);
            std::copy_n(part.values.begin() + part.starts[r], count, values.data() + to);
        }
        part = FoundRows<T>();
    }
    return Csr<T, std::int64_t>(unchecked, m, points.count, std::move(offsets), std::move(indices), std::move(values));
}

#define TAMIS_INSTANTIATE(T)                                                                                         \
    template class CellGrid<T>;                                                                                      \
    template std::optional<Csr<T, std::int64_t>> sparse_kernel_matrix(const KernelEvaluator<T>&, const CellGrid<T>&, \
                                                                      MatrixView<const T>, const KernelPoints<T>&,   \
                                                                      const KernelPoints<T>&, bool, std::int64_t);
TAMIS_INSTANTIATE(float)
TAMIS_INSTANTIATE(double)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::learn::detail
