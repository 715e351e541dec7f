// Private: the last step of a Rayleigh–Ritz method for singular triplets.
#pragma once

#include <cstdint>
#include <vector>

namespace tamis::detail {

/// U (m×k) ← U P and V (n×k) ← V Q for the singular value decomposition B = P diag(values) Qᴴ of the k×k matrix UᴴA V, which
/// is destroyed. False where B is not finite or LAPACK fails.
template <class T>
[[nodiscard]] bool rotate_to_triplets(std::int64_t m, std::int64_t n, std::int64_t k, std::vector<T>& B, T* U, T* V,
                                      double* values);

}  // namespace tamis::detail
