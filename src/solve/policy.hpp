// Private: which method solve and factor take, and why. One object decides for explain, factor and solve alike.
#pragma once

#include <string>
#include <vector>

#include <tamis/core/factorization.hpp>
#include <tamis/sparse/structure.hpp>
#include <tamis/sparse/view.hpp>

namespace tamis::detail {

/// A way to factor. `definite`: the band, taken for Hermitian positive definite. `negated`: Cholesky of −A.
struct Step {
    Method method = Method::automatic;
    bool definite = false;
    bool negated = false;
};

/// The steps to try in order (a later one only after the earlier proved unfit), with a sentence for each decision.
struct Plan {
    std::vector<Step> steps;
    std::vector<std::string> reasons;
    bool permuted = false;  ///< the triangular solve follows the block triangular form's order
    bool upper = false;     ///< the triangular solve runs backwards
    bool structurally_singular = false;
};

/// What was asked for.
struct Request {
    const char* who = "solve";  ///< the front door, for messages
    Method method = Method::automatic;
    Ordering ordering = Ordering::automatic;
};

/// True for the methods that iterate rather than factor.
bool iterative(Method method) noexcept;

/// Decides from measured facts. Throws InvalidArgument, Unsupported or DimensionMismatch when the method that was asked for
/// does not fit. Non-finite A is the caller's business.
template <class T, class I>
Plan plan_solve(CsrView<T, I> A, const Structure& structure, const Request& request);

/// The plan for least squares: QR.
template <class T, class I>
Plan plan_least_squares(CsrView<T, I> A, const Request& request);

/// Throws SingularMatrix: which rows depend on others by the pattern, and what to do.
template <class T, class I>
[[noreturn]] void refuse_structurally_singular(const char* who, CsrView<T, I> A, std::int64_t rank);

}  // namespace tamis::detail
