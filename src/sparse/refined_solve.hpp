// Private: solves whose backward error is measured, and refined where it has to be.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

#include <tamis/core/array.hpp>

namespace tamis::detail {

/// x (n×k, contiguous columns) from b by solve(b, x, k), each column refined while its backward error is beyond a tenth of
/// what a direct solve of numbers with this ε promises: pivots that are not the largest let entries grow. `norm` is the
/// infinity norm of the matrix M of the system, and subtract(x, r) makes r − M x of r. (Skeel: Iterative refinement implies
/// numerical stability for Gaussian elimination, Math. Comp. 35, 1980.)
template <class E, class Solve, class Subtract>
void solve_refined(std::int64_t n, double norm, double epsilon, const E* b, E* x, std::int64_t k, const Solve& solve,
                   const Subtract& subtract) {
    solve(b, x, k);
    constexpr int most_steps = 5;
    const double limit = std::max(10.0, std::sqrt(static_cast<double>(n))) * epsilon;
    Array<E> r(n, uninitialized);
    Array<E> better;
    // max|b − M x| / (‖M‖_∞ max|x| + max|b|), and r = b − M x.
    const auto backward_error = [&](const E* rhs, const E* y) {
        std::copy_n(rhs, n, r.data());
        subtract(y, r.data());
        double residual = 0;
        double scale_x = 0;
        double scale_b = 0;
        for (std::int64_t i = 0; i < n; ++i) {
            residual = std::max(residual, std::abs(r[i]));
            scale_x = std::max(scale_x, std::abs(y[i]));
            scale_b = std::max(scale_b, std::abs(rhs[i]));
        }
        return residual == 0 ? 0 : residual / (norm * scale_x + scale_b);
    };
    for (std::int64_t c = 0; c < k; ++c) {
        E* const column = x + c * n;
        double last = std::numeric_limits<double>::infinity();
        for (int step = 0;; ++step) {
            const double error = backward_error(b + c * n, column);
            if (!(error < last / 2)) {
                // No progress: the solution before was at least as good, or there is none to go back to.
                if (step > 0 && !(error < last)) std::copy_n(better.data(), n, column);
                break;
            }
            if (error <= limit || step == most_steps) break;
            last = error;
            if (better.empty()) better = Array<E>(n, uninitialized);
            std::copy_n(column, n, better.data());
            Array<E> d(n, uninitialized);
            solve(r.data(), d.data(), std::int64_t{1});
            for (std::int64_t i = 0; i < n; ++i) column[i] += d[i];
        }
    }
}

}  // namespace tamis::detail
