// Breadth-first search.
#include <tamis/sparse/graph/traversal.hpp>

#include "instantiate.hpp"
#include "sparse/graph/weights.hpp"
#include "sparse/pattern.hpp"

namespace tamis::detail {

template <class T, class I>
std::vector<I> bfs_order(CsrView<T, I> A, std::int64_t start) {
    check_graph("bfs_order", A.rows(), A.cols());
    check_vertex("bfs_order", "the start", start, A.rows());
    const NonzeroPattern<I> nonzeros(A);
    const PatternView<I> P = nonzeros.view();
    Array<signed char> seen(P.rows);
    std::vector<I> order{static_cast<I>(start)};
    seen[start] = 1;
    for (std::size_t head = 0; head < order.size(); ++head) {
        for (const I j : P.row(order[head])) {
            if (seen[j] != 0) continue;
            seen[j] = 1;
            order.push_back(j);
        }
    }
    return order;
}

#define TAMIS_INSTANTIATE(T, I) template std::vector<I> bfs_order<T, I>(CsrView<T, I>, std::int64_t);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
