// fgmres: gmres with a preconditioner that may change from iteration to iteration.
#pragma once

#include <chrono>
#include <cstdint>
#include <stop_token>

#include <tamis/iterative/krylov/gmres.hpp>
#include <tamis/iterative/run.hpp>

namespace tamis {

/// The words of all methods are explained at the concept IterativeOptions.
template <class T>
struct FgmresOptions {
    double tolerance = default_tolerance<T>;
    double absolute_tolerance = 0;
    std::int64_t max_iterations = 0;
    std::chrono::duration<double> time_limit{0};
    Operator<T> preconditioner{};  ///< may change from call to call
    VectorHandle<T> initial_guess{};
    bool record_history = true;
    IterationCallback callback{};
    std::stop_token stop{};
    std::int64_t restart = 0;  ///< iterations a cycle; 0: automatic, 30 (or as many as a workspace has room for)
    Side side = Side::right;   ///< nothing else is possible; left is refused
};

/// The memory of gmres for systems of up to n unknowns and `restart` iterations a cycle: 2 restart + 2 n-vectors
/// and O(restart²) numbers. For one solve at a time.
template <class T>
class FgmresWorkspace {
  public:
    static constexpr std::int64_t default_restart = 30;
    explicit FgmresWorkspace(std::int64_t n, std::int64_t restart = default_restart);
    [[nodiscard]] std::int64_t bytes() const noexcept { return memory_.bytes(); }
    [[nodiscard]] std::int64_t restart() const noexcept { return restart_; }
    /// For the library's own use.
    [[nodiscard]] detail::WorkspaceMemory<T>& memory() noexcept { return memory_; }

  private:
    std::int64_t restart_;
    detail::WorkspaceMemory<T> memory_;
};

namespace detail {
template <class T>
IterationReport fgmres(const OperatorRef<T>& A, VectorView<const T> b, VectorView<T> x, FgmresWorkspace<T>& work,
                       const FgmresOptions<T>& options);
}  // namespace detail

/// Solves A x = b for any square A as gmres does with the preconditioner on the right, but keeps each preconditioned vector,
/// so that M may be another operator each time: an iterative method inside, or one that adapts itself.
///
/// Iteration j of a cycle is one product with A, one with the preconditioner, and j projections; the method holds
/// 2 restart + 2 n-vectors and x. At the end of each cycle the residual is computed afresh.
///
/// Status: converged, max_iterations, time_limit, cancelled; breakdown (the space is exhausted without a solution: A is
/// singular, or M took the search out of its space), stagnated (a whole cycle did not move the residual, or rounding
/// allows no smaller one), not_finite. Throws DimensionMismatch, InvalidArgument (options; Side::left), and what A, the
/// preconditioner or the callback throw.
///
/// Y. Saad, A flexible inner-outer preconditioned GMRES algorithm, SIAM J. Sci. Comput. 14 (1993).
template <OperatorArgument A, DenseArgument B>
[[nodiscard]] IterativeResult<operator_scalar_t<A>> fgmres(const A& a, const B& b,
                                                           const FgmresOptions<operator_scalar_t<A>>& options = {}) {
    using T = operator_scalar_t<A>;
    const OperatorRef<T> op(a);
    const std::int64_t m = detail::cycle_length(options.restart, op.rows(), FgmresWorkspace<T>::default_restart);
    return detail::run<T>(detail::fgmres<T>, op, b, FgmresWorkspace<T>(op.rows(), m), options);
}

/// The same into x, which must not share memory with b, with memory that is kept: allocates nothing if `record_history` is
/// false. The start is `.initial_guess` (x itself is fine) or 0, not what x holds.
template <OperatorArgument A, DenseArgument B, class X>
IterationReport fgmres(const A& a, const B& b, X&& x, FgmresWorkspace<operator_scalar_t<A>>& work,
                       const FgmresOptions<operator_scalar_t<A>>& options = {}) {
    using T = operator_scalar_t<A>;
    return detail::run_into<T>(detail::fgmres<T>, OperatorRef<T>(a), b, x, work, options);
}

}  // namespace tamis
