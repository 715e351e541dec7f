#include <tamis/iterative/krylov/fgmres.hpp>

#include <algorithm>
#include <cmath>

#include <tamis/core/error.hpp>

#include "instantiate.hpp"
#include "iterative/monitor.hpp"
#include "iterative/process/arnoldi.hpp"
#include "iterative/vector_ops.hpp"

// Letters are those of Saad's Algorithm 9.6 (Iterative Methods for Sparse Linear Systems): z_j = M_j v_j, w = A z_j.
namespace tamis {

template <class T>
FgmresWorkspace<T>::FgmresWorkspace(std::int64_t n, std::int64_t restart)
    : restart_(restart),
      memory_("FgmresWorkspace", n, restart < 0 ? restart : 2 * restart + 2,
              detail::HessenbergLeastSquares<T>::scalars(std::max<std::int64_t>(restart, 0))) {}

namespace detail {

template <class T>
IterationReport fgmres(const OperatorRef<T>& A, VectorView<const T> b, VectorView<T> x_out, FgmresWorkspace<T>& work,
                       const FgmresOptions<T>& options) {
    Monitor<T> monitor("fgmres", A, b, x_out, common_options<T>(options));
    check_option("fgmres", "restart", static_cast<double>(options.restart));
    if (options.side != Side::right)
        throw InvalidArgument(
            "fgmres: a preconditioner that changes can only stand on the right; .side must be Side::right");
    const std::int64_t n = A.rows();
    const std::int64_t m = cycle_length(options.restart, n, work.restart());
    const bool preconditioned = monitor.preconditioned();
    auto& memory = work.memory();
    memory.open();
    T* const x = memory.vector(n);
    const VectorBlock<T> V = memory.block(n, m + 1);
    const VectorBlock<T> Z = preconditioned ? memory.block(n, m) : V;
    HessenbergLeastSquares<T> least_squares(m, memory.scalars(HessenbergLeastSquares<T>::scalars(m)));
    T* const r = V[0];
    if (!monitor.begin(x, r)) return monitor.report(x);

    const double epsilon = static_cast<double>(epsilon_v<T>);
    do {
        for (;;) {
            monitor.keep(x);
            const double beta = monitor.residual_norm();
            vec::scale(n, Sum<T>(1 / beta), V[0]);
            least_squares.begin(beta);
            bool go_on = true;
            while (go_on && least_squares.columns() < m) {
                const std::int64_t j = least_squares.columns();
                T* const w = V[j + 1];
                if (preconditioned) monitor.precondition(V[j], Z[j]);
                monitor.apply(Z[j], w);
                const auto size = orthogonalize(n, V, j + 1, w, least_squares.column());
                if (!std::isfinite(size.before)) {
                    monitor.stop(Status::not_finite, "A M v is not finite");
                    go_on = false;
                    break;
                }
                const bool exhausted = !(size.norm > epsilon * size.before);
                if (!least_squares.accept(exhausted ? 0 : size.norm, epsilon)) {
                    monitor.stop(Status::breakdown,
                                 "the space of %lld vectors is exhausted and has no better solution: A or M is singular",
                                 static_cast<long long>(j + 1));
                    go_on = false;
                    break;
                }
                go_on = monitor.step(least_squares.residual());
                if (go_on) vec::scale(n, Sum<T>(1 / size.norm), w);
            }
            if (const std::int64_t j = least_squares.columns(); j > 0)
                vec::add_combination(n, Z, j, least_squares.solve(), x);
            if (!go_on) break;
            if (monitor.restart(x, r)) return monitor.report(x);
        }
    } while (!monitor.settle(x, r));
    return monitor.report(x);
}

#define TAMIS_INSTANTIATE(T)                                                                                           \
    template IterationReport fgmres<T>(const OperatorRef<T>&, VectorView<const T>, VectorView<T>, FgmresWorkspace<T>&, \
                                       const FgmresOptions<T>&);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace detail

#define TAMIS_INSTANTIATE(T) template class FgmresWorkspace<T>;
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis
