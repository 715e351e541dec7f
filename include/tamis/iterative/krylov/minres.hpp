// minres: the minimum residual method for Hermitian systems, definite or not.
#pragma once

#include <chrono>
#include <cstdint>
#include <stop_token>

#include <tamis/iterative/run.hpp>

namespace tamis {

/// The words of all methods are explained at the concept IterativeOptions.
template <class T>
struct MinresOptions {
    double tolerance = default_tolerance<T>;
    double absolute_tolerance = 0;
    std::int64_t max_iterations = 0;
    std::chrono::duration<double> time_limit{0};
    Operator<T> preconditioner{};  ///< Hermitian positive definite
    VectorHandle<T> initial_guess{};
    bool record_history = true;
    IterationCallback callback{};
    std::stop_token stop{};
    double shift = 0;  ///< (A + shift I) x = b is solved
};

/// The memory of minres for systems of up to n unknowns: eight n-vectors. For one solve at a time.
template <class T>
class MinresWorkspace {
  public:
    explicit MinresWorkspace(std::int64_t n) : memory_("MinresWorkspace", n, 8) {}
    [[nodiscard]] std::int64_t bytes() const noexcept { return memory_.bytes(); }
    /// For the library's own use.
    [[nodiscard]] detail::WorkspaceMemory<T>& memory() noexcept { return memory_; }

  private:
    detail::WorkspaceMemory<T> memory_;
};

namespace detail {
template <class T>
IterationReport minres(const OperatorRef<T>& A, VectorView<const T> b, VectorView<T> x, MinresWorkspace<T>& work,
                       const MinresOptions<T>& options);
}  // namespace detail

/// Solves (A + shift I) x = b for a Hermitian A (real symmetric for real scalars), definite, indefinite or singular with b
/// in the range: the residual is minimal (in the norm of the preconditioner) in the Krylov space of each iteration. A is any
/// OperatorArgument.
///
/// An iteration is one product with A, one with the preconditioner, and about eight passes over vectors (eleven with a
/// preconditioner, where the 2-norm of the residual takes a recurrence of its own); the method holds eight n-vectors and
/// x. Without a preconditioner the residual norms never rise.
///
/// Status: converged, max_iterations, time_limit, cancelled; inconsistent (A r = 0 to working precision: the x returned is
/// then a least-squares solution), breakdown (A is not Hermitian), indefinite_preconditioner, stagnated (rounding allows
/// no smaller residual), not_finite. Throws DimensionMismatch, InvalidArgument (options; a shift that is not finite), and
/// what A, the preconditioner or the callback throw.
///
/// C. C. Paige, M. A. Saunders, Solution of sparse indefinite systems of linear equations, SIAM J. Numer. Anal. 12 (1975);
/// the residual vector as in S.-C. T. Choi, C. C. Paige, M. A. Saunders, MINRES-QLP, SIAM J. Sci. Comput. 33 (2011).
template <OperatorArgument A, DenseArgument B>
[[nodiscard]] IterativeResult<operator_scalar_t<A>> minres(const A& a, const B& b,
                                                           const MinresOptions<operator_scalar_t<A>>& options = {}) {
    using T = operator_scalar_t<A>;
    const OperatorRef<T> op(a);
    return detail::run<T>(detail::minres<T>, op, b, MinresWorkspace<T>(op.rows()), options);
}

/// The same into x, which must not share memory with b, with memory that is kept: allocates nothing if `record_history` is
/// false. The start is `.initial_guess` (x itself is fine) or 0, not what x holds.
template <OperatorArgument A, DenseArgument B, class X>
IterationReport minres(const A& a, const B& b, X&& x, MinresWorkspace<operator_scalar_t<A>>& work,
                       const MinresOptions<operator_scalar_t<A>>& options = {}) {
    using T = operator_scalar_t<A>;
    return detail::run_into<T>(detail::minres<T>, OperatorRef<T>(a), b, x, work, options);
}

}  // namespace tamis
