// Private: whether pairs that have converged are the wanted ones, or copies of multiple eigenvalues were missed.
#pragma once

#include <cstdint>

#include "iterative/eigen/hermitian_problem.hpp"

namespace tamis::detail {

/// How far a value lies outside the wanted part of the spectrum, of which `last` is the outermost value: negative if it
/// comes before that in the order of `which` (largest_ and smallest_algebraic, largest_magnitude).
[[nodiscard]] double distance_outside(Which which, double value, double last) noexcept;

/// Whether a Ritz value of this residual norm, of a vector that began as a random one, has settled outside. The spread of
/// the spectrum in a Ritz vector is its residual norm: small against the distance, no component is left of an eigenvector
/// that belongs inside, and it would have grown faster than others.
[[nodiscard]] bool settled_outside(double distance, double residual_norm, double target) noexcept;

/// Looks with a few fresh random vectors, in the space B-orthogonal to the pairs `found` (problem.k of them, converged), for
/// eigenvalues that come before the last wanted one; any multiplicity, since one copy outside is enough to be noticed.
/// Returns the pairs that do, at least one of which has converged in that space, and none if no value does: the pairs are
/// the wanted ones then. A search that the monitor stops counts as none; monitor.has_ended() tells. For the ends of the
/// spectrum: smallest_algebraic, largest_algebraic, largest_magnitude, both_ends. Costs, with a good preconditioner, some 20
/// products, without one about what k = 1 alone costs to three digits.
template <class T>
[[nodiscard]] EigenPairs<T> find_missed_copies(const HermitianProblem<T>& problem, EigenMonitor<T>& monitor,
                                               const EigenPairs<T>& found);

}  // namespace tamis::detail
