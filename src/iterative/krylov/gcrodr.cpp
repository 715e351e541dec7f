#include <tamis/iterative/krylov/gcrodr.hpp>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include <tamis/core/error.hpp>

#include "core/random.hpp"
#include "instantiate.hpp"
#include "iterative/monitor.hpp"
#include "iterative/process/arnoldi.hpp"
#include "iterative/process/small_matrix.hpp"
#include "iterative/vector_ops.hpp"

// Letters are those of Parks et al. (the appendix): C = A M U with orthonormal columns, V the Arnoldi vectors of (I − C Cᴴ)
// A M, B = Cᴴ A M V, D scales U to columns of length 1, V̂ = [U D, V], Ŵ = [C, V], A M V̂ = Ŵ G. Vectors of U are those before
// the preconditioner.
namespace tamis {

namespace detail {
namespace {

/// Numbers for the small matrices of cycles of m vectors.
constexpr std::int64_t gcrodr_scalars(std::int64_t m) noexcept {
    return 8 * (m + 2) * (m + 2);
}

template <class T>
class Gcrodr {
  public:
    using S = Sum<T>;

    Gcrodr(Monitor<T>& monitor, std::int64_t n, std::int64_t m, std::int64_t k, WorkspaceMemory<T>& memory)
        : monitor_(monitor),
          n_(n),
          m_(m),
          k_(k),
          V_(memory.block(n, m + 1)),
          C_(memory.block(n, k)),
          U_(memory.block(n, k)),
          C_new_(memory.block(n, k)),
          U_new_(memory.block(n, k)),
          x(memory.vector(n)),
          r(memory.vector(n)),
          z_(memory.vector(n)),
          t_(memory.vector(n)),
          least_squares_(m, memory.scalars(HessenbergLeastSquares<T>::scalars(m))),
          small_(memory.scalars(gcrodr_scalars(m))) {}

    /// C = A M U for a space that was brought along, and the residual freed from it. True if that is the end.
    bool take(RecycleSpace<T>& space) {
        kept_ = 0;
        for (std::int64_t j = 0; j < std::min(space.size(), k_); ++j) {
            T* const u = U_[kept_];
            T* const c = C_[kept_];
            vec::copy(space[j], u);
            product(u, c);
            S* const h = small_;
            const auto size =
                kept_ == 0 ? Orthogonalized<T>{vec::norm(n_, c), vec::norm(n_, c)} : orthogonalize(n_, C_, kept_, c, h);
            if (!std::isfinite(size.norm) || !(size.norm > 100 * epsilon * size.before)) continue;
            for (std::int64_t i = 0; i < kept_; ++i) vec::axpy(n_, -h[i], U_[i], u);
            vec::scale(n_, S(1 / size.norm), c);
            vec::scale(n_, S(1 / size.norm), u);
            ++kept_;
        }
        if (kept_ == 0) return false;
        vec::zero(n_, t_);
        for (std::int64_t i = 0; i < kept_; ++i) vec::axpy(n_, vec::dot(n_, C_[i], r), U_[i], t_);
        monitor_.keep(x);
        add_correction();
        return monitor_.refresh(x, r);
    }

    /// One cycle from r. False where the monitor says to stop.
    bool cycle() {
        monitor_.keep(x);
        S* const rhs = small_;     // Cᴴ r
        S* const B = small_ + m_;  // column by column, kept_ each
        S* const H = B + m_ * k_;  // column by column, m_ + 1 each
        vec::copy(n_, r, V_[0]);
        double beta = monitor_.residual_norm();
        for (std::int64_t i = 0; i < kept_; ++i) {
            rhs[i] = vec::dot(n_, C_[i], V_[0]);
            beta = vec::axpy_norm(n_, -rhs[i], C_[i], V_[0]);
        }
        if (!(beta > 0)) {
            monitor_.stop(Status::breakdown, "the residual is in the recycled space");
            return false;
        }
        vec::scale(n_, S(1 / beta), V_[0]);
        least_squares_.begin(beta);
        bool go_on = true;
        while (go_on && least_squares_.columns() < m_ - kept_) {
            const std::int64_t j = least_squares_.columns();
            T* const w = V_[j + 1];
            product(V_[j], w);
            for (std::int64_t i = 0; i < kept_; ++i) {
                B[j * kept_ + i] = vec::dot(n_, C_[i], w);
                vec::axpy(n_, -B[j * kept_ + i], C_[i], w);
            }
            const auto size = orthogonalize(n_, V_, j + 1, w, least_squares_.column());
            if (!std::isfinite(size.before)) {
                monitor_.stop(Status::not_finite, "A v is not finite");
                go_on = false;
                break;
            }
            std::copy_n(least_squares_.column(), j + 1, H + j * (m_ + 1));
            const bool exhausted = !(size.norm > epsilon * size.before);
            H[j * (m_ + 1) + j + 1] = exhausted ? 0 : size.norm;
            if (!least_squares_.accept(exhausted ? 0 : size.norm, epsilon)) {
                monitor_.stop(Status::breakdown,
                              "A is singular to working precision: the Krylov space of %lld vectors has no better solution",
                              static_cast<long long>(j + 1));
                go_on = false;
                break;
            }
            if (exhausted) vec::zero(n_, w);
            else vec::scale(n_, S(1 / size.norm), w);
            go_on = monitor_.step(least_squares_.residual());
        }
        const std::int64_t j = least_squares_.columns();
        if (j > 0) {
            const S* const y = least_squares_.solve();
            vec::zero(n_, t_);
            vec::add_combination(n_, V_, j, y, t_);
            for (std::int64_t i = 0; i < kept_; ++i) {
                S sum = rhs[i];
                for (std::int64_t c = 0; c < j; ++c) sum -= B[c * kept_ + i] * y[c];
                vec::axpy(n_, sum, U_[i], t_);
            }
            add_correction();
            if (k_ > 0 && kept_ + j > k_) recycle(j, B, H);
        }
        return go_on;
    }

    void give(RecycleSpace<T>& space) {
        if (kept_ == 0) return;
        space.resize(n_, kept_);
        for (std::int64_t i = 0; i < kept_; ++i) vec::copy(n_, U_[i], space.data(i));
    }

  private:
    static constexpr double epsilon = static_cast<double>(epsilon_v<T>);

    void product(const T* v, T* w) {
        if (monitor_.preconditioned()) monitor_.precondition(v, z_);
        monitor_.apply(monitor_.preconditioned() ? z_ : v, w);
    }
    /// x ← x + M t.
    void add_correction() {
        if (monitor_.preconditioned()) monitor_.precondition(t_, z_);
        vec::axpy(n_, S(1), monitor_.preconditioned() ? z_ : t_, x);
    }

    /// The next U and C from V̂ and Ŵ, with j Arnoldi vectors in them: the harmonic Ritz vectors of the k_ smallest values.
    void recycle(std::int64_t j, const S* B, const S* H) {
        const std::int64_t cols = kept_ + j;
        const std::int64_t rows = cols + 1;
        S* next = small_ + m_ + m_ * k_ + (m_ + 1) * m_;
        const auto matrix = [&](std::int64_t r_, std::int64_t c_) {
            const SmallMatrix<S> a{next, r_, c_};
            next += r_ * c_;
            return a;
        };
        const SmallMatrix<S> G = matrix(rows, cols);
        const SmallMatrix<S> Q = matrix(rows, cols);
        const SmallMatrix<S> R = matrix(cols, cols);
        const SmallMatrix<S> WV = matrix(rows, cols);  // Ŵᴴ V̂
        const SmallMatrix<S> K = matrix(cols, cols);
        const SmallMatrix<S> P = matrix(cols, k_);
        const SmallMatrix<S> KP = matrix(cols, k_);
        const SmallMatrix<S> GP = matrix(rows, k_);
        const SmallMatrix<S> R_k = matrix(k_, k_);
        G.clear();
        WV.clear();
        for (std::int64_t i = 0; i < kept_; ++i) {
            const double d = 1 / vec::norm(n_, U_[i]);
            G(i, i) = d;
            for (std::int64_t l = 0; l < kept_; ++l) WV(l, i) = d * vec::dot(n_, C_[l], U_[i]);
            for (std::int64_t l = 0; l <= j; ++l) WV(kept_ + l, i) = d * vec::dot(n_, V_[l], U_[i]);
        }
        for (std::int64_t c = 0; c < j; ++c) {
            for (std::int64_t i = 0; i < kept_; ++i) G(i, kept_ + c) = B[c * kept_ + i];
            for (std::int64_t i = 0; i <= c + 1; ++i) G(kept_ + i, kept_ + c) = H[c * (m_ + 1) + i];
            WV(kept_ + c, kept_ + c) = 1;
        }
        // Gᴴ G p = θ Gᴴ Ŵᴴ V̂ p, that is R⁻¹ Qᴴ Ŵᴴ V̂ p = p / θ with G = Q R: the largest of these.
        std::copy_n(G.data, rows * cols, Q.data);
        if (!small_qr(Q, R)) return;
        small_product<true>(Q, WV, K);
        solve_upper(R, K);
        for (std::int64_t i = 0; i < cols * k_; ++i)
            P.data[i] = uniform_real<double>(random_bits(7, static_cast<std::uint64_t>(i)));
        const SmallMatrix<S> scratch{R_k.data, k_, k_};
        for (int pass = 0; pass < 40; ++pass) {
            small_product<false>(K, P, KP);
            if (!small_qr(KP, scratch)) return;
            std::copy_n(KP.data, cols * k_, P.data);
        }
        small_product<false>(G, P, GP);
        if (!small_qr(GP, R_k)) return;
        solve_upper_from_right(R_k, P);
        // C = Ŵ Q', U = V̂ P R'⁻¹.
        for (std::int64_t c = 0; c < k_; ++c) {
            vec::zero(n_, C_new_[c]);
            vec::zero(n_, U_new_[c]);
            for (std::int64_t i = 0; i < kept_; ++i) P(i, c) *= G(i, i);
            vec::add_combination(n_, C_, kept_, &GP(0, c), C_new_[c]);
            vec::add_combination(n_, V_, j + 1, &GP(0, c) + kept_, C_new_[c]);
            vec::add_combination(n_, U_, kept_, &P(0, c), U_new_[c]);
            vec::add_combination(n_, V_, j, &P(0, c) + kept_, U_new_[c]);
        }
        std::swap(C_, C_new_);
        std::swap(U_, U_new_);
        kept_ = k_;
    }

    Monitor<T>& monitor_;
    std::int64_t n_;
    std::int64_t m_;
    std::int64_t k_;
    std::int64_t kept_ = 0;  // columns of C and U
    VectorBlock<T> V_, C_, U_, C_new_, U_new_;

  public:
    T* x;
    T* r;

  private:
    T* z_;
    T* t_;
    HessenbergLeastSquares<T> least_squares_;
    S* small_;
};

}  // namespace

template <class T>
IterationReport gcrodr(const OperatorRef<T>& A, VectorView<const T> b, VectorView<T> x_out, GcrodrWorkspace<T>& work,
                       const GcrodrOptions<T>& options) {
    Monitor<T> monitor("gcrodr", A, b, x_out, common_options<T>(options));
    check_option("gcrodr", "restart", static_cast<double>(options.restart));
    check_option("gcrodr", "recycle", static_cast<double>(options.recycle));
    if (options.restart > 0 && options.recycle >= options.restart)
        throw InvalidArgument("gcrodr: .recycle must be less than .restart, got " + std::to_string(options.recycle) +
                              " and " + std::to_string(options.restart));
    const std::int64_t n = A.rows();
    const std::int64_t m = cycle_length(options.restart, n, work.restart());
    auto& memory = work.memory();
    memory.open();
    Gcrodr<T> method(monitor, n, m, std::min(options.recycle, m - 1), memory);
    if (!monitor.begin(method.x, method.r)) return monitor.report(method.x);
    if (options.space != nullptr && options.space->length() == n && method.take(*options.space)) {
        method.give(*options.space);
        return monitor.report(method.x);
    }
    const auto run = [&] {
        do {
            while (!monitor.is_ending()) {
                if (!method.cycle()) break;
                if (monitor.restart(method.x, method.r)) return;
            }
        } while (!monitor.settle(method.x, method.r));
    };
    run();
    if (options.space != nullptr) method.give(*options.space);
    return monitor.report(method.x);
}

#define TAMIS_INSTANTIATE(T)                                                                                           \
    template IterationReport gcrodr<T>(const OperatorRef<T>&, VectorView<const T>, VectorView<T>, GcrodrWorkspace<T>&, \
                                       const GcrodrOptions<T>&);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace detail

template <class T>
GcrodrWorkspace<T>::GcrodrWorkspace(std::int64_t n, std::int64_t restart, std::int64_t recycle)
    : restart_(restart),
      memory_("GcrodrWorkspace", n, restart < 0 || recycle < 0 ? -1 : restart + 4 * recycle + 5,
              detail::HessenbergLeastSquares<T>::scalars(std::max<std::int64_t>(restart, 0)) +
                  detail::gcrodr_scalars(std::max<std::int64_t>(restart, 0))) {}

#define TAMIS_INSTANTIATE(T) template class GcrodrWorkspace<T>;
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis
