// Private: whether solve iterates where the choice is left to it, and how.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <tamis/core/factorization.hpp>
#include <tamis/iterative/precond/kind.hpp>
#include <tamis/solve.hpp>
#include <tamis/sparse/structure.hpp>
#include <tamis/sparse/view.hpp>

#include "solve/policy.hpp"

namespace tamis::detail {

/// A way to iterate.
struct IterativeStep {
    Method method = Method::cg;
    PreconditionerKind preconditioner = PreconditionerKind::none;
    int block_size = 1;               ///< unknowns of a node, for multigrid
    std::int64_t max_iterations = 0;  ///< of a column: after so many the direct method would have been quicker
};

/// The ways to try in order, before the steps of a plan that factor.
struct Iteration {
    std::vector<IterativeStep> steps{};  ///< empty: A is too small, or of no kind that iterations are known to suit
    bool negated = false;                ///< −A is definite: (−A) (−x) = b
    bool preferred = false;              ///< try them before the direct method; otherwise only where that finds no memory
    std::vector<std::string> reasons{};  ///< of the choice, for either way
};

/// Weighs iterating against the direct method that the plan begins with, for so many right-hand sides. Nothing is weighed
/// where a method, an ordering or a precision was asked for. O(nnz), and only for what is not small.
template <class T, class I>
Iteration weigh_iteration(CsrView<T, I> A, const Structure& structure, const Plan& plan, const SolveOptions& options,
                          std::int64_t columns);

}  // namespace tamis::detail
