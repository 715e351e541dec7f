// Private: the rank by singular values of a matrix that has been factored by columns.
//
// SPQR drops a column that depends on the ones before it to within a tolerance (Heath, Some extensions of an algorithm for
// sparse linear least squares problems, 1982). That never takes independent columns for dependent ones, but a matrix whose
// singular values decay passes it with too high a rank. Here the small singular values are counted by subspace iteration
// (Foster and Davis, Algorithm 933: Reliable calculation of numerical rank, ACM TOMS 40, 2013), and an order of the columns
// is found in which the last ones are those to leave out (Golub, Klema, Stewart, Rank degeneracy and least squares problems,
// 1976; Chan, Rank revealing QR factorizations, Linear Algebra Appl. 88, 1987; Businger and Golub, Numer. Math. 7, 1965).
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "sparse/suitesparse/backend.hpp"

namespace tamis::detail {

/// ‖A‖₂ from below, to about one part in a hundred, by the power method.
template <class E>
double norm2_by_power_method(const Csc<E, std::int64_t>& A);

/// A rank below that of the factorization, and the order of columns that shows it.
struct RevealedRank {
    std::int64_t rank = 0;
    std::vector<std::int64_t> permutation;
};

/// What is left of the rank of F if singular values not above `tolerance` do not count; nothing if all count. `triangle` has
/// the singular values of F's R in a triangle: F itself if its rank is its number of columns, otherwise the completion. A
/// few solves where all count beyond doubt. Nothing, too, for a deficient F whose R has more than 10⁶ places: its rank is
/// Heath's.
template <class E>
std::optional<RevealedRank> reveal_rank(const OrthogonalFactor<E>& F, const OrthogonalFactor<E>& triangle, double tolerance);

/// Leaves out what R has below its first `rank` rows.
template <class E>
void truncate(HouseholderParts<E>& F, std::int64_t rank);

}  // namespace tamis::detail
