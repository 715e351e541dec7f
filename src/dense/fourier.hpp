// Private: the discrete Fourier transform of any length.
#pragma once

#include <complex>
#include <cstdint>

#include <tamis/core/array.hpp>

namespace tamis::detail {

/// y_k = Σ_j x_j e^(∓2πi jk/n), O(n log n) for every n: radix 2 for powers of two, Bluestein's chirp convolution otherwise.
class Fourier {
  public:
    explicit Fourier(std::int64_t n);
    /// In place; `inverse` has the positive sign, and no factor.
    void transform(std::complex<double>* x, bool inverse) const;

  private:
    void bluestein(std::complex<double>* x) const;

    std::int64_t n_;
    std::int64_t padded_;                 // the power of two that transforms run in
    Array<std::complex<double>> roots_;   // e^(−2πi k / padded), k < padded/2
    Array<std::complex<double>> chirp_;   // e^(−πi k² / n); empty where n is a power of two
    Array<std::complex<double>> kernel_;  // transform of the conjugate chirp, by 1 / padded
};

}  // namespace tamis::detail
