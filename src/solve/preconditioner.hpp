// Private: preconditioners by name.
#pragma once

#include <cstdint>

#include <tamis/iterative/operator.hpp>
#include <tamis/iterative/precond/kind.hpp>
#include <tamis/sparse/view.hpp>

namespace tamis::detail {

template <class T>
struct Preconditioner {
    Operator<T> M;  ///< empty for none
    std::int64_t nonzeros = 0;
    std::int64_t bytes = 0;
};

/// Unknowns that follow each other, belong to one node and all meet those of its neighbours: 6, 3, 2, or 1 where there are
/// no such nodes.
template <class T, class I>
int node_size(CsrView<T, I> A);

/// That of A, with the defaults of its class. `block_size`: the unknowns of a node, for multigrid. Throws what the class
/// throws.
template <class T, class I>
Preconditioner<T> build_preconditioner(PreconditionerKind kind, CsrView<T, I> A, int block_size = 1);

}  // namespace tamis::detail
