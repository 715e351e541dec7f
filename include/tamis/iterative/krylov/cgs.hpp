// cgs: the conjugate gradient squared method for any square system.
#pragma once

#include <chrono>
#include <cstdint>
#include <stop_token>

#include <tamis/iterative/run.hpp>

namespace tamis {

/// The words of all methods are explained at the concept IterativeOptions.
template <class T>
struct CgsOptions {
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

/// The memory of cgs for systems of up to n unknowns: 9 n-vectors. For one solve at a time.
template <class T>
class CgsWorkspace {
  public:
    explicit CgsWorkspace(std::int64_t n) : memory_("CgsWorkspace", n, 9) {}
    [[nodiscard]] std::int64_t bytes() const noexcept { return memory_.bytes(); }
    /// For the library's own use.
    [[nodiscard]] detail::WorkspaceMemory<T>& memory() noexcept { return memory_; }

  private:
    detail::WorkspaceMemory<T> memory_;
};

namespace detail {
template <class T>
IterationReport cgs(const OperatorRef<T>& A, VectorView<const T> b, VectorView<T> x, CgsWorkspace<T>& work,
                    const CgsOptions<T>& options);
}  // namespace detail

/// Solves A x = b for any square A by the conjugate gradient squared method, preconditioned on the right: bicg with its
/// residual polynomial squared, without products with Aᴴ. It may converge twice as fast as bicg, and diverges where that
/// does; its residual norms jump by orders of magnitude. The best x is returned. bicgstab is the smoother choice.
///
/// An iteration is two products with A and two with the preconditioner; the method holds nine n-vectors and x. Where an
/// inner product vanishes that it divides by, it begins anew from the residual that it has.
///
/// Status: converged, max_iterations, time_limit, cancelled; breakdown (an inner product that it divides by vanishes,
/// whatever it begins with: try gmres), stagnated (rounding allows no smaller residual), not_finite. Throws
/// DimensionMismatch, InvalidArgument (options), and what A, the preconditioner or the callback throw.
///
/// P. Sonneveld, CGS, a fast Lanczos-type solver for nonsymmetric linear systems, SIAM J. Sci. Stat. Comput. 10 (1989).
template <OperatorArgument A, DenseArgument B>
[[nodiscard]] IterativeResult<operator_scalar_t<A>> cgs(const A& a, const B& b,
                                                        const CgsOptions<operator_scalar_t<A>>& options = {}) {
    using T = operator_scalar_t<A>;
    const OperatorRef<T> op(a);
    return detail::run<T>(detail::cgs<T>, op, b, CgsWorkspace<T>(op.rows()), options);
}

/// The same into x, which must not share memory with b, with memory that is kept: allocates nothing if `record_history` is
/// false. The start is `.initial_guess` (x itself is fine) or 0, not what x holds.
template <OperatorArgument A, DenseArgument B, class X>
IterationReport cgs(const A& a, const B& b, X&& x, CgsWorkspace<operator_scalar_t<A>>& work,
                    const CgsOptions<operator_scalar_t<A>>& options = {}) {
    using T = operator_scalar_t<A>;
    return detail::run_into<T>(detail::cgs<T>, OperatorRef<T>(a), b, x, work, options);
}

}  // namespace tamis
