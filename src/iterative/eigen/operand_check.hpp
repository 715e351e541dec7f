// Private: what eigensolvers ask of the matrices they are given.
#pragma once

#include <cstdint>

#include <tamis/iterative/eigen/operand.hpp>
#include <tamis/iterative/operator.hpp>

namespace tamis::detail {

/// Throws DimensionMismatch unless the operand is n×n (n < 0: square); where its entries are stored, InvalidArgument for the
/// first one that is not finite, and for an asymmetry beyond rounding. `what` is "A" or ".mass".
template <class T>
void check_hermitian_operand(const char* who, const char* what, const EigenOperand<T>& A, std::int64_t n = -1);

/// DimensionMismatch unless the preconditioner, where there is one, is n×n.
template <class T>
void check_eigen_preconditioner(const char* who, const OperatorRef<T>& M, std::int64_t n);

}  // namespace tamis::detail
