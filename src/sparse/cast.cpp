// Arrays of one scalar or index type as another.
#include <complex>
#include <cstdint>

#include <tamis/sparse/convert.hpp>

#include "sparse/compressed.hpp"
#include "sparse/parts.hpp"

namespace tamis::detail {

template <class T, class U>
void convert_values(std::span<const T> from, std::span<U> to) {
    const std::int64_t n = std::ssize(from);
    const T* const source = from.data();
    U* const target = to.data();
    for_each_row(n, n / 4, [=](std::int64_t k) { target[k] = scalar_cast<U>(source[k]); });
}

template <class J>
void check_fits(const char* what, std::int64_t rows, std::int64_t cols, std::int64_t nnz) {
    check_sizes<J>(what, rows, cols);
    check_count<J>(what, nnz);
}

template <class I, class J>
void convert_indices(std::span<const I> from, std::span<J> to) {
    const std::int64_t n = std::ssize(from);
    const I* const source = from.data();
    J* const target = to.data();
    for_each_row(n, n / 4, [=](std::int64_t k) { target[k] = static_cast<J>(source[k]); });
}

#define TAMIS_VALUES(T, U) template void convert_values(std::span<const T>, std::span<U>);
#define TAMIS_REAL_AND_COMPLEX(T)        \
    TAMIS_VALUES(T, std::complex<float>) \
    TAMIS_VALUES(T, std::complex<double>)
TAMIS_VALUES(float, float)
TAMIS_VALUES(float, double)
TAMIS_VALUES(double, float)
TAMIS_VALUES(double, double)
TAMIS_REAL_AND_COMPLEX(float)
TAMIS_REAL_AND_COMPLEX(double)
TAMIS_REAL_AND_COMPLEX(std::complex<float>)
TAMIS_REAL_AND_COMPLEX(std::complex<double>)

#define TAMIS_INDICES(J)                                                                \
    template void check_fits<J>(const char*, std::int64_t, std::int64_t, std::int64_t); \
    template void convert_indices(std::span<const std::int32_t>, std::span<J>);         \
    template void convert_indices(std::span<const std::int64_t>, std::span<J>);
TAMIS_INDICES(std::int32_t)
TAMIS_INDICES(std::int64_t)

}  // namespace tamis::detail
