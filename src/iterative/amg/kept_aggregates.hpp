// Private: aggregates as they are kept for new values on the same pattern.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <utility>

#include <tamis/core/array.hpp>

#include "iterative/amg/aggregate.hpp"

namespace tamis::detail {

/// Where each aggregate has one column of P, a node's own is among those that its row of P has entries for: its place among
/// them is kept, in one byte a node. Elsewhere its number.
template <class I>
class KeptAggregates {
  public:
    KeptAggregates() = default;
    /// transfer: a Transfer by the R = Pᴴ that was made from the aggregates, where there is a next level.
    template <class Transfer>
    KeptAggregates(Aggregates<I>&& aggregates, const Transfer& transfer) : count_(aggregates.count) {
        if (aggregates.count == transfer.rows() && find_places(aggregates.of_node, transfer)) return;
        places_ = {};
        whole_ = std::move(aggregates.of_node);
    }
    /// transfer: as before.
    template <class Transfer>
    [[nodiscard]] Aggregates<I> aggregates(const Transfer& transfer) const {
        if (places_.empty()) return {Array<I>(whole_), count_};
        Aggregates<I> result{Array<I>(places_.size(), uninitialized), count_};
        std::fill(result.of_node.begin(), result.of_node.end(), I(-1));
        Array<std::uint8_t> seen(places_.size());
        transfer.for_each_entry([&](std::int64_t J, std::int64_t i, const auto&) {
            if (seen[i] == places_[i] && places_[i] != no_place) result.of_node[i] = static_cast<I>(J);
            ++seen[i];
        });
        return result;
    }
    [[nodiscard]] std::int64_t bytes() const noexcept {
        return whole_.size() * static_cast<std::int64_t>(sizeof(I)) + places_.size();
    }

  private:
    static constexpr std::uint8_t no_place = std::numeric_limits<std::uint8_t>::max();

    /// Whether each node has one, unless it is in no aggregate.
    template <class Transfer>
    bool find_places(const Array<I>& of, const Transfer& transfer) {
        const std::int64_t n = of.size();
        if (transfer.cols() != n) return false;
        places_ = Array<std::uint8_t>(n, uninitialized);
        std::fill(places_.begin(), places_.end(), no_place);
        Array<std::uint8_t> seen(n);
        bool few = true;
        transfer.for_each_entry([&](std::int64_t J, std::int64_t i, const auto&) {
            if (static_cast<std::int64_t>(of[i]) == J) places_[i] = seen[i];
            few &= seen[i] < no_place;
            ++seen[i];
        });
        for (std::int64_t i = 0; i < n; ++i) few &= of[i] < 0 || places_[i] != no_place;
        return few;
    }

    std::int64_t count_ = 0;
    Array<I> whole_;              // each node's aggregate, or
    Array<std::uint8_t> places_;  // the entries of R in the node's column before that of its aggregate
};

}  // namespace tamis::detail
