#include <tamis/iterative/krylov/flexible_cg.hpp>

#include <string>

#include <tamis/core/error.hpp>

#include "instantiate.hpp"
#include "iterative/monitor.hpp"
#include "iterative/process/hermitian.hpp"
#include "iterative/vector_ops.hpp"

// Letters are those of Notay: d are the search directions, w = M r.
namespace tamis {

template <class T>
FlexibleCgWorkspace<T>::FlexibleCgWorkspace(std::int64_t n, std::int64_t directions)
    : memory_("FlexibleCgWorkspace", n, directions < 0 ? directions : 2 * directions + 3, directions < 0 ? 0 : directions) {}

namespace detail {

template <class T>
IterationReport flexible_cg(const OperatorRef<T>& A, VectorView<const T> b, VectorView<T> x_out,
                            FlexibleCgWorkspace<T>& work, const FlexibleCgOptions<T>& options) {
    Monitor<T> monitor("flexible_cg", A, b, x_out, common_options<T>(options));
    if (options.directions < 1)
        throw InvalidArgument("flexible_cg: .directions must be at least 1, got " + std::to_string(options.directions));
    const std::int64_t n = A.rows();
    const std::int64_t most = options.directions;
    auto& memory = work.memory();
    memory.open();
    T* const x = memory.vector(n);
    T* const r = memory.vector(n);
    T* const w = memory.vector(n);
    const VectorBlock<T> d = memory.block(n, most);
    const VectorBlock<T> q = memory.block(n, most);  // A d
    Sum<T>* const sigma = memory.scalars(most);      // dᴴ A d
    if (!monitor.begin(x, r)) return monitor.report(x);

    Curvature<T> curvature;
    do {
        double norm = monitor.residual_norm();
        std::int64_t kept = 0;  // directions before d_i, at places 0 … kept − 1
        std::int64_t last = 0;  // the place of d_{i−1}
        for (;;) {
            // w_i = M r_i; d_i = w_i − Σ (q_kᴴ w_i / σ_k) d_k
            const T* z = r;
            if (monitor.preconditioned()) {
                monitor.precondition(r, w);
                z = w;
            }
            const Sum<T> rho = monitor.preconditioned() ? vec::dot(n, r, z) : Sum<T>(norm * norm);
            if (!accept_preconditioned_square(monitor, rho)) break;
            if (kept == most && most > 1) {
                // The last direction stays, as that of a restarted sequence.
                if (last != 0) {
                    vec::copy(n, d[last], d[0]);
                    vec::copy(n, q[last], q[0]);
                    sigma[0] = sigma[last];
                }
                kept = 1;
            }
            const std::int64_t i = most == 1 ? 0 : kept;
            if (most == 1 && kept == 1) {
                vec::xpby(n, z, -vec::dot(n, q[0], z) / sigma[0], d[0]);
            } else {
                vec::copy(n, z, d[i]);
                for (std::int64_t k = 0; k < kept; ++k) vec::axpy(n, -vec::dot(n, q[k], z) / sigma[k], d[k], d[i]);
            }
            monitor.apply(d[i], q[i]);
            const auto dq = vec::dot_and_square(n, d[i], q[i]);
            if (!curvature.accept(monitor, dq)) break;
            sigma[i] = real_part(dq.dot);
            const Sum<T> alpha = vec::dot(n, d[i], r) / sigma[i];
            const double before = norm;
            norm = vec::axpy_norm(n, -alpha, q[i], r);
            monitor.leave(x, norm);
            vec::axpy(n, alpha, d[i], x);
            last = i;
            kept = i + 1;
            if (!monitor.step(norm) || !curvature.helped(monitor, before, norm)) break;
        }
    } while (!monitor.settle(x, r));
    return monitor.report(x);
}

#define TAMIS_INSTANTIATE(T)                                                                           \
    template IterationReport flexible_cg<T>(const OperatorRef<T>&, VectorView<const T>, VectorView<T>, \
                                            FlexibleCgWorkspace<T>&, const FlexibleCgOptions<T>&);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace detail

#define TAMIS_INSTANTIATE(T) template class FlexibleCgWorkspace<T>;
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis
