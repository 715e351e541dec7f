// Private: the eigenvalues next to one shift, of which it is known how many there are.
#pragma once

#include <cstdint>
#include <vector>

#include "iterative/eigen/hermitian_problem.hpp"
#include "iterative/eigen/spectral_transform.hpp"

namespace tamis::detail {

/// What to look for at σ (that of the operator) in [lower, upper), beside the pairs that are known.
template <class T>
struct SliceGoal {
    double lower = 0;
    double upper = 0;
    double lower_margin = 0;  ///< how far beyond a bound a value may come out by rounding
    double upper_margin = 0;
    std::int64_t left = 0;          ///< missing in [lower, σ)
    std::int64_t right = 0;         ///< missing in [σ, upper)
    std::int64_t limit = 0;         ///< about so many at this shift
    std::int64_t before = 0;        ///< pairs found elsewhere, for reports
    std::int64_t patience = 0;      ///< restart cycles without a new pair
    std::vector<const T*> known{};  /// vectors to stay B-orthogonal to
    std::uint64_t seed = 0;
};

/// What was found.
template <class T>
struct SliceFound {
    EigenPairs<T> pairs;    ///< B-orthonormal, also to the known ones
    double reach_left = 0;  ///< so far from σ nothing was seen to be missing
    double reach_right = 0;
};

/// The missing eigenvalues nearest to σ, by block Lanczos with thick restarts on (A − σB)⁻¹B, B-orthogonal to the known
/// ones. Pairs are locked as they converge, which they have if the residual is within half the tolerance, and that of the
/// operator within 10⁻⁸|θ| (10⁻³ in single precision): a θ as good as that says on which side of a bound λ lies. A block of
/// b random vectors sees b copies of a multiple eigenvalue; while counted ones are missing and no Ritz value may lie in the
/// interval, the iteration begins anew from random vectors. It ends when the count is met, or about `limit` pairs are
/// found, or `patience` cycles have brought nothing, or when the monitor says so.
template <class T>
SliceFound<T> search_slice(const HermitianProblem<T>& problem, const SpectralOperator<T>& op, EigenMonitor<T>& monitor,
                           const SliceGoal<T>& goal);

}  // namespace tamis::detail
