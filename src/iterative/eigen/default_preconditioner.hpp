// Private: the preconditioner that a search for the smallest eigenvalues takes where none is given.
#pragma once

#include <string>

#include <tamis/iterative/eigen/operand.hpp>
#include <tamis/iterative/operator.hpp>

namespace tamis::detail {

template <class T>
struct DefaultPreconditioner {
    Operator<T> M{};    ///< empty: nothing is known that would help
    std::string how{};  ///< a clause for the message: "Amg, since …", or why there is none
};

/// Of a stored sparse A whose diagonal is positive and dominates its rows, weakly, in nine of ten: such a matrix is
/// (almost) positive semidefinite, as Laplacians and discretised elliptic operators are. Amg, or Jacobi where a few rows
/// hold much of the matrix (power-law graphs), for which multigrid gains nothing. Rows that add up to nothing more than
/// rounding make A singular; then of A + 10⁻⁵ d I with the mean diagonal d, so that its null space is found first and not
/// last. O(nnz), and the set-up of the preconditioner.
template <class T>
[[nodiscard]] DefaultPreconditioner<T> default_preconditioner(const EigenOperand<T>& A);

/// Whether that is multigrid of A itself, with which the search takes time and storage like n: what to weigh against a
/// factor.
template <class T>
[[nodiscard]] bool suits_multigrid(const EigenOperand<T>& A);

}  // namespace tamis::detail
