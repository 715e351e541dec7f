#include <tamis/learn/gaussian_markov_field.hpp>

#include <cmath>
#include <numbers>
#include <string>

#include <tamis/core/error.hpp>

#include "core/normal.hpp"
#include "core/refuse.hpp"
#include "dense/operand.hpp"

namespace tamis::learn::detail {

template <class T>
void fill_white(T* x, std::int64_t n, std::uint64_t seed) {
    tamis::detail::fill_normal(n, seed, 0, x);
}

template <class T, class I>
void field_log_density(CsrView<T, I> Q, double logdet, VectorView<const T> mean, MatrixView<const T> X, VectorView<T> out) {
    const std::int64_t n = Q.rows();
    if (X.cols() != n)
        throw DimensionMismatch("GaussianMarkovField log_density: a point has " + std::to_string(X.cols()) +
                                    " entries where the field has " + std::to_string(n) + " unknowns",
                                n, X.cols());
    Array<double> d(n, uninitialized);
    for (std::int64_t s = 0; s < X.rows(); ++s) {
        for (std::int64_t i = 0; i < n; ++i) d[i] = static_cast<double>(X(s, i)) - static_cast<double>(mean[i]);
        double form = 0;
        for (std::int64_t i = 0; i < n; ++i) {
            double sum = 0;
            for (const auto& [j, q] : Q.row(i)) sum += static_cast<double>(q) * d[j];
            form += d[i] * sum;
        }
        out[s] = static_cast<T>(0.5 * (logdet - static_cast<double>(n) * std::log(2 * std::numbers::pi) - form));
    }
}

template <class T, class I>
Csr<T, I> on_pattern_of(CsrView<T, I> A, CsrView<T, I> Z) {
    Array<T> values(A.nnz(), uninitialized);
    std::int64_t k = 0;
    for (std::int64_t i = 0; i < A.rows(); ++i) {
        const auto wide = Z.row(i);
        std::int64_t z = 0;
        for (const I j : A.row(i).indices()) {
            while (wide.indices()[static_cast<std::size_t>(z)] < j) ++z;
            values[k++] = wide.values()[static_cast<std::size_t>(z)];
        }
    }
    return {unchecked, A.rows(), A.cols(), Array<I>(A.row_offsets()), Array<I>(A.col_indices()), std::move(values)};
}

std::vector<std::int64_t> remaining_indices(const char* what, std::int64_t n, std::span<const std::int64_t> indices,
                                            std::int64_t values) {
    if (std::ssize(indices) != values)
        throw DimensionMismatch(std::string(what) + ": " + std::to_string(indices.size()) + " indices were given with " +
                                    std::to_string(values) + " values",
                                std::ssize(indices), values);
    std::vector<bool> known(static_cast<std::size_t>(n));
    for (std::size_t k = 0; k < indices.size(); ++k) {
        const std::int64_t i = indices[k];
        if (i < 0 || i >= n)
            throw InvalidArgument(std::string(what) + ": index " + std::to_string(i) + " at position " + std::to_string(k) +
                                  " is none of the " + std::to_string(n) + " unknowns");
        if (known[static_cast<std::size_t>(i)])
            throw InvalidArgument(std::string(what) + ": index " + std::to_string(i) + " comes twice, again at position " +
                                  std::to_string(k));
        known[static_cast<std::size_t>(i)] = true;
    }
    std::vector<std::int64_t> remaining;
    for (std::int64_t i = 0; i < n; ++i)
        if (!known[static_cast<std::size_t>(i)]) remaining.push_back(i);
    return remaining;
}

template <class T>
void check_field_vector(const char* what, const char* which, std::int64_t n, VectorView<const T> v) {
    if (v.size() != n)
        throw DimensionMismatch(std::string(what) + ": " + which + " has " + std::to_string(v.size()) + " entries where " +
                                    std::to_string(n) + " are needed",
                                n, v.size());
    tamis::detail::check_finite_entries(what, which, MatrixView<const T>(v));
}

template <class T>
void check_observations(const char* what, std::int64_t n, std::int64_t rows, std::int64_t cols, VectorView<const T> y,
                        VectorView<const T> variances, VectorView<T> weights) {
    if (cols != n)
        throw DimensionMismatch(std::string(what) + ": the observations B are " + std::to_string(rows) + "x" +
                                    std::to_string(cols) + " where the field has " + std::to_string(n) + " unknowns",
                                n, cols);
    check_field_vector(what, "the vector of observations", rows, y);
    if (variances.size() != 1 || rows == 1) check_field_vector(what, "the vector of variances", rows, variances);
    for (std::int64_t i = 0; i < rows; ++i) {
        const T v = variances[variances.size() == 1 ? 0 : i];
        if (!(v > 0) || !tamis::detail::is_finite(v))
            throw InvalidArgument(std::string(what) + ": the variance of observation " + std::to_string(i) + " is " +
                                  std::to_string(v) + ", but must be positive and finite");
        weights[i] = 1 / std::sqrt(v);
    }
}

#define TAMIS_INSTANTIATE(T)                                                                                     \
    template void fill_white(T*, std::int64_t, std::uint64_t);                                                   \
    template void check_field_vector(const char*, const char*, std::int64_t, VectorView<const T>);               \
    template void check_observations(const char*, std::int64_t, std::int64_t, std::int64_t, VectorView<const T>, \
                                     VectorView<const T>, VectorView<T>);
TAMIS_INSTANTIATE(float)
TAMIS_INSTANTIATE(double)
#undef TAMIS_INSTANTIATE
#define TAMIS_INSTANTIATE(T, I)                                                                                      \
    template void field_log_density(CsrView<T, I>, double, VectorView<const T>, MatrixView<const T>, VectorView<T>); \
    template Csr<T, I> on_pattern_of(CsrView<T, I>, CsrView<T, I>);
TAMIS_INSTANTIATE(float, std::int32_t)
TAMIS_INSTANTIATE(double, std::int32_t)
TAMIS_INSTANTIATE(float, std::int64_t)
TAMIS_INSTANTIATE(double, std::int64_t)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::learn::detail
