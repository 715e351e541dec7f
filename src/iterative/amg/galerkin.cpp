#include "iterative/amg/galerkin.hpp"

#include <algorithm>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include <tamis/core/error.hpp>

#include "instantiate.hpp"
#include "iterative/amg/out_of_memory.hpp"
#include "sparse/partition.hpp"
#include "sparse/parts.hpp"
#include "sparse/product.hpp"

namespace tamis::detail {

namespace {

/// y ← y + a x over a block: of W numbers, or, for W = 0, of `width`.
template <int W, class T>
inline void add_block(const T& a, const T* x, T* y, std::int64_t width) noexcept {
    if constexpr (W > 0) {
        for (int c = 0; c < W; ++c) y[c] += times(a, x[c]);
    } else {
        for (std::int64_t c = 0; c < width; ++c) y[c] += times(a, x[c]);
    }
}

/// Numbers that are appended without a look at the room for each: `reserve` makes it for a whole row.
template <class E>
class Pile {
  public:
    void reserve(std::int64_t more) {
        if (size_ + more <= room_.size()) return;
        Array<E> larger(std::max(2 * room_.size(), size_ + more), uninitialized);
        std::copy(room_.data(), room_.data() + size_, larger.data());
        room_ = std::move(larger);
    }
    [[nodiscard]] E* data() noexcept { return room_.data(); }
    [[nodiscard]] const E* data() const noexcept { return room_.data(); }
    [[nodiscard]] std::int64_t size() const noexcept { return size_; }
    void resize(std::int64_t size) noexcept { size_ = size; }
    [[nodiscard]] Array<E> copy() const {
        return Array<E>(std::span<const E>(room_.data(), static_cast<std::size_t>(size_)));
    }

  private:
    Array<E> room_;
    std::int64_t size_ = 0;
};

template <int W, class T, class I>
class GalerkinProduct {
  public:
    GalerkinProduct(const Csr<T, I>& R, const Csr<T, I>& A, const Csr<T, I>& P, const Nodes<I>& coarse)
        : R_(R),
          A_(A),
          P_(P),
          coarse_(coarse),
          threads_(threads_for(A.nnz())),
          chunks_(static_cast<std::size_t>((A.rows() + chunk - 1) / chunk)),
          first_(A.rows() + std::ssize(chunks_), uninitialized) {
        node_of_ = Array<I>(P.cols(), uninitialized);
        for (std::int64_t J = 0; J < coarse.count(); ++J)
            std::fill(node_of_.data() + coarse.first[J], node_of_.data() + coarse.first[J + 1], static_cast<I>(J));
        for (int t = 0; t < threads_; ++t) {
            Array<I>& place = places_.emplace_back(coarse.count(), uninitialized);
            std::fill(place.begin(), place.end(), I(-1));
        }
    }

    Csr<T, I> compute() {
        multiply_right();
        return multiply_left();
    }

  private:
    static constexpr std::int64_t chunk = 4096;
    static constexpr std::int64_t ahead = 4;

    /// Rows of A P: a list of nodes each and their blocks, one after another. Row r of the chunk has the nodes from
    /// first_[r + number of the chunk + chunk's first row] on.
    struct Chunk {
        Array<I> nodes;
        Array<T> values;
        Array<std::int64_t> first_value;  // of each node, where widths differ
    };
    struct Tile {
        I node;
        I at;
    };
    struct Sums {
        Pile<I> nodes;
        Pile<T> values;
        Pile<std::int64_t> first_value;
    };

    [[nodiscard]] I node_of(I column) const noexcept { return node_of_[column]; }
    [[nodiscard]] std::int64_t width(I node) const noexcept {
        if constexpr (W > 0) return W;
        else return coarse_.first[node + 1] - coarse_.first[node];
    }

    /// All rows of A P.
    void multiply_right() {
        std::vector<Sums> sums(static_cast<std::size_t>(threads_));
        OutOfMemory out_of_memory;
        for_each_chunk(A_.rows(), chunk, threads_, [&](std::int64_t begin, std::int64_t end, int thread) {
            const auto t = static_cast<std::size_t>(thread);
            out_of_memory.guard([&] { right_rows(begin, end, places_[t], sums[t]); });
        });
        out_of_memory.rethrow();
    }
    void right_rows(std::int64_t begin, std::int64_t end, Array<I>& place, Sums& sums) {
        const I* offsets = A_.row_offsets().data();
        const I* indices = A_.col_indices().data();
        const T* values = A_.values().data();
        const I* p_offsets = P_.row_offsets().data();
        const I* p_indices = P_.col_indices().data();
        const T* p_values = P_.values().data();
        const std::int64_t number = begin / chunk;
        sums.nodes.resize(0);
        sums.values.resize(0);
        sums.first_value.resize(0);
        for (std::int64_t i = begin; i < end; ++i) {
            std::int64_t most = 0;
            for (std::int64_t k = offsets[i]; k < offsets[i + 1]; ++k)
                most += p_offsets[indices[k] + 1] - p_offsets[indices[k]];
            sums.nodes.reserve(most);
            sums.values.reserve(most);
            if constexpr (W == 0) sums.first_value.reserve(most);
            const std::int64_t row = sums.nodes.size();
            const std::int64_t row_values = sums.values.size();
            first_[i + number] = row;
            I* nodes = sums.nodes.data() + row;
            T* blocks = sums.values.data() + row_values;
            std::int64_t count = 0;
            std::int64_t used = 0;
            for (std::int64_t k = offsets[i]; k < offsets[i + 1]; ++k) {
                const std::int64_t j = indices[k];
                const T a = values[k];
                const std::int64_t stop = p_offsets[j + 1];
                for (std::int64_t p = p_offsets[j]; p < stop;) {
                    const I node = node_of(p_indices[p]);
                    const std::int64_t w = width(node);
                    I at = place[node];
                    if (at < 0) {
                        at = static_cast<I>(used);
                        place[node] = at;
                        if constexpr (W == 0) sums.first_value.data()[row + count] = row_values + used;
                        nodes[count++] = node;
                        std::fill(blocks + used, blocks + used + w, T(0));
                        used += w;
                    }
                    add_block<W>(a, p_values + p, blocks + at, w);
                    p += w;
                }
            }
            for (std::int64_t q = 0; q < count; ++q) place[nodes[q]] = -1;
            sums.nodes.resize(row + count);
            sums.values.resize(row_values + used);
            if constexpr (W == 0) sums.first_value.resize(row + count);
        }
        first_[end + number] = sums.nodes.size();
        chunks_[static_cast<std::size_t>(number)] = {sums.nodes.copy(), sums.values.copy(), sums.first_value.copy()};
    }

    /// R times them: the rows of a coarse node at once, which have the same entries.
    Csr<T, I> multiply_left() {
        const std::int64_t n = R_.rows();
        const int parts = static_cast<int>(std::clamp<std::int64_t>(coarse_.count(), 1, threads_));
        std::vector<Pile<I>> columns(static_cast<std::size_t>(parts));
        std::vector<Pile<T>> values(static_cast<std::size_t>(parts));
        Array<std::int64_t> lengths(n, uninitialized);
        Array<I> work(coarse_.count() + 1, uninitialized);  // entries of R before each coarse node
        for (std::int64_t J = 0; J <= coarse_.count(); ++J)
            work[J] = R_.row_offsets()[static_cast<std::size_t>(coarse_.first[J])];
        const Cuts cuts = balanced_cuts(std::span<const I>(work.span()), parts);
        OutOfMemory out_of_memory;
        for_each_part(parts, [&](int part) {
            const auto p = static_cast<std::size_t>(part);
            out_of_memory.guard(
                [&] { left_rows(cuts[part], cuts[part + 1], places_[p], columns[p], values[p], lengths.data()); });
        });
        out_of_memory.rethrow();

        Array<I> offsets(n + 1, uninitialized);
        std::int64_t total = 0;
        for (std::int64_t i = 0; i < n; ++i) {
            offsets[i] = static_cast<I>(total);
            total += lengths[i];
            if (total > static_cast<std::int64_t>(std::numeric_limits<I>::max()))
                throw IndexOverflow("Amg: a coarse matrix has more entries than its index type counts; use std::int64_t");
        }
        offsets[n] = static_cast<I>(total);
        Array<I> all_columns(total, uninitialized);
        Array<T> all_values(total, uninitialized);
        for_each_part(parts, [&](int part) {
            const auto p = static_cast<std::size_t>(part);
            const std::int64_t at = offsets[coarse_.first[cuts[part]]];
            std::copy(columns[p].data(), columns[p].data() + columns[p].size(), all_columns.data() + at);
            std::copy(values[p].data(), values[p].data() + values[p].size(), all_values.data() + at);
        });
        return {unchecked, n, n, std::move(offsets), std::move(all_columns), std::move(all_values)};
    }
    /// A row of A P that is needed soon: it was written long ago.
    void prefetch_row(std::int64_t i) const noexcept {
        const Chunk& ap = chunks_[static_cast<std::size_t>(i / chunk)];
        const std::int64_t from = first_[i + i / chunk];
        __builtin_prefetch(ap.nodes.data() + from);
        if constexpr (W > 0) {
            __builtin_prefetch(ap.values.data() + W * from);
            __builtin_prefetch(ap.values.data() + W * from + 64 / sizeof(T));
        }
    }
    void left_rows(std::int64_t begin, std::int64_t end, Array<I>& place, Pile<I>& columns, Pile<T>& values,
                   std::int64_t* lengths) {
        const I* offsets = R_.row_offsets().data();
        const I* indices = R_.col_indices().data();
        const T* factors = R_.values().data();
        columns.reserve(A_.nnz() / threads_);  // seldom more; what is not needed is not touched
        values.reserve(A_.nnz() / threads_);
        Pile<I> found;  // nodes, in the order of their tiles
        Pile<T> tiles;  // rows × width each
        Array<Tile> sorted;
        for (std::int64_t J = begin; J < end; ++J) {
            const std::int64_t row = coarse_.first[J];
            const std::int64_t rows = W > 0 ? W : coarse_.first[J + 1] - row;
            if (rows == 0) continue;
            const std::int64_t first = offsets[row];
            const std::int64_t count = offsets[row + 1] - first;
            found.resize(0);
            tiles.resize(0);
            std::int64_t length = 0;
            for (std::int64_t k = 0; k < count; ++k) {
                if (k + ahead < count) prefetch_row(indices[first + k + ahead]);
                const std::int64_t i = indices[first + k];
                const std::int64_t number = i / chunk;
                const Chunk& ap = chunks_[static_cast<std::size_t>(number)];
                const std::int64_t from = first_[i + number];
                const std::int64_t to = first_[i + number + 1];
                if (from == to) continue;
                const T* block = ap.values.data() + (W > 0 ? W * from : ap.first_value[W > 0 ? 0 : from]);
                found.reserve(to - from);
                for (std::int64_t q = from; q < to; ++q) {
                    const I node = ap.nodes[q];
                    const std::int64_t w = width(node);
                    I at = place[node];
                    if (at < 0) {
                        at = static_cast<I>(tiles.size());
                        place[node] = at;
                        found.data()[found.size()] = node;
                        found.resize(found.size() + 1);
                        tiles.reserve(rows * w);
                        std::fill(tiles.data() + at, tiles.data() + at + rows * w, T(0));
                        tiles.resize(at + rows * w);
                        length += w;
                    }
                    T* tile = tiles.data() + at;
                    for (std::int64_t r = 0; r < rows; ++r)
                        add_block<W>(factors[first + r * count + k], block, tile + r * w, w);
                    block += w;
                }
            }
            if (sorted.size() < found.size()) sorted = Array<Tile>(2 * found.size(), uninitialized);
            for (std::int64_t q = 0; q < found.size(); ++q) {
                const I node = found.data()[q];
                sorted[q] = {node, place[node]};
                place[node] = -1;
            }
            std::sort(sorted.data(), sorted.data() + found.size(),
                      [](const Tile& a, const Tile& b) { return a.node < b.node; });
            columns.reserve(rows * length);
            values.reserve(rows * length);
            I* column = columns.data() + columns.size();
            T* value = values.data() + values.size();
            for (std::int64_t r = 0; r < rows; ++r) {
                lengths[row + r] = length;
                for (std::int64_t q = 0; q < found.size(); ++q) {
                    const auto [node, at] = sorted[q];
                    const std::int64_t w = width(node);
                    const T* tile = tiles.data() + at + r * w;
                    const I c = coarse_.first[node];
                    for (std::int64_t d = 0; d < w; ++d) {
                        *column++ = static_cast<I>(c + d);
                        *value++ = tile[d];
                    }
                }
            }
            columns.resize(columns.size() + rows * length);
            values.resize(values.size() + rows * length);
        }
    }

    const Csr<T, I>& R_;
    const Csr<T, I>& A_;
    const Csr<T, I>& P_;
    const Nodes<I>& coarse_;
    int threads_;
    std::vector<Chunk> chunks_;
    Array<std::int64_t> first_;
    Array<I> node_of_;
    std::vector<Array<I>> places_;  // where nodes are in the row at hand; −1: nowhere yet
};

}  // namespace

template <class T, class I>
Csr<T, I> galerkin_product(const Csr<T, I>& R, const Csr<T, I>& A, const Csr<T, I>& P, const Nodes<I>& coarse) {
    std::int64_t width = coarse.count() == 0 ? 0 : coarse.first[1] - coarse.first[0];
    for (std::int64_t J = 0; J < coarse.count(); ++J)
        if (coarse.first[J + 1] - coarse.first[J] != width) width = 0;
    if (width == 1) return scalar_galerkin_product(R, A, P);
    if (width == 6) return GalerkinProduct<6, T, I>(R, A, P, coarse).compute();
    return GalerkinProduct<0, T, I>(R, A, P, coarse).compute();
}

#define TAMIS_INSTANTIATE(T, I) \
    template Csr<T, I> galerkin_product(const Csr<T, I>&, const Csr<T, I>&, const Csr<T, I>&, const Nodes<I>&);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
