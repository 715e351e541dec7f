// Weighted matchings of rows and columns. I. S. Duff, J. Koster, "On algorithms for permuting large entries to the diagonal
// of a sparse matrix", SIAM J. Matrix Anal. Appl. 22 (2001): products and sums as assignment problems (section 4), the
// bottleneck by matchings over the entries above a threshold (section 3). Where A is structurally singular, the
// decomposition of Dulmage and Mendelsohn leaves two problems: one in which every maximum matching has all rows, and the
// overdetermined part, in which it has all columns (A. Pothen, C.-J. Fan, ACM TOMS 16 (1990)).
#include <tamis/sparse/graph/weighted_matching.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "instantiate.hpp"
#include "sparse/factor_input.hpp"
#include "sparse/graph/assignment.hpp"
#include "sparse/pattern.hpp"

namespace tamis {

std::string_view to_string(MatchingObjective objective) noexcept {
    switch (objective) {
        case MatchingObjective::product: return "product";
        case MatchingObjective::sum: return "sum";
        case MatchingObjective::bottleneck: return "bottleneck";
    }
    return "unknown";
}

namespace detail {

namespace {

/// log|a| without overflow on the way; a is not 0.
template <class T>
double log_modulus(const T& a) noexcept {
    const double re = std::abs(static_cast<double>(real_part(a))), im = std::abs(static_cast<double>(imag_part(a)));
    const double larger = std::max(re, im), ratio = std::min(re, im) / larger;
    return std::log(larger) + (ratio > 0 ? 0.5 * std::log1p(ratio * ratio) : 0.0);
}

/// The nonzeros of a matrix with a cost each.
template <class I>
struct MatchingCosts {
    std::int64_t cols = 0;
    Array<I> offsets;
    Array<I> indices;
    Array<double> values;
    [[nodiscard]] PatternView<I> pattern() const noexcept {
        return {offsets.size() - 1, cols, offsets.data(), indices.data()};
    }
};

/// The largest part of an entry of A; moduli are sums of squares of what is divided by it.
template <class T, class I>
double largest_part(CsrView<T, I> A) {
    double largest = 0;
    for (const T& a : A.values())
        largest =
            std::max({largest, std::abs(static_cast<double>(real_part(a))), std::abs(static_cast<double>(imag_part(a)))});
    return largest;
}

/// c_ij = −log|a_ij|, or −|a_ij| / unit.
template <class T, class I>
MatchingCosts<I> costs_of(CsrView<T, I> A, bool logarithms, double unit) {
    MatchingCosts<I> c{A.cols(), Array<I>(A.rows() + 1, uninitialized), Array<I>(A.nnz(), uninitialized),
                       Array<double>(A.nnz(), uninitialized)};
    std::int64_t at = 0;
    c.offsets[0] = I(0);
    for (std::int64_t i = 0; i < A.rows(); ++i) {
        for (const auto [j, a] : A.row(i)) {
            if (a == T(0)) continue;
            c.indices[at] = static_cast<I>(j);
            c.values[at++] =
                logarithms ? -log_modulus(a)
                           : -std::hypot(static_cast<double>(real_part(a)) / unit, static_cast<double>(imag_part(a)) / unit);
        }
        c.offsets[i + 1] = static_cast<I>(at);
    }
    return c;
}

template <class I>
MatchingCosts<I> transposed_costs(const MatchingCosts<I>& c) {
    const std::int64_t rows = c.offsets.size() - 1, nnz = c.offsets[rows];
    MatchingCosts<I> t{rows, Array<I>(c.cols + 1), Array<I>(nnz, uninitialized), Array<double>(nnz, uninitialized)};
    for (std::int64_t k = 0; k < nnz; ++k) ++t.offsets[std::int64_t{c.indices[k]} + 1];
    for (std::int64_t j = 0; j < c.cols; ++j) t.offsets[j + 1] = static_cast<I>(t.offsets[j + 1] + t.offsets[j]);
    Array<I> next(t.offsets);
    for (std::int64_t i = 0; i < rows; ++i) {
        for (I k = c.offsets[i]; k < c.offsets[i + 1]; ++k) {
            const I at = next[c.indices[k]]++;
            t.indices[at] = static_cast<I>(i);
            t.values[at] = c.values[k];
        }
    }
    return t;
}

/// Rows and columns of a part, numbered anew.
template <class I>
struct MatchingPart {
    std::vector<I> rows, cols;
};

template <class I>
MatchingCosts<I> part_of(const MatchingCosts<I>& c, const MatchingPart<I>& part) {
    std::vector<I> place(static_cast<std::size_t>(c.cols), I(-1));
    for (std::size_t k = 0; k < part.cols.size(); ++k) place[static_cast<std::size_t>(part.cols[k])] = static_cast<I>(k);
    const auto rows = std::ssize(part.rows);
    std::int64_t most = 0, at = 0;
    for (const I i : part.rows) most += c.offsets[std::int64_t{i} + 1] - c.offsets[i];
    MatchingCosts<I> p{std::ssize(part.cols), Array<I>(rows + 1, uninitialized), Array<I>(most, uninitialized),
                       Array<double>(most, uninitialized)};
    p.offsets[0] = I(0);
    for (std::int64_t r = 0; r < rows; ++r) {
        const std::int64_t i = part.rows[static_cast<std::size_t>(r)];
        for (I k = c.offsets[i]; k < c.offsets[i + 1]; ++k) {
            const I j = place[static_cast<std::size_t>(c.indices[k])];
            if (j < 0) continue;
            p.indices[at] = j;
            p.values[at++] = c.values[k];
        }
        p.offsets[r + 1] = static_cast<I>(at);
    }
    return p;
}

/// What rows without a column reach over alternating paths, and the rest.
template <class I>
struct CoarseSplit {
    MatchingPart<I> rest;            ///< all of its rows are in every maximum matching
    MatchingPart<I> overdetermined;  ///< all of its columns are
};

template <class I>
CoarseSplit<I> coarse_split(PatternView<I> P, const std::vector<I>& col_of_row) {
    std::vector<bool> row_reached(static_cast<std::size_t>(P.rows)), col_reached(static_cast<std::size_t>(P.cols));
    std::vector<I> row_of_col(static_cast<std::size_t>(P.cols), I(-1)), waiting;
    for (std::size_t i = 0; i < col_of_row.size(); ++i) {
        const I j = col_of_row[i];
        if (j >= 0) {
            row_of_col[static_cast<std::size_t>(j)] = static_cast<I>(i);
        } else {
            row_reached[i] = true;
            waiting.push_back(static_cast<I>(i));
        }
    }
    while (!waiting.empty()) {
        const I i = waiting.back();
        waiting.pop_back();
        for (const I j : P.row(i)) {
            if (col_reached[static_cast<std::size_t>(j)]) continue;
            col_reached[static_cast<std::size_t>(j)] = true;
            const auto next = static_cast<std::size_t>(row_of_col[static_cast<std::size_t>(j)]);
            if (row_reached[next]) continue;
            row_reached[next] = true;
            waiting.push_back(static_cast<I>(next));
        }
    }
    CoarseSplit<I> split;
    for (std::size_t i = 0; i < row_reached.size(); ++i)
        (row_reached[i] ? split.overdetermined : split.rest).rows.push_back(static_cast<I>(i));
    for (std::size_t j = 0; j < col_reached.size(); ++j)
        (col_reached[j] ? split.overdetermined : split.rest).cols.push_back(static_cast<I>(j));
    return split;
}

/// A matching and the dual variables of its optimality, u_i + v_j ≤ c_ij.
template <class I>
struct MatchingSolution {
    std::vector<I>& columns;
    Array<double> u, v;
};

template <class I>
void solve_rest(const MatchingCosts<I>& c, const MatchingPart<I>& part, MatchingSolution<I>& solution) {
    if (part.rows.empty()) return;
    const MatchingCosts<I> p = part_of(c, part);
    Assignment<I> assignment(p.pattern(), p.values.data());
    assignment.run();
    for (std::size_t r = 0; r < part.rows.size(); ++r) {
        const auto i = static_cast<std::int64_t>(r);
        solution.columns[static_cast<std::size_t>(part.rows[r])] =
            part.cols[static_cast<std::size_t>(p.indices[assignment.entry(i)])];
        solution.u[part.rows[r]] = assignment.u()[i];
    }
    for (std::size_t k = 0; k < part.cols.size(); ++k)
        solution.v[part.cols[k]] = assignment.v()[static_cast<std::int64_t>(k)];
}

template <class I>
void solve_overdetermined(const MatchingCosts<I>& c, const MatchingPart<I>& part, MatchingSolution<I>& solution) {
    if (part.cols.empty()) return;
    const MatchingCosts<I> p = transposed_costs(part_of(c, part));
    Assignment<I> assignment(p.pattern(), p.values.data());
    assignment.run();
    for (std::size_t k = 0; k < part.cols.size(); ++k) {
        const auto j = static_cast<std::int64_t>(k);
        solution.columns[static_cast<std::size_t>(part.rows[static_cast<std::size_t>(p.indices[assignment.entry(j)])])] =
            part.cols[k];
        solution.v[part.cols[k]] = assignment.u()[j];
    }
    for (std::size_t r = 0; r < part.rows.size(); ++r)
        solution.u[part.rows[r]] = assignment.v()[static_cast<std::int64_t>(r)];
}

/// Entries between the parts lie in rows of the rest and columns of the overdetermined part: u of the first is lowered, and
/// v of its columns raised, until u_i + v_j ≤ c_ij holds for them too.
template <class I>
void reconcile(const MatchingCosts<I>& c, const CoarseSplit<I>& split, MatchingSolution<I>& solution) {
    std::vector<bool> over(static_cast<std::size_t>(c.cols));
    for (const I j : split.overdetermined.cols) over[static_cast<std::size_t>(j)] = true;
    double excess = 0;
    for (const I i : split.rest.rows)
        for (I k = c.offsets[i]; k < c.offsets[std::int64_t{i} + 1]; ++k)
            if (over[static_cast<std::size_t>(c.indices[k])])
                excess = std::max(excess, solution.u[i] + solution.v[c.indices[k]] - c.values[k]);
    for (const I i : split.rest.rows) solution.u[i] -= excess;
    for (const I j : split.rest.cols) solution.v[j] += excess;
}

/// The duals of the maximum, −u and −v, both centred about 0 for logarithms; those of rows and columns without entries are
/// 0.
template <class I>
void put_duals(const MatchingCosts<I>& c, const MatchingSolution<I>& solution, bool centred, double unit,
               VectorView<double> row_duals, VectorView<double> col_duals) {
    std::vector<bool> has_entry(static_cast<std::size_t>(c.cols));
    const std::int64_t rows = c.offsets.size() - 1, nnz = c.offsets[rows];
    for (std::int64_t k = 0; k < nnz; ++k) has_entry[static_cast<std::size_t>(c.indices[k])] = true;
    const auto row_has = [&](std::int64_t i) { return c.offsets[i] < c.offsets[i + 1]; };
    const auto col_has = [&](std::int64_t j) { return has_entry[static_cast<std::size_t>(j)]; };
    const auto middle = [](const Array<double>& x, const auto& has) {
        double low = std::numeric_limits<double>::infinity(), high = -low;
        for (std::int64_t i = 0; i < x.size(); ++i) {
            if (!has(i)) continue;
            low = std::min(low, x[i]);
            high = std::max(high, x[i]);
        }
        return low <= high ? low + (high - low) / 2 : 0.0;
    };
    const double shift = centred ? (middle(solution.u, row_has) - middle(solution.v, col_has)) / 2 : 0.0;
    for (std::int64_t i = 0; i < rows; ++i) row_duals[i] = row_has(i) ? (shift - solution.u[i]) * unit : 0.0;
    for (std::int64_t j = 0; j < c.cols; ++j) col_duals[j] = col_has(j) ? (-shift - solution.v[j]) * unit : 0.0;
}

/// The entries of cost at most `threshold`.
template <class I>
MatchingCosts<I> up_to(const MatchingCosts<I>& c, double threshold) {
    const std::int64_t rows = c.offsets.size() - 1;
    MatchingCosts<I> some{c.cols, Array<I>(rows + 1, uninitialized), Array<I>(c.offsets[rows], uninitialized), {}};
    std::int64_t at = 0;
    some.offsets[0] = I(0);
    for (std::int64_t i = 0; i < rows; ++i) {
        for (I k = c.offsets[i]; k < c.offsets[i + 1]; ++k)
            if (c.values[k] <= threshold) some.indices[at++] = c.indices[k];
        some.offsets[i + 1] = static_cast<I>(at);
    }
    return some;
}

/// Bisection over the values of the entries for the least threshold that leaves a matching of `size` rows.
template <class I>
void solve_bottleneck(const MatchingCosts<I>& c, std::int64_t size, std::vector<I>& columns) {
    std::vector<double> thresholds(c.values.begin(), c.values.begin() + c.offsets[c.offsets.size() - 1]);
    std::sort(thresholds.begin(), thresholds.end());
    thresholds.erase(std::unique(thresholds.begin(), thresholds.end()), thresholds.end());
    // columns is a matching up to thresholds[high].
    std::size_t low = 0, high = thresholds.empty() ? 0 : thresholds.size() - 1;
    while (low < high) {
        const std::size_t middle = low + (high - low) / 2;
        std::vector<I> matching = maximum_matching(up_to(c, thresholds[middle]).pattern());
        if (matching_size(matching) < size) {
            low = middle + 1;
        } else {
            high = middle;
            columns = std::move(matching);
        }
    }
}

}  // namespace

template <class T, class I>
MatchingReport maximum_weight_matching(CsrView<T, I> A, MatchingObjective objective, std::vector<I>& columns,
                                       VectorView<double> row_duals, VectorView<double> col_duals) {
    check_finite("maximum_weight_matching", A, true);
    const bool sum = objective == MatchingObjective::sum;
    const double unit = sum ? std::max(largest_part(A), std::numeric_limits<double>::min()) : 1.0;
    const MatchingCosts<I> c = costs_of(A, !sum, unit);
    columns = maximum_matching(c.pattern());
    MatchingReport report{matching_size(columns), 0};
    if (objective == MatchingObjective::bottleneck) {
        solve_bottleneck(c, report.size, columns);
    } else {
        const CoarseSplit<I> split = coarse_split(c.pattern(), columns);
        MatchingSolution<I> solution{columns, Array<double>(A.rows()), Array<double>(A.cols())};
        std::fill(columns.begin(), columns.end(), I(-1));
        solve_rest(c, split.rest, solution);
        solve_overdetermined(c, split.overdetermined, solution);
        reconcile(c, split, solution);
        put_duals(c, solution, !sum, unit, row_duals, col_duals);
    }
    for (std::size_t i = 0; i < columns.size(); ++i)
        if (columns[i] >= 0) report.log_product += log_modulus(A.coeff(static_cast<std::int64_t>(i), columns[i]));
    return report;
}

template <class R>
void scaling_of_duals(VectorView<const double> duals, VectorView<R> scaling) {
    constexpr double least = std::numeric_limits<R>::min(), most = std::numeric_limits<R>::max();
    for (std::int64_t i = 0; i < duals.size(); ++i)
        scaling[i] = static_cast<R>(std::clamp(std::exp(-duals[i]), least, most));
}

#define TAMIS_INSTANTIATE(T, I)                                                                              \
    template MatchingReport maximum_weight_matching<T, I>(CsrView<T, I>, MatchingObjective, std::vector<I>&, \
                                                          VectorView<double>, VectorView<double>);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE
template void scaling_of_duals(VectorView<const double>, VectorView<float>);
template void scaling_of_duals(VectorView<const double>, VectorView<double>);

}  // namespace detail
}  // namespace tamis
