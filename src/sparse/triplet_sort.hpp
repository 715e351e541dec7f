// Private: triplets to compressed rows (or columns): a stable radix sort by row, then column, whose most significant digit
// comes first and cuts the triplets into buckets of neighbouring rows that fit the cache; within a bucket the digits of the
// column follow from the least significant one, and a counting sort by row ends in the result (D. E. Knuth, "The Art of
// Computer Programming 3: Sorting and Searching", 2nd ed., 5.2.5; the two levels: O. Polychroniou and K. A. Ross, "A
// comprehensive study of main-memory partitioning and its application to large-scale comparison- and radix-sort", SIGMOD
// 2014, 755-766). Every step is stable and each thread knows its places before it writes, so that entries of one place stay
// in the order added and the result does not depend on the number of threads.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <new>
#include <span>
#include <utility>
#include <vector>

#include <tamis/core/array.hpp>
#include <tamis/sparse/convert.hpp>

#include "core/parallel.hpp"
#include "sparse/compressed.hpp"
#include "sparse/partition.hpp"
#include "sparse/parts.hpp"

namespace tamis::detail {

/// A bucket with the copy that it is sorted through stays in a core's cache.
inline constexpr std::int64_t bucket_bytes = 1 << 18;

/// Buckets are written side by side: more of them would cost more than smaller ones save.
inline constexpr std::int64_t most_buckets = 1024;

inline constexpr int most_digit_bits = 11;

/// Sorts entries {row, col, value} by row and column (column and row for Major::cols), all of which lie inside. The value
/// may be anything that a triplet is to carry along. For one call of compress or order.
template <Major major, class Entry>
class TripletSort {
  public:
    using I = decltype(Entry::row);
    using T = decltype(Entry::value);
    /// Compressed rows.
    struct Arrays {
        Array<I> offsets;
        Array<I> indices;
        Array<T> values;
    };

    TripletSort(std::int64_t rows, std::int64_t cols, std::span<const Entry> entries)
        : rows_(major == Major::rows ? rows : cols),
          cols_(major == Major::rows ? cols : rows),
          entries_(std::ssize(entries)),
          entry_(entries.data()),
          parts_(threads_for(entries_ / 2)) {
        const std::int64_t wanted =
            std::clamp<std::int64_t>(entries_ * static_cast<std::int64_t>(sizeof(Entry)) / bucket_bytes, 1, most_buckets);
        while (rows_ > 0 && ((rows_ - 1) >> shift_) >= wanted) ++shift_;
        buckets_ = rows_ > 0 ? ((rows_ - 1) >> shift_) + 1 : 0;
    }

    /// Entries of one place are summed in the order given.
    Arrays compress() {
        allocate();
        switch (copy_in_order()) {
            case Order::canonical: break;
            case Order::by_rows: make_canonical(offsets_, indices_, values_); break;
            case Order::none:
                sort([this](std::int64_t b) { return sum_repeated(b); });
                close_gaps();
                break;
        }
        return {std::move(offsets_), std::move(indices_), std::move(values_)};
    }

    /// Entries of one place stay beside each other in the order given.
    Arrays order() {
        allocate();
        if (copy_in_order() != Order::canonical) sort([this](std::int64_t b) { return starts_[b + 1] - starts_[b]; });
        return {std::move(offsets_), std::move(indices_), std::move(values_)};
    }

  private:
    static I row_of(const Entry& e) noexcept { return major == Major::rows ? e.row : e.col; }
    static I col_of(const Entry& e) noexcept { return major == Major::rows ? e.col : e.row; }
    [[nodiscard]] std::int64_t bucket_of(const Entry& e) const noexcept {
        return static_cast<std::int64_t>(row_of(e)) >> shift_;
    }
    [[nodiscard]] std::int64_t first_row_of(std::int64_t bucket) const noexcept { return std::min(rows_, bucket << shift_); }
    /// The counts of a part, on cache lines of its own.
    [[nodiscard]] std::int64_t* counts_of(int part) noexcept { return counts_.data() + part * (buckets_ + 8); }

    enum class Order { none, by_rows, canonical };

    void allocate() {
        offsets_ = Array<I>(rows_ + 1, uninitialized);
        offsets_[0] = 0;
        indices_ = Array<I>(entries_, uninitialized);
        values_ = Array<T>(entries_, uninitialized);
    }

    /// Triplets that come row by row are simply copied; at the first that does not, the attempt ends.
    Order copy_in_order() {
        // Where a part begins behind the end of the one before, they write offsets of different rows.
        for (int part = 1; part < parts_; ++part)
            if (last_row_of(part - 1) > last_row_of(part)) return Order::none;
        std::vector<Order> orders(static_cast<std::size_t>(parts_));
        for_each_part(parts_, [&](int part) { orders[static_cast<std::size_t>(part)] = copy_in_order(part); });
        const std::int64_t begun = entries_ > 0 ? row_of(entry_[entries_ - 1]) + std::int64_t{1} : 0;
        std::fill(offsets_.begin() + begun, offsets_.end(), static_cast<I>(entries_));
        return *std::ranges::min_element(orders);
    }

    /// The row of the last entry of a part; there are entries in each, if there are several parts.
    [[nodiscard]] std::int64_t last_row_of(int part) const noexcept {
        return row_of(entry_[even_cut(entries_, part + 1, parts_) - 1]);
    }

    Order copy_in_order(int part) noexcept {
        const std::int64_t first = even_cut(entries_, part, parts_);
        const std::int64_t last = even_cut(entries_, part + 1, parts_);
        const std::int64_t last_row = last > first ? last_row_of(part) : -1;
        // The entry before; none has row or column −1.
        std::int64_t row = first > 0 ? row_of(entry_[first - 1]) : -1;
        I col = first > 0 ? col_of(entry_[first - 1]) : I(-1);
        bool canonical = true;
        I* const index = indices_.data();
        T* const value = values_.data();
        for (std::int64_t k = first; k < last; ++k) {
            const Entry& e = entry_[k];
            if (row_of(e) != row) {
                if (row_of(e) < row || row_of(e) > last_row) return Order::none;
                while (row < row_of(e)) offsets_[++row] = static_cast<I>(k);
            } else {
                canonical &= col_of(e) > col;
            }
            index[k] = col = col_of(e);
            value[k] = e.value;
        }
        return canonical ? Order::canonical : Order::by_rows;
    }

    /// finish(b) sees bucket b in order and returns how many entries it keeps.
    template <class Finish>
    void sort(const Finish& finish) {
        count_buckets();
        Array<Entry> sorted(entries_, uninitialized);
        scatter(sorted);
        sort_buckets(sorted, finish);
    }

    /// The entries of each bucket, by parts of the triplets.
    void count_buckets() {
        counts_ = Array<std::int64_t>(parts_ * (buckets_ + 8));
        for_each_part(parts_, [&](int part) {
            const std::int64_t last = even_cut(entries_, part + 1, parts_);
            std::int64_t* const count = counts_of(part);
            for (std::int64_t k = even_cut(entries_, part, parts_); k < last; ++k) ++count[bucket_of(entry_[k])];
        });
    }

    /// Copies the triplets bucket by bucket, in the order added.
    void scatter(Array<Entry>& sorted) {
        starts_ = Array<std::int64_t>(buckets_ + 1, uninitialized);
        std::int64_t sum = 0;
        for (std::int64_t b = 0; b < buckets_; ++b) {
            starts_[b] = sum;
            for (int part = 0; part < parts_; ++part) sum += std::exchange(counts_of(part)[b], sum);
        }
        starts_[buckets_] = sum;
        for_each_part(parts_, [&](int part) {
            const std::int64_t last = even_cut(entries_, part + 1, parts_);
            std::int64_t* const next = counts_of(part);
            Entry* const to = sorted.data();
            for (std::int64_t k = even_cut(entries_, part, parts_); k < last; ++k)
                to[next[bucket_of(entry_[k])]++] = entry_[k];
        });
    }

    template <class Finish>
    void sort_buckets(Array<Entry>& sorted, const Finish& finish) {
        kept_ = Array<std::int64_t>(buckets_);
        struct alignas(64) Worker {
            Array<Entry> scratch;
            bool failed = false;
        };
        std::vector<Worker> workers(static_cast<std::size_t>(parts_));
        for_each_chunk(buckets_, 1, parts_, [&](std::int64_t b, std::int64_t, int thread) {
            Worker& worker = workers[static_cast<std::size_t>(thread)];
            const std::int64_t n = starts_[b + 1] - starts_[b];
            try {
                if (worker.scratch.size() < n) worker.scratch = Array<Entry>(n, uninitialized);
            } catch (const std::bad_alloc&) {
                worker.failed = true;
                return;
            }
            place(b, sort_by_columns(sorted.data() + starts_[b], worker.scratch.data(), n));
            kept_[b] = finish(b);
        });
        if (std::ranges::any_of(workers, &Worker::failed)) throw std::bad_alloc();
    }

    /// Stable; the n entries end in one of the two places, which is returned.
    const Entry* sort_by_columns(Entry* from, Entry* to, std::int64_t n) const noexcept {
        const int bits = cols_ > 1 ? static_cast<int>(std::bit_width(static_cast<std::uint64_t>(cols_ - 1))) : 0;
        const int wide = std::clamp(static_cast<int>(std::bit_width(static_cast<std::uint64_t>(n))), 4, most_digit_bits);
        const int passes = (bits + wide - 1) / wide;
        const int digit = passes > 0 ? (bits + passes - 1) / passes : 0;
        const auto mask = (std::int64_t{1} << digit) - 1;
        std::array<std::int64_t, (1 << most_digit_bits)> next;
        for (int pass = 0; pass < passes && n > 1; ++pass) {
            const auto digit_of = [mask, low = pass * digit](const Entry& e) {
                return static_cast<std::size_t>((static_cast<std::int64_t>(col_of(e)) >> low) & mask);
            };
            std::fill_n(next.begin(), mask + 1, 0);
            for (std::int64_t k = 0; k < n; ++k) ++next[digit_of(from[k])];
            if (next[digit_of(from[0])] == n) continue;  // they share this digit
            std::int64_t sum = 0;
            for (std::int64_t d = 0; d <= mask; ++d) sum += std::exchange(next[static_cast<std::size_t>(d)], sum);
            for (std::int64_t k = 0; k < n; ++k) to[next[digit_of(from[k])]++] = from[k];
            std::swap(from, to);
        }
        return from;
    }

    /// The counting sort by row; `from` are the entries of the bucket in the order of their columns.
    void place(std::int64_t b, const Entry* from) noexcept {
        const std::int64_t n = starts_[b + 1] - starts_[b];
        // next[i] is where the next entry of row i goes; in the end it is where row i + 1 begins.
        I* const next = offsets_.data() + 1;
        std::fill(next + first_row_of(b), next + first_row_of(b + 1), I(0));
        for (std::int64_t k = 0; k < n; ++k) ++next[row_of(from[k])];
        I sum = static_cast<I>(starts_[b]);
        for (std::int64_t i = first_row_of(b); i < first_row_of(b + 1); ++i) {
            const I count = std::exchange(next[i], sum);
            sum = static_cast<I>(sum + count);
        }
        I* const index = indices_.data();
        T* const value = values_.data();
        for (std::int64_t k = 0; k < n; ++k) {
            const std::int64_t to = next[row_of(from[k])]++;
            index[to] = col_of(from[k]);
            value[to] = from[k].value;
        }
    }

    /// Sums the entries of one place, in their order, and closes the gaps within the bucket; returns how many remain.
    std::int64_t sum_repeated(std::int64_t b) noexcept {
        const std::int64_t start = starts_[b];
        const std::int64_t end = starts_[b + 1];
        I* const index = indices_.data();
        T* const value = values_.data();
        bool suspect = false;  // ends of rows may look repeated
        for (std::int64_t k = start + 1; k < end; ++k) suspect |= index[k] == index[k - 1];
        if (!suspect) return end - start;
        std::int64_t to = start;
        std::int64_t from = start;
        for (std::int64_t i = first_row_of(b); i < first_row_of(b + 1); ++i) {
            const std::int64_t row = to;
            for (; from < offsets_[i + 1]; ++from) {
                if (to > row && index[to - 1] == index[from]) {
                    value[to - 1] += value[from];
                } else {
                    index[to] = index[from];
                    value[to++] = value[from];
                }
            }
            offsets_[i + 1] = static_cast<I>(to);
        }
        return to - start;
    }

    /// Closes the gaps between the buckets; where most of the memory would stay unused, into new arrays.
    void close_gaps() {
        std::int64_t nnz = 0;
        for (std::int64_t& kept : kept_) nnz += std::exchange(kept, nnz);  // now where the bucket goes
        if (nnz == entries_) return;
        const auto end_of = [&](std::int64_t b) { return b + 1 < buckets_ ? kept_[b + 1] : nnz; };
        const auto move = [&](std::int64_t b, Array<I>& indices, Array<T>& values) {
            const std::int64_t n = end_of(b) - kept_[b];
            std::copy_n(indices_.begin() + starts_[b], n, indices.begin() + kept_[b]);
            std::copy_n(values_.begin() + starts_[b], n, values.begin() + kept_[b]);
            const std::int64_t down = starts_[b] - kept_[b];
            for (std::int64_t i = first_row_of(b); i < first_row_of(b + 1); ++i)
                offsets_[i + 1] = static_cast<I>(offsets_[i + 1] - down);
        };
        if (nnz < entries_ / 2) {
            Array<I> indices(nnz, uninitialized);
            Array<T> values(nnz, uninitialized);
            for_each_chunk(buckets_, 1, parts_, [&](std::int64_t b, std::int64_t, int) { move(b, indices, values); });
            indices_ = std::move(indices);
            values_ = std::move(values);
        } else {
            for (std::int64_t b = 0; b < buckets_; ++b) move(b, indices_, values_);
            indices_.shrink(nnz);
            values_.shrink(nnz);
        }
    }

    std::int64_t rows_;
    std::int64_t cols_;
    std::int64_t entries_;
    const Entry* entry_;
    int parts_;
    int shift_ = 0;  // row i lies in bucket i >> shift
    std::int64_t buckets_ = 0;
    Array<std::int64_t> counts_;
    Array<std::int64_t> starts_;  // of the buckets among the triplets
    Array<std::int64_t> kept_;    // entries of each bucket after sums
    Array<I> offsets_;
    Array<I> indices_;
    Array<T> values_;
};

}  // namespace tamis::detail
