// Private: memory for objects that several threads may use at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <utility>
#include <vector>

#include <tamis/core/array.hpp>

namespace tamis::detail {

/// Arrays for intermediate results, one for each caller at a time; kept for the next.
template <class T>
class ScratchPool {
  public:
    class Lease {
      public:
        Lease(ScratchPool& pool, std::int64_t n) : pool_(pool), array_(pool.take(n)) {}
        Lease(const Lease&) = delete;
        Lease& operator=(const Lease&) = delete;
        ~Lease() { pool_.give_back(std::move(array_)); }
        [[nodiscard]] T* data() noexcept { return array_.data(); }

      private:
        ScratchPool& pool_;
        Array<T> array_;
    };

  private:
    Array<T> take(std::int64_t n) {
        Array<T> array;
        {
            const std::lock_guard lock(mutex_);
            if (!idle_.empty() && idle_.back().size() >= n) {
                array = std::move(idle_.back());
                idle_.pop_back();
            }
        }
        if (array.size() < n) array = Array<T>(n, uninitialized);
        const std::lock_guard lock(mutex_);
        idle_.reserve(leased_ + 1);  // so that giving back cannot fail
        ++leased_;
        return array;
    }
    void give_back(Array<T>&& array) noexcept {
        const std::lock_guard lock(mutex_);
        --leased_;
        // The larger ones last, where they are taken from; no more are kept than were used at one time.
        if (idle_.size() < idle_.capacity()) idle_.push_back(std::move(array));
    }

    std::mutex mutex_;
    std::vector<Array<T>> idle_;
    std::size_t leased_ = 0;
};

}  // namespace tamis::detail
