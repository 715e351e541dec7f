#include <tamis/learn/moments.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include <tamis/core/array.hpp>

#include "core/blas.hpp"
#include "core/refuse.hpp"
#include "dense/threads.hpp"
#include "learn/kernels/entrywise.hpp"
#include "learn/moment_parts.hpp"
#include "learn/samples.hpp"

namespace tamis::learn::detail {

namespace {

/// Samples that are centred and multiplied at a time.
constexpr std::int64_t block = 256;
/// Up to so many features each thread has a covariance of its own; beyond, the threads are BLAS's.
constexpr std::int64_t own_covariance = 512;

/// What a pass over the data finds of each feature: the mean is first + shift.
template <class T>
struct Means {
    Array<T> first, shift, largest;
};

/// Adds the differences from the first sample, and the largest moduli, of the samples begin ≤ i < end.
template <class T>
void add_differences(MatrixView<const T> X, std::int64_t begin, std::int64_t end, const T* first, double* sum, T* largest) {
    const std::int64_t p = X.cols(), down = X.row_stride(), along = X.col_stride();
    if (along == 1) {
        // Sums of a block are in T, and added up in double.
        Array<T> part(p);
        for (std::int64_t i = begin; i < end; ++i) {
            const T* const x = X.data() + i * down;
            T* const s = part.data();
#pragma omp simd
            for (std::int64_t k = 0; k < p; ++k) {
                s[k] += x[k] - first[k];
                const T size = std::abs(x[k]);
                largest[k] = size > largest[k] ? size : largest[k];
            }
        }
        for (std::int64_t k = 0; k < p; ++k) sum[k] += static_cast<double>(part[k]);
        return;
    }
    for (std::int64_t k = 0; k < p; ++k) {
        const T* const x = X.data() + k * along;
        const T origin = first[k];
        T s = 0, most = largest[k];
        if (down == 1) {
#pragma omp simd reduction(+ : s) reduction(max : most)
            for (std::int64_t i = begin; i < end; ++i) {
                s += x[i] - origin;
                const T size = std::abs(x[i]);
                most = size > most ? size : most;
            }
        } else {
            for (std::int64_t i = begin; i < end; ++i) {
                s += x[i * down] - origin;
                most = std::max(most, std::abs(x[i * down]));
            }
        }
        sum[k] += static_cast<double>(s);
        largest[k] = most;
    }
}

/// The means, or what is not finite refused; `in_range` says whether sums and squares can be trusted.
template <class T>
Means<T> find_means(const char* what, MatrixView<const T> X, bool& in_range) {
    const std::int64_t n = X.rows(), p = X.cols();
    Means<T> means{Array<T>(p, uninitialized), Array<T>(p, uninitialized), Array<T>(p)};
    Array<double> sum(p);
    for (std::int64_t k = 0; k < p; ++k) means.first[k] = X(0, k);
    const int parts = tamis::detail::threads_for(n * p);
    if (parts <= 1) {
        for (std::int64_t i = 0; i < n; i += block)
            add_differences(X, i, std::min(n, i + block), means.first.data(), sum.data(), means.largest.data());
    } else {
        Array<double> sums(p * parts);
        Array<T> largest(p * parts);
        for_each_part(n, parts, [&](int part, std::int64_t begin, std::int64_t end) {
            for (std::int64_t i = begin; i < end; i += block)
                add_differences(X, i, std::min(end, i + block), means.first.data(), sums.data() + part * p,
                                largest.data() + part * p);
        });
        for (int part = 0; part < parts; ++part)
            for (std::int64_t k = 0; k < p; ++k) {
                sum[k] += sums[part * p + k];
                means.largest[k] = std::max(means.largest[k], largest[part * p + k]);
            }
    }
    in_range = true;
    for (std::int64_t k = 0; k < p; ++k) {
        if (!std::isfinite(sum[k]))
            for (std::int64_t i = 0; i < n; ++i)
                if (!std::isfinite(X(i, k))) tamis::detail::throw_not_finite(what, "X", i, k);
        in_range = in_range && within_range(means.largest[k]) && std::isfinite(sum[k]);
        means.shift[k] = static_cast<T>(sum[k] / static_cast<double>(n));
    }
    return means;
}

/// A copy of X whose features are multiplied by powers of two, where they are out of range, and those.
template <class T>
struct InRange {
    Array<T> data;
    Array<int> exponents;
};
template <class T>
InRange<T> bring_into_range(MatrixView<const T> X, const Array<T>& largest) {
    const std::int64_t n = X.rows(), p = X.cols();
    InRange<T> copy{Array<T>(n * p, uninitialized), Array<int>(p)};
    for (std::int64_t k = 0; k < p; ++k) {
        copy.exponents[k] = range_exponent(largest[k]);
        for (std::int64_t i = 0; i < n; ++i) copy.data[k * n + i] = std::ldexp(X(i, k), -copy.exponents[k]);
    }
    return copy;
}

/// B (rows×p, column-major) = the samples from `begin` on, centred.
template <class T>
void centre_block(MatrixView<const T> X, const Means<T>& means, std::int64_t begin, std::int64_t rows, T* B) {
    const std::int64_t p = X.cols(), down = X.row_stride(), along = X.col_stride();
    const T* x = X.data() + begin * down;
    std::int64_t next = down, distance = along;
    if (down != 1 && along == 1) {
        entrywise<T>().transpose(p, rows, x, down, B, rows);
        x = B;
        next = 1;
        distance = rows;
    }
    for (std::int64_t k = 0; k < p; ++k) {
        const T* const a = x + k * distance;
        T* const b = B + k * rows;
        const T first = means.first[k], shift = means.shift[k];
        if (next == 1) {
#pragma omp simd
            for (std::int64_t i = 0; i < rows; ++i) b[i] = (a[i] - first) - shift;
        } else {
            for (std::int64_t i = 0; i < rows; ++i) b[i] = (a[i * next] - first) - shift;
        }
    }
}

/// Lower triangle of C (p×p, contiguous) += Σ of the centred samples' squares.
template <class T>
void add_squares(MatrixView<const T> X, const Means<T>& means, std::int64_t begin, std::int64_t end, T* C) {
    const std::int64_t p = X.cols();
    Array<T> B(std::min(block, end - begin) * p, uninitialized);
    for (std::int64_t i = begin; i < end; i += block) {
        const std::int64_t rows = std::min(block, end - i);
        centre_block(X, means, i, rows, B.data());
        tamis::detail::blas::herk_lower(p, rows, T(1), B.data(), rows, T(1), C, p);
    }
}

template <class T>
void centred_squares(MatrixView<const T> X, const Means<T>& means, T* C) {
    const std::int64_t n = X.rows(), p = X.cols();
    const double flops = static_cast<double>(n) * static_cast<double>(p) * static_cast<double>(p);
    const int parts = p > own_covariance || flops < 4e6 ? 1 : tamis::detail::threads_for(n * p);
    if (parts <= 1) {
        const auto all = [&] { add_squares(X, means, 0, n, C); };
        if (p > own_covariance) tamis::detail::on_dense_threads(flops, all);
        else
            tamis::detail::run_on_threads(
                1, [](const void* f) { (*static_cast<const decltype(all)*>(f))(); }, &all);
        return;
    }
    Array<T> others(p * p * (parts - 1));
    for_each_part(n, parts, [&](int part, std::int64_t begin, std::int64_t end) {
        add_squares(X, means, begin, end, part == 0 ? C : others.data() + (part - 1) * p * p);
    });
    for (int part = 1; part < parts; ++part)
        for (std::int64_t j = 0; j < p; ++j)
            for (std::int64_t i = j; i < p; ++i) C[j * p + i] += others[(part - 1) * p * p + j * p + i];
}

template <class T>
void standardize_in_range(MatrixView<const T> X, const Means<T>& means, const StandardizeOptions& options,
                          const int* exponents, MatrixView<T> Z, VectorView<T> mean, VectorView<T> scale) {
    const std::int64_t n = X.rows(), p = X.cols();
    const auto divisor = static_cast<double>(options.bias ? n : n - 1);
    Array<T> column(n, uninitialized);
    for (std::int64_t k = 0; k < p; ++k) {
        double square = 0;
        for (std::int64_t i = 0; i < n; ++i) {
            column[i] = (X(i, k) - means.first[k]) - means.shift[k];
            square += static_cast<double>(column[i]) * static_cast<double>(column[i]);
        }
        const int e = exponents == nullptr ? 0 : exponents[k];
        const T deviation = square > 0 ? static_cast<T>(std::sqrt(square / divisor)) : T(0);
        const T centre = means.first[k] + means.shift[k];
        mean[k] = std::ldexp(centre, e);
        scale[k] = deviation > 0 ? std::ldexp(deviation, e) : T(1);
        for (std::int64_t i = 0; i < n; ++i) {
            const T value = options.center ? column[i] : X(i, k);
            if (deviation > 0) Z(i, k) = value / deviation;
            else Z(i, k) = options.center ? T(0) : std::ldexp(value, e);
        }
    }
}

}  // namespace

void check_samples(const char* what, std::int64_t n, bool bias) {
    if (n >= (bias ? 1 : 2)) return;
    if (n == 1)
        throw InvalidArgument(std::string(what) +
                              ": one sample has no unbiased variance; it needs 2 samples, or {.bias = true} where there is "
                              "such an option");
    throw InvalidArgument(std::string(what) + ": there are no samples; it needs " + (bias ? "1" : "2") + " at least");
}

template <class T>
void finish_moments(std::int64_t p, double divisor, bool correlation, const int* exponents, MatrixView<T> C) {
    if (correlation) {
        Array<T> inverse(p, uninitialized);
        for (std::int64_t k = 0; k < p; ++k) inverse[k] = C(k, k) > 0 ? 1 / std::sqrt(C(k, k)) : T(0);
        for (std::int64_t j = 0; j < p; ++j) {
            for (std::int64_t i = j + 1; i < p; ++i) C(i, j) = std::clamp((C(i, j) * inverse[i]) * inverse[j], T(-1), T(1));
            C(j, j) = 1;
        }
    } else {
        for (std::int64_t j = 0; j < p; ++j)
            for (std::int64_t i = j; i < p; ++i) {
                const T c = static_cast<T>(static_cast<double>(C(i, j)) / divisor);
                C(i, j) = exponents == nullptr ? c : std::ldexp(c, exponents[i] + exponents[j]);
            }
    }
    constexpr std::int64_t tile = 32;
    for (std::int64_t j0 = 0; j0 < p; j0 += tile)
        for (std::int64_t i0 = j0; i0 < p; i0 += tile)
            for (std::int64_t i = i0; i < std::min(p, i0 + tile); ++i)
                for (std::int64_t j = j0; j < std::min({p, j0 + tile, i}); ++j) C(j, i) = C(i, j);
}

template <class T>
void dense_covariance(const char* what, MatrixView<const T> X, bool bias, bool correlation, MatrixView<T> C) {
    const std::int64_t n = X.rows(), p = X.cols();
    check_samples(what, n, bias);
    if (p == 0) return;
    const auto divisor = static_cast<double>(bias ? n : n - 1);
    std::fill_n(C.data(), p * p, T(0));
    bool in_range = true;
    Means<T> means = find_means(what, X, in_range);
    if (in_range) {
        centred_squares(X, means, C.data());
        finish_moments<T>(p, divisor, correlation, nullptr, C);
        return;
    }
    const InRange<T> copy = bring_into_range(X, means.largest);
    const MatrixView<const T> scaled(copy.data.data(), n, p);
    means = find_means(what, scaled, in_range);
    centred_squares(scaled, means, C.data());
    finish_moments<T>(p, divisor, correlation, copy.exponents.data(), C);
}

template <class T>
void standardize_dense(MatrixView<const T> X, const StandardizeOptions& options, MatrixView<T> Z, VectorView<T> mean,
                       VectorView<T> scale) {
    check_samples("standardize", X.rows(), options.bias);
    if (X.cols() == 0) return;
    bool in_range = true;
    Means<T> means = find_means("standardize", X, in_range);
    if (in_range) {
        standardize_in_range(X, means, options, nullptr, Z, mean, scale);
        return;
    }
    const InRange<T> copy = bring_into_range(X, means.largest);
    const MatrixView<const T> scaled(copy.data.data(), X.rows(), X.cols());
    means = find_means("standardize", scaled, in_range);
    standardize_in_range(scaled, means, options, copy.exponents.data(), Z, mean, scale);
}

#define TAMIS_INSTANTIATE(T)                                                                                         \
    template void finish_moments<T>(std::int64_t, double, bool, const int*, MatrixView<T>);                          \
    template void dense_covariance<T>(const char*, MatrixView<const T>, bool, bool, MatrixView<T>);                  \
    template void standardize_dense<T>(MatrixView<const T>, const StandardizeOptions&, MatrixView<T>, VectorView<T>, \
                                       VectorView<T>);
TAMIS_INSTANTIATE(float)
TAMIS_INSTANTIATE(double)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::learn::detail
