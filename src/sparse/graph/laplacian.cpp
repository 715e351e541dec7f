// Laplacians and incidence matrices. F. R. K. Chung, "Spectral Graph Theory", AMS 1997, chapter 1; J. Kunegis et al.,
// "Spectral analysis of signed graphs for clustering, prediction and visualization", SDM 2010: degrees of signed weights.
#include <tamis/sparse/graph/laplacian.hpp>

#include <cmath>
#include <utility>

#include "instantiate.hpp"
#include "sparse/graph/weights.hpp"
#include "sparse/offsets.hpp"
#include "sparse/parts.hpp"

namespace tamis::detail {

namespace {

/// Edges of row i: what is neither on the diagonal nor zero.
template <class T, class I, class Visit>
void for_each_edge(const CsrView<T, I>& A, std::int64_t i, const Visit& visit) {
    const T* values = A.values().data();
    const I* indices = A.col_indices().data();
    const I* offsets = A.row_offsets().data();
    for (std::int64_t k = offsets[i]; k < offsets[i + 1]; ++k)
        if (indices[k] != i && values[k] != T(0)) visit(indices[k], values[k]);
}

/// What the entry −a_ij is multiplied by. The product of both factors commutes, so that symmetry is exact.
template <class T>
struct LaplacianScaling {
    LaplacianKind kind;
    const double* degrees;
    [[nodiscard]] T entry(const T& a, std::int64_t i, std::int64_t j) const {
        switch (kind) {
            case LaplacianKind::combinatorial: return -a;
            case LaplacianKind::normalized:
                return -a * static_cast<Real<T>>(1 / (std::sqrt(degrees[i]) * std::sqrt(degrees[j])));
            case LaplacianKind::random_walk: break;
        }
        return -a * static_cast<Real<T>>(1 / degrees[i]);
    }
    [[nodiscard]] T diagonal(std::int64_t i) const {
        if (kind == LaplacianKind::combinatorial) return T(static_cast<Real<T>>(degrees[i]));
        return degrees[i] > 0 ? T(1) : T(0);
    }
};

}  // namespace

template <class T, class I>
Csr<T, I> graph_laplacian(CsrView<T, I> A, const LaplacianOptions& options) {
    constexpr const char* name = "graph_laplacian";
    check_graph(name, A.rows(), A.cols());
    check_weights(name, A, options.signed_weights ? Weights::any : Weights::nonnegative);
    check_undirected(name, A);
    const std::int64_t n = A.rows();
    const std::int64_t work = n + A.nnz();
    Array<I> offsets(n + 1);
    Array<double> degrees(n, uninitialized);
    for_each_row(n, work, [&](std::int64_t i) {
        double degree = 0;
        I count = 1;
        for_each_edge(A, i, [&](I, const T& a) {
            degree += static_cast<double>(std::abs(a));
            ++count;
        });
        degrees[i] = degree;
        offsets[i + 1] = count;
    });
    const std::int64_t nnz = accumulate_offsets(offsets, name);
    Array<I> indices(nnz, uninitialized);
    Array<T> values(nnz, uninitialized);
    const LaplacianScaling<T> scaling{options.kind, degrees.data()};
    for_each_row(n, work, [&](std::int64_t i) {
        std::int64_t at = offsets[i];
        bool below = true;  // the diagonal is still to come
        const auto put = [&](std::int64_t j, const T& v) {
            indices[at] = static_cast<I>(j);
            values[at++] = v;
        };
        for_each_edge(A, i, [&](I j, const T& a) {
            if (below && j > i) {
                put(i, scaling.diagonal(i));
                below = false;
            }
            put(j, scaling.entry(a, i, j));
        });
        if (below) put(i, scaling.diagonal(i));
    });
    return {unchecked, n, n, std::move(offsets), std::move(indices), std::move(values)};
}

template <class T, class I>
Csr<T, I> incidence_matrix(CsrView<T, I> A, const IncidenceOptions& options) {
    constexpr const char* name = "incidence_matrix";
    check_graph(name, A.rows(), A.cols());
    check_weights(name, A, Weights::nonnegative);
    check_undirected(name, A);
    const std::int64_t n = A.rows();
    const std::int64_t work = n + A.nnz();
    Array<std::int64_t> first(n + 1);  // first[i]: the first edge whose smaller end is i
    for_each_row(n, work, [&](std::int64_t i) { for_each_edge(A, i, [&](I j, const T&) { first[i + 1] += j > i; }); });
    const std::int64_t edges = accumulate_offsets(first, name);
    check_result_count<I>(2 * edges, name, "entries");
    Array<I> offsets(edges + 1, uninitialized);
    Array<I> indices(2 * edges, uninitialized);
    Array<T> values(2 * edges, uninitialized);
    offsets[edges] = static_cast<I>(2 * edges);
    for_each_row(n, work, [&](std::int64_t i) {
        std::int64_t e = first[i];
        for_each_edge(A, i, [&](I j, const T& a) {
            if (j < i) return;
            const Real<T> root = options.weighted ? std::sqrt(real_part(a)) : Real<T>(1);
            offsets[e] = static_cast<I>(2 * e);
            indices[2 * e] = static_cast<I>(i);
            values[2 * e] = T(-root);
            indices[2 * e + 1] = j;
            values[2 * e + 1] = T(root);
            ++e;
        });
    });
    return {unchecked, edges, n, std::move(offsets), std::move(indices), std::move(values)};
}

#define TAMIS_INSTANTIATE(T, I)                                                       \
    template Csr<T, I> graph_laplacian<T, I>(CsrView<T, I>, const LaplacianOptions&); \
    template Csr<T, I> incidence_matrix<T, I>(CsrView<T, I>, const IncidenceOptions&);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
