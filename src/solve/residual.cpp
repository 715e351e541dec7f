#include "solve/residual.hpp"
#include "core/extremes.hpp"

#include <algorithm>
#include <cmath>
#include <complex>
#include <limits>
#include <vector>

#include <tamis/core/array.hpp>

#include "instantiate.hpp"
#include "sparse/parts.hpp"

namespace tamis::detail {

namespace {

template <class T>
using Accumulator = std::conditional_t<is_complex_v<T>, std::complex<double>, double>;

template <class T>
double modulus(const T& value) noexcept {
    if constexpr (is_complex_v<T>) return std::hypot(static_cast<double>(value.real()), static_cast<double>(value.imag()));
    else return std::abs(static_cast<double>(value));
}

/// Product without the C99 rescue of infinite complex products, which costs a library call an entry.
template <class T>
Accumulator<T> product(const T& a, const T& b) noexcept {
    if constexpr (is_complex_v<T>) {
        const double ar = a.real();
        const double ai = a.imag();
        const double br = b.real();
        const double bi = b.imag();
        return {ar * br - ai * bi, ar * bi + ai * br};
    } else {
        return static_cast<double>(a) * static_cast<double>(b);
    }
}

}  // namespace

template <class T, class I>
SystemNorms matrix_norms(CsrView<T, I> A, bool symmetric) {
    const auto offsets = A.row_offsets();
    const auto columns = A.col_indices();
    const auto values = A.values();
    const int parts = threads_for(A.nnz() + A.rows());
    std::vector<double> largest(static_cast<std::size_t>(parts));
    for_each_part(parts, [&](int part) {
        double& most = largest[static_cast<std::size_t>(part)];
        for (std::int64_t i = first_row(A, part, parts), end = first_row(A, part + 1, parts); i < end; ++i) {
            double row = 0;
            for (auto k = static_cast<std::size_t>(offsets[static_cast<std::size_t>(i)]);
                 k < static_cast<std::size_t>(offsets[static_cast<std::size_t>(i) + 1]); ++k)
                row += modulus(values[k]);
            most = larger_or_nan(most, row);
        }
    });
    SystemNorms norms;
    for (const double row : largest) norms.inf = larger_or_nan(norms.inf, row);
    if (symmetric) {
        norms.one = norms.inf;
        return norms;
    }
    Array<double> column(A.cols());
    for (std::size_t k = 0; k < values.size(); ++k) column[columns[k]] += modulus(values[k]);
    for (const double sum : column) norms.one = larger_or_nan(norms.one, sum);
    return norms;
}

template <class T, class I>
ResidualNorms residual(CsrView<T, I> A, VectorView<const T> x, VectorView<const T> b, VectorView<T> r) {
    const auto offsets = A.row_offsets();
    const auto columns = A.col_indices();
    const auto values = A.values();
    const std::int64_t rows = A.rows();
    for_each_row(rows, A.nnz(), [&](std::int64_t i) {
        Accumulator<T> sum(b[i]);
        for (auto k = static_cast<std::size_t>(offsets[static_cast<std::size_t>(i)]);
             k < static_cast<std::size_t>(offsets[static_cast<std::size_t>(i) + 1]); ++k)
            sum -= product(values[k], x[static_cast<std::int64_t>(columns[k])]);
        r[i] = static_cast<T>(sum);
    });
    return residual_norms<T>(x, b, r);
}

template <class T>
ResidualNorms residual(MatrixView<const T> A, VectorView<const T> x, VectorView<const T> b, VectorView<T> r) {
    const std::int64_t m = A.rows();
    const std::int64_t n = A.cols();
    if (std::abs(A.row_stride()) <= std::abs(A.col_stride()) || n <= 1) {
        Array<Accumulator<T>> sums(m, uninitialized);
        for (std::int64_t i = 0; i < m; ++i) sums[i] = Accumulator<T>(b[i]);
        for (std::int64_t j = 0; j < n; ++j) {
            const T* const a = A.data() + j * A.col_stride();
            const T xj = x[j];
            if (A.row_stride() == 1)
                for (std::int64_t i = 0; i < m; ++i) sums[i] -= product(a[i], xj);
            else
                for (std::int64_t i = 0; i < m; ++i) sums[i] -= product(a[i * A.row_stride()], xj);
        }
        for (std::int64_t i = 0; i < m; ++i) r[i] = static_cast<T>(sums[i]);
    } else {
        for (std::int64_t i = 0; i < m; ++i) {
            const T* const a = A.data() + i * A.row_stride();
            // Four sums, since one is a chain of additions that wait for each other.
            Accumulator<T> sums[4] = {Accumulator<T>(b[i]), {}, {}, {}};
            for (std::int64_t j = 0; j < n; ++j) sums[j & 3] -= product(a[j * A.col_stride()], x[j]);
            r[i] = static_cast<T>((sums[0] + sums[1]) + (sums[2] + sums[3]));
        }
    }
    return residual_norms<T>(x, b, r);
}

template <class T>
ResidualNorms residual_norms(VectorView<const T> x, VectorView<const T> b, VectorView<const T> r) {
    ResidualNorms norms;
    for (std::int64_t i = 0; i < r.size(); ++i) norms.inf = larger_or_nan(norms.inf, modulus(r[i]));
    for (std::int64_t i = 0; i < b.size(); ++i) norms.b_inf = larger_or_nan(norms.b_inf, modulus(b[i]));
    for (std::int64_t j = 0; j < x.size(); ++j) norms.x_inf = larger_or_nan(norms.x_inf, modulus(x[j]));
    // Two-norm of r scaled by its largest entry, so that neither over- nor underflow spoils it.
    if (norms.inf > 0 && std::isfinite(norms.inf)) {
        double sum = 0;
        for (std::int64_t i = 0; i < r.size(); ++i) {
            const double scaled = modulus(r[i]) / norms.inf;
            sum += scaled * scaled;
        }
        norms.two = norms.inf * std::sqrt(sum);
    } else {
        norms.two = norms.inf;
    }
    return norms;
}

#define TAMIS_INSTANTIATE_DENSE(T)                                                                                 \
    template ResidualNorms residual(MatrixView<const T>, VectorView<const T>, VectorView<const T>, VectorView<T>); \
    template ResidualNorms residual_norms(VectorView<const T>, VectorView<const T>, VectorView<const T>);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE_DENSE)
#undef TAMIS_INSTANTIATE_DENSE
#define TAMIS_INSTANTIATE(T, I)                             \
    template SystemNorms matrix_norms(CsrView<T, I>, bool); \
    template ResidualNorms residual(CsrView<T, I>, VectorView<const T>, VectorView<const T>, VectorView<T>);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
