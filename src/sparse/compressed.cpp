#include "sparse/compressed.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "instantiate.hpp"
#include "sparse/parts.hpp"

namespace tamis::detail {

namespace {

/// Rows up to this length are sorted by insertion, in place.
constexpr std::int64_t short_row = 24;

/// Entries that a thread may hold in scratch (at most 2 MiB).
constexpr std::int64_t most_scratch = 1 << 16;

/// Rows that a thread takes at a time.
constexpr std::int64_t chunk = 1024;

/// Marks the end of a row whose duplicates have been summed, where it is shorter than its room. No index is negative.
template <class I>
inline constexpr I end_of_row = I(-1);

enum class Order { canonical, repeated, unsorted };

template <class I>
Order order_of(const I* index, std::int64_t n) noexcept {
    bool repeated = false;
    for (std::int64_t k = 1; k < n; ++k) {
        if (index[k] < index[k - 1]) return Order::unsorted;
        repeated |= index[k] == index[k - 1];
    }
    return repeated ? Order::repeated : Order::canonical;
}

/// Stable.
template <class T, class I>
void sort_by_insertion(I* index, T* value, std::int64_t n) noexcept {
    for (std::int64_t k = 1; k < n; ++k) {
        const I i = index[k];
        const T v = value[k];
        std::int64_t m = k;
        for (; m > 0 && index[m - 1] > i; --m) {
            index[m] = index[m - 1];
            value[m] = value[m - 1];
        }
        index[m] = i;
        value[m] = v;
    }
}

/// Sorts long rows with scratch of bounded size: pieces by their index and place, so that equal indices keep their order,
/// then stable merges. Where neither half of a merge fits the scratch, both are cut, their middle parts exchanged and the
/// merge goes on in two smaller ones (K. Dudziński and A. Dydek, "On a stable minimum storage merging algorithm", IPL 12
/// (1981) 5-8).
template <class T, class I>
class RowSorter {
  public:
    explicit RowSorter(std::int64_t capacity) : scratch_(capacity, uninitialized) {}

    void sort(I* index, T* value, std::int64_t n) noexcept {
        if (n <= short_row) return sort_by_insertion(index, value, n);
        const std::int64_t piece = scratch_.size();
        for (std::int64_t first = 0; first < n; first += piece)
            sort_piece(index + first, value + first, std::min(piece, n - first));
        for (std::int64_t width = piece; width < n; width *= 2)
            for (std::int64_t first = 0; first + width < n; first += 2 * width)
                merge(index, value, first, first + width, std::min(n, first + 2 * width));
    }

  private:
    struct Entry {
        I index;
        I place;
        T value;
    };

    void sort_piece(I* index, T* value, std::int64_t n) noexcept {
        Entry* const entry = scratch_.data();
        for (std::int64_t k = 0; k < n; ++k) entry[k] = {index[k], static_cast<I>(k), value[k]};
        std::sort(entry, entry + n,
                  [](const Entry& a, const Entry& b) { return a.index != b.index ? a.index < b.index : a.place < b.place; });
        for (std::int64_t k = 0; k < n; ++k) {
            index[k] = entry[k].index;
            value[k] = entry[k].value;
        }
    }

    /// Merges the sorted [first, middle) and [middle, last).
    void merge(I* index, T* value, std::int64_t first, std::int64_t middle, std::int64_t last) noexcept {
        while (first < middle && middle < last && index[middle - 1] > index[middle]) {
            if (middle - first <= scratch_.size()) return merge_forward(index, value, first, middle, last);
            // Cut the longer half in its middle, the other one where that index belongs.
            std::int64_t left;
            std::int64_t right;
            if (middle - first >= last - middle) {
                left = first + (middle - first) / 2;
                right = std::lower_bound(index + middle, index + last, index[left]) - index;
            } else {
                right = middle + (last - middle) / 2;
                left = std::upper_bound(index + first, index + middle, index[right]) - index;
            }
            std::rotate(index + left, index + middle, index + right);
            std::rotate(value + left, value + middle, value + right);
            const std::int64_t cut = left + (right - middle);
            merge(index, value, first, left, cut);
            first = cut;
            middle = right;
        }
    }

    /// The left half goes to scratch and is merged from there.
    void merge_forward(I* index, T* value, std::int64_t first, std::int64_t middle, std::int64_t last) noexcept {
        Entry* const left = scratch_.data();
        const std::int64_t n = middle - first;
        for (std::int64_t k = 0; k < n; ++k) left[k] = {index[first + k], I(0), value[first + k]};
        std::int64_t k = 0;
        for (std::int64_t to = first; k < n; ++to) {
            if (middle < last && index[middle] < left[k].index) {
                index[to] = index[middle];
                value[to] = value[middle++];
            } else {
                index[to] = left[k].index;
                value[to] = left[k++].value;
            }
        }
    }

    Array<Entry> scratch_;
};

/// Sums neighbours of equal index; returns how many remain.
template <class T, class I>
std::int64_t sum_repeated(I* index, T* value, std::int64_t n) noexcept {
    std::int64_t last = 0;
    for (std::int64_t k = 1; k < n; ++k) {
        if (index[k] == index[last]) {
            value[last] += value[k];
        } else {
            ++last;
            index[last] = index[k];
            value[last] = value[k];
        }
    }
    return last + 1;
}

/// Closes the gaps behind rows that end early.
template <class T, class I>
std::int64_t close_gaps(Array<I>& offsets, Array<I>& indices, Array<T>& values) noexcept {
    const std::int64_t rows = offsets.size() - 1;
    std::int64_t to = 0;
    std::int64_t from = offsets[0];
    for (std::int64_t i = 0; i < rows; ++i) {
        const std::int64_t room = offsets[i + 1];
        for (; from < room && indices[from] != end_of_row<I>; ++from, ++to) {
            indices[to] = indices[from];
            values[to] = values[from];
        }
        from = room;
        offsets[i + 1] = static_cast<I>(to);
    }
    return to;
}

/// Drops what lies behind the first n elements; where most of the memory would stay unused, also the memory.
template <class X>
void shrink(Array<X>& array, std::int64_t n) {
    const bool wasteful = n < array.size() / 2;
    array.shrink(n);
    if (wasteful) array = Array<X>(std::span<const X>(array.data(), static_cast<std::size_t>(n)));
}

}  // namespace

template <class T, class I>
void make_canonical(Array<I>& offsets, Array<I>& indices, Array<T>& values) {
    const std::int64_t rows = offsets.size() - 1;
    const int team = threads_for(indices.size() / 2);

    // What each thread finds and does; a cache line apart.
    struct alignas(64) Tally {
        std::int64_t longest = 0;  // of the rows that need scratch
        std::int64_t faulty = 0;   // rows that are not canonical
        std::int64_t removed = 0;
    };
    std::vector<Tally> tallies(static_cast<std::size_t>(team));
    for_each_chunk(rows, chunk, team, [&](std::int64_t begin, std::int64_t end, int thread) {
        Tally& tally = tallies[static_cast<std::size_t>(thread)];
        for (std::int64_t i = begin; i < end; ++i) {
            const std::int64_t n = offsets[i + 1] - offsets[i];
            const Order order = order_of(indices.data() + offsets[i], n);
            tally.faulty += order != Order::canonical;
            if (order == Order::unsorted && n > short_row) tally.longest = std::max(tally.longest, n);
        }
    });
    std::int64_t longest = 0;
    std::int64_t faulty = 0;
    for (const Tally& tally : tallies) {
        longest = std::max(longest, tally.longest);
        faulty += tally.faulty;
    }
    if (faulty == 0) return;

    std::vector<RowSorter<T, I>> sorters;
    sorters.reserve(static_cast<std::size_t>(team));
    for (int t = 0; t < team; ++t) sorters.emplace_back(std::min(longest, most_scratch));
    for_each_chunk(rows, chunk, team, [&](std::int64_t begin, std::int64_t end, int thread) {
        const auto t = static_cast<std::size_t>(thread);
        for (std::int64_t i = begin; i < end; ++i) {
            const std::int64_t n = offsets[i + 1] - offsets[i];
            I* const index = indices.data() + offsets[i];
            T* const value = values.data() + offsets[i];
            const Order order = order_of(index, n);
            if (order == Order::canonical) continue;
            if (order == Order::unsorted) sorters[t].sort(index, value, n);
            const std::int64_t remain = sum_repeated(index, value, n);
            if (remain < n) index[remain] = end_of_row<I>;
            tallies[t].removed += n - remain;
        }
    });
    std::int64_t removed = 0;
    for (const Tally& tally : tallies) removed += tally.removed;
    if (removed == 0) return;

    const std::int64_t nnz = close_gaps(offsets, indices, values);
    shrink(indices, nnz);
    shrink(values, nnz);
}

#define TAMIS_CANONICAL(T, I) template void make_canonical<T, I>(Array<I>&, Array<I>&, Array<T>&);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_CANONICAL)

}  // namespace tamis::detail
