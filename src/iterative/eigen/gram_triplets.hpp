// Private: the largest singular triplets through the eigenvalues of AᴴA.
#pragma once

#include <string>

#include <tamis/iterative/eigen/svds.hpp>

#include "iterative/eigen/triplet_search.hpp"

namespace tamis::detail {

/// The largest triplets of C = A, or Aᴴ where A has more columns than rows: Lanczos for the largest eigenvalues σ² of CᴴC,
/// which asks for half the memory, no basis of long vectors and one pass over A a step; then a Rayleigh–Ritz step with C
/// itself on the space that was found, which returns what squaring has cost the values (L. Wu, E. Romero, A. Stathopoulos,
/// PRIMME_SVDS, SIAM J. Sci. Comput. 39 (2017): their first stage). Rounding of ε‖C‖² in CᴴC is one of ε‖C‖²/σ in a triplet:
/// values of less than some ε/tolerance of the largest are out of its reach.
///
/// False where that is so, before or after it was tried; `found` is empty then, unless the monitor has ended, and the caller
/// is to go on with C itself. Otherwise as search_triplets; `how` says what was done.
template <class T>
[[nodiscard]] bool gram_triplets(const EigenOperand<T>& A, const TwoSidedProducts<T>& C, const SvdsOptions<T>& options,
                                 std::int64_t k, EigenMonitor<T>& monitor, Triplets<T>& found, std::string& how);

}  // namespace tamis::detail
