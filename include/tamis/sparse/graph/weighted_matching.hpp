// maximum_weight_matching(A): rows and columns matched over the largest entries, and scalings that make those 1.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include <tamis/core/dense_types.hpp>
#include <tamis/sparse/convert.hpp>

namespace tamis {

/// What is largest among the matchings of most rows.
enum class MatchingObjective {
    product,    ///< the product of the moduli |a_ij| of the matched entries
    sum,        ///< their sum
    bottleneck  ///< the smallest of them
};

/// The enumerator's own name.
std::string_view to_string(MatchingObjective objective) noexcept;

struct WeightedMatchingOptions {
    MatchingObjective objective = MatchingObjective::product;
};

template <class R, class I>
struct WeightedMatching {
    std::vector<I> columns;    ///< a column for each row, −1 for none, as maximum_matching returns them
    std::int64_t size = 0;     ///< rows that are matched: the structural rank
    double log_product = 0;    ///< Σ log|a_ij| over the matched entries, 0 where there is none
    Vector<R> row_scaling;     ///< r, for `product` only: |r_i a_ij c_j| ≤ 1, and = 1 where matched, up to rounding
    Vector<R> col_scaling;     ///< c
    Vector<double> row_duals;  ///< u_i + v_j ≥ w_ij for all nonzeros, = w_ij where matched; not for `bottleneck`.
    Vector<double> col_duals;  ///< v. w_ij is log|a_ij| for `product` (r = e⁻ᵘ, c = e⁻ᵛ), |a_ij| for `sum`
};

namespace detail {
struct MatchingReport {
    std::int64_t size = 0;
    double log_product = 0;
};
/// Fills columns (as many as rows), and the duals unless they are empty.
template <class T, class I>
MatchingReport maximum_weight_matching(CsrView<T, I> A, MatchingObjective objective, std::vector<I>& columns,
                                       VectorView<double> row_duals, VectorView<double> col_duals);
/// e^(−dual), at most and at least what R represents as a normal number.
template <class R>
void scaling_of_duals(VectorView<const double> duals, VectorView<R> scaling);
}  // namespace detail

/// The best maximum matching of rows and columns over the nonzeros of A: of all that match the most rows, one whose entries
/// have the largest product of moduli (or the largest sum, or the largest smallest entry). Columns permuted by it put large
/// entries on the diagonal; with `product`, rows and columns scaled by `.row_scaling` and `.col_scaling` as well, A has ones
/// there and nothing larger anywhere: what a factorization without much pivoting, or an incomplete one, wants of an
/// unsymmetric matrix (MC64, jobs 5, 4 and 3).
///
/// Any shape; where A is structurally singular or a rectangle, some rows or columns stay unmatched, and the scalings still
/// bound all entries by 1. A stored zero does not match. The scalings of a matrix are not unique; both are centred about 1.
/// Moduli are handled as logarithms: nothing overflows, however large or small entries are, but for scalings beyond what R
/// can represent, which are its nearest normal number (the duals are exact). Rounding: |r_i a_ij c_j| ≤ 1 + O(ε max(|u|,
/// |v|, 1)) times the length of the longest augmenting path. InvalidArgument, with the position, for entries that are not
/// finite.
///
/// Cost: a maximum_matching, then at worst a search of O(nnz log n) for each row, in practice O(nnz log n) in all or a few
/// times that; `bottleneck` takes O(log nnz) maximum matchings. Storage: nnz indices and doubles, and a few n. Source: I. S.
/// Duff, J. Koster, "On algorithms for permuting large entries to the diagonal of a sparse matrix", SIAM J. Matrix Anal.
/// Appl. 22 (2001).
template <SparseMatrix M>
[[nodiscard]] WeightedMatching<Real<scalar_t<M>>, index_t<M>> maximum_weight_matching(
    const M& A, const WeightedMatchingOptions& options = {}) {
    using T = scalar_t<M>;
    using I = index_t<M>;
    const detail::CsrInput<M> a(A);
    WeightedMatching<Real<T>, I> result;
    result.columns.resize(static_cast<std::size_t>(A.rows()));
    if (options.objective != MatchingObjective::bottleneck) {
        result.row_duals.resize(A.rows());
        result.col_duals.resize(A.cols());
    }
    const detail::MatchingReport report =
        detail::maximum_weight_matching<T, I>(a.view(), options.objective, result.columns,
                                              VectorView<double>(result.row_duals), VectorView<double>(result.col_duals));
    result.size = report.size;
    result.log_product = report.log_product;
    if (options.objective == MatchingObjective::product) {
        result.row_scaling.resize(A.rows());
        result.col_scaling.resize(A.cols());
        detail::scaling_of_duals<Real<T>>(result.row_duals, VectorView<Real<T>>(result.row_scaling));
        detail::scaling_of_duals<Real<T>>(result.col_duals, VectorView<Real<T>>(result.col_scaling));
    }
    return result;
}

}  // namespace tamis
