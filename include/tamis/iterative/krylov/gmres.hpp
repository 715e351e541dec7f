// gmres: the generalized minimal residual method for any square system.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <stop_token>

#include <tamis/iterative/run.hpp>

namespace tamis {

/// The words of all methods are explained at the concept IterativeOptions.
template <class T>
struct GmresOptions {
    double tolerance = default_tolerance<T>;
    double absolute_tolerance = 0;
    std::int64_t max_iterations = 0;
    std::chrono::duration<double> time_limit{0};
    Operator<T> preconditioner{};  ///< the same in each iteration; fgmres takes one that changes
    VectorHandle<T> initial_guess{};
    bool record_history = true;
    IterationCallback callback{};
    std::stop_token stop{};
    std::int64_t restart = 0;  ///< iterations a cycle; 0: automatic, 30 (or as many as a workspace has room for)
    Side side = Side::right;   ///< of the preconditioner
};

/// The memory of gmres for systems of up to n unknowns and `restart` iterations a cycle: restart + 3 n-vectors and
/// O(restart²) numbers. For one solve at a time.
template <class T>
class GmresWorkspace {
  public:
    static constexpr std::int64_t default_restart = 30;
    explicit GmresWorkspace(std::int64_t n, std::int64_t restart = default_restart);
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
IterationReport gmres(const OperatorRef<T>& A, VectorView<const T> b, VectorView<T> x, GmresWorkspace<T>& work,
                      const GmresOptions<T>& options);
/// Iterations a cycle: what was asked for, or the default; never more than n, as n always do.
inline std::int64_t cycle_length(std::int64_t restart, std::int64_t n, std::int64_t automatic) noexcept {
    return std::max<std::int64_t>(1, std::min(restart > 0 ? restart : automatic, n));
}
}  // namespace detail

/// Solves A x = b for any square A by the restarted generalized minimal residual method: within a cycle of `.restart`
/// iterations the residual (of the preconditioned system, if M stands on the left) is minimal in the Krylov space, so that
/// its norm never rises. Longer cycles need fewer iterations, and more memory and work in each.
///
/// Iteration j of a cycle is one product with A, one with the preconditioner, and j projections (modified Gram–Schmidt,
/// again where cancellation was heavy); the method holds restart + 3 n-vectors and x. At the end of each cycle the
/// residual is computed afresh. With M on the left the history holds ‖M r‖, scaled by ‖r‖ / ‖M r‖ of the start of the
/// cycle (and more cautiously after that proved wrong).
///
/// Status: converged, max_iterations, time_limit, cancelled; breakdown (the Krylov space is exhausted without a solution:
/// A is singular), stagnated (a whole cycle did not move the residual: a longer one or a preconditioner might; or
/// rounding allows no smaller residual), not_finite. Throws DimensionMismatch, InvalidArgument (options), and what A, the
/// preconditioner or the callback throw.
///
/// Y. Saad, M. H. Schultz, GMRES: a generalized minimal residual algorithm for solving nonsymmetric linear systems, SIAM J.
/// Sci. Stat. Comput. 7 (1986).
template <OperatorArgument A, DenseArgument B>
[[nodiscard]] IterativeResult<operator_scalar_t<A>> gmres(const A& a, const B& b,
                                                          const GmresOptions<operator_scalar_t<A>>& options = {}) {
    using T = operator_scalar_t<A>;
    const OperatorRef<T> op(a);
    const std::int64_t m = detail::cycle_length(options.restart, op.rows(), GmresWorkspace<T>::default_restart);
    return detail::run<T>(detail::gmres<T>, op, b, GmresWorkspace<T>(op.rows(), m), options);
}

/// The same into x, which must not share memory with b, with memory that is kept: allocates nothing if `record_history` is
/// false. The start is `.initial_guess` (x itself is fine) or 0, not what x holds.
template <OperatorArgument A, DenseArgument B, class X>
IterationReport gmres(const A& a, const B& b, X&& x, GmresWorkspace<operator_scalar_t<A>>& work,
                      const GmresOptions<operator_scalar_t<A>>& options = {}) {
    using T = operator_scalar_t<A>;
    return detail::run_into<T>(detail::gmres<T>, OperatorRef<T>(a), b, x, work, options);
}

}  // namespace tamis
