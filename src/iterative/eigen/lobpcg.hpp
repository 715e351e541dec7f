// Private: lobpcg as eigsh and the public function run it.
#pragma once

#include "iterative/eigen/hermitian_problem.hpp"

namespace tamis::detail {

/// The k smallest or largest pairs: OptimalSearch with room for three blocks. InvalidArgument for other values of `which`.
template <class T>
EigenReport lobpcg(const HermitianProblem<T>& problem, EigenPairs<T>& pairs);

}  // namespace tamis::detail
