#include <tamis/iterative/krylov/symmlq.hpp>

#include <cmath>
#include <string>

#include <tamis/core/error.hpp>

#include "instantiate.hpp"
#include "iterative/monitor.hpp"
#include "iterative/process/lanczos.hpp"
#include "iterative/vector_ops.hpp"

// Letters are those of Paige and Saunders' own program symmlq.m; w is w̄, with w̄₁ = v₁.
namespace tamis::detail {

template <class T>
IterationReport symmlq(const OperatorRef<T>& A, VectorView<const T> b, VectorView<T> x_out, SymmlqWorkspace<T>& work,
                       const SymmlqOptions<T>& options) {
    Monitor<T> monitor("symmlq", A, b, x_out, common_options<T>(options));
    if (!std::isfinite(options.shift))
        throw InvalidArgument("symmlq: .shift must be finite, got " + std::to_string(options.shift));
    monitor.set_shift(options.shift);
    const std::int64_t n = A.rows();
    auto& memory = work.memory();
    memory.open();
    T* const x = memory.vector(n);
    T* const r = memory.vector(n);
    T* const v = memory.vector(n);
    T* const r1 = memory.vector(n);
    T* const r2 = memory.vector(n);
    T* const y = memory.vector(n);
    T* const w = memory.vector(n);
    if (!monitor.begin(x, r)) return monitor.report(x);

    HermitianLanczos<T> lanczos(monitor, n, v, r1, r2, y);
    do {
        const double start = monitor.residual_norm();
        if (!lanczos.begin(r, start)) continue;
        vec::copy(n, lanczos.v(), w);
        const double beta1 = lanczos.beta();
        if (!lanczos.next(w, 1)) continue;
        double gbar = lanczos.alfa();
        double dbar = lanczos.beta();
        double rhs1 = beta1;
        double rhs2 = 0;
        double snprod = 1;
        double lq = start;  // ‖b − A x‖ of the LQ point in x
        for (;;) {
            // The LQ point is x; that of conjugate gradients x + (rhs1 / gbar) w, its residual a multiple of z_{k+1}.
            const double beta = lanczos.beta();
            const double next_size = beta == 0 ? 0 : lanczos.r2_norm() / beta;
            const double cg = beta == 0 && gbar != 0 ? 0 : snprod * beta1 * (beta / std::abs(gbar)) * next_size;
            const bool move = cg <= lq;  // false if gbar = 0
            if (!monitor.step(move ? cg : lq)) {
                if (move) vec::axpy(n, Sum<T>(rhs1 / gbar), w, x);
                break;
            }
            const double oldb = beta;
            const double gamma = std::hypot(gbar, oldb);
            if (!(gamma > lanczos.epsilon * lanczos.norm_A())) {
                monitor.stop(Status::inconsistent,
                             "A is singular to working precision and b not in its range (γ = %.3g, ‖A‖ ≥ %.3g)", gamma,
                             lanczos.norm_A());
                break;
            }
            lanczos.advance();
            if (!lanczos.next(w, 1)) break;
            const double cs = gbar / gamma;
            const double sn = oldb / gamma;
            const double delta = cs * dbar + sn * lanczos.alfa();
            gbar = sn * dbar - cs * lanczos.alfa();
            const double epsln = sn * lanczos.beta();
            dbar = -cs * lanczos.beta();
            const double z = rhs1 / gamma;
            rhs1 = rhs2 - delta * z;
            rhs2 = -epsln * z;
            snprod *= sn;
            // The residual of the new LQ point is rhs1 z_{k+1} + rhs2 z_{k+2}; those are orthogonal without a
            // preconditioner.
            const double far_size = lanczos.beta() == 0 ? 0 : lanczos.r2_norm() / lanczos.beta();
            const double lq_next =
                monitor.preconditioned() ? std::abs(rhs1) * next_size + std::abs(rhs2) * far_size : std::hypot(rhs1, rhs2);
            if (!(lq_next <= lq)) monitor.keep(x, lq);
            vec::axpy2(n, Sum<T>(z * cs), w, Sum<T>(z * sn), lanczos.v(), x);
            vec::axpby(n, Sum<T>(-cs), lanczos.v(), Sum<T>(sn), w);
            lq = lq_next;
        }
    } while (!monitor.settle(x, r));
    return monitor.report(x);
}

#define TAMIS_INSTANTIATE(T)                                                                                           \
    template IterationReport symmlq<T>(const OperatorRef<T>&, VectorView<const T>, VectorView<T>, SymmlqWorkspace<T>&, \
                                       const SymmlqOptions<T>&);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
