// solve_toeplitz, solve_circulant: systems whose matrix is given by its first column and row.
#pragma once

#include <cstdint>

#include <tamis/dense/operand.hpp>

namespace tamis {

namespace detail {
template <class T>
void solve_toeplitz(VectorView<const T> column, VectorView<const T> row, MatrixView<const T> b, MatrixView<T> x);
template <class T>
void solve_circulant(VectorView<const T> column, MatrixView<const T> b, MatrixView<T> x);
}  // namespace detail

/// x with T x = b for the Toeplitz matrix t_ij = column[i − j] (i ≥ j), row[j − i] (j > i); row[0] is not read. Levinson's
/// recursion (Golub and Van Loan, Matrix Computations, 4th ed., section 4.7), O(n²) time and O(n) storage, which needs
/// regular leading minors and may lose digits without them: the backward error is measured, and where it is above 10·max(10,
/// √n)·ε the matrix is formed and factored by LU with a step of refinement, O(n³). DimensionMismatch; InvalidArgument for an
/// entry that is not finite, with its position; SingularMatrix.
template <VectorArgument C, VectorArgument R, DenseArgument B>
[[nodiscard]] auto solve_toeplitz(const C& column, const R& row, const B& b) {
    using T = dense_scalar_t<C>;
    const detail::DenseInput<T, C> c(column);
    const detail::DenseInput<T, R> r(row);
    return detail::allocate_and_apply<T>(c.vector().size(), b, [&](MatrixView<const T> in, MatrixView<T> out) {
        detail::solve_toeplitz<T>(c.vector(), r.vector(), in, out);
    });
}

/// x with C x = b for the circulant matrix c_ij = column[(i − j) mod n], by fast Fourier transforms of any length
/// (Bluestein, IEEE Trans. Audio Electroacoust. 18, 1970) in double precision, O(n log n). DimensionMismatch;
/// InvalidArgument for an entry that is not finite, with its position; SingularMatrix where an eigenvalue, a number of the
/// transform of the column, is at most n·ε times the largest.
template <VectorArgument C, DenseArgument B>
[[nodiscard]] auto solve_circulant(const C& column, const B& b) {
    using T = dense_scalar_t<C>;
    const detail::DenseInput<T, C> c(column);
    return detail::allocate_and_apply<T>(c.vector().size(), b, [&](MatrixView<const T> in, MatrixView<T> out) {
        detail::solve_circulant<T>(c.vector(), in, out);
    });
}

}  // namespace tamis
