// Orders of the rows and columns of a sparse matrix: for a small bandwidth, and for little fill in a factorization.
#pragma once

#include <vector>

#include <tamis/sparse/csr.hpp>

namespace tamis {

namespace detail {
template <class T, class I>
std::vector<I> reverse_cuthill_mckee(CsrView<T, I> A);
template <class T, class I>
std::vector<I> approximate_minimum_degree(CsrView<T, I> A);
template <class T, class I>
std::vector<I> nested_dissection(CsrView<T, I> A);
}  // namespace detail

// All of them take a square matrix by its stored entries (zeros too, as factorizations do; values are not looked at), an
// unsymmetric one as A + Aᵀ, and return a permutation p in the sense of `permute`: p[k] is the row and column of A that
// comes to place k, and permute(A, p, p) is the matrix in the new order. DimensionMismatch for a rectangle. The same order
// for the same pattern, whatever the number of threads.

/// An order of small bandwidth: breadth-first from an end of each connected component, neighbours by increasing degree, then
/// all reversed, which makes the envelope smaller. Never a larger bandwidth than that of A: where the order found has one
/// (A was ordered well already), the identity is returned.
/// Cost: some breadth-first searches (at most 10 a component, mostly 3) and the sorting of each vertex's neighbours, on one
/// thread. Storage: 4n indices, and for an unsymmetric pattern that of A + Aᵀ. Sources: Cuthill & McKee, ACM National
/// Conference 1969; George, "Computer implementation of the finite element method", Stanford 1971 (the reversal); George &
/// Liu, "An implementation of a pseudoperipheral node finder", ACM TOMS 5 (1979).
template <SparseMatrix M>
[[nodiscard]] std::vector<index_t<M>> reverse_cuthill_mckee(const M& A) {
    return detail::reverse_cuthill_mckee<scalar_t<M>, index_t<M>>(detail::major_view(A));
}

/// A fill-reducing order for Cholesky and for LU with pivots on the diagonal: AMD through CHOLMOD, then a postorder of the
/// elimination tree. The same as Ordering::amd of `cholesky`. Cost: nearly O(n + nnz) on meshes. Source: Amestoy, Davis &
/// Duff, "Algorithm 837: AMD, an approximate minimum degree ordering algorithm", ACM TOMS 30 (2004).
template <SparseMatrix M>
[[nodiscard]] std::vector<index_t<M>> approximate_minimum_degree(const M& A) {
    return detail::approximate_minimum_degree<scalar_t<M>, index_t<M>>(detail::major_view(A));
}

/// A fill-reducing order for large meshes, in three dimensions above all: METIS through CHOLMOD, then a postorder of the
/// elimination tree. The same as Ordering::nested_dissection of `cholesky`. Unsupported where CHOLMOD was built without
/// METIS. Cost: some 6 µs a row on meshes. Source: Karypis & Kumar, "A fast and high quality multilevel scheme for
/// partitioning irregular graphs", SIAM J. Sci. Comput. 20 (1998).
template <SparseMatrix M>
[[nodiscard]] std::vector<index_t<M>> nested_dissection(const M& A) {
    return detail::nested_dissection<scalar_t<M>, index_t<M>>(detail::major_view(A));
}

}  // namespace tamis
