#include "iterative/monitor.hpp"

#include <algorithm>
#include <cmath>
#include <cstdarg>
#include <cstdio>
#include <limits>
#include <string>

#include <tamis/core/error.hpp>

#include "instantiate.hpp"
#include "iterative/arguments.hpp"
#include "iterative/vector_ops.hpp"

namespace tamis::detail {

namespace {

/// A restart has to bring the true residual down to so much of itself; where so many in a row do not, rounding is what is
/// left.
constexpr double worthwhile = 0.5;
constexpr int most_unproductive = 2;
/// A cycle that changes the residual norm by less than this part of it would be repeated for ever.
constexpr double least_progress = 1e-6;

}  // namespace

void check_option(const char* method, const char* option, double value) {
    if (!(value >= 0))
        throw InvalidArgument(std::string(method) + ": ." + option + " must be a number ≥ 0, got " + std::to_string(value));
}

template <class T>
Monitor<T>::Monitor(const char* method, const OperatorRef<T>& A, VectorView<const T> b, VectorView<T> x_out,
                    const CommonOptions<T>& options, Shape shape)
    : method_(method),
      A_(A),
      M_(options.preconditioner),
      b_(b),
      out_(x_out),
      options_(options),
      shape_(shape) {
    check_option(method, "tolerance", options.tolerance);
    check_option(method, "absolute_tolerance", options.absolute_tolerance);
    check_option(method, "max_iterations", static_cast<double>(options.max_iterations));
    check_option(method, "time_limit", options.time_limit);
    if (!A) throw InvalidArgument(std::string(method) + ": the operator is empty");
    if (shape == Shape::square && A.rows() != A.cols())
        throw DimensionMismatch(std::string(method) + ": A must be square, but has " + std::to_string(A.rows()) +
                                    " rows and " + std::to_string(A.cols()) +
                                    " columns (lsqr and lsmr solve least-squares problems)",
                                A.rows(), A.cols());
    check_size(method, "the right-hand side", A.rows(), b.size());
    check_size(method, "the solution", A.cols(), x_out.size());
    if (options.initial_guess) check_size(method, ".initial_guess", A.cols(), options.initial_guess.size());
    if (M_ && (M_.rows() != A.cols() || M_.cols() != A.cols()))
        throw DimensionMismatch(std::string(method) + ": the preconditioner has " + std::to_string(M_.rows()) +
                                    " rows and " + std::to_string(M_.cols()) + " columns, but A has " +
                                    std::to_string(A.cols()),
                                A.cols(), M_.rows());
    if (overlap<T>(b, VectorView<const T>(x_out)))
        throw InvalidArgument(std::string(method) + ": the solution must not share memory with the right-hand side");
    max_iterations_ =
        options.max_iterations > 0 ? options.max_iterations : automatic_iterations(std::max(A.rows(), A.cols()));
}

template <class T>
void Monitor<T>::apply(const T* x, T* y) {
    ++matvecs_;
    A_.apply(VectorView<const T>(x, A_.cols()), VectorView<T>(y, A_.rows()));
    if (shift_ != 0) vec::axpy(A_.rows(), Sum<T>(shift_), x, y);
}
template <class T>
void Monitor<T>::apply_adjoint(const T* x, T* y) {
    ++matvecs_;
    A_.apply_adjoint(VectorView<const T>(x, A_.rows()), VectorView<T>(y, A_.cols()));
}
template <class T>
void Monitor<T>::require_adjoints() const {
    if (!A_.has_adjoint()) throw Unsupported(std::string(method_) + no_adjoint);
    if (M_ && !M_.has_adjoint()) throw Unsupported(std::string(method_) + ": the preconditioner has no adjoint");
}

template <class T>
double Monitor<T>::seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
}

template <class T>
void Monitor<T>::record(double norm) {
    if (options_.record_history) history_.push_back(norm / scale_);
}

template <class T>
void Monitor<T>::end(Status status, const char* why) {
    ending_ = Ending::final;
    status_ = status;
    why_ = std::string_view(why);
}

template <class T>
void Monitor<T>::stop(Status status, const char* format, ...) {
    char text[200];
    std::va_list arguments;
    va_start(arguments, format);
    std::vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    end(status, text);
}

template <class T>
double Monitor<T>::true_residual(const T* x, T* r) {
    apply(x, r);
    return vec::residual(scale_, b_, r);
}

template <class T>
void Monitor<T>::set_least_squares(double damping, T* gradient) {
    check_option(method_, "damping", damping);
    if (!A_.has_adjoint()) throw Unsupported(std::string(method_) + no_adjoint);
    damping_ = damping;
    gradient_ = gradient;
}

template <class T>
void Monitor<T>::set_condition_limit(double limit) {
    check_option(method_, "condition_limit", limit);
    condition_limit_ = limit;
}

/// ‖(b − A x, −damping x)‖.
template <class T>
double Monitor<T>::damped(const T* x) const {
    return damping_ == 0 ? current_ : std::hypot(current_, damping_ * vec::norm(A_.cols(), x));
}

/// Whether x is good enough; r is its residual.
template <class T>
bool Monitor<T>::is_solved(const T* x, const T* r) {
    const double norm = damped(x);
    if (norm <= target_) return true;
    if (shape_ == Shape::square) return false;
    apply_adjoint(r, gradient_);
    if (damping_ != 0) vec::axpy(A_.cols(), Sum<T>(-damping_ * damping_), x, gradient_);
    const double gradient = vec::norm(A_.cols(), gradient_);
    ratio_ = gradient == 0 ? 0 : gradient / operator_norm_ / norm;  // the product may be infinite
    return ratio_ <= options_.tolerance;
}

template <class T>
bool Monitor<T>::begin(T* x, T* r) {
    const std::int64_t n = A_.cols();
    if (options_.record_history)
        history_.reserve(static_cast<std::size_t>(std::min<std::int64_t>(max_iterations_ + 1, 1024)));
    const double norm = vec::norm(b_);
    if (!std::isfinite(norm)) {
        vec::zero(n, x);
        current_ = norm;
        record(norm);
        std::int64_t at = 0;
        while (at < b_.size() && is_finite(b_[at])) ++at;
        if (at < b_.size())
            stop(Status::not_finite, "entry %lld of the right-hand side is not finite", static_cast<long long>(at));
        else stop(Status::not_finite, "the norm of the right-hand side is beyond the range of double");
        return false;
    }
    scale_ = norm == 0 ? 1 : scale_for<T>(norm);
    b_norm_ = norm * scale_;
    target_ = std::max(options_.tolerance * b_norm_, options_.absolute_tolerance * scale_);
    verify_below_ = std::max(target_, 0.01 * static_cast<double>(epsilon_v<T>) * b_norm_);
    if (norm == 0) {  // x = 0 is exact, wherever one would start
        vec::zero(n, x);
        record(0);
        return false;
    }
    put_start(x);
    if (options_.initial_guess) {
        current_ = true_residual(x, r);
    } else {
        vec::zero(b_.size(), r);
        current_ = vec::residual(scale_, b_, r);
    }
    record(current_);
    start_norm_ = current_;
    best_ = std::numeric_limits<double>::infinity();
    last_verified_ = shape_ == Shape::square ? current_ : 1;
    last_restarted_ = current_;
    if (!std::isfinite(current_)) {
        end(Status::not_finite, "the residual of the start is not finite");
        return false;
    }
    if (damped(x) <= target_) return false;
    if (options_.stop.stop_requested()) {
        end(Status::cancelled, "a stop was requested before the first iteration");
        return false;
    }
    return true;
}

template <class T>
bool Monitor<T>::step(double norm) {
    ++iterations_;
    current_ = norm;
    record(norm);
    bool go_on = true;
    if (options_.callback) go_on = options_.callback(IterationInfo{iterations_, norm / scale_, seconds()});
    if (!std::isfinite(norm)) {
        end(Status::not_finite, "a residual norm is not finite: A, the preconditioner or an overflow");
    } else if (norm <= verify_below_) {
        ending_ = Ending::verify;
        if (!go_on) end(Status::cancelled, "the callback asked to stop");
    } else if (!go_on) {
        end(Status::cancelled, "the callback asked to stop");
    } else if (options_.stop.stop_requested()) {
        end(Status::cancelled, "a stop was requested");
    } else if (options_.time_limit > 0 && seconds() > options_.time_limit) {
        end(Status::time_limit, "the time limit is over");
    } else if (iterations_ >= max_iterations_) {
        end(Status::max_iterations, "the iterations are used up");
    } else {
        return true;
    }
    return false;
}

template <class T>
bool Monitor<T>::step(double norm, double ratio) {
    estimated_ratio_ = ratio * caution_;
    const bool go_on = step(norm);
    if (!go_on && ending_ == Ending::final && status_ != Status::max_iterations) return false;
    if (!(estimated_ratio_ > std::max(options_.tolerance, 0.1 * static_cast<double>(epsilon_v<T>)))) {
        ending_ = Ending::verify;
        return false;
    }
    if (!go_on || condition_limit_ == 0 || condition_estimate_ <= condition_limit_) return go_on;
    stop(Status::breakdown, "the condition estimate %.3g is beyond .condition_limit", condition_estimate_);
    return false;
}

template <class T>
void Monitor<T>::leave(const T* x, double next) {
    if (!(next <= current_)) keep(x);
}

template <class T>
void Monitor<T>::keep(const T* x, double norm) {
    if (!(norm < best_)) return;
    vec::copy(x, out_);
    best_ = norm;
    best_is_kept_ = true;
}

template <class T>
void Monitor<T>::finish(T* x, T* r, bool best_was_taken) {
    // An iterate whose residual was said to be smaller may be the better one after all.
    if (best_is_kept_ && !best_was_taken && !(current_ <= best_)) take_kept(x, r);
    // And none may be worse than the start.
    if (current_ <= start_norm_ || !(start_norm_ >= 0)) return;
    put_start(x);
    current_ = true_residual(x, r);
}

template <class T>
void Monitor<T>::put_start(T* x) const {
    const std::int64_t n = A_.cols();
    if (!options_.initial_guess) return vec::zero(n, x);
    vec::copy(options_.initial_guess.view(), x);
    if (scale_ != 1) vec::scale(n, Sum<T>(scale_), x);
}

template <class T>
void Monitor<T>::round(T* x) const {
    if (scale_ == 1) return;
    const auto up = static_cast<Real<T>>(scale_);
    const auto down = static_cast<Real<T>>(1 / scale_);
    for (std::int64_t i = 0; i < A_.cols(); ++i) x[i] = up * (down * x[i]);
}

template <class T>
void Monitor<T>::take_kept(T* x, T* r) {
    const auto exchange = [&] {
        for (std::int64_t i = 0; i < out_.size(); ++i) std::swap(out_[i], x[i]);
    };
    const double norm = current_;
    exchange();
    round(x);
    current_ = true_residual(x, r);
    if (current_ <= norm || !(norm == norm)) return;
    exchange();
    current_ = norm;
}

template <class T>
bool Monitor<T>::settle(T* x, T* r) {
    const bool take_best = ending_ == Ending::final && best_is_kept_ && !(current_ <= best_);
    if (take_best) vec::copy(VectorView<const T>(out_), x);
    const double estimate = current_;
    round(x);
    current_ = true_residual(x, r);
    if (ending_ == Ending::final) finish(x, r, take_best);
    if (is_solved(x, r)) {
        status_ = Status::converged;
        return true;
    }
    if (ending_ == Ending::final) return true;
    // The recurrence said that the goal was reached (or that rounding is all that is left), and it is not so.
    if (options_.record_history && !history_.empty()) history_.back() = current_ / scale_;
    if (!std::isfinite(current_)) {
        end(Status::not_finite, "the residual is not finite");
        return true;
    }
    const double measure = shape_ == Shape::square ? current_ : ratio_;
    if (shape_ == Shape::rectangular && estimated_ratio_ > 0)
        caution_ = std::min(1e6, caution_ * std::max(1.0, 2 * ratio_ / estimated_ratio_));
    unproductive_ = measure < worthwhile * last_verified_ ? 0 : unproductive_ + 1;
    if (unproductive_ > most_unproductive) {
        if (shape_ == Shape::square)
            stop(Status::stagnated, "the true residual no longer falls (the recurrence says %.3g)", estimate / scale_);
        else
            stop(Status::stagnated, "neither the residual nor its gradient falls any further: ‖Aᴴr‖ / (‖A‖‖r‖) = %.3g",
                 ratio_);
        finish(x, r, false);
        return true;
    }
    last_verified_ = std::min(last_verified_, measure);
    last_restarted_ = std::numeric_limits<double>::infinity();
    if (iterations_ >= max_iterations_) {
        end(Status::max_iterations, "the iterations are used up");
        return true;
    }
    keep(x);
    ending_ = Ending::none;
    return false;
}

template <class T>
bool Monitor<T>::restart(T* x, T* r) {
    round(x);
    current_ = true_residual(x, r);
    if (current_ <= target_) {
        status_ = Status::converged;
        return true;
    }
    if (!std::isfinite(current_)) end(Status::not_finite, "the residual is not finite");
    else if (!(current_ < (1 - least_progress) * last_restarted_))
        end(Status::stagnated, "a whole cycle left the residual as it was");
    last_restarted_ = current_;
    if (ending_ != Ending::final) return false;
    finish(x, r, false);
    if (current_ <= target_) status_ = Status::converged;
    return true;
}

template <class T>
IterationReport Monitor<T>::report(const T* x) {
    IterationReport r;
    if (scale_ == 1) vec::copy(x, out_);
    else
        for (std::int64_t i = 0; i < out_.size(); ++i) out_[i] = static_cast<Real<T>>(1 / scale_) * x[i];
    r.status = status_;
    r.iterations = iterations_;
    r.matvecs = matvecs_;
    r.residual_norm = current_ / scale_;
    r.residual_history = std::move(history_);
    char text[sizeof(Sentence)];
    const auto count = static_cast<long long>(iterations_);
    if (r.converged() && shape_ == Shape::rectangular && !(damped(x) <= target_)) {
        std::snprintf(text, sizeof text,
                      "%s converged in %lld iterations to a least-squares solution: ‖Aᴴr‖ / (‖A‖‖r‖) = %.3g, wanted at most "
                      "%.3g; ‖b − A x‖ = %.3g",
                      method_, count, ratio_, options_.tolerance, r.residual_norm);
    } else if (r.converged()) {
        std::snprintf(text, sizeof text, "%s converged in %lld iterations: ‖b − A x‖ = %.3g, wanted at most %.3g", method_,
                      count, r.residual_norm, target_ / scale_);
    } else {
        std::snprintf(text, sizeof text,
                      "%s: %.*s; after %lld iterations ‖b − A x‖ = %.3g, wanted at most %.3g (status: %.*s)", method_,
                      static_cast<int>(why_.view().size()), why_.view().data(), count, r.residual_norm, target_ / scale_,
                      static_cast<int>(to_string(status_).size()), to_string(status_).data());
    }
    r.message = std::string_view(text);
    r.operator_norm = norm_estimate_;
    r.condition_estimate = condition_estimate_;
    r.seconds = seconds();
    return r;
}

#define TAMIS_INSTANTIATE(T) template class Monitor<T>;
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
