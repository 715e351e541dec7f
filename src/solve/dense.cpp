// solve, least_squares, factor and explain of dense matrices.
#include <algorithm>
#include <cmath>
#include <complex>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <tamis/core/array.hpp>
#include <tamis/core/error.hpp>
#include <tamis/dense/cholesky.hpp>
#include <tamis/dense/eigh.hpp>
#include <tamis/dense/ldlt.hpp>
#include <tamis/dense/lu.hpp>
#include <tamis/dense/qr.hpp>
#include <tamis/dense/svd.hpp>
#include <tamis/dense/triangle.hpp>
#include <tamis/factor.hpp>
#include <tamis/solve.hpp>

#include "core/blas.hpp"
#include "core/memory.hpp"
#include "dense/operand.hpp"
#include "dense/structure.hpp"
#include "dense/threads.hpp"
#include "instantiate.hpp"
#include "solve/condition.hpp"
#include "solve/deadline.hpp"
#include "solve/dense_plan.hpp"
#include "solve/input.hpp"
#include "solve/mixed.hpp"
#include "solve/refine.hpp"
#include "solve/report.hpp"
#include "solve/residual.hpp"

namespace tamis::detail {

namespace {

/// The nonzeros of A as rows.
template <class T>
Csr<T, std::int64_t> nonzeros(MatrixView<const T> A) {
    return compress<T, std::int64_t>(A);
}

template <class T>
AnyFactorization<T> take_dense_step(MatrixView<const T> A, const DensePlan& plan, Method method,
                                    const DenseFactorOptions& options) {
    switch (method) {
        case Method::triangular: return DenseTriangle<T>(A, {.triangle = plan.lower ? Triangle::lower : Triangle::upper});
        case Method::cholesky: return DenseCholesky<T>(A, options);
        case Method::ldlt: return DenseLdlt<T>(A, options);
        case Method::qr: return DenseQr<T>(A, {.pivoting = true, .shift = options.shift});
        case Method::svd:
        case Method::eigh:
            if (options.shift != 0)
                throw InvalidArgument("factor: " + std::string(to_string(method)) + " takes no .shift; add it to A");
            if (method == Method::eigh) return DenseEigh<T>(A);
            return DenseSvd<T>(A);
        default: return DenseLu<T>(A, options);
    }
}

/// Asking the system what memory is left costs more than solving a small system: what fits anywhere is not asked for.
void require_dense_memory(const char* what, double bytes, std::int64_t limit) {
    constexpr double fits_anywhere = 1 << 22;
    if (limit > 0 || bytes > fits_anywhere) require_memory(what, bytes, limit);
}

/// Whether a factorization takes singular matrices, so that a solve has to look at the rank.
bool finds_the_rank(Method method) {
    return method == Method::qr || method == Method::svd || method == Method::eigh;
}

std::string not_definite_sentence(const NotPositiveDefinite& error) {
    return "Cholesky met a pivot that is not positive in column " + std::to_string(error.column()) + ": A is not definite.";
}

std::string factored_sentence(const FactorInfo& info) {
    return "Factored by " + info.backend + " in " + info.precision + ".";
}

/// A dense system on trial: factor, solve, refine, measure.
template <class T>
class DenseTrial {
  public:
    DenseTrial(MatrixView<const T> A, MatrixView<const T> b, MatrixView<T> x, const SolveOptions& options,
               const DenseStructure& s, const Deadline& deadline, SolveReport& report)
        : A_(A),
          b_(b),
          x_(x),
          options_(options),
          s_(s),
          deadline_(deadline),
          report_(report),
          target_(backward_error_goal(options, A.rows(), static_cast<double>(epsilon_v<T>))) {}

    void run(AnyFactorization<T> F) {
        F_.emplace(std::move(F));
        report_factorization(report_, F_->info());
        if (finds_the_rank(F_->method()) && F_->rank() < A_.cols()) throw_rank_deficient(F_->rank(), A_.cols());
        report_.rank = A_.rows();
        deadline_.check("solve");
        const double before = deadline_.seconds();
        F_->solve_into(b_, x_);
        const std::int64_t max_steps = options_.max_iterations > 0 ? options_.max_iterations : 10;
        // With many right-hand sides the first residuals come from one product.
        const bool many = b_.cols() >= 8 && measure_at_once();
        if (!many) {
            const Refinement refinement = refine<T>(A_, s_.inf_norm, *F_, b_, x_, target_, max_steps, deadline_);
            report_.iterations += refinement.steps;
            report_.residual_norm = refinement.residual_norm;
            report_.backward_error = refinement.backward_error;
        }
        report_.seconds.solve += deadline_.seconds() - before;
    }
    void drop() noexcept { F_.reset(); }

    [[nodiscard]] bool reached() const noexcept { return report_.backward_error <= target_; }
    [[nodiscard]] double target() const noexcept { return target_; }

    void judge() {
        deadline_.check("condition estimate");
        const double before = deadline_.seconds();
        const double rcond = static_cast<double>(F_->reports_condition() ? F_->rcond() : Real<T>(1));
        report_.condition_estimate = rcond > 0 ? std::max(1.0, 1 / rcond) : std::numeric_limits<double>::infinity();
        judge_condition(report_, static_cast<double>(epsilon_v<T>),
                        [this] { return equilibrated_condition_estimate<T, std::int64_t>(nonzeros(A_).view(), *F_); });
        report_.seconds.solve += deadline_.seconds() - before;
    }

  private:
    /// Residuals of all columns by xGEMM; false where A is no matrix of BLAS, or a column needs refinement.
    bool measure_at_once() {
        const std::int64_t n = A_.rows(), k = b_.cols();
        const bool by_columns = A_.row_stride() == 1 && A_.col_stride() >= n;
        const bool by_rows = A_.col_stride() == 1 && A_.row_stride() >= n;
        if ((!by_columns && !by_rows) || x_.row_stride() != 1 || x_.col_stride() < n) return false;
        Array<T> r(n * k, uninitialized);
        for (std::int64_t c = 0; c < k; ++c)
            for (std::int64_t i = 0; i < n; ++i) r[c * n + i] = b_(i, c);
        on_dense_threads(2.0 * static_cast<double>(n) * static_cast<double>(n) * static_cast<double>(k), [&] {
            blas::gemm(by_columns ? 'N' : 'T', 'N', n, k, n, T(-1), A_.data(),
                       by_columns ? A_.col_stride() : A_.row_stride(), x_.data(), x_.col_stride(), T(1), r.data(), n);
        });
        double error = 0, norm = 0;
        for (std::int64_t c = 0; c < k; ++c) {
            const ResidualNorms norms =
                residual_norms<T>(VectorView<const T>(x_.col(c)), b_.col(c), VectorView<const T>(r.data() + c * n, n));
            const double column = norms.backward_error(s_.inf_norm);
            if (!(column <= target_)) return false;
            error = std::max(error, column);
            norm = std::max(norm, norms.two);
        }
        report_.backward_error = error;
        report_.residual_norm = norm;
        return true;
    }

    MatrixView<const T> A_;
    MatrixView<const T> b_;
    MatrixView<T> x_;
    const SolveOptions& options_;
    const DenseStructure& s_;
    const Deadline& deadline_;
    SolveReport& report_;
    double target_;
    std::optional<AnyFactorization<T>> F_;
};

/// In single precision, refined: true where that reached the goal. A reason says what came of it.
template <class T>
bool solve_mixed(DenseTrial<T>& trial, MatrixView<const T> A, const DensePlan& plan, const DenseStructure& s,
                 SolveReport& report) {
    if constexpr (std::is_same_v<Real<T>, double>) {
        const Method first = plan.methods.front();
        if (first == Method::triangular || first == Method::qr) {
            report.reasons.emplace_back("Nothing is gained by single precision with " + std::string(to_string(first)) + ".");
            return false;
        }
        try {
            MixedFactorization<T> F(A, first == Method::cholesky, s.one_norm);
            // Refinement converges as (κ ε_single)^k; a tenth is left for the growth of the factors.
            const double contraction =
                static_cast<double>(epsilon_v<float>) / std::max(static_cast<double>(F.rcond()), 1e-300);
            if (!(contraction < 0.1)) {
                report.reasons.emplace_back("Mixed precision: the condition number of A, some " +
                                            format_number(1 / static_cast<double>(F.rcond())) +
                                            " in single precision, is too large for refinement; factored in double.");
                return false;
            }
            trial.run(std::move(F));
            if (trial.reached()) {
                report.reasons.emplace_back("Mixed precision: factored in single precision, refined to double in " +
                                            std::to_string(report.iterations) + " steps.");
                return true;
            }
            report.reasons.emplace_back("Mixed precision: refinement left the backward error at " +
                                        format_number(report.backward_error) + "; factored in double.");
        } catch (const SingularMatrix&) {
            report.reasons.emplace_back("Mixed precision: A is singular in single precision; factored in double.");
        } catch (const NotPositiveDefinite&) {
            report.reasons.emplace_back("Mixed precision: A is not definite in single precision; factored in double.");
        }
    } else {
        report.reasons.emplace_back("Mixed precision: A is in single precision already.");
    }
    return false;
}

template <class T>
void solve_dense(MatrixView<const T> A, const DensePlan& plan, const SolveOptions& options, DenseTrial<T>& trial,
                 const DenseStructure& s, const Deadline& deadline, SolveReport& report) {
    const double bytes = static_cast<double>(A.rows()) * static_cast<double>(A.cols()) * sizeof(T);
    require_dense_memory("solve", bytes, options.memory_limit);
    deadline.check("factorization");
    if (options.precision == Precision::mixed && solve_mixed(trial, A, plan, s, report)) {
        trial.judge();
        return;
    }
    for (std::size_t k = 0; k < plan.methods.size(); ++k) {
        const bool last = k + 1 == plan.methods.size();
        deadline.check("factorization");
        trial.drop();
        try {
            auto F = take_dense_step(A, plan, plan.methods[k], {});
            if (F.method() != Method::triangular) report.reasons.push_back(factored_sentence(F.info()));
            trial.run(std::move(F));
        } catch (const NotPositiveDefinite& error) {
            if (last) throw;
            report.reasons.push_back(not_definite_sentence(error));
            continue;
        }
        if (trial.reached() || last) break;
        report.reasons.emplace_back("The backward error stayed at " + format_number(report.backward_error) + " with " +
                                    std::string(to_string(report.method)) + ", above " + format_number(trial.target()) +
                                    ".");
    }
    trial.judge();
    if (!trial.reached()) throw_not_reached(report, trial.target());
}

}  // namespace

template <class T>
SolveReport solve(MatrixView<const T> A, MatrixView<const T> b, MatrixView<T> x, const SolveOptions& options) {
    const std::int64_t n = A.rows();
    const Request request{"solve", options.method, options.ordering};
    if (n != A.cols()) {
        if (options.method == Method::automatic || options.method == Method::qr || options.method == Method::svd ||
            iterative(options.method))
            return least_squares<T>(A, b, x, options);
        throw DimensionMismatch("solve: the method " + std::string(to_string(options.method)) +
                                    " needs a square matrix, but A is " + shape_words(n, A.cols()) +
                                    "; qr and svd give the least-squares answer",
                                n, A.cols());
    }
    check_input("solve", n, n, b, x, options);
    check_lapack_sizes("solve", n, n);
    const Deadline deadline(options.time_limit, options.stop);
    deadline.check("analysis");
    const DenseStructure s = dense_structure("solve", A);
    if (!std::isfinite(s.one_norm) || !std::isfinite(s.inf_norm))
        throw InvalidArgument("solve: the norm of A overflows; scale A (and b) down by a power of two");
    const DensePlan plan = plan_dense<T>(n, s, request);
    if (plan.as_sparse) {
        SolveReport report = solve<T, std::int64_t>(nonzeros(A).view(), b, x, options);
        report.reasons.insert(report.reasons.begin(), plan.reasons.begin(), plan.reasons.end());
        return report;
    }
    SolveReport report;
    report.reasons = plan.reasons;
    report.seconds.analyze = deadline.seconds();
    if (n == 0) {
        report.method = plan.methods.front();
        report.condition_estimate = 1;
    } else {
        DenseTrial<T> trial(A, b, x, options, s, deadline, report);
        solve_dense(A, plan, options, trial, s, deadline, report);
    }
    warn_of_condition(report, static_cast<double>(epsilon_v<T>));
    report.seconds.total = deadline.seconds();
    return report;
}

template <class T>
SolveReport least_squares(MatrixView<const T> A, MatrixView<const T> b, MatrixView<T> x, const SolveOptions& options) {
    const std::int64_t m = A.rows(), n = A.cols();
    check_input("least_squares", m, n, b, x, options);
    if (iterative(options.method)) return least_squares<T, std::int64_t>(nonzeros(A).view(), b, x, options);
    if (options.method != Method::automatic && options.method != Method::qr && options.method != Method::svd)
        throw Unsupported("least_squares: the method " + std::string(to_string(options.method)) +
                          " is not for least squares; automatic, qr and svd are");
    const Deadline deadline(options.time_limit, options.stop);
    SolveReport report;
    const bool by_svd = options.method == Method::svd;
    if (options.method != Method::automatic)
        report.reasons.emplace_back("The method " + std::string(to_string(options.method)) + " was asked for.");
    report.reasons.emplace_back("A is dense and " + shape_words(m, n) + (m >= n ? ": least squares" : ": minimum norm") +
                                (by_svd ? " by the singular value decomposition." : " by pivoted QR."));
    require_dense_memory("least_squares", static_cast<double>(m) * static_cast<double>(n) * sizeof(T), options.memory_limit);
    deadline.check("factorization");
    const DenseStructure s = dense_structure("least_squares", A);
    report.seconds.analyze = deadline.seconds();
    const AnyFactorization<T> F = take_dense_step(A, DensePlan{}, by_svd ? Method::svd : Method::qr, {});
    report_factorization(report, F.info());
    report.seconds.analyze = deadline.seconds() - report.seconds.factor;
    report.rank = F.rank();
    deadline.check("solve");
    const double before = deadline.seconds();
    F.solve_into(b, x);
    Array<T> r(m, uninitialized);
    for (std::int64_t c = 0; c < b.cols(); ++c) {
        const ResidualNorms norms = residual<T>(A, VectorView<const T>(x.col(c)), b.col(c), VectorView<T>(r.data(), m));
        if (!std::isfinite(norms.two) || !std::isfinite(norms.x_inf))
            throw SingularMatrix("least_squares: the solution overflows; scale the columns of A", -1, false);
        report.residual_norm = std::max(report.residual_norm, norms.two);
        report.backward_error = std::max(report.backward_error, norms.backward_error(s.inf_norm));
    }
    report.seconds.solve = deadline.seconds() - before;
    if (const std::int64_t full = std::min(m, n); report.rank < full)
        report.warnings.push_back("A has numerical rank " + std::to_string(report.rank) + " of " + std::to_string(full) +
                                  ": x is the least-squares solution of smallest norm.");
    report.seconds.total = deadline.seconds();
    return report;
}

template <class T>
Explanation explain(MatrixView<const T> A, const SolveOptions& options) {
    if (A.rows() != A.cols())
        return {iterative(options.method) || options.method == Method::svd ? options.method : Method::qr,
                {"A is dense and " + shape_words(A.rows(), A.cols()) + ": least squares by " +
                 (options.method == Method::svd ? "the singular value decomposition." : "pivoted QR.")}};
    const DenseStructure s = dense_structure("explain", A);
    DensePlan plan = plan_dense<T>(A.rows(), s, Request{"solve", options.method, options.ordering});
    return {plan.methods.front(), std::move(plan.reasons)};
}

template <class T>
AnyFactorization<T> factor(MatrixView<const T> A, Method method, const DenseFactorOptions& options) {
    check_shift("factor", options.shift);
    if (iterative(method))
        throw InvalidArgument("factor: " + std::string(to_string(method)) +
                              " is an iterative method and factors nothing; the direct ones are triangular, cholesky, ldlt, "
                              "lu, qr, svd and eigh");
    if (method == Method::diagonal || method == Method::banded)
        throw InvalidArgument("factor: the method " + std::string(to_string(method)) +
                              " is for sparse matrices; give to_csr(A)");
    DensePlan plan;
    if (A.rows() != A.cols() && method == Method::automatic) {
        plan.methods = {Method::qr};
        plan.reasons.emplace_back("A is dense and " + shape_words(A.rows(), A.cols()) + ": pivoted QR.");
    } else if (method == Method::automatic || method == Method::triangular) {
        check_square_operand("factor", A);
        DenseStructure s = dense_structure("factor", A);
        if (options.shift != 0) {
            if (method == Method::triangular) throw InvalidArgument("factor: a triangular matrix takes no .shift; add it");
            s.positive_diagonal = true;
            for (std::int64_t k = 0; k < A.rows(); ++k)
                s.positive_diagonal = s.positive_diagonal && static_cast<double>(real_part(A(k, k))) + options.shift > 0;
        }
        // What is a band is stored in full already: only what is triangular or Hermitian is told apart.
        const bool triangular = (s.lower_bandwidth == 0 || s.upper_bandwidth == 0) && options.shift == 0;
        DenseStructure full = s;
        if (!triangular) full.lower_bandwidth = full.upper_bandwidth = A.rows();
        plan = plan_dense<T>(A.rows(), full, Request{"factor", triangular ? Method::triangular : method});
        if (triangular && method == Method::automatic)
            plan.reasons = {plan.lower ? "A is lower triangular: its triangle is kept."
                                       : "A is upper triangular: its triangle is kept."};
    } else {
        plan.methods = {method};
        plan.reasons.emplace_back("The method " + std::string(to_string(method)) + " was asked for.");
    }
    for (std::size_t k = 0;; ++k) {
        try {
            auto F = take_dense_step(A, plan, plan.methods[k], options);
            F.set_reasons(std::move(plan.reasons));
            return F;
        } catch (const NotPositiveDefinite& error) {
            if (k + 1 == plan.methods.size()) throw;
            plan.reasons.push_back(not_definite_sentence(error));
        }
    }
}

#define TAMIS_INSTANTIATE(T)                                                                                          \
    template SolveReport solve(MatrixView<const T>, MatrixView<const T>, MatrixView<T>, const SolveOptions&);         \
    template SolveReport least_squares(MatrixView<const T>, MatrixView<const T>, MatrixView<T>, const SolveOptions&); \
    template Explanation explain(MatrixView<const T>, const SolveOptions&);                                           \
    template AnyFactorization<T> factor(MatrixView<const T>, Method, const DenseFactorOptions&);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
