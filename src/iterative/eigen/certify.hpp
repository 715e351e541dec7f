// Private: proof by inertia that a set of eigenvalues is complete.
#pragma once

#include <cstdint>
#include <stop_token>
#include <string>

#include <tamis/iterative/eigen/operand.hpp>

#include "iterative/eigen/hermitian_problem.hpp"

namespace tamis::detail {

/// How many eigenvalues of A v = λ B v lie below σ, by the inertia of A − σB.
struct BelowCount {
    std::int64_t count = 0;
    bool proved = false;
    double sigma = 0;  ///< the one that was taken: a little to the left where A − σB is singular
    std::string how{};
    double condition = 1;  ///< of the factored matrix, inverse; 1 where nothing was factored
};
template <class T>
BelowCount count_below(const char* name, const EigenOperand<T>& A, const EigenOperand<T>& B, double sigma,
                       const std::stop_token& stop = {});

/// Sets `report.certified` if inertia proves that no eigenvalue is more wanted than the least wanted of `pairs` (by more
/// than the width of its cluster), and says in the message what was counted; never changes the pairs. A count that
/// contradicts them turns the status into `stagnated`. One or two factorizations; A and B have to be stored.
template <class T>
void certify(const EigenOperand<T>& A, const EigenOperand<T>& B, const HermitianProblem<T>& problem,
             const EigenPairs<T>& pairs, EigenReport& report);

}  // namespace tamis::detail
