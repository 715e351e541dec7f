// Private: how many threads BLAS and the foreign solvers under a call may use.
#pragma once

#include <tamis/core/threads.hpp>

namespace tamis::detail {

/// How many threads so many flops in foreign code get: on a busy machine a second one's barriers can cost more than the
/// work.
inline int backend_threads(double flops) noexcept {
    constexpr double worth_a_second_thread = 2e9;
    return flops >= worth_a_second_thread ? threads() : 1;
}

/// call(f) on at most so many threads.
void run_on_threads(int most, void (*call)(const void*), const void* f);

/// Runs f, which takes about so many flops in foreign code, on backend_threads(flops).
template <class F>
void on_backend_threads(double flops, const F& f) {
    run_on_threads(
        backend_threads(flops), [](const void* g) { (*static_cast<const F*>(g))(); }, &f);
}

}  // namespace tamis::detail
