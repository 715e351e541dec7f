// Private: the matrix of the next level.
#pragma once

#include <tamis/sparse/csr.hpp>

#include "iterative/amg/aggregate.hpp"

namespace tamis::detail {

/// R (A P) for R = Pᴴ. All columns of a coarse node are stored in a row of P that has one of them (as prolongators have
/// them), so that blocks are summed where R A P by single entries would search for each. The order of a sum depends on the
/// matrices alone: the same bits for any number of threads. Memory: the result and A P, in chunks without a common array.
///
/// F. G. Gustavson, ACM TOMS 4(3), 1978, by blocks and without a pass that counts.
template <class T, class I>
Csr<T, I> galerkin_product(const Csr<T, I>& R, const Csr<T, I>& A, const Csr<T, I>& P, const Nodes<I>& coarse);

/// The same where each node has one unknown: galerkin_product calls it there. Rows of A P are not sorted.
template <class T, class I>
Csr<T, I> scalar_galerkin_product(const Csr<T, I>& R, const Csr<T, I>& A, const Csr<T, I>& P);

}  // namespace tamis::detail
