// svd_vjp and svd_jvp: derivatives of the dense singular value decomposition.
#pragma once

#include <tamis/adjoint/gauge.hpp>
#include <tamis/adjoint/matrix_input.hpp>
#include <tamis/dense/svd.hpp>

namespace tamis::derivatives {

/// Tangents of the decomposition A = U diag(σ) Vᴴ, in the shapes of u(), singular_values() and vt().
template <class T>
struct SvdTangents {
    Matrix<T> u;
    Vector<Real<T>> singular_values;
    Matrix<T> vt;
};

namespace detail {
template <class T>
void svd_cotangent(MatrixView<const T> U, MatrixView<const Real<T>> s, MatrixView<const T> Vt, MatrixView<const T> u_bar,
                   MatrixView<const Real<T>> s_bar, MatrixView<const T> vt_bar, const GaugeOptions& options,
                   MatrixView<T> A_bar);
template <class T>
void svd_tangent(MatrixView<const T> U, MatrixView<const Real<T>> s, MatrixView<const T> Vt, MatrixView<const T> A_dot,
                 const GaugeOptions& options, MatrixView<T> u_dot, MatrixView<Real<T>> s_dot, MatrixView<T> vt_dot);
}  // namespace detail

/// A_bar from the cotangents of u(), singular_values() and vt() (of Vᴴ itself), thin or full, of any shape. With k = min(m,
/// n), S_u and S_v the skew-Hermitian parts of UᴴU_bar and VᴴV_bar: U₁ P Vᴴ₁ + (I − U₁U₁ᴴ) U_bar Σ⁻¹ V₁ᴴ + U₁ Σ⁻¹ V_barᴴ (I
/// − V₁V₁ᴴ), where P_ij = (S_u + S_v)_ij / (σ_j − σ_i) + (S_u − S_v)_ij / (σ_i + σ_j), and s_bar is on its diagonal: no
/// squares of singular values are taken. Each cotangent may be left out: an empty matrix or vector, or `{}`, is zero.
///
/// InvalidArgument, with the indices, where the loss depends on the gauge (GaugeOptions): on the common phase of complex uᵢ
/// and vᵢ; for equal singular values on the basis, or on which of them is which; for singular values of zero also on u and v
/// apart, on the way u turns into the rest of the space, and on the value, which has a kink there; for Vectors::full on the
/// basis of the null space. A loss that is invariant is differentiated. The gauge of the sum of all singular values at a
/// deficient rank is `norm_vjp(S, Norm::nuclear, bar)`.
///
/// InvalidArgument for a decomposition without vectors and for an entry that is not finite; DimensionMismatch. 14 m k² flops
/// for thin ones and m ≥ n, 8 m n numbers of storage. J. Townsend, Differentiating the singular value decomposition, 2016;
/// Z.-Q. Wan, S.-X. Zhang, Automatic differentiation for complex valued SVD, arXiv:1909.02659, 2019.
template <class T, DenseMatrix M = MatrixView<const T>, DenseArgument S = VectorView<const Real<T>>,
          DenseMatrix N = MatrixView<const T>>
[[nodiscard]] Matrix<T> svd_vjp(const DenseSvd<T>& F, const M& u_bar, const S& s_bar, const N& vt_bar,
                                const GaugeOptions& options = {}) {
    const detail::MatrixInput<T, M> u(u_bar);
    const tamis::detail::DenseInput<Real<T>, S> s(s_bar);
    const detail::MatrixInput<T, N> vt(vt_bar);
    const Matrix<T> U = F.u(), Vt = F.vt();
    const Vector<Real<T>> values = F.singular_values();
    return tamis::detail::allocate_matrix<T>(F.rows(), F.cols(), [&](MatrixView<T> A_bar) {
        detail::svd_cotangent<T>(U, values, Vt, u.matrix(), s.matrix(), vt.matrix(), options, A_bar);
    });
}

/// {u, singular_values, vt}: the tangents, in the gauge in which the imaginary parts of the diagonals of UᴴU_dot and VᴴV_dot
/// are opposite, the basis of the null space (Vectors::full) does not turn in itself, and neither do the vectors of equal
/// singular values in common.
///
/// InvalidArgument where A_dot parts equal singular values, or moves a singular value of zero: there they have derivatives
/// to one side only and the vectors jump (GaugeOptions). Cost and other errors as svd_vjp.
template <class T, DenseMatrix M>
[[nodiscard]] SvdTangents<T> svd_jvp(const DenseSvd<T>& F, const M& A_dot, const GaugeOptions& options = {}) {
    const detail::MatrixInput<T, M> dot(A_dot);
    const Matrix<T> U = F.u(), Vt = F.vt();
    const Vector<Real<T>> values = F.singular_values();
    SvdTangents<T> result{Matrix<T>(U.rows(), U.cols()), Vector<Real<T>>(values.size()), Matrix<T>(Vt.rows(), Vt.cols())};
    detail::svd_tangent<T>(U, values, Vt, dot.matrix(), options, result.u, result.singular_values, result.vt);
    return result;
}

}  // namespace tamis::derivatives
