// links: tamis_allocation_counter
#include "support/allocation_counter.hpp"

#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <vector>

#include <tamis/core/array.hpp>

#include "support/threads.hpp"

namespace tamis::test {
namespace {

/// Keeps the compiler from removing an allocation that nobody looks at.
template <class T>
T* used(T* p) {
    asm volatile("" : : "g"(p) : "memory");
    return p;
}

TEST(AllocationCounter, CountsCallsBytesAndThePeak) {
    const AllocationCounter counter;
    {
        const std::unique_ptr<char[]> a(used(new char[1000]));
        { const std::unique_ptr<char[]> b(used(new char[5000])); }
        const std::unique_ptr<char[]> c(used(new char[100]));
        EXPECT_GE(counter.live_bytes(), 1100);
        EXPECT_LT(counter.live_bytes(), 1300);
    }
    EXPECT_EQ(counter.allocations(), 3);
    EXPECT_GE(counter.bytes(), 6100);
    EXPECT_LT(counter.bytes(), 6300);
    EXPECT_GE(counter.peak_live_bytes(), 6000);
    EXPECT_LT(counter.peak_live_bytes(), 6200);
    EXPECT_EQ(counter.live_bytes(), 0);
}

TEST(AllocationCounter, SeesEveryFormOfNew) {
    const AllocationCounter counter;
    delete used(new int);
    delete[] used(new int[3]);
    struct alignas(128) Wide {
        char c[128];
    };
    Wide* w = used(new Wide);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(w) % 128, 0U);
    delete w;
    delete[] used(new Wide[2]);
    ::operator delete(used(::operator new(10, std::nothrow)), std::nothrow);
    ::operator delete (used(::operator new (10, std::align_val_t{64}, std::nothrow)), std::align_val_t{64}, std::nothrow);
    ::operator delete[](used(::operator new[](10, std::nothrow)), std::nothrow);
    { const Array<double> a(100); }
    EXPECT_EQ(counter.allocations(), 8);
    EXPECT_EQ(counter.live_bytes(), 0);
}

TEST(AllocationCounter, SeesMallocExactlyWhereItSaysSo) {
    const AllocationCounter counter;
    void* p = used(std::malloc(100));
    p = used(std::realloc(p, 10000));
    std::free(p);
    std::free(used(std::calloc(10, 10)));
    std::free(used(std::aligned_alloc(64, 128)));
    ASSERT_EQ(posix_memalign(&p, 256, 100), 0);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(p) % 256, 0U);
    std::free(p);
    EXPECT_EQ(counter.allocations(), counts_malloc() ? 5 : 0);
    EXPECT_EQ(counter.live_bytes(), 0);
    EXPECT_EQ(counter.peak_live_bytes() >= 10000, counts_malloc());
}

TEST(AllocationCounter, OfAThreadSeesOnlyIt) {
    EXPECT_TRUE(succeeds_on_threads(3, [](int i) {
        const AllocationCounter counter(AllocationScope::thread);
        for (int k = 0; k < 100 * (i + 1); ++k) delete used(new int);
        if (counter.allocations() != 100 * (i + 1))
            throw std::runtime_error("counted " + std::to_string(counter.allocations()));
    }));
}

TEST(AllocationCounter, NestsWithoutLosingThePeak) {
    const AllocationCounter outer;
    delete[] used(new char[10000]);
    {
        const AllocationCounter inner;
        delete[] used(new char[100]);
        EXPECT_LT(inner.peak_live_bytes(), 1000);
    }
    EXPECT_GE(outer.peak_live_bytes(), 10000);
    {
        const AllocationCounter inner;
        delete[] used(new char[20000]);
    }
    EXPECT_GE(outer.peak_live_bytes(), 20000);
}

TEST(FailingAllocation, FailsTheNthAndOnlyIt) {
    const FailingAllocation failing(2);
    delete used(new int);
    EXPECT_FALSE(failing.happened());
    EXPECT_THROW(delete used(new int), std::bad_alloc);
    EXPECT_TRUE(failing.happened());
    EXPECT_NO_THROW(delete used(new int));
}

TEST(FailingAllocation, GivesNullWhereNothingMayThrow) {
    int* p = nullptr;
    {
        const FailingAllocation failing(1);
        p = used(new (std::nothrow) int);
    }
    EXPECT_EQ(p, nullptr);
    if (counts_malloc()) {
        const FailingAllocation failing(1);
        EXPECT_EQ(used(std::malloc(8)), nullptr);
    }
}

TEST(FailingAllocation, IsDisarmedAtTheEnd) {
    { const FailingAllocation failing(1); }
    EXPECT_NO_THROW(delete used(new int));
}

TEST(SurvivesFailingAllocations, AcceptsCodeThatCleansUp) {
    const auto r = survives_failing_allocations([] {
        std::vector<std::vector<double>> v;
        for (std::size_t i = 1; i <= 4; ++i) v.emplace_back(100 * i);
    });
    EXPECT_TRUE(r) << r.message();
    EXPECT_NE(std::string(r.message()).find("7 allocations"), std::string::npos) << r.message();
}

TEST(SurvivesFailingAllocations, FindsALeakAndAnotherException) {
    std::vector<std::unique_ptr<char[]>> kept;
    kept.reserve(10000);
    EXPECT_FALSE(survives_failing_allocations([&] {
        kept.emplace_back(new char[1000]);
        delete used(new int);
    }));
    EXPECT_FALSE(survives_failing_allocations([] {
        try {
            delete used(new int);
        } catch (const std::bad_alloc&) {
            throw std::runtime_error("out of luck, and not in the words that were agreed upon");
        }
    }));
}

}  // namespace
}  // namespace tamis::test
