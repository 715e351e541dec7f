// Private: which unknowns stay on the next level, in classical multigrid.
#pragma once

#include <tamis/iterative/amg/amg.hpp>

#include "iterative/amg/aggregate.hpp"
#include "iterative/amg/classical_strength.hpp"

namespace tamis::detail {

/// C points, which stay, and F points, which are interpolated: of_node is the number of a C point on the next level, −1 for
/// an F point; numbers ascend. Each F point that depends on others depends on a C point or, if `aggressive`, on one that
/// does; then `splitting` does not matter: C points are an independent set of the graph of such pairs. The same result for
/// any number of threads: blocks of HMIS have a size of their own, random numbers are those of the unknown.
///
/// H. De Sterck, U. M. Yang, J. Heys, Reducing complexity in parallel algebraic multigrid preconditioners, SIAM J. Matrix
/// Anal. Appl. 27, 2006.
template <class I>
Aggregates<I> classical_splitting(const StrongGraph<I>& graph, AmgSplitting splitting, bool aggressive);

}  // namespace tamis::detail
