#include "core/huge_pages.hpp"

#ifdef __linux__
#include <sys/mman.h>
#include <unistd.h>
#endif

namespace tamis::detail {

void prefer_huge_pages(void* data, std::int64_t bytes) noexcept {
#if defined(__linux__) && defined(MADV_HUGEPAGE)
    constexpr std::int64_t worthwhile = std::int64_t{4} << 20;
    if (data == nullptr || bytes < worthwhile) return;
    const auto page = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
    const auto address = reinterpret_cast<std::uintptr_t>(data);
    const auto begin = (address + page - 1) / page * page;
    const auto end = (address + static_cast<std::uintptr_t>(bytes)) / page * page;
    // Refused where the kernel was built without: then pages stay small.
    (void)madvise(static_cast<char*>(data) + (begin - address), end - begin, MADV_HUGEPAGE);
#else
    (void)data;
    (void)bytes;
#endif
}

}  // namespace tamis::detail
