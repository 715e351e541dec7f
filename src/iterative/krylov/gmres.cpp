#include <tamis/iterative/krylov/gmres.hpp>

#include <algorithm>

#include "instantiate.hpp"
#include "iterative/monitor.hpp"
#include "iterative/process/arnoldi.hpp"
#include "iterative/process/preconditioned_arnoldi.hpp"
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

    PreconditionedArnoldi<T> arnoldi(monitor, n, options.side, V, z, least_squares);
    do {
        arnoldi.compare();
        for (;;) {
            monitor.keep(x);
            if (!arnoldi.begin()) break;
            bool go_on = true;
            while (go_on && least_squares.columns() < m) {
                const std::int64_t j = least_squares.columns();
                arnoldi.product(V[j], V[j + 1]);
                go_on = arnoldi.extend() == PreconditionedArnoldi<T>::Step::taken;
            }
            const std::int64_t j = least_squares.columns();
            if (arnoldi.right() && j > 0) {
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
