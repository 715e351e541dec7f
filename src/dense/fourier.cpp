#include "dense/fourier.hpp"

#include <bit>
#include <cmath>
#include <numbers>
#include <utility>

namespace tamis::detail {

namespace {

using FourierNumber = std::complex<double>;

/// a b without the rescue of infinities.
FourierNumber fourier_product(FourierNumber a, FourierNumber b) {
    return {a.real() * b.real() - a.imag() * b.imag(), a.real() * b.imag() + a.imag() * b.real()};
}

FourierNumber root_of_unity(std::int64_t k, std::int64_t n) {
    const double angle = -2 * std::numbers::pi * static_cast<double>(k) / static_cast<double>(n);
    return {std::cos(angle), std::sin(angle)};
}

/// Cooley and Tukey (Math. Comp. 19, 1965), radix 2, decimation in time; roots[k] = e^(−2πi k/n).
void radix_2(FourierNumber* x, std::int64_t n, const FourierNumber* roots) {
    for (std::int64_t i = 1, j = 0; i < n; ++i) {  // bits reversed
        std::int64_t bit = n >> 1;
        for (; (j & bit) != 0; bit >>= 1) j ^= bit;
        j ^= bit;
        if (i < j) std::swap(x[i], x[j]);
    }
    for (std::int64_t half = 1; half < n; half *= 2)
        for (std::int64_t first = 0; first < n; first += 2 * half)
            for (std::int64_t k = 0; k < half; ++k) {
                const FourierNumber odd = fourier_product(x[first + half + k], roots[k * (n / (2 * half))]);
                x[first + half + k] = x[first + k] - odd;
                x[first + k] += odd;
            }
}

}  // namespace

Fourier::Fourier(std::int64_t n) : n_(n), padded_(1) {
    if (n <= 1) return;
    const bool power = std::has_single_bit(static_cast<std::uint64_t>(n));
    padded_ = static_cast<std::int64_t>(std::bit_ceil(static_cast<std::uint64_t>(power ? n : 2 * n - 1)));
    roots_ = Array<FourierNumber>(padded_ / 2, uninitialized);
    for (std::int64_t k = 0; k < padded_ / 2; ++k) roots_[k] = root_of_unity(k, padded_);
    if (power) return;
    chirp_ = Array<FourierNumber>(n, uninitialized);
    std::int64_t square = 0;  // k² mod 2n
    for (std::int64_t k = 0; k < n; ++k) {
        chirp_[k] = root_of_unity(square, 2 * n);
        square = (square + 2 * k + 1) % (2 * n);
    }
    kernel_ = Array<FourierNumber>(padded_);
    kernel_[0] = std::conj(chirp_[0]);
    for (std::int64_t k = 1; k < n; ++k) kernel_[k] = kernel_[padded_ - k] = std::conj(chirp_[k]);
    radix_2(kernel_.data(), padded_, roots_.data());
    for (FourierNumber& z : kernel_) z /= static_cast<double>(padded_);
}

/// jk = (j² + k² − (k − j)²) / 2 makes the transform a convolution with the chirp.
void Fourier::bluestein(FourierNumber* x) const {
    Array<FourierNumber> y(padded_);
    for (std::int64_t k = 0; k < n_; ++k) y[k] = fourier_product(x[k], chirp_[k]);
    radix_2(y.data(), padded_, roots_.data());
    for (std::int64_t k = 0; k < padded_; ++k) y[k] = std::conj(fourier_product(y[k], kernel_[k]));
    radix_2(y.data(), padded_, roots_.data());
    for (std::int64_t k = 0; k < n_; ++k) x[k] = fourier_product(std::conj(y[k]), chirp_[k]);
}

void Fourier::transform(FourierNumber* x, bool inverse) const {
    if (n_ <= 1) return;
    if (inverse)
        for (std::int64_t k = 0; k < n_; ++k) x[k] = std::conj(x[k]);
    if (chirp_.empty()) radix_2(x, n_, roots_.data());
    else bluestein(x);
    if (inverse)
        for (std::int64_t k = 0; k < n_; ++k) x[k] = std::conj(x[k]);
}

}  // namespace tamis::detail
