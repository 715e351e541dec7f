// What the singular value decomposition says of a dense matrix in one call: pinv, matrix_rank, null_space, orth; and of two:
// subspace_angles, orthogonal_procrustes.
#pragma once

#include <cstdint>

#include <tamis/dense/svd.hpp>

namespace tamis {

namespace detail {
template <class T>
std::int64_t matrix_rank(MatrixView<const T> A, const RankOptions& options);
template <class T>
Array<Real<T>> subspace_angles(MatrixView<const T> A, MatrixView<const T> B);
template <class T>
Real<T> orthogonal_procrustes(MatrixView<const T> A, MatrixView<const T> B, MatrixView<T> R);
}  // namespace detail

/// The Moore–Penrose inverse A⁺, cols × rows, by the SVD without the singular values that count as zero (RankOptions: at
/// most max(absolute, relative · σ₁), by default max(rows, cols) ε σ₁). InvalidArgument for an entry that is not finite,
/// with the position, and for options that are negative or not finite. What it is wanted for is mostly `least_squares(A,
/// b)`.
template <DenseMatrix M>
[[nodiscard]] auto pinv(const M& A, const RankOptions& options = {}) {
    return svd(A).pinv(options);
}

/// How many singular values of A are above the threshold of the options, by default max(rows, cols) ε σ₁. Throws as pinv.
template <DenseMatrix M>
[[nodiscard]] std::int64_t matrix_rank(const M& A, const RankOptions& options = {}) {
    return detail::matrix_rank<dense_scalar_t<M>>(detail::ShapedInput<M>(A).view(), options);
}

/// An orthonormal basis, cols × (cols − rank), of the x with A x = 0: right singular vectors. Throws as pinv.
template <DenseMatrix M>
[[nodiscard]] auto null_space(const M& A, const RankOptions& options = {}) {
    return svd(A).null_space(options);
}

/// An orthonormal basis, rows × rank, of all A x: left singular vectors. Throws as pinv.
template <DenseMatrix M>
[[nodiscard]] auto orth(const M& A, const RankOptions& options = {}) {
    return svd(A).range(options);
}

/// The principal angles in [0, π/2] between the ranges of A and B, matrices of as many rows, descending; min(rank A, rank B)
/// numbers. Angles below π/4 by their sines and the others by their cosines, so that all are found to an error of about ε κ,
/// the smallest ones too (Björck, Golub, Math. Comp. 27, 1973; Knyazev, Argentati, SIAM J. Sci. Comput. 23, 2002,
/// Algorithm 3.1). DimensionMismatch; InvalidArgument for an entry that is not finite.
template <DenseMatrix M, DenseMatrix N>
[[nodiscard]] auto subspace_angles(const M& A, const N& B) {
    using T = dense_scalar_t<M>;
    const Array<Real<T>> angles =
        detail::subspace_angles<T>(detail::ShapedInput<M>(A).view(), detail::ShapedInput<N>(B).view());
    return Vector<Real<T>>(Eigen::Map<const Vector<Real<T>>>(angles.data(), angles.size()));
}

/// The result of orthogonal_procrustes.
template <class T>
struct Procrustes {
    Matrix<T> r;    ///< unitary
    Real<T> scale;  ///< the sum of the singular values of AᴴB: scale / ‖A‖_F² scales A onto B best
};

/// The unitary R that minimises ‖A R − B‖_F for two matrices of one shape, R = U Vᴴ with AᴴB = U Σ Vᴴ (Schönemann,
/// Psychometrika 31, 1966). DimensionMismatch; InvalidArgument for an entry that is not finite.
template <DenseMatrix M, DenseMatrix N>
[[nodiscard]] auto orthogonal_procrustes(const M& A, const N& B) {
    using T = dense_scalar_t<M>;
    const detail::ShapedInput<M> a(A);
    const detail::ShapedInput<N> b(B);
    Procrustes<T> result{Matrix<T>(a.view().cols(), a.view().cols()), 0};
    result.scale = detail::orthogonal_procrustes<T>(a.view(), b.view(), MatrixView<T>(result.r));
    return result;
}

}  // namespace tamis
