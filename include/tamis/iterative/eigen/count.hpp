// count_eigenvalues: how many eigenvalues of a Hermitian matrix lie in an interval, by the inertia of a factorization.
#pragma once

#include <cstdint>
#include <string>

#include <tamis/iterative/eigen/operand.hpp>

namespace tamis {

/// So many eigenvalues, and how they were counted. Used as a number it is one.
struct EigenvalueCount {
    std::int64_t count = 0;
    bool certified =
        false;         ///< the factors that were counted by are proved to be stable, and no bound is too near an eigenvalue
    double lower = 0;  ///< the bounds that were taken: a bound at which A − σB is singular is moved a little to the left
    double upper = 0;
    std::string message{};  ///< a sentence: by which factors

    operator std::int64_t() const noexcept { return count; }  // NOLINT(google-explicit-constructor)
};

namespace detail {
template <class T>
EigenvalueCount count_eigenvalues(const EigenOperand<T>& A, const EigenOperand<T>& B, double lower, double upper);
}  // namespace detail

/// The number of eigenvalues λ of A v = λ v with lower ≤ λ < upper, with multiplicities; infinite bounds are fine. By
/// Sylvester's law of inertia: A − σI has as many negative eigenvalues as A has below σ, and they are read off its L·D·Lᴴ
/// factorization (SparseLdlt), one for each finite bound. Dense matrices: by LAPACK's eigenvalues.
///
/// A bound that is an eigenvalue makes the matrix singular; it is moved to the left by some 10⁻¹⁰‖A‖, so that this
/// eigenvalue counts as not below it, which is what the half-open interval asks for. `certified` is false where rounding in
/// a factor, which SparseLdlt bounds, might have moved an eigenvalue across a bound: the count may then be off by those that
/// lie within rounding of it.
///
/// A must be stored (sparse or dense) and Hermitian. InvalidArgument for an operator, for entries that are not finite, for
/// an A that is not Hermitian, and for NaN bounds; DimensionMismatch for a rectangle; Unsupported where no stable factor can
/// be had (a build without MUMPS); MemoryLimitExceeded. An empty interval (lower ≥ upper) counts 0. Cost and storage: two
/// factorizations, one after the other.
template <OperatorArgument A>
[[nodiscard]] EigenvalueCount count_eigenvalues(const A& a, double lower, double upper) {
    using T = operator_scalar_t<A>;
    return detail::count_eigenvalues<T>(EigenOperand<T>(a), EigenOperand<T>(), lower, upper);
}

/// The same of A v = λ B v with a Hermitian positive definite B. With a singular positive semidefinite B the finite
/// eigenvalues of a positive definite A are counted between finite bounds and from −∞; those at infinity count as +∞.
template <OperatorArgument A, class B>
    requires std::constructible_from < EigenOperand<operator_scalar_t<A>>,
const B& > [[nodiscard]] EigenvalueCount count_eigenvalues(const A& a, double lower, double upper, const B& b) {
    using T = operator_scalar_t<A>;
    return detail::count_eigenvalues<T>(EigenOperand<T>(a), EigenOperand<T>(b), lower, upper);
}

}  // namespace tamis
