// qr_vjp and qr_jvp: derivatives of the dense QR factors.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <tamis/adjoint/matrix_input.hpp>
#include <tamis/dense/qr.hpp>

namespace tamis::derivatives {

/// Tangents of the factors of A(:, p) = Q·R, Q with min(rows, cols) columns.
template <class T>
struct QrTangents {
    Matrix<T> q;
    Matrix<T> r;  ///< upper trapezoidal
};

namespace detail {
template <class T>
void qr_cotangent(MatrixView<const T> Q, MatrixView<const T> R, std::span<const std::int64_t> p, MatrixView<const T> q_bar,
                  MatrixView<const T> r_bar, MatrixView<T> A_bar);
template <class T>
void qr_tangent(MatrixView<const T> Q, MatrixView<const T> R, std::span<const std::int64_t> p, MatrixView<const T> A_dot,
                MatrixView<T> q_dot, MatrixView<T> r_dot);
}  // namespace detail

/// A_bar from the cotangents of q(), rows × min(rows, cols), and r(), min(rows, cols) × cols, in A(:, p) = Q·R; the pivots
/// of a pivoted factorization are held fixed. Tall and square: (Q_bar + Q W̃) R⁻ᴴ with W = R_bar Rᴴ − Qᴴ Q_bar and W̃ its
/// upper triangle and the adjoint of that. Wide: R = [R₁ R₂], the same for R₁ and Q_bar + (Q R₂) R̄₂ᴴ, and Q R̄₂ beside it.
/// Of r_bar the upper trapezoid is read. Either may be left out: an empty matrix, or `{}`, is zero.
///
/// The gauge is LAPACK's: the diagonal of R is real, of either sign, and the signs are held fixed. The leading min(rows,
/// cols) columns of A(:, p) must be linearly independent: SingularMatrix where the condition of R₁ is beyond 1/ε.
/// DimensionMismatch; InvalidArgument for an entry that is not finite, with the position. 6 m n² + n³ flops for m ≥ n beyond
/// forming Q, 5 m n numbers of storage. S. F. Walter, L. Lehmann, Algorithmic differentiation of linear algebra functions,
/// arXiv:1001.1654, 2010; D. A. O. Roberts, L. R. Roberts, QR and LQ decomposition matrix backpropagation algorithms for
/// square, wide, and deep, real or complex, matrices, arXiv:2009.10071, 2020.
template <class T, DenseMatrix M = MatrixView<const T>, DenseMatrix N = MatrixView<const T>>
[[nodiscard]] Matrix<T> qr_vjp(const DenseQr<T>& F, const M& q_bar, const N& r_bar) {
    const detail::MatrixInput<T, M> q(q_bar);
    const detail::MatrixInput<T, N> r(r_bar);
    const Matrix<T> Q = F.q(), R = F.r();
    return tamis::detail::allocate_matrix<T>(F.rows(), F.cols(), [&](MatrixView<T> A_bar) {
        detail::qr_cotangent<T>(Q, R, F.permutation(), q.matrix(), r.matrix(), A_bar);
    });
}

/// {q, r}: the tangents of Q and R. With C = Qᴴ A_dot(:, p) R⁻¹, U its strictly upper part plus the adjoint of its strictly
/// lower one and the real part of its diagonal: r = U R, q = A_dot(:, p) R⁻¹ − Q U. Cost and errors as qr_vjp.
template <class T, DenseMatrix M>
[[nodiscard]] QrTangents<T> qr_jvp(const DenseQr<T>& F, const M& A_dot) {
    const detail::MatrixInput<T, M> dot(A_dot);
    const Matrix<T> Q = F.q(), R = F.r();
    QrTangents<T> result{Matrix<T>(Q.rows(), Q.cols()), Matrix<T>(R.rows(), R.cols())};
    detail::qr_tangent<T>(Q, R, F.permutation(), dot.matrix(), result.q, result.r);
    return result;
}

}  // namespace tamis::derivatives
