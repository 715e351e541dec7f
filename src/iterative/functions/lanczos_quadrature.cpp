#include "iterative/functions/lanczos_quadrature.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <tamis/core/array.hpp>
#include <tamis/core/error.hpp>

#include "instantiate.hpp"
#include "iterative/functions/lanczos_basis.hpp"
#include "iterative/vector_ops.hpp"

namespace tamis::detail {

namespace {

constexpr std::int64_t most_at_once = 8;

/// Lanczos' process of one vector without reorthogonalization, which Gauss quadrature does not need (G. H. Golub,
/// Z. Strakoš, Estimates in quadratic formulas, Numer. Algorithms 8, 1994).
struct TridiagonalOfSample {
    double square = 0;  ///< zᴴz
    std::vector<double> alpha;
    std::vector<double> beta;
    Quadrature found{0, 0, std::numeric_limits<double>::infinity()};
    bool done = false;
};

void integrate(TridiagonalOfSample& sample, const CheckedFunction& f) {
    const auto k = static_cast<std::int64_t>(sample.alpha.size());
    TridiagonalEigen eigen;
    if (!tridiagonal_eigen(k, sample.alpha, sample.beta, eigen))
        throw Error("stochastic_trace: the eigenvalues of a tridiagonal matrix were not found");
    const double largest = std::max(std::abs(eigen.theta.front()), std::abs(eigen.theta.back()));
    double value = 0, magnitude = 0;
    for (std::int64_t j = 0; j < k; ++j) {
        const double tau = eigen.V[static_cast<std::size_t>(j * k)];
        const double term = tau * tau * f(eigen.theta[static_cast<std::size_t>(j)], largest);
        value += term;
        magnitude += std::abs(term);
    }
    sample.found.change = std::abs(sample.square * value - sample.found.value);
    sample.found.value = sample.square * value;
    sample.found.magnitude = sample.square * magnitude;
}

}  // namespace

template <class T>
std::vector<Quadrature> quadratures(TraceSampler<T>& sampler, std::int64_t count, const VectorSource<T>& source,
                                    const CheckedFunction& f, const StochasticTraceOptions& options) {
    const std::int64_t n = sampler.n();
    const std::int64_t block = std::min(most_at_once, count);
    const std::int64_t most_steps = std::min(options.lanczos_steps, n);
    Array<T> old(n * block), V(n * block, uninitialized), W(n * block, uninitialized);
    std::vector<Quadrature> found;
    for (std::int64_t first = 0; first < count; first += block) {
        const std::int64_t m = std::min(block, count - first);
        std::vector<TridiagonalOfSample> samples(static_cast<std::size_t>(m));
        vec::zero(n * m, old.data());
        bool all_done = true;
        for (std::int64_t k = 0; k < m; ++k) {
            T* const v = V.data() + k * n;
            auto& sample = samples[static_cast<std::size_t>(k)];
            source(first + k, v);
            const double norm = vec::norm<T>(n, v);
            sample.square = norm * norm;
            if (norm > 0) {
                divide_by_norm<T>(n, norm, v);
                all_done = false;
            } else {
                sample.found = {};
                sample.done = true;
            }
        }
        std::int64_t next_look = 8;
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
                if (whole) sample.found.change = 0;
                sample.done = whole || (look && sample.found.change <= options.tolerance * sample.found.magnitude);
                all_done = all_done && sample.done;
                if (sample.done) vec::zero(n, w);
                else divide_by_norm<T>(n, beta, w);
            }
            old.swap(V);
            V.swap(W);
        }
        for (const TridiagonalOfSample& sample : samples) found.push_back(sample.found);
    }
    return found;
}

#define TAMIS_INSTANTIATE(T)                                                                                \
    template std::vector<Quadrature> quadratures<T>(TraceSampler<T>&, std::int64_t, const VectorSource<T>&, \
                                                    const CheckedFunction&, const StochasticTraceOptions&);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
