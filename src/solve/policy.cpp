#include "solve/policy.hpp"

#include <cmath>
#include <complex>
#include <optional>
#include <utility>

#include <tamis/core/error.hpp>

#include <tamis/sparse/graph.hpp>

#include "instantiate.hpp"
#include "sparse/parts.hpp"

namespace tamis::detail {

namespace {

constexpr std::int64_t widest_band = 256;
constexpr double fullest_share = 0.5;

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
    using Position = std::pair<std::int64_t, std::int64_t>;
    const int parts = threads_for(A.nnz() + A.rows());
    // Square roots first: the products could overflow.
    std::vector<double> root(static_cast<std::size_t>(A.rows()));
    for_each_row(A.rows(), A.nnz(), [&](std::int64_t i) {
        root[static_cast<std::size_t>(i)] = std::sqrt(std::abs(static_cast<double>(real_part(A.coeff(i, i)))));
    });
    const auto first_of = [&](std::int64_t begin, std::int64_t end) -> std::optional<Position> {
        for (std::int64_t i = begin; i < end; ++i)
            for (const auto [j, value] : A.row(i)) {
                if (j <= i) continue;
                if (static_cast<double>(std::abs(value)) >= root[static_cast<std::size_t>(i)] *
                                                                root[static_cast<std::size_t>(j)] *
                                                                (1 + 4 * static_cast<double>(epsilon_v<T>)))
                    return Position(i, j);
            }
        return std::nullopt;
    };
    std::vector<std::optional<Position>> found(static_cast<std::size_t>(parts));
    for_each_part(parts, [&](int part) {
        found[static_cast<std::size_t>(part)] = first_of(first_row(A, part, parts), first_row(A, part + 1, parts));
    });
    for (const auto& position : found)
        if (position) return position;
    return std::nullopt;
}

std::string name(Method method) {
    return std::string(to_string(method));
}

template <class T>
std::string hermitian_word() {
    return is_complex_v<T> ? "Hermitian" : "symmetric";
}

/// How many diagonals a band may have, and how full they must be, for LAPACK's band kernels to beat a sparse factorization
/// (docs/decisions/0014).
bool narrow_band(std::int64_t n, std::int64_t nnz, const Structure& s) noexcept {
    const std::int64_t diagonals = s.lower_bandwidth + s.upper_bandwidth + 1;
    if (diagonals > widest_band || diagonals > n / 4) return false;
    return static_cast<double>(nnz) >= fullest_share * static_cast<double>(n) * static_cast<double>(diagonals);
}

std::string band_words(const Structure& s) {
    const auto diagonals = [](std::int64_t k) { return number(k) + (k == 1 ? " diagonal" : " diagonals"); };
    return diagonals(s.lower_bandwidth) + " below the main one and " + number(s.upper_bandwidth) + " above";
}

void plan_triangular(const Structure& s, Plan& plan) {
    plan.steps = {{Method::triangular}};
    if (s.lower_triangular) {
        plan.reasons.emplace_back("A is lower triangular: forward substitution, no factorization.");
    } else if (s.upper_triangular) {
        plan.upper = true;
        plan.reasons.emplace_back("A is upper triangular: backward substitution, no factorization.");
    } else {
        plan.permuted = true;
        plan.reasons.emplace_back(
            "A is a permuted triangular matrix (every block of its block triangular form is 1×1): substitution in that "
            "order, no factorization.");
    }
}

/// A method that was asked for by name.
template <class T, class I>
void plan_named(CsrView<T, I> A, const Structure& s, const Request& request, Plan& plan) {
    const std::string who(request.who);
    if (request.method == Method::svd || request.method == Method::eigh)
        throw Unsupported(who + ": the method " + name(request.method) + " is for dense matrices; give to_dense(A)");
    if (request.method == Method::diagonal && !s.diagonal)
        throw InvalidArgument(who + ": the method diagonal was asked for, but A has entries off its diagonal");
    if (request.method == Method::triangular && !s.lower_triangular && !s.upper_triangular && !s.permuted_triangular)
        throw InvalidArgument(who +
                              ": the method triangular was asked for, but A is not triangular in any order of its rows and "
                              "columns");
    plan.reasons.emplace_back("The method " + name(request.method) + " was asked for.");
    if (request.method == Method::triangular) {
        plan_triangular(s, plan);
    } else if (request.method == Method::banded) {
        const bool definite = s.hermitian && s.positive_diagonal && !indefinite_minor(A);
        if (definite) plan.steps = {{Method::banded, true}, {Method::banded}};
        else plan.steps = {{Method::banded}};
        plan.reasons.emplace_back("The band of A has " + band_words(s) + (definite ? ": band Cholesky." : ": band LU."));
    } else {
        plan.steps = {{request.method}};
    }
}

const char* const ldlt_words = "LDLᴴ, and LU should no stable one be found.";

/// The automatic choice for a Hermitian matrix that is no band.
template <class T, class I>
void plan_hermitian(CsrView<T, I> A, const Structure& s, Plan& plan) {
    const std::string is = "A is " + hermitian_word<T>();
    const bool negated = !s.positive_diagonal && negative_diagonal(A);
    if (!s.positive_diagonal && !negated) {
        plan.steps = {{Method::ldlt}, {Method::lu}};
        plan.reasons.emplace_back(is + ", but its diagonal is neither positive nor negative throughout: " + ldlt_words);
        return;
    }
    const std::string sign = negated ? "negative" : "positive";
    if (const auto minor = indefinite_minor(A)) {
        plan.steps = {{Method::ldlt}, {Method::lu}};
        plan.reasons.emplace_back(is + " with a " + sign + " diagonal, but its 2×2 minor at (" + number(minor->first) +
                                  ", " + number(minor->second) + ") shows that it is not definite: " + ldlt_words);
        return;
    }
    plan.steps = {{Method::cholesky, false, negated}, {Method::ldlt}, {Method::lu}};
    plan.reasons.emplace_back(is + " with a " + sign + " diagonal: Cholesky" + (negated ? " of −A" : "") +
                              ", and LDLᴴ or LU should a pivot show that it is not definite.");
}

void mention_blocks(const Structure& s, std::int64_t n, Plan& plan) {
    if (s.block_count < 2 || plan.structurally_singular) return;
    if (s.pattern_symmetric && s.zero_free_diagonal)
        plan.reasons.emplace_back("A is block diagonal up to a permutation: " + number(s.block_count) + " blocks of its " +
                                  number(n) + " rows do not meet, and nothing fills in between them.");
    else
        plan.reasons.emplace_back("The block triangular form of A has " + number(s.block_count) +
                                  " diagonal blocks; only these need factoring, where the backend permutes to that form.");
}

}  // namespace

bool iterative(Method method) noexcept {
    switch (method) {
        case Method::automatic:
        case Method::diagonal:
        case Method::triangular:
        case Method::banded:
        case Method::cholesky:
        case Method::ldlt:
        case Method::lu:
        case Method::qr:
        case Method::svd:
        case Method::eigh: return false;
        default: return true;
    }
}

template <class T, class I>
Plan plan_solve(CsrView<T, I> A, const Structure& s, const Request& request) {
    const std::string who(request.who);
    Plan plan;
    if (A.rows() != A.cols()) {
        if (request.method != Method::automatic && request.method != Method::qr)
            throw DimensionMismatch(who + ": the method " + name(request.method) + " needs a square matrix, but A is " +
                                        number(A.rows()) + "×" + number(A.cols()) + "; qr gives the least-squares answer",
                                    A.rows(), A.cols());
        return plan_least_squares(A, request);
    }
    const std::int64_t n = A.rows();
    plan.structurally_singular = s.structural_rank < n;
    if (plan.structurally_singular)
        plan.reasons.emplace_back(
            "A is structurally singular: at most " + number(s.structural_rank) + " of its " + number(n) +
            " rows can be matched to columns with a nonzero, so no choice of values makes it invertible.");
    if (request.method != Method::automatic) {
        plan_named(A, s, request, plan);
        return plan;
    }
    const bool own_order = request.ordering == Ordering::automatic || request.ordering == Ordering::natural;
    if (s.diagonal) {
        plan.steps = {{Method::diagonal}};
        plan.reasons.emplace_back("A is diagonal: one division a row.");
    } else if (s.lower_triangular || s.upper_triangular || s.permuted_triangular) {
        plan_triangular(s, plan);
    } else if (own_order && narrow_band(n, A.nnz(), s)) {
        const bool definite = s.hermitian && s.positive_diagonal && !indefinite_minor(A);
        if (definite) plan.steps = {{Method::banded, true}, {Method::banded}, {Method::lu}};
        else plan.steps = {{Method::banded}, {Method::lu}};
        plan.reasons.emplace_back("A is a narrow band (" + band_words(s) + ")" +
                                  (definite ? ", " + hermitian_word<T>() +
                                                  " with a positive diagonal: band Cholesky, and band "
                                                  "LU should a pivot show that it is not definite."
                                            : ": band LU with partial pivoting."));
    } else if (s.hermitian) {
        plan_hermitian(A, s, plan);
        mention_blocks(s, n, plan);
    } else {
        plan.steps = {{Method::lu}};
        plan.reasons.emplace_back(s.pattern_symmetric ? "A is unsymmetric (its pattern is symmetric): LU."
                                                      : "A is unsymmetric: LU.");
        mention_blocks(s, n, plan);
    }
    return plan;
}

template <class T, class I>
Plan plan_least_squares(CsrView<T, I> A, const Request& request) {
    Plan plan;
    if (request.method != Method::automatic && request.method != Method::qr)
        throw Unsupported(std::string(request.who) + ": the method " + name(request.method) +
                          " is not part of this version; it has automatic and qr");
    plan.steps = {{Method::qr}};
    if (request.method == Method::qr) plan.reasons.emplace_back("The method qr was asked for.");
    if (A.rows() > A.cols())
        plan.reasons.emplace_back("A is " + number(A.rows()) + "×" + number(A.cols()) +
                                  ": least squares by rank-revealing QR.");
    else if (A.rows() < A.cols())
        plan.reasons.emplace_back("A is " + number(A.rows()) + "×" + number(A.cols()) +
                                  ": minimum norm by rank-revealing QR.");
    else plan.reasons.emplace_back("Least squares of a square A was asked for: rank-revealing QR.");
    return plan;
}

template <class T, class I>
void refuse_structurally_singular(const char* who, CsrView<T, I> A, std::int64_t rank) {
    const std::vector<I> rows = structurally_dependent_rows<T, I>(A);
    std::string text = std::string(who) + ": A is structurally singular: its rows can be matched to at most " +
                       number(rank) + " of " + number(A.rows()) + " columns; dependent by their pattern: row";
    if (rows.size() > 1) text += "s";
    for (std::size_t k = 0; k < rows.size() && k < 5; ++k) text += (k == 0 ? " " : ", ") + std::to_string(rows[k]);
    if (rows.size() > 5) text += " and " + std::to_string(rows.size() - 5) + " more";
    text += ". least_squares gives the minimum-norm answer.";
    throw SingularMatrix(text, rows.empty() ? -1 : rows.front(), true);
}

#define TAMIS_INSTANTIATE(T, I)                                                \
    template Plan plan_solve(CsrView<T, I>, const Structure&, const Request&); \
    template Plan plan_least_squares(CsrView<T, I>, const Request&);           \
    template void refuse_structurally_singular(const char*, CsrView<T, I>, std::int64_t);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
