#include <tamis/iterative/krylov/cgs.hpp>

#include <cmath>

#include "instantiate.hpp"
#include "iterative/monitor.hpp"
#include "iterative/process/shadow.hpp"
#include "iterative/vector_ops.hpp"

// Letters are those of Sonneveld, with r̃ for his r̃₀ and a preconditioner on the right.
namespace tamis::detail {

template <class T>
IterationReport cgs(const OperatorRef<T>& A, VectorView<const T> b, VectorView<T> x_out, CgsWorkspace<T>& work,
                    const CgsOptions<T>& options) {
    Monitor<T> monitor("cgs", A, b, x_out, common_options<T>(options));
    const std::int64_t n = A.rows();
    auto& memory = work.memory();
    memory.open();
    T* const x = memory.vector(n);
    T* const r = memory.vector(n);
    T* const shadow = memory.vector(n);
    T* const u = memory.vector(n);
    T* const p = memory.vector(n);
    T* const q = memory.vector(n);
    T* const v = memory.vector(n);
    T* const y = memory.vector(n);
    T* const t = memory.vector(n);
    if (!monitor.begin(x, r)) return monitor.report(x);

    ShadowResidual<T> choice(n);
    /// M w, or w itself where there is no M; y is a place for it.
    const auto preconditioned = [&](const T* w) -> const T* {
        if (!monitor.preconditioned()) return w;
        monitor.precondition(w, y);
        return y;
    };
    do {
        for (bool go_on = true; go_on;) {  // once for each shadow residual r̃
            if (!choice.choose(monitor, r, shadow)) break;
            Sum<T> rho_old = 1;
            for (bool first = true;; first = false) {
                const Sum<T> rho = vec::dot(n, shadow, r);
                if (choice.vanishes(rho, monitor.residual_norm())) break;
                if (first) {
                    vec::copy(n, r, u);
                    vec::copy(n, r, p);
                } else {
                    const Sum<T> beta = rho / rho_old;
                    vec::copy(n, r, u);
                    vec::axpy(n, beta, q, u);
                    // p = u + β (q + β p)
                    vec::xpby(n, q, beta, p);
                    vec::xpby(n, u, beta, p);
                }
                monitor.apply(preconditioned(p), v);
                const auto vs = vec::dot_and_square(n, v, shadow);
                if (!(go_on = accept_finite(monitor, vs.square)) || choice.vanishes(vs.dot, std::sqrt(vs.square))) break;
                const Sum<T> alpha = rho / conjugate(vs.dot);
                vec::copy(n, u, q);
                vec::axpy(n, -alpha, v, q);
                vec::axpy(n, Sum<T>(1), q, u);  // u + q
                const T* const direction = preconditioned(u);
                monitor.apply(direction, t);
                const double norm = vec::axpy_norm(n, -alpha, t, r);
                monitor.leave(x, norm);
                vec::axpy(n, alpha, direction, x);
                if (!(go_on = monitor.step(norm))) break;
                rho_old = rho;
                choice.succeeded();
            }
        }
    } while (!monitor.settle(x, r));
    return monitor.report(x);
}

#define TAMIS_INSTANTIATE(T)                                                                                     \
    template IterationReport cgs<T>(const OperatorRef<T>&, VectorView<const T>, VectorView<T>, CgsWorkspace<T>&, \
                                    const CgsOptions<T>&);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
