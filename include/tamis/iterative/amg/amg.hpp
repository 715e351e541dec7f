// Amg: algebraic multigrid as a preconditioner.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include <tamis/core/dense_types.hpp>
#include <tamis/core/factorization.hpp>
#include <tamis/core/scalar.hpp>
#include <tamis/core/view.hpp>
#include <tamis/iterative/precond/handle.hpp>
#include <tamis/sparse/operand.hpp>

namespace tamis {

enum class AmgCoarsening {
    smoothed_aggregation,  ///< the basis functions of aggregates, smoothed by one step of Jacobi
    plain_aggregation,     ///< without: cheaper to set up, fewer entries, wants cycle = k
    classical              ///< some of the unknowns stay, the others are interpolated (Ruge, Stüben)
};

/// Which unknowns stay with AmgCoarsening::classical.
enum class AmgSplitting {
    pmis,  ///< independent sets by random weights
    hmis   ///< one pass of Ruge and Stüben on blocks of rows, then pmis: more regular, more unknowns stay
};

/// What the others are interpolated from.
enum class AmgInterpolation {
    extended,  ///< "extended+i": the strong neighbours that stay, and those of strong neighbours
    direct     ///< the strong neighbours that stay: cheaper, more iterations; extended on aggressive levels
};

/// Options of AmgCoarsening::classical.
struct AmgClassicalOptions {
    AmgSplitting splitting = AmgSplitting::pmis;
    AmgInterpolation interpolation = AmgInterpolation::extended;
    /// Levels, from the first on, where C points are chosen among neighbours of neighbours: about a tenth of the unknowns
    /// of a grid in space stays instead of a third. 0: none. Half the memory and set-up, up to twice the iterations.
    int aggressive_levels = 1;
    /// Unknowns that one is interpolated from, at most: the largest weights; at least 1.
    int max_entries = 4;
    /// Weights below this fraction of the largest of their row are left out, too; in [0, 1).
    double truncation = 0;
    /// Rows with |Σ_j a_ij| > max_row_sum |a_ii| are left to the smoother; 1: none. At least 0.
    double max_row_sum = 0.9;
};

enum class AmgSmoother {
    chebyshev,     ///< a polynomial of degree `sweeps` in D⁻¹A: as many threads as a product; needs no parameter
    gauss_seidel,  ///< forward before, backward after the coarse correction; within each thread's rows, Jacobi (ℓ1) between
    l1_jacobi      ///< by the sums of |a_ij|: never diverges where A is positive definite, slower
};

enum class AmgCycle {
    v,  ///< one visit of each level
    w,  ///< two visits of each level below the second
    k   ///< up to two steps of a Krylov method on each level; changes from call to call, so take flexible_cg or fgmres
};

/// Vectors that A (nearly) maps to 0, as columns: dense, of any real or complex type; copied.
template <class T>
class NearNullSpace {
  public:
    /// None given: constants.
    NearNullSpace() = default;
    template <class E>
    NearNullSpace(const Eigen::MatrixBase<E>& columns) : columns_(columns.template cast<T>()),
                                                         given_(true) {}
    [[nodiscard]] const Matrix<T>& columns() const noexcept { return columns_; }
    explicit operator bool() const noexcept { return given_; }

  private:
    Matrix<T> columns_;
    bool given_ = false;
};

template <class T>
struct AmgOptions {
    /// What coarse levels have to represent exactly: n×m. Without it the constant vector (one for each of `block_size`
    /// unknowns of a node). For elasticity rigid_body_modes(coordinates). Not for classical coarsening, which knows
    /// constants.
    NearNullSpace<T> near_null_space{};
    AmgCoarsening coarsening = AmgCoarsening::smoothed_aggregation;
    AmgSmoother smoother = AmgSmoother::chebyshev;
    AmgCycle cycle = AmgCycle::v;
    /// Aggregation: entries with |a_ij|² ≤ strength² |a_ii a_jj| are left out of aggregates and of the smoothing of basis
    /// functions; halved from level to level; 0.08 if not given. For nodes of several unknowns the norms of blocks count.
    /// Classical: i depends on j where −a_ij ≥ strength max_k(−a_ik), signs being relative to that of a_ii (complex: where
    /// |a_ij| is so large); 0.25 if not given. In [0, 1).
    std::optional<double> strength{};
    /// Levels at most; 0: 20. One level is a direct solve.
    int max_levels = 0;
    /// A level with so many unknowns, or fewer, is solved by a direct method; 0: 1000, or 4000 if it has 65536 entries at
    /// most.
    std::int64_t coarse_size = 0;
    /// Unknowns that follow each other and belong to one node (a point of a grid); 0: 1, or, with a near-null space of
    /// several columns, the largest of 6, 3 and 2 whose blocks are full in A's pattern. 1 for classical coarsening.
    int block_size = 0;
    /// Steps of the smoother before, and after, each coarse correction; for chebyshev its degree; 0: 1.
    int sweeps = 0;
    /// mixed: the levels are held, and cycles run, in single precision, scaled so that nothing overflows: about half the
    /// memory, and a preconditioner that is linear up to 1e-7, which methods do not notice. Not done where a direct solve is
    /// all there is, or where the diagonal spans more than five orders of magnitude. working: in T.
    Precision precision = Precision::mixed;
    /// For coarsening = classical only.
    AmgClassicalOptions classical{};
};

/// What Amg built.
struct AmgHierarchy {
    struct Level {
        std::int64_t rows = 0;
        std::int64_t nnz = 0;
    };
    std::vector<Level> levels;       ///< [0] is A
    double grid_complexity = 0;      ///< the rows of all levels over those of A
    double operator_complexity = 0;  ///< the entries of all levels over those of A
    /// By how much a cycle alone shrinks the residual, a step, in the end: measured with a random vector. Below 0.3 is
    /// good; a value near 1 or above says that this method does not suit the matrix.
    double convergence_factor = 0;
};
/// A table, one line a level.
std::ostream& operator<<(std::ostream& out, const AmgHierarchy& hierarchy);

namespace detail {

struct AmgParameters {
    AmgCoarsening coarsening;
    AmgSmoother smoother;
    AmgCycle cycle;
    double strength;
    int max_levels;
    std::int64_t coarse_size;
    int block_size;
    int sweeps;
    Precision precision;
    AmgClassicalOptions classical;
};

template <class T, class I>
class AmgState;
/// The state of an Amg, as what it is and as that of any preconditioner.
template <class T, class I>
struct AmgStates {
    std::shared_ptr<const AmgState<T, I>> own;
    std::shared_ptr<const PreconditionerState<T>> any;
};
template <class T, class I>
AmgStates<T, I> build_amg(CsrView<T, I> A, MatrixView<const T> near_null_space, const AmgParameters& parameters);
template <class T, class I>
AmgStates<T, I> rebuild_amg(const AmgState<T, I>* state, CsrView<T, I> A);
template <class T, class I>
bool amg_has_adjoint(const AmgState<T, I>* state) noexcept;
template <class T, class I>
AmgHierarchy amg_hierarchy(const AmgState<T, I>* state);

void rigid_body_modes(MatrixView<const double> coordinates, MatrixView<double> modes);
std::int64_t rigid_body_mode_count(std::int64_t dimensions);

}  // namespace detail

/// Algebraic multigrid: coarser and coarser matrices that represent what a smoother leaves over, built from A alone. One
/// apply(x, y) is one cycle, y ≈ A⁻¹ x; apply_adjoint is the same where has_adjoint(), and Unsupported elsewhere.
///
/// For elliptic problems (diffusion, elasticity, graph Laplacians of meshes) it makes the iterations of cg independent of
/// the size; for convection–diffusion take it with gmres or bicgstab. It does not suit indefinite matrices (Helmholtz,
/// saddle points) and gains nothing on power-law graphs: look at hierarchy().convergence_factor. For a Hermitian positive
/// definite A it is Hermitian positive definite with cycles v and w, as cg needs it; singular semidefinite ones (pure
/// Neumann problems, graph Laplacians) are fine: the coarsest level is solved in the sense of least squares.
///
/// Not checked: that A is definite. Zeros on the diagonal throw SingularMatrix with their index, rectangles
/// DimensionMismatch, values that are not finite InvalidArgument, as do options outside their range.
///
/// Cost, measured for 3-D Poisson with 10⁶ unknowns on two threads: setting up about 450 products with A, a step of cg with
/// it about 20. Storage in mixed precision: at most 1.5 times A for large grids (a copy of it, the other levels, and Pᴴ
/// between them), as much as A for elasticity; half as much again in double; and during an apply 5 vectors and 2
/// for each coarse level. Copies share all that. Const use from several threads is fine.
///
/// Classical coarsening needs a third of the iterations of aggregation where coefficients jump by 10⁴ in blocks of space,
/// and no more memory. It takes every unknown by itself and knows constants only: aggregation is for several unknowns a
/// node.
///
/// P. Vaněk, J. Mandel, M. Brezina, Algebraic multigrid by smoothed aggregation for second and fourth order elliptic
/// problems, Computing 56, 1996. Y. Notay, P. Vassilevski, Recursive Krylov-based multigrid cycles, Numer. Linear Algebra
/// Appl. 15, 2008. H. De Sterck, U. M. Yang, J. Heys, Reducing complexity in parallel algebraic multigrid preconditioners,
/// SIAM J. Matrix Anal. Appl. 27, 2006; with R. Falgout, J. Nolting, Distance-two interpolation for parallel algebraic
/// multigrid, Numer. Linear Algebra Appl. 15, 2008.
template <class T, class I = std::int32_t>
class Amg : public detail::PreconditionerHandle<T> {
    static_assert(Scalar<T> && Index<I>);

  public:
    template <class M>
        requires detail::SparseMatrixOf<M, T, I>
    explicit Amg(const M& A, const AmgOptions<T>& options = {})
        : Amg(detail::build_amg<T, I>(
              detail::MajorInput<T, true, M>(A).view(),
              options.near_null_space ? MatrixView<const T>(options.near_null_space.columns()) : MatrixView<const T>(),
              {options.coarsening, options.smoother, options.cycle,
               options.strength.value_or(options.coarsening == AmgCoarsening::classical ? 0.25 : 0.08), options.max_levels,
               options.coarse_size, options.block_size, options.sweeps, options.precision, options.classical})) {}

    /// Whether M is its own adjoint: A is Hermitian up to rounding and the cycle is linear.
    [[nodiscard]] bool has_adjoint() const noexcept { return detail::amg_has_adjoint<T, I>(state_.get()); }

    /// New values on the same pattern: the aggregates (or C points) stay, all numbers are computed anew. PatternMismatch,
    /// and what the constructor throws, leave the object as it was, as it stays for its copies.
    template <class M>
        requires detail::SparseMatrixOf<M, T, I>
    void refactor(const M& A) {
        *this = Amg(detail::rebuild_amg<T, I>(state_.get(), detail::MajorInput<T, true, M>(A).view()));
    }

    /// What was built. The convergence factor is measured now, by 12 cycles.
    [[nodiscard]] AmgHierarchy hierarchy() const { return detail::amg_hierarchy<T, I>(state_.get()); }

  private:
    explicit Amg(detail::AmgStates<T, I> states)
        : detail::PreconditionerHandle<T>(std::move(states.any)),
          state_(std::move(states.own)) {}

    std::shared_ptr<const detail::AmgState<T, I>> state_;
};

template <SparseMatrix M>
Amg(const M&) -> Amg<scalar_t<M>, index_t<M>>;
template <SparseMatrix M>
Amg(const M&, const AmgOptions<scalar_t<M>>&) -> Amg<scalar_t<M>, index_t<M>>;

/// The rigid body modes of an elastic body as columns: translations and (linearised) rotations, what elasticity maps to 0
/// where nothing is clamped. `coordinates` has a node a row, in 1, 2 or 3 columns; row node·dimensions + direction of the
/// result belongs to that unknown. 1, 3 or 6 columns; the origin is moved to the centre and lengths are scaled to about 1.
/// InvalidArgument for other dimensions and coordinates that are not finite.
template <class E>
[[nodiscard]] Matrix<double> rigid_body_modes(const Eigen::MatrixBase<E>& coordinates) {
    const Matrix<double> points = coordinates.template cast<double>();
    Matrix<double> modes(points.rows() * points.cols(), detail::rigid_body_mode_count(points.cols()));
    detail::rigid_body_modes(MatrixView<const double>(points), MatrixView<double>(modes));
    return modes;
}

}  // namespace tamis
