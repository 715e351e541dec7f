// Galerkin products where a node is one unknown: F. G. Gustavson, ACM TOMS 4(3), 1978, twice, without a pass that counts. No
// loop asks whether an entry is the first in its column, which the processor could not foresee.
#include <algorithm>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include <tamis/core/error.hpp>

#include "instantiate.hpp"
#include "iterative/amg/galerkin.hpp"
#include "iterative/amg/out_of_memory.hpp"
#include "iterative/amg/slabs.hpp"
#include "sparse/column_sort.hpp"
#include "sparse/parts.hpp"
#include "sparse/product.hpp"

namespace tamis::detail {

namespace {

template <class T, class I>
struct Entry {
    T value;
    I column;
};

/// A matrix whose rows are combined: P, or A P as it is found.
template <class T, class I>
struct CompressedRows {
    const I* offsets;
    const I* indices;
    const T* values;
    [[nodiscard]] std::int64_t length(I i) const noexcept { return offsets[i + 1] - offsets[i]; }
    void prefetch(I) const noexcept {}
    template <class F>
    void for_each(I i, F&& f) const noexcept {
        const std::int64_t stop = offsets[i + 1];
        for (std::int64_t k = offsets[i]; k < stop; ++k) f(indices[k], values[k]);
    }
};
template <class T, class I>
struct UnsortedRows {
    const Entry<T, I>* const* rows;
    const I* lengths;
    [[nodiscard]] std::int64_t length(I i) const noexcept { return lengths[i]; }
    void prefetch(I i) const noexcept { __builtin_prefetch(rows[i]); }
    template <class F>
    void for_each(I i, F&& f) const noexcept {
        const Entry<T, I>* stop = rows[i] + lengths[i];
        for (const Entry<T, I>* entry = rows[i]; entry < stop; ++entry) f(entry->column, entry->value);
    }
};

/// sum ← Σ factors[k] rows[indices[k]], unsorted; returns how many entries that has. There must be room for one more, and
/// place says for each column base + where it is in the sum, or less than base.
template <class T, class I, class Rows>
[[gnu::noinline]] I combine_rows(const I* indices, const T* factors, std::int64_t n, const Rows rows, I* __restrict place,
                                 I base, Entry<T, I>* __restrict sum) noexcept {
    constexpr int sign = 8 * sizeof(I) - 1;
    constexpr std::int64_t ahead = 4;
    I count = 0;
    sum[0].value = T(0);
    for (std::int64_t k = 0; k < n; ++k) {
        if (k + ahead < n) rows.prefetch(indices[k + ahead]);
        const T factor = factors[k];
        rows.for_each(indices[k], [&](I column, const T& value) {
            // Written so that it becomes no jump: compilers make one of a choice.
            const I known = static_cast<I>(place[column] - base);
            const I absent = static_cast<I>(known >> sign);  // all bits, or none
            const I at = static_cast<I>((known & ~absent) | (count & absent));
            place[column] = static_cast<I>(base + at);
            sum[at].column = column;
            sum[at].value += times(factor, value);
            count = static_cast<I>(count - absent);
            sum[count].value = T(0);
        });
    }
    return count;
}

/// Where columns are in rows.
template <class I>
class Places {
  public:
    explicit Places(std::int64_t columns) : place_(columns, uninitialized) { forget(); }
    template <class T, class Rows>
    I combine(const I* indices, const T* factors, std::int64_t n, const Rows& rows, std::int64_t most,
              Entry<T, I>* sum) noexcept {
        if (most > std::numeric_limits<I>::max() - base_) forget();
        const I count = detail::combine_rows(indices, factors, n, rows, place_.data(), base_, sum);
        base_ = static_cast<I>(base_ + count);
        return count;
    }

  private:
    void forget() noexcept {
        std::fill(place_.begin(), place_.end(), I(-1));
        base_ = 0;
    }
    Array<I> place_;
    I base_ = 0;
};

template <class T, class I>
class ScalarGalerkin {
  public:
    ScalarGalerkin(const Csr<T, I>& R, const Csr<T, I>& A, const Csr<T, I>& P)
        : R_(R),
          A_(A),
          P_(P),
          rows_(A.rows(), uninitialized),
          lengths_(A.rows(), uninitialized) {
        threads_.reserve(static_cast<std::size_t>(threads_for(A.nnz())));
        for (int t = 0; t < threads_for(A.nnz()); ++t) threads_.emplace_back(P.cols());
    }

    Csr<T, I> compute() {
        multiply_right();
        multiply_left();
        return assemble();
    }

  private:
    static constexpr std::int64_t right_chunk = 4096;
    static constexpr std::int64_t left_chunk = 512;

    struct Thread {
        explicit Thread(std::int64_t coarse) : places(coarse) {}
        Places<I> places;
        Slabs<Entry<T, I>> right;
        Slabs<Entry<T, I>> unsorted;
        Slabs<I> columns;
        Slabs<T> values;
    };
    struct Piece {  // rows of the result
        const I* columns;
        const T* values;
        std::int64_t count;
    };

    /// f(begin, end, memory of the thread) for chunks of n rows.
    template <class F>
    void for_each(std::int64_t n, std::int64_t chunk, F&& f) {
        OutOfMemory out_of_memory;
        for_each_chunk(n, chunk, static_cast<int>(threads_.size()), [&](std::int64_t begin, std::int64_t end, int thread) {
            out_of_memory.guard([&] { f(begin, end, threads_[static_cast<std::size_t>(thread)]); });
        });
        out_of_memory.rethrow();
    }

    /// All rows of A P, unsorted.
    void multiply_right() {
        const I* offsets = A_.row_offsets().data();
        const I* indices = A_.col_indices().data();
        const T* values = A_.values().data();
        const CompressedRows<T, I> P{P_.row_offsets().data(), P_.col_indices().data(), P_.values().data()};
        for_each(A_.rows(), right_chunk, [&](std::int64_t begin, std::int64_t end, Thread& thread) {
            for (std::int64_t i = begin; i < end; ++i) {
                std::int64_t most = 1;
                for (std::int64_t k = offsets[i]; k < offsets[i + 1]; ++k) most += P.length(indices[k]);
                Entry<T, I>* row = thread.right.room(most);
                const std::int64_t first = offsets[i];
                rows_[i] = row;
                lengths_[i] = thread.places.combine(indices + first, values + first, offsets[i + 1] - first, P, most, row);
                thread.right.keep(lengths_[i]);
            }
        });
    }

    /// R times them, sorted.
    void multiply_left() {
        const std::int64_t n = R_.rows();
        const I* offsets = R_.row_offsets().data();
        const I* indices = R_.col_indices().data();
        const T* values = R_.values().data();
        const UnsortedRows<T, I> AP{rows_.data(), lengths_.data()};
        counts_ = Array<I>(n, uninitialized);
        pieces_ = Array<Piece>((n + left_chunk - 1) / left_chunk);
        for_each(n, left_chunk, [&](std::int64_t begin, std::int64_t end, Thread& thread) {
            // Pieces lie at one place each, so that room is asked for once.
            std::int64_t room = 0;
            for (std::int64_t k = offsets[begin]; k < offsets[end]; ++k) room += AP.length(indices[k]);
            I* columns = thread.columns.room(room);
            T* sums = thread.values.room(room);
            std::int64_t written = 0;
            for (std::int64_t J = begin; J < end; ++J) {
                std::int64_t most = 1;
                for (std::int64_t k = offsets[J]; k < offsets[J + 1]; ++k) most += AP.length(indices[k]);
                Entry<T, I>* row = thread.unsorted.room(most);
                const std::int64_t first = offsets[J];
                counts_[J] = thread.places.combine(indices + first, values + first, offsets[J + 1] - first, AP, most, row);
                sort(row, counts_[J], columns + written, sums + written);
                written += counts_[J];
            }
            thread.columns.keep(written);
            thread.values.keep(written);
            pieces_[begin / left_chunk] = {columns, sums, written};
        });
    }
    static void sort(Entry<T, I>* entries, std::int64_t count, I* columns, T* values) {
        if (count > ranked_columns<I>) {
            std::sort(entries, entries + count,
                      [](const Entry<T, I>& a, const Entry<T, I>& b) { return a.column < b.column; });
            for (std::int64_t q = 0; q < count; ++q) {
                columns[q] = entries[q].column;
                values[q] = entries[q].value;
            }
            return;
        }
        I found[ranked_columns<I>];
        T sums[ranked_columns<I>];
        for (std::int64_t q = 0; q < count; ++q) {
            found[q] = entries[q].column;
            sums[q] = entries[q].value;
        }
        sort_by_rank(found, sums, count, columns, values);
    }

    Csr<T, I> assemble() const {
        const std::int64_t n = R_.rows();
        Array<I> offsets(n + 1, uninitialized);
        offsets[0] = 0;
        std::int64_t total = 0;
        for (std::int64_t i = 0; i < n; ++i) {
            total += counts_[i];
            if (total > static_cast<std::int64_t>(std::numeric_limits<I>::max()))
                throw IndexOverflow("Amg: a coarse matrix has more entries than its index type counts; use std::int64_t");
            offsets[i + 1] = static_cast<I>(total);
        }
        Array<I> columns(total, uninitialized);
        Array<T> values(total, uninitialized);
        for_each_row(pieces_.size(), total, [&](std::int64_t c) {
            const Piece& piece = pieces_[c];
            std::copy_n(piece.columns, piece.count, columns.data() + offsets[c * left_chunk]);
            std::copy_n(piece.values, piece.count, values.data() + offsets[c * left_chunk]);
        });
        return {unchecked, n, n, std::move(offsets), std::move(columns), std::move(values)};
    }

    const Csr<T, I>& R_;
    const Csr<T, I>& A_;
    const Csr<T, I>& P_;
    Array<const Entry<T, I>*> rows_;  // of A P
    Array<I> lengths_;
    Array<I> counts_;  // of the result's rows
    Array<Piece> pieces_;
    std::vector<Thread> threads_;
};

}  // namespace

template <class T, class I>
Csr<T, I> scalar_galerkin_product(const Csr<T, I>& R, const Csr<T, I>& A, const Csr<T, I>& P) {
    return ScalarGalerkin<T, I>(R, A, P).compute();
}

#define TAMIS_INSTANTIATE(T, I) \
    template Csr<T, I> scalar_galerkin_product(const Csr<T, I>&, const Csr<T, I>&, const Csr<T, I>&);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
