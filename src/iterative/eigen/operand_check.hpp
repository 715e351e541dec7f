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

/// Of an operator without stored entries: throws InvalidArgument if two products with random vectors x, y show that yᴴAx and
/// the conjugate of xᴴAy differ by far more than rounding explains (10⁻⁶ ‖A x‖ ‖y‖; 3·10⁻⁵ in single precision). With a skew
/// part K of A their difference is about ‖K‖_F ‖x‖ ‖y‖ / n, so that K is seen from ‖K‖_F ≈ 10⁻⁶ √n ‖A‖_F on. Products that
/// are not finite pass: methods name them. Returns the number of products: 2, or 0 for what is stored, which is compared
/// entry by entry (check_hermitian_operand).
template <class T>
std::int64_t check_hermitian_products(const char* who, const char* what, const EigenOperand<T>& A);

/// DimensionMismatch unless the preconditioner, where there is one, is n×n.
template <class T>
void check_eigen_preconditioner(const char* who, const OperatorRef<T>& M, std::int64_t n);

}  // namespace tamis::detail
