#include "iterative/amg/classical_coarsening.hpp"

#include "instantiate.hpp"
#include "iterative/amg/classical_interpolation.hpp"
#include "iterative/amg/classical_splitting.hpp"
#include "iterative/amg/classical_strength.hpp"

namespace tamis::detail {

template <class T, class I>
Csr<T, I> classical_coarsening(CsrView<T, I> A, bool hermitian, std::int64_t level, const AmgParameters& parameters,
                               Aggregates<I>& splitting) {
    AmgClassicalOptions options = parameters.classical;
    const bool aggressive = level < options.aggressive_levels;
    // The C points of some F points are no neighbours there.
    if (aggressive) options.interpolation = AmgInterpolation::extended;
    const StrongGraph<I> graph = strong_graph(A, hermitian, parameters.strength, options.max_row_sum);
    if (splitting.of_node.empty()) splitting = classical_splitting(graph, options.splitting, aggressive);
    return classical_prolongator(A, hermitian, graph, splitting, options);
}

#define TAMIS_INSTANTIATE(T, I) \
    template Csr<T, I> classical_coarsening(CsrView<T, I>, bool, std::int64_t, const AmgParameters&, Aggregates<I>&);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
