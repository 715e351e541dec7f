// bicg: the biconjugate gradient method for any square system.
#pragma once

#include <chrono>
#include <cstdint>
#include <stop_token>

#include <tamis/iterative/run.hpp>

namespace tamis {

/// The words of all methods are explained at the concept IterativeOptions.
template <class T>
struct BicgOptions {
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

/// The memory of bicg for systems of up to n unknowns: 7 n-vectors. For one solve at a time.
template <class T>
class BicgWorkspace {
  public:
    explicit BicgWorkspace(std::int64_t n) : memory_("BicgWorkspace", n, 7) {}
    [[nodiscard]] std::int64_t bytes() const noexcept { return memory_.bytes(); }
    /// For the library's own use.
    [[nodiscard]] detail::WorkspaceMemory<T>& memory() noexcept { return memory_; }

  private:
    detail::WorkspaceMemory<T> memory_;
};

namespace detail {
template <class T>
IterationReport bicg(const OperatorRef<T>& A, VectorView<const T> b, VectorView<T> x, BicgWorkspace<T>& work,
                     const BicgOptions<T>& options);
}  // namespace detail

/// Solves A x = b for any square A by the biconjugate gradient method: short recurrences for A and Aᴴ, both of which it
/// multiplies with. Its residual norms may jump; the best x is returned. bicgstab and idrs mostly do better and need no
/// adjoint; bicg is there for comparison, and where products with Aᴴ are as cheap as those with A.
///
/// An iteration is a product with each of A, Aᴴ, M and Mᴴ; the method holds seven n-vectors and x. Where an inner
/// product vanishes that it divides by, it begins anew from the residual that it has.
///
/// Status: converged, max_iterations, time_limit, cancelled; breakdown (an inner product that it divides by vanishes,
/// whatever it begins with: try gmres), stagnated (rounding allows no smaller residual), not_finite. Throws Unsupported
/// (A or the preconditioner has no adjoint), DimensionMismatch, InvalidArgument (options), and what A, the
/// preconditioner or the callback throw.
///
/// R. Fletcher, Conjugate gradient methods for indefinite systems, Lecture Notes in Mathematics 506 (1976).
template <OperatorArgument A, DenseArgument B>
[[nodiscard]] IterativeResult<operator_scalar_t<A>> bicg(const A& a, const B& b,
                                                         const BicgOptions<operator_scalar_t<A>>& options = {}) {
    using T = operator_scalar_t<A>;
    const OperatorRef<T> op(a);
    return detail::run<T>(detail::bicg<T>, op, b, BicgWorkspace<T>(op.rows()), options);
}

/// The same into x, which must not share memory with b, with memory that is kept: allocates nothing if `record_history` is
/// false. The start is `.initial_guess` (x itself is fine) or 0, not what x holds.
template <OperatorArgument A, DenseArgument B, class X>
IterationReport bicg(const A& a, const B& b, X&& x, BicgWorkspace<operator_scalar_t<A>>& work,
                     const BicgOptions<operator_scalar_t<A>>& options = {}) {
    using T = operator_scalar_t<A>;
    return detail::run_into<T>(detail::bicg<T>, OperatorRef<T>(a), b, x, work, options);
}

}  // namespace tamis
