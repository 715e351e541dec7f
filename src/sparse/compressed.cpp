#include "sparse/compressed.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "core/parallel.hpp"
#include "instantiate.hpp"

namespace tamis::detail {

namespace {

/// Rows up to this length are sorted by insertion, in place.
constexpr std::int64_t short_row = 24;

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

/// Scratch of one thread: the entries of one long row, with their places so that equal indices keep their order.
template <class T, class I>
class RowSorter {
  public:
    explicit RowSorter(std::int64_t longest) { entries_.reserve(static_cast<std::size_t>(longest)); }

    void sort(I* index, T* value, std::int64_t n) noexcept {
        if (n <= short_row) return sort_by_insertion(index, value, n);
        entries_.clear();  // its capacity is the longest row: nothing is allocated here
        for (std::int64_t k = 0; k < n; ++k) entries_.push_back({index[k], static_cast<I>(k), value[k]});
        std::sort(entries_.begin(), entries_.end(),
                  [](const Entry& a, const Entry& b) { return a.index != b.index ? a.index < b.index : a.place < b.place; });
        for (std::int64_t k = 0; k < n; ++k) {
            const Entry& e = entries_[static_cast<std::size_t>(k)];
            index[k] = e.index;
            value[k] = e.value;
        }
    }

  private:
    struct Entry {
        I index;
        I place;
        T value;
    };
    std::vector<Entry> entries_;
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
    const std::int64_t entries = indices.size();
    const int team = threads_for(entries / 2);

    std::int64_t longest = 0;  // of the rows that need scratch
    std::int64_t faulty = 0;   // rows that are not canonical
#pragma omp parallel for num_threads(team) schedule(static) reduction(max : longest) reduction(+ : faulty)
    for (std::int64_t i = 0; i < rows; ++i) {
        const std::int64_t first = offsets[i];
        const std::int64_t n = offsets[i + 1] - first;
        const Order order = order_of(indices.data() + first, n);
        faulty += order != Order::canonical;
        if (order == Order::unsorted && n > short_row) longest = std::max(longest, n);
    }
    if (faulty == 0) return;

    std::vector<RowSorter<T, I>> sorters;
    sorters.reserve(static_cast<std::size_t>(team));
    for (int t = 0; t < team; ++t) sorters.emplace_back(longest);

    std::int64_t removed = 0;
#pragma omp parallel for num_threads(team) schedule(dynamic, 1024) reduction(+ : removed)
    for (std::int64_t i = 0; i < rows; ++i) {
        const std::int64_t first = offsets[i];
        const std::int64_t n = offsets[i + 1] - first;
        I* const index = indices.data() + first;
        T* const value = values.data() + first;
        const Order order = order_of(index, n);
        if (order == Order::canonical) continue;
        if (order == Order::unsorted) sorters[static_cast<std::size_t>(thread_index())].sort(index, value, n);
        const std::int64_t remain = sum_repeated(index, value, n);
        if (remain < n) index[remain] = end_of_row<I>;
        removed += n - remain;
    }
    if (removed == 0) return;

    const std::int64_t nnz = close_gaps(offsets, indices, values);
    shrink(indices, nnz);
    shrink(values, nnz);
}

#define TAMIS_CANONICAL(T, I) template void make_canonical<T, I>(Array<I>&, Array<I>&, Array<T>&);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_CANONICAL)

}  // namespace tamis::detail
