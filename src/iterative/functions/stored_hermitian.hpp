// Private: whether functions of a matrix may use that it is Hermitian.
#pragma once

#include <tamis/iterative/eigen/operand.hpp>

namespace tamis::detail {

/// Whether A is square, and its entries are stored, finite and, but for rounding, those of a Hermitian matrix. O(nnz).
template <class T>
[[nodiscard]] bool is_stored_hermitian(const EigenOperand<T>& A);

}  // namespace tamis::detail
