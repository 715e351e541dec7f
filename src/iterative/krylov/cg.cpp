#include <tamis/iterative/krylov/cg.hpp>

#include <algorithm>
#include <cmath>

#include "instantiate.hpp"
#include "iterative/monitor.hpp"
#include "iterative/process/hermitian.hpp"
#include "iterative/vector_ops.hpp"

// Letters are those of Saad's Algorithm 9.1, with σ = pᴴAp and ρ = rᴴz. Its step "x ← x + αp" waits until β is known, so
// that x and p move in one pass, and until the new residual norm has told whether the old x is worth keeping.
namespace tamis::detail {

namespace {

/// The curvature pᴴAp / pᴴp along the search directions.
template <class T>
class Curvature {
  public:
    /// pᴴAp must be positive.
    bool accept(Monitor<T>& monitor, const vec::DotAndSquare<T>& pq) {
        const double sigma = real_part(pq.dot);
        const double value = sigma / pq.square;
        if (!std::isfinite(value)) {
            monitor.stop(Status::not_finite, "pᴴAp is not finite");
            return false;
        }
        largest_ = std::max(largest_, std::abs(value));
        in_rounding_ = std::abs(value) <= 4 * static_cast<double>(epsilon_v<T>) * largest_;
        if (sigma > 0 && !is_complex_beyond_rounding<T>(pq.dot, std::abs(sigma))) return true;
        if (in_rounding_) give_up(monitor, value);
        else if (!(sigma > 0))
            monitor.stop(Status::indefinite_operator, "A is not positive definite: pᴴAp / pᴴp = %.3g", value);
        else
            monitor.stop(Status::indefinite_operator, "A is not Hermitian: Im pᴴAp = %.3g beside %.3g",
                         static_cast<double>(imag_part(pq.dot)), sigma);
        return false;
    }
    /// After a step along a direction whose curvature is no more than rounding: whether it led anywhere.
    bool helped(Monitor<T>& monitor, double before, double after) {
        if (!in_rounding_ || after < before) return true;
        give_up(monitor, 0);
        return false;
    }

  private:
    void give_up(Monitor<T>& monitor, double value) {
        monitor.stop(Status::inconsistent,
                     "A is singular to working precision (pᴴAp / pᴴp = %.3g, elsewhere up to %.3g) and b not in its range",
                     value, largest_);
    }
    double largest_ = 0;
    bool in_rounding_ = false;
};

}  // namespace

template <class T>
IterationReport cg(const OperatorRef<T>& A, VectorView<const T> b, VectorView<T> x_out, CgWorkspace<T>& work,
                   const CgOptions<T>& options) {
    Monitor<T> monitor("cg", A, b, x_out, common_options<T>(options));
    const std::int64_t n = A.rows();
    auto& memory = work.memory();
    memory.open();
    T* const x = memory.vector(n);
    T* const r = memory.vector(n);
    T* const p = memory.vector(n);
    T* const q = memory.vector(n);  // A p, and later in an iteration z = M r
    if (!monitor.begin(x, r)) return monitor.report(x);

    const auto squared = [](double norm) { return Sum<T>(norm * norm); };
    const T* const z = monitor.preconditioned() ? q : r;
    Curvature<T> curvature;
    do {
        double norm = monitor.residual_norm();
        if (monitor.preconditioned()) monitor.precondition(r, q);
        Sum<T> rho = monitor.preconditioned() ? vec::dot(n, r, z) : squared(norm);
        vec::copy(n, z, p);
        for (;;) {
            if (!accept_preconditioned_square(monitor, rho)) break;
            monitor.apply(p, q);
            const auto pq = vec::dot_and_square(n, p, q);
            if (!curvature.accept(monitor, pq)) break;
            const Sum<T> alpha = real_part(rho) / real_part(pq.dot);
            const double before = norm;
            norm = vec::axpy_norm(n, -alpha, q, r);
            monitor.leave(x, norm);
            if (!monitor.step(norm) || !curvature.helped(monitor, before, norm)) {
                vec::axpy(n, alpha, p, x);
                break;
            }
            if (monitor.preconditioned()) monitor.precondition(r, q);
            const Sum<T> rho_old = rho;
            rho = monitor.preconditioned() ? vec::dot(n, r, z) : squared(norm);
            vec::axpy_xpby(n, alpha, p, x, z, real_part(rho) / real_part(rho_old));
        }
    } while (!monitor.settle(x, r));
    return monitor.report(x);
}

#define TAMIS_INSTANTIATE(T)                                                                                   \
    template IterationReport cg<T>(const OperatorRef<T>&, VectorView<const T>, VectorView<T>, CgWorkspace<T>&, \
                                   const CgOptions<T>&);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
