// Private: what a tuned layout stores its values as, and the pairs (scalar of the sums, scalar of the values) that its
// kernels are compiled for.
#pragma once

#include <complex>
#include <cstdint>
#include <span>
#include <string>
#include <type_traits>

#define TAMIS_FOR_EACH_STORED(M)                  \
    M(float, float)                               \
    M(double, double)                             \
    M(double, float)                              \
    M(std::complex<float>, std::complex<float>)   \
    M(std::complex<double>, std::complex<double>) \
    M(std::complex<double>, std::complex<float>)

namespace tamis::detail {

/// T with float parts.
template <class T>
using InFloat = std::conditional_t<std::is_floating_point_v<T>, float, std::complex<float>>;

/// How values look when they are stored as float: unchanged; rounded, to 2⁻²⁴ of each; or beyond its normal numbers.
enum class FloatFit { exact, rounded, none };

/// Of all values; the worst one counts. NaN counts as rounded. Ends early at `worst_wanted`'s first excess.
template <class T>
FloatFit float_fit(std::span<const T> values, FloatFit worst_wanted);

/// What a description adds for values stored as V.
template <class T, class V>
std::string stored_in_words() {
    return std::is_same_v<T, V> ? "" : ", values in float";
}

}  // namespace tamis::detail
