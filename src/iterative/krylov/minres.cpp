#include <tamis/iterative/krylov/minres.hpp>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include <tamis/core/error.hpp>

#include "instantiate.hpp"
#include "iterative/monitor.hpp"
#include "iterative/process/hermitian.hpp"
#include "iterative/vector_ops.hpp"

// Letters are those of Paige and Saunders' own program minres.m: the Lanczos process β_{k+1} z_{k+1} = A v_k − α_k z_k −
// β_k z_{k−1} with v = M z (r2 is β z), and the QR factorization of its tridiagonal matrix by reflections.
namespace tamis::detail {

namespace {

/// The scalars of the QR factorization.
struct Reflections {
    explicit Reflections(double beta) : phibar(beta) {}

    /// Column k of the tridiagonal matrix: alfa on the diagonal, beta below it.
    void next(double alfa, double beta) {
        oldeps = epsln;
        delta = cs * dbar + sn * alfa;
        gbar = sn * dbar - cs * alfa;
        epsln = sn * beta;
        dbar = -cs * beta;
        root = std::hypot(gbar, dbar);
        gamma = std::hypot(gbar, beta);
        cs = gbar / gamma;
        sn = beta / gamma;
        phi = cs * phibar;
        previous = phibar;
        phibar = sn * phibar;
    }

    double oldeps = 0, delta = 0, gbar = 0, epsln = 0, dbar = 0, gamma = 0;
    double cs = -1, sn = 0;
    double phi = 0;
    double phibar;        // ‖r_k‖ in the norm of M
    double previous = 0;  // ‖r_{k−1}‖
    double root = 0;      // ‖A r_{k−1}‖ / ‖r_{k−1}‖
};

/// Looks for A r = 0. For an inconsistent system ‖A r‖ / (‖A‖‖r‖) falls to about √ε and no further, as x takes up ever more
/// of the null space; the residual norm stands still then to the last bits, which it does not do on its way to 0.
class LeastSquaresTest {
  public:
    explicit LeastSquaresTest(double epsilon) : epsilon_(epsilon) {}
    bool reached(const Reflections& q, double norm_A) {
        if (!(q.root > 10 * epsilon_ * norm_A)) return true;
        if (q.root > 4 * std::sqrt(epsilon_) * norm_A) {
            since_ = 0;
            return false;
        }
        if (since_++ == 0) start_ = q.previous;
        if (since_ <= patience) return false;
        since_ = 0;
        return !(q.previous < (1 - 100 * epsilon_) * start_);
    }

  private:
    static constexpr int patience = 5;
    double epsilon_;
    double start_ = 0;
    int since_ = 0;
};

}  // namespace

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
    T* r1 = memory.vector(n);
    T* r2 = memory.vector(n);
    T* y = memory.vector(n);
    T* w1 = memory.vector(n);
    T* w2 = memory.vector(n);
    if (!monitor.begin(x, r)) return monitor.report(x);

    const double epsilon = static_cast<double>(epsilon_v<T>);
    const bool preconditioned = monitor.preconditioned();
    /// y = M r2; β = √(r2ᴴ y). What is left of an invariant subspace is rounding, and counts as 0.
    const auto norm_of_r2 = [&](double euclidean, double negligible, double& beta) {
        if (!preconditioned || !(euclidean > negligible)) {
            beta = euclidean > negligible || !(euclidean == euclidean) ? euclidean : 0;
            return true;
        }
        monitor.precondition(r2, y);
        const Sum<T> square = vec::dot(n, r2, y);
        if (!accept_preconditioned_square(monitor, square)) return false;
        beta = std::sqrt(real_part(square));
        return true;
    };

    do {
        vec::copy(n, r, r2);
        double beta = 0;
        if (!norm_of_r2(monitor.residual_norm(), 0, beta)) continue;
        vec::scaled(n, Sum<T>(1 / beta), preconditioned ? y : r2, v);
        vec::zero(n, w1);
        vec::zero(n, w2);
        Reflections q(beta);
        LeastSquaresTest least_squares(epsilon);
        double oldb = 0;
        double norm_A = 0;   // of A between the spaces with M's norms
        double norm2_A = 0;  // ‖A‖₂ from below
        double gamma1 = 0;
        for (std::int64_t k = 1;; ++k) {
            monitor.apply(v, y);
            if (k == 2) {
                // v₁ᴴ A v₂ is β₂ if A is Hermitian; w2 is v₁/γ₁.
                const Sum<T> s = gamma1 * vec::dot(n, w2, y);
                if (std::abs(s - beta) > std::sqrt(epsilon) * std::max(std::abs(s), norm_A)) {
                    monitor.stop(Status::breakdown, "A is not Hermitian: v₁ᴴAv₂ = %.3g, v₂ᴴAv₁ = %.3g",
                                 static_cast<double>(real_part(s)), beta);
                    break;
                }
            }
            const double norm_Av = k > 1 ? vec::axpy_norm(n, Sum<T>(-beta / oldb), r1, y) : 0;
            const auto vy = vec::dot_and_square(n, v, y);
            const Sum<T> vAv = vy.dot;
            const double alfa = real_part(vAv);
            if (is_complex_beyond_rounding<T>(vAv, std::max({std::abs(vAv), norm_A, beta}))) {
                monitor.stop(Status::breakdown, "A is not Hermitian: Im vᴴAv = %.3g", static_cast<double>(imag_part(vAv)));
                break;
            }
            const double euclidean = vec::axpy_norm(n, Sum<T>(-alfa / beta), r2, y);
            std::swap(r1, r2);
            std::swap(r2, y);
            norm2_A = std::max(norm2_A, std::max(norm_Av, euclidean) / std::sqrt(vy.square));
            oldb = beta;
            norm_A = std::max(norm_A, std::hypot(alfa, k > 1 ? oldb : 0.0));
            if (!norm_of_r2(euclidean, epsilon * (preconditioned ? 0 : norm_A), beta)) break;
            norm_A = std::max(norm_A, std::hypot(alfa, beta));
            if (!std::isfinite(alfa) || !std::isfinite(beta)) {
                monitor.stop(Status::not_finite, "A v is not finite");
                break;
            }
            q.next(alfa, beta);
            if (least_squares.reached(q, norm_A)) {
                monitor.stop(
                    Status::inconsistent,
                    "A is singular to working precision and b not in its range (‖A r‖ / ‖r‖ = %.3g, ‖A‖ ≥ %.3g); x is a "
                    "least-squares solution",
                    q.root, norm_A);
                break;
            }
            if (k == 1) gamma1 = q.gamma;
            // w = (v − oldeps w1 − delta w2) / gamma takes the place of w1.
            vec::axpby(n, Sum<T>(1 / q.gamma), v, Sum<T>(-q.oldeps / q.gamma), w1);
            const double norm_w = vec::axpy_norm(n, Sum<T>(-q.delta / q.gamma), w2, w1);
            std::swap(w1, w2);
            if (epsilon * norm2_A * std::abs(q.phi) * norm_w > 0.1 * monitor.residual_norm()) {
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
                norm = beta == 0 ? 0 : vec::axpy_norm(n, Sum<T>(-q.phibar * q.cs / beta), r2, r);
            }
            monitor.leave(x, norm);
            vec::axpy(n, Sum<T>(q.phi), w2, x);
            if (!monitor.step(norm)) break;
            vec::scaled(n, Sum<T>(1 / beta), preconditioned ? y : r2, v);
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
