// Private: A⁻¹ or A⁺ of a stored sparse matrix, by LU or QR.
#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>

namespace tamis {
template <class T>
class EigenOperand;
}  // namespace tamis

namespace tamis::detail {

/// X = A⁺ B and X = (A⁺)ᴴ B for contiguous blocks of m columns, and the numerical rank of A.
template <class T>
struct PseudoInverse {
    std::int64_t rank = 0;
    std::function<void(const T* B, T* X, std::int64_t m)> forward;
    std::function<void(const T* B, T* X, std::int64_t m)> adjoint;
    const char* how = "";
};

/// Of the stored sparse matrix A (of its adjoint if `adjoint`): by SparseLu where A is square and not near to singular in
/// its precision, otherwise by SparseQr. InvalidArgument where nothing sparse is stored; Unsupported without SparseQr;
/// MemoryLimitExceeded; Cancelled.
template <class T>
[[nodiscard]] PseudoInverse<T> pseudo_inverse(const EigenOperand<T>& A, bool adjoint, std::stop_token stop);

}  // namespace tamis::detail
