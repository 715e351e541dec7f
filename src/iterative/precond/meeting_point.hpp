// Private: where the threads of a parallel region wait for each other many times in a short while.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <thread>

namespace tamis::detail {

/// A barrier of counters that each thread writes for itself: waiting costs no more than a cache line from each of the
/// others, where OpenMP's barrier takes several times as long. A thread that waits in vain for some microseconds gives its
/// processor away, since then there are fewer processors than threads.
class MeetingPoint {
  public:
    static constexpr int most_threads = 64;

    MeetingPoint() noexcept = default;
    MeetingPoint(const MeetingPoint&) = delete;
    MeetingPoint& operator=(const MeetingPoint&) = delete;

    /// How many threads there are; to be called before they meet.
    void expect(int threads) noexcept { threads_ = threads; }
    /// Returns when all threads have called it as often as this one.
    void meet(int me) noexcept {
        const std::int64_t round = arrived_[static_cast<std::size_t>(me)].count.load(std::memory_order_relaxed) + 1;
        arrived_[static_cast<std::size_t>(me)].count.store(round, std::memory_order_release);
        for (int other = 0; other < threads_; ++other) {
            const auto& count = arrived_[static_cast<std::size_t>(other)].count;
            for (int turn = 0; count.load(std::memory_order_acquire) < round; ++turn)
                if (turn >= patience) std::this_thread::yield();
        }
    }

  private:
    static constexpr int patience = 2000;
    struct alignas(64) Arrived {
        std::atomic<std::int64_t> count{0};
    };
    std::array<Arrived, most_threads> arrived_;
    int threads_ = 1;
};

}  // namespace tamis::detail
