#include <tamis/iterative/krylov/bicgstab.hpp>

#include <algorithm>
#include <cmath>
#include <string>

#include <tamis/core/error.hpp>

#include "instantiate.hpp"
#include "iterative/krylov/bicgstab_l.hpp"
#include "iterative/monitor.hpp"
#include "iterative/process/shadow.hpp"
#include "iterative/vector_ops.hpp"

// Letters are those of van der Vorst: r̃ is the shadow residual, s = r − α v, p̂ = M p, ŝ = M s.
namespace tamis {

template <class T>
BicgstabWorkspace<T>::BicgstabWorkspace(std::int64_t n, std::int64_t l)
    : memory_("BicgstabWorkspace", n, l <= 1 ? 8 : 2 * l + 7, l <= 1 ? 0 : detail::bicgstab_l_scalars(l)) {}

namespace detail {

template <class T>
IterationReport bicgstab(const OperatorRef<T>& A, VectorView<const T> b, VectorView<T> x_out, BicgstabWorkspace<T>& work,
                         const BicgstabOptions<T>& options) {
    Monitor<T> monitor("bicgstab", A, b, x_out, common_options<T>(options));
    if (options.l < 1) throw InvalidArgument("bicgstab: .l must be at least 1, got " + std::to_string(options.l));
    if (options.l > 1) return bicgstab_l(monitor, A.rows(), work.memory(), options.l);
    const std::int64_t n = A.rows();
    auto& memory = work.memory();
    memory.open();
    T* const x = memory.vector(n);
    T* const r = memory.vector(n);  // also s
    T* const shadow = memory.vector(n);
    T* const p = memory.vector(n);
    T* const v = memory.vector(n);
    T* const t = memory.vector(n);
    T* const p_hat = monitor.preconditioned() ? memory.vector(n) : p;
    T* const s_hat = monitor.preconditioned() ? memory.vector(n) : r;
    if (!monitor.begin(x, r)) return monitor.report(x);

    ShadowResidual<T> choice(n);
    do {
        for (bool go_on = true; go_on;) {  // once for each shadow residual r̃
            if (!choice.choose(monitor, r, shadow)) break;
            Sum<T> rho_old = 1;
            Sum<T> alpha = 1;
            Sum<T> omega = 1;
            double norm = monitor.residual_norm();
            vec::zero(n, p);
            vec::zero(n, v);
            for (bool first = true;; first = false) {
                const Sum<T> rho = vec::dot(n, shadow, r);
                if (choice.vanishes(rho, norm)) break;
                const Sum<T> beta = first ? Sum<T>(0) : (rho / rho_old) * (alpha / omega);
                vec::direction(n, r, beta, omega, v, p);
                if (monitor.preconditioned()) monitor.precondition(p, p_hat);
                monitor.apply(p_hat, v);
                const auto vs = vec::dot_and_square(n, v, shadow);
                if (!(go_on = accept_finite(monitor, vs.square)) || choice.vanishes(vs.dot, std::sqrt(vs.square))) break;
                alpha = rho / conjugate(vs.dot);
                norm = vec::axpy_norm(n, -alpha, v, r);
                vec::DotAndSquare<T> ts{Sum<T>(0), 0};
                if (!monitor.is_small(norm)) {
                    if (monitor.preconditioned()) monitor.precondition(r, s_hat);
                    monitor.apply(s_hat, t);
                    ts = vec::dot_and_square(n, t, r);
                }
                const bool finite = accept_finite(monitor, ts.square);
                if (!finite || !(std::abs(ts.dot) > choice.epsilon() * std::sqrt(ts.square) * norm)) {
                    // Half an iteration, as s is small enough or ω = 0: s is the residual of x + α p̂.
                    monitor.leave(x, norm);
                    vec::axpy(n, alpha, p_hat, x);
                    go_on = finite && monitor.step(norm);
                    break;
                }
                omega = ts.dot / ts.square;
                // x needs ŝ, which without a preconditioner is s, before r takes its place.
                monitor.leave(x, std::sqrt(std::max(0.0, norm * norm - std::norm(ts.dot) / ts.square)));
                vec::axpy2(n, alpha, p_hat, omega, s_hat, x);
                norm = vec::axpy_norm(n, -omega, t, r);
                if (!(go_on = monitor.step(norm))) break;
                rho_old = rho;
                choice.succeeded();
            }
        }
    } while (!monitor.settle(x, r));
    return monitor.report(x);
}

#define TAMIS_INSTANTIATE(T)                                                                                               \
    template IterationReport bicgstab<T>(const OperatorRef<T>&, VectorView<const T>, VectorView<T>, BicgstabWorkspace<T>&, \
                                         const BicgstabOptions<T>&);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace detail

#define TAMIS_INSTANTIATE(T) template class BicgstabWorkspace<T>;
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis
