// Private: how many threads BLAS and the foreign solvers under a call may use.
#pragma once

#include <tamis/core/threads.hpp>

#ifdef _OPENMP
#include <omp.h>
#endif

namespace tamis::detail {

/// While it lives, what this thread calls stays on one thread if it is small: `flops` below the point where a second thread
/// pays for its barriers (on a busy machine a barrier can cost more than the work), or a budget of one thread. CHOLMOD's own
/// loops ask for four threads whatever the budget, hence the limit on active regions.
class BackendThreads {
  public:
#ifdef _OPENMP
    explicit BackendThreads(double flops)
        : serial_(!(flops >= worth_a_second_thread) || threads() == 1),
          threads_(omp_get_max_threads()),
          levels_(omp_get_max_active_levels()) {
        if (!serial_) return;
        omp_set_num_threads(1);
        omp_set_max_active_levels(0);
    }
    ~BackendThreads() {
        if (!serial_) return;
        omp_set_num_threads(threads_);
        omp_set_max_active_levels(levels_);
    }
#else
    explicit BackendThreads(double) {}
    ~BackendThreads() {}
#endif
    BackendThreads(const BackendThreads&) = delete;
    BackendThreads& operator=(const BackendThreads&) = delete;

  private:
#ifdef _OPENMP
    static constexpr double worth_a_second_thread = 2e9;
    bool serial_;
    int threads_;
    int levels_;
#endif
};

}  // namespace tamis::detail
