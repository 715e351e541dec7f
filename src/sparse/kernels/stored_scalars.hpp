// Private: the pairs (scalar of the sums T, scalar of the values V) that the kernels of tuned layouts are compiled for.
#pragma once

#include <complex>
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

}  // namespace tamis::detail
