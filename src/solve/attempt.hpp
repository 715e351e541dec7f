// Private: solving by iteration to the accuracy that direct methods promise, or not at all.
#pragma once

#include <tamis/solve.hpp>
#include <tamis/sparse/view.hpp>

#include "solve/deadline.hpp"
#include "solve/residual.hpp"
#include "solve/weigh.hpp"

namespace tamis::detail {

/// Takes the steps of `iteration` in order until one brings each column of x to a backward error of at most `target` and A
/// proves regular: then x and the report are complete, but for warnings and the total time. False where none does; the
/// report then has a sentence for each, and x holds anything.
///
/// The residual that is wanted is not known before x is, so that each column is solved in rounds of iterative refinement:
/// A d = r to what the backward error still lacks, x := x + d, r computed afresh. Whether A is regular, and its condition,
/// is judged by three more solves, roughly, as a b that A happens to reach proves nothing: A y = v for a random v, which a
/// singular A does not reach, and twice with the signs of the solution before, as the power method of W. W. Hager (Condition
/// estimates, SIAM J. Sci. Stat. Comput. 5, 1984) does for a Hermitian A. The estimate is one from below.
template <class T, class I>
bool attempt_iteration(CsrView<T, I> A, MatrixView<const T> b, MatrixView<T> x, const SolveOptions& options,
                       const Iteration& iteration, const SystemNorms& norms, double target, const Deadline& deadline,
                       SolveReport& report);

}  // namespace tamis::detail
