// Counts allocations and makes the n-th one fail. Linked on demand: a test file that begins with the line
//     // links: tamis_allocation_counter
// replaces operator new and delete in its whole program, and, with glibc outside of sanitizers, malloc and its relatives
// too, so that Eigen's and SuiteSparse's memory counts as well.
#pragma once

#include <cstdint>
#include <exception>
#include <functional>
#include <new>
#include <string>

#include <gtest/gtest.h>

namespace tamis::test {

/// Whose allocations: the whole process's, or those of the thread that asks.
enum class AllocationScope { process, thread };

/// True if malloc is counted, not only operator new.
bool counts_malloc() noexcept;

/// What was allocated since its construction. Sizes are what the allocator handed out, at least what was asked for. Live
/// bytes of a thread sink when it frees what another one allocated.
class AllocationCounter {
  public:
    explicit AllocationCounter(AllocationScope scope = AllocationScope::process) noexcept;
    AllocationCounter(const AllocationCounter&) = delete;
    AllocationCounter& operator=(const AllocationCounter&) = delete;
    ~AllocationCounter();

    [[nodiscard]] std::int64_t allocations() const noexcept;
    [[nodiscard]] std::int64_t bytes() const noexcept;
    /// Allocated and not yet freed, relative to the construction: negative if more was freed.
    [[nodiscard]] std::int64_t live_bytes() const noexcept;
    /// The largest live_bytes() so far.
    [[nodiscard]] std::int64_t peak_live_bytes() const noexcept;

  private:
    AllocationScope scope_;
    std::int64_t allocations_;
    std::int64_t bytes_;
    std::int64_t live_;
    std::int64_t outer_peak_;
};

/// While it lives, the n-th allocation from its construction on (n = 1: the next) fails: std::bad_alloc from new, null from
/// malloc. Only that one. One at a time.
class FailingAllocation {
  public:
    explicit FailingAllocation(std::int64_t n, AllocationScope scope = AllocationScope::process) noexcept;
    FailingAllocation(const FailingAllocation&) = delete;
    FailingAllocation& operator=(const FailingAllocation&) = delete;
    ~FailingAllocation();
    /// True once the failure has happened.
    [[nodiscard]] bool happened() const noexcept;
};

/// Runs f with its first allocation failing, then its second, and so on until it needs no more: each time it has to throw
/// std::bad_alloc and leave no memory behind. (Where a failure is survived, f may also succeed.) `most` bounds the attempts.
template <class F>
::testing::AssertionResult survives_failing_allocations(F&& f, std::int64_t most = 10000) {
    std::invoke(f);  // what is allocated once and kept (a thread pool, a locale) does not count as left behind
    for (std::int64_t n = 1; n <= most; ++n) {
        bool happened = false;
        std::string other;
        std::int64_t left = 0;
        {
            const AllocationCounter counter;
            {
                const FailingAllocation failing(n);
                try {
                    std::invoke(f);
                } catch (const std::bad_alloc&) {
                } catch (const std::exception& e) {
                    other = e.what();
                }
                happened = failing.happened();
            }
            left = counter.live_bytes() - static_cast<std::int64_t>(other.capacity() > 15 ? other.capacity() + 1 : 0);
        }
        if (!other.empty())
            return ::testing::AssertionFailure() << "with allocation " << n << " failing, another exception came: " << other;
        if (left > 0)
            return ::testing::AssertionFailure()
                   << "with allocation " << n << " failing, " << left << " bytes are left behind";
        if (!happened) return ::testing::AssertionSuccess() << n - 1 << " allocations were made to fail";
    }
    return ::testing::AssertionFailure() << "still allocating after " << most << " attempts";
}

}  // namespace tamis::test
