// Private: a heap of numbered vertices for Dijkstra's algorithm. D. B. Johnson, "Priority queues with update and finding
// minimum spanning trees", Inf. Process. Lett. 4 (1975): heaps of d children a vertex, here four, whose keys lie in one
// cache line.
#pragma once

#include <algorithm>
#include <cstdint>

#include <tamis/core/array.hpp>

namespace tamis::detail {

/// Vertices 0 … n − 1 by increasing key; each at most once, and its key may decrease.
template <class R, class I>
class VertexHeap {
  public:
    explicit VertexHeap(std::int64_t n) : items_(n, uninitialized), place_(n, uninitialized) {
        std::fill(place_.begin(), place_.end(), absent);
    }
    [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
    /// The least key.
    [[nodiscard]] R least() const noexcept { return items_[0].key; }
    /// Inserts v, or decreases its key.
    void put(I v, R key) noexcept {
        std::int64_t hole = place_[v];
        if (hole < 0) hole = size_++;
        while (hole > 0) {
            const std::int64_t above = (hole - 1) / arity;
            if (!(key < items_[above].key)) break;
            set(hole, items_[above]);
            hole = above;
        }
        set(hole, {key, v});
    }
    /// Takes out the vertex of the least key.
    I pop() noexcept {
        const I top = items_[0].vertex;
        place_[top] = absent;
        const Item last = items_[--size_];
        if (size_ == 0) return top;
        std::int64_t hole = 0;
        for (;;) {
            const std::int64_t first = arity * hole + 1;
            if (first >= size_) break;
            const std::int64_t end = std::min(first + arity, size_);
            std::int64_t least = first;
            for (std::int64_t c = first + 1; c < end; ++c)
                if (items_[c].key < items_[least].key) least = c;
            if (!(items_[least].key < last.key)) break;
            set(hole, items_[least]);
            hole = least;
        }
        set(hole, last);
        return top;
    }

    /// Takes out all; O(their number).
    void clear() noexcept {
        while (size_ > 0) place_[items_[--size_].vertex] = absent;
    }

  private:
    struct Item {
        R key;
        I vertex;
    };
    static constexpr std::int64_t arity = 4;
    static constexpr I absent = -1;

    void set(std::int64_t at, const Item& item) noexcept {
        items_[at] = item;
        place_[item.vertex] = static_cast<I>(at);
    }

    Array<Item> items_;
    Array<I> place_;
    std::int64_t size_ = 0;
};

}  // namespace tamis::detail
