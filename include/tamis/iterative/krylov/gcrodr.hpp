// gcrodr: restarted gmres that recycles a space from cycle to cycle and from system to system.
#pragma once

#include <chrono>
#include <cstdint>
#include <stop_token>

#include <tamis/core/array.hpp>
#include <tamis/iterative/krylov/gmres.hpp>
#include <tamis/iterative/run.hpp>

namespace tamis {

/// The space that gcrodr takes along from one solve to the next: empty at first. One of another length than the system is
/// replaced. For one solve at a time.
template <class T>
class RecycleSpace {
  public:
    /// Vectors in it, and their length.
    [[nodiscard]] std::int64_t size() const noexcept { return count_; }
    [[nodiscard]] std::int64_t length() const noexcept { return n_; }
    [[nodiscard]] std::int64_t bytes() const noexcept { return vectors_.size() * static_cast<std::int64_t>(sizeof(T)); }
    void clear() noexcept { count_ = 0; }
    /// Vector k.
    [[nodiscard]] VectorView<const T> operator[](std::int64_t k) const noexcept { return {vectors_.data() + k * n_, n_}; }

    /// For the library's own use: room for `count` vectors of n numbers, whose contents are what they were if there is.
    void resize(std::int64_t n, std::int64_t count) {
        if (vectors_.size() < n * count || n_ != n) vectors_ = Array<T>(n * count, uninitialized);
        n_ = n;
        count_ = count;
    }
    [[nodiscard]] T* data(std::int64_t k) noexcept { return vectors_.data() + k * n_; }

  private:
    Array<T> vectors_;
    std::int64_t n_ = 0;
    std::int64_t count_ = 0;
};

/// The words of all methods are explained at the concept IterativeOptions.
template <class T>
struct GcrodrOptions {
    double tolerance = default_tolerance<T>;
    double absolute_tolerance = 0;
    std::int64_t max_iterations = 0;
    std::chrono::duration<double> time_limit{0};
    Operator<T> preconditioner{};  ///< the same in each iteration
    VectorHandle<T> initial_guess{};
    bool record_history = true;
    IterationCallback callback{};
    std::stop_token stop{};
    std::int64_t restart = 0;          ///< vectors a cycle, recycled ones included; 0: automatic, 30
    std::int64_t recycle = 10;         ///< vectors that are kept, fewer than restart
    RecycleSpace<T>* space = nullptr;  ///< where they are kept from call to call; null: they are forgotten
};

/// The memory of gcrodr for systems of up to n unknowns, `restart` vectors a cycle and `recycle` of them kept: restart +
/// 4 recycle + 5 n-vectors and O(restart²) numbers. For one solve at a time.
template <class T>
class GcrodrWorkspace {
  public:
    static constexpr std::int64_t default_restart = 30;
    explicit GcrodrWorkspace(std::int64_t n, std::int64_t restart = default_restart, std::int64_t recycle = 10);
    [[nodiscard]] std::int64_t bytes() const noexcept { return memory_.bytes(); }
    [[nodiscard]] std::int64_t restart() const noexcept { return restart_; }
    /// For the library's own use.
    [[nodiscard]] detail::WorkspaceMemory<T>& memory() noexcept { return memory_; }

  private:
    std::int64_t restart_;
    detail::WorkspaceMemory<T> memory_;
};

namespace detail {
template <class T>
IterationReport gcrodr(const OperatorRef<T>& A, VectorView<const T> b, VectorView<T> x, GcrodrWorkspace<T>& work,
                       const GcrodrOptions<T>& options);
}  // namespace detail

/// Solves A x = b for any square A as restarted gmres does, preconditioned on the right, but keeps a space of `.recycle`
/// vectors that the iteration converges slowly along (harmonic Ritz vectors of the smallest values), against which each
/// cycle is deflated. Kept by the caller in a RecycleSpace, it serves the next system too: a sequence of right-hand
/// sides, or of matrices that change slowly, then needs fewer products with each.
///
/// A cycle has `.restart` − `.recycle` iterations, each a product with A, one with the preconditioner, and as many
/// projections as gmres has. A space brought along costs a product with A a vector. The method holds restart + 4 recycle
/// + 5 n-vectors and x. At the end of each cycle the residual is computed afresh.
///
/// Status: as of gmres: converged, max_iterations, time_limit, cancelled; breakdown (A is singular), stagnated,
/// not_finite. Throws DimensionMismatch, InvalidArgument (options), and what A, the preconditioner or the callback
/// throw.
///
/// M. L. Parks, E. de Sturler, G. Mackey, D. D. Johnson, S. Maiti, Recycling Krylov subspaces for sequences of linear
/// systems, SIAM J. Sci. Comput. 28 (2006). The invariant subspace of the small matrix is found by orthogonal iteration.
template <OperatorArgument A, DenseArgument B>
[[nodiscard]] IterativeResult<operator_scalar_t<A>> gcrodr(const A& a, const B& b,
                                                           const GcrodrOptions<operator_scalar_t<A>>& options = {}) {
    using T = operator_scalar_t<A>;
    const OperatorRef<T> op(a);
    return detail::run<T>(
        detail::gcrodr<T>, op, b,
        GcrodrWorkspace<T>(op.rows(), detail::cycle_length(options.restart, op.rows(), GcrodrWorkspace<T>::default_restart),
                           options.recycle < 0 ? 0 : options.recycle),
        options);
}

/// The same into x, which must not share memory with b, with memory that is kept: allocates nothing if `record_history` is
/// false. The start is `.initial_guess` (x itself is fine) or 0, not what x holds.
template <OperatorArgument A, DenseArgument B, class X>
IterationReport gcrodr(const A& a, const B& b, X&& x, GcrodrWorkspace<operator_scalar_t<A>>& work,
                       const GcrodrOptions<operator_scalar_t<A>>& options = {}) {
    using T = operator_scalar_t<A>;
    return detail::run_into<T>(detail::gcrodr<T>, OperatorRef<T>(a), b, x, work, options);
}

}  // namespace tamis
