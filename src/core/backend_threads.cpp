// CHOLMOD's own loops ask for four threads whatever the budget. On fewer cores these wait for each other at each barrier,
// which was measured to cost two thirds of a factorization's time; only a thread limit holds them, and only a host `teams`
// region sets one from within a program.
#include "core/backend_threads.hpp"

#ifdef _OPENMP
#include <omp.h>

#include <exception>
#endif

namespace tamis::detail {

#ifdef _OPENMP

namespace {

/// While it lives, what this thread calls stays on this thread.
class OneThread {
  public:
    OneThread() : threads_(omp_get_max_threads()), levels_(omp_get_max_active_levels()) {
        omp_set_num_threads(1);
        omp_set_max_active_levels(0);
    }
    OneThread(const OneThread&) = delete;
    OneThread& operator=(const OneThread&) = delete;
    ~OneThread() {
        omp_set_num_threads(threads_);
        omp_set_max_active_levels(levels_);
    }

  private:
    int threads_;
    int levels_;
};

}  // namespace

void run_on_threads(int most, void (*call)(const void*), const void* f) {
    if (most == 1) {
        const OneThread one;
        call(f);
        return;
    }
    if (omp_in_parallel() != 0) {  // no place for teams, and regions inside have one thread unless nesting was asked for
        call(f);
        return;
    }
    std::exception_ptr failure;
#pragma omp teams num_teams(1) thread_limit(most)
    {
        try {
            call(f);
        } catch (...) {  // no exception may leave the region
            failure = std::current_exception();
        }
    }
    if (failure) std::rethrow_exception(failure);
}

#else

void run_on_threads(int, void (*call)(const void*), const void* f) {
    call(f);
}

#endif

}  // namespace tamis::detail
