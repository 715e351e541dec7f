// Private: the covariance of samples, factored: dense or sparse.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>

#include <tamis/core/error.hpp>
#include <tamis/learn/gaussian_process.hpp>

#include "learn/kernel_evaluator.hpp"

namespace tamis::learn::detail {

/// K + (σ² + jitter) I = L Lᵀ of the samples; never changed once made.
template <class T>
class CovarianceFactor {
  public:
    CovarianceFactor() = default;
    CovarianceFactor(const CovarianceFactor&) = delete;
    CovarianceFactor& operator=(const CovarianceFactor&) = delete;
    virtual ~CovarianceFactor() = default;

    /// x = (K + σ²I)⁻¹ b; x may be b.
    virtual void solve(const T* b, T* x) const = 0;
    [[nodiscard]] virtual double logdet() const = 0;
    /// gradient[p] = Σ (α αᵀ − (K + σ²I)⁻¹) ∘ ∂K/∂log θ_p; returns the sum of the diagonal of (K + σ²I)⁻¹.
    virtual double contract(const T* alpha, double* gradient) const = 0;
    /// Means without the offset, variances (or nullptr) of which none is clamped yet, covariance (or no data): both
    /// triangles.
    virtual void predict(MatrixView<const T> X, const T* alpha, T* mean, T* variance, MatrixView<T> covariance) const = 0;

    GaussianProcessInfo info;
};

/// What every covariance starts from.
template <class T>
struct CovarianceInput {
    const Kernel& kernel;
    double noise_variance;
    const GaussianProcessOptions& options;
    MatrixView<const T> X;  // finite; outlives the factor
};

template <class T>
std::unique_ptr<CovarianceFactor<T>> dense_covariance(const CovarianceInput<T>& input);
/// Nothing where more than so many pairs of samples see each other.
template <class T>
std::unique_ptr<CovarianceFactor<T>> sparse_covariance(const CovarianceInput<T>& input, std::int64_t most_pairs);

/// The mean of the diagonal of a covariance, in double; 0 where there is none.
template <class T>
double mean_of(const Array<T>& diagonal) {
    double sum = 0;
    for (const T v : diagonal) sum += static_cast<double>(v);
    return diagonal.empty() ? 0 : sum / static_cast<double>(diagonal.size());
}

/// Calls factor(jitter), which says whether it worked, with 0 and then with growing multiples of the mean diagonal, and
/// writes what came of it. NotPositiveDefinite where all is too little. Rasmussen and Williams, section 2.3 (a small
/// multiple of the identity for stability).
template <class T, class Factor>
void with_jitter(const char* what, std::int64_t n, double mean_diagonal, double max_jitter, GaussianProcessInfo& info,
                 const Factor& factor) {
    const double most = max_jitter * mean_diagonal;
    double jitter = 0;
    while (!factor(jitter)) {
        ++info.jitter_attempts;
        const double first = static_cast<double>(n) * static_cast<double>(epsilon_v<T>) * mean_diagonal;
        const double next = jitter == 0 ? std::min(first, most) : std::min(10 * jitter, most);
        if (!(next > jitter))
            throw NotPositiveDefinite(std::string(what) + ": the covariance of " + std::to_string(n) +
                                          " samples is not positive definite, even with " + std::to_string(jitter) +
                                          " added to its diagonal; give a noise variance, or allow a larger max_jitter",
                                      -1);
        jitter = next;
    }
    info.jitter = jitter;
}

}  // namespace tamis::learn::detail
