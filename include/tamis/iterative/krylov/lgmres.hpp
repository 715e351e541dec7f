// lgmres: restarted gmres that remembers where its last cycles led.
#pragma once

#include <chrono>
#include <cstdint>
#include <stop_token>

#include <tamis/iterative/krylov/gmres.hpp>
#include <tamis/iterative/run.hpp>

namespace tamis {

/// The words of all methods are explained at the concept IterativeOptions.
template <class T>
struct LgmresOptions {
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
    std::int64_t augment = 3;  ///< corrections of earlier cycles that are kept
};

/// The memory of lgmres for systems of up to n unknowns, `restart` iterations a cycle and `augment` corrections kept:
/// restart + 3 augment + 5 n-vectors and O((restart + augment)²) numbers. For one solve at a time.
template <class T>
class LgmresWorkspace {
  public:
    static constexpr std::int64_t default_restart = 30;
    explicit LgmresWorkspace(std::int64_t n, std::int64_t restart = default_restart, std::int64_t augment = 3);
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
IterationReport lgmres(const OperatorRef<T>& A, VectorView<const T> b, VectorView<T> x, LgmresWorkspace<T>& work,
                       const LgmresOptions<T>& options);
}  // namespace detail

/// Solves A x = b for any square A as gmres does, but adds to the Krylov space of each cycle the corrections that the
/// last `.augment` cycles made: with these, restarts no longer throw away what was learnt, and cycles that go to and fro
/// between the same residuals are broken. Where gmres with short cycles crawls, it needs fewer products.
///
/// A cycle has `.restart` iterations as in gmres and then up to `.augment` more, which take no product with A. The
/// method holds restart + 3 augment + 5 n-vectors and x. At the end of each cycle the residual is computed afresh. With
/// M on the left the history is as in gmres.
///
/// Status: as of gmres: converged, max_iterations, time_limit, cancelled; breakdown (A is singular), stagnated,
/// not_finite. Throws DimensionMismatch, InvalidArgument (options), and what A, the preconditioner or the callback
/// throw.
///
/// A. H. Baker, E. R. Jessup, T. Manteuffel, A technique for accelerating the convergence of restarted GMRES, SIAM J.
/// Matrix Anal. Appl. 26 (2005).
template <OperatorArgument A, DenseArgument B>
[[nodiscard]] IterativeResult<operator_scalar_t<A>> lgmres(const A& a, const B& b,
                                                           const LgmresOptions<operator_scalar_t<A>>& options = {}) {
    using T = operator_scalar_t<A>;
    const OperatorRef<T> op(a);
    const std::int64_t m = detail::cycle_length(options.restart, op.rows(), LgmresWorkspace<T>::default_restart);
    return detail::run<T>(detail::lgmres<T>, op, b,
                          LgmresWorkspace<T>(op.rows(), m, options.augment < 0 ? 0 : options.augment), options);
}

/// The same into x, which must not share memory with b, with memory that is kept: allocates nothing if `record_history` is
/// false. The start is `.initial_guess` (x itself is fine) or 0, not what x holds.
template <OperatorArgument A, DenseArgument B, class X>
IterationReport lgmres(const A& a, const B& b, X&& x, LgmresWorkspace<operator_scalar_t<A>>& work,
                       const LgmresOptions<operator_scalar_t<A>>& options = {}) {
    using T = operator_scalar_t<A>;
    return detail::run_into<T>(detail::lgmres<T>, OperatorRef<T>(a), b, x, work, options);
}

}  // namespace tamis
