#include <tamis/iterative/krylov/cgls.hpp>

#include <algorithm>
#include <cmath>

#include "instantiate.hpp"
#include "iterative/monitor.hpp"
#include "iterative/process/golub_kahan.hpp"
#include "iterative/vector_ops.hpp"

// Letters are those of Björck: s = Āᴴ r, q = Ā p; z = M s.
namespace tamis::detail {

template <class T>
IterationReport cgls(const OperatorRef<T>& A, VectorView<const T> b, VectorView<T> x_out, CglsWorkspace<T>& work,
                     const CglsOptions<T>& options) {
    Monitor<T> monitor("cgls", A, b, x_out, common_options<T>(options), Shape::rectangular);
    const std::int64_t m = A.rows();
    const std::int64_t n = A.cols();
    auto& memory = work.memory();
    memory.open();
    T* const r = memory.vector(m + n);
    T* const q = memory.vector(m + n);
    T* const x = memory.vector(n);
    T* const p = memory.vector(n);
    T* const s = memory.vector(n);
    T* const z = monitor.preconditioned() ? memory.vector(n) : s;
    monitor.set_least_squares(options.damping, s);
    monitor.set_condition_limit(options.condition_limit);
    if (!monitor.begin(x, r)) return monitor.report(x);

    const DampedOperator<T> damped(monitor, m, n, options.damping);
    const double epsilon = static_cast<double>(epsilon_v<T>);
    double norm_A = 0;
    /// s = Āᴴ r, z = M s, γ = sᴴz. False where the monitor was told to stop.
    const auto gradient = [&](double& norm_s, double& gamma) {
        damped.apply_adjoint(r, s);
        norm_s = vec::norm(n, s);
        if (!std::isfinite(norm_s)) {
            monitor.stop(Status::not_finite, "a product with the adjoint of A is not finite");
            return false;
        }
        gamma = norm_s * norm_s;
        if (norm_s == 0 || !monitor.preconditioned()) return true;
        monitor.precondition(s, z);
        const Sum<T> square = vec::dot(n, s, z);
        gamma = real_part(square);
        return accept_preconditioned_square(monitor, square);
    };
    const auto raise = [&](double norm) {
        norm_A = std::max(norm_A, norm);
        monitor.raise_operator_norm(norm);
    };
    do {
        double norm = damped.complete_residual(x, r);
        double norm_s = 0;
        double gamma = 0;
        if (!gradient(norm_s, gamma)) continue;
        raise(norm_s / norm);
        if (norm_s == 0) {
            monitor.suspect_convergence();
            continue;
        }
        vec::copy(n, z, p);
        // ‖Ā‖² and ‖Ā⁺‖² in the Frobenius norm: the trace of the tridiagonal matrix of Lanczos, which has 1/α_k +
        // β_k/α_{k−1} on its diagonal (Saad, Iterative Methods for Sparse Linear Systems, section 6.7.3), and that of
        // (ĀᴴĀ)⁻¹ = Σ p pᴴ / ‖q‖².
        double norm_squared = 0;
        double inverse_squared = 0;
        double beta_over_alpha = 0;
        for (;;) {
            damped.apply(p, q);
            const double norm_q = vec::norm(damped.length(), q);
            const double norm_p = vec::norm(n, p);
            if (!std::isfinite(norm_q)) {
                monitor.stop(Status::not_finite, "a product with A is not finite");
                break;
            }
            raise(norm_q / norm_p);
            if (!(norm_q > epsilon * norm_A * norm_p)) {
                // A p = 0 to working precision, although p is in the range of Aᴴ: only rounding is left.
                monitor.suspect_convergence();
                break;
            }
            const double alpha = gamma / (norm_q * norm_q);
            norm_squared += 1 / alpha + beta_over_alpha;
            if (!monitor.preconditioned()) inverse_squared += (norm_p / norm_q) * (norm_p / norm_q);
            monitor.estimate(std::sqrt(norm_squared), std::sqrt(norm_squared * inverse_squared));
            norm = vec::axpy_norm(damped.length(), Sum<T>(-alpha), q, r);
            monitor.leave(x, norm);
            const double gamma_old = gamma;
            if (!gradient(norm_s, gamma)) {
                vec::axpy(n, Sum<T>(alpha), p, x);
                break;
            }
            if (!monitor.step(norm, norm_s == 0 ? 0 : norm_s / (norm_A * norm))) {
                vec::axpy(n, Sum<T>(alpha), p, x);
                break;
            }
            beta_over_alpha = gamma / gamma_old / alpha;
            vec::axpy_xpby(n, Sum<T>(alpha), p, x, z, Sum<T>(gamma / gamma_old));
        }
    } while (!monitor.settle(x, r));
    return monitor.report(x);
}

#define TAMIS_INSTANTIATE(T)                                                                                       \
    template IterationReport cgls<T>(const OperatorRef<T>&, VectorView<const T>, VectorView<T>, CglsWorkspace<T>&, \
                                     const CglsOptions<T>&);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
