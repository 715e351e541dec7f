// eigh_vjp and eigh_jvp: derivatives of the eigenvalues and eigenvectors of a dense Hermitian matrix.
#pragma once

#include <tamis/adjoint/gauge.hpp>
#include <tamis/adjoint/matrix_input.hpp>
#include <tamis/dense/eigh.hpp>

namespace tamis::derivatives {

/// Tangents of the decomposition A = V diag(λ) Vᴴ.
template <class T>
struct EighTangents {
    Vector<Real<T>> values;
    Matrix<T> vectors;  ///< of a part of the spectrum: empty
};

namespace detail {
void check_whole_spectrum(const char* what, bool pencil);
template <class T>
void eigh_cotangent(MatrixView<const Real<T>> values, MatrixView<const T> V, MatrixView<const Real<T>> values_bar,
                    MatrixView<const T> vectors_bar, const GaugeOptions& options, MatrixView<T> A_bar);
template <class T>
void eigh_tangent(MatrixView<const Real<T>> values, MatrixView<const T> V, MatrixView<const T> A_dot,
                  const GaugeOptions& options, MatrixView<Real<T>> values_dot, MatrixView<T> vectors_dot);
}  // namespace detail

/// A_bar, Hermitian, from the cotangents of the eigenvalues (count() real numbers) and eigenvectors (n × count()): V N Vᴴ
/// with the values' cotangents on the diagonal of N and K_ij / (λ_j − λ_i) off it, K the skew-Hermitian part of VᴴV_bar.
/// Either may be left out: an empty vector or matrix, or `{}`, is zero.
///
/// InvalidArgument, with the indices, where the loss depends on the gauge (GaugeOptions): on the phase of a complex vector
/// (the diagonal of VᴴV_bar is then not real), or, for equal eigenvalues, on which basis of their eigenspace is taken or
/// which of them is which. A loss that is invariant, such as one of the projector onto an eigenspace, is differentiated
/// there; what K_ij leaves of it for equal eigenvalues is zero. (Losses such as tr(C V f(Λ) Vᴴ) are invariant at the
/// multiple eigenvalue alone and not around it: their part within the eigenspace is lost. Take the function of the matrix,
/// `expm_vjp(E, …)`.)
///
/// Of a part of the spectrum only the values have cotangents; a pencil has none: InvalidArgument. DimensionMismatch;
/// InvalidArgument for an entry that is not finite. 6 n³ flops (values alone: 2 n² count()), 5 n² numbers of storage. M. B.
/// Giles, Collected matrix derivative results for forward and reverse mode algorithmic differentiation, 2008, §3.1; M.
/// Seeger et al., Auto-differentiating linear algebra, arXiv:1710.08717, 2017.
template <class T, DenseArgument S = VectorView<const Real<T>>, DenseMatrix M = MatrixView<const T>>
[[nodiscard]] Matrix<T> eigh_vjp(const DenseEigh<T>& E, const S& values_bar, const M& vectors_bar,
                                 const GaugeOptions& options = {}) {
    detail::check_whole_spectrum("eigh_vjp", E.is_pencil());
    const tamis::detail::DenseInput<Real<T>, S> s(values_bar);
    const detail::MatrixInput<T, M> v(vectors_bar);
    const Vector<Real<T>> values = E.eigenvalues();
    const Matrix<T> V = E.eigenvectors();
    return tamis::detail::allocate_matrix<T>(E.rows(), E.rows(), [&](MatrixView<T> A_bar) {
        detail::eigh_cotangent<T>(values, V, s.matrix(), v.matrix(), options, A_bar);
    });
}

/// {values, vectors}: the tangents of the eigenvalues, diag(VᴴA_dot V), and of the eigenvectors in the gauge with a zero
/// diagonal of VᴴV_dot: V Ω, Ω_ij = (VᴴA_dot V)_ij / (λ_j − λ_i). Of A_dot its Hermitian part counts. Of a part of the
/// spectrum the values alone are given, and vectors is empty.
///
/// Equal eigenvalues: where A_dot moves them together (VᴴA_dot V is a multiple of the identity among their vectors), the
/// vectors are moved without turning among themselves; where it parts them, the eigenvalues have derivatives to one side
/// only and the vectors jump: InvalidArgument (GaugeOptions). Cost and other errors as eigh_vjp.
template <class T, DenseMatrix M>
[[nodiscard]] EighTangents<T> eigh_jvp(const DenseEigh<T>& E, const M& A_dot, const GaugeOptions& options = {}) {
    detail::check_whole_spectrum("eigh_jvp", E.is_pencil());
    const detail::MatrixInput<T, M> dot(A_dot);
    const Vector<Real<T>> values = E.eigenvalues();
    const Matrix<T> V = E.eigenvectors();
    const bool whole = E.count() == E.rows();
    EighTangents<T> result{Vector<Real<T>>(E.count()), whole ? Matrix<T>(E.rows(), E.rows()) : Matrix<T>()};
    detail::eigh_tangent<T>(values, V, dot.matrix(), options, result.values, result.vectors);
    return result;
}

}  // namespace tamis::derivatives
