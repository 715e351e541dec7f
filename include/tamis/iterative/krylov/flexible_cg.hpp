// flexible_cg: conjugate gradients with a preconditioner that may change from iteration to iteration.
#pragma once

#include <chrono>
#include <cstdint>
#include <stop_token>

#include <tamis/iterative/run.hpp>

namespace tamis {

/// The words of all methods are explained at the concept IterativeOptions.
template <class T>
struct FlexibleCgOptions {
    double tolerance = default_tolerance<T>;
    double absolute_tolerance = 0;
    std::int64_t max_iterations = 0;
    std::chrono::duration<double> time_limit{0};
    Operator<T> preconditioner{};  ///< positive definite; may change from call to call
    VectorHandle<T> initial_guess{};
    bool record_history = true;
    IterationCallback callback{};
    std::stop_token stop{};
    std::int64_t directions = 5;  ///< search directions that are kept, at least 1
};

/// The memory of flexible_cg for systems of up to n unknowns and `.directions` up to `directions`: 2 directions + 3
/// n-vectors. For one solve at a time.
template <class T>
class FlexibleCgWorkspace {
  public:
    explicit FlexibleCgWorkspace(std::int64_t n, std::int64_t directions = 5);
    [[nodiscard]] std::int64_t bytes() const noexcept { return memory_.bytes(); }
    /// For the library's own use.
    [[nodiscard]] detail::WorkspaceMemory<T>& memory() noexcept { return memory_; }

  private:
    detail::WorkspaceMemory<T> memory_;
};

namespace detail {
template <class T>
IterationReport flexible_cg(const OperatorRef<T>& A, VectorView<const T> b, VectorView<T> x, FlexibleCgWorkspace<T>& work,
                            const FlexibleCgOptions<T>& options);
}  // namespace detail

/// Solves A x = b for a Hermitian positive definite A as cg does, but makes each search direction conjugate to the last
/// `.directions` ones explicitly, so that the preconditioner may be another operator each time (an iterative method, a
/// K-cycle) or not quite Hermitian. With a fixed one it does what cg does, at a higher price.
///
/// An iteration is one product with A, one with the preconditioner, and 2 passes over vectors for each direction kept
/// beyond those of cg; the method holds 2 directions + 3 n-vectors and x. The directions are forgotten, all but the
/// last, whenever there are `.directions` of them.
///
/// Status: as of cg: converged, max_iterations, time_limit, cancelled, indefinite_operator, inconsistent,
/// indefinite_preconditioner (rᴴMr ≤ 0), stagnated, not_finite. Throws DimensionMismatch, InvalidArgument (options), and
/// what A, the preconditioner or the callback throw.
///
/// Y. Notay, Flexible conjugate gradients, SIAM J. Sci. Comput. 22 (2000), Algorithm 2.1 with the truncation of (2.5).
template <OperatorArgument A, DenseArgument B>
[[nodiscard]] IterativeResult<operator_scalar_t<A>> flexible_cg(
    const A& a, const B& b, const FlexibleCgOptions<operator_scalar_t<A>>& options = {}) {
    using T = operator_scalar_t<A>;
    const OperatorRef<T> op(a);
    return detail::run<T>(detail::flexible_cg<T>, op, b,
                          FlexibleCgWorkspace<T>(op.rows(), options.directions < 0 ? 0 : options.directions), options);
}

/// The same into x, which must not share memory with b, with memory that is kept: allocates nothing if `record_history` is
/// false. The start is `.initial_guess` (x itself is fine) or 0, not what x holds.
template <OperatorArgument A, DenseArgument B, class X>
IterationReport flexible_cg(const A& a, const B& b, X&& x, FlexibleCgWorkspace<operator_scalar_t<A>>& work,
                            const FlexibleCgOptions<operator_scalar_t<A>>& options = {}) {
    using T = operator_scalar_t<A>;
    return detail::run_into<T>(detail::flexible_cg<T>, OperatorRef<T>(a), b, x, work, options);
}

}  // namespace tamis
