// Private: what every iterative method does beside its own algorithm, in one place.
//
//     Monitor<T> monitor("cg", A, b, x_out, common_options<T>(options));
//     if (monitor.begin(x, r)) {
//         do {
//             iterate from r = b − A x until monitor.step(norm) says to stop, or call monitor.stop(status, why)
//         } while (!monitor.settle(x, r));
//     }
//     return monitor.report(x);
//
// No method reports convergence by itself: settle computes the residual afresh and either confirms, or has the method
// restart from the true residual, or ends where restarting no longer helps.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <limits>
#include <stop_token>
#include <vector>

#include <tamis/iterative/operator.hpp>
#include <tamis/iterative/options.hpp>
#include <tamis/iterative/result.hpp>
#include <tamis/iterative/workspace.hpp>

namespace tamis::detail {

/// The common words of an option struct; refers to it.
template <class T>
struct CommonOptions {
    double tolerance;
    double absolute_tolerance;
    std::int64_t max_iterations;
    double time_limit;
    const OperatorRef<T>& preconditioner;
    const VectorHandle<T>& initial_guess;
    bool record_history;
    const IterationCallback& callback;
    const std::stop_token& stop;
};
template <class T, IterativeOptions<T> O>
CommonOptions<T> common_options(const O& o) noexcept {
    return {o.tolerance,
            o.absolute_tolerance,
            o.max_iterations,
            o.time_limit.count(),
            o.preconditioner.ref(),
            o.initial_guess,
            o.record_history,
            o.callback,
            o.stop};
}

/// Throws InvalidArgument, naming the method and the option, unless value ≥ 0 (NaN is refused).
void check_option(const char* method, const char* option, double value);

/// Systems, or least-squares problems with any A: min ‖b − A x‖² + damping² ‖x‖².
enum class Shape { square, rectangular };

template <class T>
class Monitor {
  public:
    /// Checks options and sizes, and takes the time. x_out is the caller's vector: until report it keeps the best iterate.
    Monitor(const char* method, const OperatorRef<T>& A, VectorView<const T> b, VectorView<T> x_out,
            const CommonOptions<T>& options, Shape shape = Shape::square);
    /// For the system (A + shift I) x = b: wherever A stands below, A + shift I is meant.
    void set_shift(double shift) noexcept { shift_ = shift; }
    Monitor(const Monitor&) = delete;
    Monitor& operator=(const Monitor&) = delete;

    // ---- products, counted

    /// y = A x.
    void apply(const T* x, T* y);
    /// y = Aᴴ x.
    void apply_adjoint(const T* x, T* y);
    [[nodiscard]] bool preconditioned() const noexcept { return static_cast<bool>(M_); }
    /// z = M r; there is a preconditioner.
    void precondition(const T* r, T* z) const { M_.apply(VectorView<const T>(r, M_.cols()), VectorView<T>(z, M_.rows())); }
    void precondition_adjoint(const T* r, T* z) const {
        M_.apply_adjoint(VectorView<const T>(r, M_.rows()), VectorView<T>(z, M_.cols()));
    }
    /// The n numbers that a diagonal preconditioner multiplies by; null for others and for none.
    [[nodiscard]] const T* scaling() const { return M_ ? M_.scaling() : nullptr; }

    /// Throws Unsupported unless A and the preconditioner have adjoints: before the first product.
    void require_adjoints() const;

    // ---- the frame of an iteration

    /// x = initial guess or 0, r = b − A x. False if there is nothing to do: b = 0, the guess is good enough, or b is not
    /// finite.
    [[nodiscard]] bool begin(T* x, T* r);
    /// An iteration was done; `norm` is its residual norm by the method's recurrence, and x is about to be (or was) moved
    /// accordingly. False where it is time to call settle.
    [[nodiscard]] bool step(double norm);
    /// Before x is overwritten by an iterate whose residual norm is `next`: keeps x if it is the best so far.
    void leave(const T* x, double next);
    /// Whether leave(x, next) would keep x, for methods that first have to form it.
    [[nodiscard]] bool would_leave(double next) const noexcept { return !(next <= current_) && current_ < best_; }
    /// Whether a residual norm is so small that step would have it verified.
    [[nodiscard]] bool is_small(double norm) const noexcept { return norm <= verify_below_; }
    /// The same for least-squares problems: `norm` is that of the damped residual (b − A x, −damping x), `ratio` its
    /// gradient's, ‖Aᴴr − damping² x‖ / (‖A‖ ‖(b − A x, −damping x)‖), in whatever norms the method works with.
    [[nodiscard]] bool step(double norm, double ratio);
    /// For least squares: the damping, a vector of A.cols() numbers for settle to compute in, and, kept up to date, a lower
    /// bound of ‖A‖₂. Unsupported if A has no adjoint.
    void set_least_squares(double damping, T* gradient);
    /// `limit` > 0: step ends the iteration where the condition estimate is larger.
    void set_condition_limit(double limit);
    /// What the method knows of ‖A‖ and the condition of A, before step; the largest are reported.
    void estimate(double norm, double condition) noexcept {
        norm_estimate_ = std::max(norm_estimate_, norm);
        condition_estimate_ = std::max(condition_estimate_, condition);
    }
    void raise_operator_norm(double norm) noexcept {
        if (norm <= std::numeric_limits<double>::max()) operator_norm_ = std::max(operator_norm_, norm);
    }
    /// Keeps x, whose residual norm is residual_norm(), if it is the best so far: for methods that move x once a cycle.
    void keep(const T* x) { keep(x, current_); }
    /// The same where its residual norm is another.
    void keep(const T* x, double norm);
    /// Ends the iteration for a reason of the method's own; `format` and what follows, as in printf, say why.
    void stop(Status status, const char* format, ...) __attribute__((format(printf, 3, 4)));
    /// Whether stop was called.
    [[nodiscard]] bool is_ending() const noexcept { return ending_ == Ending::final; }
    [[nodiscard]] bool is_ending(Status status) const noexcept { return is_ending() && status_ == status; }
    /// r = b − A x and its norm, for a method's own purposes.
    double residual(const T* x, T* r) { return true_residual(x, r); }
    /// Has settle look at the true residual, without a word from step.
    void suspect_convergence() noexcept { ending_ = Ending::verify; }
    /// r = b − A x for the x that will be returned. True if the method has ended; false if it has to go on from r.
    [[nodiscard]] bool settle(T* x, T* r);
    /// For methods that begin anew every now and then: r = b − A x, also where nothing is amiss. True if the method has
    /// ended: converged, or stagnated where the residual is what it was at the last restart.
    [[nodiscard]] bool restart(T* x, T* r);
    /// The same after a step that is no iteration, and whose success is not asked for.
    [[nodiscard]] bool refresh(T* x, T* r) {
        last_restarted_ = std::numeric_limits<double>::infinity();
        return restart(x, r);
    }
    /// Writes x to the caller.
    [[nodiscard]] IterationReport report(const T* x);

    /// Of the current iterate, as the last step or settle had it.
    [[nodiscard]] double residual_norm() const noexcept { return current_; }
    [[nodiscard]] double target() const noexcept { return target_; }
    [[nodiscard]] std::int64_t iterations() const noexcept { return iterations_; }
    [[nodiscard]] std::int64_t max_iterations() const noexcept { return max_iterations_; }
    /// ‖b‖₂.
    [[nodiscard]] double rhs_norm() const noexcept { return b_norm_; }
    [[nodiscard]] std::int64_t matvecs() const noexcept { return matvecs_; }

  private:
    enum class Ending { none, verify, final };

    [[nodiscard]] double seconds() const;
    void record(double norm);
    void end(Status status, const char* why);
    double true_residual(const T* x, T* r);
    bool is_solved(const T* x, const T* r);
    [[nodiscard]] double damped(const T* x) const;
    void finish(T* x, T* r, bool best_was_taken);
    void take_kept(T* x, T* r);
    /// Where everything is scaled: x as the caller's vector can hold it, of whose residual alone convergence may be claimed.
    void round(T* x) const;
    void put_start(T* x) const;

    const char* method_;
    const OperatorRef<T>& A_;
    OperatorRef<T> M_;
    VectorView<const T> b_;
    VectorView<T> out_;
    CommonOptions<T> options_;
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();

    // Everything is computed for b·scale_, where scale_ is a power of two, and 1 unless ‖b‖ is extreme.
    double scale_ = 1;
    double b_norm_ = 0;
    double target_ = 0;
    double verify_below_ = 0;  // residual norms so small are looked at even where the target is smaller
    std::int64_t max_iterations_ = 0;

    std::int64_t iterations_ = 0;
    std::int64_t matvecs_ = 0;
    std::vector<double> history_;
    double start_norm_ = 0;
    double current_ = 0;
    double best_ = 0;  // of what out_ keeps
    bool best_is_kept_ = false;
    double shift_ = 0;
    Shape shape_;
    double damping_ = 0;
    T* gradient_ = nullptr;
    double operator_norm_ = 0;
    double norm_estimate_ = 0;
    double condition_estimate_ = 0;
    double condition_limit_ = 0;
    double ratio_ = 0;    // of the gradient, as last verified
    double caution_ = 1;  // > 1 where the method's ratio proved too rosy
    double estimated_ratio_ = 0;
    double last_verified_ = 0;
    double last_restarted_ = 0;
    int unproductive_ = 0;  // verifications in a row that found the true residual hardly smaller
    Ending ending_ = Ending::none;
    Status status_ = Status::converged;
    Sentence why_;
};

}  // namespace tamis::detail
