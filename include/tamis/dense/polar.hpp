// polar(A): the polar decomposition of a dense matrix.
#pragma once

#include <utility>

#include <tamis/dense/operand.hpp>

namespace tamis {

namespace detail {
template <class T>
void polar(MatrixView<const T> A, MatrixView<T> U, MatrixView<T> P);
}  // namespace detail

/// A = U P with orthonormal columns of U (rows, where A is wide) and a Hermitian positive semidefinite P.
template <class T>
class PolarDecomposition {
  public:
    PolarDecomposition(Matrix<T> u, Matrix<T> p) : u_(std::move(u)), p_(std::move(p)) {}
    /// U, of A's shape.
    [[nodiscard]] const Matrix<T>& u() const noexcept { return u_; }
    /// P, square of order cols: exactly Hermitian.
    [[nodiscard]] const Matrix<T>& p() const noexcept { return p_; }

  private:
    Matrix<T> u_;
    Matrix<T> p_;
};

/// The polar decomposition A = U P of a dense matrix of any shape, by the SVD A = W Σ Vᴴ: U = W Vᴴ, the nearest matrix with
/// orthonormal columns in every unitarily invariant norm, and P = V Σ Vᴴ = (AᴴA)^½ (Higham, Functions of Matrices, 2008,
/// §8.1). U is unique if A has full rank. InvalidArgument for an entry that is not finite, with the position. For complex
/// matrices write tamis::polar: std::polar is a candidate of an unqualified call.
template <DenseMatrix M>
[[nodiscard]] auto polar(const M& A) {
    using T = dense_scalar_t<M>;
    const detail::ShapedInput<M> a(A);
    Matrix<T> U(a.view().rows(), a.view().cols());
    Matrix<T> P(a.view().cols(), a.view().cols());
    detail::polar<T>(a.view(), MatrixView<T>(U), MatrixView<T>(P));
    return PolarDecomposition<T>(std::move(U), std::move(P));
}

}  // namespace tamis
