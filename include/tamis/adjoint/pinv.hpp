// pinv_vjp and pinv_jvp: derivatives of the Moore–Penrose inverse.
#pragma once

#include <cstdint>
#include <optional>

#include <tamis/adjoint/matrix_input.hpp>
#include <tamis/dense/svd.hpp>

namespace tamis::derivatives {

namespace detail {
template <class T>
void pinv_cotangent(MatrixView<const T> U, MatrixView<const Real<T>> s, MatrixView<const T> Vt, std::int64_t rank,
                    MatrixView<const T> X_bar, MatrixView<T> A_bar);
template <class T>
void pinv_tangent(MatrixView<const T> U, MatrixView<const Real<T>> s, MatrixView<const T> Vt, std::int64_t rank,
                  MatrixView<const T> A_dot, MatrixView<T> X_dot);
}  // namespace detail

/// A_bar, m×n, from the cotangent X_bar, n×m, of X = A⁺ by the decomposition S of A: −XᴴX_bar Xᴴ + (I − AX) X_barᴴ XXᴴ + XᴴX
/// X_barᴴ (I − XA), by products with the first r = rank singular vectors.
///
/// The rank, by the tolerance of `options` or else that of S, is held constant: at a deficient rank A⁺ is continuous among
/// the matrices of that rank alone, and the derivative is the one along them (what of A_dot would raise the rank counts for
/// nothing).
///
/// DimensionMismatch; InvalidArgument for an entry that is not finite, for options that are negative or not finite, and for
/// a decomposition without vectors. 10 m n r flops, 3 m n numbers of storage. G. H. Golub, V. Pereyra, The differentiation
/// of pseudo-inverses and nonlinear least squares problems whose variables separate, SIAM J. Numer. Anal. 10(2), 1973.
template <class T, DenseMatrix D>
[[nodiscard]] Matrix<T> pinv_vjp(const DenseSvd<T>& S, const D& X_bar, const std::optional<RankOptions>& options = {}) {
    const detail::MatrixInput<T, D> bar(X_bar);
    const Matrix<T> U = S.u(), Vt = S.vt();
    const Vector<Real<T>> values = S.singular_values();
    const std::int64_t rank = options ? S.rank(*options) : S.rank();
    return tamis::detail::allocate_matrix<T>(S.rows(), S.cols(), [&](MatrixView<T> A_bar) {
        detail::pinv_cotangent<T>(U, values, Vt, rank, bar.matrix(), A_bar);
    });
}
/// The same by the singular value decomposition of A.
template <DenseMatrix M, DenseMatrix D>
[[nodiscard]] auto pinv_vjp(const M& A, const D& X_bar, const RankOptions& options = {}) {
    return pinv_vjp(svd(A), X_bar, options);
}

/// X_dot = −X A_dot X + XXᴴ A_dotᴴ (I − AX) + (I − XA) A_dotᴴ XᴴX, n×m, at constant rank; otherwise as pinv_vjp.
template <class T, DenseMatrix D>
[[nodiscard]] Matrix<T> pinv_jvp(const DenseSvd<T>& S, const D& A_dot, const std::optional<RankOptions>& options = {}) {
    const detail::MatrixInput<T, D> dot(A_dot);
    const Matrix<T> U = S.u(), Vt = S.vt();
    const Vector<Real<T>> values = S.singular_values();
    const std::int64_t rank = options ? S.rank(*options) : S.rank();
    return tamis::detail::allocate_matrix<T>(
        S.cols(), S.rows(), [&](MatrixView<T> X_dot) { detail::pinv_tangent<T>(U, values, Vt, rank, dot.matrix(), X_dot); });
}
template <DenseMatrix M, DenseMatrix D>
[[nodiscard]] auto pinv_jvp(const M& A, const D& A_dot, const RankOptions& options = {}) {
    return pinv_jvp(svd(A), A_dot, options);
}

}  // namespace tamis::derivatives
