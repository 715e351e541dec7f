// softmax, log_softmax and log_sum_exp, of vectors, of the rows of dense matrices, and over the entries of sparse rows.
#pragma once

#include <cstdint>

#include <tamis/dense/operand.hpp>
#include <tamis/sparse/operand.hpp>

namespace tamis::learn {

namespace detail {
template <class T>
void softmax_rows(const char* what, MatrixView<const T> X, bool logarithm, MatrixView<T> Y);
template <class T>
void log_sum_exp_rows(MatrixView<const T> X, VectorView<T> s);
/// Over the entries of each row, whose values are overwritten.
template <class T, class I>
void softmax_entries(const char* what, CsrView<T, I> X, bool logarithm, T* values);
template <class T, class I>
void log_sum_exp_entries(CsrView<T, I> X, VectorView<T> s);

template <class X>
auto softmax_of(const char* what, const X& x, bool logarithm) {
    if constexpr (SparseMatrix<X>) {
        using T = scalar_t<X>;
        static_assert(!is_complex_v<T>, "tamis: softmax is of real numbers");
        const tamis::detail::MajorInput<T, true, X> a(x);
        Csr<T, index_t<X>> Y(a.view());
        softmax_entries<T, index_t<X>>(what, a.view(), logarithm, Y.values().data());
        if constexpr (X::is_row_major) return Y;
        else return as_transposed(tamis::detail::transpose(Y.view()));
    } else {
        using T = dense_scalar_t<X>;
        static_assert(!is_complex_v<T>, "tamis: softmax is of real numbers");
        const tamis::detail::DenseInput<T, X> a(x);
        DenseResult<T, X> y(a.matrix().rows(), a.matrix().cols());
        // A vector is one row.
        if constexpr (VectorArgument<X>)
            softmax_rows<T>(what, a.matrix().transposed(), logarithm, MatrixView<T>(y).transposed());
        else softmax_rows<T>(what, a.matrix(), logarithm, MatrixView<T>(y));
        return y;
    }
}
}  // namespace detail

/// exp(x_i) / Σ exp(x_j) of a vector; of each row of a matrix; of each row of a sparse matrix over its entries alone, as if
/// what is not stored were −∞ (a mask), on the same pattern and in the same format. Real scalars.
///
/// The largest entry is taken off first, so that nothing overflows. −∞ gives 0, as the limit does. One +∞ gives 1 there and
/// 0 elsewhere; several of them, and a row of −∞ only, have no limit: NaN (in the former case where they stand), as in SciPy
/// and torch. Without entries the result is empty. InvalidArgument for NaN, with its position. Relative error: (x_max − x_i
/// + n + 4) ε at worst. O(n p); no storage but the result and a few numbers a row of a block.
template <class X>
    requires DenseArgument<X> || SparseMatrix<X>
[[nodiscard]] auto softmax(const X& x) {
    return detail::softmax_of("softmax", x, false);
}

/// log softmax, x_i − log Σ exp(x_j), without the underflow of softmax; otherwise as that: −∞ for −∞, and beside one +∞,
/// which itself gives 0.
template <class X>
    requires DenseArgument<X> || SparseMatrix<X>
[[nodiscard]] auto log_softmax(const X& x) {
    return detail::softmax_of("log_softmax", x, true);
}

/// log Σ exp(x_i) without over- or underflow: a number for a vector, a Vector<T> with one for each row of a matrix; of a
/// sparse matrix over the entries of each row. −∞ where all are −∞ or there are none (an empty sum), +∞ where one is.
/// InvalidArgument for NaN, with its position.
template <class X>
    requires DenseArgument<X> || SparseMatrix<X>
[[nodiscard]] auto log_sum_exp(const X& x) {
    if constexpr (SparseMatrix<X>) {
        using T = scalar_t<X>;
        static_assert(!is_complex_v<T>, "tamis: log_sum_exp is of real numbers");
        const tamis::detail::MajorInput<T, true, X> a(x);
        Vector<T> s(x.rows());
        detail::log_sum_exp_entries<T, index_t<X>>(a.view(), VectorView<T>(s));
        return s;
    } else {
        using T = dense_scalar_t<X>;
        static_assert(!is_complex_v<T>, "tamis: log_sum_exp is of real numbers");
        const tamis::detail::DenseInput<T, X> a(x);
        if constexpr (VectorArgument<X>) {
            T s = 0;
            detail::log_sum_exp_rows<T>(a.matrix().transposed(), VectorView<T>(&s, 1));
            return s;
        } else {
            Vector<T> s(a.matrix().rows());
            detail::log_sum_exp_rows<T>(a.matrix(), VectorView<T>(s));
            return s;
        }
    }
}

}  // namespace tamis::learn
