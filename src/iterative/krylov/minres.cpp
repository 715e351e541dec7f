#include <tamis/iterative/krylov/minres.hpp>

#include <cmath>
#include <string>
#include <utility>

#include <tamis/core/error.hpp>

#include "instantiate.hpp"
#include "iterative/monitor.hpp"
#include "iterative/process/lanczos.hpp"
#include "iterative/vector_ops.hpp"

// Letters are those of Paige and Saunders' own program minres.m; the scalars of the QR factorization are Reflections.
namespace tamis::detail {

template <class T>
IterationReport minres(const OperatorRef<T>& A, VectorView<const T> b, VectorView<T> x_out, MinresWorkspace<T>& work,
                       const MinresOptions<T>& options) {
    Monitor<T> monitor("minres", A, b, x_out, common_options<T>(options));
    if (!std::isfinite(options.shift))
        throw InvalidArgument("minres: .shift must be finite, got " + std::to_string(options.shift));
    monitor.set_shift(options.shift);
    const std::int64_t n = A.rows();
    auto& memory = work.memory();
    memory.open();
    T* const x = memory.vector(n);
    T* const r = memory.vector(n);  // b − A x, kept by a recurrence where M's norm is not the one asked for
    T* const v = memory.vector(n);
    T* const r1 = memory.vector(n);
    T* const r2 = memory.vector(n);
    T* const y = memory.vector(n);
    T* w1 = memory.vector(n);
    T* w2 = memory.vector(n);
    if (!monitor.begin(x, r)) return monitor.report(x);

    const bool preconditioned = monitor.preconditioned();
    HermitianLanczos<T> lanczos(monitor, n, v, r1, r2, y);
    do {
        if (!lanczos.begin(r, monitor.residual_norm())) continue;
        vec::zero(n, w1);
        vec::zero(n, w2);
        Reflections q(lanczos.beta());
        InconsistencyTest inconsistent(lanczos.epsilon);
        double gamma1 = 0;
        while (lanczos.next(w2, gamma1)) {  // w2 is v₁/γ₁ when that is asked for
            const double beta = lanczos.beta();
            q.next(lanczos.alfa(), beta);
            if (inconsistent.reached(q, lanczos.norm_A())) {
                monitor.stop(
                    Status::inconsistent,
                    "A is singular to working precision and b not in its range (‖A r‖ / ‖r‖ = %.3g, ‖A‖ ≥ %.3g); x is a "
                    "least-squares solution",
                    q.root, lanczos.norm_A());
                break;
            }
            if (gamma1 == 0) gamma1 = q.gamma;
            // w = (v − oldeps w1 − delta w2) / gamma takes the place of w1.
            vec::axpby(n, Sum<T>(1 / q.gamma), lanczos.v(), Sum<T>(-q.oldeps / q.gamma), w1);
            const double norm_w = vec::axpy_norm(n, Sum<T>(-q.delta / q.gamma), w2, w1);
            std::swap(w1, w2);
            if (lanczos.epsilon * lanczos.norm2_A() * std::abs(q.phi) * norm_w > 0.1 * monitor.residual_norm()) {
                monitor.stop(
                    Status::inconsistent,
                    "A is singular to working precision and b not in its range: the next step, of length %.3g, would add "
                    "more rounding than it removes",
                    std::abs(q.phi) * norm_w);
                break;
            }
            double norm = q.phibar;
            if (preconditioned) {
                // r_k = s² r_{k−1} − φ̄ c z_{k+1}
                vec::scale(n, Sum<T>(q.sn * q.sn), r);
                norm = beta == 0 ? 0 : vec::axpy_norm(n, Sum<T>(-q.phibar * q.cs / beta), lanczos.r2(), r);
            }
            monitor.leave(x, norm);
            vec::axpy(n, Sum<T>(q.phi), w2, x);
            if (!monitor.step(norm)) break;
            lanczos.advance();
        }
    } while (!monitor.settle(x, r));
    return monitor.report(x);
}

#define TAMIS_INSTANTIATE(T)                                                                                           \
    template IterationReport minres<T>(const OperatorRef<T>&, VectorView<const T>, VectorView<T>, MinresWorkspace<T>&, \
                                       const MinresOptions<T>&);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
