// Private: condition estimates from a solver, of A as it stands and of A as well scaled as its rows and columns allow.
#pragma once

#include <tamis/factor.hpp>
#include <tamis/sparse/view.hpp>

namespace tamis::detail {

/// Estimate of ‖A‖₁ ‖A⁻¹‖₁; infinity when A⁻¹ cannot be applied to a vector without overflow. Costs about 4 to 10 solves.
template <class T>
double condition_estimate(const AnyFactorization<T>& F, std::int64_t n, double norm_A_one);

/// The same for R·A·C with R and C diagonal, powers of two, chosen so that the largest entry of each row and column is about
/// 1. A matrix that is merely badly scaled has a small one; a matrix near a singular one does not.
template <class T, class I>
double equilibrated_condition_estimate(CsrView<T, I> A, const AnyFactorization<T>& F);

}  // namespace tamis::detail
