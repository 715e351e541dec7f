#include <tamis/iterative/functions/stochastic_trace.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <tamis/core/array.hpp>
#include <tamis/core/error.hpp>

#include "core/backend_threads.hpp"
#include "core/random.hpp"
#include "dense/lapack_spectral.hpp"
#include "instantiate.hpp"
#include "iterative/eigen/block.hpp"
#include "iterative/eigen/operand_check.hpp"
#include "iterative/eigen/orthonormalize.hpp"
#include "iterative/vector_ops.hpp"

namespace tamis::detail {

namespace {

constexpr std::int64_t most_sampled_at_once = 8;

/// The mean of samples and its standard error; `total` is what samples of unit vectors sum to.
class SampleMean {
  public:
    void add(double sample) {
        ++count_;
        const double before = mean_;
        mean_ += (sample - mean_) / static_cast<double>(count_);
        squares_ += (sample - before) * (sample - mean_);
    }
    [[nodiscard]] double mean() const noexcept { return mean_; }
    [[nodiscard]] double total() const noexcept { return mean_ * static_cast<double>(count_); }
    [[nodiscard]] double standard_error() const noexcept {
        const auto n = static_cast<double>(count_);
        return count_ > 1 ? std::sqrt(squares_ / (n - 1) / n) : 0;
    }

  private:
    std::int64_t count_ = 0;
    double mean_ = 0;
    double squares_ = 0;
};

template <class T>
class TraceSampler {
  public:
    TraceSampler(const char* name, const EigenOperand<T>& A, const StochasticTraceOptions& options, std::int64_t least)
        : name_(name),
          A_(A.ref()),
          n_(A.rows()),
          options_(options),
          exact_(options.samples >= n_) {
        if (A.rows() != A.cols())
            throw DimensionMismatch(name_ + ": A must be square, but has " + std::to_string(A.rows()) + " rows and " +
                                        std::to_string(A.cols()) + " columns",
                                    A.rows(), A.cols());
        if (options.samples < least)
            throw InvalidArgument(name_ + ": samples must be at least " + std::to_string(least) + ", got " +
                                  std::to_string(options.samples));
        if (!(options.tolerance >= 0))
            throw InvalidArgument(name_ + ": tolerance must be at least 0, got " + std::to_string(options.tolerance));
        if (options.lanczos_steps < 1)
            throw InvalidArgument(name_ + ": lanczos_steps must be at least 1, got " +
                                  std::to_string(options.lanczos_steps));
    }

    /// Unit vectors take the place of random ones.
    [[nodiscard]] bool exact() const noexcept { return exact_; }
    [[nodiscard]] std::int64_t vectors() const noexcept { return exact_ ? n_ : options_.samples; }
    [[nodiscard]] std::int64_t n() const noexcept { return n_; }
    [[nodiscard]] std::int64_t matvecs() const noexcept { return matvecs_; }
    [[nodiscard]] const std::string& name() const noexcept { return name_; }

    /// The k-th vector.
    void fill(std::int64_t k, T* z) const {
        if (exact_) {
            vec::zero(n_, z);
            z[k] = T(1);
        } else {
            signs(k, z);
        }
    }
    void signs(std::int64_t k, T* z) const {
        const std::uint64_t stream = random_stream(options_.seed, static_cast<std::uint64_t>(k));
        for (std::int64_t i = 0; i < n_; ++i)
            z[i] = (random_bits(stream, static_cast<std::uint64_t>(i)) >> 63) != 0 ? T(1) : T(-1);
    }
    void apply(const T* X, T* Y, std::int64_t m) {
        if (options_.stop.stop_requested()) throw Cancelled(name_ + ": stopped on request");
        A_.apply(MatrixView<const T>(X, n_, m), MatrixView<T>(Y, n_, m));
        matvecs_ += m;
    }
    void check(double value) const {
        if (!std::isfinite(value)) throw InvalidArgument(name_ + ": a product with A is not finite");
    }

  private:
    std::string name_;
    OperatorRef<T> A_;
    std::int64_t n_;
    const StochasticTraceOptions& options_;
    bool exact_;
    std::int64_t matvecs_ = 0;
};

/// What rounding leaves uncertain, for sums of this size.
template <class T>
double rounding_of(double size) {
    return 16 * static_cast<double>(epsilon_v<T>) * size;
}

template <class T>
TraceEstimate hutchinson(TraceSampler<T>& sampler) {
    const std::int64_t n = sampler.n();
    Array<T> z(n, uninitialized), y(n, uninitialized);
    SampleMean mean;
    double size = 0;
    for (std::int64_t k = 0; k < sampler.vectors(); ++k) {
        sampler.fill(k, z.data());
        sampler.apply(z.data(), y.data(), 1);
        const double sample = static_cast<double>(real_part(vec::dot<T>(n, z.data(), y.data())));
        sampler.check(sample);
        size += std::abs(sample);
        mean.add(sample);
    }
    if (sampler.exact()) return {mean.total(), rounding_of<T>(size), sampler.matvecs()};
    size /= static_cast<double>(sampler.vectors());
    return {mean.mean(), mean.standard_error() + rounding_of<T>(size), sampler.matvecs()};
}

/// Algorithm 1 of Meyer, Musco, Musco and Woodruff, its letters.
template <class T>
TraceEstimate hutch_plus_plus(TraceSampler<T>& sampler, std::int64_t samples) {
    const std::int64_t n = sampler.n();
    const std::int64_t third = samples / 3;
    // Q spans A S.
    Array<T> Q(n * third, uninitialized), Y(n * third, uninitialized);
    for (std::int64_t k = 0; k < third; ++k) sampler.signs(k, Y.data() + k * n);
    sampler.apply(Y.data(), Q.data(), third);
    sampler.check(vec::norm<T>(n * third, Q.data()));
    const std::int64_t q = orthonormalize<T>(n, nullptr, nullptr, 0, Q.data(), nullptr, third);
    if (q > 0) sampler.apply(Q.data(), Y.data(), q);
    double exact = 0, size = 0;
    for (std::int64_t k = 0; k < q; ++k) {
        const double part = static_cast<double>(real_part(vec::dot<T>(n, Q.data() + k * n, Y.data() + k * n)));
        sampler.check(part);
        exact += part;
        size += std::abs(part);
    }
    // The rest by vectors orthogonal to Q.
    const std::int64_t rest = samples - 2 * third;
    Array<T> g(n, uninitialized), y(n, uninitialized), c(std::max<std::int64_t>(q, 1), uninitialized);
    SampleMean mean;
    for (std::int64_t k = 0; k < rest; ++k) {
        sampler.signs(third + k, g.data());
        for (int twice = 0; twice < 2 && q > 0; ++twice) {
            tall::gram<T>(n, Q.data(), q, g.data(), 1, c.data(), q);
            tall::multiply<T>(n, T(-1), Q.data(), q, c.data(), q, 1, T(1), g.data());
        }
        sampler.apply(g.data(), y.data(), 1);
        const double sample = static_cast<double>(real_part(vec::dot<T>(n, g.data(), y.data())));
        sampler.check(sample);
        mean.add(sample);
    }
    size += std::abs(mean.mean());
    return {exact + mean.mean(), mean.standard_error() + rounding_of<T>(size), sampler.matvecs()};
}

/// Lanczos' process of one vector without reorthogonalization, which Gauss quadrature does not need (G. H. Golub,
/// Z. Strakoš, Estimates in quadratic formulas, Numer. Algorithms 8, 1994).
struct TridiagonalOfSample {
    double square = 0;  ///< zᴴz
    std::vector<double> alpha;
    std::vector<double> beta;
    double value = 0;      ///< zᴴ f(A) z
    double magnitude = 0;  ///< zᴴ |f|(A) z
    double change = std::numeric_limits<double>::infinity();
    bool done = false;
};

/// What f is at a Ritz value; throws where it cannot be.
using CheckedFunction = std::function<double(double ritz, double largest)>;

void integrate(TridiagonalOfSample& sample, const CheckedFunction& f) {
    const auto k = static_cast<std::int64_t>(sample.alpha.size());
    std::vector<double> V(static_cast<std::size_t>(k * k)), theta(static_cast<std::size_t>(k));
    for (std::int64_t i = 0; i < k; ++i) {
        V[static_cast<std::size_t>(i * k + i)] = sample.alpha[static_cast<std::size_t>(i)];
        if (i + 1 < k) V[static_cast<std::size_t>(i * k + i + 1)] = sample.beta[static_cast<std::size_t>(i)];
    }
    std::int64_t info = 0;
    on_backend_threads(10.0 * static_cast<double>(k * k * k),
                       [&] { info = lapack::heevd<double>(k, V.data(), k, theta.data()); });
    if (info != 0) throw Error("stochastic_trace: the eigenvalues of a tridiagonal matrix were not found");
    const double largest = std::max(std::abs(theta.front()), std::abs(theta.back()));
    double value = 0, magnitude = 0;
    for (std::int64_t j = 0; j < k; ++j) {
        const double tau = V[static_cast<std::size_t>(j * k)];
        const double term = tau * tau * f(theta[static_cast<std::size_t>(j)], largest);
        value += term;
        magnitude += std::abs(term);
    }
    sample.change = std::abs(sample.square * value - sample.value);
    sample.value = sample.square * value;
    sample.magnitude = sample.square * magnitude;
}

template <class T>
TraceEstimate lanczos_quadrature(TraceSampler<T>& sampler, const CheckedFunction& f, const StochasticTraceOptions& options) {
    const std::int64_t n = sampler.n();
    const std::int64_t block = std::min(most_sampled_at_once, sampler.vectors());
    const std::int64_t most_steps = std::min(options.lanczos_steps, n);
    Array<T> old(n * block), V(n * block, uninitialized), W(n * block, uninitialized);
    SampleMean mean;
    double size = 0, changes = 0;
    for (std::int64_t first = 0; first < sampler.vectors(); first += block) {
        const std::int64_t m = std::min(block, sampler.vectors() - first);
        std::vector<TridiagonalOfSample> samples(static_cast<std::size_t>(m));
        vec::zero(n * m, old.data());
        for (std::int64_t k = 0; k < m; ++k) {
            T* const v = V.data() + k * n;
            sampler.fill(first + k, v);
            const double norm = vec::norm<T>(n, v);
            samples[static_cast<std::size_t>(k)].square = norm * norm;
            vec::scale(n, Sum<T>(1 / norm), v);
        }
        std::int64_t next_look = 8;
        bool all_done = false;
        for (std::int64_t step = 1; step <= most_steps && !all_done; ++step) {
            sampler.apply(V.data(), W.data(), m);
            const bool look = step == next_look || step == most_steps;
            if (step == next_look) next_look += next_look / 2;
            all_done = true;
            for (std::int64_t k = 0; k < m; ++k) {
                auto& sample = samples[static_cast<std::size_t>(k)];
                if (sample.done) continue;
                T* const v = V.data() + k * n;
                T* const w = W.data() + k * n;
                if (step > 1) vec::axpy(n, Sum<T>(-sample.beta.back()), old.data() + k * n, w);
                const double alpha = static_cast<double>(real_part(vec::dot<T>(n, v, w)));
                const double beta = vec::axpy_norm(n, Sum<T>(-alpha), v, w);
                sampler.check(alpha + beta);
                sample.alpha.push_back(alpha);
                sample.beta.push_back(beta);
                // The vector's Krylov space has no more directions: the quadrature is exact.
                const bool whole = beta <= 4 * static_cast<double>(epsilon_v<T>) * std::abs(alpha) || step == n;
                if (look || whole) integrate(sample, f);
                if (whole) sample.change = 0;
                sample.done = whole || (look && sample.change <= options.tolerance * sample.magnitude);
                all_done = all_done && sample.done;
                if (sample.done) vec::zero(n, w);
                else vec::scale(n, Sum<T>(1 / beta), w);
            }
            old.swap(V);
            V.swap(W);
        }
        for (const TridiagonalOfSample& sample : samples) {
            mean.add(sample.value);
            size += sample.magnitude;
            changes += sample.change;
        }
    }
    if (sampler.exact()) return {mean.total(), changes + rounding_of<T>(size), sampler.matvecs()};
    const auto count = static_cast<double>(sampler.vectors());
    return {mean.mean(), mean.standard_error() + changes / count + rounding_of<T>(size / count), sampler.matvecs()};
}

}  // namespace

template <class T>
TraceEstimate stochastic_trace(const EigenOperand<T>& A, const StochasticTraceOptions& options) {
    if (options.method == TraceMethod::lanczos_quadrature)
        throw InvalidArgument(
            "stochastic_trace: lanczos_quadrature needs a function f; the trace of A itself is sampled by "
            "hutchinson or hutch_plus_plus");
    const bool plain = options.method == TraceMethod::hutchinson;
    TraceSampler<T> sampler("stochastic_trace", A, options, plain ? 2 : 6);
    if (sampler.n() == 0) return {};
    return plain || sampler.exact() ? hutchinson(sampler) : hutch_plus_plus(sampler, options.samples);
}

template <class T>
TraceEstimate stochastic_trace(const EigenOperand<T>& A, const std::function<double(double)>& f,
                               const StochasticTraceOptions& options) {
    if (options.method != TraceMethod::automatic && options.method != TraceMethod::lanczos_quadrature)
        throw InvalidArgument("stochastic_trace: the trace of f(A) is sampled by lanczos_quadrature only");
    TraceSampler<T> sampler("stochastic_trace", A, options, 2);
    check_hermitian_operand("stochastic_trace", "A", A);
    if (sampler.n() == 0) return {};
    return lanczos_quadrature(
        sampler,
        [&f](double ritz, double) {
            const double value = f(ritz);
            if (!std::isfinite(value))
                throw InvalidArgument("stochastic_trace: f(" + std::to_string(ritz) +
                                      ") is not finite, and A has a Ritz value there");
            return value;
        },
        options);
}

template <class T>
TraceEstimate logdet_estimate(const EigenOperand<T>& A, const StochasticTraceOptions& options) {
    if (options.method != TraceMethod::automatic && options.method != TraceMethod::lanczos_quadrature)
        throw InvalidArgument("logdet_estimate: the method is lanczos_quadrature");
    TraceSampler<T> sampler("logdet_estimate", A, options, 2);
    check_hermitian_operand("logdet_estimate", "A", A);
    if (sampler.n() == 0) return {};
    return lanczos_quadrature(
        sampler,
        [](double ritz, double largest) {
            if (!(ritz > 4 * static_cast<double>(epsilon_v<T>) * largest))
                throw NotPositiveDefinite(
                    "logdet_estimate: A is not positive definite to working precision: it has the "
                    "Ritz value " +
                        std::to_string(ritz) + " beside one of modulus " + std::to_string(largest),
                    -1);
            return std::log(ritz);
        },
        options);
}

#define TAMIS_INSTANTIATE(T)                                                                                 \
    template TraceEstimate stochastic_trace<T>(const EigenOperand<T>&, const StochasticTraceOptions&);       \
    template TraceEstimate stochastic_trace<T>(const EigenOperand<T>&, const std::function<double(double)>&, \
                                               const StochasticTraceOptions&);                               \
    template TraceEstimate logdet_estimate<T>(const EigenOperand<T>&, const StochasticTraceOptions&);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
