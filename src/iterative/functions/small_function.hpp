// Private: f(H) e₁ of a small dense matrix H and a function of which only values are known.
#pragma once

#include <complex>
#include <cstdint>
#include <functional>
#include <vector>

namespace tamis::detail {

/// A user's function; may give what is not finite.
using ScalarFunction = std::function<std::complex<double>(std::complex<double>)>;

struct SmallFunction {
    enum class Outcome { done, not_finite, no_schur_form };
    Outcome outcome = Outcome::done;
    std::complex<double> place;           ///< where f is not finite
    std::vector<std::complex<double>> y;  ///< f(H) e₁
    double largest = 0;                   ///< of |f| at the eigenvalues of H
    double norm = 0;                      ///< ‖f(H)‖ in Frobenius' norm
    std::int64_t confluent = 0;           ///< pairs of eigenvalues so close that f' was needed and could not be had
};

/// f(H) e₁ for H N×N, column-major and contiguous, by Schur's form and Parlett's recurrence in blocks (P. I. Davies,
/// N. J. Higham, A Schur–Parlett algorithm for computing matrix functions, SIAM J. Matrix Anal. Appl. 25(2), 2003).
///
/// Close eigenvalues form a block, whose function is a Taylor series with coefficients from the values of f on a circle
/// (trapezoidal rule; J. N. Lyness, C. B. Moler, SIAM J. Numer. Anal. 4(2), 1967). A block is taken only where those values
/// prove f analytic in it and of the size it has at the eigenvalues; others are divided into blocks of closer eigenvalues.
/// O(N³). H is known to `rounding` times its norm.
[[nodiscard]] SmallFunction small_function(std::int64_t N, const std::vector<std::complex<double>>& H,
                                           const ScalarFunction& f, double rounding);

/// f(x), or f(0) where |x| ≤ 16 rounding and f(x) is not finite: for a 0 that rounding moved.
[[nodiscard]] std::complex<double> value_at(const ScalarFunction& f, std::complex<double> x, double rounding);

}  // namespace tamis::detail
