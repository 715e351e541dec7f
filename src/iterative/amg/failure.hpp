// Private: exceptions of threads.
#pragma once

#include <exception>
#include <mutex>

namespace tamis::detail {

/// What a thread could not allocate, for the thread that waits for it.
class Failure {
  public:
    template <class F>
    void guard(F&& f) noexcept {
        try {
            f();
        } catch (...) {
            const std::lock_guard lock(mutex_);
            error_ = std::current_exception();
        }
    }
    void rethrow() const {
        if (error_) std::rethrow_exception(error_);
    }

  private:
    std::mutex mutex_;
    std::exception_ptr error_;
};

}  // namespace tamis::detail
