// GaussianProcess: regression with a distribution over functions, dense, or sparse where the kernel is.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <stop_token>
#include <string>
#include <utility>

#include <tamis/core/status.hpp>
#include <tamis/learn/kernel.hpp>

namespace tamis::learn {

/// How the covariance of the samples is held.
enum class CovarianceStorage {
    automatic,  ///< sparse where the kernel is compactly supported and at most a tenth of the pairs see each other
    dense,
    sparse
};

struct GaussianProcessOptions {
    bool center = false;  ///< the mean of the targets is subtracted before, and added to predictions
    CovarianceStorage storage = CovarianceStorage::automatic;
    /// Where the covariance is not numerically definite, n ε times its mean diagonal is added to the diagonal, then ten
    /// times as much, up to this fraction of it (0: never); see GaussianProcessInfo. In [0, 1].
    double max_jitter = 1e-3;
    std::int64_t memory_limit = 0;  ///< bytes that the factored covariance may take; 0: what the machine has left
};

/// What a fit did.
struct GaussianProcessInfo {
    CovarianceStorage storage = CovarianceStorage::dense;  ///< dense or sparse
    std::int64_t samples = 0;
    std::int64_t covariance_nonzeros = 0;
    std::int64_t factor_nonzeros = 0;
    double jitter = 0;                 ///< what was added to the diagonal besides the noise variance
    std::int64_t jitter_attempts = 0;  ///< factorizations that failed before
    double seconds = 0;
};

struct PredictOptions {
    bool standard_deviation = true;
    bool covariance = false;
    bool include_noise = false;  ///< of observations rather than of the function: the noise variance is added
};

/// The distribution of the function at some points, given the data.
template <class T>
struct [[nodiscard]] GaussianPrediction {
    Vector<T> mean;
    Vector<T> standard_deviation;  ///< empty unless asked for
    Matrix<T> covariance;          ///< likewise
    std::int64_t clamped = 0;      ///< variances that rounding made negative, and that were set to 0
};

struct HyperparameterOptions {
    std::int64_t restarts = 0;  ///< further starts, each factor drawn log-uniformly from [1/spread, spread]
    std::uint64_t seed = 0;     ///< of these
    double spread = 10;         ///< > 1
    double lower = 1e-5;        ///< bounds of every parameter (a start outside widens them)
    double upper = 1e5;
    double noise_lower = 1e-10;         ///< of the noise variance
    bool fixed_noise = false;           ///< the noise variance stays as it is; so does one of 0
    double tolerance = 1e-5;            ///< of the largest entry of the projected gradient, relative to max(1, |value|)
    std::int64_t max_iterations = 200;  ///< of each start
    std::chrono::duration<double> time_limit{0};  ///< of all; 0: none
    /// After each iteration: its number, the log marginal likelihood; false ends the search.
    std::function<bool(std::int64_t, double)> callback{};
    std::stop_token stop{};
};

/// What a search for hyperparameters found. The process holds the best parameters seen, and is fitted with them.
struct [[nodiscard]] HyperparameterResult {
    double log_marginal_likelihood = 0;
    double initial = 0;                 ///< before
    double gradient_norm = 0;           ///< largest entry of the projected gradient at the end
    Status status = Status::converged;  ///< of the start that won
    std::int64_t iterations = 0;        ///< of all starts
    std::int64_t evaluations = 0;
    std::int64_t best_start = 0;     ///< 0: where the process stood
    std::int64_t failed_starts = 0;  ///< where the covariance was not definite, or nothing finite came
    double seconds = 0;
    std::string message;
    [[nodiscard]] bool converged() const noexcept { return status == Status::converged; }
};

namespace detail {

/// Samples, targets, the factored covariance and the weights; never changed once made. (src/learn/gaussian_fit.hpp)
template <class T>
struct GaussianFit;
template <class T>
using FittedProcess = std::shared_ptr<const GaussianFit<T>>;

/// What a process is besides its data.
struct ProcessModel {
    Kernel kernel;
    double noise_variance;
    GaussianProcessOptions options;
};

void check_process(const ProcessModel& model);
template <class T>
FittedProcess<T> fit_process(const ProcessModel& model, MatrixView<const T> X, VectorView<const T> y);
template <class T>
GaussianProcessInfo process_info(const FittedProcess<T>& fit);
/// Number of features; Error where there was no fit.
template <class T>
void check_predict(const FittedProcess<T>& fit, MatrixView<const T> X);
/// The number of clamped variances; what is not asked for is an empty view.
template <class T>
std::int64_t predict_process(const ProcessModel& model, const FittedProcess<T>& fit, MatrixView<const T> X,
                             const PredictOptions& options, VectorView<T> mean, VectorView<T> deviation,
                             MatrixView<T> covariance);
template <class T>
double process_likelihood(const FittedProcess<T>& fit);
template <class T>
void process_likelihood_gradient(const ProcessModel& model, const FittedProcess<T>& fit, VectorView<double> out);
template <class T>
HyperparameterResult optimize_process(ProcessModel& model, FittedProcess<T>& fit, const HyperparameterOptions& options);

}  // namespace detail

/// Regression y_i = f(x_i) + ε_i with a Gaussian process prior f ~ GP(0, k) and noise ε_i ~ N(0, σ²): after `fit`, `predict`
/// gives mean and standard deviation of f anywhere. T is float or double, in which all is computed.
///
/// Rasmussen and Williams, "Gaussian Processes for Machine Learning", MIT Press 2006, Algorithm 2.1: K + σ²I = L Lᵀ, α = L⁻ᵀ
/// L⁻¹ y, mean kᵀα, variance k(x, x) − ‖L⁻¹k‖². Cost: n³/3 flops and n² numbers for the fit, n² a predicted standard
/// deviation, n a mean. Where the kernel is compactly supported (`kernel::wendland_c2`) and few samples see each other, the
/// covariance is a sparse matrix, found by a grid of cells, and factored by the sparse Cholesky factorization: 10⁵ samples
/// in a plane are seconds. A mean then costs the samples within the radius, a standard deviation a solve with the factor.
///
/// Two samples at one point, or smooth kernels without noise, make K singular; how much had to be added to its diagonal is
/// in `info()`. A process without samples predicts its prior. A value: copies share the fit. Const members may be called
/// from several threads at once.
template <class T = double>
class GaussianProcess {
    static_assert(std::floating_point<T> && Scalar<T>, "tamis: Gaussian processes are of float or double");

  public:
    using scalar_type = T;

    /// InvalidArgument for a noise variance that is negative or not finite, and options out of range.
    explicit GaussianProcess(Kernel kernel, double noise_variance = 0, const GaussianProcessOptions& options = {})
        : model_{std::move(kernel), noise_variance, options} {
        detail::check_process(model_);
    }

    /// Takes n samples, the rows of X (a vector: of one feature), and n targets, which are copied. DimensionMismatch for
    /// other shapes; InvalidArgument for entries that are not finite; NotPositiveDefinite where no allowed jitter helps;
    /// MemoryLimitExceeded. After an exception the process is what it was.
    template <DenseArgument X, VectorArgument Y>
    GaussianProcess& fit(const X& x, const Y& y) {
        static_assert(std::same_as<dense_scalar_t<X>, T> && std::same_as<dense_scalar_t<Y>, T>,
                      "tamis: samples and targets must have the scalars of the process");
        const tamis::detail::ShapedInput<X> samples(x);
        const tamis::detail::DenseInput<T, Y> targets(y);
        fit_ = detail::fit_process<T>(model_, samples.view(), targets.vector());
        return *this;
    }
    [[nodiscard]] bool fitted() const noexcept { return fit_ != nullptr; }

    /// Mean and standard deviation of f at the rows of X; with `.covariance` also that of all pairs of rows, with
    /// `.include_noise` of new observations there. White kernels count as noise of the function itself. Error before the
    /// first fit; DimensionMismatch for other features; InvalidArgument for entries that are not finite.
    template <DenseArgument X>
    GaussianPrediction<T> predict(const X& x, const PredictOptions& options = {}) const {
        static_assert(std::same_as<dense_scalar_t<X>, T>, "tamis: samples must have the scalars of the process");
        const tamis::detail::ShapedInput<X> samples(x);
        detail::check_predict<T>(fit_, samples.view());
        const std::int64_t m = samples.view().rows();
        GaussianPrediction<T> p;
        p.mean.resize(m);
        p.standard_deviation.resize(options.standard_deviation ? m : 0);
        p.covariance.resize(options.covariance ? m : 0, options.covariance ? m : 0);
        p.clamped = detail::predict_process<T>(model_, fit_, samples.view(), options, VectorView<T>(p.mean),
                                               VectorView<T>(p.standard_deviation), MatrixView<T>(p.covariance));
        return p;
    }

    /// log p(y | X) = −½ yᵀα − ½ log det(K + σ²I) − n/2 log 2π (eq. 2.30). Error before the first fit.
    [[nodiscard]] double log_marginal_likelihood() const { return detail::process_likelihood<T>(fit_); }
    /// Its gradient by the logarithms of the kernel's parameters, in their order, and last of the noise variance: ½ tr((ααᵀ
    /// − (K + σ²I)⁻¹) ∂K/∂log θ) (eq. 5.9), by reverse differentiation tile by tile, without a matrix for each parameter. n³
    /// flops and n² numbers besides; sparse: two to three factorizations (the selected inverse).
    [[nodiscard]] Vector<double> log_marginal_likelihood_gradient() const {
        Vector<double> g(model_.kernel.parameter_count() + 1);
        detail::process_likelihood_gradient<T>(model_, fit_, VectorView<double>(g));
        return g;
    }

    /// Looks for the parameters and the noise variance of the largest log marginal likelihood, from where the process stands
    /// and from random starts about it, by limited-memory BFGS in a box (Nocedal and Wright, 2006, Algorithms 7.4, 3.5 and
    /// 3.6) in the logarithms. The process then has the best that was seen, never worse than before. Each evaluation is a
    /// fit and a gradient. Error before the first fit; InvalidArgument for options out of range. Not to converge is a
    /// result.
    HyperparameterResult optimize(const HyperparameterOptions& options = {}) {
        return detail::optimize_process<T>(model_, fit_, options);
    }

    [[nodiscard]] const Kernel& kernel() const noexcept { return model_.kernel; }
    [[nodiscard]] double noise_variance() const noexcept { return model_.noise_variance; }
    [[nodiscard]] const GaussianProcessOptions& options() const noexcept { return model_.options; }
    /// Error before the first fit.
    [[nodiscard]] GaussianProcessInfo info() const { return detail::process_info<T>(fit_); }

  private:
    detail::ProcessModel model_;
    detail::FittedProcess<T> fit_;
};

}  // namespace tamis::learn
