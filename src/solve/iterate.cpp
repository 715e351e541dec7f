#include "solve/iterate.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <tamis/core/array.hpp>
#include <tamis/core/error.hpp>

#include "instantiate.hpp"
#include "solve/preconditioner.hpp"
#include "solve/report.hpp"
#include "solve/residual.hpp"
#include "solve/run_method.hpp"

namespace tamis::detail {

namespace {

/// Right-hand sides that block_cg takes at once: its small matrices have that order, its memory 5 vectors a column.
constexpr std::int64_t most_block_columns = 32;

template <class T>
MatrixView<T> columns(MatrixView<T> X, std::int64_t first, std::int64_t count) {
    return {X.data() + first * X.col_stride(), X.rows(), count, X.row_stride(), X.col_stride()};
}

/// Hermitian, but not definite.
bool for_indefinite(Method method) noexcept {
    return method == Method::minres || method == Method::minres_qlp || method == Method::symmlq;
}

/// Whether the preconditioner has to be Hermitian positive definite.
bool wants_definite(Method method) noexcept {
    return method == Method::cg || method == Method::flexible_cg || method == Method::block_cg || for_indefinite(method);
}

/// The kind that was asked for; where it was left open, an incomplete factorization without fill if A has one, or Jacobi.
template <class T, class I>
Preconditioner<T> choose(CsrView<T, I> A, const SolveOptions& options, SolveReport& report) {
    const auto say = [&](PreconditionerKind kind, const std::string& why) {
        report.preconditioner = to_string(kind);
        report.reasons.emplace_back("The preconditioner is " + report.preconditioner + ": " + why + ".");
    };
    const PreconditionerKind asked = options.preconditioner;
    const bool squares = least_squares_method(options.method);  // wants an inverse of AᴴA, not of A
    if (asked != PreconditionerKind::automatic) {
        if (squares && asked != PreconditionerKind::none)
            throw InvalidArgument("solve: the preconditioner of " + std::string(to_string(options.method)) +
                                  " has to approximate the inverse of AᴴA, which " + std::string(to_string(asked)) +
                                  " of A does not; leave it out");
        say(asked, "it was asked for");
        return build_preconditioner(asked, A, asked == PreconditionerKind::amg ? node_size(A) : 1);
    }
    if (squares) {
        say(PreconditionerKind::none, "those of A do not serve least squares");
        return {};
    }
    const bool definite = wants_definite(options.method);
    const PreconditionerKind first = definite ? PreconditionerKind::ic0 : PreconditionerKind::ilu0;
    for (const PreconditionerKind kind : {first, PreconditionerKind::jacobi}) {
        try {
            Preconditioner<T> M = build_preconditioner(kind, A);
            say(kind, kind == first ? "it suits " + std::string(to_string(options.method)) + " and costs little"
                                    : "A has no incomplete factorization without fill");
            return M;
        } catch (const SingularMatrix&) {
        } catch (const NotPositiveDefinite&) {
            if (kind == first && for_indefinite(options.method)) break;  // Jacobi would not be definite either
        } catch (const InvalidArgument&) {                               // not Hermitian: for the method itself to say
        }
    }
    say(PreconditionerKind::none, "A has zeros on its diagonal or is not positive definite");
    return {};
}

}  // namespace

bool least_squares_method(Method method) noexcept {
    return method == Method::lsqr || method == Method::lsmr || method == Method::cgls;
}

void check_iterative(const char* who, Method method, std::int64_t rows, std::int64_t cols) {
    if (rows != cols && !least_squares_method(method))
        throw DimensionMismatch(std::string(who) + ": the method " + std::string(to_string(method)) +
                                    " needs a square matrix, but A is " + std::to_string(rows) + "×" + std::to_string(cols) +
                                    "; qr, lsqr, lsmr and cgls take it",
                                rows, cols);
}

std::string iterative_reason(Method method) {
    return "The method " + std::string(to_string(method)) + " was asked for.";
}

template <class T, class I>
SolveReport iterate(CsrView<T, I> A, MatrixView<const T> b, MatrixView<T> x, const SolveOptions& options,
                    const Deadline& deadline) {
    SolveReport report;
    report.method = options.method;
    report.reasons.push_back(iterative_reason(options.method));
    report.precision = iterated_precision<T>();
    const SystemNorms norms = matrix_norms<T, I>(A);
    if (!std::isfinite(norms.one) || !std::isfinite(norms.inf))
        throw InvalidArgument("solve: the norm of A overflows; scale A (and b) down by a power of two");
    report.seconds.analyze = deadline.seconds();

    deadline.check("preconditioner");
    const Preconditioner<T> preconditioner = choose(A, options, report);
    report.factor_nonzeros = preconditioner.nonzeros;
    report.bytes = preconditioner.bytes;
    report.seconds.factor = deadline.seconds() - report.seconds.analyze;

    const OperatorRef<T> op(A);
    Array<T> residual_vector(A.rows(), uninitialized);
    RecycleSpace<T> space;
    const std::int64_t width = options.method == Method::block_cg ? most_block_columns : 1;
    for (std::int64_t first = 0; first < b.cols(); first += width) {
        deadline.check("iteration");
        IterationGoal<T> goal;
        goal.tolerance = options.tolerance > 0 ? options.tolerance : default_tolerance<T>;
        goal.max_iterations = options.max_iterations;
        goal.time_limit = deadline.left();
        goal.preconditioner = preconditioner.M;
        goal.record_history = true;
        goal.callback = options.callback;
        goal.stop = options.stop;
        goal.space = &space;
        if (options.memory_limit == 0) goal.rows = RowsToTune<T>(A);
        const std::int64_t count = std::min(width, b.cols() - first);
        IterationReport r = options.method == Method::block_cg
                                ? run_block_cg<T>(op, columns(b, first, count), columns(x, first, count), goal)
                                : run_method<T>(options.method, op, b.col(first), x.col(first), goal);
        const std::string message(r.message.view());
        if (r.status == Status::cancelled || r.status == Status::time_limit) throw Cancelled("solve: " + message);
        if (!r.converged()) throw NotConverged("solve: " + message, r.status, r.residual_norm, r.iterations);
        report.reasons.emplace_back(message + ".");
        if (report.residual_history.empty() || r.iterations > report.iterations)
            report.residual_history = std::move(r.residual_history);
        report.iterations = std::max(report.iterations, r.iterations);
        for (std::int64_t j = first; j < first + count; ++j) {
            const ResidualNorms residual_norms =
                residual<T, I>(A, x.col(j), b.col(j), VectorView<T>(residual_vector.data(), residual_vector.size()));
            report.residual_norm = std::max(report.residual_norm, residual_norms.two);
            report.backward_error = std::max(report.backward_error, residual_norms.backward_error(norms.inf));
        }
    }
    report.rank = std::min(A.rows(), A.cols());
    report.seconds.solve = deadline.seconds() - report.seconds.analyze - report.seconds.factor;
    report.seconds.total = deadline.seconds();
    return report;
}

#define TAMIS_INSTANTIATE(T, I) \
    template SolveReport iterate(CsrView<T, I>, MatrixView<const T>, MatrixView<T>, const SolveOptions&, const Deadline&);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
