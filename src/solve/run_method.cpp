#include "solve/run_method.hpp"

#include <utility>

#include <tamis/iterative/krylov/bicg.hpp>
#include <tamis/iterative/krylov/bicgstab.hpp>
#include <tamis/iterative/krylov/block_cg.hpp>
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

#include "instantiate.hpp"

namespace tamis::detail {

namespace {

template <class T, class Options>
void set(Options& options, const IterationGoal<T>& goal) {
    options.tolerance = goal.tolerance;
    options.max_iterations = goal.max_iterations;
    options.time_limit = goal.time_limit;
    options.preconditioner = goal.preconditioner;
    options.record_history = goal.record_history;
    options.callback = goal.callback;
    options.stop = goal.stop;
}

}  // namespace

template <class T>
IterationReport run_method(Method method, const OperatorRef<T>& A, VectorView<const T> b, VectorView<T> x,
                           const IterationGoal<T>& goal) {
    const auto go = [&]<class O, class W>(auto& solve, W work, O options) {
        set(options, goal);
        return solve(A, b, x, work, options);
    };
    const std::int64_t n = A.rows();
    const std::int64_t cols = A.cols();
    switch (method) {
        case Method::cg: {
            CgWorkspace<T> work(n);
            work.let_tune(goal.rows);
            return go(cg<T>, std::move(work), CgOptions<T>{});
        }
        case Method::flexible_cg: return go(flexible_cg<T>, FlexibleCgWorkspace<T>(n), FlexibleCgOptions<T>{});
        case Method::minres: return go(minres<T>, MinresWorkspace<T>(n), MinresOptions<T>{});
        case Method::minres_qlp: return go(minres_qlp<T>, MinresQlpWorkspace<T>(n), MinresQlpOptions<T>{});
        case Method::symmlq: return go(symmlq<T>, SymmlqWorkspace<T>(n), SymmlqOptions<T>{});
        case Method::lgmres: return go(lgmres<T>, LgmresWorkspace<T>(n), LgmresOptions<T>{});
        case Method::gmres: return go(gmres<T>, GmresWorkspace<T>(n), GmresOptions<T>{});
        case Method::fgmres: return go(fgmres<T>, FgmresWorkspace<T>(n), FgmresOptions<T>{});
        case Method::gcrodr: {
            GcrodrOptions<T> options;
            options.space = goal.space;
            return go(gcrodr<T>, GcrodrWorkspace<T>(n), options);
        }
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
IterationReport run_block_cg(const OperatorRef<T>& A, MatrixView<const T> B, MatrixView<T> X, const IterationGoal<T>& goal) {
    BlockCgOptions<T> options;
    set(options, goal);
    BlockCgWorkspace<T> work(A.rows(), B.cols());
    BlockIterationReport r = block_cg<T>(A, B, X, work, options);
    const double largest = r.largest_residual_norm();
    return {r.status, r.iterations, r.matvecs, largest, std::move(r.residual_history), r.seconds, r.message};
}

#define TAMIS_INSTANTIATE(T)                                                                               \
    template IterationReport run_method(Method, const OperatorRef<T>&, VectorView<const T>, VectorView<T>, \
                                        const IterationGoal<T>&);                                          \
    template IterationReport run_block_cg(const OperatorRef<T>&, MatrixView<const T>, MatrixView<T>,       \
                                          const IterationGoal<T>&);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
