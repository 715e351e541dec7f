#include <tamis/learn/gaussian_process.hpp>

#include <cmath>
#include <limits>
#include <numbers>
#include <string>

#include "core/memory.hpp"
#include "core/refuse.hpp"
#include "dense/operand.hpp"
#include "learn/gaussian_fit.hpp"

namespace tamis::learn::detail {

namespace {

template <class T>
std::unique_ptr<CovarianceFactor<T>> factored_covariance(const CovarianceInput<T>& input) {
    const std::int64_t n = input.X.rows();
    const CovarianceStorage storage = input.options.storage;
    if (storage == CovarianceStorage::sparse) {
        // Index and value, found and then copied.
        constexpr double bytes_an_entry = 2 * (sizeof(T) + sizeof(std::int64_t));
        const std::int64_t limit = input.options.memory_limit;
        const double allowed = static_cast<double>(limit > 0 ? limit : tamis::detail::available_memory());
        const double most = std::min(allowed / bytes_an_entry, 1e18);
        if (auto covariance = sparse_covariance(input, static_cast<std::int64_t>(most))) return covariance;
        tamis::detail::require_memory("GaussianProcess fit: the sparse covariance",
                                      std::max(2 * allowed, static_cast<double>(n) * bytes_an_entry), limit);
    }
    constexpr std::int64_t worth_a_sparse_one = 200;
    if (storage == CovarianceStorage::automatic && n >= worth_a_sparse_one && input.kernel.compactly_supported()) {
        if (auto covariance = sparse_covariance(input, n * (n / 10))) return covariance;
    }
    return dense_covariance(input);
}

}  // namespace

void check_process(const ProcessModel& model) {
    const auto refuse = [](const std::string& what) { throw InvalidArgument("GaussianProcess: " + what); };
    if (!(model.noise_variance >= 0) || !(model.noise_variance <= std::numeric_limits<double>::max()))
        refuse("the noise variance must be finite and not negative, but is " + std::to_string(model.noise_variance));
    if (!(model.options.max_jitter >= 0 && model.options.max_jitter <= 1))
        refuse("max_jitter must lie in [0, 1], but is " + std::to_string(model.options.max_jitter));
    if (model.options.memory_limit < 0)
        refuse("memory_limit must not be negative, but is " + std::to_string(model.options.memory_limit));
}

template <class T>
std::shared_ptr<const GaussianFit<T>> fit_data(const ProcessModel& model, std::shared_ptr<const TrainingData<T>> data) {
    const tamis::detail::Stopwatch clock;
    auto fit = std::make_shared<GaussianFit<T>>();
    const std::int64_t n = data->samples;
    auto covariance =
        factored_covariance(CovarianceInput<T>{model.kernel, model.noise_variance, model.options, data->view()});
    fit->alpha = Array<T>(n, uninitialized);
    covariance->solve(data->targets.data(), fit->alpha.data());
    double fitted = 0;
    for (std::int64_t i = 0; i < n; ++i)
        fitted += static_cast<double>(data->targets[i]) * static_cast<double>(fit->alpha[i]);
    fit->log_likelihood = -0.5 * (fitted + covariance->logdet() + static_cast<double>(n) * std::log(2 * std::numbers::pi));
    fit->info = covariance->info;
    fit->info.seconds = clock.seconds();
    fit->covariance = std::move(covariance);
    fit->data = std::move(data);
    return fit;
}

template <class T>
FittedProcess<T> fit_process(const ProcessModel& model, MatrixView<const T> X, VectorView<const T> y) {
    if (X.rows() != y.size())
        throw DimensionMismatch("GaussianProcess fit: " + std::to_string(X.rows()) + " samples (" +
                                    std::to_string(X.rows()) + "x" + std::to_string(X.cols()) +
                                    ") need as many targets, but " + std::to_string(y.size()) + " were given",
                                X.rows(), y.size());
    tamis::detail::check_finite_entries("GaussianProcess fit", "the matrix of samples", X);
    tamis::detail::check_finite_entries("GaussianProcess fit", "the vector of targets", MatrixView<const T>(y));
    auto data = std::make_shared<TrainingData<T>>();
    data->samples = X.rows();
    data->features = X.cols();
    data->X = Array<T>(X.rows() * X.cols(), uninitialized);
    tamis::detail::copy_view(X, MatrixView<T>(data->X.data(), X.rows(), X.cols()));
    double mean = 0;
    for (std::int64_t i = 0; model.options.center && i < y.size(); ++i)
        mean += static_cast<double>(y[i]) / static_cast<double>(y.size());
    data->offset = static_cast<T>(mean);
    data->targets = Array<T>(y.size(), uninitialized);
    for (std::int64_t i = 0; i < y.size(); ++i) data->targets[i] = y[i] - data->offset;
    return fit_data<T>(model, std::move(data));
}

template <class T>
GaussianProcessInfo process_info(const FittedProcess<T>& fit) {
    return require_fit("info", fit).info;
}

template <class T>
double process_likelihood(const FittedProcess<T>& fit) {
    return require_fit("log_marginal_likelihood", fit).log_likelihood;
}

template <class T>
void process_likelihood_gradient(const ProcessModel& model, const FittedProcess<T>& fit, VectorView<double> out) {
    const GaussianFit<T>& f = require_fit("log_marginal_likelihood_gradient", fit);
    Array<double> gradient(out.size());
    const double trace = f.covariance->contract(f.alpha.data(), gradient.data());
    double squares = 0;
    for (const T a : f.alpha) squares += static_cast<double>(a) * static_cast<double>(a);
    const std::int64_t p = out.size() - 1;
    for (std::int64_t q = 0; q < p; ++q) out[q] = gradient[q] / 2;
    out[p] = model.noise_variance * (squares - trace) / 2;
}

template <class T>
void check_predict(const FittedProcess<T>& fit, MatrixView<const T> X) {
    const GaussianFit<T>& f = require_fit("predict", fit);
    if (X.cols() != f.data->features)
        throw DimensionMismatch("GaussianProcess predict: the points have " + std::to_string(X.cols()) +
                                    " features where the process was fitted to " + std::to_string(f.data->features),
                                f.data->features, X.cols());
    tamis::detail::check_finite_entries("GaussianProcess predict", "the matrix of points", X);
}

template <class T>
std::int64_t predict_process(const ProcessModel& model, const FittedProcess<T>& fit, MatrixView<const T> X,
                             const PredictOptions& options, VectorView<T> mean, VectorView<T> deviation,
                             MatrixView<T> covariance) {
    const GaussianFit<T>& f = *fit;
    if (X.rows() == 0) return 0;
    f.covariance->predict(X, f.alpha.data(), mean.data(), options.standard_deviation ? deviation.data() : nullptr,
                          covariance);
    const T noise = options.include_noise ? static_cast<T>(model.noise_variance) : T(0);
    std::int64_t clamped = 0;
    // A variance that is no number stays one.
    const auto clamp = [&](T& variance, bool counted) {
        if (variance < 0) {
            variance = 0;
            if (counted) ++clamped;
        }
        variance += noise;
    };
    for (std::int64_t i = 0; i < mean.size(); ++i) mean[i] += f.data->offset;
    for (std::int64_t i = 0; i < deviation.size(); ++i) {
        clamp(deviation[i], true);
        deviation[i] = std::sqrt(deviation[i]);
    }
    for (std::int64_t i = 0; i < covariance.rows(); ++i) clamp(covariance(i, i), deviation.size() == 0);
    return clamped;
}

#define TAMIS_INSTANTIATE(T)                                                                                              \
    template std::shared_ptr<const GaussianFit<T>> fit_data(const ProcessModel&, std::shared_ptr<const TrainingData<T>>); \
    template FittedProcess<T> fit_process(const ProcessModel&, MatrixView<const T>, VectorView<const T>);                 \
    template GaussianProcessInfo process_info(const FittedProcess<T>&);                                                   \
    template double process_likelihood(const FittedProcess<T>&);                                                          \
    template void process_likelihood_gradient(const ProcessModel&, const FittedProcess<T>&, VectorView<double>);          \
    template void check_predict(const FittedProcess<T>&, MatrixView<const T>);                                            \
    template std::int64_t predict_process(const ProcessModel&, const FittedProcess<T>&, MatrixView<const T>,              \
                                          const PredictOptions&, VectorView<T>, VectorView<T>, MatrixView<T>);
TAMIS_INSTANTIATE(float)
TAMIS_INSTANTIATE(double)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::learn::detail
