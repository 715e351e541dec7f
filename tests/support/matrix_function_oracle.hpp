// Functions of small matrices in quadruple precision, by methods that share nothing with the library's: what tests of matrix
// functions compare with. Compiled once.
#pragma once

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstdint>

#include <tamis/core/dense_types.hpp>
#include <tamis/core/scalar.hpp>

namespace tamis::test {

enum class ExactFunction { exponential, square_root, logarithm, power, cosine, sine, hyperbolic_cosine, hyperbolic_sine };

/// f(A) rounded to double, and ‖L‖ ‖A‖ / ‖f(A)‖ in Frobenius' norm: the relative condition number, from below and mostly
/// close, by differences in quadruple precision and the power method.
struct ExactValue {
    Matrix<std::complex<double>> value;
    double condition = 0;
};

/// exponential: Taylor's series of A/2^s, squared s times. square_root: the iteration of Denman and Beavers. logarithm:
/// square roots, then the series of artanh. power: e^(p log A). The others from exponentials. std::logic_error where an
/// iteration does not converge or a residual is not small.
ExactValue exact_function(ExactFunction f, const Matrix<std::complex<double>>& A, double p = 0);

template <class T>
ExactValue exact_function_of(ExactFunction f, const Matrix<T>& A, double p = 0) {
    Matrix<std::complex<double>> wide(A.rows(), A.cols());
    for (std::int64_t j = 0; j < A.cols(); ++j)
        for (std::int64_t i = 0; i < A.rows(); ++i) wide(i, j) = std::complex<double>(A(i, j));
    return exact_function(f, wide, p);
}

/// ‖X − F‖ / ‖F‖ in Frobenius' norm, in units of ε·n·max(1, condition): what a backward stable algorithm keeps small. NaN
/// where an entry of X is.
template <class T>
double function_error(const Matrix<T>& X, const ExactValue& F) {
    double difference = 0, size = 0;
    if (X.rows() != F.value.rows() || X.cols() != F.value.cols()) return std::nan("");
    for (std::int64_t j = 0; j < X.cols(); ++j)
        for (std::int64_t i = 0; i < X.rows(); ++i) {
            difference = std::hypot(difference, std::abs(std::complex<double>(X(i, j)) - F.value(i, j)));
            size = std::hypot(size, std::abs(F.value(i, j)));
        }
    const double unit = static_cast<double>(epsilon_v<T>) * static_cast<double>(X.rows()) * std::max(1.0, F.condition);
    return difference == 0 ? 0 : difference / size / unit;
}

}  // namespace tamis::test
