// Private: a process with its data.
#pragma once

#include <memory>
#include <utility>

#include <tamis/learn/gaussian_process.hpp>

#include "learn/covariance_factor.hpp"

namespace tamis::learn::detail {

/// Samples and targets, shared by the fits of a search.
template <class T>
struct TrainingData {
    std::int64_t samples = 0;
    std::int64_t features = 0;
    Array<T> X;        // column-major
    Array<T> targets;  // less the offset
    T offset = 0;

    [[nodiscard]] MatrixView<const T> view() const noexcept { return {X.data(), samples, features}; }
};

template <class T>
struct GaussianFit {
    std::shared_ptr<const TrainingData<T>> data;
    std::unique_ptr<const CovarianceFactor<T>> covariance;
    Array<T> alpha;
    double log_likelihood = 0;
    GaussianProcessInfo info;
};

/// A fit of data that was checked.
template <class T>
std::shared_ptr<const GaussianFit<T>> fit_data(const ProcessModel& model, std::shared_ptr<const TrainingData<T>> data);

/// Error where there is no fit.
template <class T>
const GaussianFit<T>& require_fit(const char* what, const FittedProcess<T>& fit) {
    if (fit == nullptr)
        throw Error(std::string("GaussianProcess ") + what + ": there is no data yet; call fit(X, y) before");
    return *fit;
}

}  // namespace tamis::learn::detail
