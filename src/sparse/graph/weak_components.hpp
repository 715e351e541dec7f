// Private: connected components of a pattern.
#pragma once

#include <tamis/sparse/graph/components.hpp>

#include "sparse/pattern.hpp"

namespace tamis::detail {

/// The components of the graph that has an edge for each entry, whatever its direction; on all threads. Its pattern is
/// square.
template <class I>
ConnectedComponents<I> weak_components(PatternView<I> P);

}  // namespace tamis::detail
