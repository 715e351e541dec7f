// Private: memory for rows whose lengths are known only once they are written.
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include <tamis/core/array.hpp>

namespace tamis::detail {

/// Elements one row after another in few large blocks that stay where they are: no copies as it grows, and room that is
/// asked for but not used is not touched. One thread's.
template <class E>
class Slabs {
  public:
    /// Room for `most` more elements at one place; the earlier rows stay. May throw std::bad_alloc.
    E* room(std::int64_t most) {
        if (slabs_.empty() || used_ + most > slabs_.back().size()) {
            slabs_.push_back(Array<E>(std::max(most, slab_), uninitialized));
            slab_ = std::min(2 * slab_, largest);
            used_ = 0;
        }
        return slabs_.back().data() + used_;
    }
    /// The first `count` elements of the room are a row.
    void keep(std::int64_t count) noexcept { used_ += count; }

  private:
    static constexpr std::int64_t largest = (std::int64_t{8} << 20) / static_cast<std::int64_t>(sizeof(E));
    std::vector<Array<E>> slabs_;
    std::int64_t slab_ = largest / 128;  // elements of the next one
    std::int64_t used_ = 0;
};

}  // namespace tamis::detail
