// Private: how many threads a loop gets.
#pragma once

#include <algorithm>
#include <cstdint>

#include <tamis/core/threads.hpp>

#ifdef _OPENMP
#include <omp.h>
#endif

namespace tamis::detail {

/// Work (in scalar operations or entries) below which a second thread costs more than it brings.
inline constexpr std::int64_t parallel_grain = 1 << 15;

/// Threads for a loop of this much work: 1 for small loops and inside another parallel region.
inline int threads_for(std::int64_t work) noexcept {
#ifdef _OPENMP
    if (work < 2 * parallel_grain || omp_in_parallel()) return 1;
    return static_cast<int>(std::min<std::int64_t>(threads(), work / parallel_grain));
#else
    (void)work;
    return 1;
#endif
}

inline int thread_index() noexcept {
#ifdef _OPENMP
    return omp_get_thread_num();
#else
    return 0;
#endif
}

/// Threads of the parallel region that calls; may be fewer than were asked for.
inline int team_size() noexcept {
#ifdef _OPENMP
    return omp_get_num_threads();
#else
    return 1;
#endif
}

}  // namespace tamis::detail
