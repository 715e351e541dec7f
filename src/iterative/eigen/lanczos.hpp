// Private: the thick-restart Lanczos method.
#pragma once

#include "iterative/eigen/hermitian_problem.hpp"
#include "iterative/eigen/spectral_transform.hpp"

namespace tamis::detail {

/// The wanted eigenpairs by block Lanczos with thick restarts and full reorthogonalization: K. Wu, H. Simon, Thick-restart
/// Lanczos method for large symmetric eigenvalue problems, SIAM J. Matrix Anal. Appl. 22 (2000); blocks as in R. G. Grimes,
/// J. G. Lewis, H. D. Simon, A shifted block Lanczos algorithm, ibid. 15 (1994).
///
/// A block of b random vectors sees b copies of a multiple eigenvalue and no more. Converged pairs are therefore looked at:
/// if a value (within 10⁻⁶ of the spectrum's width) was found b times or more often, they are locked, and the iteration
/// starts again from random vectors that are orthogonal to them, until its best Ritz value is seen to lie outside the wanted
/// set; whatever it finds inside is exchanged for the least wanted pair. The message says what was done.
///
/// Where problem.tuned says that products are cheap, Chebyshev polynomials of A of rising degree take its place
/// (polynomial_filter.hpp): bases stay small, and orthogonality, which is most of the time otherwise, is asked for once in
/// so many products. Each begins from random combinations of the best Ritz vectors of the one before.
///
/// n (k + subspace + 3 b) numbers of storage, 5 b n more for inverted operators.
template <class T>
EigenReport lanczos(const HermitianProblem<T>& problem, const SpectralOperator<T>& op, EigenPairs<T>& pairs);

}  // namespace tamis::detail
