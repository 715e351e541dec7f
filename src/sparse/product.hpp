// Private: products of scalars inside kernels.
#pragma once

#include <tamis/core/scalar.hpp>

namespace tamis::detail {

/// a·b by the textbook formula, as BLAS does. The operator of std::complex looks for NaN and calls a library function to
/// recover infinities, which costs a kernel several times its own work.
template <class T>
inline T times(const T& a, const T& b) noexcept {
    if constexpr (is_complex_v<T>)
        return T(a.real() * b.real() - a.imag() * b.imag(), a.real() * b.imag() + a.imag() * b.real());
    else return a * b;
}

template <bool Conjugate, class T>
inline T maybe_conjugate(const T& a) noexcept {
    if constexpr (Conjugate) return conjugate(a);
    else return a;
}

}  // namespace tamis::detail
