// Private: the scalars and indices that everything is compiled for. Use: define a macro that instantiates for (T) or (T, I),
// then name it here.
#pragma once

#include <complex>
#include <cstdint>

#define TAMIS_FOR_EACH_SCALAR(M) \
    M(float)                     \
    M(double)                    \
    M(std::complex<float>)       \
    M(std::complex<double>)

#define TAMIS_FOR_EACH_SCALAR_INDEX(M)    \
    M(float, std::int32_t)                \
    M(double, std::int32_t)               \
    M(std::complex<float>, std::int32_t)  \
    M(std::complex<double>, std::int32_t) \
    M(float, std::int64_t)                \
    M(double, std::int64_t)               \
    M(std::complex<float>, std::int64_t)  \
    M(std::complex<double>, std::int64_t)

// For what is another function for complex scalars only.
#define TAMIS_FOR_EACH_COMPLEX_INDEX(M)   \
    M(std::complex<float>, std::int32_t)  \
    M(std::complex<double>, std::int32_t) \
    M(std::complex<float>, std::int64_t)  \
    M(std::complex<double>, std::int64_t)
