#include <tamis/iterative/krylov/lgmres.hpp>

#include <algorithm>

#include "instantiate.hpp"
#include "iterative/monitor.hpp"
#include "iterative/process/arnoldi.hpp"
#include "iterative/process/preconditioned_arnoldi.hpp"
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

    using Step = typename PreconditionedArnoldi<T>::Step;
    PreconditionedArnoldi<T> arnoldi(monitor, n, options.side, V, z, least_squares);
    std::int64_t cycles = 0;  // corrections there are; the last one is at (cycles − 1) mod `most`
    do {
        arnoldi.compare();
        for (;;) {
            monitor.keep(x);
            vec::copy(n, r, r_old);
            if (!arnoldi.begin()) break;
            Step step = Step::taken;
            const std::int64_t kept = std::min(cycles, most);
            while (step == Step::taken && least_squares.columns() < m + kept) {
                const std::int64_t j = least_squares.columns();
                T* const w = V[j + 1];
                if (j < m) arnoldi.product(V[j], w);
                else if (arnoldi.left()) monitor.precondition(AZ[j - m], w);
                else vec::copy(n, AZ[j - m], w);
                step = arnoldi.extend(j >= m);  // a correction may have nothing new in it
            }
            if (const std::int64_t j = least_squares.columns(); j > 0) {
                const Sum<T>* const coefficients = least_squares.solve();
                vec::zero(n, dx);
                vec::add_combination(n, V, std::min(j, m), coefficients, dx);
                if (arnoldi.right()) {
                    monitor.precondition(dx, z);
                    vec::copy(n, z, dx);
                }
                if (j > m) vec::add_combination(n, Z, j - m, coefficients + m, dx);
                vec::axpy(n, Sum<T>(1), dx, x);
            }
            if (step == Step::stopped) break;
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
