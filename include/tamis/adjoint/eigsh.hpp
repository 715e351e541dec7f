// Derivatives of a few eigenpairs of a large sparse Hermitian matrix: eigsh_vjp, eigsh_jvp.
#pragma once

#include <cstdint>
#include <limits>
#include <stop_token>
#include <type_traits>
#include <utility>

#include <tamis/adjoint/solve.hpp>
#include <tamis/iterative/eigen/result.hpp>
#include <tamis/iterative/operator.hpp>

namespace tamis::derivatives {

/// Options of eigsh_vjp and eigsh_jvp.
template <class T>
struct EigshDerivativeOptions {
    /// Of the solves with A − λB outside of the computed vectors: their true residual, relative to the right-hand side.
    double tolerance = std::same_as<Real<T>, float> ? 1e-4 : 1e-10;
    std::int64_t max_iterations = 0;  ///< of each solve; 0: automatic
    Operator<T> preconditioner{};     ///< ≈ A⁻¹, Hermitian positive definite: for eigenvalues at the lower end
    /// (A − σB)⁻¹, a factorization for example, for one σ near the eigenvalues: the solves take a few steps then. Needs
    /// `.sigma`.
    Operator<T> inverse{};
    double sigma = std::numeric_limits<double>::quiet_NaN();
    /// Eigenvalues closer than cluster_tolerance · ‖A‖ count as one of higher multiplicity. 0: 1e-9, single precision 2e-4.
    double cluster_tolerance = 0;
    /// How much of a cotangent may depend on the choice of phases and of a basis among equal eigenvalues, relative to its
    /// norm, before it is refused. 0: 1e-6, single precision 1e-2. Infinity: that part is dropped in silence.
    double gauge_tolerance = 0;
    std::stop_token stop{};
};

/// What eigsh_vjp returns; `B_bar` has entries only where there is a mass matrix.
template <class Matrix_, class Mass>
struct [[nodiscard]] EigshCotangents {
    Matrix_ A_bar;
    Mass B_bar;
    std::int64_t iterations = 0;  ///< of all solves
    double residual_norm = 0;     ///< the largest true residual among them, relative to its right-hand side
};

/// What eigsh_jvp returns.
template <class T>
struct [[nodiscard]] EigshTangents {
    Vector<Real<T>> values;
    Matrix<T> vectors;
    std::int64_t iterations = 0;
    double residual_norm = 0;
};

namespace detail {

/// Some eigenpairs of A v = λ B v, with B possibly empty (I).
template <class T>
struct EigenPairs {
    const char* what;
    OperatorRef<T> A;
    OperatorRef<T> B;
    VectorView<const Real<T>> values;
    MatrixView<const T> vectors;
    double scale;  ///< ‖A‖, or 0 if it is not known
};

struct SolveEffort {
    std::int64_t iterations = 0;
    double residual_norm = 0;
};

/// Fills U_A and U_B such that A_bar = herm(U_A Vᴴ) and B_bar = herm(U_B Vᴴ); U_B is n×0 without a mass matrix. values_bar
/// may be empty, vectors_bar may have no columns.
template <class T>
SolveEffort eigsh_cotangents(const EigenPairs<T>& pairs, VectorView<const Real<T>> values_bar,
                             MatrixView<const T> vectors_bar, const EigshDerivativeOptions<T>& options, MatrixView<T> U_A,
                             MatrixView<T> U_B);
/// Fills the tangents from A_dot V and B_dot V; the latter is n×0 without a tangent of B.
template <class T>
SolveEffort eigsh_tangents(const EigenPairs<T>& pairs, MatrixView<const T> A_dot_V, MatrixView<const T> B_dot_V,
                           const EigshDerivativeOptions<T>& options, VectorView<Real<T>> values_dot,
                           MatrixView<T> vectors_dot);

template <class T, SparseMatrix M>
EigenPairs<T> eigen_pairs(const char* what, const M& A, const EigenResult<T>& result) {
    check_square(what, "A", A.rows(), A.cols());
    check_stored<T, index_t<M>>(what, "A", tamis::detail::major_view(A), M::is_row_major);
    const MatrixView<const T> V(result.vectors);
    check_operand<T>(what, "the matrix of eigenvectors", A.rows(), result.values.size(), V);
    check_operand<Real<T>>(what, "the vector of eigenvalues", result.values.size(), 1,
                           MatrixView<const Real<T>>(VectorView<const Real<T>>(result.values)));
    return {what, OperatorRef<T>(A), OperatorRef<T>(), VectorView<const Real<T>>(result.values), V, result.scale};
}

template <class T, SparseMatrix M>
void add_mass(EigenPairs<T>& pairs, const M& B) {
    check_shape(pairs.what, "B", pairs.A.rows(), pairs.A.rows(), B.rows(), B.cols());
    check_stored<T, index_t<M>>(pairs.what, "B", tamis::detail::major_view(B), M::is_row_major);
    pairs.B = OperatorRef<T>(B);
}

template <SparseMatrix M>
auto hermitian_part_on(const M& A, MatrixView<const scalar_t<M>> U, MatrixView<const scalar_t<M>> V) {
    using T = scalar_t<M>;
    return on_pattern_of(A, [&](T* values) {
        outer_on_pattern<T, index_t<M>>(tamis::detail::major_view(A), M::is_row_major, true, Real<T>(1), U, V,
                                        Write::replaces, values);
    });
}

}  // namespace detail

/// The cotangent of a sparse Hermitian A for k simple eigenvalues and their vectors, given the cotangents of both (k
/// numbers and an n×k matrix; an empty one, or `{}`, is zero), where `result` is what eigsh(A, k) returned:
///
///     A_bar = the Hermitian part of (V M + W) Vᴴ on the pattern of A,
///
/// M with the cotangents of the values on its diagonal and, off it, v_jᴴ v̄_i / (λ_i − λ_j) for the computed pairs; w_i, the
/// part outside of them, solves (λ_i I − A) w_i = (I − V Vᴴ) v̄_i: by MINRES-QLP on the operator with the computed vectors
/// taken out, so that only eigenvalues that were not computed decide how fast it goes, or by GMRES with `.inverse` in a few
/// steps. A solve counts only by its true residual (NotConverged otherwise). Nothing is solved where vectors_bar has no
/// columns, or zeros.
///
/// The eigenvectors of eigsh are unique up to a phase only, and up to a unitary rotation where eigenvalues are equal (closer
/// than `.cluster_tolerance`). A loss that does not depend on that choice has cotangents with v_jᴴ v̄_i = conj(v_iᴴ v̄_j)
/// there and equal cotangents of equal values; for such a loss the derivative is right with multiple eigenvalues too (what a
/// loss does within the eigenspace once the values part, as tr(C V f(Λ) Vᴴ) does, is not seen). Any other is refused
/// (InvalidArgument says which pair, and by how much). Also refused: an eigenvalue of a cluster that was not computed (ask
/// eigsh for more), and pairs that are no eigenpairs of A.
///
/// Storage: n (3 k + 20) numbers. DimensionMismatch; InvalidArgument for a number that is not finite.
///
/// J. R. Magnus, On differentiating eigenvalues and eigenvectors, Econometric Theory 1 (1985); the phase: M. Seeger et al.,
/// Auto-differentiating linear algebra, arXiv 1710.08717 (2017).
template <SparseMatrix M, DenseArgument L = VectorView<const Real<scalar_t<M>>>,
          DenseArgument G = MatrixView<const scalar_t<M>>>
auto eigsh_vjp(const M& A, const EigenResult<scalar_t<M>>& result, const L& values_bar, const G& vectors_bar,
               const EigshDerivativeOptions<scalar_t<M>>& options = {}) {
    using T = scalar_t<M>;
    const auto pairs = detail::eigen_pairs<T>("eigsh_vjp", A, result);
    const tamis::detail::DenseInput<Real<T>, L> lambda_bar(values_bar);
    const tamis::detail::DenseInput<T, G> v_bar(vectors_bar);
    Matrix<T> U(A.rows(), result.values.size());
    Matrix<T> none(A.rows(), 0);
    const auto effort = detail::eigsh_cotangents<T>(pairs, lambda_bar.vector(), v_bar.matrix(), options, MatrixView<T>(U),
                                                    MatrixView<T>(none));
    auto A_bar = detail::hermitian_part_on(A, MatrixView<const T>(U), pairs.vectors);
    return EigshCotangents<decltype(A_bar), decltype(A_bar)>{std::move(A_bar), {}, effort.iterations, effort.residual_norm};
}

/// The same for A v = λ B v with VᴴBV = I, `result` of eigsh(A, k, {.mass = B}): cotangents of A and B, each on its own
/// pattern. B is sparse, Hermitian positive definite.
template <SparseMatrix M, SparseMatrix N, DenseArgument L = VectorView<const Real<scalar_t<M>>>,
          DenseArgument G = MatrixView<const scalar_t<M>>>
    requires std::same_as<scalar_t<M>, scalar_t<N>>
auto eigsh_vjp(const M& A, const N& B, const EigenResult<scalar_t<M>>& result, const L& values_bar, const G& vectors_bar,
               const EigshDerivativeOptions<scalar_t<M>>& options = {}) {
    using T = scalar_t<M>;
    auto pairs = detail::eigen_pairs<T>("eigsh_vjp", A, result);
    detail::add_mass<T>(pairs, B);
    const tamis::detail::DenseInput<Real<T>, L> lambda_bar(values_bar);
    const tamis::detail::DenseInput<T, G> v_bar(vectors_bar);
    Matrix<T> U_A(A.rows(), result.values.size());
    Matrix<T> U_B(A.rows(), result.values.size());
    const auto effort = detail::eigsh_cotangents<T>(pairs, lambda_bar.vector(), v_bar.matrix(), options, MatrixView<T>(U_A),
                                                    MatrixView<T>(U_B));
    auto A_bar = detail::hermitian_part_on(A, MatrixView<const T>(U_A), pairs.vectors);
    auto B_bar = detail::hermitian_part_on(B, MatrixView<const T>(U_B), pairs.vectors);
    return EigshCotangents<decltype(A_bar), decltype(B_bar)>{std::move(A_bar), std::move(B_bar), effort.iterations,
                                                             effort.residual_norm};
}

/// The tangents of k eigenpairs for a Hermitian tangent of A, on any pattern: λ_i' = v_iᴴ A_dot v_i, and v_i' in the gauge
/// v_iᴴ v_i' = 0. Equal eigenvalues are refused where A_dot splits them, or turns their vectors into each other.
template <SparseMatrix M, SparseMatrix D>
    requires std::same_as<scalar_t<M>, scalar_t<D>>
auto eigsh_jvp(const M& A, const EigenResult<scalar_t<M>>& result, const D& A_dot,
               const EigshDerivativeOptions<scalar_t<M>>& options = {}) {
    using T = scalar_t<M>;
    const auto pairs = detail::eigen_pairs<T>("eigsh_jvp", A, result);
    detail::check_shape("eigsh_jvp", "A_dot", A.rows(), A.rows(), A_dot.rows(), A_dot.cols());
    const Matrix<T> moved = A_dot * result.vectors;
    const Matrix<T> none(A.rows(), 0);
    EigshTangents<T> t{Vector<Real<T>>(result.values.size()), Matrix<T>(A.rows(), result.values.size())};
    const auto effort = detail::eigsh_tangents<T>(pairs, MatrixView<const T>(moved), MatrixView<const T>(none), options,
                                                  VectorView<Real<T>>(t.values), MatrixView<T>(t.vectors));
    t.iterations = effort.iterations;
    t.residual_norm = effort.residual_norm;
    return t;
}

/// The same for A v = λ B v: λ_i' = v_iᴴ (A_dot − λ_i B_dot) v_i, v_i' with VᴴBV = I to first order and v_iᴴ B v_i' real.
template <SparseMatrix M, SparseMatrix N, SparseMatrix D, SparseMatrix E>
    requires std::same_as<scalar_t<M>, scalar_t<N>> && std::same_as<scalar_t<M>, scalar_t<D>> &&
        std::same_as<scalar_t<M>, scalar_t<E>>
auto eigsh_jvp(const M& A, const N& B, const EigenResult<scalar_t<M>>& result, const D& A_dot, const E& B_dot,
               const EigshDerivativeOptions<scalar_t<M>>& options = {}) {
    using T = scalar_t<M>;
    auto pairs = detail::eigen_pairs<T>("eigsh_jvp", A, result);
    detail::add_mass<T>(pairs, B);
    detail::check_shape("eigsh_jvp", "A_dot", A.rows(), A.rows(), A_dot.rows(), A_dot.cols());
    detail::check_shape("eigsh_jvp", "B_dot", A.rows(), A.rows(), B_dot.rows(), B_dot.cols());
    const Matrix<T> moved = A_dot * result.vectors;
    const Matrix<T> weighed = B_dot * result.vectors;
    EigshTangents<T> t{Vector<Real<T>>(result.values.size()), Matrix<T>(A.rows(), result.values.size())};
    const auto effort = detail::eigsh_tangents<T>(pairs, MatrixView<const T>(moved), MatrixView<const T>(weighed), options,
                                                  VectorView<Real<T>>(t.values), MatrixView<T>(t.vectors));
    t.iterations = effort.iterations;
    t.residual_norm = effort.residual_norm;
    return t;
}

}  // namespace tamis::derivatives
