#include "solve/attempt.hpp"

#include <algorithm>
#include <cmath>
#include <complex>
#include <string>
#include <utility>
#include <vector>

#include <tamis/core/array.hpp>
#include <tamis/core/error.hpp>
#include <tamis/sparse/add.hpp>

#include "core/random.hpp"
#include "instantiate.hpp"
#include "iterative/vector_ops.hpp"
#include "solve/iterate.hpp"
#include "solve/preconditioner.hpp"
#include "solve/report.hpp"
#include "solve/run_method.hpp"

namespace tamis::detail {

namespace {

constexpr int most_rounds = 8;
/// Of the first round, after which the size of x tells what is needed.
constexpr double first_tolerance = 1e-6;
/// A round aims a little lower than it has to, since norms differ.
constexpr double margin = 0.3;
/// Random vectors have components of about 1/√n along each null vector: a residual this much below shows that there is none.
constexpr double below_a_component = 0.01;
/// Rough solves after that, which look for a right-hand side with a large solution.
constexpr int most_growths = 2;

template <class T>
double one_norm(const Array<T>& x) {
    double sum = 0;
    for (const T& v : x) sum += static_cast<double>(std::abs(v));
    return sum;
}

template <class T>
double largest(const Array<T>& x) {
    double size = 0;
    for (const T& v : x) size = std::max(size, static_cast<double>(std::abs(v)));
    return size;
}

template <class T, class I>
class Attempt {
  public:
    Attempt(CsrView<T, I> A, const SolveOptions& options, const IterativeStep& step, const SystemNorms& norms, double target,
            const Deadline& deadline, SolveReport& report)
        : A_(A),
          op_(A),
          step_(step),
          norms_(norms),
          target_(target),
          deadline_(deadline),
          report_(report),
          r_(A.rows(), uninitialized),
          d_(A.rows(), uninitialized),
          candidate_(A.rows(), uninitialized),
          r_candidate_(A.rows(), uninitialized) {
        const double before = deadline.seconds();
        preconditioner_ = build_preconditioner(step.preconditioner, A, step.block_size);
        report.seconds.factor += deadline.seconds() - before;
        report.preconditioner = to_string(step.preconditioner);
        report.factor_nonzeros = preconditioner_.nonzeros;
        report.bytes = preconditioner_.bytes;
        goal_.preconditioner = preconditioner_.M;
        goal_.stop = options.stop;
        if (options.memory_limit == 0) goal_.rows = RowsToTune<T>(A_);
        callback_ = options.callback;
    }

    /// Column by column; A x = sign b.
    bool solve(MatrixView<const T> b, MatrixView<T> x, T sign) {
        for (std::int64_t c = 0; c < b.cols(); ++c) {
            for (std::int64_t i = 0; i < A_.rows(); ++i) x(i, c) = T(0);
            Array<T> column(A_.rows(), uninitialized);
            for (std::int64_t i = 0; i < A_.rows(); ++i) column[i] = sign * b(i, c);
            if (!solve_column(VectorView<const T>(column.data(), column.size()), x.col(c))) return false;
            const double b_one = one_norm(column);
            double x_one = 0;
            for (std::int64_t i = 0; i < A_.rows(); ++i) x_one += static_cast<double>(std::abs(x(i, c)));
            if (b_one > 0) growth_ = std::max(growth_, x_one / b_one);
        }
        return true;
    }

    /// Whether A is regular to working precision; estimates its condition.
    bool judge() {
        const std::int64_t n = A_.rows();
        Array<T> v(n, uninitialized);
        for (std::int64_t i = 0; i < n; ++i) v[i] = uniform<T>(0x7461'6d69'73, static_cast<std::uint64_t>(i));
        const double eps = static_cast<double>(epsilon_v<T>);
        bool reached = probe(v, std::max(below_a_component / std::sqrt(static_cast<double>(n)), 10 * eps));
        if (!reached) {
            const ResidualNorms y = residual<T, I>(A_, view(d_), view(v), VectorView<T>(r_.data(), n));
            reached = y.backward_error(norms_.inf) <= target_;
        }
        for (int k = 0; k < most_growths && reached; ++k) {
            for (std::int64_t i = 0; i < n; ++i) v[i] = sign(d_[i]);
            reached = probe(v, 0.1);
        }
        report_.condition_estimate = std::max(1.0, norms_.one * growth_);
        if (reached && report_.condition_estimate * eps < 1) return true;
        report_.reasons.emplace_back(name() +
                                     " solved for this right-hand side, but not for a random one: A is singular or "
                                     "nearly so, and the direct method has to tell.");
        return false;
    }

    [[nodiscard]] std::string name() const {
        return std::string(to_string(step_.method)) + " with " + report_.preconditioner;
    }

  private:
    static VectorView<const T> view(const Array<T>& v) { return {v.data(), v.size()}; }

    IterationReport iterate(VectorView<const T> b, double tolerance, std::int64_t most) {
        deadline_.check("iteration");
        goal_.tolerance = tolerance;
        goal_.max_iterations = most;
        goal_.time_limit = deadline_.left();
        IterationReport r = run_method<T>(step_.method, op_, b, VectorView<T>(d_.data(), d_.size()), goal_);
        if (r.status == Status::cancelled || r.status == Status::time_limit) throw Cancelled("solve: " + r.message.str());
        return r;
    }

    /// Has the rounds of a column counted on from `before` for who watches; negative: nobody is told.
    void watch(std::int64_t before) {
        goal_.record_history = before >= 0;
        goal_.callback = nullptr;
        if (before >= 0 && callback_)
            goal_.callback = [this, before](IterationInfo info) {
                info.iteration += before;
                info.seconds = deadline_.seconds();
                return callback_(info);
            };
    }

    bool solve_column(VectorView<const T> b, VectorView<T> x) {
        const std::int64_t n = A_.rows();
        for (std::int64_t i = 0; i < n; ++i) r_[i] = b[i];
        ResidualNorms norms;
        norms.two = vec::norm(n, r_.data());
        double error = norms.two > 0 ? 1 : 0;
        double tolerance = std::max(first_tolerance, target_ / 2);
        std::int64_t iterations = 0;
        int rounds = 0;
        std::vector<double> history;
        std::string ending;
        while (!(error <= target_)) {
            const std::int64_t left = step_.max_iterations - iterations;
            if (rounds == most_rounds || left <= 0) break;
            watch(iterations);
            const IterationReport it = iterate(view(r_), tolerance, left);
            ++rounds;
            iterations += it.iterations;
            // A round starts where the one before it ended.
            if (!history.empty()) history.pop_back();
            history.insert(history.end(), it.residual_history.begin(), it.residual_history.end());
            if (!it.converged()) ending = " (" + std::string(to_string(it.status)) + ")";
            for (std::int64_t i = 0; i < n; ++i) candidate_[i] = x[i] + d_[i];
            const ResidualNorms next = residual<T, I>(A_, view(candidate_), b, VectorView<T>(r_candidate_.data(), n));
            const double next_error = next.backward_error(norms_.inf);
            if (!(next_error < error)) break;
            const bool slow = next_error > error / 2;
            for (std::int64_t i = 0; i < n; ++i) x[i] = candidate_[i];
            r_.swap(r_candidate_);
            norms = next;
            error = next_error;
            if (slow) break;
            tolerance = std::clamp(margin * target_ / error, 1e-10, 0.1);
        }
        watch(-1);
        if (report_.residual_history.empty() || iterations > report_.iterations)
            report_.residual_history = std::move(history);
        report_.iterations = std::max(report_.iterations, iterations);
        report_.residual_norm = std::max(report_.residual_norm, norms.two);
        report_.backward_error = std::max(report_.backward_error, error);
        if (error <= target_) return true;
        report_.reasons.emplace_back(name() + " left the backward error at " + format_number(error) + " after " +
                                     std::to_string(iterations) + " iterations" + ending + ", above " +
                                     format_number(target_) + ".");
        return false;
    }

    static T sign(const T& value) {
        const Real<T> size = std::abs(value);
        return size > 0 ? value / size : T(1);
    }

    /// A d ≈ v. Whatever d is, ‖A⁻¹‖ ≥ ‖d‖ / ‖A d‖ in every norm, and for a Hermitian A those of columns and rows are one.
    bool probe(const Array<T>& v, double tolerance) {
        const IterationReport it = iterate(view(v), tolerance, step_.max_iterations);
        op_.apply(view(d_), VectorView<T>(candidate_.data(), candidate_.size()));
        const auto grow = [this](double solution, double product) {
            if (product > 0 && std::isfinite(solution)) growth_ = std::max(growth_, solution / product);
        };
        grow(one_norm(d_), one_norm(candidate_));
        if (step_.method == Method::cg) grow(largest(d_), largest(candidate_));
        return it.converged();
    }

    CsrView<T, I> A_;
    OperatorRef<T> op_;
    const IterativeStep& step_;
    const SystemNorms& norms_;
    double target_;
    const Deadline& deadline_;
    SolveReport& report_;
    Preconditioner<T> preconditioner_;
    IterationGoal<T> goal_;
    IterationCallback callback_;
    Array<T> r_;
    Array<T> d_;
    Array<T> candidate_;
    Array<T> r_candidate_;
    double growth_ = 0;  // the largest ‖d‖₁ / ‖A d‖₁ seen
};

}  // namespace

template <class T, class I>
bool attempt_iteration(CsrView<T, I> A, MatrixView<const T> b, MatrixView<T> x, const SolveOptions& options,
                       const Iteration& iteration, const SystemNorms& norms, double target, const Deadline& deadline,
                       SolveReport& report) {
    Csr<T, I> negative;
    if (iteration.negated) {
        negative = T(-1) * A;
        A = negative.view();
    }
    const auto forget = [&report] {
        report.preconditioner.clear();
        report.residual_history.clear();
        report.iterations = 0;
        report.factor_nonzeros = 0;
        report.bytes = 0;
        report.residual_norm = 0;
        report.backward_error = 0;
        report.condition_estimate = 0;
    };
    for (const IterativeStep& step : iteration.steps) {
        forget();
        const double start = deadline.seconds() - report.seconds.factor;
        bool done = false;
        try {
            deadline.check("preconditioner");
            report.preconditioner = to_string(step.preconditioner);
            Attempt<T, I> attempt(A, options, step, norms, target, deadline, report);
            done = attempt.solve(b, x, iteration.negated ? T(-1) : T(1)) && attempt.judge();
            if (done) {
                report.method = step.method;
                report.rank = A.rows();
                report.precision = iterated_precision<T>();
                report.reasons.emplace_back(attempt.name() + " reached the backward error " +
                                            format_number(report.backward_error) + " in " +
                                            std::to_string(report.iterations) + " iterations, " + format_number(target) +
                                            " being wanted; three rough solves estimated the condition.");
            }
        } catch (const SingularMatrix& error) {
            report.reasons.emplace_back(report.preconditioner + " cannot be built: " + error.what() + ".");
        } catch (const NotPositiveDefinite& error) {
            report.reasons.emplace_back(report.preconditioner + " cannot be built: " + error.what() + ".");
        }
        report.seconds.solve += deadline.seconds() - report.seconds.factor - start;
        if (done) return true;
    }
    forget();
    return false;
}

#define TAMIS_INSTANTIATE(T, I)                                                                             \
    template bool attempt_iteration(CsrView<T, I>, MatrixView<const T>, MatrixView<T>, const SolveOptions&, \
                                    const Iteration&, const SystemNorms&, double, const Deadline&, SolveReport&);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
