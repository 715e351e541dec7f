// Private: what SparseCholesky does with its factor besides solving.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include <tamis/core/view.hpp>
#include <tamis/sparse/csr.hpp>

#include "sparse/suitesparse/backend.hpp"
#include "sparse/updated_factor.hpp"

namespace tamis::detail {

/// The entries of A⁻¹ on the factor's pattern, both triangles, in the caller's order. MemoryLimitExceeded, IndexOverflow.
template <class T, class I>
Csr<T, I> selected_inverse_of(const char* what, const CholeskyFactor<compute_t<T>>& factor,
                              const std::vector<std::int64_t>& permutation, std::int64_t memory_limit);

/// The diagonal of A⁻¹ in the caller's order.
template <class E>
Array<double> inverse_diagonal_of(const char* what, const CholeskyFactor<E>& factor,
                                  const std::vector<std::int64_t>& permutation, std::int64_t memory_limit);

/// The columns of W (given by its stored lines, or dense) in the factor's order; columns without nonzeros are left out.
/// DimensionMismatch, or InvalidArgument for an entry that is not finite.
template <class T, class I>
UpdateColumns<compute_t<T>> update_columns(const char* what, CsrView<T, I> major, bool row_major,
                                           const std::vector<std::int64_t>& permutation);
template <class T>
UpdateColumns<compute_t<T>> update_columns(const char* what, MatrixView<const T> W,
                                           const std::vector<std::int64_t>& permutation);

/// Makes `factor` the factor of A + sign·W·Wᴴ; after any exception it is what it was. PivotNotPositive.
template <class E>
void update_factor(const char* what, std::unique_ptr<CholeskyFactor<E>>& factor, const UpdateColumns<E>& W, double sign,
                   const std::vector<std::int64_t>& permutation, std::int64_t memory_limit);

}  // namespace tamis::detail
