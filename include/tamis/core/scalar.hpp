// Scalars and index types: which ones tamis is compiled for, and the real type that goes with each.
#pragma once

#include <complex>
#include <concepts>
#include <cstdint>
#include <limits>
#include <string_view>
#include <type_traits>

namespace tamis {

namespace detail {
template <class T>
struct RealOf {
    using type = T;
};
template <class T>
struct RealOf<std::complex<T>> {
    using type = T;
};
}  // namespace detail

/// The real type of a scalar: double for double and for std::complex<double>.
template <class T>
using Real = typename detail::RealOf<std::remove_cv_t<T>>::type;

template <class T>
inline constexpr bool is_complex_v = !std::is_same_v<std::remove_cv_t<T>, Real<T>>;

/// The scalars that tamis is compiled for.
template <class T>
concept Scalar = std::same_as<T, float> || std::same_as<T, double> || std::same_as<T, std::complex<float>> ||
    std::same_as<T, std::complex<double>>;

/// The index types that tamis is compiled for. int32 is the default: half the index traffic.
template <class I>
concept Index = std::same_as<I, std::int32_t> || std::same_as<I, std::int64_t>;

/// Unit roundoff as LAPACK's `eps * base`: the distance from 1 to the next larger number.
template <class T>
inline constexpr Real<T> epsilon_v = std::numeric_limits<Real<T>>::epsilon();

/// "float", "double", "complex<float>" or "complex<double>".
template <Scalar T>
constexpr std::string_view scalar_name() noexcept {
    if constexpr (std::same_as<T, float>) return "float";
    else if constexpr (std::same_as<T, double>) return "double";
    else if constexpr (std::same_as<T, std::complex<float>>) return "complex<float>";
    else return "complex<double>";
}

namespace detail {
/// Complex conjugate that keeps real numbers real (std::conj of a double is complex).
template <class T>
constexpr T conjugate(const T& x) noexcept {
    if constexpr (is_complex_v<T>) return T(x.real(), -x.imag());
    else return x;
}
template <class T>
constexpr Real<T> real_part(const T& x) noexcept {
    if constexpr (is_complex_v<T>) return x.real();
    else return x;
}
template <class T>
constexpr Real<T> imag_part(const T& x) noexcept {
    if constexpr (is_complex_v<T>) return x.imag();
    else return T(0);
}
template <class T>
bool is_finite(const T& x) noexcept {
    if constexpr (is_complex_v<T>) {
        // x - x is NaN for NaN and for infinity, 0 otherwise; compares without a library call.
        return x.real() - x.real() == Real<T>(0) && x.imag() - x.imag() == Real<T>(0);
    } else {
        return x - x == T(0);
    }
}
}  // namespace detail

}  // namespace tamis
