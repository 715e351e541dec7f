// Private: the smallest singular triplets of a stored sparse matrix, through its LU or QR factorization.
#pragma once

#include "iterative/eigen/pseudo_inverse.hpp"
#include "iterative/eigen/triplet_search.hpp"

namespace tamis::detail {

/// The k smallest triplets of A, of which `inverse` is the (pseudo)inverse: values descending. Without triplets when the
/// monitor ends too early for any.
///
/// Zero values are the null space that the rank leaves: random vectors, less their projection A⁺A x onto the rows of A. The
/// others are the largest of A⁺, searched for in rounds: values of A⁺ that the largest one's rounding covers are left to the
/// next round, in which what has been found is projected out of both spaces. The triplets of A⁺ are improved by a
/// Rayleigh–Ritz step with A.
template <class T>
void inverse_triplets(const TwoSidedProducts<T>& A, const PseudoInverse<T>& inverse, const TripletSearch<T>& search,
                      EigenMonitor<T>& monitor, Triplets<T>& found);

}  // namespace tamis::detail
