#include <tamis/iterative/krylov/idrs.hpp>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include <tamis/core/error.hpp>

#include "instantiate.hpp"
#include "iterative/monitor.hpp"
#include "iterative/process/arnoldi.hpp"
#include "iterative/process/shadow.hpp"
#include "iterative/vector_ops.hpp"

// Letters are those of van Gijzen and Sonneveld, Figure 2 (IDR(s)-biortho), with the preconditioner on the right.
namespace tamis {

namespace detail {
namespace {
/// M (s×s), f and c.
constexpr std::int64_t projection_scalars(std::int64_t s) noexcept {
    return s * s + 2 * s;
}
}  // namespace
}  // namespace detail

template <class T>
IdrsWorkspace<T>::IdrsWorkspace(std::int64_t n, std::int64_t s)
    : memory_("IdrsWorkspace", n, s < 0 ? s : 3 * s + 4, s < 0 ? 0 : detail::projection_scalars(s)) {}

namespace detail {

namespace {

/// The small lower triangular system with M = Pᴴ G.
template <class T>
struct Projection {
    using S = Sum<T>;
    Projection(std::int64_t s, S* memory) noexcept : f(memory), c(memory + s), s_(s), M_(memory + 2 * s) {}
    void begin() noexcept {
        for (std::int64_t i = 0; i < s_; ++i)
            for (std::int64_t j = 0; j < s_; ++j) M(i, j) = i == j ? S(1) : S(0);
    }
    S& M(std::int64_t i, std::int64_t j) noexcept { return M_[i * s_ + j]; }
    /// c with M(k:, k:) c = f(k:).
    const S* solve(std::int64_t k) noexcept {
        for (std::int64_t i = k; i < s_; ++i) {
            S sum = f[i];
            for (std::int64_t j = k; j < i; ++j) sum -= M(i, j) * c[j - k];
            c[i - k] = sum / M(i, i);
        }
        return c;
    }
    S* f;
    S* c;

  private:
    std::int64_t s_;
    S* M_;
};

/// s orthonormal random vectors.
template <class T>
void random_space(std::int64_t n, std::int64_t s, std::uint64_t seed, VectorBlock<T> P, Sum<T>* h) {
    for (std::int64_t k = 0; k < s; ++k) {
        vec::fill_random(n, seed * 1000 + static_cast<std::uint64_t>(k), P[k]);
        const double norm = k == 0 ? vec::norm(n, P[0]) : orthogonalize(n, P, k, P[k], h).norm;
        vec::scale(n, Sum<T>(1 / norm), P[k]);
    }
}

}  // namespace

template <class T>
IterationReport idrs(const OperatorRef<T>& A, VectorView<const T> b, VectorView<T> x_out, IdrsWorkspace<T>& work,
                     const IdrsOptions<T>& options) {
    Monitor<T> monitor("idrs", A, b, x_out, common_options<T>(options));
    if (options.s < 1) throw InvalidArgument("idrs: .s must be at least 1, got " + std::to_string(options.s));
    const std::int64_t n = A.rows();
    const std::int64_t s = std::max<std::int64_t>(1, std::min(options.s, n));
    auto& memory = work.memory();
    memory.open();
    const VectorBlock<T> P = memory.block(n, s);
    const VectorBlock<T> G = memory.block(n, s);
    const VectorBlock<T> U = memory.block(n, s);
    T* const x = memory.vector(n);
    T* const r = memory.vector(n);
    T* const v = memory.vector(n);
    T* const t = memory.vector(n);
    Projection<T> projection(s, memory.scalars(projection_scalars(s)));
    if (!monitor.begin(x, r)) return monitor.report(x);

    const double epsilon = static_cast<double>(epsilon_v<T>);
    const auto from = [](VectorBlock<T> all, std::int64_t k) { return VectorBlock<T>{all[k], all.stride}; };
    /// v = M t, or v = t.
    const auto precondition = [&](const T* from_t) {
        if (monitor.preconditioned()) monitor.precondition(from_t, v);
        else if (from_t != v) vec::copy(n, from_t, v);
    };
    int failures = 0;
    do {
        for (bool go_on = true; go_on;) {  // once for each space P
            if (failures > 2) {
                monitor.stop(Status::breakdown, "a projection vanishes, whatever random space it is taken with");
                break;
            }
            random_space(n, s, static_cast<std::uint64_t>(++failures), P, projection.c);
            for (std::int64_t k = 0; k < s; ++k) {
                vec::zero(n, G[k]);
                vec::zero(n, U[k]);
            }
            projection.begin();
            Sum<T> omega = 1;
            for (bool broken = false; !broken && go_on;) {
                for (std::int64_t k = 0; k < s; ++k) projection.f[k] = vec::dot(n, P[k], r);
                for (std::int64_t k = 0; k < s; ++k) {
                    // v = r − Σ c_i g_i; u_k = Σ c_i u_i + ω M v; g_k = A u_k
                    const Sum<T>* const c = projection.solve(k);
                    vec::copy(n, r, t);
                    for (std::int64_t i = k; i < s; ++i) vec::axpy(n, -c[i - k], G[i], t);
                    precondition(t);
                    vec::scale(n, omega, v);
                    vec::add_combination(n, from(U, k), s - k, c, v);
                    vec::copy(n, v, U[k]);
                    monitor.apply(U[k], G[k]);
                    for (std::int64_t i = 0; i < k; ++i) {
                        const Sum<T> alpha = vec::dot(n, P[i], G[k]) / projection.M(i, i);
                        vec::axpy(n, -alpha, G[i], G[k]);
                        vec::axpy(n, -alpha, U[i], U[k]);
                    }
                    const double norm_g = vec::norm(n, G[k]);
                    if (!(go_on = accept_finite(monitor, norm_g))) break;
                    for (std::int64_t i = k; i < s; ++i) projection.M(i, k) = vec::dot(n, P[i], G[k]);
                    if ((broken = is_rounding(projection.M(k, k), norm_g, epsilon))) break;
                    const Sum<T> beta = projection.f[k] / projection.M(k, k);
                    const double norm = vec::axpy_norm(n, -beta, G[k], r);
                    monitor.leave(x, norm);
                    vec::axpy(n, beta, U[k], x);
                    if (!(go_on = monitor.step(norm))) break;
                    for (std::int64_t i = k + 1; i < s; ++i) projection.f[i] -= beta * projection.M(i, k);
                }
                if (broken || !go_on) break;
                // Into the next space: r ← (I − ω A M) r, with ω kept away from 0 (Sleijpen and van der Vorst, 1995).
                precondition(r);
                monitor.apply(v, t);
                const auto tr = vec::dot_and_square(n, t, r);
                if (!(go_on = accept_finite(monitor, tr.square))) break;
                const double size = std::sqrt(tr.square) * monitor.residual_norm();
                if ((broken = is_rounding(tr.dot, size, epsilon))) break;
                omega = tr.dot / tr.square;
                if (const double cosine = std::abs(tr.dot) / size; cosine < 0.7) omega *= 0.7 / cosine;
                const double norm = vec::axpy_norm(n, -omega, t, r);
                monitor.leave(x, norm);
                vec::axpy(n, omega, v, x);
                go_on = monitor.step(norm);
                failures = 0;
            }
        }
    } while (!monitor.settle(x, r));
    return monitor.report(x);
}

#define TAMIS_INSTANTIATE(T)                                                                                       \
    template IterationReport idrs<T>(const OperatorRef<T>&, VectorView<const T>, VectorView<T>, IdrsWorkspace<T>&, \
                                     const IdrsOptions<T>&);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace detail

#define TAMIS_INSTANTIATE(T) template class IdrsWorkspace<T>;
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis
