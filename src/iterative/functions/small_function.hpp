// Private: f(H) e₁ of a small dense matrix H and a function of which only values are known.
#pragma once

#include <complex>
#include <cstdint>
#include <vector>

#include "dense/schur_parlett.hpp"

namespace tamis::detail {

struct SmallFunction {
    enum class Outcome { done, not_finite, no_schur_form };
    Outcome outcome = Outcome::done;
    std::complex<double> place;           ///< where f is not finite
    std::vector<std::complex<double>> y;  ///< f(H) e₁
    double largest = 0;                   ///< of |f| at the eigenvalues of H
    double norm = 0;                      ///< ‖f(H)‖ in Frobenius' norm
    std::int64_t confluent = 0;           ///< pairs of eigenvalues so close that f' was needed and could not be had
};

/// f(H) e₁ for H N×N, column-major and contiguous, by Schur's form and schur_parlett. H is known to `rounding` times its
/// norm.
[[nodiscard]] SmallFunction small_function(std::int64_t N, const std::vector<std::complex<double>>& H,
                                           const ScalarFunction& f, double rounding);

}  // namespace tamis::detail
