// Private: subspace iteration with Chebyshev polynomials, as eigsh runs it.
#pragma once

#include "iterative/eigen/hermitian_problem.hpp"

namespace tamis::detail {

/// The k smallest or largest pairs (smallest_magnitude as smallest_algebraic, ending with `inconsistent` if values found
/// show that A is indefinite) by subspace iteration with a polynomial of A as filter: products with A and little else, for
/// many wanted pairs, or where products come cheaply in blocks. Without a mass matrix, and without use of a
/// preconditioner. InvalidArgument for the rest.
template <class T>
EigenReport chebyshev(const HermitianProblem<T>& problem, EigenPairs<T>& pairs);

}  // namespace tamis::detail
