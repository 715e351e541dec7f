// Private: iterative refinement to a promised backward error.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include <tamis/core/array.hpp>
#include <tamis/factor.hpp>

#include "solve/deadline.hpp"
#include "solve/residual.hpp"

namespace tamis::detail {

struct Refinement {
    double residual_norm = 0;   ///< of the worst column
    double backward_error = 0;  ///< of the worst column; NaN if a column is not finite
    std::int64_t steps = 0;     ///< of the column that took most
};

/// Fixed precision iterative refinement (Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed., section 12.1) of
/// each column of x until its backward error is at most `target`, at most `max_steps` times, or until a step no longer
/// halves it (the rule of LAPACK's xGERFS). x is left at the best iterate. `matrix` is the view of A that `residual` takes.
template <class T, class A>
Refinement refine(const A& matrix, double norm_A_inf, const AnyFactorization<T>& F, MatrixView<const T> b, MatrixView<T> x,
                  double target, std::int64_t max_steps, const Deadline& deadline) {
    Refinement result;
    const std::int64_t n = x.rows();
    Array<T> r(b.rows(), uninitialized);
    Array<T> d(n, uninitialized);
    Array<T> candidate(n, uninitialized);
    Array<T> r_candidate(b.rows(), uninitialized);
    const VectorView<T> candidate_view(candidate.data(), n);
    for (std::int64_t c = 0; c < b.cols(); ++c) {
        const VectorView<T> xc = x.col(c);
        const VectorView<const T> bc = b.col(c);
        ResidualNorms norms = residual(matrix, VectorView<const T>(xc), bc, VectorView<T>(r.data(), r.size()));
        double error = norms.backward_error(norm_A_inf);
        std::int64_t steps = 0;
        while (!(error <= target) && std::isfinite(error) && steps < max_steps) {
            deadline.check("refinement");
            // r = b − Ax;  A d = r;  x := x + d
            F.solve_into(MatrixView<const T>(r.data(), r.size(), 1), MatrixView<T>(d.data(), n, 1));
            for (std::int64_t i = 0; i < n; ++i) candidate[i] = xc[i] + d[i];
            const ResidualNorms next = residual(matrix, VectorView<const T>(candidate_view), bc,
                                                VectorView<T>(r_candidate.data(), r_candidate.size()));
            const double next_error = next.backward_error(norm_A_inf);
            if (!(next_error < error)) break;
            const bool slow = next_error > error / 2;
            ++steps;
            for (std::int64_t i = 0; i < n; ++i) xc[i] = candidate[i];
            r.swap(r_candidate);
            norms = next;
            error = next_error;
            if (slow) break;
        }
        result.steps = std::max(result.steps, steps);
        if (!(norms.two <= result.residual_norm)) result.residual_norm = norms.two;
        if (!(error <= result.backward_error)) result.backward_error = error;
        if (std::isnan(result.backward_error)) break;
    }
    return result;
}

}  // namespace tamis::detail
