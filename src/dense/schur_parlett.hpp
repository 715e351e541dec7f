// Private: functions of complex triangles of which only values on numbers are known.
#pragma once

#include <complex>
#include <cstdint>
#include <vector>

#include <tamis/dense/funm.hpp>

namespace tamis::detail {

struct ParlettFunction {
    bool finite = true;  ///< false: f is not, at `place`, and there is no F
    std::complex<double> place;
    std::vector<std::complex<double>> F;  ///< f(T)
    double largest = 0;                   ///< of |f| at the eigenvalues
    std::int64_t confluent = 0;           ///< pairs of eigenvalues so close that f' was needed and could not be had
};

/// f(T) for an upper triangle T, n×n, column-major and contiguous; T and Z are reordered alike, Z T Zᴴ stays. By Parlett's
/// recurrence in blocks (P. I. Davies, N. J. Higham, A Schur–Parlett algorithm for computing matrix functions, SIAM J.
/// Matrix Anal. Appl. 25(2), 2003).
///
/// Close eigenvalues form a block, whose function is a Taylor series with coefficients from the values of f on a circle
/// (trapezoidal rule; J. N. Lyness, C. B. Moler, SIAM J. Numer. Anal. 4(2), 1967). A block is taken only where those values
/// prove f analytic in it and of the size it has at the eigenvalues; others are divided into blocks of closer eigenvalues.
/// O(n³). T is known to `rounding` times its norm.
[[nodiscard]] ParlettFunction schur_parlett(std::int64_t n, std::vector<std::complex<double>>& T,
                                            std::vector<std::complex<double>>& Z, const ScalarFunction& f, double rounding);

/// f(x), or f(0) where |x| ≤ 16 rounding and f(x) is not finite: for a 0 that rounding moved.
[[nodiscard]] std::complex<double> value_at(const ScalarFunction& f, std::complex<double> x, double rounding);

}  // namespace tamis::detail
