#include <tamis/core/array.hpp>

#include <cstdint>

#include "core/huge_pages.hpp"

// Sanitizers watch the bytes behind a block; they keep blocks of exactly the size asked for.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define TAMIS_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define TAMIS_SANITIZED 1
#endif
#endif
#if defined(__linux__) && !defined(TAMIS_SANITIZED)
#define TAMIS_HUGE_PAGES 1
#else
#define TAMIS_HUGE_PAGES 0
#endif

namespace tamis::detail {

namespace {

constexpr std::align_val_t cache_line{64};

#if TAMIS_HUGE_PAGES
constexpr std::size_t huge_page = std::size_t{1} << 21;

/// Blocks from here on begin and end at a huge page. What that adds is address space, and of touched memory less than one
/// page. A million numbers of four bytes are meant to be among them.
constexpr std::size_t large = huge_page / 4 * 7;

std::size_t to_huge_pages(std::size_t n) noexcept {
    return (n + huge_page - 1) & ~(huge_page - 1);
}
#endif

}  // namespace

Block allocate_block(std::size_t bytes) {
#if TAMIS_HUGE_PAGES
    if (bytes >= large) {
        const std::size_t whole = to_huge_pages(bytes);
        void* const owned = ::operator new(whole + huge_page, cache_line);
        const auto address = reinterpret_cast<std::uintptr_t>(owned);
        void* const data = static_cast<char*>(owned) + (to_huge_pages(address) - address);
        prefer_huge_pages(data, static_cast<std::int64_t>(whole));
        return {data, owned};
    }
#endif
    void* const owned = ::operator new(bytes, cache_line);
    return {owned, owned};
}

void free_block(void* owned) noexcept {
    ::operator delete(owned, cache_line);
}

}  // namespace tamis::detail
