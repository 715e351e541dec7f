// matrix_power and trace of dense matrices.
#pragma once

#include <cstdint>
#include <string>

#include <tamis/dense/operand.hpp>

namespace tamis {

namespace detail {
template <class T>
void integer_power(MatrixView<const T> A, std::int64_t exponent, MatrixView<T> X);
}  // namespace detail

/// A^n for any integer n: I for n = 0, powers of the inverse (by LU) for n < 0. Repeated squaring, at most 2 log₂|n|
/// products; entries that overflow are infinite or NaN. DimensionMismatch for a rectangle, InvalidArgument for an entry that
/// is not finite, SingularMatrix where the inverse is asked for and there is none. 3 n² numbers of storage.
template <DenseMatrix M>
[[nodiscard]] auto matrix_power(const M& A, std::int64_t n) {
    using T = dense_scalar_t<M>;
    const detail::ShapedInput<M> a(A);
    return detail::allocate_matrix<T>(a.view().rows(), a.view().cols(),
                                      [&](MatrixView<T> X) { detail::integer_power<T>(a.view(), n, X); });
}

/// Σ a_ii over the min(rows, cols) entries of the diagonal; 0 for an empty matrix. NaN and infinity follow IEEE.
template <DenseMatrix M>
[[nodiscard]] auto trace(const M& A) {
    const detail::ShapedInput<M> a(A);
    dense_scalar_t<M> sum{};
    const auto view = a.view();
    for (std::int64_t i = 0; i < view.rows() && i < view.cols(); ++i) sum += view(i, i);
    return sum;
}

}  // namespace tamis
