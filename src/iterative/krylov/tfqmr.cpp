#include <tamis/iterative/krylov/tfqmr.hpp>

#include <cmath>

#include "instantiate.hpp"
#include "iterative/monitor.hpp"
#include "iterative/process/shadow.hpp"
#include "iterative/vector_ops.hpp"

// Letters are those of Freund, Algorithm 5.1; r and A d are carried along as well, for the norm of the residual.
namespace tamis::detail {

template <class T>
IterationReport tfqmr(const OperatorRef<T>& A, VectorView<const T> b, VectorView<T> x_out, TfqmrWorkspace<T>& work,
                      const TfqmrOptions<T>& options) {
    Monitor<T> monitor("tfqmr", A, b, x_out, common_options<T>(options));
    const std::int64_t n = A.rows();
    auto& memory = work.memory();
    memory.open();
    T* const x = memory.vector(n);
    T* const r = memory.vector(n);
    T* const shadow = memory.vector(n);
    T* const w = memory.vector(n);
    T* const u = memory.vector(n);
    T* const v = memory.vector(n);
    T* const d = memory.vector(n);
    T* const Ad = memory.vector(n);
    T* const y = memory.vector(n);
    T* const t = memory.vector(n);
    if (!monitor.begin(x, r)) return monitor.report(x);

    ShadowResidual<T> choice(n);
    /// y = M u, t = A y.
    const auto product = [&] {
        if (monitor.preconditioned()) monitor.precondition(u, y);
        else vec::copy(n, u, y);
        monitor.apply(y, t);
    };
    do {
        for (bool go_on = true; go_on;) {  // once for each shadow residual r̃
            if (!choice.choose(monitor, r, shadow)) break;
            vec::copy(n, r, w);
            vec::copy(n, r, u);
            vec::zero(n, d);
            vec::zero(n, Ad);
            double tau = monitor.residual_norm();
            double theta = 0;
            Sum<T> eta = 0;
            Sum<T> alpha = 1;
            Sum<T> rho = vec::dot(n, shadow, r);
            product();
            vec::copy(n, t, v);
            for (std::int64_t m = 0;; ++m) {
                const bool even = m % 2 == 0;
                if (even) {
                    const auto vs = vec::dot_and_square(n, v, shadow);
                    if (!(go_on = accept_finite(monitor, vs.square)) || choice.vanishes(vs.dot, std::sqrt(vs.square))) break;
                    alpha = rho / conjugate(vs.dot);
                }
                // t = A M u here.
                const double norm_w = vec::axpy_norm(n, -alpha, t, w);
                if (!(go_on = accept_finite(monitor, norm_w))) break;
                const Sum<T> factor = theta * theta * eta / alpha;
                vec::xpby(n, y, factor, d);
                vec::xpby(n, t, factor, Ad);
                theta = norm_w / tau;
                const double c = 1 / std::sqrt(1 + theta * theta);
                tau *= theta * c;
                eta = c * c * alpha;
                const double norm = vec::axpy_norm(n, -eta, Ad, r);
                monitor.leave(x, norm);
                vec::axpy(n, eta, d, x);
                if (!(go_on = monitor.step(norm))) break;
                if (10 * tau * std::sqrt(static_cast<double>(m + 2)) < norm) {
                    // More than the bound of the quasi-residual allows: rounding has led w astray.
                    monitor.suspect_convergence();
                    go_on = false;
                    break;
                }
                if (even) {
                    vec::axpy(n, -alpha, v, u);
                    product();
                    continue;
                }
                const Sum<T> rho_old = rho;
                rho = vec::dot(n, shadow, w);
                if (choice.vanishes(rho, norm_w)) break;
                const Sum<T> beta = rho / rho_old;
                vec::xpby(n, w, beta, u);
                // v = A M u + β (A M u_old + β v)
                vec::xpby(n, t, beta, v);
                product();
                vec::xpby(n, t, beta, v);
                choice.succeeded();
            }
        }
    } while (!monitor.settle(x, r));
    return monitor.report(x);
}

#define TAMIS_INSTANTIATE(T)                                                                                         \
    template IterationReport tfqmr<T>(const OperatorRef<T>&, VectorView<const T>, VectorView<T>, TfqmrWorkspace<T>&, \
                                      const TfqmrOptions<T>&);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
