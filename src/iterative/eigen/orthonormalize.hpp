// Private: blocks of vectors made orthonormal, in the Euclidean inner product or in that of B.
#pragma once

#include <cstdint>

#include <tamis/core/scalar.hpp>
#include <tamis/iterative/operator.hpp>

namespace tamis::detail {

/// Makes the columns of X (n×m) orthonormal in themselves and to the mv orthonormal columns of V, in place, and returns how
/// many are left: directions that depend on V to working precision, or on each other to its root, are dropped, and what is
/// left of X comes first. In the inner product of B where that is not empty: BV = B V is read, and BX = B X, which must be
/// right at first, is kept so; otherwise BV and BX are null.
///
/// Block Gram–Schmidt, twice, and Cholesky QR, with the eigenvectors of the Gram matrix where Cholesky breaks down (SVQB):
/// A. Stathopoulos, K. Wu, A block orthogonalization procedure with constant synchronization requirements, SIAM J. Sci.
/// Comput. 23 (2002). Result: ‖XᴴBX − I‖ and ‖VᴴBX‖ of the size of rounding. 4 n m (mv + m) multiplications a pass, two
/// passes as a rule, four at most; O(m (mv + m)) numbers of scratch.
template <class T>
std::int64_t orthonormalize(std::int64_t n, const T* V, const T* BV, std::int64_t mv, T* X, T* BX, std::int64_t m,
                            const OperatorRef<T>& B = {});

}  // namespace tamis::detail
