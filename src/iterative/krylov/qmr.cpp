#include <tamis/iterative/krylov/qmr.hpp>

#include <cmath>

#include "instantiate.hpp"
#include "iterative/monitor.hpp"
#include "iterative/process/shadow.hpp"
#include "iterative/vector_ops.hpp"

// Letters are those of Barrett et al. (Templates for the Solution of Linear Systems, SIAM 1994, Figure 2.8) with M₁ = I
// and M = M₂⁻¹; p_t is p̃, and left vectors are conjugated as complex numbers want it.
namespace tamis::detail {

template <class T>
IterationReport qmr(const OperatorRef<T>& A, VectorView<const T> b, VectorView<T> x_out, QmrWorkspace<T>& work,
                    const QmrOptions<T>& options) {
    Monitor<T> monitor("qmr", A, b, x_out, common_options<T>(options));
    monitor.require_adjoints();
    const std::int64_t n = A.rows();
    auto& memory = work.memory();
    memory.open();
    T* const x = memory.vector(n);
    T* const r = memory.vector(n);
    T* const shadow = memory.vector(n);
    T* const v = memory.vector(n);
    T* const w = memory.vector(n);
    T* const p = memory.vector(n);
    T* const q = memory.vector(n);
    T* const d = memory.vector(n);
    T* const s = memory.vector(n);
    T* const p_t = memory.vector(n);
    T* const y = memory.vector(n);
    T* const z = memory.vector(n);
    if (!monitor.begin(x, r)) return monitor.report(x);

    const bool preconditioned = monitor.preconditioned();
    ShadowResidual<T> choice(n);
    do {
        for (bool go_on = true; go_on;) {  // once for each start of the left vectors
            if (!choice.choose(monitor, r, shadow)) break;
            vec::copy(n, r, v);
            vec::copy(n, shadow, w);
            vec::zero(n, d);
            vec::zero(n, s);
            double rho = monitor.residual_norm();
            if (preconditioned) monitor.precondition_adjoint(w, z);
            double xi = vec::norm(n, preconditioned ? z : w);
            double gamma = 1;
            double theta = 0;
            double tau = rho;  // the norm of the quasi-residual
            std::int64_t steps = 0;
            Sum<T> eta = -1;
            Sum<T> epsilon = 1;
            for (bool first = true;; first = false) {
                if (!(go_on = accept_finite(monitor, xi)) || !(rho > 0) || !(xi > 0)) break;
                vec::scale(n, Sum<T>(1 / rho), v);
                vec::scale(n, Sum<T>(1 / xi), w);
                if (preconditioned) vec::scale(n, Sum<T>(1 / xi), z);
                else vec::copy(n, w, z);
                const Sum<T> delta = vec::dot(n, z, v);
                if (is_rounding(delta, 1, choice.epsilon())) break;
                if (preconditioned) monitor.precondition(v, y);
                else vec::copy(n, v, y);
                if (first) {
                    vec::copy(n, y, p);
                    vec::copy(n, z, q);
                } else {
                    vec::xpby(n, y, -xi * delta / epsilon, p);
                    vec::xpby(n, z, -conjugate(rho * delta / epsilon), q);
                }
                monitor.apply(p, p_t);
                const auto pq = vec::dot_and_square(n, p_t, q);
                if (!(go_on = accept_finite(monitor, pq.square))) break;
                epsilon = conjugate(pq.dot);
                if (is_rounding(epsilon, std::sqrt(pq.square) * vec::norm(n, q), choice.epsilon())) break;
                const Sum<T> beta = epsilon / delta;
                const double rho_old = rho;
                // ṽ = p̃ − β v takes the place of v, w̃ = Aᴴ q − β̄ w that of w.
                vec::scale(n, -beta, v);
                rho = vec::axpy_norm(n, Sum<T>(1), p_t, v);
                monitor.apply_adjoint(q, y);
                vec::xpby(n, y, -conjugate(beta), w);
                if (preconditioned) monitor.precondition_adjoint(w, z);
                xi = vec::norm(n, preconditioned ? z : w);
                const double theta_old = theta;
                const double gamma_old = gamma;
                theta = rho / (gamma * std::abs(beta));
                gamma = 1 / std::sqrt(1 + theta * theta);
                eta = -eta * rho_old * (gamma * gamma) / (beta * (gamma_old * gamma_old));
                const double factor = first ? 0 : (theta_old * gamma) * (theta_old * gamma);
                vec::axpby(n, eta, p, Sum<T>(factor), d);
                vec::axpby(n, eta, p_t, Sum<T>(factor), s);
                const double norm = vec::axpy_norm(n, Sum<T>(-1), s, r);
                monitor.leave(x, norm);
                vec::axpy(n, Sum<T>(1), d, x);
                if (!(go_on = monitor.step(norm))) break;
                tau *= theta * gamma;
                if (10 * tau * std::sqrt(static_cast<double>(++steps + 1)) < norm) {
                    // More than the bound of the quasi-residual allows: rounding has led the recurrences astray.
                    monitor.suspect_convergence();
                    go_on = false;
                    break;
                }
                choice.succeeded();
            }
        }
    } while (!monitor.settle(x, r));
    return monitor.report(x);
}

#define TAMIS_INSTANTIATE(T)                                                                                     \
    template IterationReport qmr<T>(const OperatorRef<T>&, VectorView<const T>, VectorView<T>, QmrWorkspace<T>&, \
                                    const QmrOptions<T>&);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
