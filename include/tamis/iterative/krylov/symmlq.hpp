// symmlq: the method of Paige and Saunders for Hermitian indefinite systems.
#pragma once

#include <chrono>
#include <cstdint>
#include <stop_token>

#include <tamis/iterative/run.hpp>

namespace tamis {

/// The words of all methods are explained at the concept IterativeOptions.
template <class T>
struct SymmlqOptions {
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

/// The memory of symmlq for systems of up to n unknowns: seven n-vectors. For one solve at a time.
template <class T>
class SymmlqWorkspace {
  public:
    explicit SymmlqWorkspace(std::int64_t n) : memory_("SymmlqWorkspace", n, 7) {}
    [[nodiscard]] std::int64_t bytes() const noexcept { return memory_.bytes(); }
    /// For the library's own use.
    [[nodiscard]] detail::WorkspaceMemory<T>& memory() noexcept { return memory_; }

  private:
    detail::WorkspaceMemory<T> memory_;
};

namespace detail {
template <class T>
IterationReport symmlq(const OperatorRef<T>& A, VectorView<const T> b, VectorView<T> x, SymmlqWorkspace<T>& work,
                       const SymmlqOptions<T>& options);
}  // namespace detail

/// Solves (A + shift I) x = b for a Hermitian A (real symmetric for real scalars), definite or not, by the LQ
/// factorization of the Lanczos matrix: in each Krylov space the error, not the residual, is as small as that
/// factorization allows, and the point of conjugate gradients is at hand whenever it exists. Each iteration reports the
/// better of the two. The residual norms may jump; minres lets them fall steadily.
///
/// An iteration is one product with A, one with the preconditioner, and about eight passes over vectors; the method
/// holds seven n-vectors and x. With a preconditioner the 2-norms that the history holds are bounds for LQ points and
/// exact for points of conjugate gradients.
///
/// Status: converged, max_iterations, time_limit, cancelled; inconsistent (A is singular to working precision, and no
/// point of the Krylov space solves the system), breakdown (A is not Hermitian), indefinite_preconditioner, stagnated
/// (rounding allows no smaller residual), not_finite. Throws DimensionMismatch, InvalidArgument (options; a shift that
/// is not finite), and what A, the preconditioner or the callback throw.
///
/// C. C. Paige, M. A. Saunders, Solution of sparse indefinite systems of linear equations, SIAM J. Numer. Anal. 12
/// (1975).
template <OperatorArgument A, DenseArgument B>
[[nodiscard]] IterativeResult<operator_scalar_t<A>> symmlq(const A& a, const B& b,
                                                           const SymmlqOptions<operator_scalar_t<A>>& options = {}) {
    using T = operator_scalar_t<A>;
    const OperatorRef<T> op(a);
    return detail::run<T>(detail::symmlq<T>, op, b, SymmlqWorkspace<T>(op.rows()), options);
}

/// The same into x, which must not share memory with b, with memory that is kept: allocates nothing if `record_history` is
/// false. The start is `.initial_guess` (x itself is fine) or 0, not what x holds.
template <OperatorArgument A, DenseArgument B, class X>
IterationReport symmlq(const A& a, const B& b, X&& x, SymmlqWorkspace<operator_scalar_t<A>>& work,
                       const SymmlqOptions<operator_scalar_t<A>>& options = {}) {
    using T = operator_scalar_t<A>;
    return detail::run_into<T>(detail::symmlq<T>, OperatorRef<T>(a), b, x, work, options);
}

}  // namespace tamis
