// Private: how F points follow from C points, in classical multigrid.
#pragma once

#include <tamis/iterative/amg/amg.hpp>

#include "iterative/amg/aggregate.hpp"
#include "iterative/amg/classical_strength.hpp"

namespace tamis::detail {

/// P: 1 for a C point, weights for an F point, none for one that depends on nothing. Rows are sorted and computed
/// independently of each other.
///
/// Direct: w_ij = −α a_ij / a_ii for the C points j that i depends on, α = Σ_k a_ik⁻ / Σ_j a_ij⁻, with entries of the sign
/// of the diagonal added to it. K. Stüben, A review of algebraic multigrid, J. Comput. Appl. Math. 128, 2001, Section 7.2.1.
///
/// Extended: ext+i of H. De Sterck, R. Falgout, J. Nolting, U. M. Yang, Distance-two interpolation for parallel algebraic
/// multigrid, Numer. Linear Algebra Appl. 15, 2008, (4.10): from C points that i, or an F point that i depends on, depends
/// on.
///
/// For complex A signs are replaced by what makes P follow a unitary diagonal D in Dᴴ A D: sums that stand for a_ii count
/// −|a| in the direction of the diagonal. So for an M-matrix disguised by such a D, P is the M-matrix's, with D.
///
/// Then weights below options.truncation times the largest of their row, and those after the options.max_entries largest,
/// are left out and the others scaled, so that the sum of the row (of moduli, for complex A) stays.
template <class T, class I>
Csr<T, I> classical_prolongator(CsrView<T, I> A, bool hermitian, const StrongGraph<I>& graph, const Aggregates<I>& splitting,
                                const AmgClassicalOptions& options);

}  // namespace tamis::detail
