// sqrtm, logm and fractional_matrix_power: the principal root, logarithm and powers of a dense matrix.
#pragma once

#include <tamis/dense/operand.hpp>

namespace tamis {

namespace detail {
template <class T>
void principal_root(MatrixView<const T> A, MatrixView<T> X);
template <class T>
void principal_logarithm(MatrixView<const T> A, MatrixView<T> X);
template <class T>
void principal_power(MatrixView<const T> A, double p, MatrixView<T> X);

struct FunctionEvidence {
    double residual = 0;
    double condition_estimate = 0;
};
template <class T>
FunctionEvidence root_evidence(MatrixView<const T> A, MatrixView<const T> X);
template <class T>
FunctionEvidence logarithm_evidence(MatrixView<const T> A, MatrixView<const T> X);
}  // namespace detail

/// A matrix function with what can be said of its accuracy.
template <class T>
struct MatrixFunctionReport {
    Matrix<T> value;
    /// How far the value is from what it has to satisfy, relative to A: ‖X² − A‖/‖A‖ of a root, ‖e^X − A‖/‖A‖ of a
    /// logarithm, in the 1-norm.
    double residual = 0;
    /// An estimate from below of the relative condition number, which times the unit roundoff bounds the relative error that
    /// rounding A itself causes, and times `residual` the error of the value.
    double condition_estimate = 0;
};

/// The principal square root: X² = A, the eigenvalues of X in the right half plane; of negative real eigenvalues of a
/// complex A the root on the positive imaginary axis.
///
/// By the Schur form (Björck and Hammarling; in real arithmetic for a real A, Higham 1987), recursively in blocks (Deadman,
/// Higham, Ralha 2012); by eigenvectors for a Hermitian A; triangles stay triangles. The residual ‖X² − A‖ is n ε ‖X‖²_F at
/// most. 28 n³ flops, a Hermitian A a fifth of the time; 4 n² numbers of storage.
///
/// DimensionMismatch for a rectangle. InvalidArgument for an entry that is not finite, and for a real A with a negative real
/// eigenvalue, which has no real principal root: pass a complex matrix. A singular A has a root where 0 is a simple or, to
/// rounding, semisimple eigenvalue (negative eigenvalues within rounding count as 0), otherwise SingularMatrix.
template <DenseMatrix M>
[[nodiscard]] auto sqrtm(const M& A) {
    using T = dense_scalar_t<M>;
    const detail::ShapedInput<M> a(A);
    return detail::allocate_matrix<T>(a.view().rows(), a.view().cols(),
                                      [&](MatrixView<T> X) { detail::principal_root<T>(a.view(), X); });
}

/// The same with its residual and its condition, the latter by some steps of a power iteration that solves X E + E X = F
/// each: about as much work again for each. Of a singular A, whose root has no derivative, the condition is infinite.
template <DenseMatrix M>
[[nodiscard]] MatrixFunctionReport<dense_scalar_t<M>> sqrtm_with_report(const M& A) {
    using T = dense_scalar_t<M>;
    const Matrix<T> X = sqrtm(A);
    const detail::ShapedInput<M> a(A);
    const auto e = detail::root_evidence<T>(a.view(), MatrixView<const T>(X));
    return {X, e.residual, e.condition_estimate};
}

/// The principal logarithm: e^X = A, the eigenvalues of X with imaginary parts in (−π, π].
///
/// By the Schur form, inverse scaling and squaring, and Padé approximants as partial fractions (Al-Mohy and Higham 2012; in
/// real arithmetic for a real A, Al-Mohy, Higham and Relton 2013); by eigenvectors for a Hermitian A; triangles stay
/// triangles. About 30 n³ flops and 7 n² numbers of storage.
///
/// DimensionMismatch and InvalidArgument as sqrtm; SingularMatrix where an eigenvalue is 0 (but for diagonal and triangular
/// A: to rounding), with the row if A is diagonal or triangular.
template <DenseMatrix M>
[[nodiscard]] auto logm(const M& A) {
    using T = dense_scalar_t<M>;
    const detail::ShapedInput<M> a(A);
    return detail::allocate_matrix<T>(a.view().rows(), a.view().cols(),
                                      [&](MatrixView<T> X) { detail::principal_logarithm<T>(a.view(), X); });
}

/// The same with its residual and its condition, the latter from logarithms of [A E; 0 A], 6 to 20 of them: for small A, or
/// patience. The condition is relative to log A, so infinite for A = I.
template <DenseMatrix M>
[[nodiscard]] MatrixFunctionReport<dense_scalar_t<M>> logm_with_report(const M& A) {
    using T = dense_scalar_t<M>;
    const Matrix<T> X = logm(A);
    const detail::ShapedInput<M> a(A);
    const auto e = detail::logarithm_evidence<T>(a.view(), MatrixView<const T>(X));
    return {X, e.residual, e.condition_estimate};
}

/// A^p = e^(p log A) for any real p: the Schur–Padé algorithm (Higham and Lin 2013) for what p is beyond an integer; an
/// integer p is matrix_power's. Cost and errors as logm; of a singular A, diagonal and Hermitian ones have powers p > 0.
/// InvalidArgument for a p that is not finite.
template <DenseMatrix M>
[[nodiscard]] auto fractional_matrix_power(const M& A, double p) {
    using T = dense_scalar_t<M>;
    const detail::ShapedInput<M> a(A);
    return detail::allocate_matrix<T>(a.view().rows(), a.view().cols(),
                                      [&](MatrixView<T> X) { detail::principal_power<T>(a.view(), p, X); });
}

}  // namespace tamis
