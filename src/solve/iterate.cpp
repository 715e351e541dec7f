#include "solve/iterate.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <tamis/core/array.hpp>
#include <tamis/core/error.hpp>
#include <tamis/iterative/amg/amg.hpp>
#include <tamis/iterative/krylov/bicg.hpp>
#include <tamis/iterative/krylov/bicgstab.hpp>
#include <tamis/iterative/krylov/cg.hpp>
#include <tamis/iterative/krylov/cgls.hpp>
#include <tamis/iterative/krylov/cgs.hpp>
#include <tamis/iterative/krylov/fgmres.hpp>
#include <tamis/iterative/krylov/flexible_cg.hpp>
#include <tamis/iterative/krylov/gmres.hpp>
#include <tamis/iterative/krylov/idrs.hpp>
#include <tamis/iterative/krylov/lgmres.hpp>
#include <tamis/iterative/krylov/lsmr.hpp>
#include <tamis/iterative/krylov/lsqr.hpp>
#include <tamis/iterative/krylov/minres.hpp>
#include <tamis/iterative/krylov/minres_qlp.hpp>
#include <tamis/iterative/krylov/qmr.hpp>
#include <tamis/iterative/krylov/symmlq.hpp>
#include <tamis/iterative/krylov/tfqmr.hpp>
#include <tamis/iterative/precond/block_jacobi.hpp>
#include <tamis/iterative/precond/chebyshev.hpp>
#include <tamis/iterative/precond/fsai.hpp>
#include <tamis/iterative/precond/ic0.hpp>
#include <tamis/iterative/precond/ict.hpp>
#include <tamis/iterative/precond/ilu0.hpp>
#include <tamis/iterative/precond/ilut.hpp>
#include <tamis/iterative/precond/jacobi.hpp>
#include <tamis/iterative/precond/schwarz.hpp>
#include <tamis/iterative/precond/ssor.hpp>

#include "instantiate.hpp"
#include "solve/report.hpp"
#include "solve/residual.hpp"

namespace tamis::detail {

namespace {

/// Hermitian, but not definite.
bool for_indefinite(Method method) noexcept {
    return method == Method::minres || method == Method::minres_qlp || method == Method::symmlq;
}

/// Whether the preconditioner has to be Hermitian positive definite.
bool wants_definite(Method method) noexcept {
    return method == Method::cg || method == Method::flexible_cg || for_indefinite(method);
}

/// One solve by the method; Goal holds the options that all share.
template <class T, class Goal>
IterationReport run_method(Method method, const OperatorRef<T>& A, VectorView<const T> b, VectorView<T> x,
                           const Goal& goal) {
    const auto go = [&]<class O, class W>(auto& solve, W work, O options) {
        goal(options);
        return solve(A, b, x, work, options);
    };
    const std::int64_t n = A.rows();
    const std::int64_t cols = A.cols();
    switch (method) {
        case Method::cg: return go(cg<T>, CgWorkspace<T>(n), CgOptions<T>{});
        case Method::flexible_cg: return go(flexible_cg<T>, FlexibleCgWorkspace<T>(n), FlexibleCgOptions<T>{});
        case Method::minres: return go(minres<T>, MinresWorkspace<T>(n), MinresOptions<T>{});
        case Method::minres_qlp: return go(minres_qlp<T>, MinresQlpWorkspace<T>(n), MinresQlpOptions<T>{});
        case Method::symmlq: return go(symmlq<T>, SymmlqWorkspace<T>(n), SymmlqOptions<T>{});
        case Method::lgmres: return go(lgmres<T>, LgmresWorkspace<T>(n), LgmresOptions<T>{});
        case Method::gmres: return go(gmres<T>, GmresWorkspace<T>(n), GmresOptions<T>{});
        case Method::fgmres: return go(fgmres<T>, FgmresWorkspace<T>(n), FgmresOptions<T>{});
        case Method::bicg: return go(bicg<T>, BicgWorkspace<T>(n), BicgOptions<T>{});
        case Method::bicgstab: return go(bicgstab<T>, BicgstabWorkspace<T>(n), BicgstabOptions<T>{});
        case Method::cgs: return go(cgs<T>, CgsWorkspace<T>(n), CgsOptions<T>{});
        case Method::qmr: return go(qmr<T>, QmrWorkspace<T>(n), QmrOptions<T>{});
        case Method::tfqmr: return go(tfqmr<T>, TfqmrWorkspace<T>(n), TfqmrOptions<T>{});
        case Method::idrs: return go(idrs<T>, IdrsWorkspace<T>(n), IdrsOptions<T>{});
        case Method::lsqr: return go(lsqr<T>, LsqrWorkspace<T>(n, cols), LsqrOptions<T>{});
        case Method::lsmr: return go(lsmr<T>, LsmrWorkspace<T>(n, cols), LsmrOptions<T>{});
        default: return go(cgls<T>, CglsWorkspace<T>(n, cols), CglsOptions<T>{});
    }
}

template <class T>
struct Preconditioner {
    Operator<T> M;
    std::int64_t nonzeros = 0;
    std::int64_t bytes = 0;
};
template <class P>
auto held(P preconditioner) {
    using T = typename P::scalar_type;
    const std::int64_t nonzeros = preconditioner.nonzeros();
    const std::int64_t bytes = preconditioner.bytes();
    return Preconditioner<T>{Operator<T>(std::move(preconditioner)), nonzeros, bytes};
}
template <class T, class I>
Preconditioner<T> build(PreconditionerKind kind, CsrView<T, I> A) {
    switch (kind) {
        case PreconditionerKind::jacobi: return held(Jacobi(A));
        case PreconditionerKind::block_jacobi: return held(BlockJacobi(A));
        case PreconditionerKind::ssor: return held(Ssor(A));
        case PreconditionerKind::ilu0: return held(Ilu0(A));
        case PreconditionerKind::ilut: return held(Ilut(A));
        case PreconditionerKind::ic0: return held(Ic0(A));
        case PreconditionerKind::ict: return held(Ict(A));
        case PreconditionerKind::chebyshev: return held(Chebyshev(A));
        case PreconditionerKind::fsai: return held(Fsai(A));
        case PreconditionerKind::schwarz: return held(Schwarz(A));
        case PreconditionerKind::amg: return held(Amg(A));
        default: return {};
    }
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
        return build(asked, A);
    }
    if (squares) {
        say(PreconditionerKind::none, "those of A do not serve least squares");
        return {};
    }
    const bool definite = wants_definite(options.method);
    const PreconditionerKind first = definite ? PreconditionerKind::ic0 : PreconditionerKind::ilu0;
    for (const PreconditionerKind kind : {first, PreconditionerKind::jacobi}) {
        try {
            Preconditioner<T> M = build(kind, A);
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
    switch (method) {
        case Method::block_cg:
        case Method::gcrodr:
            throw Unsupported(
                std::string(who) + ": " + std::string(to_string(method)) +
                " is a function of its own; by name there are cg, flexible_cg, minres, minres_qlp, symmlq, gmres, "
                "fgmres, lgmres, bicg, bicgstab, cgs, qmr, tfqmr, idrs, lsqr, lsmr and cgls");
        default: break;
    }
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
    report.precision = std::string(is_complex_v<T> ? "complex " : "") + (sizeof(Real<T>) == 4 ? "single" : "double");
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
    for (std::int64_t j = 0; j < b.cols(); ++j) {
        deadline.check("iteration");
        const auto goal = [&](auto& o) {
            o.tolerance = options.tolerance > 0 ? options.tolerance : default_tolerance<T>;
            o.max_iterations = options.max_iterations;
            if (options.time_limit.count() > 0)
                o.time_limit = std::max(std::chrono::duration<double>(1e-9),
                                        options.time_limit - std::chrono::duration<double>(deadline.seconds()));
            o.preconditioner = preconditioner.M;
            o.record_history = false;
            o.stop = options.stop;
        };
        const IterationReport r = run_method<T>(options.method, op, b.col(j), x.col(j), goal);
        const std::string message(r.message.view());
        if (r.status == Status::cancelled || r.status == Status::time_limit) throw Cancelled("solve: " + message);
        if (!r.converged()) throw NotConverged("solve: " + message, r.status, r.residual_norm, r.iterations);
        report.reasons.emplace_back(message + ".");
        const ResidualNorms residual_norms =
            residual<T, I>(A, x.col(j), b.col(j), VectorView<T>(residual_vector.data(), residual_vector.size()));
        report.iterations = std::max(report.iterations, r.iterations);
        report.residual_norm = std::max(report.residual_norm, residual_norms.two);
        report.backward_error = std::max(report.backward_error, residual_norms.backward_error(norms.inf));
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
