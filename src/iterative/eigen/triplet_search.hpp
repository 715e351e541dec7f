// Private: the iteration of svds: Golub–Kahan–Lanczos cycles until k triplets have converged and none was missed.
#pragma once

#include <cstdint>
#include <vector>

#include <tamis/core/array.hpp>

#include "iterative/eigen/golub_kahan.hpp"
#include "iterative/eigen/hermitian_problem.hpp"

namespace tamis::detail {

template <class T>
struct TripletSearch {
    std::int64_t k = 0;  ///< ≥ 1
    bool largest = true;
    /// Residuals are measured against each value (inverses, whose values are reciprocals), not against the largest.
    bool relative = false;
    double tolerance = 0;
    std::int64_t subspace = 0;  ///< + block ≤ A.cols
    std::int64_t block = 0;
    std::uint64_t seed = 0;
    std::int64_t found_before = 0;  ///< for the callback
};

/// values descending, residuals by the recurrence; left rows×k, right cols×k.
template <class T>
struct Triplets {
    std::vector<double> values;
    std::vector<double> residuals;
    Array<T> left;
    Array<T> right;
};

/// The basis and block that are automatic for k triplets.
[[nodiscard]] std::int64_t triplet_block(std::int64_t given) noexcept;
[[nodiscard]] std::int64_t triplet_subspace(std::int64_t k, std::int64_t block, std::int64_t given) noexcept;

/// False: a product was not finite (and the monitor has ended). Otherwise the best triplets there are, converged or not.
///
/// Block Krylov spaces of random blocks hold as many copies of a value as the block has columns. Before convergence is
/// claimed, the iteration starts again with a random block beside the triplets that were found: until its extreme value is,
/// with its residual as the error bound, on the far side of theirs (Parlett, The Symmetric Eigenvalue Problem, §4.5), or
/// for a few steps where no value has as many copies as the block has columns.
template <class T>
[[nodiscard]] bool search_triplets(const TwoSidedProducts<T>& A, const TripletSearch<T>& search, EigenMonitor<T>& monitor,
                                   Triplets<T>& found);

}  // namespace tamis::detail
