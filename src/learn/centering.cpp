#include "learn/centering.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <string>

#include <tamis/core/error.hpp>

#include "core/parallel.hpp"
#include "core/refuse.hpp"
#include "dense/operand.hpp"
#include "instantiate.hpp"

namespace tamis::learn::detail {

namespace {

/// Σ f(i), i < n, in four running sums.
template <class W, class F>
W sum_in_four(std::int64_t n, const F& f) {
    W s[4] = {};
    std::int64_t i = 0;
    for (; i + 4 <= n; i += 4)
        for (std::int64_t l = 0; l < 4; ++l) s[l] += f(i + l);
    for (; i < n; ++i) s[0] += f(i);
    return (s[0] + s[1]) + (s[2] + s[3]);
}

template <class T>
T center_column(std::int64_t n, T* x) {
    using W = WideSum<T>;
    const auto count = static_cast<double>(n);
    W mean = sum_in_four<W>(n, [x](std::int64_t i) { return W(x[i]); }) / count;
    if (!tamis::detail::is_finite(mean)) mean = sum_in_four<W>(n, [&](std::int64_t i) { return W(x[i]) / count; });
    const T first = static_cast<T>(mean);
    for (std::int64_t i = 0; i < n; ++i) x[i] -= first;
    const T rest = static_cast<T>(sum_in_four<W>(n, [x](std::int64_t i) { return W(x[i]); }) / count);
    if (rest != T(0) && tamis::detail::is_finite(rest))
        for (std::int64_t i = 0; i < n; ++i) x[i] -= rest;
    return first + rest;
}

}  // namespace

template <class T>
void center_columns(std::int64_t n, std::int64_t p, T* X, T* mean) {
    if (n == 0) {
        std::fill_n(mean, p, T(0));
        return;
    }
    [[maybe_unused]] const int team = tamis::detail::threads_for(n * p);
#pragma omp parallel for num_threads(team) if (team > 1) schedule(static)
    for (std::int64_t j = 0; j < p; ++j) mean[j] = center_column(n, X + j * n);
}

template <class T>
double sum_of_squares(std::int64_t count, const T* x) {
    return sum_in_four<double>(count, [x](std::int64_t i) { return std::norm(WideSum<T>(x[i])); });
}

template <class T>
CenteredCopy<T>::CenteredCopy(const char* caller, MatrixView<const T> X)
    : n(X.rows()),
      p(X.cols()),
      values(n * p, uninitialized),
      mean(p, uninitialized) {
    tamis::detail::copy_finite(caller, X, values.data(), n);
    center_columns(n, p, values.data(), mean.data());
}

namespace {

/// f(row, column, value) for the stored entries.
template <class T, class I, class F>
void for_stored(CsrView<T, I> major, bool by_rows, const F& f) {
    const std::span<const I> offsets = major.row_offsets(), indices = major.col_indices();
    const std::span<const T> values = major.values();
    for (std::int64_t i = 0; i < major.rows(); ++i)
        for (auto k = static_cast<std::size_t>(offsets[static_cast<std::size_t>(i)]);
             k < static_cast<std::size_t>(offsets[static_cast<std::size_t>(i) + 1]); ++k) {
            const auto j = static_cast<std::int64_t>(indices[k]);
            if (by_rows) f(i, j, values[k]);
            else f(j, i, values[k]);
        }
}

}  // namespace

template <class T, class I>
void check_finite_data(const char* caller, CsrView<T, I> major, bool by_rows) {
    for_stored(major, by_rows, [caller](std::int64_t i, std::int64_t j, const T& v) {
        if (!tamis::detail::is_finite(v)) tamis::detail::throw_not_finite(caller, "the matrix", i, j);
    });
}

template <class T, class I>
double sparse_moments(const char* caller, CsrView<T, I> major, bool by_rows, T* mean) {
    using W = WideSum<T>;
    const std::int64_t n = by_rows ? major.rows() : major.cols(), p = by_rows ? major.cols() : major.rows();
    check_finite_data(caller, major, by_rows);
    Array<W> sums(p);
    Array<std::int64_t> counts(p);
    for_stored(major, by_rows, [&](std::int64_t, std::int64_t j, const T& v) {
        sums[j] += W(v) / static_cast<double>(n);
        ++counts[j];
    });
    for (std::int64_t j = 0; j < p; ++j) mean[j] = T(sums[j]);
    double squares = 0;
    for_stored(major, by_rows, [&](std::int64_t, std::int64_t j, const T& v) { squares += std::norm(W(v) - W(mean[j])); });
    for (std::int64_t j = 0; j < p; ++j) squares += static_cast<double>(n - counts[j]) * std::norm(W(mean[j]));
    return squares;
}

template <class T>
void subtract_mean_products(const T* mean, MatrixView<const T> V, MatrixView<T> Y) {
    using W = WideSum<T>;
    for (std::int64_t j = 0; j < V.cols(); ++j) {
        const T* const v = V.data() + j * V.col_stride();
        const std::int64_t stride = V.row_stride();
        const T shift =
            static_cast<T>(sum_in_four<W>(V.rows(), [&](std::int64_t i) { return W(mean[i]) * W(v[i * stride]); }));
        T* const y = Y.data() + j * Y.col_stride();
        const std::int64_t step = Y.row_stride();
        for (std::int64_t i = 0; i < Y.rows(); ++i) y[i * step] -= shift;
    }
}

template <class T>
void CenteredOperator<T>::apply(MatrixView<const T> V, MatrixView<T> Y) const {
    X_.apply(V, Y);
    subtract_mean_products(mean_, V, Y);
}

template <class T>
void CenteredOperator<T>::apply_adjoint(MatrixView<const T> U, MatrixView<T> Y) const {
    using W = WideSum<T>;
    X_.apply_adjoint(U, Y);
    for (std::int64_t j = 0; j < U.cols(); ++j) {
        const T* const u = U.data() + j * U.col_stride();
        const std::int64_t stride = U.row_stride();
        const T total = static_cast<T>(sum_in_four<W>(U.rows(), [&](std::int64_t i) { return W(u[i * stride]); }));
        T* const y = Y.data() + j * Y.col_stride();
        const std::int64_t step = Y.row_stride();
        for (std::int64_t i = 0; i < Y.rows(); ++i) y[i * step] -= tamis::detail::conjugate(mean_[i]) * total;
    }
}

template <class T>
void fix_signs(std::int64_t p, std::int64_t k, T* V) {
    for (std::int64_t j = 0; j < k; ++j) {
        T* const v = V + j * p;
        Real<T> largest = 0;
        for (std::int64_t i = 0; i < p; ++i) largest = std::max(largest, std::abs(v[i]));
        if (!(largest > 0)) continue;
        const Real<T> enough = largest * (1 - std::sqrt(epsilon_v<T>));
        std::int64_t first = 0;
        while (std::abs(v[first]) < enough) ++first;
        const Real<T> modulus = std::abs(v[first]);
        const T turn = tamis::detail::conjugate(v[first]) / modulus;
        if (turn == T(1)) continue;
        for (std::int64_t i = 0; i < p; ++i) v[i] *= turn;
        v[first] = T(modulus);
    }
}

#define TAMIS_INSTANTIATE(T)                                                               \
    template void center_columns<T>(std::int64_t, std::int64_t, T*, T*);                   \
    template double sum_of_squares<T>(std::int64_t, const T*);                             \
    template struct CenteredCopy<T>;                                                       \
    template void subtract_mean_products<T>(const T*, MatrixView<const T>, MatrixView<T>); \
    template class CenteredOperator<T>;                                                    \
    template void fix_signs<T>(std::int64_t, std::int64_t, T*);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE
#define TAMIS_INSTANTIATE(T, I)                                              \
    template void check_finite_data<T, I>(const char*, CsrView<T, I>, bool); \
    template double sparse_moments<T, I>(const char*, CsrView<T, I>, bool, T*);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::learn::detail
