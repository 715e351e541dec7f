#include <algorithm>
#include <cmath>
#include <complex>
#include <limits>
#include <optional>
#include <utility>

#include <tamis/core/array.hpp>
#include <tamis/core/error.hpp>
#include <tamis/factor.hpp>
#include <tamis/solve.hpp>
#include <tamis/sparse/structure.hpp>

#include "instantiate.hpp"
#include "solve/attempt.hpp"
#include "solve/choose.hpp"
#include "solve/condition.hpp"
#include "solve/deadline.hpp"
#include "solve/input.hpp"
#include "solve/iterate.hpp"
#include "solve/policy.hpp"
#include "solve/refine.hpp"
#include "solve/report.hpp"
#include "solve/residual.hpp"
#include "solve/weigh.hpp"

namespace tamis::detail {

namespace {

/// A factorization on trial: solve, refine, measure, judge.
template <class T, class I>
class Trial {
  public:
    Trial(CsrView<T, I> A, MatrixView<const T> b, MatrixView<T> x, const SolveOptions& options, const SystemNorms& norms,
          double target, const Deadline& deadline, SolveReport& report)
        : A_(A),
          b_(b),
          x_(x),
          options_(options),
          norms_(norms),
          target_(target),
          deadline_(deadline),
          report_(report) {}

    /// Solves with F and refines.
    void run(AnyFactorization<T> F) {
        F_.emplace(std::move(F));
        report_factorization(report_, F_->info());
        if (F_->method() == Method::qr && F_->rank() < A_.cols()) throw_rank_deficient(F_->rank(), A_.cols());
        report_.rank = A_.rows();
        deadline_.check("solve");
        const double before = deadline_.seconds();
        F_->solve_into(b_, x_);
        const std::int64_t max_steps = options_.max_iterations > 0 ? options_.max_iterations : 10;
        refinement_ = refine<T>(A_, norms_.inf, *F_, b_, x_, target_, max_steps, deadline_);
        report_.seconds.solve += deadline_.seconds() - before;
        report_.iterations += refinement_.steps;
        report_.residual_norm = refinement_.residual_norm;
        report_.backward_error = refinement_.backward_error;
    }
    /// Frees the factor, before the next one is made.
    void drop() noexcept { F_.reset(); }

    [[nodiscard]] bool reached() const noexcept { return refinement_.backward_error <= target_; }
    [[nodiscard]] double target() const noexcept { return target_; }

    /// Estimates the condition number; refuses a matrix that is singular to working precision however it is scaled.
    void judge() {
        deadline_.check("condition estimate");
        const double before = deadline_.seconds();
        report_.condition_estimate = condition_estimate<T>(*F_, A_.rows(), norms_.one);
        judge_condition(report_, static_cast<double>(epsilon_v<T>),
                        [this] { return equilibrated_condition_estimate<T, I>(A_, *F_); });
        report_.seconds.solve += deadline_.seconds() - before;
    }

  private:
    CsrView<T, I> A_;
    MatrixView<const T> b_;
    MatrixView<T> x_;
    const SolveOptions& options_;
    const SystemNorms& norms_;
    double target_;
    const Deadline& deadline_;
    SolveReport& report_;
    std::optional<AnyFactorization<T>> F_;
    Refinement refinement_;
};

/// Factors as the plan says until the backward error is small enough, and judges the condition.
template <class T, class I>
void solve_directly(CsrView<T, I> A, MatrixView<const T> b, MatrixView<T> x, const SolveOptions& options, const Plan& plan,
                    const SystemNorms& norms, double target, const Deadline& deadline, SolveReport& report) {
    FactorOptions factor = factor_options(options);
    Chooser<T, I> chooser(A, plan, factor);
    Trial<T, I> trial(A, b, x, options, norms, target, deadline, report);
    for (;;) {
        deadline.check("factorization");
        trial.drop();
        trial.run(chooser.next(report.reasons));
        if (trial.reached() || !chooser.more()) break;
        report.reasons.emplace_back("The backward error stayed at " + format_number(report.backward_error) + " with " +
                                    std::string(to_string(report.method)) + ", above " + format_number(target) + ".");
    }
    if (!trial.reached() && report.method == Method::lu) {
        report.reasons.emplace_back("The backward error stayed at " + format_number(report.backward_error) +
                                    " with threshold pivoting: factored again with partial pivoting.");
        deadline.check("factorization");
        factor.pivot_tolerance = 1;
        trial.drop();
        trial.run(take_step<T, I>(A, plan, {Method::lu}, factor));
    }
    if (A.rows() > 0) trial.judge();
    if (!trial.reached()) throw_not_reached(report, target);
}

}  // namespace

template <class T, class I>
SolveReport solve(CsrView<T, I> A, MatrixView<const T> b, MatrixView<T> x, const SolveOptions& options) {
    if (A.rows() != A.cols() && (options.method == Method::automatic || options.method == Method::qr))
        return least_squares<T, I>(A, b, x, options);
    check_input("solve", A, b, x, options);
    const Deadline deadline(options.time_limit, options.stop);
    deadline.check("analysis");
    if (iterative(options.method)) {
        check_iterative("solve", options.method, A.rows(), A.cols());
        check_finite("solve", A);
        return iterate<T, I>(A, b, x, options, deadline);
    }

    SolveReport report;
    const Structure s = structure(A);
    if (!s.finite) check_finite("solve", A);
    const Plan plan = plan_solve<T, I>(A, s, Request{"solve", options.method, options.ordering});
    report.reasons = plan.reasons;
    if (plan.structurally_singular) refuse_structurally_singular<T, I>("solve", A, s.structural_rank);
    const SystemNorms norms = matrix_norms<T, I>(A, s.hermitian || s.symmetric || s.skew);
    if (!std::isfinite(norms.one) || !std::isfinite(norms.inf))
        throw InvalidArgument("solve: the norm of A overflows; scale A (and b) down by a power of two");
    const Iteration iteration = weigh_iteration<T, I>(A, s, plan, options, b.cols());
    report.reasons.insert(report.reasons.end(), iteration.reasons.begin(), iteration.reasons.end());
    report.seconds.analyze = deadline.seconds();

    const double eps = static_cast<double>(epsilon_v<T>);
    const double target = backward_error_goal(options, A.rows(), eps);
    const auto attempt = [&] {
        return attempt_iteration<T, I>(A, b, x, options, iteration, norms, target, deadline, report);
    };
    if (!iteration.preferred || !attempt()) {
        try {
            solve_directly<T, I>(A, b, x, options, plan, norms, target, deadline, report);
        } catch (const MemoryLimitExceeded& error) {
            if (iteration.preferred || iteration.steps.empty()) throw;
            report.reasons.emplace_back(std::string(error.what()) + ": an iteration instead.");
            if (!attempt()) throw;
        }
    }
    warn_of_condition(report, eps);
    report.seconds.total = deadline.seconds();
    return report;
}

template <class T, class I>
Explanation explain(CsrView<T, I> A, const SolveOptions& options) {
    if (iterative(options.method)) {
        check_iterative("solve", options.method, A.rows(), A.cols());
        return {options.method, {iterative_reason(options.method)}};
    }
    const Request request{"solve", options.method, options.ordering};
    if (A.rows() != A.cols()) {
        Plan plan = plan_least_squares<T, I>(A, request);
        return {plan.steps.front().method, std::move(plan.reasons)};
    }
    const Structure s = structure(A);
    Plan plan = plan_solve<T, I>(A, s, request);
    const Iteration iteration = weigh_iteration<T, I>(A, s, plan, options, 1);
    plan.reasons.insert(plan.reasons.end(), iteration.reasons.begin(), iteration.reasons.end());
    return {iteration.preferred ? iteration.steps.front().method : plan.steps.front().method, std::move(plan.reasons)};
}

#define TAMIS_INSTANTIATE(T, I)                                                                         \
    template SolveReport solve(CsrView<T, I>, MatrixView<const T>, MatrixView<T>, const SolveOptions&); \
    template Explanation explain(CsrView<T, I>, const SolveOptions&);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
