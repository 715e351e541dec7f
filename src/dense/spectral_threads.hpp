// Private: how many threads a spectral decomposition gets.
#pragma once

#include <algorithm>

#include "dense/threads.hpp"

namespace tamis::detail {

/// As on_dense_threads, but small ones are held to one thread as well: of what these routines are made of, OpenBLAS starts
/// threads for some pieces at any size, which on a busy machine takes a hundred times longer than the work.
template <class F>
void on_spectral_threads(double flops, const F& f) {
    constexpr double guarded = 1e5;
    on_dense_threads(std::max(flops, guarded), f);
}

}  // namespace tamis::detail
