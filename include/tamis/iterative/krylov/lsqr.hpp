// lsqr: least squares by the method of Paige and Saunders.
#pragma once

#include <chrono>
#include <cstdint>
#include <stop_token>

#include <tamis/iterative/run.hpp>

namespace tamis {

/// The words of all methods are explained at the concept IterativeOptions.
template <class T>
struct LsqrOptions {
    double tolerance = default_tolerance<T>;
    double absolute_tolerance = 0;
    std::int64_t max_iterations = 0;
    std::chrono::duration<double> time_limit{0};
    Operator<T> preconditioner{};  ///< Hermitian positive definite, M ≈ (AᴴA)⁻¹
    VectorHandle<T> initial_guess{};
    bool record_history = true;
    IterationCallback callback{};
    std::stop_token stop{};
    double damping = 0;  ///< min ‖b − A x‖² + damping² ‖x‖²
    /// Ends with Status::breakdown where the condition estimate is larger: what the data do not determine is left out of x,
    /// which is regularization. 0: never.
    double condition_limit = 0;
};

/// The memory of lsqr for problems of up to m rows and n columns: two vectors of m + n numbers and 5 of n. For one solve
/// at a time.
template <class T>
class LsqrWorkspace {
  public:
    explicit LsqrWorkspace(std::int64_t rows, std::int64_t cols)
        : memory_("LsqrWorkspace", rows < 0 || cols < 0 ? -1 : rows + cols, 2, cols, 5, 0) {}
    [[nodiscard]] std::int64_t bytes() const noexcept { return memory_.bytes(); }
    /// For the library's own use.
    [[nodiscard]] detail::WorkspaceMemory<T>& memory() noexcept { return memory_; }

  private:
    detail::WorkspaceMemory<T> memory_;
};

namespace detail {
template <class T>
IterationReport lsqr(const OperatorRef<T>& A, VectorView<const T> b, VectorView<T> x, LsqrWorkspace<T>& work,
                     const LsqrOptions<T>& options);
}  // namespace detail

/// Minimizes ‖b − A x‖² + damping² ‖x‖² by Golub–Kahan bidiagonalization: mathematically conjugate gradients on the
/// normal equations, numerically better where A is ill-conditioned. The residual norms never rise. It takes any A,
/// rectangular or rank-deficient; with the start 0 it tends to the solution of minimum norm. A must have an adjoint.
///
/// An iteration is one product with A and one with Aᴴ, and one with the preconditioner. It holds two vectors of m + n
/// numbers and 5 of n for an m×n matrix, and x.
///
/// Converged means, by fresh products, ‖Aᴴr − damping² x‖ ≤ tolerance ‖A‖ ‖r‖ with a lower bound of ‖A‖₂ that the
/// iteration finds, or the goal of all methods, ‖r‖ ≤ max(tolerance ‖b‖, absolute_tolerance); r is b − A x, with damping
/// (b − A x, −damping x), whose norms the history holds. `residual_norm` is ‖b − A x‖ in any case.
///
/// The preconditioner is Hermitian positive definite, with A.cols() rows, and M ≈ (AᴴA)⁻¹: where a triangular R ≈ that
/// of a QR factorization is at hand, M = R⁻¹R⁻ᴴ.
///
/// `operator_norm` and `condition_estimate` are those of the paper, for the damped A: estimates of ‖A‖ and ‖A‖ ‖A⁺‖ in the
/// Frobenius norm, from below, which are exact after as many iterations as A has different singular values but for rounding,
/// and of what the iteration has met before. With a preconditioner the norm is that of A M^½, and the condition is not
/// estimated.
///
/// Status: converged, max_iterations, time_limit, cancelled; breakdown (`condition_limit`), indefinite_preconditioner,
/// stagnated (rounding allows no better solution), not_finite. Throws Unsupported (no adjoint), DimensionMismatch,
/// InvalidArgument (options; a negative damping), and what A, the preconditioner or the callback throw.
///
/// C. C. Paige, M. A. Saunders, LSQR: an algorithm for sparse linear equations and sparse least squares, ACM TOMS 8
/// (1982). Damping is taken as further rows of A, so that a start other than 0 and restarts need nothing special.
template <OperatorArgument A, DenseArgument B>
[[nodiscard]] IterativeResult<operator_scalar_t<A>> lsqr(const A& a, const B& b,
                                                         const LsqrOptions<operator_scalar_t<A>>& options = {}) {
    using T = operator_scalar_t<A>;
    const OperatorRef<T> op(a);
    return detail::run<T>(detail::lsqr<T>, op, b, LsqrWorkspace<T>(op.rows(), op.cols()), options);
}

/// The same into x, which must not share memory with b, with memory that is kept: allocates nothing if `record_history` is
/// false. The start is `.initial_guess` (x itself is fine) or 0, not what x holds.
template <OperatorArgument A, DenseArgument B, class X>
IterationReport lsqr(const A& a, const B& b, X&& x, LsqrWorkspace<operator_scalar_t<A>>& work,
                     const LsqrOptions<operator_scalar_t<A>>& options = {}) {
    using T = operator_scalar_t<A>;
    return detail::run_into<T>(detail::lsqr<T>, OperatorRef<T>(a), b, x, work, options);
}

}  // namespace tamis
