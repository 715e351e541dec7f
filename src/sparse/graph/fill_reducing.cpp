// AMD and METIS, as CHOLMOD calls them.
#include <tamis/sparse/graph/ordering.hpp>

#include <algorithm>
#include <new>
#include <string>
#include <utility>

#include <tamis/core/error.hpp>

#include "instantiate.hpp"
#include "sparse/graph/undirected_pattern.hpp"
#include "sparse/graph/weights.hpp"
#include "sparse/suitesparse/backend.hpp"

namespace tamis::detail {

namespace {

/// The lower triangle as columns (which are the upper one's rows) with the whole diagonal.
template <class I>
ColumnPattern<I> lower_columns(PatternView<I> P) {
    const std::int64_t n = P.rows;
    ColumnPattern<I> lower{n, n, never_null<I>(n + 1), {}};
    const auto behind_diagonal = [&](std::int64_t i) {
        const auto row = P.row(i);
        return std::span<const I>(std::upper_bound(row.begin(), row.end(), static_cast<I>(i)), row.end());
    };
    // Never more than the entries of P and the diagonal, of which P may lack some: counted in int64.
    std::int64_t entries = 0;
    for (std::int64_t i = 0; i < n; ++i) entries += 1 + std::ssize(behind_diagonal(i));
    if (entries > std::int64_t{std::numeric_limits<I>::max()})
        throw IndexOverflow("an ordering of this matrix needs int64 indices");
    lower.indices = never_null<I>(entries);
    std::int64_t at = 0;
    for (std::int64_t i = 0; i < n; ++i) {
        lower.offsets[i] = static_cast<I>(at);
        lower.indices[at++] = static_cast<I>(i);
        for (const I j : behind_diagonal(i)) lower.indices[at++] = j;
    }
    lower.offsets[n] = static_cast<I>(at);
    return lower;
}

template <class I>
std::vector<I> cholmod_order(const char* name, PatternView<I> P, Ordering ordering) {
    if (P.rows == 0) return {};
    std::shared_ptr<const CholeskySymbolic<double>> symbolic;
    {
        const UndirectedPattern<I> undirected(name, P);
        symbolic = analyze_cholmod<double>(lower_columns(undirected.view()), AnalysisRequest{ordering, {}, {}});
    }
    const std::vector<std::int64_t> p = symbolic->permutation();
    std::vector<I> narrow(p.size());
    std::transform(p.begin(), p.end(), narrow.begin(), [](std::int64_t k) { return static_cast<I>(k); });
    return narrow;
}

template <class T, class I>
PatternView<I> stored_pattern(const char* name, const CsrView<T, I>& A) {
    check_graph(name, A.rows(), A.cols());
    return {A.rows(), A.cols(), A.row_offsets().data(), A.col_indices().data()};
}

}  // namespace

template <class T, class I>
std::vector<I> approximate_minimum_degree(CsrView<T, I> A) {
    constexpr const char* name = "approximate_minimum_degree";
    return cholmod_order(name, stored_pattern(name, A), Ordering::amd);
}

template <class T, class I>
std::vector<I> nested_dissection(CsrView<T, I> A) {
    constexpr const char* name = "nested_dissection";
    const PatternView<I> P = stored_pattern(name, A);
    try {
        return cholmod_order(name, P, Ordering::nested_dissection);
    } catch (const IndexOverflow&) {
        throw;
    } catch (const Error& error) {
        throw Unsupported("nested_dissection: CHOLMOD has no METIS here (" + std::string(error.what()) +
                          "); use approximate_minimum_degree, or link a CHOLMOD that was built with METIS");
    }
}

#define TAMIS_INSTANTIATE(T, I)                                              \
    template std::vector<I> approximate_minimum_degree<T, I>(CsrView<T, I>); \
    template std::vector<I> nested_dissection<T, I>(CsrView<T, I>);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
