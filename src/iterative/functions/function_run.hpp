// Private: what Lanczos' and Arnoldi's process for f(A) b have in common: when to look, what the error is, when to stop.
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <complex>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <string>
#include <utility>

#include <tamis/iterative/functions/apply_function.hpp>

#include "iterative/functions/small_function.hpp"

namespace tamis::detail {

/// The error of a sequence of approximations from the sizes of their changes.
class ChangeEstimate {
  public:
    double add(double change) noexcept {
        double estimate = std::numeric_limits<double>::infinity();
        if (count_++ > 0) {
            // What is left of a geometric series, but no less than the last change.
            const double q = change / before_;
            if (change == 0 && before_ == 0) estimate = 0;
            else if (q < 0.9) estimate = change * std::max(1.0, q / (1 - q));
            else estimate = 10 * std::max(change, before_);
        }
        before_ = change;
        return estimate;
    }

  private:
    int count_ = 0;
    double before_ = 0;
};

/// One column's way; everything is relative to ‖b‖.
template <class T>
class FunctionRun {
  public:
    FunctionRun(const ApplyFunctionOptions<T>& options, std::chrono::steady_clock::time_point start, double norm_b,
                FunctionReport& report)
        : options_(options),
          start_(start),
          norm_b_(norm_b),
          report_(report) {}

    [[nodiscard]] double seconds() const {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
    }
    /// Whether there is time for another product; ends the run if not.
    [[nodiscard]] bool may_go_on() {
        if (options_.stop.stop_requested()) return end(Status::cancelled, "a stop was requested");
        if (options_.time_limit.count() > 0 && seconds() >= options_.time_limit.count())
            return end(Status::time_limit, "the time limit was reached");
        return true;
    }
    /// The same for a run that has ended, but not by such a stop, and now would have to go on for its result.
    [[nodiscard]] bool may_finish() {
        if (was_stopped()) return false;
        const bool ended = std::exchange(ended_, false);
        const bool may = may_go_on();
        ended_ = ended || !may;
        return may;
    }
    [[nodiscard]] bool was_stopped() const noexcept {
        return ended_ && (status_ == Status::cancelled || status_ == Status::time_limit);
    }
    void overrule(Status status, std::string why) {
        ended_ = true;
        status_ = status;
        why_ = std::move(why);
    }
    /// An approximation of norm `size` after so many steps, which differs from that before by `change`, or is exact but for
    /// `rounding`. False: it is the last one, as the status says.
    [[nodiscard]] bool look(std::int64_t steps, double size, double change, double rounding, bool exact) {
        const double left = changes_.add(change);
        const double error = exact ? 0 : left;
        estimate_ = (error + rounding) * norm_b_;
        if (options_.record_history) report_.error_history.push_back(estimate_);
        const double target = std::max(options_.tolerance * size, options_.absolute_tolerance / norm_b_);
        if (error + rounding <= target) return end(Status::converged, "");
        // Changes of the size of rounding stop falling sooner or later.
        const bool falling = left < 0.7 * std::exchange(left_before_, left);
        if (error <= 20 * rounding && (rounding > target || (rounding > 0.05 * target && !falling)))
            return end(Status::stagnated, "rounding, as f magnifies it, is larger than the tolerance allows");
        if (options_.callback && !options_.callback({steps, estimate_, seconds()}))
            return end(Status::cancelled, "the callback said to stop");
        if (exact) return end(Status::stagnated, "the Krylov space is invariant");
        return true;
    }
    /// Ends, if nothing did before. Returns false.
    bool end(Status status, std::string why) {
        if (!ended_) {
            ended_ = true;
            status_ = status;
            why_ = std::move(why);
        }
        return false;
    }
    /// f is not finite at a Ritz value.
    bool end_not_finite(std::complex<double> place) {
        char text[120];
        if (place.imag() == 0)
            std::snprintf(text, sizeof text, "f(%.6g) is not finite, and A has a Ritz value there", place.real());
        else
            std::snprintf(text, sizeof text, "f(%.6g%+.6gi) is not finite, and A has a Ritz value there", place.real(),
                          place.imag());
        return end(Status::not_finite, text);
    }
    bool end_not_real() {
        return end(Status::breakdown,
                   "f(A) b is not real, though A is: f takes conjugates to other numbers than conjugates, or is not real at "
                   "a real Ritz value; give A complex scalars");
    }
    /// The value is another than the one last looked at, whose distance from it is this.
    void add_error(double distance) { estimate_ += distance * norm_b_; }
    [[nodiscard]] bool ended() const noexcept { return ended_; }
    [[nodiscard]] Status status() const noexcept { return status_; }
    [[nodiscard]] const std::string& why() const noexcept { return why_; }
    [[nodiscard]] double estimate() const noexcept { return estimate_; }

  private:
    const ApplyFunctionOptions<T>& options_;
    std::chrono::steady_clock::time_point start_;
    double norm_b_;
    FunctionReport& report_;
    ChangeEstimate changes_;
    double left_before_ = std::numeric_limits<double>::infinity();
    double estimate_ = std::numeric_limits<double>::infinity();
    bool ended_ = false;
    Status status_ = Status::converged;
    std::string why_;
};

/// The next number of steps after which f is taken of the small matrix.
inline std::int64_t next_look(std::int64_t steps) noexcept {
    return steps + 2 + steps / 5;
}

/// How many steps a column took, and products.
struct FunctionCost {
    std::int64_t steps = 0;
    std::int64_t matvecs = 0;
};

/// x ← f(A) b / ‖b‖ for n contiguous numbers b, of which norm_b ≠ 0 is the norm.
template <class T>
FunctionCost lanczos_function(const OperatorRef<T>& A, const T* b, const ScalarFunction& f, std::int64_t subspace,
                              std::int64_t max_steps, FunctionRun<T>& run, T* x);
/// The same; `confluent` counts pairs of eigenvalues for which f would have had to be analytic.
template <class T>
FunctionCost arnoldi_function(const OperatorRef<T>& A, const T* b, const ScalarFunction& f, std::int64_t subspace,
                              std::int64_t max_steps, FunctionRun<T>& run, T* x, std::int64_t& confluent);

}  // namespace tamis::detail
