// Private: one level of classical multigrid, from strength to interpolation.
#pragma once

#include <cstdint>

#include <tamis/iterative/amg/amg.hpp>

#include "iterative/amg/aggregate.hpp"

namespace tamis::detail {

/// C points of level `level` (0: the first) and the P from them. Where `splitting` has some already, they stay: new values
/// on an old pattern. A row of P is empty where A's depends on nothing.
template <class T, class I>
Csr<T, I> classical_coarsening(CsrView<T, I> A, bool hermitian, std::int64_t level, const AmgParameters& parameters,
                               Aggregates<I>& splitting);

}  // namespace tamis::detail
