#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <tamis/learn/moments.hpp>
#include <tamis/sparse/csr.hpp>

#include "core/refuse.hpp"
#include "learn/moment_parts.hpp"
#include "learn/samples.hpp"

namespace tamis::learn::detail {

namespace {

/// A feature: its entries and the zeros between them.
template <class T, class I>
struct Feature {
    const I* samples;
    const T* values;
    std::int64_t count;
    std::int64_t zeros;
};
template <class T, class I>
Feature<T, I> feature_of(CsrView<T, I> features, std::int64_t k) {
    const auto first = static_cast<std::int64_t>(features.row_offsets()[static_cast<std::size_t>(k)]);
    const auto last = static_cast<std::int64_t>(features.row_offsets()[static_cast<std::size_t>(k) + 1]);
    return {features.col_indices().data() + first, features.values().data() + first, last - first,
            features.cols() - (last - first)};
}

/// The largest modulus; what is not finite is refused.
template <class T, class I>
T largest_of(const char* what, const Feature<T, I>& feature, std::int64_t k) {
    T largest = 0;
    for (std::int64_t e = 0; e < feature.count; ++e) {
        if (!std::isfinite(feature.values[e]))
            tamis::detail::throw_not_finite(what, "X", static_cast<std::int64_t>(feature.samples[e]), k);
        largest = std::max(largest, std::abs(feature.values[e]));
    }
    return largest;
}

/// The mean as first + shift, of values that are multiplied by 2^−e.
template <class T>
struct SplitMean {
    T first;
    double shift;
};
template <class T, class I>
SplitMean<T> mean_of(const Feature<T, I>& feature, int e) {
    // A full feature is measured from its first value, so that a constant one is exactly that.
    const T first = feature.zeros == 0 && feature.count > 0 ? std::ldexp(feature.values[0], -e) : T(0);
    double sum = 0;
    for (std::int64_t q = 0; q < feature.count; ++q) sum += static_cast<double>(std::ldexp(feature.values[q], -e) - first);
    return {first, sum / static_cast<double>(feature.count + feature.zeros)};
}

/// The data with features that are more than half filled shifted by their means, by features and by samples; and the means
/// of what came of it.
template <class T, class I>
struct ShiftedData {
    std::vector<std::int64_t> offsets, samples;
    std::vector<T> values;
    std::vector<std::int64_t> row_offsets, columns;
    std::vector<T> row_values;
    std::vector<double> means;
    std::vector<int> exponents;
    bool scaled = false;

    ShiftedData(const char* what, CsrView<T, I> features) {
        const std::int64_t p = features.rows(), n = features.cols();
        offsets.push_back(0);
        for (std::int64_t k = 0; k < p; ++k) {
            const auto feature = feature_of(features, k);
            const int e = range_exponent(largest_of(what, feature, k));
            exponents.push_back(e);
            scaled = scaled || e != 0;
            const SplitMean<T> mean = mean_of(feature, e);
            const bool shifted = 2 * feature.count > n;
            const T shift = shifted ? static_cast<T>(mean.shift) : T(0);
            const T first = shifted ? mean.first : T(0);
            double sum = 0;
            const auto add = [&](std::int64_t i, T value) {
                samples.push_back(i);
                values.push_back(value);
                sum += static_cast<double>(value);
            };
            std::int64_t next = 0;  // sample without an entry so far
            for (std::int64_t q = 0; q < feature.count; ++q) {
                const auto i = static_cast<std::int64_t>(feature.samples[q]);
                if (shifted)
                    for (; next < i; ++next) add(next, -first - shift);
                add(i, (std::ldexp(feature.values[q], -e) - first) - shift);
                next = i + 1;
            }
            if (shifted)
                for (; next < n; ++next) add(next, -first - shift);
            means.push_back(sum / static_cast<double>(n));
            offsets.push_back(static_cast<std::int64_t>(values.size()));
        }
        by_samples(n, p);
    }

  private:
    void by_samples(std::int64_t n, std::int64_t p) {
        row_offsets.assign(static_cast<std::size_t>(n) + 1, 0);
        for (const std::int64_t i : samples) ++row_offsets[static_cast<std::size_t>(i) + 1];
        for (std::size_t i = 0; i < static_cast<std::size_t>(n); ++i) row_offsets[i + 1] += row_offsets[i];
        columns.resize(samples.size());
        row_values.resize(samples.size());
        auto place = row_offsets;
        for (std::int64_t k = 0; k < p; ++k)
            for (auto e = static_cast<std::size_t>(offsets[static_cast<std::size_t>(k)]);
                 e < static_cast<std::size_t>(offsets[static_cast<std::size_t>(k) + 1]); ++e) {
                const auto to = static_cast<std::size_t>(place[static_cast<std::size_t>(samples[e])]++);
                columns[to] = k;
                row_values[to] = values[e];
            }
    }
};

}  // namespace

template <class T, class I>
void sparse_covariance(const char* what, CsrView<T, I> X, bool bias, bool correlation, MatrixView<T> C) {
    const std::int64_t n = X.rows(), p = X.cols();
    check_samples(what, n, bias);
    if (p == 0) return;
    const Csr<T, I> features = tamis::detail::transpose(X);
    const ShiftedData<T, I> data(what, features.view());
    std::int64_t work = 0;
    for (std::int64_t i = 0; i < n; ++i) {
        const std::int64_t length =
            data.row_offsets[static_cast<std::size_t>(i) + 1] - data.row_offsets[static_cast<std::size_t>(i)];
        work += length * length;
    }
    // Column a of the lower triangle: Σ over its entries of what stands behind them in their samples. In double for float.
    for_each_piece(p, 1, work, [&](std::int64_t a, std::int64_t) {
        Array<double> column(p);
        for (auto e = static_cast<std::size_t>(data.offsets[static_cast<std::size_t>(a)]);
             e < static_cast<std::size_t>(data.offsets[static_cast<std::size_t>(a) + 1]); ++e) {
            const auto i = static_cast<std::size_t>(data.samples[e]);
            const auto v = static_cast<double>(data.values[e]);
            for (auto f = static_cast<std::size_t>(data.row_offsets[i + 1]);
                 f-- > static_cast<std::size_t>(data.row_offsets[i]) && data.columns[f] >= a;)
                column[data.columns[f]] += v * static_cast<double>(data.row_values[f]);
        }
        const double mean = data.means[static_cast<std::size_t>(a)];
        for (std::int64_t b = a; b < p; ++b)
            C(b, a) = static_cast<T>(column[b] - static_cast<double>(n) * mean * data.means[static_cast<std::size_t>(b)]);
    });
    finish_moments<T>(p, static_cast<double>(bias ? n : n - 1), correlation, data.scaled ? data.exponents.data() : nullptr,
                      C);
}

template <class T, class I>
void standardize_sparse(CsrView<T, I> X, const StandardizeOptions& options, VectorView<T> mean, VectorView<T> scale) {
    if (options.center)
        throw InvalidArgument(
            "standardize: sparse data would be dense once their mean is taken off; scale them only, {.center = false}, or "
            "pass a dense matrix");
    const std::int64_t p = X.rows(), n = X.cols();
    check_samples("standardize", n, options.bias);
    for (std::int64_t k = 0; k < p; ++k) {
        const auto feature = feature_of(X, k);
        const int e = range_exponent(largest_of("standardize", feature, k));
        const SplitMean<T> m = mean_of(feature, e);
        double square = 0;
        for (std::int64_t q = 0; q < feature.count; ++q) {
            const double d = static_cast<double>(std::ldexp(feature.values[q], -e) - m.first) - m.shift;
            square += d * d;
        }
        const double centre = static_cast<double>(m.first) + m.shift;
        square += static_cast<double>(feature.zeros) * centre * centre;
        const double deviation = std::sqrt(square / static_cast<double>(options.bias ? n : n - 1));
        mean[k] = static_cast<T>(std::ldexp(centre, e));
        scale[k] = deviation > 0 ? static_cast<T>(std::ldexp(deviation, e)) : T(1);
    }
}

#define TAMIS_INSTANTIATE(T, I)                                                                   \
    template void sparse_covariance<T, I>(const char*, CsrView<T, I>, bool, bool, MatrixView<T>); \
    template void standardize_sparse<T, I>(CsrView<T, I>, const StandardizeOptions&, VectorView<T>, VectorView<T>);
TAMIS_INSTANTIATE(float, std::int32_t)
TAMIS_INSTANTIATE(double, std::int32_t)
TAMIS_INSTANTIATE(float, std::int64_t)
TAMIS_INSTANTIATE(double, std::int64_t)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::learn::detail
