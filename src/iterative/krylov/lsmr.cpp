#include <tamis/iterative/krylov/lsmr.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

#include "instantiate.hpp"
#include "iterative/monitor.hpp"
#include "iterative/process/golub_kahan.hpp"
#include "iterative/vector_ops.hpp"

// Letters are those of Fong and Saunders, sections 2.4 (the algorithm) and 5 (the norm of the residual), without
// damping, which is part of Ā.
namespace tamis::detail {

namespace {

/// ‖r_k‖ from the scalars of the iteration.
class ResidualNorm {
  public:
    explicit ResidualNorm(double beta) : beta_double_dot(beta) {}
    double next(double c, double s, double theta_bar, double rho_bar, double zeta) {
        const double beta_hat = c * beta_double_dot;
        beta_double_dot = -s * beta_double_dot;
        const double theta_tilde_old = theta_tilde;
        const double rho_tilde_old = std::hypot(rho_dot_old, theta_bar);
        const double c_tilde_old = rho_dot_old / rho_tilde_old;
        const double s_tilde_old = theta_bar / rho_tilde_old;
        theta_tilde = s_tilde_old * rho_bar;
        rho_dot_old = c_tilde_old * rho_bar;
        beta_dot = -s_tilde_old * beta_dot + c_tilde_old * beta_hat;
        tau_tilde_old = (zeta_old - theta_tilde_old * tau_tilde_old) / rho_tilde_old;
        const double tau_dot = (zeta - theta_tilde * tau_tilde_old) / rho_dot_old;
        zeta_old = zeta;
        return std::hypot(beta_dot - tau_dot, beta_double_dot);
    }

  private:
    double beta_double_dot;
    double beta_dot = 0;
    double rho_dot_old = 1;
    double tau_tilde_old = 0;
    double theta_tilde = 0;
    double zeta_old = 0;
};

/// ‖Ā‖ as ‖B_k‖_F, and cond(Ā) as the quotient of the extreme diagonal entries of R̄_k (section 5).
class Estimates {
  public:
    explicit Estimates(double alpha) : square(alpha * alpha) {}
    void next(double alpha, double beta, double rho_bar_old, double rho_temp) {
        norm = std::sqrt(square + beta * beta);
        square += beta * beta + alpha * alpha;
        largest = std::max(largest, rho_bar_old);
        if (++k > 1) smallest = std::min(smallest, rho_bar_old);
        condition = std::max(largest, rho_temp) / std::min(smallest, rho_temp);
    }
    double norm = 0;
    double condition = 0;

  private:
    double square;
    double largest = 0;
    double smallest = std::numeric_limits<double>::infinity();
    std::int64_t k = 0;
};

}  // namespace

template <class T>
IterationReport lsmr(const OperatorRef<T>& A, VectorView<const T> b, VectorView<T> x_out, LsmrWorkspace<T>& work,
                     const LsmrOptions<T>& options) {
    Monitor<T> monitor("lsmr", A, b, x_out, common_options<T>(options), Shape::rectangular);
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
    T* const h = memory.vector(n);
    T* const h_bar = memory.vector(n);
    monitor.set_least_squares(options.damping, other_p);
    monitor.set_condition_limit(options.condition_limit);
    if (!monitor.begin(x, u)) return monitor.report(x);

    const DampedOperator<T> damped(monitor, m, n, options.damping);
    do {
        Bidiagonalization<T> bidiagonal(monitor, damped, n, u, other_u, p, other_p, v);
        const double beta_1 = damped.complete_residual(x, u);
        if (!bidiagonal.begin(beta_1)) continue;
        if (bidiagonal.alpha() == 0) {  // Aᴴ r = 0
            monitor.suspect_convergence();
            continue;
        }
        double alpha_bar = bidiagonal.alpha();
        double zeta_bar = alpha_bar * beta_1;
        double rho = 1;
        double rho_bar = 1;
        double c_bar = 1;
        double s_bar = 0;
        ResidualNorm residual(beta_1);
        Estimates estimates(alpha_bar);
        vec::copy(n, bidiagonal.v(), h);
        vec::zero(n, h_bar);
        for (;;) {
            if (!bidiagonal.next()) break;
            const double alpha = bidiagonal.alpha();
            const double beta = bidiagonal.beta();
            const double rho_old = rho;
            rho = std::hypot(alpha_bar, beta);
            const double c = alpha_bar / rho;
            const double s = beta / rho;
            const double theta = s * alpha;
            alpha_bar = c * alpha;
            const double rho_bar_old = rho_bar;
            const double theta_bar = s_bar * rho;
            estimates.next(alpha, beta, rho_bar_old, c_bar * rho);
            monitor.estimate(estimates.norm, estimates.condition);
            rho_bar = std::hypot(c_bar * rho, theta);
            c_bar = c_bar * rho / rho_bar;
            s_bar = theta / rho_bar;
            const double zeta = c_bar * zeta_bar;
            zeta_bar = -s_bar * zeta_bar;
            vec::xpby(n, h, Sum<T>(-theta_bar * rho / (rho_old * rho_bar_old)), h_bar);
            const double norm = residual.next(c, s, theta_bar, rho_bar, zeta);
            monitor.leave(x, norm);
            vec::axpy(n, Sum<T>(zeta / (rho * rho_bar)), h_bar, x);
            if (!monitor.step(norm, norm == 0 ? 0 : std::abs(zeta_bar) / (bidiagonal.norm() * norm))) break;
            vec::xpby(n, bidiagonal.v(), Sum<T>(-theta / rho), h);
        }
    } while (!monitor.settle(x, u));
    return monitor.report(x);
}

#define TAMIS_INSTANTIATE(T)                                                                                       \
    template IterationReport lsmr<T>(const OperatorRef<T>&, VectorView<const T>, VectorView<T>, LsmrWorkspace<T>&, \
                                     const LsmrOptions<T>&);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
