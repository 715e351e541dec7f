// graph_laplacian(A), incidence_matrix(A): a graph, given by its adjacency matrix, as the matrices of spectral graph theory.
#pragma once

#include <cstdint>

#include <tamis/sparse/convert.hpp>

namespace tamis {

/// Which Laplacian, with A the adjacency matrix without loops and D the diagonal matrix of degrees d_i = Σ_j a_ij.
enum class LaplacianKind {
    combinatorial,  ///< D − A
    normalized,     ///< I − D^(−1/2) A D^(−1/2), symmetric, with eigenvalues in [0, 2]
    random_walk     ///< I − D⁻¹ A, similar to the normalized one; unsymmetric, its rows sum to 0
};

struct LaplacianOptions {
    LaplacianKind kind = LaplacianKind::combinatorial;
    /// Weights of any sign, or complex ones of a Hermitian A (a magnetic Laplacian): d_i = Σ_j |a_ij|, so that the result
    /// stays positive semidefinite (Kunegis et al., "Spectral analysis of signed graphs", SDM 2010). false: a weight that is
    /// negative or not real is refused.
    bool signed_weights = false;
};

struct IncidenceOptions {
    /// true: ±√w, so that BᵀB is the Laplacian; false: ±1, whatever the weights are.
    bool weighted = true;
};

namespace detail {
template <class T, class I>
Csr<T, I> graph_laplacian(CsrView<T, I> A, const LaplacianOptions& options);
template <class T, class I>
Csr<T, I> incidence_matrix(CsrView<T, I> A, const IncidenceOptions& options);
}  // namespace detail

/// The Laplacian of the undirected graph with the symmetric adjacency matrix A: positive semidefinite, and as often singular
/// as the graph has connected components.
///
/// Loops (entries on the diagonal of A) do not count, and a stored zero is no edge. The whole diagonal of the result is
/// stored. A vertex without edges has a row of zeros in every kind, no NaN: it is a component by itself. Degrees are summed
/// in double. The combinatorial and the normalized Laplacian are exactly symmetric where A is. DimensionMismatch for a
/// rectangle; InvalidArgument, with the position, for an A that is not Hermitian beyond rounding and for weights that are
/// not finite or (unless `.signed_weights`) negative or not real; IndexOverflow. Cost: O(n + nnz), on all threads but for
/// the check of symmetry. Storage: the result and n doubles. Source: Chung, "Spectral Graph Theory", AMS 1997, chapter 1.
template <SparseMatrix M>
[[nodiscard]] Csr<scalar_t<M>, index_t<M>> graph_laplacian(const M& A, const LaplacianOptions& options) {
    const detail::CsrInput<M> a(A);
    return detail::graph_laplacian<scalar_t<M>, index_t<M>>(a.view(), options);
}
/// The combinatorial or the normalized one, by name.
template <SparseMatrix M>
[[nodiscard]] Csr<scalar_t<M>, index_t<M>> graph_laplacian(const M& A, bool normalized = false) {
    return graph_laplacian(A, LaplacianOptions{normalized ? LaplacianKind::normalized : LaplacianKind::combinatorial});
}

/// The oriented incidence matrix B of the undirected graph with the symmetric adjacency matrix A: a row for each edge {i,
/// j}, i < j, with −√w in column i and √w in column j, so that BᵀB = graph_laplacian(A) up to rounding. Edges come in the
/// order of the upper triangle of A, row by row; loops and stored zeros are none. DimensionMismatch for a rectangle;
/// InvalidArgument for an unsymmetric A and for weights that are negative, not real or not finite; IndexOverflow where twice
/// the edges are beyond the index type. Cost and storage: O(n + nnz).
template <SparseMatrix M>
[[nodiscard]] Csr<scalar_t<M>, index_t<M>> incidence_matrix(const M& A, const IncidenceOptions& options = {}) {
    return detail::incidence_matrix<scalar_t<M>, index_t<M>>(detail::major_view(A), options);
}

}  // namespace tamis
