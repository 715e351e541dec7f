// solve_banded, solveh_banded, solve_tridiagonal: systems given by their diagonals.
#pragma once

#include <cstdint>

#include <tamis/dense/operand.hpp>

namespace tamis {

namespace detail {
template <class T>
void solve_banded(MatrixView<const T> bands, std::int64_t lower, std::int64_t upper, MatrixView<const T> b, MatrixView<T> x);
template <class T>
void solveh_banded(MatrixView<const T> bands, MatrixView<const T> b, MatrixView<T> x);
template <class T>
void solve_tridiagonal(VectorView<const T> lower, VectorView<const T> diagonal, VectorView<const T> upper,
                       MatrixView<const T> b, MatrixView<T> x);
}  // namespace detail

/// x with A x = b for a band matrix A in SciPy's diagonal-ordered storage: bands(upper + i − j, j) = a_ij, with lower +
/// upper + 1 rows and a column for each of A; the corners outside of A are not read. LAPACK's xGBTRF, or xGTTRF for a
/// tridiagonal A, with partial pivoting. DimensionMismatch; InvalidArgument for an entry that is not finite, with its
/// position in `bands` or b; SingularMatrix with the row. O(n lower (lower + upper)).
template <DenseMatrix M, DenseArgument B>
[[nodiscard]] auto solve_banded(const M& bands, std::int64_t lower, std::int64_t upper, const B& b) {
    using T = dense_scalar_t<M>;
    const detail::ShapedInput<M> a(bands);
    return detail::allocate_and_apply<T>(a.view().cols(), b, [&](MatrixView<const T> in, MatrixView<T> out) {
        detail::solve_banded<T>(a.view(), lower, upper, in, out);
    });
}

/// x with A x = b for a Hermitian positive definite band matrix A by its upper diagonals: bands(u + i − j, j) = a_ij for i ≤
/// j, u + 1 rows. LAPACK's xPBTRF. DimensionMismatch; InvalidArgument as above; NotPositiveDefinite with the column. O(n
/// u²).
template <DenseMatrix M, DenseArgument B>
[[nodiscard]] auto solveh_banded(const M& bands, const B& b) {
    using T = dense_scalar_t<M>;
    const detail::ShapedInput<M> a(bands);
    return detail::allocate_and_apply<T>(
        a.view().cols(), b, [&](MatrixView<const T> in, MatrixView<T> out) { detail::solveh_banded<T>(a.view(), in, out); });
}

/// x with A x = b for a tridiagonal A by its three diagonals, of n − 1, n and n − 1 entries. LAPACK's xGTTRF with partial
/// pivoting. DimensionMismatch; InvalidArgument as above; SingularMatrix with the row. O(n).
template <VectorArgument L, VectorArgument D, VectorArgument U, DenseArgument B>
[[nodiscard]] auto solve_tridiagonal(const L& lower, const D& diagonal, const U& upper, const B& b) {
    using T = dense_scalar_t<D>;
    const detail::DenseInput<T, L> l(lower);
    const detail::DenseInput<T, D> d(diagonal);
    const detail::DenseInput<T, U> u(upper);
    return detail::allocate_and_apply<T>(d.vector().size(), b, [&](MatrixView<const T> in, MatrixView<T> out) {
        detail::solve_tridiagonal<T>(l.vector(), d.vector(), u.vector(), in, out);
    });
}

}  // namespace tamis
