#include "iterative/functions/krylov_exponential.hpp"

#include <algorithm>
#include <cmath>
#include <complex>
#include <concepts>
#include <utility>

#include <tamis/core/error.hpp>
#include <tamis/iterative/functions/expm_multiply.hpp>

#include "instantiate.hpp"
#include "iterative/functions/function_run.hpp"
#include "iterative/process/arnoldi.hpp"
#include "iterative/vector_ops.hpp"

namespace tamis::detail {

namespace {

[[noreturn]] void throw_product_not_finite() {
    throw InvalidArgument("expm_multiply: A: products with it are not finite");
}

/// What rounding leaves of exp(τ A) v relative to its bound, for a spectrum of this radius.
template <class T>
double exponential_target(Sum<T> tau, double radius) {
    const double unit = std::same_as<Real<T>, float> ? 0x1p-24 : 0x1p-53;
    return 4 * unit * (1 + std::abs(tau) * radius);
}

template <class T>
class LanczosExponential final : public ExponentialSpace<T> {
  public:
    LanczosExponential(const OperatorRef<T>& A, std::int64_t kept, const std::stop_token& stop)
        : ExponentialSpace<T>(A, stop),
          basis_(A, kept) {}

    double build(const T* v, Sum<T> tau) override {
        const double norm = basis_.begin(v);
        if (!(norm > 0) || !std::isfinite(norm)) return norm;
        for (std::int64_t next = 2; !basis_.whole() && basis_.steps() < most_steps;) {
            this->check_stop();
            if (!basis_.step()) throw_product_not_finite();
            if (basis_.steps() != next) continue;
            next = next_look(next);
            decompose();
            if (reaches(tau)) return norm;
        }
        decompose();
        return norm;
    }
    bool reaches(Sum<T> tau) override {
        if (basis_.whole()) return true;
        // β_k |e_kᵀ τ φ₁(τ(T − c)) e₁| is the residual's estimate, and the last coefficient has to be small as well.
        const double c = shift(tau);
        Sum<T> phi = 0, last = 0;
        for (std::int64_t j = 0; j < eigen_.k; ++j) {
            const double weight = v(0, j) * v(eigen_.k - 1, j);
            const Sum<T> z = tau * (theta(j) - c);
            last += weight * std::exp(z);
            phi +=
                weight * (std::abs(z) > 1e-3 ? (std::exp(z) - 1.0) / z : Sum<T>(1) + z * (0.5 + z * (1.0 / 6 + z / 24.0)));
        }
        const double error = std::max(basis_.beta().back() * std::abs(tau * phi), std::abs(last));
        return error <= exponential_target<T>(tau, 0.5 * (eigen_.theta.back() - eigen_.theta.front()));
    }
    void combine(const std::vector<Sum<T>>& tau, double norm, const std::vector<T*>& X) override {
        const std::int64_t k = eigen_.k;
        std::vector<Sum<T>> Y(static_cast<std::size_t>(k) * tau.size());
        for (std::size_t l = 0; l < tau.size(); ++l) {
            const double c = shift(tau[l]);
            Sum<T>* const y = Y.data() + static_cast<std::ptrdiff_t>(l) * k;
            for (std::int64_t j = 0; j < k; ++j) {
                const Sum<T> weight = v(0, j) * std::exp(tau[l] * (theta(j) - c));
                for (std::int64_t i = 0; i < k; ++i) y[i] += weight * v(i, j);
            }
        }
        const auto outcome = basis_.combine(k, Y.data(), X, [this] {
            this->check_stop();
            return true;
        });
        if (outcome != LanczosBasis<T>::Outcome::done)
            throw Error(
                "expm_multiply: A does not give the same products a second time, as the method krylov needs of a "
                "Hermitian A; use taylor, or a larger subspace");
        for (std::size_t l = 0; l < tau.size(); ++l) vec::scale<T>(this->n_, norm * std::exp(tau[l] * shift(tau[l])), X[l]);
        this->matvecs_ = basis_.matvecs();
    }

  private:
    static constexpr std::int64_t most_steps = 1000;

    void decompose() {
        if (eigen_.k == basis_.steps() && !eigen_.theta.empty() && known_ == basis_.matvecs()) return;
        known_ = basis_.matvecs();
        if (!tridiagonal_eigen(basis_.steps(), basis_.alpha(), basis_.beta(), eigen_))
            throw Error("expm_multiply: the eigenvalues of a tridiagonal matrix were not found");
    }
    [[nodiscard]] double theta(std::int64_t j) const { return eigen_.theta[static_cast<std::size_t>(j)]; }
    [[nodiscard]] double v(std::int64_t i, std::int64_t j) const {
        return eigen_.V[static_cast<std::size_t>(j * eigen_.k + i)];
    }
    /// Where exp(τ θ) is largest, so that nothing overflows.
    [[nodiscard]] double shift(Sum<T> tau) const { return real_part(tau) < 0 ? eigen_.theta.front() : eigen_.theta.back(); }

    LanczosBasis<T> basis_;
    TridiagonalEigen eigen_;
    std::int64_t known_ = -1;
};

template <class T>
class ArnoldiExponential final : public ExponentialSpace<T> {
  public:
    using S = Sum<T>;

    ArnoldiExponential(const OperatorRef<T>& A, std::int64_t m, const std::stop_token& stop)
        : ExponentialSpace<T>(A, stop),
          m_(std::max<std::int64_t>(1, std::min(m, A.rows()))),
          memory_(A.rows() * (m_ + 1), uninitialized),
          V_{memory_.data(), A.rows()},
          H_(static_cast<std::size_t>(m_ * (m_ + 1))) {}

    double build(const T* v, Sum<T> tau) override {
        const std::int64_t n = this->n_;
        const double norm = unit_vector<T>(n, v, V_[0]);
        j_ = 0;
        norm_H_ = 0;
        whole_ = false;
        if (!(norm > 0) || !std::isfinite(norm)) return norm;
        while (j_ < m_ && !whole_) {
            this->check_stop();
            this->A_.apply(VectorView<const T>(V_[j_], n), VectorView<T>(V_[j_ + 1], n));
            ++this->matvecs_;
            S* const h = H_.data() + j_ * (m_ + 1);
            const auto w = orthogonalize<T>(n, V_, j_ + 1, V_[j_ + 1], h);
            if (!std::isfinite(w.norm) || !std::isfinite(w.before)) throw_product_not_finite();
            ++j_;
            h[j_] = w.norm;
            double sum = 0;
            for (std::int64_t i = 0; i <= j_; ++i) sum += std::abs(h[i]);
            norm_H_ = std::max(norm_H_, sum);
            whole_ = !(w.norm > 10 * static_cast<double>(epsilon_v<T>) * w.before) || j_ == n;
            if (!whole_) divide_by_norm<T>(n, w.norm, V_[j_]);
            if (j_ % 8 == 0 && j_ < m_ && reaches(tau)) break;
        }
        return norm;
    }
    bool reaches(Sum<T> tau) override {
        if (whole_) return true;
        // Of so large a step the space knows nothing; nor is it worth what the small exponential costs.
        if (!(std::abs(tau) * norm_H_ <= 2.0 * static_cast<double>(j_))) return false;
        const auto F = exponential(tau);
        const std::int64_t N = j_ + 1;
        double size = 0;
        for (std::int64_t i = 0; i < j_; ++i) size += std::norm(F[static_cast<std::size_t>(i)]);
        const double residual = std::abs(H_[static_cast<std::size_t>((j_ - 1) * (m_ + 1) + j_)]) *
                                std::abs(F[static_cast<std::size_t>(N + j_ - 1)]);
        const double last = std::abs(F[static_cast<std::size_t>(j_ - 1)]);
        return std::max(residual, last) <= exponential_target<T>(tau, norm_H_) * std::max(1.0, std::sqrt(size));
    }
    void combine(const std::vector<Sum<T>>& tau, double norm, const std::vector<T*>& X) override {
        for (std::size_t l = 0; l < tau.size(); ++l) {
            const auto F = exponential(tau[l]);
            vec::zero(this->n_, X[l]);
            vec::add_combination<T>(this->n_, V_, j_, F.data(), X[l]);
            vec::scale<T>(this->n_, S(norm), X[l]);
        }
    }

  private:
    /// exp(τ [H e₁; 0 0]) applied to e₁ and e_{j+1}: exp(τH) e₁, and τ φ₁(τH) e₁.
    [[nodiscard]] std::vector<S> exponential(S tau) const {
        const std::int64_t N = j_ + 1;
        std::vector<S> G(static_cast<std::size_t>(N * N)), E(static_cast<std::size_t>(2 * N)), F(E.size());
        for (std::int64_t j = 0; j < j_; ++j)
            for (std::int64_t i = 0; i < std::min(j + 2, j_); ++i)
                G[static_cast<std::size_t>(j * N + i)] = H_[static_cast<std::size_t>(j * (m_ + 1) + i)];
        G[static_cast<std::size_t>(j_ * N)] = 1;
        E[0] = 1;
        E[static_cast<std::size_t>(N + j_)] = 1;
        ExpmMultiplyOptions options;
        options.method = ExpmMethod::taylor;
        const MatrixView<const S> view(G.data(), N, N);
        expm_multiply<S>(EigenOperand<S>(view), MatrixView<const S>(E.data(), N, 2), tau, MatrixView<S>(F.data(), N, 2),
                         options);
        return F;
    }

    std::int64_t m_;
    Array<T> memory_;
    VectorBlock<T> V_;
    std::vector<S> H_;  ///< (m + 1) × m
    std::int64_t j_ = 0;
    double norm_H_ = 0;
    bool whole_ = false;
};

}  // namespace

template <class T>
void ExponentialSpace<T>::check_stop() const {
    if (stop_.stop_requested()) throw Cancelled("expm_multiply: stopped on request");
}

template <class T>
std::unique_ptr<ExponentialSpace<T>> lanczos_exponential_space(const OperatorRef<T>& A, std::int64_t kept,
                                                               const std::stop_token& stop) {
    return std::make_unique<LanczosExponential<T>>(A, kept, stop);
}

template <class T>
std::unique_ptr<ExponentialSpace<T>> arnoldi_exponential_space(const OperatorRef<T>& A, std::int64_t m,
                                                               const std::stop_token& stop) {
    return std::make_unique<ArnoldiExponential<T>>(A, m, stop);
}

template <class T>
std::int64_t exponential_along(ExponentialSpace<T>& space, std::int64_t n, const T* b, const std::vector<Sum<T>>& t,
                               const std::vector<T*>& X) {
    Array<T> v(n, uninitialized);
    vec::copy(n, b, v.data());
    Sum<T> done = 0;
    std::int64_t steps = 0;
    for (std::size_t next = 0; next < t.size();) {
        const Sum<T> farthest = t.back() - done;
        const double norm = t[next] == done ? 0 : space.build(v.data(), farthest);
        if (!(norm > 0) || !std::isfinite(norm)) {
            // Here already; or 0, or beyond the range of T, for ever.
            vec::copy(n, v.data(), X[next++]);
            continue;
        }
        Sum<T> tau = farthest;
        int halvings = 0;
        while (!space.reaches(tau)) {
            if (++halvings > 1000) throw_product_not_finite();
            tau /= 2.0;
        }
        std::vector<Sum<T>> taus;
        std::vector<T*> out;
        for (; next < t.size() && std::abs(t[next] - done) <= std::abs(tau); ++next) {
            taus.push_back(t[next] - done);
            out.push_back(X[next]);
        }
        const bool more = next < t.size();
        if (more) {
            taus.push_back(tau);
            out.push_back(v.data());
        }
        space.combine(taus, norm, out);
        ++steps;
        const Sum<T> before = done;
        done += tau;
        if (more && done == before) throw InvalidArgument("expm_multiply: t‖A‖ takes more steps than can be counted");
    }
    return steps;
}

#define TAMIS_INSTANTIATE(T)                                                                                             \
    template class ExponentialSpace<T>;                                                                                  \
    template std::unique_ptr<ExponentialSpace<T>> lanczos_exponential_space<T>(const OperatorRef<T>&, std::int64_t,      \
                                                                               const std::stop_token&);                  \
    template std::unique_ptr<ExponentialSpace<T>> arnoldi_exponential_space<T>(const OperatorRef<T>&, std::int64_t,      \
                                                                               const std::stop_token&);                  \
    template std::int64_t exponential_along<T>(ExponentialSpace<T>&, std::int64_t, const T*, const std::vector<Sum<T>>&, \
                                               const std::vector<T*>&);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
