// Private: work cut into parts, one a thread. The cut depends on the matrix and the number of parts only, so that results
// are the same bits from run to run.
#pragma once

#include <algorithm>
#include <cstdint>

#include <tamis/sparse/view.hpp>

#include "core/parallel.hpp"

namespace tamis::detail {

// One part runs without OpenMP: even a parallel region of one thread allocates, and ends the process where it cannot.

/// f(part) for part = 0 … parts − 1, each on a thread of its own. f must not throw.
template <class F>
void for_each_part(int parts, F&& f) {
#ifdef _OPENMP
    if (parts > 1) {
#pragma omp parallel for num_threads(parts) schedule(static, 1)
        for (int part = 0; part < parts; ++part) f(part);
        return;
    }
#endif
    for (int part = 0; part < parts; ++part) f(part);
}

/// f(i) for i = 0 … n − 1, in equal parts on as many threads as so much work deserves. f must not throw.
template <class F>
void for_each_row(std::int64_t n, std::int64_t work, F&& f) {
#ifdef _OPENMP
    if (const int threads = threads_for(work); threads > 1) {
#pragma omp parallel for num_threads(threads) schedule(static)
        for (std::int64_t i = 0; i < n; ++i) f(i);
        return;
    }
#else
    (void)work;
#endif
    for (std::int64_t i = 0; i < n; ++i) f(i);
}

/// f(begin, end, thread) over [0, n) in chunks that the threads take as they become free: for chunks of unknown cost whose
/// results do not depend on each other. f must not throw.
template <class F>
void for_each_chunk(std::int64_t n, std::int64_t chunk, int threads, F&& f) {
    const std::int64_t chunks = (n + chunk - 1) / chunk;
#ifdef _OPENMP
    if (threads > 1) {
#pragma omp parallel for num_threads(threads) schedule(dynamic, 1)
        for (std::int64_t c = 0; c < chunks; ++c) f(c * chunk, std::min(n, (c + 1) * chunk), thread_index());
        return;
    }
#else
    (void)threads;
#endif
    for (std::int64_t c = 0; c < chunks; ++c) f(c * chunk, std::min(n, (c + 1) * chunk), 0);
}

/// Rows and nonzeros before a part when both together are shared out evenly.
template <class T, class I>
std::int64_t part_target(const CsrView<T, I>& A, int part, int parts) noexcept {
    const std::int64_t total = A.rows() + A.nnz();
    return total / parts * part + total % parts * part / parts;
}

/// The first row of a part when rows are cut so that rows + nonzeros are shared out evenly.
template <class T, class I>
std::int64_t first_row(const CsrView<T, I>& A, int part, int parts) noexcept {
    if (part <= 0) return 0;
    if (part >= parts) return A.rows();
    const I* offsets = A.row_offsets().data();
    const std::int64_t target = part_target(A, part, parts);
    std::int64_t low = 0;
    std::int64_t high = A.rows();
    while (low < high) {
        const std::int64_t middle = low + (high - low) / 2;
        if (middle + static_cast<std::int64_t>(offsets[middle]) < target) low = middle + 1;
        else high = middle;
    }
    return low;
}

}  // namespace tamis::detail
