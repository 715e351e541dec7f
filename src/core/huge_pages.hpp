// Private: large pages for large results.
#pragma once

#include <cstdint>

#include <tamis/core/array.hpp>

namespace tamis::detail {

/// Asks the system to back [data, data + bytes) with large pages from its first touch on. Fresh memory costs a fault a page,
/// which for a result of short rows is more than its arithmetic. A hint: does nothing for less than a few MiB, nor where the
/// system has no such pages.
void prefer_huge_pages(void* data, std::int64_t bytes) noexcept;

/// Array<T>(n, uninitialized) on large pages where it is large.
template <class T>
Array<T> large_array(std::int64_t n) {
    Array<T> array(n, uninitialized);
    prefer_huge_pages(array.data(), n * static_cast<std::int64_t>(sizeof(T)));
    return array;
}

}  // namespace tamis::detail
