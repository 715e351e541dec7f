// Private: the last step of a search by an operator in place of A: better values, and vectors free of what B does not see.
#pragma once

#include <cstdint>

#include "iterative/eigen/hermitian_problem.hpp"
#include "iterative/eigen/spectral_transform.hpp"

namespace tamis::detail {

/// The first m pairs (m ≥ 1) of a search with `op`, which inverts, or with a polynomial of A: values by Rayleigh quotients,
/// since θ has lost digits of λ where σ lies near another one, and where the polynomial is steep, and vectors rotated to
/// match (Rayleigh–Ritz within the span of the m). With a mass matrix, for which `op` inverts, the vectors are multiplied by
/// OP first, which takes out what lies in the null space of B (B. Nour-Omid, B. N. Parlett, T. Ericsson, P. S. Jensen, How
/// to implement the spectral transformation, Math. Comp. 48, 1987; K. Meerbergen, A. Spence, Implicitly restarted Arnoldi
/// with purification for the shift-invert transformation, Math. Comp. 66, 1997). Pairs that this cannot better stay what
/// they were. 3 n m numbers of scratch.
template <class T>
void refine_pairs(const HermitianProblem<T>& problem, const SpectralOperator<T>& op, EigenMonitor<T>& monitor,
                  EigenPairs<T>& pairs, std::int64_t m);

}  // namespace tamis::detail
