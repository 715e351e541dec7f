// Private: how large the eigenvalues of D⁻¹ A are, as smoothers have to know.
#pragma once

#include <cstdint>

#include <tamis/core/scalar.hpp>
#include <tamis/sparse/view.hpp>

namespace tamis::detail {

/// Gershgorin's bound of a weakly dominant matrix is 2 and seldom more than a tenth off: no need to look closer up to here.
template <class R>
inline constexpr R close_bound = R(2.2);

/// About max |λ(D⁻¹ A)|, D given by its inverse (nullptr: the identity): the smaller of Gershgorin's bound and a little more
/// than what is found by 12 steps of Lanczos' process for a Hermitian matrix, by 15 of a power iteration for others. They
/// are left out where the bound is below 2.2: that of a weakly dominant matrix is 2, and seldom more than a tenth off.
template <class T, class I>
Real<T> spectral_radius(CsrView<T, I> A, bool hermitian, const T* inverse_diagonal);

}  // namespace tamis::detail
