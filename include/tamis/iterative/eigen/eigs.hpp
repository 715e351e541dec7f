// eigs: a few eigenvalues and eigenvectors of a large general matrix or operator.
#pragma once

#include <chrono>
#include <complex>
#include <cstdint>
#include <limits>
#include <stop_token>
#include <utility>
#include <vector>

#include <tamis/iterative/eigen/operand.hpp>
#include <tamis/iterative/eigen/result.hpp>
#include <tamis/iterative/krylov/block_cg.hpp>

namespace tamis {

/// The name that callers write: `eigs(A, 6, {.which = Which::largest_real})`.
template <class T>
struct EigsOptions {
    /// largest_magnitude, smallest_magnitude, largest_real, smallest_real, largest_imaginary, or nearest to sigma
    Which which = Which::largest_magnitude;
    std::complex<double> sigma = std::numeric_limits<double>::quiet_NaN();  ///< where `nearest` looks; NaN: not given
    EigenOperand<T> mass{};                                                 ///< B of A v = λ B v, a stored matrix; none: I
    double tolerance = default_eigen_tolerance<T>;  ///< ‖A v − λ B v‖ ≤ tolerance (‖A‖ + |λ| ‖B‖), without B ≤ tolerance ‖A‖
    std::int64_t max_iterations = 0;              ///< restart cycles; 0: automatic
    std::int64_t subspace = 0;                    ///< most basis vectors; 0: automatic
    MatrixHandle<T> initial{};                    ///< a start vector (the sum of the columns); none: random
    bool vectors = true;                          ///< false: `.vectors` of the result is n×0
    std::chrono::duration<double> time_limit{0};  ///< 0: none
    EigenCallback callback{};
    std::stop_token stop{};
    bool left_vectors = false;  ///< also w with wᴴ A = λ wᴴ B
    std::uint64_t seed = 0;     ///< of random vectors
};

/// Values and vectors are complex whatever A is.
template <class T>
struct [[nodiscard]] EigsResult : EigenResult<std::complex<Real<T>>, std::complex<Real<T>>> {
    using Pairs = EigenResult<std::complex<Real<T>>, std::complex<Real<T>>>;
    Matrix<std::complex<Real<T>>> left_vectors;  ///< n×k with columns of norm 1, wᴴ A = λ wᴴ B; n×0 where not asked for
    std::vector<double> left_residual_norms;     ///< ‖Aᴴ w − λ̄ Bᴴ w‖₂ by a fresh product

    const EigsResult& require() const& {
        (void)Pairs::require();
        return *this;
    }
    EigsResult require() && {
        const Pairs& pairs = *this;
        (void)pairs.require();
        return std::move(*this);
    }
};

namespace detail {
/// Values (k), vectors and left vectors (n×k, or n×0 where they are not wanted).
template <class T>
EigenReport eigs(const EigenOperand<T>& A, std::int64_t k, const EigsOptions<T>& options,
                 VectorView<std::complex<Real<T>>> values, MatrixView<std::complex<Real<T>>> vectors,
                 MatrixView<std::complex<Real<T>>> left_vectors, std::vector<double>& left_residual_norms);
}  // namespace detail

/// The k eigenvalues of A v = λ v, or A v = λ B v, that `which` asks for, 0 ≤ k ≤ n, with vectors of norm 1.
///
/// By the Krylov–Schur method (G. W. Stewart, SIAM J. Matrix Anal. Appl. 23 (2002) 601-614), in real arithmetic for real A
/// and real σ. When the wanted pairs have converged, a random vector orthogonal to them is iterated with for a cycle to see
/// whether a copy of a multiple eigenvalue, or another one, was missed. Where k or `.subspace` is near n, by the Schur form
/// of the dense matrix (LAPACK's gees).
///
/// `smallest_magnitude` and `nearest` iterate with (A − σB)⁻¹B by SparseLu, in complex arithmetic for a complex σ, where A
/// is stored; of an operator they come, slowly if at all, from products with A. A σ that is an eigenvalue is moved by a
/// little, as the message says. Other values of a generalized problem need a regular B, which SparseLu factors.
///
/// Order: most wanted first, e.g. by descending modulus for largest_magnitude, by ascending distance from σ for nearest.
/// Conjugate pairs of a real A stand together, positive imaginary part first; where k cuts a pair in two, that one is
/// returned. Left vectors come from the same method for Aᴴ; their eigenvalues are matched to those of the right ones.
///
/// InvalidArgument for k out of range, a rectangle (DimensionMismatch), stored entries that are not finite, `nearest`
/// without `.sigma`, and a `which` of Hermitian problems; DimensionMismatch for a mass of another size; Unsupported for a
/// mass that is not stored, and for left vectors of an operator without adjoint; SingularMatrix for a singular B where B⁻¹
/// is needed. An operator whose products are not finite ends with Status::not_finite. Storage: subspace + 1 vectors of n
/// numbers, by default subspace = max(2 k + 10, 24), and the factor.
template <OperatorArgument A>
[[nodiscard]] EigsResult<operator_scalar_t<A>> eigs(const A& a, std::int64_t k,
                                                    const EigsOptions<operator_scalar_t<A>>& options = {}) {
    using T = operator_scalar_t<A>;
    using C = std::complex<Real<T>>;
    const EigenOperand<T> operand(a);
    detail::check_pairs("eigs", operand.rows(), operand.cols(), k);
    Vector<C> values(k);
    Matrix<C> vectors(operand.rows(), options.vectors ? k : 0);
    EigsResult<T> result;
    result.left_vectors.resize(operand.rows(), options.left_vectors ? k : 0);
    EigenReport report = detail::eigs<T>(operand, k, options, VectorView<C>(values), MatrixView<C>(vectors),
                                         MatrixView<C>(result.left_vectors), result.left_residual_norms);
    static_cast<typename EigsResult<T>::Pairs&>(result) =
        detail::with_pairs<C, C>(std::move(values), std::move(vectors), std::move(report));
    return result;
}

}  // namespace tamis
