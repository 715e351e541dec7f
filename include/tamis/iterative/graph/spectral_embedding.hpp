// spectral_embedding(A, k), fiedler_vector(A): the small eigenvalues of a graph's Laplacian, and their vectors.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <stop_token>
#include <string>
#include <utility>

#include <tamis/core/dense_types.hpp>
#include <tamis/iterative/eigen/eigsh.hpp>
#include <tamis/iterative/eigen/result.hpp>
#include <tamis/sparse/graph/components.hpp>
#include <tamis/sparse/graph/laplacian.hpp>

namespace tamis {

struct SpectralEmbeddingOptions {
    LaplacianKind kind = LaplacianKind::normalized;
    bool drop_first = true;  ///< without the null space, which has a vector for each component of the graph
    double tolerance = 1e-10;  ///< ‖L v − λ v‖ ≤ tolerance ‖L‖ ‖v‖, and, where rounding lets it, ≤ 10⁻⁴ λ ‖v‖
    std::int64_t max_iterations = 0;              ///< restart cycles or steps; 0: automatic
    std::chrono::duration<double> time_limit{0};  ///< 0: none
    EigenCallback callback{};
    std::stop_token stop{};
    std::uint64_t seed = 0;  ///< of random start vectors
};

struct FiedlerOptions {
    LaplacianKind kind = LaplacianKind::combinatorial;
    double tolerance = 1e-10;                     ///< as for spectral_embedding
    std::int64_t max_iterations = 0;              ///< restart cycles or steps; 0: automatic
    std::chrono::duration<double> time_limit{0};  ///< 0: none
    EigenCallback callback{};
    std::stop_token stop{};
    std::uint64_t seed = 0;  ///< of random start vectors
};

/// Eigenpairs of a Laplacian, ascending.
template <class R, class I>
struct [[nodiscard]] SpectralEmbedding : EigenResult<R> {
    ConnectedComponents<I> components;  ///< of the graph: the Laplacian has an eigenvalue 0 for each of them
    std::int64_t zeros = 0;             ///< so many of the values are 0 for that reason, exactly; they come first

    const SpectralEmbedding& require() const& {
        (void)EigenResult<R>::require();
        return *this;
    }
    SpectralEmbedding require() && {
        const EigenResult<R>& pairs = *this;
        (void)pairs.require();
        return std::move(*this);
    }
};

/// The second smallest eigenvalue of a Laplacian, its vector, and how they were found.
template <class R, class I>
struct [[nodiscard]] FiedlerVector {
    R value = 0;               ///< the algebraic connectivity; exactly 0 where the graph is not connected
    Vector<R> vector;          ///< of norm 1
    double residual_norm = 0;  ///< ‖L v − λ v‖₂ by a fresh product
    Status status = Status::converged;
    ConnectedComponents<I> components;  ///< of the graph
    std::int64_t iterations = 0;
    std::int64_t matvecs = 0;
    double seconds = 0;
    std::string message;  ///< a sentence: the method and why, and the numbers behind the status

    [[nodiscard]] bool converged() const noexcept { return status == Status::converged; }
    /// The result itself, or NotConverged with the message.
    const FiedlerVector& require() const& {
        check();
        return *this;
    }
    FiedlerVector require() && {
        check();
        return std::move(*this);
    }

  private:
    void check() const { detail::require_all(std::span(&residual_norm, 1), status, message, iterations); }
};

namespace detail {
/// Values (k), vectors (n×k), the components and the number of zeros.
template <class T, class I>
EigenReport spectral_embedding(CsrView<T, I> A, std::int64_t k, const SpectralEmbeddingOptions& options,
                               VectorView<Real<T>> values, MatrixView<Real<T>> vectors, ConnectedComponents<I>& components,
                               std::int64_t& zeros);
template <class T, class I>
EigenReport fiedler_vector(CsrView<T, I> A, const FiedlerOptions& options, Real<T>& value, VectorView<Real<T>> vector,
                           ConnectedComponents<I>& components);
}  // namespace detail

/// The k smallest eigenvalues of the Laplacian of the undirected graph with the symmetric adjacency matrix A, and their
/// vectors: row i of `.vectors` is where vertex i lies in k dimensions, neighbours close together.
///
/// The null space is known beforehand (Chung, "Spectral Graph Theory", AMS 1997: a vector for each component of the graph)
/// and is not searched for. With `.drop_first`, the default, it is left out: k eigenvalues above 0, however small. Without,
/// it comes first: exact zeros, each with the vector of one component, in the order of `.components`, zero elsewhere.
/// `kind` says which Laplacian: the combinatorial D − A (a vector of a component is constant on it), the normalized I −
/// D^(−1/2) A D^(−1/2) (D^(1/2) times a constant), or I − D⁻¹A (constant), whose vectors are D^(−1/2) times those of the
/// normalized one. Vectors have norm 1, and are orthonormal but for random_walk. Their signs are fixed: the first entry of
/// more than three tenths of the largest modulus is positive. Within a multiple eigenvalue any basis may come.
///
/// How: with the null space moved to the other end of the spectrum, L is positive definite. Its smallest eigenvalues are
/// found by Lanczos with the inverse, a Cholesky factor of L without one vertex of each component, where that is cheap
/// (meshes, road networks); otherwise by davidson with multigrid, or, for power-law graphs, with Jacobi. Graphs of up to 200
/// vertices, and large shares of the spectrum, by LAPACK. Computed in double. Values are Rayleigh quotients summed over the
/// edges, so that even those far below ε‖L‖ are right.
///
/// Loops do not count, a stored zero is no edge. DimensionMismatch for a rectangle; InvalidArgument for k outside 0 … n, or
/// beyond n less the components with drop_first, for an unsymmetric A (beyond rounding), weights that are negative, not
/// real or not finite, and options that are negative or NaN. Not to converge is a result: see EigenResult. Storage: about n
/// (3 k + 50) numbers, two copies of A, and the factor or multigrid. Source: Luxburg, "A tutorial on spectral clustering",
/// Stat. Comput. 17 (2007).
template <SparseMatrix M>
[[nodiscard]] SpectralEmbedding<Real<scalar_t<M>>, index_t<M>> spectral_embedding(
    const M& A, std::int64_t k, const SpectralEmbeddingOptions& options = {}) {
    using T = scalar_t<M>;
    using R = Real<T>;
    using I = index_t<M>;
    detail::check_pairs("spectral_embedding", A.rows(), A.cols(), k);
    const detail::CsrInput<M> a(A);
    Vector<R> values(k);
    Matrix<R> vectors(A.rows(), k);
    SpectralEmbedding<R, I> result;
    EigenReport report = detail::spectral_embedding<T, I>(a.view(), k, options, VectorView<R>(values),
                                                          MatrixView<R>(vectors), result.components, result.zeros);
    static_cast<EigenResult<R>&>(result) =
        detail::with_pairs<R, R>(std::move(values), std::move(vectors), std::move(report));
    return result;
}

/// The Fiedler vector of the undirected graph with the symmetric adjacency matrix A: the eigenvector of the second smallest
/// eigenvalue of its Laplacian, whose signs, or its values against their median, cut the graph in two along few edges.
///
/// Where the graph is not connected the value is exactly 0, and of the null space the vector is taken that sets the largest
/// component (positive, constant up to the kind's D^(1/2)) against all others. Method, sign, errors and cost are those of
/// spectral_embedding; InvalidArgument also for fewer than two vertices. M. Fiedler, "Algebraic connectivity of graphs",
/// Czech. Math. J. 23 (1973).
template <SparseMatrix M>
[[nodiscard]] FiedlerVector<Real<scalar_t<M>>, index_t<M>> fiedler_vector(const M& A, const FiedlerOptions& options = {}) {
    using T = scalar_t<M>;
    using I = index_t<M>;
    const detail::CsrInput<M> a(A);
    FiedlerVector<Real<T>, I> result;
    result.vector.resize(A.rows());
    EigenReport report =
        detail::fiedler_vector<T, I>(a.view(), options, result.value, VectorView<Real<T>>(result.vector), result.components);
    result.residual_norm = report.residual_norms.front();
    result.status = report.status;
    result.iterations = report.iterations;
    result.matvecs = report.matvecs;
    result.seconds = report.seconds;
    result.message = std::move(report.message);
    return result;
}

}  // namespace tamis
