#include <algorithm>
#include <cmath>
#include <complex>
#include <limits>
#include <memory>
#include <optional>

#include <tamis/core/array.hpp>
#include <tamis/core/error.hpp>
#include <tamis/solve.hpp>
#include <tamis/sparse/block_triangular.hpp>
#include <tamis/sparse/cholesky.hpp>
#include <tamis/sparse/graph.hpp>
#include <tamis/sparse/lu.hpp>
#include <tamis/sparse/qr.hpp>
#include <tamis/sparse/structure.hpp>

#include "instantiate.hpp"
#include "solve/condition.hpp"
#include "solve/deadline.hpp"
#include "solve/input.hpp"
#include "solve/policy.hpp"
#include "solve/refine.hpp"
#include "solve/report.hpp"
#include "solve/residual.hpp"
#include "solve/substitution.hpp"

namespace tamis::detail {

namespace {

FactorOptions factor_options(const SolveOptions& options, const Deadline& deadline) {
    FactorOptions f;
    f.ordering = options.ordering;
    f.precision = options.precision;
    f.memory_limit = options.memory_limit;
    f.stop = deadline.stop();
    return f;
}

template <class I>
[[noreturn]] void refuse_structurally_singular(std::int64_t rank, std::int64_t n, const std::vector<I>& rows) {
    std::string text = "solve: A is structurally singular: its rows can be matched to at most " + std::to_string(rank) +
                       " of " + std::to_string(n) + " columns; dependent by their pattern: row";
    if (rows.size() > 1) text += "s";
    for (std::size_t k = 0; k < rows.size() && k < 5; ++k) text += (k == 0 ? " " : ", ") + std::to_string(rows[k]);
    if (rows.size() > 5) text += " and " + std::to_string(rows.size() - 5) + " more";
    text += ". least_squares gives the minimum-norm answer.";
    throw SingularMatrix(text, rows.empty() ? -1 : rows.front(), true);
}

template <class T, class I>
std::unique_ptr<DirectSolver<T>> make_triangular(CsrView<T, I> A, const Plan& plan, Method method) {
    std::vector<I> rows(static_cast<std::size_t>(A.rows()));
    std::vector<I> cols(rows.size());
    if (plan.permuted) {
        const auto form = block_triangular_form(A);
        // The form is block upper triangular: its last block is solved first.
        std::reverse_copy(form.row_permutation.begin(), form.row_permutation.end(), rows.begin());
        std::reverse_copy(form.col_permutation.begin(), form.col_permutation.end(), cols.begin());
    } else {
        for (std::size_t k = 0; k < rows.size(); ++k)
            rows[k] = cols[k] = static_cast<I>(plan.upper ? rows.size() - 1 - k : k);
    }
    return make_substitution<T, I>(A, std::move(rows), std::move(cols), method);
}

template <class T, class I>
std::unique_ptr<DirectSolver<T>> make_solver(CsrView<T, I> A, const Plan& plan, Method method,
                                             const FactorOptions& options) {
    switch (method) {
        case Method::diagonal:
        case Method::triangular: return make_triangular<T, I>(A, plan, method);
        case Method::cholesky: {
            if (!plan.negated)
                return std::make_unique<FactorizationSolver<T, SparseCholesky<T, I>>>(cholesky(A, options), false);
            Array<T> negated(A.values());
            for (T& value : negated) value = -value;
            const CsrView<T, I> minus_A(unchecked, A.rows(), A.cols(), A.row_offsets(), A.col_indices(), negated.span());
            return std::make_unique<FactorizationSolver<T, SparseCholesky<T, I>>>(cholesky(minus_A, options), true);
        }
        case Method::qr: {
            auto F = qr(A, options);
            if (F.rank() < A.cols())
                throw SingularMatrix("solve: A has numerical rank " + std::to_string(F.rank()) + " of " +
                                         std::to_string(A.cols()) + "; least_squares gives the minimum-norm answer",
                                     -1, false);
            return std::make_unique<FactorizationSolver<T, SparseQr<T, I>>>(std::move(F), false);
        }
        default: return std::make_unique<FactorizationSolver<T, SparseLu<T, I>>>(lu(A, options), false);
    }
}

/// One method, from factorization to refined solution. An empty result means that the method proved unfit (and says why in
/// `reasons`), so that the next one may try.
template <class T, class I>
class Attempt {
  public:
    Attempt(CsrView<T, I> A, MatrixView<const T> b, MatrixView<T> x, const SolveOptions& options, const Plan& plan,
            const MatrixNorms& norms, const Deadline& deadline, SolveReport& report)
        : A_(A),
          b_(b),
          x_(x),
          options_(options),
          plan_(plan),
          norms_(norms),
          deadline_(deadline),
          report_(report) {}

    /// Factors and solves; throws what the method throws.
    void run(Method method, double pivot_tolerance) {
        deadline_.check("factorization");
        FactorOptions factor = factor_options(options_, deadline_);
        factor.pivot_tolerance = pivot_tolerance;
        solver_ = make_solver<T, I>(A_, plan_, method, factor);
        const FactorInfo info = solver_->info();
        report_.method = method;
        report_.seconds.analyze += info.seconds.analyze;
        report_.seconds.factor += info.seconds.factor;
        report_.factor_nonzeros = info.factor_nonzeros;
        report_.flops = info.flops;
        report_.bytes = info.bytes;
        report_.precision = info.precision;
        report_.rank = A_.rows();

        deadline_.check("solve");
        const double before = deadline_.seconds();
        solver_->solve(b_, x_);
        const double n = static_cast<double>(A_.rows());
        target_ = options_.tolerance > 0 ? options_.tolerance
                                         : 10 * std::max(10.0, std::sqrt(n)) * static_cast<double>(epsilon_v<T>);
        const std::int64_t max_steps = options_.max_iterations > 0 ? options_.max_iterations : 10;
        refinement_ = refine<T, I>(A_, norms_.inf, *solver_, b_, x_, target_, max_steps, deadline_);
        report_.seconds.solve += deadline_.seconds() - before;
        report_.iterations += refinement_.steps;
        report_.residual_norm = refinement_.residual_norm;
        report_.backward_error = refinement_.backward_error;
    }

    [[nodiscard]] bool reached() const noexcept { return refinement_.backward_error <= target_; }
    [[nodiscard]] double target() const noexcept { return target_; }

    /// Estimates the condition number; refuses a matrix that is singular to working precision however it is scaled.
    void judge() {
        deadline_.check("condition estimate");
        const double before = deadline_.seconds();
        report_.condition_estimate = condition_estimate<T>(*solver_, A_.rows(), norms_.one);
        const double eps = static_cast<double>(epsilon_v<T>);
        if (!(report_.condition_estimate * eps < 1)) {
            const double equilibrated = equilibrated_condition_estimate<T, I>(A_, *solver_);
            if (!(equilibrated * eps < 1))
                throw SingularMatrix("solve: A is singular to working precision: its condition estimate is " +
                                         format_number(report_.condition_estimate) + ", and " + format_number(equilibrated) +
                                         " after scaling its rows and columns, both beyond 1/ε = " + format_number(1 / eps) +
                                         ". least_squares gives the minimum-norm answer.",
                                     -1, false);
            report_.reasons.emplace_back("The condition estimate is beyond 1/ε, but " + format_number(equilibrated) +
                                         " after scaling rows and columns: badly scaled rather than singular.");
        }
        report_.seconds.solve += deadline_.seconds() - before;
    }

  private:
    CsrView<T, I> A_;
    MatrixView<const T> b_;
    MatrixView<T> x_;
    const SolveOptions& options_;
    const Plan& plan_;
    const MatrixNorms& norms_;
    const Deadline& deadline_;
    SolveReport& report_;
    std::unique_ptr<DirectSolver<T>> solver_;
    Refinement refinement_;
    double target_ = 0;
};

}  // namespace

template <class T, class I>
SolveReport solve(CsrView<T, I> A, MatrixView<const T> b, MatrixView<T> x, const SolveOptions& options) {
    if (A.rows() != A.cols() && (options.method == Method::automatic || options.method == Method::qr))
        return least_squares<T, I>(A, b, x, options);
    check_input("solve", A, b, x, options);
    const Deadline deadline(options.time_limit, options.stop);
    deadline.check("analysis");

    SolveReport report;
    const Structure s = structure(A);
    if (!s.finite) check_finite("solve", A);
    const Plan plan = plan_solve<T, I>(A, s, options);
    report.reasons = plan.reasons;
    if (plan.structurally_singular)
        refuse_structurally_singular(s.structural_rank, A.rows(), structurally_dependent_rows<T, I>(A));
    const MatrixNorms norms = matrix_norms<T, I>(A);
    if (!std::isfinite(norms.one) || !std::isfinite(norms.inf))
        throw InvalidArgument("solve: the norm of A overflows; scale A (and b) down by a power of two");
    report.seconds.analyze = deadline.seconds();

    Attempt<T, I> attempt(A, b, x, options, plan, norms, deadline, report);
    for (std::size_t k = 0; k < plan.methods.size(); ++k) {
        const Method method = plan.methods[k];
        const bool last = k + 1 == plan.methods.size();
        try {
            attempt.run(method, 0);
        } catch (const NotPositiveDefinite& error) {
            if (last) throw;
            report.reasons.emplace_back("Cholesky met a pivot that is not positive in column " +
                                        std::to_string(error.column()) + ": A is not definite.");
            continue;
        }
        if (attempt.reached()) break;
        if (!last) {
            report.reasons.emplace_back("The backward error stayed at " + format_number(report.backward_error) + " with " +
                                        std::string(to_string(method)) + ", above " + format_number(attempt.target()) + ".");
            continue;
        }
        if (method == Method::lu) {
            report.reasons.emplace_back("The backward error stayed at " + format_number(report.backward_error) +
                                        " with threshold pivoting: factored again with partial pivoting.");
            attempt.run(method, 1);
        }
    }
    if (A.rows() > 0) attempt.judge();
    if (!attempt.reached())
        throw NotConverged("solve: the backward error stayed at " + format_number(report.backward_error) + ", above " +
                               format_number(attempt.target()) + ", after " + std::to_string(report.iterations) +
                               " refinement steps with " + std::string(to_string(report.method)) +
                               "; scale A, or loosen the tolerance",
                           Status::stagnated, report.residual_norm, report.iterations);
    warn_of_condition(report, static_cast<double>(epsilon_v<T>));
    report.seconds.total = deadline.seconds();
    return report;
}

template <class T, class I>
Explanation explain(CsrView<T, I> A, const SolveOptions& options) {
    const Plan plan =
        A.rows() == A.cols() ? plan_solve<T, I>(A, structure(A), options) : plan_least_squares<T, I>(A, options);
    return {plan.methods.front(), plan.reasons};
}

#define TAMIS_INSTANTIATE(T, I)                                                                         \
    template SolveReport solve(CsrView<T, I>, MatrixView<const T>, MatrixView<T>, const SolveOptions&); \
    template Explanation explain(CsrView<T, I>, const SolveOptions&);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
