#include <tamis/iterative/krylov/cg.hpp>

#include "instantiate.hpp"
#include "iterative/long_run.hpp"
#include "iterative/monitor.hpp"
#include "iterative/process/hermitian.hpp"
#include "iterative/vector_ops.hpp"

// Letters are those of Saad's Algorithm 9.1, with σ = pᴴAp and ρ = rᴴz. Its step "x ← x + αp" waits until β is known, so
// that x and p move in one pass, and until the new residual norm has told whether the old x is worth keeping.
namespace tamis::detail {

template <class T>
IterationReport cg(const OperatorRef<T>& A, VectorView<const T> b, VectorView<T> x_out, CgWorkspace<T>& work,
                   const CgOptions<T>& options) {
    LongRun<T> run(A, work.rows_to_tune());
    Monitor<T> monitor("cg", run.products(), b, x_out, common_options<T>(options));
    const std::int64_t n = A.rows();
    auto& memory = work.memory();
    memory.open();
    T* const x = memory.vector(n);
    T* const r = memory.vector(n);
    T* const p = memory.vector(n);
    T* const q = memory.vector(n);  // A p, and later in an iteration z = M r
    if (!monitor.begin(x, r)) return monitor.report(x);

    const auto squared = [](double norm) { return Sum<T>(norm * norm); };
    const T* const z = monitor.preconditioned() ? q : r;
    const T* const d = monitor.scaling();  // where M is diagonal, z is not stored
    Curvature<T> curvature;
    do {
        double norm = monitor.residual_norm();
        if (monitor.preconditioned()) monitor.precondition(r, q);
        Sum<T> rho = monitor.preconditioned() ? vec::dot(n, r, z) : squared(norm);
        vec::copy(n, z, p);
        for (;;) {
            if (!accept_preconditioned_square(monitor, rho)) break;
            run.look_ahead(monitor);
            monitor.apply(p, q);
            const auto pq = vec::dot_and_square(n, p, q);
            if (!curvature.accept(monitor, pq)) break;
            const Sum<T> alpha = real_part(rho) / real_part(pq.dot);
            const double before = norm;
            const Sum<T> rho_old = rho;
            if (d != nullptr) {
                const auto next = vec::axpy_norm_and_dot(n, -alpha, q, r, d);
                norm = next.norm;
                rho = next.dot;
            } else {
                norm = vec::axpy_norm(n, -alpha, q, r);
            }
            monitor.leave(x, norm);
            if (!monitor.step(norm) || !curvature.helped(monitor, before, norm)) {
                vec::axpy(n, alpha, p, x);
                break;
            }
            if (d != nullptr) {
                vec::axpy_xpby(n, alpha, p, x, d, r, Sum<T>(real_part(rho) / real_part(rho_old)));
                continue;
            }
            if (monitor.preconditioned()) monitor.precondition(r, q);
            rho = monitor.preconditioned() ? vec::dot(n, r, z) : squared(norm);
            vec::axpy_xpby(n, alpha, p, x, z, Sum<T>(real_part(rho) / real_part(rho_old)));
        }
    } while (!monitor.settle(x, r));
    return monitor.report(x);
}

#define TAMIS_INSTANTIATE(T)                                                                                   \
    template IterationReport cg<T>(const OperatorRef<T>&, VectorView<const T>, VectorView<T>, CgWorkspace<T>&, \
                                   const CgOptions<T>&);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
