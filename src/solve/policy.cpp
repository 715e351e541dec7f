#include "solve/policy.hpp"

#include <cmath>
#include <complex>
#include <optional>
#include <utility>

#include <tamis/core/error.hpp>

#include "instantiate.hpp"

namespace tamis::detail {

namespace {

std::string number(std::int64_t n) {
    return std::to_string(n);
}

template <class T, class I>
bool negative_diagonal(CsrView<T, I> A) {
    for (std::int64_t i = 0; i < A.rows(); ++i) {
        const T d = A.coeff(i, i);
        if (!(real_part(d) < 0) || imag_part(d) != Real<T>(0)) return false;
    }
    return A.rows() > 0;
}

/// A position with |a_ij|² ≥ a_ii a_jj, which no positive definite matrix has (Horn and Johnson, Matrix Analysis, 7.1.P1).
template <class T, class I>
std::optional<std::pair<std::int64_t, std::int64_t>> indefinite_minor(CsrView<T, I> A) {
    std::vector<double> diagonal(static_cast<std::size_t>(A.rows()));
    for (std::int64_t i = 0; i < A.rows(); ++i)
        diagonal[static_cast<std::size_t>(i)] = std::abs(static_cast<double>(real_part(A.coeff(i, i))));
    for (std::int64_t i = 0; i < A.rows(); ++i)
        for (const auto [j, value] : A.row(i)) {
            if (j <= i) continue;
            const double size = static_cast<double>(std::abs(value));
            // Square roots first: the products could overflow.
            if (size >= std::sqrt(diagonal[static_cast<std::size_t>(i)]) * std::sqrt(diagonal[static_cast<std::size_t>(j)]) *
                            (1 + 4 * static_cast<double>(epsilon_v<T>)))
                return std::pair<std::int64_t, std::int64_t>{i, j};
        }
    return std::nullopt;
}

bool iterative(Method method) noexcept {
    switch (method) {
        case Method::automatic:
        case Method::diagonal:
        case Method::triangular:
        case Method::banded:
        case Method::cholesky:
        case Method::ldlt:
        case Method::lu:
        case Method::qr: return false;
        default: return true;
    }
}

std::string name(Method method) {
    return std::string(to_string(method));
}

void plan_triangular(const Structure& s, Plan& plan) {
    plan.methods = {Method::triangular};
    if (s.lower_triangular) {
        plan.reasons.emplace_back("A is lower triangular: forward substitution, no factorization.");
    } else if (s.upper_triangular) {
        plan.upper = true;
        plan.reasons.emplace_back("A is upper triangular: backward substitution, no factorization.");
    } else {
        plan.permuted = true;
        plan.reasons.emplace_back(
            "A is a permuted triangular matrix (every block of its block triangular form is 1×1): substitution in that "
            "order, "
            "no factorization.");
    }
}

}  // namespace

template <class T, class I>
Plan plan_solve(CsrView<T, I> A, const Structure& s, const SolveOptions& options) {
    Plan plan;
    if (iterative(options.method) || options.method == Method::ldlt || options.method == Method::banded)
        throw Unsupported(
            "solve: the method " + name(options.method) +
            " is not part of this version for sparse matrices; it has automatic, diagonal, triangular, cholesky, "
            "lu and qr");
    if (A.rows() != A.cols()) {
        if (options.method != Method::automatic && options.method != Method::qr)
            throw DimensionMismatch("solve: the method " + name(options.method) + " needs a square matrix, but A is " +
                                        number(A.rows()) + "×" + number(A.cols()) + "; qr gives the least-squares answer",
                                    A.rows(), A.cols());
        return plan_least_squares(A, options);
    }
    const std::int64_t n = A.rows();
    plan.structurally_singular = s.structural_rank < n;
    if (plan.structurally_singular)
        plan.reasons.emplace_back(
            "A is structurally singular: at most " + number(s.structural_rank) + " of its " + number(n) +
            " rows can be matched to columns with a nonzero, so no choice of values makes it invertible.");

    switch (options.method) {
        case Method::diagonal:
            if (!s.diagonal)
                throw InvalidArgument("solve: the method diagonal was asked for, but A has entries off its diagonal");
            plan.methods = {Method::diagonal};
            plan.reasons.emplace_back("The method diagonal was asked for.");
            return plan;
        case Method::triangular:
            if (!s.lower_triangular && !s.upper_triangular && !s.permuted_triangular)
                throw InvalidArgument(
                    "solve: the method triangular was asked for, but A is not triangular in any order of its rows "
                    "and columns");
            plan.reasons.emplace_back("The method triangular was asked for.");
            plan_triangular(s, plan);
            return plan;
        case Method::cholesky:
        case Method::lu:
        case Method::qr:
            plan.methods = {options.method};
            plan.reasons.emplace_back("The method " + name(options.method) + " was asked for.");
            return plan;
        default: break;
    }

    if (s.diagonal) {
        plan.methods = {Method::diagonal};
        plan.reasons.emplace_back("A is diagonal: one division a row.");
    } else if (s.lower_triangular || s.upper_triangular || s.permuted_triangular) {
        plan_triangular(s, plan);
    } else if (s.hermitian && (s.positive_diagonal || negative_diagonal(A))) {
        plan.negated = !s.positive_diagonal;
        const std::string sign = plan.negated ? "negative" : "positive";
        if (const auto minor = indefinite_minor(A)) {
            plan.negated = false;
            plan.methods = {Method::lu};
            plan.reasons.emplace_back("A is Hermitian with a " + sign + " diagonal, but its 2×2 minor at (" +
                                      number(minor->first) + ", " + number(minor->second) +
                                      ") shows that it is not definite: LU.");
        } else {
            plan.methods = {Method::cholesky, Method::lu};
            plan.reasons.emplace_back(std::string("A is ") + (is_complex_v<T> ? "Hermitian" : "symmetric") + " with a " +
                                      sign + " diagonal: Cholesky" + (plan.negated ? " of −A" : "") +
                                      ", and LU should a pivot show that it is not definite.");
        }
    } else if (s.hermitian) {
        plan.methods = {Method::lu};
        plan.reasons.emplace_back(std::string("A is ") + (is_complex_v<T> ? "Hermitian" : "symmetric") +
                                  ", but its diagonal is neither positive nor negative throughout: LU.");
    } else {
        plan.methods = {Method::lu};
        plan.reasons.emplace_back(s.pattern_symmetric ? "A is unsymmetric (its pattern is symmetric): LU."
                                                      : "A is unsymmetric: LU.");
    }
    return plan;
}

template <class T, class I>
Plan plan_least_squares(CsrView<T, I> A, const SolveOptions& options) {
    Plan plan;
    if (options.method != Method::automatic && options.method != Method::qr)
        throw Unsupported("least_squares: the method " + name(options.method) +
                          " is not part of this version; it has automatic and qr");
    plan.methods = {Method::qr};
    if (options.method == Method::qr) plan.reasons.emplace_back("The method qr was asked for.");
    if (A.rows() > A.cols())
        plan.reasons.emplace_back("A is " + number(A.rows()) + "×" + number(A.cols()) +
                                  ": least squares by rank-revealing QR.");
    else if (A.rows() < A.cols())
        plan.reasons.emplace_back("A is " + number(A.rows()) + "×" + number(A.cols()) +
                                  ": minimum norm by rank-revealing QR.");
    else plan.reasons.emplace_back("Least squares of a square A was asked for: rank-revealing QR.");
    return plan;
}

#define TAMIS_INSTANTIATE(T, I)                                                     \
    template Plan plan_solve(CsrView<T, I>, const Structure&, const SolveOptions&); \
    template Plan plan_least_squares(CsrView<T, I>, const SolveOptions&);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
