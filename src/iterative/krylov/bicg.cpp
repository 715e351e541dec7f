#include <tamis/iterative/krylov/bicg.hpp>

#include <cmath>

#include "instantiate.hpp"
#include "iterative/monitor.hpp"
#include "iterative/process/shadow.hpp"
#include "iterative/vector_ops.hpp"

// Letters are those of Saad (Iterative Methods for Sparse Linear Systems, Algorithm 7.3, preconditioned); what belongs
// to the system with Aᴴ, starred there, ends in _s here.
namespace tamis::detail {

template <class T>
IterationReport bicg(const OperatorRef<T>& A, VectorView<const T> b, VectorView<T> x_out, BicgWorkspace<T>& work,
                     const BicgOptions<T>& options) {
    Monitor<T> monitor("bicg", A, b, x_out, common_options<T>(options));
    monitor.require_adjoints();
    const std::int64_t n = A.rows();
    auto& memory = work.memory();
    memory.open();
    T* const x = memory.vector(n);
    T* const r = memory.vector(n);
    T* const r_s = memory.vector(n);
    T* const p = memory.vector(n);
    T* const p_s = memory.vector(n);
    T* const q = memory.vector(n);
    T* const q_s = memory.vector(n);
    if (!monitor.begin(x, r)) return monitor.report(x);

    const bool preconditioned = monitor.preconditioned();
    const T* const z = preconditioned ? q : r;  // M r and Mᴴ r̃ take the places of A p and Aᴴ p̃
    const T* const z_s = preconditioned ? q_s : r_s;
    ShadowResidual<T> choice(n);
    do {
        for (bool go_on = true; go_on;) {  // once for each start r̃
            if (!choice.choose(monitor, r, r_s)) break;
            Sum<T> rho_old = 1;
            for (bool first = true;; first = false) {
                if (preconditioned) {
                    monitor.precondition(r, q);
                    monitor.precondition_adjoint(r_s, q_s);
                }
                const auto zr = vec::dot_and_square(n, z, r_s);
                if (!(go_on = accept_finite(monitor, zr.square))) break;
                const Sum<T> rho = conjugate(zr.dot);
                if (is_rounding(rho, std::sqrt(zr.square) * vec::norm(n, r_s), choice.epsilon())) break;
                const Sum<T> beta = first ? Sum<T>(0) : rho / rho_old;
                if (first) {
                    vec::copy(n, z, p);
                    vec::copy(n, z_s, p_s);
                } else {
                    vec::xpby(n, z, beta, p);
                    vec::xpby(n, z_s, conjugate(beta), p_s);
                }
                monitor.apply(p, q);
                monitor.apply_adjoint(p_s, q_s);
                const auto qp = vec::dot_and_square(n, q, p_s);
                if (!(go_on = accept_finite(monitor, qp.square))) break;
                if (is_rounding(qp.dot, std::sqrt(qp.square) * vec::norm(n, p_s), choice.epsilon())) break;
                const Sum<T> alpha = rho / conjugate(qp.dot);
                const double norm = vec::axpy_norm(n, -alpha, q, r);
                monitor.leave(x, norm);
                vec::axpy(n, alpha, p, x);
                if (!(go_on = monitor.step(norm))) break;
                vec::axpy(n, -conjugate(alpha), q_s, r_s);
                rho_old = rho;
                choice.succeeded();
            }
        }
    } while (!monitor.settle(x, r));
    return monitor.report(x);
}

#define TAMIS_INSTANTIATE(T)                                                                                       \
    template IterationReport bicg<T>(const OperatorRef<T>&, VectorView<const T>, VectorView<T>, BicgWorkspace<T>&, \
                                     const BicgOptions<T>&);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
