#include "learn/samples.hpp"

#include <cmath>
#include <string>

#include <tamis/core/error.hpp>

#include "core/refuse.hpp"
#include "learn/kernels/entrywise.hpp"

namespace tamis::learn::detail {

namespace {

/// Raises `largest` to the largest modulus of n contiguous numbers; false if one of them is not finite.
template <class R>
bool measure_run(std::int64_t n, const R* x, R& largest) {
    R most = largest;
    R doubt = 0;
#pragma omp simd reduction(max : most) reduction(+ : doubt)
    for (std::int64_t i = 0; i < n; ++i) {
        const R size = std::abs(x[i]);
        most = size > most ? size : most;
        doubt += x[i] - x[i];
    }
    largest = most;
    return doubt == 0;
}

template <class R>
[[noreturn]] void refuse_sample(const char* what, const char* which, std::int64_t i, std::int64_t features, const R* x) {
    std::int64_t k = 0;
    while (k + 1 < features && std::isfinite(x[k])) ++k;
    tamis::detail::throw_not_finite(what, which, i, k);
}

}  // namespace

template <class R>
Samples<R> read_samples(const char* what, const char* which, MatrixView<const R> X, R& largest) {
    const std::int64_t n = X.rows(), p = X.cols();
    Samples<R> samples;
    samples.data = X.data();
    samples.stride = X.row_stride();
    if (X.col_stride() != 1 || X.row_stride() < p) {
        samples.own = Array<R>(n * p, uninitialized);
        R* const out = samples.own.data();
        if (X.row_stride() == 1 && X.col_stride() >= n) {
            // Some samples at a time, so that what is written stays in the cache.
            constexpr std::int64_t step = 64;
            for (std::int64_t i = 0; i < n; i += step)
                entrywise<R>().transpose(std::min(step, n - i), p, X.data() + i, X.col_stride(), out + i * p, p);
        } else {
            for (std::int64_t i = 0; i < n; ++i)
                for (std::int64_t k = 0; k < p; ++k) out[i * p + k] = X(i, k);
        }
        samples.data = out;
        samples.stride = p;
    }
    for (std::int64_t i = 0; i < n; ++i) {
        const R* const x = samples.data + i * samples.stride;
        if (!measure_run(p, x, largest)) refuse_sample(what, which, i, p, x);
    }
    return samples;
}

template <class R>
Samples<R> copy_features(MatrixView<const R> X, std::int64_t padding) {
    const std::int64_t n = X.rows(), p = X.cols();
    Samples<R> features;
    features.stride = n + padding;
    features.own = Array<R>(features.stride * p, uninitialized);
    R* const out = features.own.data();
    if (X.col_stride() == 1 && X.row_stride() >= p) {
        constexpr std::int64_t step = 64;
        for (std::int64_t i = 0; i < n; i += step)
            entrywise<R>().transpose(p, std::min(step, n - i), X.data() + i * X.row_stride(), X.row_stride(), out + i,
                                     features.stride);
    } else {
        for (std::int64_t k = 0; k < p; ++k)
            for (std::int64_t i = 0; i < n; ++i) out[k * features.stride + i] = X(i, k);
    }
    for (std::int64_t k = 0; k < p; ++k) std::fill_n(out + k * features.stride + n, padding, R(0));
    features.data = out;
    return features;
}

void check_features(const char* what, std::int64_t x_rows, std::int64_t x_cols, std::int64_t y_rows, std::int64_t y_cols) {
    if (x_cols == y_cols) return;
    const auto shape = [](std::int64_t rows, std::int64_t cols) {
        return std::to_string(rows) + "x" + std::to_string(cols);
    };
    throw DimensionMismatch(std::string(what) + ": the samples of X (" + shape(x_rows, x_cols) + ") and Y (" +
                                shape(y_rows, y_cols) + ") need the same number of features (columns)",
                            x_cols, y_cols);
}

template Samples<float> read_samples(const char*, const char*, MatrixView<const float>, float&);
template Samples<double> read_samples(const char*, const char*, MatrixView<const double>, double&);
template Samples<float> copy_features(MatrixView<const float>, std::int64_t);
template Samples<double> copy_features(MatrixView<const double>, std::int64_t);

}  // namespace tamis::learn::detail
