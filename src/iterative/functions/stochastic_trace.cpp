#include <tamis/iterative/functions/stochastic_trace.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <tamis/core/array.hpp>
#include <tamis/core/error.hpp>

#include "instantiate.hpp"
#include "iterative/eigen/block.hpp"
#include "iterative/eigen/operand_check.hpp"
#include "iterative/eigen/orthonormalize.hpp"
#include "iterative/functions/lanczos_basis.hpp"
#include "iterative/functions/lanczos_quadrature.hpp"
#include "iterative/functions/trace_sampler.hpp"
#include "iterative/vector_ops.hpp"

namespace tamis::detail {

namespace {

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

/// g ← (I − Q Qᴴ) g for q orthonormal columns, twice; c holds q numbers.
template <class T>
void remove_space(std::int64_t n, const T* Q, std::int64_t q, T* g, T* c) {
    for (int twice = 0; twice < 2 && q > 0; ++twice) {
        tall::gram<T>(n, Q, q, g, 1, c, q);
        tall::multiply<T>(n, T(-1), Q, q, c, q, 1, T(1), g);
    }
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
        remove_space<T>(n, Q.data(), q, g.data(), c.data());
        sampler.apply(g.data(), y.data(), 1);
        const double sample = static_cast<double>(real_part(vec::dot<T>(n, g.data(), y.data())));
        sampler.check(sample);
        mean.add(sample);
    }
    size += std::abs(mean.mean());
    return {exact + mean.mean(), mean.standard_error() + rounding_of<T>(size), sampler.matvecs()};
}

/// f(T) e₁ of the basis' tridiagonal matrix.
template <class T>
std::vector<Sum<T>> function_coefficients(const LanczosBasis<T>& basis, const CheckedFunction& f) {
    const std::int64_t k = basis.steps();
    TridiagonalEigen eigen;
    if (!tridiagonal_eigen(k, basis.alpha(), basis.beta(), eigen))
        throw Error("stochastic_trace: the eigenvalues of a tridiagonal matrix were not found");
    const double largest = std::max(std::abs(eigen.theta.front()), std::abs(eigen.theta.back()));
    std::vector<Sum<T>> y(static_cast<std::size_t>(k));
    for (std::int64_t j = 0; j < k; ++j) {
        const double* const v = eigen.V.data() + j * k;
        const double value = v[0] * f(eigen.theta[static_cast<std::size_t>(j)], largest);
        for (std::int64_t i = 0; i < k; ++i) y[static_cast<std::size_t>(i)] += value * v[i];
    }
    return y;
}

template <class T>
TraceEstimate lanczos_quadrature(TraceSampler<T>& sampler, const CheckedFunction& f, const StochasticTraceOptions& options) {
    const VectorSource<T> source = [&sampler](std::int64_t k, T* z) { sampler.fill(k, z); };
    SampleMean mean;
    double size = 0, changes = 0;
    for (const Quadrature& sample : quadratures(sampler, sampler.vectors(), source, f, options)) {
        mean.add(sample.value);
        size += sample.magnitude;
        changes += sample.change;
    }
    if (sampler.exact()) return {mean.total(), changes + rounding_of<T>(size), sampler.matvecs()};
    const auto count = static_cast<double>(sampler.vectors());
    return {mean.mean(), mean.standard_error() + changes / count + rounding_of<T>(size / count), sampler.matvecs()};
}

/// Hutch++ for f(A). The space Q is spanned by what few steps of Lanczos' process make of f(A) S: another space would be as
/// right, if less apt, so that no error of it counts. Forms zᴴ f(A) z are by quadrature: of Q's columns their sum is the
/// trace in Q, of vectors orthogonal to Q their mean estimates the rest.
template <class T>
TraceEstimate hutch_plus_plus_of_function(TraceSampler<T>& sampler, const CheckedFunction& f,
                                          const StochasticTraceOptions& options) {
    const std::int64_t n = sampler.n();
    const std::int64_t third = options.samples / 3;
    Array<T> Q(n * third, uninitialized);
    {
        const std::int64_t steps = std::min<std::int64_t>({options.lanczos_steps, n, 100});
        Array<T> z(n, uninitialized);
        LanczosBasis<T> basis(sampler.ref(), steps);
        for (std::int64_t k = 0; k < third; ++k) {
            sampler.signs(k, z.data());
            (void)basis.begin(z.data());
            std::vector<Sum<T>> y, before;
            for (std::int64_t next = 4; basis.steps() < steps && !basis.whole();) {
                sampler.check_stop();
                if (!basis.step()) sampler.check(std::numeric_limits<double>::quiet_NaN());
                if (basis.steps() != next && basis.steps() != steps && !basis.whole()) continue;
                next += next / 2;
                before.swap(y);
                y = function_coefficients<T>(basis, f);
                double size = 0, change = 0;
                for (std::size_t i = 0; i < y.size(); ++i) {
                    size += std::norm(y[i]);
                    change += std::norm(y[i] - (i < before.size() ? before[i] : Sum<T>(0)));
                }
                if (change <= 1e-6 * size) break;
            }
            (void)basis.combine(static_cast<std::int64_t>(y.size()), y.data(), {Q.data() + k * n}, [] { return true; });
        }
        sampler.count_products(basis.matvecs());
    }
    sampler.check(vec::norm<T>(n * third, Q.data()));
    const std::int64_t q = orthonormalize<T>(n, nullptr, nullptr, 0, Q.data(), nullptr, third);
    double exact = 0, size = 0, changes = 0;
    const VectorSource<T> of_space = [&](std::int64_t k, T* z) { vec::copy<T>(n, Q.data() + k * n, z); };
    if (q > 0)
        for (const Quadrature& part : quadratures(sampler, q, of_space, f, options)) {
            exact += part.value;
            size += part.magnitude;
            changes += part.change;
        }
    Array<T> c(std::max<std::int64_t>(q, 1), uninitialized);
    const VectorSource<T> of_rest = [&](std::int64_t k, T* z) {
        sampler.signs(third + k, z);
        remove_space<T>(n, Q.data(), q, z, c.data());
    };
    const std::int64_t rest = options.samples - 2 * third;
    SampleMean mean;
    for (const Quadrature& sample : quadratures(sampler, rest, of_rest, f, options)) {
        mean.add(sample.value);
        size += sample.magnitude / static_cast<double>(rest);
        changes += sample.change / static_cast<double>(rest);
    }
    return {exact + mean.mean(), mean.standard_error() + changes + rounding_of<T>(size), sampler.matvecs()};
}

/// The least number of samples of the method, which must be one for functions.
std::int64_t check_function_method(const char* name, const StochasticTraceOptions& options) {
    if (options.method == TraceMethod::hutchinson)
        throw InvalidArgument(std::string(name) +
                              ": the method of a function is lanczos_quadrature or hutch_plus_plus, as products with f(A) "
                              "are not at hand");
    return options.method == TraceMethod::hutch_plus_plus ? 6 : 2;
}

template <class T>
TraceEstimate trace_of_function(TraceSampler<T>& sampler, const CheckedFunction& f, const StochasticTraceOptions& options) {
    if (options.method == TraceMethod::hutch_plus_plus && !sampler.exact())
        return hutch_plus_plus_of_function(sampler, f, options);
    return lanczos_quadrature(sampler, f, options);
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
    TraceSampler<T> sampler("stochastic_trace", A, options, check_function_method("stochastic_trace", options));
    check_hermitian_operand("stochastic_trace", "A", A);
    if (sampler.n() == 0) return {};
    return trace_of_function<T>(
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
    TraceSampler<T> sampler("logdet_estimate", A, options, check_function_method("logdet_estimate", options));
    check_hermitian_operand("logdet_estimate", "A", A);
    if (sampler.n() == 0) return {};
    return trace_of_function<T>(
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
