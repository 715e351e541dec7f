#include "support/allocation_counter.hpp"

#include <malloc.h>

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdlib>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define TAMIS_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define TAMIS_SANITIZED 1
#endif
#endif
#if defined(__GLIBC__) && !defined(TAMIS_SANITIZED)
#define TAMIS_COUNTS_MALLOC 1
#else
#define TAMIS_COUNTS_MALLOC 0
#endif

#if TAMIS_COUNTS_MALLOC
extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* pointer, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);
void __libc_free(void* pointer);
}
#endif

namespace tamis::test {
namespace {

// No dynamic initialisation and no destructor: memory is allocated before main and after it. Atomics throughout, so that one
// piece of code serves both scopes.
struct Counts {
    std::atomic<std::int64_t> allocations{0};
    std::atomic<std::int64_t> bytes{0};
    std::atomic<std::int64_t> live{0};
    std::atomic<std::int64_t> peak{0};
    std::atomic<std::int64_t> until_failure{-1};  // −1: none is due

    bool fails() noexcept {
        if (until_failure.load(std::memory_order_relaxed) <= 0) return false;
        return until_failure.fetch_sub(1) == 1;
    }
    void add(std::int64_t size) noexcept {
        allocations.fetch_add(1, std::memory_order_relaxed);
        bytes.fetch_add(size, std::memory_order_relaxed);
        const std::int64_t now = live.fetch_add(size, std::memory_order_relaxed) + size;
        std::int64_t old = peak.load(std::memory_order_relaxed);
        while (now > old && !peak.compare_exchange_weak(old, now, std::memory_order_relaxed)) {
        }
    }
    void remove(std::int64_t size) noexcept { live.fetch_sub(size, std::memory_order_relaxed); }
};

constinit Counts of_process;
constinit thread_local Counts of_thread;

Counts& counts(AllocationScope scope) noexcept {
    return scope == AllocationScope::process ? of_process : of_thread;
}

bool fails() noexcept {
    const bool process = of_process.fails();
    const bool thread = of_thread.fails();
    return process || thread;
}

std::int64_t usable(void* p) noexcept {
    return static_cast<std::int64_t>(malloc_usable_size(p));
}

void* allocated(void* p) noexcept {
    if (p != nullptr) {
        of_process.add(usable(p));
        of_thread.add(usable(p));
    }
    return p;
}

void freed(void* p) noexcept {
    if (p == nullptr) return;
    of_process.remove(usable(p));
    of_thread.remove(usable(p));
}

#if TAMIS_COUNTS_MALLOC
void* raw_allocate(std::size_t size, std::size_t alignment) noexcept {
    return alignment <= alignof(std::max_align_t) ? __libc_malloc(size) : __libc_memalign(alignment, size);
}
void raw_free(void* p) noexcept {
    __libc_free(p);
}
#else
void* raw_allocate(std::size_t size, std::size_t alignment) noexcept {
    if (alignment <= alignof(std::max_align_t)) return std::malloc(size);
    return std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
}
void raw_free(void* p) noexcept {
    std::free(p);
}
#endif

void* counted_new(std::size_t size, std::size_t alignment) noexcept {
    if (fails()) return nullptr;
    return allocated(raw_allocate(size == 0 ? 1 : size, alignment));
}

void* checked_new(std::size_t size, std::size_t alignment) {
    if (void* p = counted_new(size, alignment)) return p;
    throw std::bad_alloc();
}

void counted_delete(void* p) noexcept {
    freed(p);
    raw_free(p);
}

constexpr std::size_t ordinary = alignof(std::max_align_t);

std::size_t number(std::align_val_t alignment) noexcept {
    return static_cast<std::size_t>(alignment);
}

}  // namespace

bool counts_malloc() noexcept {
    return TAMIS_COUNTS_MALLOC != 0;
}

AllocationCounter::AllocationCounter(AllocationScope scope) noexcept
    : scope_(scope),
      allocations_(counts(scope).allocations.load()),
      bytes_(counts(scope).bytes.load()),
      live_(counts(scope).live.load()),
      outer_peak_(counts(scope).peak.exchange(live_)) {}

AllocationCounter::~AllocationCounter() {
    // An enclosing counter sees the larger of its own peak and this one's.
    auto& peak = counts(scope_).peak;
    if (peak.load() < outer_peak_) peak.store(outer_peak_);
}

std::int64_t AllocationCounter::allocations() const noexcept {
    return counts(scope_).allocations.load() - allocations_;
}
std::int64_t AllocationCounter::bytes() const noexcept {
    return counts(scope_).bytes.load() - bytes_;
}
std::int64_t AllocationCounter::live_bytes() const noexcept {
    return counts(scope_).live.load() - live_;
}
std::int64_t AllocationCounter::peak_live_bytes() const noexcept {
    return counts(scope_).peak.load() - live_;
}

FailingAllocation::FailingAllocation(std::int64_t n, AllocationScope scope) noexcept {
    counts(scope).until_failure.store(n);
}
FailingAllocation::~FailingAllocation() {
    of_process.until_failure.store(-1);
    of_thread.until_failure.store(-1);
}
bool FailingAllocation::happened() const noexcept {
    return of_process.until_failure.load() == 0 || of_thread.until_failure.load() == 0;
}

}  // namespace tamis::test

using namespace tamis::test;  // the replaced functions below are global by definition

void* operator new(std::size_t size) {
    return checked_new(size, ordinary);
}
void* operator new[](std::size_t size) {
    return checked_new(size, ordinary);
}
void* operator new(std::size_t size, std::align_val_t alignment) {
    return checked_new(size, number(alignment));
}
void* operator new[](std::size_t size, std::align_val_t alignment) {
    return checked_new(size, number(alignment));
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
    return counted_new(size, ordinary);
}
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept {
    return counted_new(size, ordinary);
}
void* operator new(std::size_t size, std::align_val_t alignment, const std::nothrow_t&) noexcept {
    return counted_new(size, number(alignment));
}
void* operator new[](std::size_t size, std::align_val_t alignment, const std::nothrow_t&) noexcept {
    return counted_new(size, number(alignment));
}
void operator delete(void* p) noexcept {
    counted_delete(p);
}
void operator delete[](void* p) noexcept {
    counted_delete(p);
}
void operator delete(void* p, std::size_t) noexcept {
    counted_delete(p);
}
void operator delete[](void* p, std::size_t) noexcept {
    counted_delete(p);
}
void operator delete(void* p, std::align_val_t) noexcept {
    counted_delete(p);
}
void operator delete[](void* p, std::align_val_t) noexcept {
    counted_delete(p);
}
void operator delete(void* p, std::size_t, std::align_val_t) noexcept {
    counted_delete(p);
}
void operator delete[](void* p, std::size_t, std::align_val_t) noexcept {
    counted_delete(p);
}
void operator delete(void* p, const std::nothrow_t&) noexcept {
    counted_delete(p);
}
void operator delete[](void* p, const std::nothrow_t&) noexcept {
    counted_delete(p);
}
void operator delete(void* p, std::align_val_t, const std::nothrow_t&) noexcept {
    counted_delete(p);
}
void operator delete[](void* p, std::align_val_t, const std::nothrow_t&) noexcept {
    counted_delete(p);
}

#if TAMIS_COUNTS_MALLOC
// glibc lets a program replace these as a set (its manual, "Replacing malloc").
extern "C" {
void* malloc(std::size_t size) {
    if (fails()) {
        errno = ENOMEM;
        return nullptr;
    }
    return allocated(__libc_malloc(size));
}
void* calloc(std::size_t count, std::size_t size) {
    if (fails()) {
        errno = ENOMEM;
        return nullptr;
    }
    return allocated(__libc_calloc(count, size));
}
void* realloc(void* old, std::size_t size) {
    if (fails()) {
        errno = ENOMEM;
        return nullptr;
    }
    const std::int64_t before = old == nullptr ? 0 : usable(old);
    void* p = __libc_realloc(old, size);
    if (p != nullptr || size == 0) {
        of_process.remove(before);
        of_thread.remove(before);
    }
    return allocated(p);
}
void* memalign(std::size_t alignment, std::size_t size) {
    if (fails()) {
        errno = ENOMEM;
        return nullptr;
    }
    return allocated(__libc_memalign(alignment, size));
}
void* aligned_alloc(std::size_t alignment, std::size_t size) {
    return memalign(alignment, size);
}
int posix_memalign(void** result, std::size_t alignment, std::size_t size) {
    if (alignment % sizeof(void*) != 0 || alignment == 0 || (alignment & (alignment - 1)) != 0) return EINVAL;
    void* p = memalign(alignment, size);
    if (p == nullptr) return ENOMEM;
    *result = p;
    return 0;
}
void free(void* p) {
    counted_delete(p);
}
}
#endif
