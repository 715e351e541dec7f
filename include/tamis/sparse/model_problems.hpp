// Model problems: discretised differential equations and a random graph, as large as wanted and known through and through.
#pragma once

#include <array>
#include <cstdint>

#include <tamis/core/dense_types.hpp>
#include <tamis/sparse/csr.hpp>

namespace tamis {

/// The wind w of a convection–diffusion problem, by the position in the unit box.
enum class Wind {
    /// A vortex that does not leave the box. With ξ = 2x − 1, η = 2y − 1, ζ = 2z − 1: w = speed · (η(1 − ξ²), −ξ(1 − η²)) in
    /// two dimensions (Elman, Silvester & Wathen, "Finite Elements and Fast Iterative Solvers", example 6.1.4, whose wind is
    /// twice that), times (1 − ζ²) and without a z-component in three. Divergence-free.
    recirculating,
    /// `direction` everywhere, times speed.
    constant
};

struct ConvectionDiffusionOptions {
    double diffusion = 0.01;  ///< ε > 0
    double speed = 1;         ///< factor of the wind, any finite number
    Wind wind = Wind::recirculating;
    std::array<double, 3> direction{1, 1, 1};  ///< of a constant wind; two dimensions use the first two
};

struct Elasticity3dOptions {
    double young_modulus = 1;    ///< E > 0
    double poisson_ratio = 0.3;  ///< −1 < ν < 1/2
    bool clamped = true;         ///< the nodes of the face x = 0 are held and eliminated; false: a free body, singular
};

struct RmatOptions {
    /// Probabilities that an edge falls into a quadrant of the adjacency matrix; the fourth has what remains.
    double top_left = 0.57;
    double top_right = 0.19;
    double bottom_left = 0.19;
};

namespace detail {
template <class T, class I>
Csr<T, I> poisson(std::int64_t nx, std::int64_t ny, std::int64_t nz, int dimensions);
template <class T, class I>
Csr<T, I> convection_diffusion(std::int64_t nx, std::int64_t ny, std::int64_t nz, int dimensions,
                               const ConvectionDiffusionOptions& options);
template <class T, class I>
Csr<T, I> elasticity_3d(std::int64_t nx, std::int64_t ny, std::int64_t nz, const Elasticity3dOptions& options);
/// Nodes that carry unknowns; InvalidArgument and IndexOverflow as elasticity_3d.
std::int64_t elasticity_3d_nodes(std::int64_t nx, std::int64_t ny, std::int64_t nz, bool clamped);
template <class R>
void elasticity_3d_coordinates(std::int64_t nx, std::int64_t ny, std::int64_t nz, bool clamped, MatrixView<R> coordinates);
template <class T, class I>
Csr<T, I> rmat(std::int64_t scale, std::int64_t edges_per_vertex, std::uint64_t seed, const RmatOptions& options);
}  // namespace detail

// All of them: sizes are taken as int64; negative ones throw InvalidArgument, and rows or entries beyond I throw
// IndexOverflow, which names int64. They are assembled row by row in parallel, straight into the arrays of the result, in
// O(nnz) and without further storage.

/// −u″ with Dirichlet boundary on n inner points, times h²: the tridiagonal matrix (−1, 2, −1). Eigenvalues 4 sin²(kπ / (2(n
/// + 1))), k = 1 … n.
template <Scalar T, Index I = std::int32_t>
[[nodiscard]] Csr<T, I> poisson_1d(std::int64_t n) {
    return detail::poisson<T, I>(n, 1, 1, 1);
}

/// −Δu with Dirichlet boundary on nx × ny inner points, times h²: the five-point stencil, 4 and −1. Point (x, y) is row x +
/// nx y. Its eigenvalues are the sums of those of poisson_1d(nx) and poisson_1d(ny).
template <Scalar T, Index I = std::int32_t>
[[nodiscard]] Csr<T, I> poisson_2d(std::int64_t nx, std::int64_t ny) {
    return detail::poisson<T, I>(nx, ny, 1, 2);
}

/// −Δu with Dirichlet boundary on nx × ny × nz inner points, times h²: the seven-point stencil, 6 and −1. Point (x, y, z) is
/// row x + nx (y + ny z).
template <Scalar T, Index I = std::int32_t>
[[nodiscard]] Csr<T, I> poisson_3d(std::int64_t nx, std::int64_t ny, std::int64_t nz) {
    return detail::poisson<T, I>(nx, ny, nz, 3);
}

/// −ε Δu + w·∇u with Dirichlet boundary on nx × ny inner points, times h²: central differences for the diffusion,
/// first-order upwind differences for the wind (Elman, Silvester & Wathen, chapter 6). Cells are squares of side h = 1 /
/// (max(nx, ny) + 1); the wind is taken at each point's position relative to the box, (x + 1) / (nx + 1). An M-matrix,
/// weakly row diagonally dominant, unsymmetric unless speed is 0 (then ε poisson_2d). The pattern is that of poisson_2d.
/// Ordered as poisson_2d. InvalidArgument for ε that is not positive and finite, and for a wind that is not finite.
template <Scalar T, Index I = std::int32_t>
[[nodiscard]] Csr<T, I> convection_diffusion_2d(std::int64_t nx, std::int64_t ny,
                                                const ConvectionDiffusionOptions& options = {}) {
    return detail::convection_diffusion<T, I>(nx, ny, 1, 2, options);
}

/// The same in three dimensions.
template <Scalar T, Index I = std::int32_t>
[[nodiscard]] Csr<T, I> convection_diffusion_3d(std::int64_t nx, std::int64_t ny, std::int64_t nz,
                                                const ConvectionDiffusionOptions& options = {}) {
    return detail::convection_diffusion<T, I>(nx, ny, nz, 3, options);
}

/// Linear elasticity (isotropic, three displacements a node) on nx × ny × nz trilinear hexahedra, cubes of side 1: the
/// stiffness matrix, integrated exactly (Hughes, "The Finite Element Method", chapter 3). Clamped at
/// the face x = 0, whose nodes are eliminated: symmetric positive definite, of 3 nx (ny + 1)(nz + 1) unknowns. With
/// `.clamped = false` the body is free, has 3 (nx + 1)(ny + 1)(nz + 1) unknowns, and its null space is that of the six rigid
/// body motions. Nodes are numbered x fastest, then y, then z; unknown 3k + d is component d of node k. Exactly symmetric;
/// all 3×3 blocks of neighbouring nodes are stored whole, up to 81 entries a row. InvalidArgument for material constants
/// outside their ranges; no elements in one direction give the empty matrix.
template <Scalar T, Index I = std::int32_t>
[[nodiscard]] Csr<T, I> elasticity_3d(std::int64_t nx, std::int64_t ny, std::int64_t nz,
                                      const Elasticity3dOptions& options = {}) {
    return detail::elasticity_3d<T, I>(nx, ny, nz, options);
}

/// The coordinates of the nodes of elasticity_3d(nx, ny, nz, options), a node a row: what rigid body modes are made from.
template <class R = double>
[[nodiscard]] Matrix<R> elasticity_3d_coordinates(std::int64_t nx, std::int64_t ny, std::int64_t nz,
                                                  const Elasticity3dOptions& options = {}) {
    Matrix<R> coordinates(detail::elasticity_3d_nodes(nx, ny, nz, options.clamped), 3);
    detail::elasticity_3d_coordinates<R>(nx, ny, nz, options.clamped, MatrixView<R>(coordinates));
    return coordinates;
}

/// A random graph with the heavy-tailed degrees of real networks: 2^scale vertices, 2^scale · edges_per_vertex edges, each
/// placed by descending `scale` times into a quadrant of the adjacency matrix. Symmetric, entries 1, no loops (an edge that
/// falls on the diagonal is dropped, repeated ones count once). The same for the same seed, whatever the number of threads.
/// InvalidArgument for negative arguments, a scale beyond 62, or probabilities that are not in [0, 1] with a sum of at
/// most 1. Cost: O(edges · scale). Storage: 4 indices an edge beside the result. Source: Chakrabarti, Zhan & Faloutsos,
/// "R-MAT: a recursive model for graph mining", SDM 2004.
template <Scalar T, Index I = std::int32_t>
[[nodiscard]] Csr<T, I> rmat(std::int64_t scale, std::int64_t edges_per_vertex, std::uint64_t seed,
                             const RmatOptions& options = {}) {
    return detail::rmat<T, I>(scale, edges_per_vertex, seed, options);
}

}  // namespace tamis
