#include "iterative/krylov/bicgstab_l.hpp"

#include <cmath>

#include "instantiate.hpp"
#include "iterative/process/shadow.hpp"
#include "iterative/vector_ops.hpp"

// Letters are those of Algorithm 3.1 of Sleijpen and Fokkema. The preconditioner stands on the right; what the algorithm
// adds to x̂ is collected in e, and x + M e is formed where x is needed.
namespace tamis::detail {

namespace {

/// The polynomial part: the residual is minimized over the span of A r, …, A^ℓ r by modified Gram–Schmidt.
template <class T>
struct Polynomial {
    using S = Sum<T>;
    Polynomial(std::int64_t l_, S* memory) noexcept
        : l(l_),
          tau(memory),
          sigma(tau + (l + 1) * (l + 1)),
          gamma_1(sigma + l + 1),
          gamma(gamma_1 + l + 1),
          gamma_2(gamma + l + 1) {}

    /// False if a power of A has nothing new in it; the monitor is told where a number is not finite.
    bool orthogonalize(Monitor<T>& monitor, std::int64_t n, VectorBlock<T> r, double epsilon) {
        for (std::int64_t j = 1; j <= l; ++j) {
            const double before = vec::norm(n, r[j]);
            if (!accept_finite(monitor, before)) return false;
            for (std::int64_t i = 1; i < j; ++i) {
                at(i, j) = vec::dot(n, r[i], r[j]) / sigma[i];
                vec::axpy(n, -at(i, j), r[i], r[j]);
            }
            const auto d = vec::dot_and_square(n, r[j], r[0]);
            sigma[j] = d.square;
            gamma_1[j] = d.dot / d.square;
            if (!(std::sqrt(d.square) > epsilon * before)) return false;
        }
        return true;
    }
    void solve() noexcept {
        gamma[l] = gamma_1[l];
        for (std::int64_t j = l - 1; j >= 1; --j) {
            gamma[j] = gamma_1[j];
            for (std::int64_t i = j + 1; i <= l; ++i) gamma[j] -= at(j, i) * gamma[i];
        }
        for (std::int64_t j = 1; j < l; ++j) {
            gamma_2[j] = gamma[j + 1];
            for (std::int64_t i = j + 1; i < l; ++i) gamma_2[j] += at(j, i) * gamma[i + 1];
        }
    }
    S& at(std::int64_t i, std::int64_t j) noexcept { return tau[i * (l + 1) + j]; }

    std::int64_t l;
    S* tau;
    S* sigma;
    S* gamma_1;  // γ'
    S* gamma;
    S* gamma_2;  // γ''
};

}  // namespace

template <class T>
IterationReport bicgstab_l(Monitor<T>& monitor, std::int64_t n, WorkspaceMemory<T>& memory, std::int64_t l) {
    using S = Sum<T>;
    memory.open();
    T* const x = memory.vector(n);
    T* const shadow = memory.vector(n);
    T* const e = memory.vector(n);
    T* const e_old = memory.vector(n);
    T* const z = memory.vector(n);
    const VectorBlock<T> r = memory.block(n, l + 1);
    const VectorBlock<T> u = memory.block(n, l + 1);
    Polynomial<T> polynomial(l, memory.scalars(bicgstab_l_scalars(l)));
    if (!monitor.begin(x, r[0])) return monitor.report(x);

    const auto product = [&](const T* v, T* w) {
        if (monitor.preconditioned()) monitor.precondition(v, z);
        monitor.apply(monitor.preconditioned() ? z : v, w);
    };
    /// y = x + M e.
    const auto add_correction = [&](const T* correction, T* y) {
        if (!monitor.preconditioned()) return vec::axpy(n, S(1), correction, y);
        monitor.precondition(correction, z);
        vec::axpy(n, S(1), z, y);
    };

    ShadowResidual<T> choice(n);
    do {
        vec::zero(n, e);
        for (bool go_on = true; go_on;) {  // once for each shadow residual r̃₀
            if (!choice.choose(monitor, r[0], shadow)) break;
            S rho0 = 1;
            S alpha = 0;
            S omega = 1;
            vec::zero(n, u[0]);
            for (;;) {
                vec::copy(n, e, e_old);
                rho0 = -omega * rho0;
                bool broken = false;
                double norm = monitor.residual_norm();
                std::int64_t j = 0;
                for (; j < l; ++j) {
                    const S rho1 = vec::dot(n, shadow, r[j]);
                    const double size = vec::norm(n, r[j]);
                    if (!(go_on = accept_finite(monitor, size))) break;
                    if ((broken = choice.vanishes(rho1, size))) break;
                    const S beta = alpha * rho1 / rho0;
                    rho0 = rho1;
                    for (std::int64_t i = 0; i <= j; ++i) vec::xpby(n, r[i], -beta, u[i]);
                    product(u[j], u[j + 1]);
                    const auto us = vec::dot_and_square(n, u[j + 1], shadow);
                    if (!(go_on = accept_finite(monitor, us.square))) break;
                    if ((broken = choice.vanishes(us.dot, std::sqrt(us.square)))) break;
                    alpha = rho0 / conjugate(us.dot);
                    norm = vec::axpy_norm(n, -alpha, u[1], r[0]);
                    for (std::int64_t i = 1; i <= j; ++i) vec::axpy(n, -alpha, u[i + 1], r[i]);
                    vec::axpy(n, alpha, u[0], e);
                    if ((broken = monitor.is_small(norm))) break;
                    product(r[j], r[j + 1]);
                    choice.succeeded();
                }
                if (!go_on) break;
                if (broken || !polynomial.orthogonalize(monitor, n, r, choice.epsilon())) {
                    // r[0] is the residual of x + M e in any case: begin anew from there.
                    norm = vec::norm(n, r[0]);
                    broken = true;
                } else {
                    polynomial.solve();
                    omega = polynomial.gamma[l];
                    vec::axpy(n, polynomial.gamma[1], r[0], e);
                    for (std::int64_t i = 1; i < l; ++i) vec::axpy(n, polynomial.gamma_2[i], r[i], e);
                    for (std::int64_t i = 1; i <= l; ++i) vec::axpy(n, -polynomial.gamma[i], u[i], u[0]);
                    for (std::int64_t i = 1; i <= l; ++i) norm = vec::axpy_norm(n, -polynomial.gamma_1[i], r[i], r[0]);
                }
                if (monitor.would_leave(norm)) {
                    vec::copy(n, x, r[1]);
                    add_correction(e_old, r[1]);
                    monitor.keep(r[1]);
                }
                go_on = !monitor.is_ending() && monitor.step(norm);
                if (!go_on || broken) break;
            }
        }
        add_correction(e, x);
    } while (!monitor.settle(x, r[0]));
    return monitor.report(x);
}

#define TAMIS_INSTANTIATE(T) \
    template IterationReport bicgstab_l<T>(Monitor<T>&, std::int64_t, WorkspaceMemory<T>&, std::int64_t);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
