// Private: exp(t A) b by a truncated Taylor series. A. H. Al-Mohy, N. J. Higham, Computing the action of the matrix
// exponential, with an application to exponential integrators, SIAM J. Sci. Comput. 33(2), 2011: Algorithms 3.2 and 5.2,
// with their letters.
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <stop_token>
#include <utility>
#include <vector>

#include <tamis/core/array.hpp>
#include <tamis/core/error.hpp>

#include "iterative/chunks.hpp"
#include "iterative/functions/taylor_degree.hpp"
#include "iterative/vector_ops.hpp"

namespace tamis::detail {

/// The textbook product: std::complex's own looks for NaN.
template <class S>
S plain_product(const S& a, const S& b) noexcept {
    if constexpr (is_complex_v<S>)
        return S(a.real() * b.real() - a.imag() * b.imag(), a.real() * b.imag() + a.imag() * b.real());
    else return a * b;
}

/// |z|, of complex z within a factor √2 of it.
template <class S>
double rough_modulus(const S& z) noexcept {
    if constexpr (is_complex_v<S>) return std::abs(z.real()) + std::abs(z.imag());
    else return std::abs(z);
}

struct TermNorms {
    double term = 0;
    double sum = 0;
};

/// The largest of what f(begin, end) gives for parts of [0, n).
template <class F>
TermNorms largest_norms(std::int64_t n, const F& f) {
    const vec::Chunks chunks(n);
    const int threads = threads_for(n);
    double term = 0, sum = 0;
    if (threads <= 1) {
        for (int k = 0; k < chunks.count(); ++k) {
            const TermNorms part = f(chunks.begin(k), chunks.end(k));
            term = std::max(term, part.term);
            sum = std::max(sum, part.sum);
        }
    } else {
#pragma omp parallel for schedule(static) num_threads(threads) reduction(max : term, sum)
        for (int k = 0; k < chunks.count(); ++k) {
            const TermNorms part = f(chunks.begin(k), chunks.end(k));
            term = std::max(term, part.term);
            sum = std::max(sum, part.sum);
        }
    }
    return {term, sum};
}

/// y ← c (y − mu x), F ← F + y; the ∞-norms of y and F.
template <class T>
TermNorms add_term(std::int64_t n, Sum<T> c, Sum<T> mu, const T* x, T* y, T* F) {
    return largest_norms(n, [=](std::int64_t begin, std::int64_t end) {
        TermNorms norms;
        for (std::int64_t i = begin; i < end; ++i) {
            const T z = static_cast<T>(plain_product<Sum<T>>(c, Sum<T>(y[i]) - plain_product<Sum<T>>(mu, Sum<T>(x[i]))));
            const T f = F[i] + z;
            y[i] = z;
            F[i] = f;
            norms.term = std::max(norms.term, rough_modulus(z));
            norms.sum = std::max(norms.sum, rough_modulus(f));
        }
        return norms;
    });
}

/// F ← F + a x; the ∞-norms of a x and F.
template <class T>
TermNorms add_scaled(std::int64_t n, double a, const T* x, T* F) {
    return largest_norms(n, [=](std::int64_t begin, std::int64_t end) {
        TermNorms norms;
        for (std::int64_t i = begin; i < end; ++i) {
            const T z = static_cast<T>(a * Sum<T>(x[i]));
            const T f = F[i] + z;
            F[i] = f;
            norms.term = std::max(norms.term, rough_modulus(z));
            norms.sum = std::max(norms.sum, rough_modulus(f));
        }
        return norms;
    });
}

template <class T>
double largest_rough_modulus(std::int64_t n, const T* x) {
    return largest_norms(n,
                         [=](std::int64_t begin, std::int64_t end) {
                             TermNorms norms;
                             for (std::int64_t i = begin; i < end; ++i) norms.sum = std::max(norms.sum, rough_modulus(x[i]));
                             return norms;
                         })
        .sum;
}

template <class T>
class TaylorExponential {
  public:
    /// A must outlive it.
    TaylorExponential(const EigenOperand<T>& A, const std::stop_token& stop)
        : A_(A.ref()),
          n_(A.rows()),
          norms_(A),
          mu_(norms_.shift()),
          stop_(stop) {}

    /// F ← exp(t A) F for n0 contiguous columns: Algorithm 3.2.
    void advance(Sum<T> t, std::int64_t n0, T* F) {
        if (t == Sum<T>(0)) return;
        const auto [m, s] = norms_.plan(std::abs(t), n0);
        const Sum<T> eta = std::exp(t * mu_ / static_cast<double>(s));
        B_ = enough(std::move(B_), n_ * n0);
        Y_ = enough(std::move(Y_), n_ * n0);
        std::vector<double> c1(static_cast<std::size_t>(n0));
        for (std::int64_t i = 1; i <= s; ++i) {
            ++steps_;
            vec::copy(n_ * n0, F, B_.data());
            bool zero = true;
            for (std::int64_t k = 0; k < n0; ++k) {
                const double c = largest_rough_modulus(n_, F + k * n_);
                c1[static_cast<std::size_t>(k)] = c;
                zero = zero && c == 0;
            }
            if (zero) return;
            for (std::int64_t j = 1; j <= m; ++j) {
                apply(n0);
                const Sum<T> c = t / static_cast<double>(s * j);
                bool enough_terms = true;
                for (std::int64_t k = 0; k < n0; ++k) {
                    const TermNorms norms = add_term<T>(n_, c, mu_, B_.data() + k * n_, Y_.data() + k * n_, F + k * n_);
                    enough_terms = enough_terms && c1[static_cast<std::size_t>(k)] + norms.term <= tol * norms.sum;
                    c1[static_cast<std::size_t>(k)] = norms.term;
                }
                B_.swap(Y_);
                if (enough_terms) break;
            }
            if (eta != Sum<T>(1)) vec::scale(n_ * n0, eta, F);
        }
    }

    /// x(k) for k = 1 … q, the memory of exp(k h A) x(0): Algorithm 5.2 for times that are h apart.
    template <class X>
    void advance_equally(Sum<T> h, std::int64_t q, const X& x) {
        const auto [m, s] = norms_.plan(static_cast<double>(q) * std::abs(h), 1);
        if (q <= s || m == 0) {
            for (std::int64_t k = 1; k <= q; ++k) {
                vec::copy(n_, x(k - 1), x(k));
                advance(h, 1, x(k));
            }
            return;
        }
        const std::int64_t d = q / s;
        B_ = enough(std::move(B_), n_);
        Y_ = enough(std::move(Y_), n_);
        Array<T> K(n_ * (m + 1), uninitialized);
        std::vector<double> norm_K(static_cast<std::size_t>(m + 1));
        for (std::int64_t first = 0; first < q; first += d) {
            ++steps_;
            vec::copy(n_, x(first), K.data());
            norm_K[0] = largest_rough_modulus(n_, K.data());
            std::int64_t known = 0;
            for (std::int64_t k = 1; k <= std::min(d, q - first); ++k) {
                T* const F = x(first + k);
                vec::copy(n_, K.data(), F);
                double c1 = norm_K[0];
                double power = 1;
                for (std::int64_t p = 1; p <= m; ++p) {
                    T* const Kp = K.data() + p * n_;
                    if (p > known) {
                        check_stop();
                        A_.apply(MatrixView<const T>(Kp - n_, n_, 1), MatrixView<T>(Kp, n_, 1));
                        ++matvecs_;
                        vec::axpby<T>(n_, -plain_product<Sum<T>>(h, mu_) / static_cast<double>(p), Kp - n_,
                                      h / static_cast<double>(p), Kp);
                        known = p;
                    }
                    power *= static_cast<double>(k);
                    const TermNorms norms = add_scaled<T>(n_, power, Kp, F);
                    if (c1 + norms.term <= tol * norms.sum) break;
                    c1 = norms.term;
                }
                vec::scale(n_, Sum<T>(std::exp(static_cast<double>(k) * h * mu_)), F);
            }
        }
    }

    /// ‖A − μI‖₁.
    [[nodiscard]] double radius() const noexcept { return norms_.one_norm(); }
    /// Products with one column, and steps, so far.
    [[nodiscard]] std::int64_t matvecs() const noexcept { return matvecs_; }
    [[nodiscard]] std::int64_t steps() const noexcept { return steps_; }

  private:
    static constexpr double tol = std::same_as<Real<T>, float> ? 0x1p-24 : 0x1p-53;

    static Array<T> enough(Array<T>&& a, std::int64_t size) {
        return a.size() >= size ? std::move(a) : Array<T>(size, uninitialized);
    }
    void check_stop() const {
        if (stop_.stop_requested()) throw Cancelled("expm_multiply: stopped on request");
    }
    void apply(std::int64_t n0) {
        check_stop();
        A_.apply(MatrixView<const T>(B_.data(), n_, n0), MatrixView<T>(Y_.data(), n_, n0));
        matvecs_ += n0;
    }

    const OperatorRef<T>& A_;
    std::int64_t n_;
    PowerNorms<T> norms_;
    Sum<T> mu_;
    std::stop_token stop_;
    Array<T> B_;
    Array<T> Y_;
    std::int64_t matvecs_ = 0;
    std::int64_t steps_ = 0;
};

}  // namespace tamis::detail
