// tfqmr: the transpose-free quasi-minimal residual method for any square system.
#pragma once

#include <chrono>
#include <cstdint>
#include <stop_token>

#include <tamis/iterative/run.hpp>

namespace tamis {

/// The words of all methods are explained at the concept IterativeOptions.
template <class T>
struct TfqmrOptions {
    double tolerance = default_tolerance<T>;
    double absolute_tolerance = 0;
    std::int64_t max_iterations = 0;
    std::chrono::duration<double> time_limit{0};
    Operator<T> preconditioner{};  ///< the same in each iteration
    VectorHandle<T> initial_guess{};
    bool record_history = true;
    IterationCallback callback{};
    std::stop_token stop{};
};

/// The memory of tfqmr for systems of up to n unknowns: 10 n-vectors. For one solve at a time.
template <class T>
class TfqmrWorkspace {
  public:
    explicit TfqmrWorkspace(std::int64_t n) : memory_("TfqmrWorkspace", n, 10) {}
    [[nodiscard]] std::int64_t bytes() const noexcept { return memory_.bytes(); }
    /// For the library's own use.
    [[nodiscard]] detail::WorkspaceMemory<T>& memory() noexcept { return memory_; }

  private:
    detail::WorkspaceMemory<T> memory_;
};

namespace detail {
template <class T>
IterationReport tfqmr(const OperatorRef<T>& A, VectorView<const T> b, VectorView<T> x, TfqmrWorkspace<T>& work,
                      const TfqmrOptions<T>& options);
}  // namespace detail

/// Solves A x = b for any square A by the transpose-free quasi-minimal residual method, preconditioned on the right: cgs
/// with its jumps smoothed away. The residual itself is carried along, so that the history holds its norms and not the
/// usual bound.
///
/// An iteration is one product with A and one with the preconditioner (half a step of cgs); the method holds ten
/// n-vectors and x. Where an inner product vanishes that it divides by, it begins anew from the residual that it has.
///
/// Status: converged, max_iterations, time_limit, cancelled; breakdown (an inner product that it divides by vanishes,
/// whatever it begins with: try gmres), stagnated (rounding allows no smaller residual), not_finite. Throws
/// DimensionMismatch, InvalidArgument (options), and what A, the preconditioner or the callback throw.
///
/// R. W. Freund, A transpose-free quasi-minimal residual algorithm for non-Hermitian linear systems, SIAM J. Sci.
/// Comput. 14 (1993).
template <OperatorArgument A, DenseArgument B>
[[nodiscard]] IterativeResult<operator_scalar_t<A>> tfqmr(const A& a, const B& b,
                                                          const TfqmrOptions<operator_scalar_t<A>>& options = {}) {
    using T = operator_scalar_t<A>;
    const OperatorRef<T> op(a);
    return detail::run<T>(detail::tfqmr<T>, op, b, TfqmrWorkspace<T>(op.rows()), options);
}

/// The same into x, which must not share memory with b, with memory that is kept: allocates nothing if `record_history` is
/// false. The start is `.initial_guess` (x itself is fine) or 0, not what x holds.
template <OperatorArgument A, DenseArgument B, class X>
IterationReport tfqmr(const A& a, const B& b, X&& x, TfqmrWorkspace<operator_scalar_t<A>>& work,
                      const TfqmrOptions<operator_scalar_t<A>>& options = {}) {
    using T = operator_scalar_t<A>;
    return detail::run_into<T>(detail::tfqmr<T>, OperatorRef<T>(a), b, x, work, options);
}

}  // namespace tamis
