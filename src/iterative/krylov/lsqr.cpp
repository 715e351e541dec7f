#include <tamis/iterative/krylov/lsqr.hpp>

#include <cmath>

#include "instantiate.hpp"
#include "iterative/monitor.hpp"
#include "iterative/process/golub_kahan.hpp"
#include "iterative/vector_ops.hpp"

// Letters are those of Paige and Saunders, steps 1 to 4 of their algorithm.
namespace tamis::detail {

template <class T>
IterationReport lsqr(const OperatorRef<T>& A, VectorView<const T> b, VectorView<T> x_out, LsqrWorkspace<T>& work,
                     const LsqrOptions<T>& options) {
    Monitor<T> monitor("lsqr", A, b, x_out, common_options<T>(options), Shape::rectangular);
    const std::int64_t m = A.rows();
    const std::int64_t n = A.cols();
    auto& memory = work.memory();
    memory.open();
    T* const u = memory.vector(m + n);
    T* const other_u = memory.vector(m + n);
    T* const x = memory.vector(n);
    T* const p = memory.vector(n);
    T* const other_p = memory.vector(n);
    T* const v = memory.vector(n);
    T* const w = memory.vector(n);
    monitor.set_least_squares(options.damping, other_p);
    monitor.set_condition_limit(options.condition_limit);
    if (!monitor.begin(x, u)) return monitor.report(x);

    const DampedOperator<T> damped(monitor, m, n, options.damping);
    do {
        Bidiagonalization<T> bidiagonal(monitor, damped, n, u, other_u, p, other_p, v);
        double phi_bar = damped.complete_residual(x, u);
        if (!bidiagonal.begin(phi_bar)) continue;
        if (bidiagonal.alpha() == 0) {  // Aᴴ r = 0
            monitor.suspect_convergence();
            continue;
        }
        vec::copy(n, bidiagonal.v(), w);
        double rho_bar = bidiagonal.alpha();
        double norm_B = 0;  // ‖B_k‖² and ‖D_k‖² in the Frobenius norm (section 5.3)
        double norm_D = 0;
        for (;;) {
            const double alpha_old = bidiagonal.alpha();
            if (!bidiagonal.next()) break;
            const double alpha = bidiagonal.alpha();
            const double beta = bidiagonal.beta();
            const double rho = std::hypot(rho_bar, beta);
            const double c = rho_bar / rho;
            const double s = beta / rho;
            const double theta = s * alpha;
            rho_bar = -c * alpha;
            const double phi = c * phi_bar;
            phi_bar = s * phi_bar;
            norm_B += alpha_old * alpha_old + beta * beta;
            if (!monitor.preconditioned()) {
                const double length = vec::norm(n, w) / rho;
                norm_D += length * length;
            }
            monitor.estimate(std::sqrt(norm_B), std::sqrt(norm_B * norm_D));
            monitor.leave(x, phi_bar);
            if (!monitor.step(phi_bar, alpha * std::abs(c) / bidiagonal.norm())) {
                vec::axpy(n, Sum<T>(phi / rho), w, x);
                break;
            }
            vec::axpy_xpby(n, Sum<T>(phi / rho), w, x, bidiagonal.v(), Sum<T>(-theta / rho));
        }
    } while (!monitor.settle(x, u));
    return monitor.report(x);
}

#define TAMIS_INSTANTIATE(T)                                                                                       \
    template IterationReport lsqr<T>(const OperatorRef<T>&, VectorView<const T>, VectorView<T>, LsqrWorkspace<T>&, \
                                     const LsqrOptions<T>&);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
