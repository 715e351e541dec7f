// Private: what solvers of general problems ask of an EigenOperand beside its products.
#pragma once

#include <cstdint>

#include <tamis/core/array.hpp>
#include <tamis/iterative/eigen/operand.hpp>

namespace tamis::detail {

/// Throws InvalidArgument, naming the place, unless every stored entry is finite; operators pass.
template <class T>
void check_stored_finite(const char* name, const EigenOperand<T>& A);

/// A as a dense matrix, rows×cols contiguous: what is stored, or the products with the columns of I, which are added to
/// `matvecs`.
template <class T>
[[nodiscard]] Array<T> dense_copy(const EigenOperand<T>& A, std::int64_t& matvecs);

/// Whether all n numbers are finite.
template <class T>
[[nodiscard]] bool all_finite(std::int64_t n, const T* x) noexcept;

}  // namespace tamis::detail
