#include <tamis/iterative/krylov/gmres.hpp>

#include <algorithm>
#include <cmath>

#include "instantiate.hpp"
#include "iterative/monitor.hpp"
#include "iterative/process/arnoldi.hpp"
#include "iterative/vector_ops.hpp"

// Letters are those of Saad and Schultz: V the Arnoldi vectors, H (inside HessenbergLeastSquares) their Hessenberg matrix,
// w = A v before it is orthogonalized, y the coefficients of the correction.
namespace tamis {

template <class T>
GmresWorkspace<T>::GmresWorkspace(std::int64_t n, std::int64_t restart)
    : restart_(restart),
      memory_("GmresWorkspace", n, restart < 0 ? restart : restart + 3,
              detail::HessenbergLeastSquares<T>::scalars(std::max<std::int64_t>(restart, 0))) {}

namespace detail {

template <class T>
IterationReport gmres(const OperatorRef<T>& A, VectorView<const T> b, VectorView<T> x_out, GmresWorkspace<T>& work,
                      const GmresOptions<T>& options) {
    Monitor<T> monitor("gmres", A, b, x_out, common_options<T>(options));
    check_option("gmres", "restart", static_cast<double>(options.restart));
    const std::int64_t n = A.rows();
    const std::int64_t m = cycle_length(options.restart, n, work.restart());
    auto& memory = work.memory();
    memory.open();
    const VectorBlock<T> V = memory.block(n, m + 1);
    T* const x = memory.vector(n);
    T* const z = memory.vector(n);
    HessenbergLeastSquares<T> least_squares(m, memory.scalars(HessenbergLeastSquares<T>::scalars(m)));
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
    double caution = 1;  // > 1 where the norm that M on the left minimizes proved too rosy a picture of the residual's
    do {
        if (left && estimate > 0) caution *= std::max(1.0, 2 * monitor.residual_norm() / estimate);
        for (;;) {
            monitor.keep(x);
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
            while (go_on && least_squares.columns() < m) {
                const std::int64_t j = least_squares.columns();
                T* const w = V[j + 1];
                product(V[j], w);
                const auto size = orthogonalize(n, V, j + 1, w, least_squares.column());
                if (!std::isfinite(size.before)) {
                    monitor.stop(Status::not_finite, "A v is not finite");
                    go_on = false;
                    break;
                }
                const bool exhausted = !(size.norm > epsilon * size.before);
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
            const std::int64_t j = least_squares.columns();
            if (right && j > 0) {
                // V y, M V y; w's place is free.
                vec::zero(n, z);
                vec::add_combination(n, V, j, least_squares.solve(), z);
                monitor.precondition(z, V[0]);
                vec::axpy(n, Sum<T>(1), V[0], x);
            } else if (j > 0) {
                vec::add_combination(n, V, j, least_squares.solve(), x);
            }
            if (!go_on) break;
            if (monitor.restart(x, r)) return monitor.report(x);
        }
    } while (!monitor.settle(x, r));
    return monitor.report(x);
}

#define TAMIS_INSTANTIATE(T)                                                                                         \
    template IterationReport gmres<T>(const OperatorRef<T>&, VectorView<const T>, VectorView<T>, GmresWorkspace<T>&, \
                                      const GmresOptions<T>&);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace detail

#define TAMIS_INSTANTIATE(T) template class GmresWorkspace<T>;
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis
