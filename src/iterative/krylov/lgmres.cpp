#include <tamis/iterative/krylov/lgmres.hpp>

#include <algorithm>
#include <cmath>

#include "instantiate.hpp"
#include "iterative/monitor.hpp"
#include "iterative/process/arnoldi.hpp"
#include "iterative/vector_ops.hpp"

// Letters are those of Saad and Schultz: V the Arnoldi vectors, H (inside HessenbergLeastSquares) their Hessenberg matrix,
// w = A v before it is orthogonalized; Z are the corrections (error approximations) of Baker, Jessup and Manteuffel.
namespace tamis {

template <class T>
LgmresWorkspace<T>::LgmresWorkspace(std::int64_t n, std::int64_t restart, std::int64_t augment)
    : restart_(restart),
      memory_("LgmresWorkspace", n, restart < 0 || augment < 0 ? -1 : restart + 3 * augment + 5,
              detail::HessenbergLeastSquares<T>::scalars(std::max<std::int64_t>(restart, 0) +
                                                         std::max<std::int64_t>(augment, 0))) {}

namespace detail {

template <class T>
IterationReport lgmres(const OperatorRef<T>& A, VectorView<const T> b, VectorView<T> x_out, LgmresWorkspace<T>& work,
                       const LgmresOptions<T>& options) {
    Monitor<T> monitor("lgmres", A, b, x_out, common_options<T>(options));
    check_option("lgmres", "restart", static_cast<double>(options.restart));
    check_option("lgmres", "augment", static_cast<double>(options.augment));
    const std::int64_t n = A.rows();
    const std::int64_t m = cycle_length(options.restart, n, work.restart());
    auto& memory = work.memory();
    memory.open();
    const std::int64_t most = options.augment;
    const VectorBlock<T> V = memory.block(n, m + most + 1);
    const VectorBlock<T> Z = memory.block(n, most);   // the last corrections, of length 1
    const VectorBlock<T> AZ = memory.block(n, most);  // and A times them
    T* const x = memory.vector(n);
    T* const z = memory.vector(n);
    T* const dx = memory.vector(n);
    T* const r_old = memory.vector(n);
    HessenbergLeastSquares<T> least_squares(m + most, memory.scalars(HessenbergLeastSquares<T>::scalars(m + most)));
    T* const r = V[0];
    if (!monitor.begin(x, r)) return monitor.report(x);

    const double epsilon = static_cast<double>(epsilon_v<T>);
    const bool left = monitor.preconditioned() && options.side == Side::left;
    const bool right = monitor.preconditioned() && !left;
    /// w = A v, A M v or M A v.
    const auto product = [&](const T* v, T* w) {
        if (right) monitor.precondition(v, z);
        monitor.apply(right ? z : v, left ? z : w);
        if (left) monitor.precondition(z, w);
    };

    double estimate = 0;
    double caution = 1;       // > 1 where the norm that M on the left minimizes proved too rosy a picture of the residual's
    std::int64_t cycles = 0;  // corrections there are; the last one is at (cycles − 1) mod `most`
    do {
        if (left && estimate > 0) caution *= std::max(1.0, 2 * monitor.residual_norm() / estimate);
        for (;;) {
            monitor.keep(x);
            vec::copy(n, r, r_old);
            double beta = monitor.residual_norm();
            double scale = 1;  // from the norm that is minimized to the residual's
            if (left) {
                monitor.precondition(r, z);
                vec::copy(n, z, V[0]);
                const double preconditioned = vec::norm(n, z);
                scale = caution * beta / preconditioned;
                beta = preconditioned;
                if (!std::isfinite(beta)) {
                    monitor.stop(Status::not_finite, "M r is not finite, M being the preconditioner");
                    break;
                }
                if (!(beta > 0)) {
                    monitor.stop(Status::breakdown, "the preconditioner M is singular: M r = 0");
                    break;
                }
            }
            vec::scale(n, Sum<T>(1 / beta), V[0]);
            least_squares.begin(beta);
            bool go_on = true;
            const std::int64_t kept = std::min(cycles, most);
            while (go_on && least_squares.columns() < m + kept) {
                const std::int64_t j = least_squares.columns();
                T* const w = V[j + 1];
                if (j < m) {
                    product(V[j], w);
                } else if (left) {
                    monitor.precondition(AZ[j - m], w);
                } else {
                    vec::copy(n, AZ[j - m], w);
                }
                const auto size = orthogonalize(n, V, j + 1, w, least_squares.column());
                if (!std::isfinite(size.before)) {
                    monitor.stop(Status::not_finite, "A v is not finite");
                    go_on = false;
                    break;
                }
                const bool exhausted = !(size.norm > epsilon * size.before);
                if (exhausted && j >= m) break;  // a correction with nothing new in it
                if (!least_squares.accept(exhausted ? 0 : size.norm, epsilon)) {
                    monitor.stop(
                        Status::breakdown,
                        "A is singular to working precision: the Krylov space of %lld vectors has no better solution",
                        static_cast<long long>(j + 1));
                    go_on = false;
                    break;
                }
                estimate = scale * least_squares.residual();
                go_on = monitor.step(estimate);
                if (go_on) vec::scale(n, Sum<T>(1 / size.norm), w);
            }
            if (const std::int64_t j = least_squares.columns(); j > 0) {
                const Sum<T>* const coefficients = least_squares.solve();
                vec::zero(n, dx);
                vec::add_combination(n, V, std::min(j, m), coefficients, dx);
                if (right) {
                    monitor.precondition(dx, z);
                    vec::copy(n, z, dx);
                }
                if (j > m) vec::add_combination(n, Z, j - m, coefficients + m, dx);
                vec::axpy(n, Sum<T>(1), dx, x);
            }
            if (!go_on) break;
            if (monitor.restart(x, r)) return monitor.report(x);
            if (const double length = vec::norm(n, dx); most > 0 && length > 0) {
                const std::int64_t place = cycles++ % most;
                vec::scaled(n, Sum<T>(1 / length), dx, Z[place]);
                // A dx is what the residual lost.
                vec::scaled(n, Sum<T>(1 / length), r_old, AZ[place]);
                vec::axpy(n, Sum<T>(-1 / length), r, AZ[place]);
            }
        }
    } while (!monitor.settle(x, r));
    return monitor.report(x);
}

#define TAMIS_INSTANTIATE(T)                                                                                           \
    template IterationReport lgmres<T>(const OperatorRef<T>&, VectorView<const T>, VectorView<T>, LgmresWorkspace<T>&, \
                                       const LgmresOptions<T>&);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace detail

#define TAMIS_INSTANTIATE(T) template class LgmresWorkspace<T>;
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis
