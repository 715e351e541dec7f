// spectral_bisection(A): the vertices of a graph in two halves with few edges between them.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

#include <tamis/core/scalar.hpp>
#include <tamis/core/status.hpp>
#include <tamis/iterative/eigen/result.hpp>
#include <tamis/sparse/convert.hpp>
#include <tamis/sparse/graph/laplacian.hpp>

namespace tamis {

struct SpectralBisectionOptions {
    LaplacianKind kind = LaplacianKind::combinatorial;
    double imbalance = 0;                         ///< a side may have (1 + imbalance) n/2 vertices; at least ⌈n/2⌉
    double tolerance = 1e-6;                      ///< of the Fiedler vector: see FiedlerOptions
    std::int64_t max_iterations = 0;              ///< 0: automatic
    std::chrono::duration<double> time_limit{0};  ///< 0: none
    EigenCallback callback{};
    std::stop_token stop{};
    std::uint64_t seed = 0;
};

template <class I>
struct [[nodiscard]] Bisection {
    std::vector<I> labels;                    ///< 0 or 1 for each vertex; that of vertex 0 is 0
    std::array<std::int64_t, 2> sizes{0, 0};  ///< vertices on each side
    double cut = 0;                           ///< the weights of the edges between the sides, summed
    double value = 0;                         ///< the eigenvalue behind the cut; 0 where no component had to be cut
    Status status = Status::converged;        ///< of the eigenvector; the labels are a bisection whatever it is
    std::int64_t matvecs = 0;
    double seconds = 0;
    std::string message;  ///< a sentence: how the eigenvector was found

    [[nodiscard]] bool converged() const noexcept { return status == Status::converged; }
};

namespace detail {
template <class T, class I>
Bisection<I> spectral_bisection(CsrView<T, I> A, const SpectralBisectionOptions& options);
}  // namespace detail

/// The vertices of the undirected graph with the symmetric adjacency matrix A in two parts of equal size (but for an odd
/// one), with few edges between them.
///
/// Components stay whole where that is possible: they go, the largest first, to the side with more room, and at most one is
/// cut, in the order of its Fiedler vector. Where `.imbalance` leaves a choice, the place of the least cut is taken. This
/// is the classical method, without local improvement: cuts are good globally and rough in detail.
///
/// Errors, method and cost are those of fiedler_vector, and O(nnz + n log n); InvalidArgument for a negative or NaN
/// imbalance. Any number of vertices. Source: A. Pothen, H. D. Simon, K.-P. Liou, "Partitioning sparse matrices with
/// eigenvectors of graphs", SIAM J. Matrix Anal. Appl. 11 (1990).
template <SparseMatrix M>
[[nodiscard]] Bisection<index_t<M>> spectral_bisection(const M& A, const SpectralBisectionOptions& options = {}) {
    const detail::CsrInput<M> a(A);
    return detail::spectral_bisection<scalar_t<M>, index_t<M>>(a.view(), options);
}

}  // namespace tamis
