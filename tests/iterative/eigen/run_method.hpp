// A method behind eigsh, run by itself.
#pragma once

#include <cstdint>
#include <utility>

#include <tamis/iterative/eigen/result.hpp>

#include "iterative/eigen/hermitian_problem.hpp"

namespace tamis::test {

/// What eigsh hands over, without what it checks: method(problem, pairs) for the k pairs of A.
template <class T, class Method>
EigenResult<T> run_method(const Method& method, const OperatorRef<T>& A, std::int64_t k, Which which,
                          tamis::detail::HermitianProblem<T> problem) {
    problem.A = A;
    problem.k = k;
    problem.which = which;
    if (problem.tolerance == 0) problem.tolerance = default_eigen_tolerance<T>;
    tamis::detail::EigenPairs<T> pairs;
    EigenReport report = method(problem, pairs);
    Vector<Real<T>> values(k);
    for (std::int64_t j = 0; j < k; ++j) values[j] = static_cast<Real<T>>(pairs.values[j]);
    Matrix<T> vectors = Eigen::Map<const Matrix<T>>(pairs.vectors.data(), A.rows(), k);
    return tamis::detail::with_pairs<T, Real<T>>(std::move(values), std::move(vectors), std::move(report));
}

}  // namespace tamis::test
