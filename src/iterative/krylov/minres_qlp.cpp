#include <tamis/iterative/krylov/minres_qlp.hpp>

#include <cmath>
#include <cstdint>
#include <string>

#include <tamis/core/error.hpp>

#include "instantiate.hpp"
#include "iterative/monitor.hpp"
#include "iterative/process/lanczos.hpp"
#include "iterative/vector_ops.hpp"

// Letters are those of Choi, Paige and Saunders' own program minresqlp.m, which this follows from the first step on in
// its second phase: the reflections of R from the right make it lower triangular, L, so that small diagonal entries show
// themselves.
namespace tamis::detail {

namespace {

/// The scalars of the reflections from the right and of the solution t of L t = τ: u, ul and ul2 are its last entries.
struct RightReflections {
    /// `tiny`: diagonal entries of L up to it count as 0.
    void next(std::int64_t k, const Reflections& q, double tiny) {
        double dlta = q.delta;
        const double gamal2 = gamal;
        gamal = gama;
        gama = q.gamma;
        taul2 = taul;
        taul = tau;
        tau = q.phi;
        if (k > 2) {  // P_{k−2,k}
            veplnl2 = veplnl;
            etal2 = etal;
            etal = eta;
            const double old_dlta = dlta;
            dlta = sr2 * vepln - cr2 * old_dlta;
            veplnl = cr2 * vepln + sr2 * old_dlta;
            eta = sr2 * gama;
            gama = -cr2 * gama;
        }
        if (k > 1) {  // P_{k−1,k}
            reflection(gamal, dlta, cr1, sr1, gamal);
            vepln = sr1 * gama;
            gama = -cr1 * gama;
        }
        const double ul4 = ul3;
        ul3 = ul2;
        if (k > 2) ul2 = (taul2 - etal2 * ul4 - veplnl2 * ul3) / gamal2;
        if (k > 1) ul = (taul - etal * ul3 - veplnl * ul2) / gamal;
        u = (tau - eta * ul2 - vepln * ul) / gama;
        singular = !(std::abs(gama) > tiny);
        if (singular) {
            left_out = u;
            u = 0;
        }
    }
    /// P_{k−1,k+1}, for the next step.
    void look_ahead(std::int64_t k, double eplnn) {
        if (k > 1) reflection(gamal, eplnn, cr2, sr2, gamal);
    }

    double cr1 = -1, sr1 = 0, cr2 = -1, sr2 = 0;
    double u = 0, ul = 0, ul2 = 0;
    bool singular = false;
    double left_out = 0;

  private:
    static void reflection(double a, double b, double& c, double& s, double& r) {
        const double length = std::hypot(a, b);
        c = length == 0 ? 1 : a / length;
        s = length == 0 ? 0 : b / length;
        r = length;
    }
    double gama = 0, gamal = 0, tau = 0, taul = 0, taul2 = 0;
    double vepln = 0, veplnl = 0, veplnl2 = 0, eta = 0, etal = 0, etal2 = 0, ul3 = 0;
};

}  // namespace

template <class T>
IterationReport minres_qlp(const OperatorRef<T>& A, VectorView<const T> b, VectorView<T> x_out, MinresQlpWorkspace<T>& work,
                           const MinresQlpOptions<T>& options) {
    Monitor<T> monitor("minres_qlp", A, b, x_out, common_options<T>(options));
    if (!std::isfinite(options.shift))
        throw InvalidArgument("minres_qlp: .shift must be finite, got " + std::to_string(options.shift));
    monitor.set_shift(options.shift);
    const std::int64_t n = A.rows();
    auto& memory = work.memory();
    memory.open();
    T* const x = memory.vector(n);  // what x_{k−3} and the columns before w_{k−2} give (xl2)
    T* const r = memory.vector(n);  // b − A x, kept by a recurrence where M's norm is not the one asked for
    T* const v = memory.vector(n);
    T* const r1 = memory.vector(n);
    T* const r2 = memory.vector(n);
    T* const y = memory.vector(n);
    T* w = memory.vector(n);
    T* wl = memory.vector(n);
    T* wl2 = memory.vector(n);
    T* const full = memory.vector(n);
    if (!monitor.begin(x, r)) return monitor.report(x);

    const bool preconditioned = monitor.preconditioned();
    HermitianLanczos<T> lanczos(monitor, n, v, r1, r2, y);
    do {
        if (!lanczos.begin(r, monitor.residual_norm())) continue;
        vec::zero(n, w);
        vec::zero(n, wl);
        vec::zero(n, wl2);
        Reflections q(lanczos.beta());
        InconsistencyTest inconsistent(lanczos.epsilon);
        RightReflections p;
        for (std::int64_t k = 1; lanczos.next(w, 1); ++k) {  // in the second call w is v₁
            const double beta = lanczos.beta();
            q.next(lanczos.alfa(), beta);
            if (inconsistent.reached(q, lanczos.norm_A())) {
                monitor.stop(
                    Status::inconsistent,
                    "A is singular to working precision and b not in its range (‖A r‖ / ‖r‖ = %.3g, ‖A‖ ≥ %.3g); x is the "
                    "least-squares solution of minimum length",
                    q.root, lanczos.norm_A());
                break;
            }
            double norm = q.phibar;
            if (preconditioned) {
                // r_k = s² r_{k−1} − φ̄ c z_{k+1}
                vec::scale(n, Sum<T>(q.sn * q.sn), r);
                norm = beta == 0 ? 0 : vec::axpy_norm(n, Sum<T>(-q.phibar * q.cs / beta), lanczos.r2(), r);
                if (monitor.would_leave(norm)) {
                    vec::copy(n, x, full);
                    vec::axpy2(n, Sum<T>(p.ul), wl, Sum<T>(p.u), w, full);
                    monitor.keep(full);
                }
            }
            p.next(k, q, lanczos.epsilon * lanczos.norm_A());
            // t = sr2 wl − cr2 v in the place of wl2, which is no longer needed; then wl2 = cr2 wl + sr2 v in that of wl;
            // then (wl, w) = (cr1 w + sr1 t, sr1 w − cr1 t).
            vec::scaled(n, Sum<T>(-p.cr2), lanczos.v(), wl2);
            vec::axpy(n, Sum<T>(p.sr2), wl, wl2);
            vec::axpby(n, Sum<T>(p.sr2), lanczos.v(), Sum<T>(p.cr2), wl);
            vec::reflect(n, p.cr1, p.sr1, w, wl2);
            T* const t = wl2;
            wl2 = wl;
            wl = w;
            w = t;
            vec::axpy(n, Sum<T>(p.ul2), wl2, x);
            if (p.singular) {
                monitor.stop(
                    Status::inconsistent,
                    "A is singular to working precision and b not in its range (a step of length %.3g was left out); x is "
                    "the least-squares solution of minimum length",
                    p.left_out);
                break;
            }
            if (!monitor.step(norm)) break;
            if (lanczos.epsilon * lanczos.norm_A() * std::abs(p.u) > q.phibar) {
                monitor.suspect_convergence();  // x is so long that its rounding is more than the residual
                break;
            }
            p.look_ahead(k, q.epsln);
            lanczos.advance();
        }
        vec::axpy2(n, Sum<T>(p.ul), wl, Sum<T>(p.u), w, x);
        if (monitor.is_ending(Status::inconsistent) && !preconditioned) {
            // r is in the null space now, and so is what x has of it, from x₀ = 0, a multiple of r (Liu, Milzarek, Roosta
            // 2023).
            const double norm = monitor.residual(x, r);
            if (norm > 0) vec::axpy(n, -vec::dot(n, r, x) / (norm * norm), r, x);
        }
    } while (!monitor.settle(x, r));
    return monitor.report(x);
}

#define TAMIS_INSTANTIATE(T)                                                                          \
    template IterationReport minres_qlp<T>(const OperatorRef<T>&, VectorView<const T>, VectorView<T>, \
                                           MinresQlpWorkspace<T>&, const MinresQlpOptions<T>&);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
