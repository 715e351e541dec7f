// A. H. Al-Mohy, N. J. Higham, Computing the action of the matrix exponential, with an application to exponential
// integrators, SIAM J. Sci. Comput. 33(2), 2011: Algorithms 3.2 and 5.2, with their letters.
#include <tamis/iterative/functions/expm_multiply.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include <tamis/core/array.hpp>
#include <tamis/core/error.hpp>

#include "instantiate.hpp"
#include "iterative/chunks.hpp"
#include "iterative/functions/taylor_degree.hpp"
#include "iterative/vector_ops.hpp"

namespace tamis::detail {

namespace {

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
double largest_modulus(std::int64_t n, const T* x) {
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
            vec::copy(n_ * n0, F, B_.data());
            bool zero = true;
            for (std::int64_t k = 0; k < n0; ++k) {
                const double c = largest_modulus(n_, F + k * n_);
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
            vec::copy(n_, x(first), K.data());
            norm_K[0] = largest_modulus(n_, K.data());
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
    }

    const OperatorRef<T>& A_;
    std::int64_t n_;
    PowerNorms<T> norms_;
    Sum<T> mu_;
    std::stop_token stop_;
    Array<T> B_;
    Array<T> Y_;
};

template <class T>
void check_exponential_input(MatrixView<const T> B) {
    for (std::int64_t j = 0; j < B.cols(); ++j)
        for (std::int64_t i = 0; i < B.rows(); ++i)
            if (!is_finite(B(i, j)))
                throw InvalidArgument("expm_multiply: b has an entry that is not finite at (" + std::to_string(i) + ", " +
                                      std::to_string(j) + ")");
}

}  // namespace

void check_exponential(std::int64_t rows, std::int64_t cols, std::int64_t b_rows) {
    if (rows != cols)
        throw DimensionMismatch("expm_multiply: A must be square, but has " + std::to_string(rows) + " rows and " +
                                    std::to_string(cols) + " columns",
                                rows, cols);
    if (b_rows != cols)
        throw DimensionMismatch(
            "expm_multiply: b has " + std::to_string(b_rows) + " rows, but A has " + std::to_string(cols) + " columns", cols,
            b_rows);
}

template <class T>
void expm_multiply(const EigenOperand<T>& A, MatrixView<const T> B, Sum<T> t, MatrixView<T> F,
                   const ExpmMultiplyOptions& options) {
    if (!is_finite(t)) throw InvalidArgument("expm_multiply: t is not finite");
    check_exponential_input(B);
    const std::int64_t n = B.rows(), n0 = B.cols();
    if (n == 0 || n0 == 0) return;
    TaylorExponential<T> exponential(A, options.stop);
    Array<T> f(n * n0, uninitialized);
    for (std::int64_t j = 0; j < n0; ++j) vec::copy<T>(B.col(j), f.data() + j * n);
    exponential.advance(t, n0, f.data());
    for (std::int64_t j = 0; j < n0; ++j) vec::copy<T>(f.data() + j * n, F.col(j));
}

template <class T>
void expm_multiply(const EigenOperand<T>& A, VectorView<const T> b, VectorView<const Sum<T>> times, MatrixView<T> X,
                   const ExpmMultiplyOptions& options) {
    check_exponential_input<T>(MatrixView<const T>(b));
    const std::int64_t n = b.size(), count = times.size();
    double farthest = 0;
    Sum<T> unit = 1;
    for (std::int64_t k = 0; k < count; ++k) {
        if (!is_finite(times[k]))
            throw InvalidArgument("expm_multiply: times has an entry that is not finite at " + std::to_string(k));
        if (std::abs(times[k]) > farthest) {
            farthest = std::abs(times[k]);
            unit = times[k] / farthest;
        }
    }
    if (n == 0 || count == 0) return;
    if (real_part(unit) < 0) unit = -unit;

    // Times on one line through 0 are t = r·unit with a real r.
    bool on_line = true;
    std::vector<double> r(static_cast<std::size_t>(count));
    for (std::int64_t k = 0; k < count; ++k) {
        const double along = static_cast<double>(real_part(conjugate(unit) * times[k]));
        r[static_cast<std::size_t>(k)] = along;
        on_line = on_line && std::abs(times[k] - along * unit) <= 4 * epsilon_v<double> * farthest;
    }
    TaylorExponential<T> exponential(A, options.stop);
    if (!on_line) {
        Array<T> f(n, uninitialized);
        for (std::int64_t k = 0; k < count; ++k) {
            vec::copy<T>(b, f.data());
            exponential.advance(times[k], 1, f.data());
            vec::copy<T>(f.data(), X.col(k));
        }
        return;
    }

    // Outward from 0 on either side: a way that crossed 0 would first let grow what it then lets decay.
    std::vector<std::int64_t> order(static_cast<std::size_t>(count));
    std::iota(order.begin(), order.end(), std::int64_t{0});
    const auto at = [&](std::int64_t k) { return r[static_cast<std::size_t>(k)]; };
    std::stable_sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t c) {
        if ((at(a) < 0) != (at(c) < 0)) return at(a) < 0;
        return std::abs(at(a)) < std::abs(at(c));
    });
    const auto negative = std::find_if(order.begin(), order.end(), [&](std::int64_t k) { return !(at(k) < 0); });
    const auto go = [&](auto first, auto last) {
        const std::int64_t q = last - first - 1;
        if (q < 0) return;
        const auto column = [&](std::int64_t k) { return X.col(first[k]).data(); };
        vec::copy<T>(b, column(0));
        exponential.advance(at(first[0]) * unit, 1, column(0));
        const double start = at(first[0]);
        const double h = q > 0 ? (at(first[q]) - start) / static_cast<double>(q) : 0;
        bool equal = q > 1 && h != 0;
        for (std::int64_t k = 1; k < q && equal; ++k)
            equal = std::abs(at(first[k]) - (start + static_cast<double>(k) * h)) <= 4 * epsilon_v<double> * farthest;
        if (equal) {
            exponential.advance_equally(h * unit, q, column);
        } else {
            for (std::int64_t k = 1; k <= q; ++k) {
                vec::copy(n, static_cast<const T*>(column(k - 1)), column(k));
                exponential.advance((at(first[k]) - at(first[k - 1])) * unit, 1, column(k));
            }
        }
    };
    go(order.begin(), negative);
    go(negative, order.end());
}

#define TAMIS_INSTANTIATE(T)                                                                                             \
    template void expm_multiply<T>(const EigenOperand<T>&, MatrixView<const T>, Sum<T>, MatrixView<T>,                   \
                                   const ExpmMultiplyOptions&);                                                          \
    template void expm_multiply<T>(const EigenOperand<T>&, VectorView<const T>, VectorView<const Sum<T>>, MatrixView<T>, \
                                   const ExpmMultiplyOptions&);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
