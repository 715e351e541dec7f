// cg: the conjugate gradient method for Hermitian positive definite systems.
#pragma once

#include <chrono>
#include <cstdint>
#include <stop_token>
#include <utility>

#include <tamis/iterative/rows_to_tune.hpp>
#include <tamis/iterative/run.hpp>

namespace tamis {

/// The words of all methods are explained at the concept IterativeOptions.
template <class T>
struct CgOptions {
    double tolerance = default_tolerance<T>;
    double absolute_tolerance = 0;
    std::int64_t max_iterations = 0;
    std::chrono::duration<double> time_limit{0};
    Operator<T> preconditioner{};  ///< Hermitian positive definite
    VectorHandle<T> initial_guess{};
    bool record_history = true;
    IterationCallback callback{};
    std::stop_token stop{};
};

/// The memory of cg for systems of up to n unknowns: four n-vectors. For one solve at a time.
template <class T>
class CgWorkspace {
  public:
    explicit CgWorkspace(std::int64_t n) : memory_("CgWorkspace", n, 4) {}
    [[nodiscard]] std::int64_t bytes() const noexcept { return memory_.bytes(); }
    /// For the library's own use.
    [[nodiscard]] detail::WorkspaceMemory<T>& memory() noexcept { return memory_; }
    /// Likewise: rows that a long solve may copy into a faster layout; the view has to outlive the solve.
    void let_tune(const detail::RowsToTune<T>& rows) noexcept { rows_ = rows; }
    [[nodiscard]] const detail::RowsToTune<T>& rows_to_tune() const noexcept { return rows_; }

  private:
    detail::WorkspaceMemory<T> memory_;
    detail::RowsToTune<T> rows_{};
};

namespace detail {
template <class T>
IterationReport cg(const OperatorRef<T>& A, VectorView<const T> b, VectorView<T> x, CgWorkspace<T>& work,
                   const CgOptions<T>& options);
}  // namespace detail

/// Solves A x = b for a Hermitian positive definite A (real symmetric for real scalars), by the preconditioned conjugate
/// gradient method: the A-norm of the error is minimal in the Krylov space of each iteration. A is any OperatorArgument (a
/// matrix, a function through make_operator), b any vector. Positive semidefinite A are fine if b lies in the range.
///
/// An iteration is one product with A, one with the preconditioner, and two or three passes over vectors; the method holds
/// four n-vectors and x. Its residual norms may rise in between; the best x is returned. When the recurrence for the
/// residual says that the goal is reached, the residual is computed afresh, and the method restarts from it if that is not
/// so. Same bits from run to run, on any number of threads as far as the operator gives them.
///
/// A sparse matrix in rows, of 2¹⁸ entries and more, is copied into the layout that tune finds where a solve is long: after
/// 32 iterations (64, 128, …), if the fall of the residual so far lets 96 more be expected, if memory is plenty, and if a
/// trial shows that products become faster. Their bits stay the same. Give a TunedMatrix to have that from the first
/// iteration on and for further solves, or a workspace to have no copy made.
///
/// Status: converged, max_iterations, time_limit, cancelled; indefinite_operator (pᴴAp ≤ 0, or not real), inconsistent (A is
/// singular to working precision and the residual cannot fall further), indefinite_preconditioner (rᴴMr ≤ 0, or not
/// real), stagnated (rounding allows no smaller residual), not_finite. An unsymmetric A is not always noticed, but never
/// reported as solved when it is not. Throws DimensionMismatch, InvalidArgument (options), and what A, the preconditioner
/// or the callback throw.
///
/// M. R. Hestenes, E. Stiefel, Methods of conjugate gradients for solving linear systems, J. Res. Nat. Bur. Standards 49
/// (1952); with preconditioning as in Y. Saad, Iterative Methods for Sparse Linear Systems, 2nd edition, Algorithm 9.1.
template <OperatorArgument A, DenseArgument B>
[[nodiscard]] IterativeResult<operator_scalar_t<A>> cg(const A& a, const B& b,
                                                       const CgOptions<operator_scalar_t<A>>& options = {}) {
    using T = operator_scalar_t<A>;
    const OperatorRef<T> op(a);
    CgWorkspace<T> work(op.rows());
    if constexpr (SparseMatrix<A>) {
        const auto major = detail::major_view(a);
        if constexpr (A::is_row_major) work.let_tune(detail::RowsToTune<T>(major));
        return detail::run<T>(detail::cg<T>, op, b, std::move(work), options);
    } else {
        return detail::run<T>(detail::cg<T>, op, b, std::move(work), options);
    }
}

/// The same into x, which must not share memory with b, with memory that is kept: allocates nothing if `record_history` is
/// false. The start is `.initial_guess` (x itself is fine) or 0, not what x holds.
template <OperatorArgument A, DenseArgument B, class X>
IterationReport cg(const A& a, const B& b, X&& x, CgWorkspace<operator_scalar_t<A>>& work,
                   const CgOptions<operator_scalar_t<A>>& options = {}) {
    using T = operator_scalar_t<A>;
    return detail::run_into<T>(detail::cg<T>, OperatorRef<T>(a), b, x, work, options);
}

}  // namespace tamis
