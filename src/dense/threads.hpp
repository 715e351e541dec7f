// Private: how many threads a dense kernel gets.
#pragma once

#include <algorithm>
#include <cstdint>

#include "core/backend_threads.hpp"

namespace tamis::detail {

/// Runs f, BLAS or LAPACK calls of about so many flops on one matrix. Small ones are called as they are, since OpenBLAS
/// keeps them on one thread by itself and a guard would cost more; middle ones are held to one thread (OpenBLAS with two is
/// slower there than with one: docs/dense.md); large ones get all.
template <class F>
void on_dense_threads(double flops, const F& f) {
    constexpr double kept_on_one_by_openblas = 1e5;
    constexpr double worth_a_second_thread = 2e8;
    if (flops < kept_on_one_by_openblas) {
        f();
        return;
    }
    run_on_threads(
        flops >= worth_a_second_thread ? threads() : 1, [](const void* g) { (*static_cast<const F*>(g))(); }, &f);
}

/// The same for a function of an n×n matrix, some ten to thirty products and factorizations: what one of them takes decides
/// on a second thread. Small ones are guarded too, as OpenBLAS's getrs takes all threads at any order.
template <class F>
void on_function_threads(std::int64_t n, const F& f) {
    const double order = static_cast<double>(n);
    on_dense_threads(std::max(2 * order * order * order, 1e5), f);
}

}  // namespace tamis::detail
