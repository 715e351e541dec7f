#include <tamis/learn/softmax.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include <tamis/core/array.hpp>

#include "learn/kernels/entrywise.hpp"
#include "learn/samples.hpp"

namespace tamis::learn::detail {

namespace {

template <class T>
constexpr T infinite = std::numeric_limits<T>::infinity();
template <class T>
constexpr T not_a_number = std::numeric_limits<T>::quiet_NaN();

/// Rows whose numbers stay in the second-level cache together.
std::int64_t rows_at_once(std::int64_t cols) {
    return std::clamp<std::int64_t>((std::int64_t{1} << 15) / std::max<std::int64_t>(cols, 1), 8, 512);
}

[[noreturn]] void throw_nan(const char* what, std::int64_t i, std::int64_t j) {
    throw InvalidArgument(std::string(what) + ": X holds a NaN at row " + std::to_string(i) + ", column " +
                          std::to_string(j));
}

/// What is taken off before exponentials: the largest number, or 0 where that is not finite.
template <class T>
T shift_of(T largest) {
    return std::isfinite(largest) ? largest : T(0);
}

/// y := softmax (log softmax) of n numbers in place, of which the largest is not finite.
template <class T>
void softmax_at_infinity(std::int64_t n, T* y, std::int64_t stride, T largest, bool logarithm) {
    std::int64_t count = 0;
    for (std::int64_t k = 0; k < n; ++k) count += y[k * stride] == largest ? 1 : 0;
    const bool one = largest > 0 && count == 1;
    for (std::int64_t k = 0; k < n; ++k) {
        T& v = y[k * stride];
        if (v == largest) v = one ? (logarithm ? T(0) : T(1)) : not_a_number<T>;
        else v = logarithm ? -infinite<T> : T(0);
    }
}

/// A block of rows by columns: their largest numbers, of what is copied to Y (rows contiguous in each column).
template <class T>
void copy_and_raise(const char* what, MatrixView<const T> X, std::int64_t begin, std::int64_t rows, T* Y, std::int64_t ldy,
                    T* largest) {
    std::fill_n(largest, rows, -infinite<T>);
    bool nan = false;
    for (std::int64_t j = 0; j < X.cols(); ++j) {
        const T* const x = X.data() + begin * X.row_stride() + j * X.col_stride();
        T* const y = Y + j * ldy;
        bool here = false;
        for (std::int64_t i = 0; i < rows; ++i) {
            y[i] = x[i * X.row_stride()];
            here |= y[i] != y[i];
        }
        nan |= here;
        entrywise<T>().raise(rows, y, largest);
    }
    if (!nan) return;
    for (std::int64_t i = 0; i < rows; ++i)
        for (std::int64_t j = 0; j < X.cols(); ++j)
            if (std::isnan(X(begin + i, j))) throw_nan(what, begin + i, j);
}

/// One row whose numbers are contiguous in `y`.
template <class T>
void softmax_run(std::int64_t n, T* y, bool logarithm, Array<T>& work) {
    T largest = -infinite<T>;
    for (std::int64_t k = 0; k < n; ++k) largest = std::max(largest, y[k]);
    if (n == 0) return;
    if (!std::isfinite(largest)) {
        softmax_at_infinity(n, y, 1, largest, logarithm);
        return;
    }
    if (work.size() < n) work = Array<T>(n, uninitialized);
    for (std::int64_t k = 0; k < n; ++k) y[k] -= largest;
    entrywise<T>().exponential(n, y, work.data());
    double sum = 0;
    for (std::int64_t k = 0; k < n; ++k) sum += static_cast<double>(work[k]);
    const auto total = static_cast<T>(sum);
    const auto log_total = static_cast<T>(std::log(sum));
    for (std::int64_t k = 0; k < n; ++k) y[k] = logarithm ? y[k] - log_total : work[k] / total;
}

template <class T>
T log_sum_run(std::int64_t n, T* y) {
    T largest = -infinite<T>;
    for (std::int64_t k = 0; k < n; ++k) largest = std::max(largest, y[k]);
    if (!std::isfinite(largest)) return largest;
    for (std::int64_t k = 0; k < n; ++k) y[k] -= largest;
    entrywise<T>().exponential(n, y, y);
    double sum = 0;
    for (std::int64_t k = 0; k < n; ++k) sum += static_cast<double>(y[k]);
    return static_cast<T>(static_cast<double>(largest) + std::log(sum));
}

/// row[k] = X(i, k); NaN refused.
template <class T>
void copy_row(const char* what, MatrixView<const T> X, std::int64_t i, T* row) {
    for (std::int64_t k = 0; k < X.cols(); ++k) {
        row[k] = X(i, k);
        if (std::isnan(row[k])) throw_nan(what, i, k);
    }
}

/// Whether rows are taken one by one: few of them, or long ones that lie together.
template <class T>
bool by_rows(MatrixView<const T> X) {
    return X.rows() < 8 || (X.col_stride() == 1 && X.row_stride() != 1 && X.cols() >= 32);
}

}  // namespace

template <class T>
void softmax_rows(const char* what, MatrixView<const T> X, bool logarithm, MatrixView<T> Y) {
    const std::int64_t n = X.rows(), p = X.cols();
    if (n == 0 || p == 0) return;
    const std::int64_t step = rows_at_once(p);
    for_each_piece(n, step, 16 * n * p, [&](std::int64_t begin, std::int64_t end) {
        const std::int64_t rows = end - begin;
        if (by_rows(X)) {
            Array<T> row(p, uninitialized), work;
            for (std::int64_t i = begin; i < end; ++i) {
                copy_row(what, X, i, row.data());
                softmax_run(p, row.data(), logarithm, work);
                for (std::int64_t k = 0; k < p; ++k) Y(i, k) = row[k];
            }
            return;
        }
        // Y's columns are contiguous: results of matrices are allocated so.
        T* const y = Y.data() + begin;
        const std::int64_t ldy = Y.col_stride();
        Array<T> largest(rows, uninitialized), shift(rows, uninitialized), sum(rows), exponentials(logarithm ? rows : 0);
        copy_and_raise(what, X, begin, rows, y, ldy, largest.data());
        for (std::int64_t i = 0; i < rows; ++i) shift[i] = shift_of(largest[i]);
        for (std::int64_t j = 0; j < p; ++j)
            entrywise<T>().shifted_exponential(rows, y + j * ldy, shift.data(),
                                               logarithm ? exponentials.data() : y + j * ldy, sum.data());
        if (logarithm)
            for (std::int64_t i = 0; i < rows; ++i) sum[i] = std::log(sum[i]);
        for (std::int64_t j = 0; j < p; ++j)
            for (std::int64_t i = 0; i < rows; ++i) {
                T& v = y[j * ldy + i];
                v = logarithm ? (v - shift[i]) - sum[i] : v / sum[i];
            }
        for (std::int64_t i = 0; i < rows; ++i)
            if (!std::isfinite(largest[i])) {
                for (std::int64_t j = 0; j < p; ++j) y[j * ldy + i] = X(begin + i, j);
                softmax_at_infinity(p, y + i, ldy, largest[i], logarithm);
            }
    });
}

template <class T>
void log_sum_exp_rows(MatrixView<const T> X, VectorView<T> s) {
    const std::int64_t n = X.rows(), p = X.cols();
    const std::int64_t step = rows_at_once(p);
    for_each_piece(n, step, 16 * n * std::max<std::int64_t>(p, 1), [&](std::int64_t begin, std::int64_t end) {
        const std::int64_t rows = end - begin;
        if (by_rows(X)) {
            Array<T> row(p, uninitialized);
            for (std::int64_t i = begin; i < end; ++i) {
                copy_row("log_sum_exp", X, i, row.data());
                s[i] = log_sum_run(p, row.data());
            }
            return;
        }
        Array<T> block(rows * p, uninitialized), largest(rows, uninitialized), shift(rows, uninitialized), sum(rows);
        copy_and_raise("log_sum_exp", X, begin, rows, block.data(), rows, largest.data());
        for (std::int64_t i = 0; i < rows; ++i) shift[i] = shift_of(largest[i]);
        for (std::int64_t j = 0; j < p; ++j)
            entrywise<T>().shifted_exponential(rows, block.data() + j * rows, shift.data(), block.data() + j * rows,
                                               sum.data());
        for (std::int64_t i = 0; i < rows; ++i)
            s[begin + i] = std::isfinite(largest[i])
                               ? static_cast<T>(static_cast<double>(largest[i]) + std::log(static_cast<double>(sum[i])))
                               : largest[i];
    });
}

namespace {
template <class T, class I, class Row>
void for_each_sparse_row(const char* what, CsrView<T, I> X, const Row& row) {
    for_each_piece(X.rows(), 64, 16 * (X.nnz() + X.rows()), [&](std::int64_t begin, std::int64_t end) {
        Array<T> work;
        for (std::int64_t i = begin; i < end; ++i) {
            const auto first = static_cast<std::int64_t>(X.row_offsets()[static_cast<std::size_t>(i)]);
            const auto last = static_cast<std::int64_t>(X.row_offsets()[static_cast<std::size_t>(i) + 1]);
            for (std::int64_t e = first; e < last; ++e)
                if (std::isnan(X.values()[static_cast<std::size_t>(e)]))
                    throw_nan(what, i, static_cast<std::int64_t>(X.col_indices()[static_cast<std::size_t>(e)]));
            row(i, first, last, work);
        }
    });
}
}  // namespace

template <class T, class I>
void softmax_entries(const char* what, CsrView<T, I> X, bool logarithm, T* values) {
    for_each_sparse_row(what, X, [&](std::int64_t, std::int64_t first, std::int64_t last, Array<T>& work) {
        softmax_run(last - first, values + first, logarithm, work);
    });
}

template <class T, class I>
void log_sum_exp_entries(CsrView<T, I> X, VectorView<T> s) {
    for_each_sparse_row("log_sum_exp", X, [&](std::int64_t i, std::int64_t first, std::int64_t last, Array<T>& work) {
        if (work.size() < last - first) work = Array<T>(last - first, uninitialized);
        std::copy_n(X.values().data() + first, last - first, work.data());
        s[i] = log_sum_run(last - first, work.data());
    });
}

#define TAMIS_INSTANTIATE(T)                                                                         \
    template void softmax_rows<T>(const char*, MatrixView<const T>, bool, MatrixView<T>);            \
    template void log_sum_exp_rows<T>(MatrixView<const T>, VectorView<T>);                           \
    template void softmax_entries<T, std::int32_t>(const char*, CsrView<T, std::int32_t>, bool, T*); \
    template void softmax_entries<T, std::int64_t>(const char*, CsrView<T, std::int64_t>, bool, T*); \
    template void log_sum_exp_entries<T, std::int32_t>(CsrView<T, std::int32_t>, VectorView<T>);     \
    template void log_sum_exp_entries<T, std::int64_t>(CsrView<T, std::int64_t>, VectorView<T>);
TAMIS_INSTANTIATE(float)
TAMIS_INSTANTIATE(double)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::learn::detail
