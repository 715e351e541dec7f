// Private: large pages for large arrays.
#pragma once

#include <cstdint>

namespace tamis::detail {

/// Asks the system to back [data, data + bytes) with large pages from its first touch on. Fresh memory costs a fault a page,
/// which for a result of short rows is more than its arithmetic. A hint: does nothing for less than a few MiB, nor where the
/// system has no such pages.
void prefer_huge_pages(void* data, std::int64_t bytes) noexcept;

}  // namespace tamis::detail
