// bicgstab: the stabilized biconjugate gradient method for any square system.
#pragma once

#include <chrono>
#include <cstdint>
#include <stop_token>

#include <tamis/iterative/run.hpp>

namespace tamis {

/// The words of all methods are explained at the concept IterativeOptions.
template <class T>
struct BicgstabOptions {
    double tolerance = default_tolerance<T>;
    double absolute_tolerance = 0;
    std::int64_t max_iterations = 0;
    std::chrono::duration<double> time_limit{0};
    Operator<T> preconditioner{};  ///< the same in each iteration; may change if l = 1
    VectorHandle<T> initial_guess{};
    bool record_history = true;
    IterationCallback callback{};
    std::stop_token stop{};
    std::int64_t l = 1;  ///< steps over which the residual is minimized; 1: the method of van der Vorst
};

/// The memory of bicgstab for systems of up to n unknowns and `.l` up to l: eight n-vectors for l = 1, 2 l + 7 beyond.
/// For one solve at a time.
template <class T>
class BicgstabWorkspace {
  public:
    explicit BicgstabWorkspace(std::int64_t n, std::int64_t l = 1);
    [[nodiscard]] std::int64_t bytes() const noexcept { return memory_.bytes(); }
    /// For the library's own use.
    [[nodiscard]] detail::WorkspaceMemory<T>& memory() noexcept { return memory_; }

  private:
    detail::WorkspaceMemory<T> memory_;
};

namespace detail {
template <class T>
IterationReport bicgstab(const OperatorRef<T>& A, VectorView<const T> b, VectorView<T> x, BicgstabWorkspace<T>& work,
                         const BicgstabOptions<T>& options);
}  // namespace detail

/// Solves A x = b for any square A by the stabilized biconjugate gradient method, preconditioned on the right, so that
/// its residuals are those of the system. Memory and work an iteration do not grow, unlike those of gmres; the residual
/// norms may jump, and the best x is returned. `.l` > 1 takes BiCGSTAB(ℓ), which minimizes the residual over ℓ steps at
/// once and copes with eigenvalues far from the real axis.
///
/// An iteration is 2 ℓ products with A and as many with the preconditioner; for ℓ = 1 it holds eight n-vectors,
/// otherwise 2 ℓ + 7, and x. Where an inner product vanishes that the method divides by, it begins anew from the
/// residual that it has.
///
/// Status: converged, max_iterations, time_limit, cancelled; breakdown (it vanishes from any start: try another `.l`, or
/// gmres), stagnated (rounding allows no smaller residual), not_finite. Throws DimensionMismatch, InvalidArgument
/// (options), and what A, the preconditioner or the callback throw.
///
/// H. A. van der Vorst, Bi-CGSTAB: a fast and smoothly converging variant of Bi-CG for the solution of nonsymmetric
/// linear systems, SIAM J. Sci. Stat. Comput. 13 (1992); G. L. G. Sleijpen, D. R. Fokkema, BiCGstab(ℓ) for linear
/// equations involving unsymmetric matrices with complex spectrum, ETNA 1 (1993).
template <OperatorArgument A, DenseArgument B>
[[nodiscard]] IterativeResult<operator_scalar_t<A>> bicgstab(const A& a, const B& b,
                                                             const BicgstabOptions<operator_scalar_t<A>>& options = {}) {
    using T = operator_scalar_t<A>;
    const OperatorRef<T> op(a);
    return detail::run<T>(detail::bicgstab<T>, op, b, BicgstabWorkspace<T>(op.rows(), options.l), options);
}

/// The same into x, which must not share memory with b, with memory that is kept: allocates nothing if `record_history` is
/// false. The start is `.initial_guess` (x itself is fine) or 0, not what x holds.
template <OperatorArgument A, DenseArgument B, class X>
IterationReport bicgstab(const A& a, const B& b, X&& x, BicgstabWorkspace<operator_scalar_t<A>>& work,
                         const BicgstabOptions<operator_scalar_t<A>>& options = {}) {
    using T = operator_scalar_t<A>;
    return detail::run_into<T>(detail::bicgstab<T>, OperatorRef<T>(a), b, x, work, options);
}

}  // namespace tamis
