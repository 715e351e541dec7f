// links: tamis_allocation_counter
#include <tamis/core/array.hpp>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <new>
#include <numeric>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "support/allocation_counter.hpp"

namespace tamis {
namespace {

TEST(Array, IsClearedUnlessAskedOtherwise) {
    const Array<double> a(1000);
    EXPECT_EQ(a.size(), 1000);
    EXPECT_TRUE(std::all_of(a.begin(), a.end(), [](double x) { return x == 0; }));
    Array<int> b(3, uninitialized);
    std::iota(b.begin(), b.end(), 5);
    EXPECT_EQ(b[2], 7);
}

TEST(Array, AllocatesNothingForNoElements) {
    const test::AllocationCounter counter;
    const Array<double> none;
    const Array<double> zero(0);
    const Array<double> copy(zero);
    const Array<double> of_empty_span{std::span<const double>()};
    EXPECT_EQ(counter.allocations(), 0);
    EXPECT_TRUE(none.empty() && zero.empty() && copy.empty() && of_empty_span.empty());
    EXPECT_EQ(none.begin(), none.end());
}

TEST(Array, BeginsAtACacheLine) {
    for (const std::int64_t n : {1, 3, 100, 4097}) {
        const Array<float> a(n, uninitialized);
        EXPECT_EQ(reinterpret_cast<std::uintptr_t>(a.data()) % 64, 0U);
    }
}

TEST(Array, CopiesOwnTheirElements) {
    Array<int> a(4);
    a[1] = 5;
    Array<int> b = a;
    b[1] = 6;
    EXPECT_EQ(a[1], 5);
    a = b;
    EXPECT_EQ(a[1], 6);
    const Array<int>& self = a;
    a = self;
    EXPECT_EQ(a[1], 6);
    EXPECT_EQ(a.size(), 4);
}

TEST(Array, MovesLeaveNothingBehind) {
    Array<int> a(4);
    a[3] = 9;
    const int* const data = a.data();
    Array<int> b = std::move(a);
    EXPECT_EQ(b.data(), data);
    EXPECT_TRUE(a.empty());  // NOLINT(bugprone-use-after-move): that is what is promised
    EXPECT_EQ(a.data(), nullptr);
    a = std::move(b);
    EXPECT_EQ(a[3], 9);
    EXPECT_TRUE(b.empty());  // NOLINT(bugprone-use-after-move)
}

TEST(Array, AdoptsAVectorWithoutACopy) {
    std::vector<int> v{1, 2, 3};
    const int* const data = v.data();
    Array<int> a(std::move(v));
    EXPECT_EQ(a.data(), data);
    EXPECT_EQ(a.size(), 3);
    Array<int> own(2);
    own[0] = 7;
    a.swap(own);
    EXPECT_EQ(own.data(), data);
    EXPECT_EQ(own[2], 3);
    EXPECT_EQ(a[0], 7);
    Array<int> moved = std::move(own);
    EXPECT_EQ(moved.data(), data);
    const Array<int> copy = moved;
    EXPECT_NE(copy.data(), data);
    EXPECT_EQ(copy[2], 3);
}

TEST(Array, ShrinksInPlace) {
    Array<int> a(5);
    std::iota(a.begin(), a.end(), 0);
    const int* const data = a.data();
    a.shrink(2);
    EXPECT_EQ(a.size(), 2);
    EXPECT_EQ(a.data(), data);
    EXPECT_EQ(a.span().back(), 1);
}

TEST(Array, RefusesSizesThatNoMemoryHolds) {
    EXPECT_THROW(Array<double>(std::numeric_limits<std::int64_t>::max(), uninitialized), std::bad_alloc);
#if !defined(__SANITIZE_ADDRESS__)  // AddressSanitizer ends the process rather than throw
    EXPECT_THROW(Array<double>(std::numeric_limits<std::int64_t>::max() / 8, uninitialized), std::bad_alloc);
#endif
}

TEST(Array, AFailedAllocationLeavesTheTargetAsItWas) {
    Array<int> a(3);
    a[0] = 4;
    const Array<int> b(1000);
    const test::FailingAllocation failing(1);
    EXPECT_THROW(a = b, std::bad_alloc);
    EXPECT_EQ(a.size(), 3);
    EXPECT_EQ(a[0], 4);
}

}  // namespace
}  // namespace tamis
