// idrs: the induced dimension reduction method IDR(s) for any square system.
#pragma once

#include <chrono>
#include <cstdint>
#include <stop_token>

#include <tamis/iterative/run.hpp>

namespace tamis {

/// The words of all methods are explained at the concept IterativeOptions.
template <class T>
struct IdrsOptions {
    double tolerance = default_tolerance<T>;
    double absolute_tolerance = 0;
    std::int64_t max_iterations = 0;
    std::chrono::duration<double> time_limit{0};
    Operator<T> preconditioner{};  ///< may change from call to call
    VectorHandle<T> initial_guess{};
    bool record_history = true;
    IterationCallback callback{};
    std::stop_token stop{};
    std::int64_t s = 4;  ///< dimensions of the space projected against, at least 1
};

/// The memory of idrs for systems of up to n unknowns and `.s` up to s: 3 s + 4 n-vectors and O(s²) numbers. For one
/// solve at a time.
template <class T>
class IdrsWorkspace {
  public:
    explicit IdrsWorkspace(std::int64_t n, std::int64_t s = 4);
    [[nodiscard]] std::int64_t bytes() const noexcept { return memory_.bytes(); }
    /// For the library's own use.
    [[nodiscard]] detail::WorkspaceMemory<T>& memory() noexcept { return memory_; }

  private:
    detail::WorkspaceMemory<T> memory_;
};

namespace detail {
template <class T>
IterationReport idrs(const OperatorRef<T>& A, VectorView<const T> b, VectorView<T> x, IdrsWorkspace<T>& work,
                     const IdrsOptions<T>& options);
}  // namespace detail

/// Solves A x = b for any square A by the induced dimension reduction method with biorthogonal residuals, preconditioned
/// on the right: residuals are forced into ever smaller spaces, s dimensions at a time. s = 1 is about bicgstab; s = 4
/// is often nearly as quick as gmres without restarts, in memory that does not grow.
///
/// An iteration is one product with A, one with the preconditioner, and O(s) passes over vectors; the method holds 3 s +
/// 4 n-vectors and x. The space that it projects against is random, and the same in each run.
///
/// Status: converged, max_iterations, time_limit, cancelled; breakdown (a projection vanishes, whatever the random
/// space: try gmres), stagnated (rounding allows no smaller residual), not_finite. Throws DimensionMismatch,
/// InvalidArgument (options), and what A, the preconditioner or the callback throw.
///
/// M. B. van Gijzen, P. Sonneveld, Algorithm 913: an elegant IDR(s) variant that efficiently exploits biorthogonality
/// properties, ACM TOMS 38 (2011).
template <OperatorArgument A, DenseArgument B>
[[nodiscard]] IterativeResult<operator_scalar_t<A>> idrs(const A& a, const B& b,
                                                         const IdrsOptions<operator_scalar_t<A>>& options = {}) {
    using T = operator_scalar_t<A>;
    const OperatorRef<T> op(a);
    return detail::run<T>(detail::idrs<T>, op, b, IdrsWorkspace<T>(op.rows(), options.s < 0 ? 0 : options.s), options);
}

/// The same into x, which must not share memory with b, with memory that is kept: allocates nothing if `record_history` is
/// false. The start is `.initial_guess` (x itself is fine) or 0, not what x holds.
template <OperatorArgument A, DenseArgument B, class X>
IterationReport idrs(const A& a, const B& b, X&& x, IdrsWorkspace<operator_scalar_t<A>>& work,
                     const IdrsOptions<operator_scalar_t<A>>& options = {}) {
    using T = operator_scalar_t<A>;
    return detail::run_into<T>(detail::idrs<T>, OperatorRef<T>(a), b, x, work, options);
}

}  // namespace tamis
