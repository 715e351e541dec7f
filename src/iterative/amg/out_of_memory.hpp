// Private: memory that a thread of a parallel region could not have.
#pragma once

#include <atomic>
#include <new>

namespace tamis::detail {

/// Carries std::bad_alloc, which must not leave a parallel region, to the thread behind it.
class OutOfMemory {
  public:
    /// f(), which throws nothing else.
    template <class F>
    void guard(F&& f) noexcept {
        try {
            f();
        } catch (const std::bad_alloc&) {
            failed_ = true;
        }
    }
    void rethrow() const {
        if (failed_) throw std::bad_alloc();
    }

  private:
    std::atomic<bool> failed_ = false;
};

}  // namespace tamis::detail
