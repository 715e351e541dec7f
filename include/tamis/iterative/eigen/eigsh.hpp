// eigsh: a few eigenvalues and eigenvectors of a large Hermitian matrix or operator.
#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <stop_token>
#include <string_view>
#include <utility>

#include <tamis/iterative/eigen/operand.hpp>
#include <tamis/iterative/eigen/result.hpp>
#include <tamis/iterative/krylov/block_cg.hpp>

namespace tamis {

enum class EigshMethod { automatic, lanczos, lobpcg, davidson, chebyshev };

/// The enumerator's own name.
std::string_view to_string(EigshMethod method) noexcept;

/// The operator that Lanczos iterates with. `automatic`: A itself for the outer ends of the spectrum; (A − σB)⁻¹ for
/// `nearest`, and for `smallest_magnitude` with σ = 0.
enum class SpectralTransform {
    automatic,
    none,          ///< A (B⁻¹A with a mass matrix)
    shift_invert,  ///< (A − σB)⁻¹B
    buckling,      ///< (A − σB)⁻¹A: A positive definite, B indefinite; σ ≠ 0
    cayley         ///< (A − σB)⁻¹(A + σB)
};

/// The name that callers write: `eigsh(A, 6, {.which = Which::smallest_algebraic})`.
template <class T>
struct EigshOptions {
    Which which = Which::largest_magnitude;
    double sigma = std::numeric_limits<double>::quiet_NaN();  ///< where `nearest` looks; NaN: not given
    EigenOperand<T> mass{};  ///< B of A v = λ B v, Hermitian positive semidefinite; none: I
    EigshMethod method = EigshMethod::automatic;
    Operator<T> preconditioner{};  ///< ≈ A⁻¹ (lobpcg, davidson), Hermitian positive definite
    double tolerance =
        default_eigen_tolerance<T>;  ///< ‖A v − λ B v‖ ≤ tolerance (‖A‖ + |λ| ‖B‖) ‖v‖, without B ≤ tolerance ‖A‖
    std::int64_t max_iterations = 0;              ///< restart cycles or block steps; 0: automatic
    std::int64_t subspace = 0;                    ///< most basis vectors; 0: automatic
    MatrixHandle<T> initial{};                    ///< start vectors, any number of them
    bool vectors = true;                          ///< false: `.vectors` of the result is n×0
    std::chrono::duration<double> time_limit{0};  ///< 0: none
    EigenCallback callback{};
    std::stop_token stop{};
    SpectralTransform transform = SpectralTransform::automatic;
    std::int64_t block_size = 0;  ///< vectors multiplied at once; 0: automatic
    bool certify = false;         ///< count the eigenvalues by inertia even where no factor is at hand
    std::uint64_t seed = 0;       ///< of random start vectors
};

namespace detail {
/// Values (k) and vectors (n×k, or n×0 where they are not wanted) of the pairs that `options` ask for.
template <class T>
EigenReport eigsh(const EigenOperand<T>& A, std::int64_t k, const EigshOptions<T>& options, VectorView<Real<T>> values,
                  MatrixView<T> vectors);
}  // namespace detail

/// k eigenvalues and eigenvectors of A v = λ v, or of A v = λ B v with `.mass` B, for a Hermitian A: a sparse or dense
/// matrix (Csr, Csc, views, Eigen) or any operator; 0 ≤ k ≤ n. Values come sorted ascending whatever `.which` is, vectors
/// are n×k and B-orthonormal (A-orthonormal for buckling, where B is indefinite), residual norms are computed afresh.
///
/// How: small problems and large shares of the spectrum by LAPACK. `nearest`, and `smallest_magnitude` at σ = 0, by Lanczos
/// with (A − σB)⁻¹B where A is stored and the factor affordable (Cholesky where it may be definite, L·D·Lᴴ, LU); the same
/// for the algebraic ends where a factor is cheap, at a shift outside the spectrum, as the inertia confirms. Otherwise
/// Lanczos with A (B⁻¹A, which factors B); it converges slowly for eigenvalues that lie close together, relative to the
/// width of the spectrum. On grids with constant coefficients, where products are cheap, polynomials of A take its place. A
/// shift at which A − σB is singular is moved by 10⁻⁷‖A‖. `message` says what was done, and why. A
/// `.method`, or a
/// `.transform`, that was asked for is obeyed or throws. With a `.transform` other than `none` and a `.sigma`, `.which`
/// speaks of the θ of the transform, as in ARPACK (largest_magnitude: nearest to σ; largest_algebraic: next above it), but
/// for nearest and smallest_magnitude.
///
/// Converged means ‖A v − λ B v‖₂ ≤ tolerance (‖A‖ + |λ| ‖B‖) ‖v‖ for all pairs, with estimates of the norms from below, and
/// that copies of multiple eigenvalues, and better values, were looked for among random vectors orthogonal to what was
/// found. That is evidence, not proof; `.certify` asks for proof by inertia (one or two factorizations more, stored matrices
/// only): `certified` is true then, and also where LAPACK computed all eigenvalues. Not to converge is a result: see
/// EigenResult.
///
/// InvalidArgument for k outside 0 … n, an A or B that is stored and not Hermitian or not finite, `nearest` without
/// `.sigma`, a sigma that nothing uses, values of `.which` that belong to general matrices, and options that are negative or
/// NaN; DimensionMismatch for a rectangle and for sizes that do not fit; NotPositiveDefinite where B has to be definite and
/// is not; SingularMatrix where A − σB is singular for every σ; Unsupported where an operator would have to be factored.
///
/// Storage: n (2k + subspace + 12) numbers or so, and the factor. Time: products (solves), and 4 n (k + subspace) operations
/// for each column multiplied. Sources: see src/iterative/eigen.
template <OperatorArgument A>
[[nodiscard]] EigenResult<operator_scalar_t<A>> eigsh(const A& a, std::int64_t k,
                                                      const EigshOptions<operator_scalar_t<A>>& options = {}) {
    using T = operator_scalar_t<A>;
    const EigenOperand<T> operand(a);
    detail::check_pairs("eigsh", operand.rows(), operand.cols(), k);
    Vector<Real<T>> values(k);
    Matrix<T> vectors(operand.rows(), options.vectors ? k : 0);
    EigenReport report = detail::eigsh<T>(operand, k, options, VectorView<Real<T>>(values), MatrixView<T>(vectors));
    return detail::with_pairs<T, Real<T>>(std::move(values), std::move(vectors), std::move(report));
}

}  // namespace tamis
