// Private: generalized Davidson with a preconditioner and thick restart, as eigsh runs it.
#pragma once

#include "iterative/eigen/hermitian_problem.hpp"

namespace tamis::detail {

/// OptimalSearch with a small block and a longer basis: fewer products than lobpcg, which has room for three blocks. Ends
/// of the spectrum: smallest_algebraic, largest_algebraic, largest_magnitude, both_ends; smallest_magnitude is
/// smallest_algebraic, and ends with `inconsistent` if the values found show that A is indefinite. InvalidArgument for
/// nearest: Ritz values inside a spectrum mean little without (A − σB)⁻¹.
template <class T>
EigenReport davidson(const HermitianProblem<T>& problem, EigenPairs<T>& pairs);

}  // namespace tamis::detail
