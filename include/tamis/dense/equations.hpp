// Linear matrix equations with dense coefficients: Sylvester, Lyapunov and discrete Lyapunov.
#pragma once

#include <concepts>
#include <cstdint>

#include <tamis/dense/operand.hpp>

namespace tamis {

namespace detail {
template <class T>
void sylvester_into(MatrixView<const T> A, MatrixView<const T> B, MatrixView<const T> C, MatrixView<T> X);
template <class T>
void lyapunov_into(const char* what, MatrixView<const T> A, MatrixView<const T> Q, MatrixView<T> X);
template <class T>
void discrete_lyapunov_into(const char* what, MatrixView<const T> A, MatrixView<const T> Q, MatrixView<T> X);
}  // namespace detail

/// X, m×n, with A X + X B = C for A m×m, B n×n and C m×n, by Schur forms of A and B (Bartels, Stewart, Comm. ACM 15, 1972),
/// the triangular equation in recursive blocks (Jonsson, Kågström, ACM Trans. Math. Softw. 28, 2002). The residual is small
/// relative to (‖A‖ + ‖B‖) ‖X‖ + ‖C‖, in the Frobenius norm.
///
/// The solution is unique unless an eigenvalue of A is the negative of one of B: SingularMatrix, which names them, where
/// their sum is zero up to rounding, and where the solution overflows. DimensionMismatch; InvalidArgument for an entry that
/// is not finite; NotConverged where a Schur form fails. Cost: 25 (m³ + n³) + 5 m n (m + n) flops. Storage: 2 (m² + n²) + m
/// n numbers.
template <DenseMatrix A, DenseMatrix B, DenseMatrix C>
[[nodiscard]] Matrix<dense_scalar_t<A>> solve_sylvester(const A& a, const B& b, const C& c) {
    using T = dense_scalar_t<A>;
    static_assert(std::same_as<T, dense_scalar_t<B>> && std::same_as<T, dense_scalar_t<C>>,
                  "tamis: the matrices of an equation must have the same scalars");
    const detail::ShapedInput<C> right(c);
    return detail::allocate_matrix<T>(right.view().rows(), right.view().cols(), [&](auto X) {
        detail::sylvester_into<T>(detail::ShapedInput<A>(a).view(), detail::ShapedInput<B>(b).view(), right.view(), X);
    });
}

/// X with A X + X Aᴴ = Q, all n×n, by one Schur form of A, as solve_sylvester. X is Hermitian, to the last bit, if Q is; it
/// is positive definite if Q is negative definite and the eigenvalues of A lie in the left half plane. SingularMatrix where
/// two eigenvalues of A have λ + conj(μ) = 0 up to rounding. Cost: about 40 n³ flops.
template <DenseMatrix A, DenseMatrix Q>
[[nodiscard]] Matrix<dense_scalar_t<A>> solve_lyapunov(const A& a, const Q& q) {
    using T = dense_scalar_t<A>;
    static_assert(std::same_as<T, dense_scalar_t<Q>>, "tamis: the matrices of an equation must have the same scalars");
    const detail::ShapedInput<Q> right(q);
    return detail::allocate_matrix<T>(right.view().rows(), right.view().cols(), [&](auto X) {
        detail::lyapunov_into<T>("solve_lyapunov", detail::ShapedInput<A>(a).view(), right.view(), X);
    });
}

/// X with A X Aᴴ − X + Q = 0, all n×n, by a complex Schur form of A and substitution in recursive blocks (Kitagawa, Int. J.
/// Control 25, 1977; Barraud, IEEE Trans. Autom. Control 22, 1977), which, unlike the bilinear transform, takes eigenvalues
/// near 1 and −1. X is Hermitian, to the last bit, if Q is, and positive semidefinite if Q is and the eigenvalues of A lie
/// in the unit disk. SingularMatrix where two eigenvalues of A have λ conj(μ) = 1 up to rounding. Cost: about 60 n³ flops.
template <DenseMatrix A, DenseMatrix Q>
[[nodiscard]] Matrix<dense_scalar_t<A>> solve_discrete_lyapunov(const A& a, const Q& q) {
    using T = dense_scalar_t<A>;
    static_assert(std::same_as<T, dense_scalar_t<Q>>, "tamis: the matrices of an equation must have the same scalars");
    const detail::ShapedInput<Q> right(q);
    return detail::allocate_matrix<T>(right.view().rows(), right.view().cols(), [&](auto X) {
        detail::discrete_lyapunov_into<T>("solve_discrete_lyapunov", detail::ShapedInput<A>(a).view(), right.view(), X);
    });
}

}  // namespace tamis
