// minres_qlp: minimum residual, and of minimum length, for Hermitian systems that may be singular.
#pragma once

#include <chrono>
#include <cstdint>
#include <stop_token>

#include <tamis/iterative/run.hpp>

namespace tamis {

/// The words of all methods are explained at the concept IterativeOptions.
template <class T>
struct MinresQlpOptions {
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

/// The memory of minres_qlp for systems of up to n unknowns: ten n-vectors. For one solve at a time.
template <class T>
class MinresQlpWorkspace {
  public:
    explicit MinresQlpWorkspace(std::int64_t n) : memory_("MinresQlpWorkspace", n, 10) {}
    [[nodiscard]] std::int64_t bytes() const noexcept { return memory_.bytes(); }
    /// For the library's own use.
    [[nodiscard]] detail::WorkspaceMemory<T>& memory() noexcept { return memory_; }

  private:
    detail::WorkspaceMemory<T> memory_;
};

namespace detail {
template <class T>
IterationReport minres_qlp(const OperatorRef<T>& A, VectorView<const T> b, VectorView<T> x, MinresQlpWorkspace<T>& work,
                           const MinresQlpOptions<T>& options);
}  // namespace detail

/// Solves (A + shift I) x = b for a Hermitian A (real symmetric for real scalars), definite, indefinite or singular, as
/// minres does, but through the QLP factorization of the Lanczos matrix, so that among all x of minimum residual it
/// finds the shortest: the pseudoinverse solution, also where b is not in the range. On ill-conditioned systems it is
/// more accurate than minres, at twice the vector work.
///
/// An iteration is one product with A, one with the preconditioner, and about fourteen passes over vectors; the method
/// holds ten n-vectors and x. Without a preconditioner the residual norms never rise. The length is minimal if the start
/// is 0 (or any start in the range of A), and without a preconditioner (with one it is minimal in its norm).
///
/// Status: converged, max_iterations, time_limit, cancelled; inconsistent (A r = 0 to working precision: the x returned
/// is then the least-squares solution of minimum length), breakdown (A is not Hermitian), indefinite_preconditioner,
/// stagnated (rounding allows no smaller residual), not_finite. Throws DimensionMismatch, InvalidArgument (options; a
/// shift that is not finite), and what A, the preconditioner or the callback throw.
///
/// S.-C. T. Choi, C. C. Paige, M. A. Saunders, MINRES-QLP: a Krylov subspace method for indefinite or singular symmetric
/// systems, SIAM J. Sci. Comput. 33 (2011); for b outside the range, the null space is taken out of x by Y. Liu, A.
/// Milzarek, F. Roosta, Obtaining pseudo-inverse solutions with MINRES, arXiv 2309.17096 (2023).
template <OperatorArgument A, DenseArgument B>
[[nodiscard]] IterativeResult<operator_scalar_t<A>> minres_qlp(const A& a, const B& b,
                                                               const MinresQlpOptions<operator_scalar_t<A>>& options = {}) {
    using T = operator_scalar_t<A>;
    const OperatorRef<T> op(a);
    return detail::run<T>(detail::minres_qlp<T>, op, b, MinresQlpWorkspace<T>(op.rows()), options);
}

/// The same into x, which must not share memory with b, with memory that is kept: allocates nothing if `record_history` is
/// false. The start is `.initial_guess` (x itself is fine) or 0, not what x holds.
template <OperatorArgument A, DenseArgument B, class X>
IterationReport minres_qlp(const A& a, const B& b, X&& x, MinresQlpWorkspace<operator_scalar_t<A>>& work,
                           const MinresQlpOptions<operator_scalar_t<A>>& options = {}) {
    using T = operator_scalar_t<A>;
    return detail::run_into<T>(detail::minres_qlp<T>, OperatorRef<T>(a), b, x, work, options);
}

}  // namespace tamis
