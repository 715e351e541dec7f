// eigsh_interval: all eigenvalues and eigenvectors of a Hermitian matrix in an interval, counted.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <stop_token>
#include <utility>

#include <tamis/core/array.hpp>
#include <tamis/iterative/eigen/operand.hpp>
#include <tamis/iterative/eigen/result.hpp>

namespace tamis {

/// The name that callers write: `eigsh_interval(A, 0.5, 2.0, {.tolerance = 1e-12})`.
template <class T>
struct EigshIntervalOptions {
    EigenOperand<T> mass{};  ///< B of A v = λ B v, Hermitian positive semidefinite; none: I
    double tolerance =
        default_eigen_tolerance<T>;  ///< ‖A v − λ B v‖ ≤ tolerance (‖A‖ + |λ| ‖B‖) ‖v‖, without B ≤ tolerance ‖A‖
    std::int64_t max_iterations = 0;  ///< restart cycles, those at all shifts together; 0: no limit
    std::int64_t subspace = 0;        ///< most basis vectors at a shift beside the pairs already found; 0: automatic
    bool vectors = true;              ///< false: `.vectors` of the result is n×0
    std::int64_t memory_limit = 0;    ///< bytes for the vectors; 0: what the machine has left
    std::chrono::duration<double> time_limit{0};  ///< 0: none; looked at between factorizations and restart cycles
    EigenCallback callback{};
    std::stop_token stop{};
    std::int64_t block_size = 0;       ///< vectors multiplied at once; 0: automatic
    std::int64_t pairs_per_shift = 0;  ///< so many are looked for at one shift, about; 0: as the cost of a factor suggests
    std::uint64_t seed = 0;            ///< of random start vectors
};

namespace detail {
/// Values, ascending, and vectors (n×k column-major, or empty) of all pairs in the interval.
template <class T>
struct IntervalPairs {
    Array<Real<T>> values;
    Array<T> vectors;
    EigenReport report;
};
template <class T>
IntervalPairs<T> eigsh_interval(const EigenOperand<T>& A, double lower, double upper,
                                const EigshIntervalOptions<T>& options);
}  // namespace detail

/// All eigenvalues λ of A v = λ v with lower ≤ λ < upper, as often as they are there, and their eigenvectors; or of
/// A v = λ B v with `.mass` B. A (and B) are sparse or dense matrices whose entries are stored. Values come ascending,
/// vectors are n×k and B-orthonormal, residual norms are computed afresh. Bounds may be infinite.
///
/// How: spectrum slicing. Sylvester's law of inertia tells, from the L·D·Lᴴ factorization of A − σB (SparseLdlt), how many
/// eigenvalues lie below σ; so the bounds say how many there are in all. Shifts are then put where the missing ones must be:
/// the factor at a shift counts those on either side of it, and block Lanczos with thick restarts on (A − σB)⁻¹B finds the
/// nearest of them, B-orthogonal to those that are known. An interval between two shifts is done when it has as many as were
/// counted, and otherwise gets another shift. Matrices of order up to 200, dense ones, and intervals with a quarter of all
/// eigenvalues, where memory allows, go to LAPACK.
///
/// `converged`: as many pairs as were counted, each within its tolerance. `certified`: beyond that, the counts are those of
/// A − σB itself and not only of a matrix near it, at the bounds and at all shifts, so that none is missing. It is false
/// where an eigenvalue lies within rounding of a bound, or a factor is not proved to be stable; `message` says so. A bound
/// that is an eigenvalue makes the matrix singular: it is moved to the left by some 10⁻¹⁰‖A‖ and the message says so; that
/// eigenvalue belongs to the interval at the lower bound and not at the upper one, as count_eigenvalues has it. Its computed
/// value may differ from the bound by rounding.
///
/// If the search ends early (`.stop`, `.time_limit`, `.max_iterations`, a callback), or a counted eigenvalue is not found
/// (status `stagnated`), the pairs so far are the result; `message` says how many were counted.
///
/// An empty interval (lower ≥ upper, or nothing in it) is an empty result, converged. InvalidArgument for an operator, for
/// an A or B that is not Hermitian or not finite, NaN bounds, options out of range, and for an infinite upper bound with a
/// singular B; DimensionMismatch for a rectangle and sizes that do not fit; MemoryLimitExceeded if the vectors would not
/// fit; SingularMatrix where A − σB is singular for every σ; Unsupported where no stable factor can be had (a build without
/// MUMPS).
///
/// Cost: a factorization for each bound that lies inside the spectrum, and one for every 40 to 200 pairs, some two to three
/// solves a pair, 4nk² operations for orthogonality. Storage: one factor at a time, 2nk numbers at the end.
///
/// R. G. Grimes, J. G. Lewis, H. D. Simon, A shifted block Lanczos algorithm for solving sparse symmetric generalized
/// eigenproblems, SIAM J. Matrix Anal. Appl. 15 (1994); C. Campos, J. E. Román, Strategies for spectrum slicing based on
/// restarted Lanczos methods, Numer. Algorithms 60 (2012).
template <OperatorArgument A>
[[nodiscard]] EigenResult<operator_scalar_t<A>> eigsh_interval(
    const A& a, double lower, double upper, const EigshIntervalOptions<operator_scalar_t<A>>& options = {}) {
    using T = operator_scalar_t<A>;
    const EigenOperand<T> operand(a);
    detail::IntervalPairs<T> found = detail::eigsh_interval<T>(operand, lower, upper, options);
    Vector<Real<T>> values(found.values.size());
    std::copy_n(found.values.data(), found.values.size(), values.data());
    Matrix<T> vectors(operand.rows(), options.vectors ? found.values.size() : 0);
    std::copy_n(found.vectors.data(), found.vectors.size(), vectors.data());
    return detail::with_pairs<T, Real<T>>(std::move(values), std::move(vectors), std::move(found.report));
}

}  // namespace tamis
