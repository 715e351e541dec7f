// Private: which operator Lanczos iterates with for a problem of eigsh.
#pragma once

#include "iterative/eigen/hermitian_problem.hpp"
#include "iterative/eigen/spectral_transform.hpp"

namespace tamis::detail {

/// The operator, factored where it is an inverse, with the reason in `.how`. What was asked for is obeyed or throws.
/// Otherwise, where a factorization is affordable: (A − σB)⁻¹B for `nearest` and, at 0, for `smallest_magnitude`; for
/// `smallest_algebraic` and `largest_algebraic` at a shift outside the spectrum, which the inertia confirms, where the
/// factor takes no more than so many flops, and is cheaper then than the iterations that it saves. Else A, or B⁻¹A.
template <class T>
SpectralOperator<T> choose_transform(const EigenOperand<T>& A, const HermitianProblem<T>& problem,
                                     const EigshOptions<T>& options, double cheap_flops = 4e9);

}  // namespace tamis::detail
