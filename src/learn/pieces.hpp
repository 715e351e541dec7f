// Private: loops over pieces that threads take as they come (part of samples.hpp).
#pragma once

#include <algorithm>
#include <cstdint>
#include <exception>

#include "core/backend_threads.hpp"
#include "core/parallel.hpp"

namespace tamis::learn::detail {

template <class Loop>
void for_each_piece(std::int64_t count, std::int64_t piece, std::int64_t work, const Loop& loop) {
    const std::int64_t pieces = (count + piece - 1) / piece;
    const int most = static_cast<int>(std::min<std::int64_t>(tamis::detail::threads_for(work), pieces));
    const auto run = [&](std::int64_t q) { loop(q * piece, std::min(count, (q + 1) * piece)); };
    if (most <= 1) {
        const auto all = [&] {
            for (std::int64_t q = 0; q < pieces; ++q) run(q);
        };
        // Below, OpenBLAS keeps to one thread by itself.
        if (work < 2 * tamis::detail::parallel_grain) all();
        else
            tamis::detail::run_on_threads(
                1, [](const void* f) { (*static_cast<const decltype(all)*>(f))(); }, &all);
        return;
    }
    std::exception_ptr failure;
#pragma omp parallel for schedule(dynamic, 1) num_threads(most)
    for (std::int64_t q = 0; q < pieces; ++q) {
        try {
            run(q);
        } catch (...) {  // no exception may leave the region; it is thrown again behind it
#pragma omp critical(tamis_learn_piece_failed)
            failure = std::current_exception();
        }
    }
    if (failure) std::rethrow_exception(failure);
}

}  // namespace tamis::learn::detail
