// Triplets to Csr by a stable counting sort over the rows: the entries of a row keep the order of the file, so a file sorted
// by rows or by columns, half-stored or not, comes out sorted; only the rows of other files are sorted afterwards.
#include <algorithm>
#include <limits>
#include <memory>

#include <tamis/core/error.hpp>

#include "core/parallel.hpp"
#include "instantiate.hpp"
#include "sparse/matrix_market/assemble.hpp"

namespace tamis::detail::matrix_market {

namespace {

/// Contiguous ranges of pieces with about the same number of entries.
template <class V, class I>
std::vector<std::size_t> split(const std::vector<Piece<V, I>>& pieces, std::int64_t total, int parts) {
    std::vector<std::size_t> bounds(static_cast<std::size_t>(parts) + 1, pieces.size());
    bounds[0] = 0;
    std::int64_t seen = 0;
    int part = 1;
    for (std::size_t k = 0; k < pieces.size() && part < parts; ++k) {
        seen += pieces[k].count;
        while (part < parts && seen >= total / parts * part) bounds[static_cast<std::size_t>(part++)] = k + 1;
    }
    return bounds;
}

template <class V, class I>
void count_rows(const Piece<V, I>& piece, bool half, I* counts) {
    for (std::int64_t k = 0; k < piece.count; ++k) {
        ++counts[piece.rows[k]];
        if (half && piece.rows[k] != piece.cols[k]) ++counts[piece.cols[k]];
    }
}

/// Moves the entries of a piece to where `next` says their rows continue.
template <class T, class I, class V>
void scatter(const Piece<V, I>& piece, MatrixMarketSymmetry symmetry, I* next, I* indices, T* values) {
    const bool half = is_half(symmetry);
    const bool pattern = piece.values.empty();
    for (std::int64_t k = 0; k < piece.count; ++k) {
        const I i = piece.rows[k];
        const I j = piece.cols[k];
        const T value = pattern ? T(1) : T(piece.values[k]);
        const I to = next[i]++;
        indices[to] = j;
        values[to] = value;
        if (half && i != j) {
            const I mirror = next[j]++;
            indices[mirror] = i;
            values[mirror] = mirrored(value, symmetry);
        }
    }
}

/// Sorts one row by column, equal ones in file order, and sums those; returns the length that is left.
template <class T, class I>
class RowSorter {
  public:
    I sort(I* indices, T* values, I length) {
        items_.clear();
        for (I k = 0; k < length; ++k) items_.push_back({indices[k], k});
        std::sort(items_.begin(), items_.end(),
                  [](const Item& a, const Item& b) { return a.col != b.col ? a.col < b.col : a.position < b.position; });
        copy_.assign(values, values + length);
        I kept = 0;
        for (const Item& item : items_) {
            const T value = copy_[static_cast<std::size_t>(item.position)];
            if (kept > 0 && indices[kept - 1] == item.col) {
                values[kept - 1] += value;
            } else {
                indices[kept] = item.col;
                values[kept++] = value;
            }
        }
        return kept;
    }

  private:
    struct Item {
        I col;
        I position;
    };
    std::vector<Item> items_;
    std::vector<T> copy_;
};

template <class I>
bool strictly_increasing(const I* indices, I length) {
    for (I k = 1; k < length; ++k)
        if (indices[k] <= indices[k - 1]) return false;
    return true;
}

/// Makes the rows canonical. `next` holds where each row ends, and afterwards where its kept entries end.
template <class T, class I>
bool sort_rows(std::int64_t rows, const Array<I>& offsets, Array<I>& indices, Array<T>& values, I* ends) {
    std::vector<RowSorter<T, I>> sorters(static_cast<std::size_t>(threads_for(indices.size())));
    bool shorter = false;
    std::exception_ptr failure;
#pragma omp parallel for schedule(dynamic, 4096) num_threads(static_cast <int>(sorters.size())) reduction(|| : shorter)
    for (std::int64_t r = 0; r < rows; ++r) {
        const I begin = offsets[r];
        const I length = offsets[r + 1] - begin;
        ends[r] = offsets[r + 1];
        if (strictly_increasing(indices.data() + begin, length)) continue;
        try {
            auto& sorter = sorters[static_cast<std::size_t>(thread_index())];
            ends[r] = begin + sorter.sort(indices.data() + begin, values.data() + begin, length);
        } catch (...) {
#pragma omp critical(tamis_matrix_market_sort)
            failure = std::current_exception();
        }
        shorter = shorter || ends[r] != offsets[r + 1];
    }
    if (failure) std::rethrow_exception(failure);
    return shorter;
}

/// Closes the gaps behind rows that became shorter.
template <class T, class I>
void compact(std::int64_t rows, Array<I>& offsets, Array<I>& indices, Array<T>& values, const I* ends) {
    I kept = 0;
    for (std::int64_t r = 0; r < rows; ++r) {
        const I begin = offsets[r];
        offsets[r] = kept;
        for (I k = begin; k < ends[r]; ++k, ++kept) {
            indices[kept] = indices[k];
            values[kept] = values[k];
        }
    }
    offsets[rows] = kept;
    indices = Array<I>(indices.span().first(static_cast<std::size_t>(kept)));
    values = Array<T>(values.span().first(static_cast<std::size_t>(kept)));
}

}  // namespace

template <class T, class I, class V>
Csr<T, I> assemble_csr(const Head& head, std::vector<Piece<V, I>> pieces, const std::string& name) {
    const auto& info = head.info;
    const std::int64_t rows = info.rows;
    const bool half = is_half(info.symmetry);
    std::int64_t total = 0;
    for (const auto& piece : pieces) total += piece.count + (half ? piece.off_diagonal : 0);
    if (total > std::numeric_limits<I>::max())
        throw IndexOverflow("read_matrix_market: '" + name + "' has " + std::to_string(total) +
                            " entries, both triangles counted, more than int32 can count; read it with int64 indices");
    // Each thread counts rows for itself, so more threads than entries in a row would cost more than they bring.
    const auto useful = std::max<std::int64_t>(1, total / std::max<std::int64_t>(1, rows));
    const int parts = static_cast<int>(std::min<std::int64_t>(threads_for(total), useful));
    const auto bounds = split(pieces, total, parts);
    Array<I> next(parts * rows);
    Array<I> offsets(rows + 1, uninitialized);
    Array<I> indices(total, uninitialized);
    Array<T> values(total, uninitialized);
#pragma omp parallel for schedule(static, 1) num_threads(parts) if (parts > 1)
    for (int part = 0; part < parts; ++part)
        for (auto k = bounds[static_cast<std::size_t>(part)]; k < bounds[static_cast<std::size_t>(part) + 1]; ++k)
            count_rows(pieces[k], half, next.data() + part * rows);
    I sum = 0;
    for (std::int64_t r = 0; r < rows; ++r) {
        offsets[r] = sum;
        for (int part = 0; part < parts; ++part) {
            const I count = next[part * rows + r];
            next[part * rows + r] = sum;
            sum += count;
        }
    }
    offsets[rows] = sum;
#pragma omp parallel for schedule(static, 1) num_threads(parts) if (parts > 1)
    for (int part = 0; part < parts; ++part)
        for (auto k = bounds[static_cast<std::size_t>(part)]; k < bounds[static_cast<std::size_t>(part) + 1]; ++k) {
            scatter(pieces[k], info.symmetry, next.data() + part * rows, indices.data(), values.data());
            pieces[k] = {};
        }
    if (sort_rows(rows, offsets, indices, values, next.data())) compact(rows, offsets, indices, values, next.data());
    return Csr<T, I>(unchecked, rows, info.cols, std::move(offsets), std::move(indices), std::move(values));
}

#define TAMIS_INSTANTIATE(T, I) \
    template Csr<T, I> assemble_csr<T, I, T>(const Head&, std::vector<Piece<T, I>>, const std::string&);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE
#define TAMIS_INSTANTIATE_WIDER(R, I)                                                                           \
    template Csr<std::complex<R>, I> assemble_csr<std::complex<R>, I, R>(const Head&, std::vector<Piece<R, I>>, \
                                                                         const std::string&);
TAMIS_INSTANTIATE_WIDER(float, std::int32_t)
TAMIS_INSTANTIATE_WIDER(double, std::int32_t)
TAMIS_INSTANTIATE_WIDER(float, std::int64_t)
TAMIS_INSTANTIATE_WIDER(double, std::int64_t)
#undef TAMIS_INSTANTIATE_WIDER

}  // namespace tamis::detail::matrix_market
