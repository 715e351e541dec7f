// qmr: the quasi-minimal residual method for any square system.
#pragma once

#include <chrono>
#include <cstdint>
#include <stop_token>

#include <tamis/iterative/run.hpp>

namespace tamis {

/// The words of all methods are explained at the concept IterativeOptions.
template <class T>
struct QmrOptions {
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

/// The memory of qmr for systems of up to n unknowns: 12 n-vectors. For one solve at a time.
template <class T>
class QmrWorkspace {
  public:
    explicit QmrWorkspace(std::int64_t n) : memory_("QmrWorkspace", n, 12) {}
    [[nodiscard]] std::int64_t bytes() const noexcept { return memory_.bytes(); }
    /// For the library's own use.
    [[nodiscard]] detail::WorkspaceMemory<T>& memory() noexcept { return memory_; }

  private:
    detail::WorkspaceMemory<T> memory_;
};

namespace detail {
template <class T>
IterationReport qmr(const OperatorRef<T>& A, VectorView<const T> b, VectorView<T> x, QmrWorkspace<T>& work,
                    const QmrOptions<T>& options);
}  // namespace detail

/// Solves A x = b for any square A by the quasi-minimal residual method, in the form with coupled two-term recurrences
/// and without look-ahead, preconditioned on the right: bicg with its jumps smoothed away. It multiplies with A and Aᴴ.
///
/// An iteration is a product with each of A, Aᴴ, M and Mᴴ; the method holds twelve n-vectors and x. Where an inner
/// product vanishes that it divides by, it begins anew from the residual that it has.
///
/// Status: converged, max_iterations, time_limit, cancelled; breakdown (an inner product that it divides by vanishes,
/// whatever it begins with: try gmres), stagnated (rounding allows no smaller residual), not_finite. Throws Unsupported
/// (A or the preconditioner has no adjoint), DimensionMismatch, InvalidArgument (options), and what A, the
/// preconditioner or the callback throw.
///
/// R. W. Freund, N. M. Nachtigal, An implementation of the QMR method based on coupled two-term recurrences, SIAM J.
/// Sci. Comput. 15 (1994).
template <OperatorArgument A, DenseArgument B>
[[nodiscard]] IterativeResult<operator_scalar_t<A>> qmr(const A& a, const B& b,
                                                        const QmrOptions<operator_scalar_t<A>>& options = {}) {
    using T = operator_scalar_t<A>;
    const OperatorRef<T> op(a);
    return detail::run<T>(detail::qmr<T>, op, b, QmrWorkspace<T>(op.rows()), options);
}

/// The same into x, which must not share memory with b, with memory that is kept: allocates nothing if `record_history` is
/// false. The start is `.initial_guess` (x itself is fine) or 0, not what x holds.
template <OperatorArgument A, DenseArgument B, class X>
IterationReport qmr(const A& a, const B& b, X&& x, QmrWorkspace<operator_scalar_t<A>>& work,
                    const QmrOptions<operator_scalar_t<A>>& options = {}) {
    using T = operator_scalar_t<A>;
    return detail::run_into<T>(detail::qmr<T>, OperatorRef<T>(a), b, x, work, options);
}

}  // namespace tamis
