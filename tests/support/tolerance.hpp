// The accuracy that tamis promises, as functions. A test that needs a number takes it from here; a number of its own needs a
// reason beside it.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include <tamis/core/scalar.hpp>

namespace tamis::test {

/// Backward error of a direct solve, 10·max(10, √n)·ε (n unknowns): more is an exception, never an answer.
inline double backward_error_limit(std::int64_t n, double epsilon) {
    return 10 * std::max(10.0, std::sqrt(static_cast<double>(n))) * epsilon;
}
template <class T>
double backward_error_limit(std::int64_t n) {
    return backward_error_limit(n, static_cast<double>(epsilon_v<T>));
}

/// Entries of QᴴQ − I for n-vectors that are called orthonormal, 10·√n·ε.
inline double orthonormality_limit(std::int64_t n, double epsilon) {
    return 10 * std::max(1.0, std::sqrt(static_cast<double>(n))) * epsilon;
}
template <class T>
double orthonormality_limit(std::int64_t n) {
    return orthonormality_limit(n, static_cast<double>(epsilon_v<T>));
}

/// LAPACK's own threshold for its test ratios.
inline constexpr double lapack_ratio_limit = 30;

/// The ratio that LAPACK's tests hold against 30: error / (scale · n · ε), e.g. ‖A − LLᴴ‖₁ / (‖A‖₁ n ε). An error of zero is
/// a ratio of zero whatever the scale; NaN stays NaN and so fails every comparison.
inline double lapack_ratio(double error, double scale, std::int64_t n, double epsilon) {
    if (error == 0) return 0;
    return error / (scale * static_cast<double>(std::max<std::int64_t>(n, 1)) * epsilon);
}
template <class T>
double lapack_ratio(double error, double scale, std::int64_t n) {
    return lapack_ratio(error, scale, n, static_cast<double>(epsilon_v<T>));
}

/// Relative error of a sum of `terms` products, bounded for any order of summation (Higham, Accuracy and Stability of
/// Numerical Algorithms, §3.1): γ = terms·ε, doubled for complex products and with room for the final rounding.
template <class T>
double sum_limit(std::int64_t terms) {
    const double per_term = is_complex_v<T> ? 4 : 1;
    return per_term * static_cast<double>(terms + 2) * static_cast<double>(epsilon_v<T>);
}

}  // namespace tamis::test
