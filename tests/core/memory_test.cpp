#include "core/memory.hpp"

#include <cstdint>
#include <limits>
#include <string>

#include <gtest/gtest.h>

#include <tamis/core/error.hpp>

#include "support/assertions.hpp"

namespace tamis::test {
namespace {

TEST(Memory, IsThereToBeTaken) {
    const auto available = detail::available_memory();
    EXPECT_GT(available, std::int64_t{1} << 20);
    EXPECT_LT(available, std::numeric_limits<std::int64_t>::max()) << "neither the kernel nor a control group says";
}

TEST(Memory, ALimitIsHeldAgainstThePrediction) {
    EXPECT_NO_THROW(detail::require_memory("here", 1000, 1000));
    const auto e = thrown<MemoryLimitExceeded>([] { detail::require_memory("here", 3e9, 1000); });
    ASSERT_TRUE(e);
    EXPECT_EQ(e->predicted_bytes(), 3000000000);
    EXPECT_EQ(e->allowed_bytes(), 1000);
    EXPECT_TRUE(throws<MemoryLimitExceeded>([] { detail::require_memory("here", 3e9, 1000); }, "here", "2.8 GiB", "1000 B"));
    // More than any machine has, and more than an int64 counts.
    const auto huge = thrown<MemoryLimitExceeded>([] { detail::require_memory("here", 1e30, 0); });
    ASSERT_TRUE(huge);
    EXPECT_EQ(huge->predicted_bytes(), std::numeric_limits<std::int64_t>::max());
    EXPECT_TRUE(throws<InvalidArgument>([] { detail::require_memory("here", 1, -1); }, "-1"));
    EXPECT_TRUE(
        throws<MemoryLimitExceeded>([] { detail::require_memory("here", std::numeric_limits<double>::quiet_NaN(), 5); }));
}

TEST(Memory, IsShownInReadableUnits) {
    EXPECT_EQ(detail::human_bytes(300), "300 B");
    EXPECT_EQ(detail::human_bytes(1536), "1.5 KiB");
    EXPECT_EQ(detail::human_bytes(2.5 * 1024 * 1024 * 1024), "2.5 GiB");
}

}  // namespace
}  // namespace tamis::test
