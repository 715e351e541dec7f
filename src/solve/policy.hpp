// Private: which method solve takes, and why. One object decides for explain and for solve alike.
#pragma once

#include <string>
#include <vector>

#include <tamis/solve.hpp>
#include <tamis/sparse/structure.hpp>

namespace tamis::detail {

/// The methods to try in order (a later one only after the earlier proved unfit), with a sentence for each decision.
struct Plan {
    std::vector<Method> methods;
    std::vector<std::string> reasons;
    bool negated = false;   ///< Cholesky factors −A
    bool permuted = false;  ///< the triangular solve follows the block triangular form's order
    bool upper = false;     ///< the triangular solve runs backwards
    bool structurally_singular = false;
};

/// Decides from measured facts. Throws InvalidArgument, Unsupported or DimensionMismatch when the method that was asked for
/// does not fit. Non-finite A is the caller's business.
template <class T, class I>
Plan plan_solve(CsrView<T, I> A, const Structure& structure, const SolveOptions& options);

/// The plan for least squares: QR.
template <class T, class I>
Plan plan_least_squares(CsrView<T, I> A, const SolveOptions& options);

}  // namespace tamis::detail
