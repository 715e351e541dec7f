// Private: the entries of A⁻¹ on the pattern of a Cholesky factor.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <tamis/core/array.hpp>
#include <tamis/sparse/csr.hpp>

#include "sparse/factor_storage.hpp"

namespace tamis::detail {

/// Overwrites L by the lower triangle of Z = (L·Lᴴ)⁻¹ on the pattern of L. O(flops of the factorization); besides, one dense
/// block of the height of the tallest supernode.
template <class E>
void invert_selected(Supernodes<E>& L);

/// Bytes of workspace that invert_selected takes.
template <class E>
double inversion_bytes(const Supernodes<E>& L);

/// The Hermitian matrix whose lower triangle is Z in the order p, both triangles, in the caller's order. IndexOverflow if
/// its entries outgrow I.
template <class T, class I, class E>
Csr<T, I> full_hermitian(const char* what, const Supernodes<E>& Z, const std::vector<std::int64_t>& p);

/// The diagonal of Z in the caller's order.
template <class E>
Array<double> diagonal_of(const Supernodes<E>& Z, const std::vector<std::int64_t>& p);

}  // namespace tamis::detail
