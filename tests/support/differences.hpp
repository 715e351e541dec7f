// What tests of derivatives compare with: central differences, and the pairing of cotangents and tangents.
#pragma once

#include <cmath>
#include <complex>
#include <cstdint>
#include <limits>
#include <utility>

#include <gtest/gtest.h>

#include <tamis/core/dense_types.hpp>

#include "support/dense_oracle.hpp"
#include "support/random.hpp"

namespace tamis::test {

/// Re tr(AᴴB) by plain loops in double precision; NaN where the shapes differ.
template <class T>
double paired(const Matrix<T>& A, const Matrix<T>& B) {
    if (A.rows() != B.rows() || A.cols() != B.cols()) return std::numeric_limits<double>::quiet_NaN();
    double sum = 0;
    for (std::int64_t j = 0; j < A.cols(); ++j)
        for (std::int64_t i = 0; i < A.rows(); ++i)
            sum += static_cast<double>(std::real(A(i, j))) * static_cast<double>(std::real(B(i, j))) +
                   static_cast<double>(std::imag(A(i, j))) * static_cast<double>(std::imag(B(i, j)));
    return sum;
}

/// A + t E by plain loops.
template <class T>
Matrix<T> moved(const Matrix<T>& A, double t, const Matrix<T>& E) {
    Matrix<T> B(A.rows(), A.cols());
    for (std::int64_t j = 0; j < A.cols(); ++j)
        for (std::int64_t i = 0; i < A.rows(); ++i) B(i, j) = A(i, j) + static_cast<Real<T>>(t) * E(i, j);
    return B;
}

/// X diag(1, 2, …), but 5 from the column `constant` on.
template <class T>
Matrix<T> weighted(const Matrix<T>& X, std::int64_t constant = 100) {
    Matrix<T> Y(X.rows(), X.cols());
    for (std::int64_t j = 0; j < X.cols(); ++j)
        for (std::int64_t i = 0; i < X.rows(); ++i) Y(i, j) = X(i, j) * static_cast<Real<T>>(j < constant ? j + 1 : 5);
    return Y;
}

template <class T>
Matrix<T> adjoint_of(const Matrix<T>& X) {
    return X.adjoint();
}

template <class T>
Matrix<T> sum_of(const Matrix<T>& X, const Matrix<T>& Y) {
    return moved(X, 1, Y);
}

/// X Yᴴ.
template <class T>
Matrix<T> outer(const Matrix<T>& X, const Matrix<T>& Y) {
    return product(X, adjoint_of(Y));
}

/// f'(0) of a matrix-valued f(double) by the central difference of order six, (45 (f₁ − f₋₁) − 9 (f₂ − f₋₂) + f₃ − f₋₃) / 60
/// h. Its error is h⁶ f⁽⁷⁾/140 and 3 ε f / h of rounding: some 1e-12 where the derivatives grow by less than a hundred each.
template <class F>
auto difference_at_zero(const F& f, double h = 1e-3) {
    auto sum = f(0.0);
    sum.setZero();
    for (const auto& [step, weight] : {std::pair<int, double>(1, 45), {2, -9}, {3, 1}})
        for (const int sign : {1, -1}) {
            const auto value = f(sign * step * h);
            for (std::int64_t j = 0; j < sum.cols(); ++j)
                for (std::int64_t i = 0; i < sum.rows(); ++i) sum(i, j) += (sign * weight / (60 * h)) * value(i, j);
        }
    return sum;
}

/// A random Hermitian matrix.
template <class T>
Matrix<T> random_hermitian(std::int64_t n, std::uint64_t seed) {
    const Matrix<T> G = Random(seed).matrix<T>(n, n);
    Matrix<T> H(n, n);
    for (std::int64_t j = 0; j < n; ++j)
        for (std::int64_t i = 0; i < n; ++i) H(i, j) = (G(i, j) + detail::conjugate(G(j, i))) / Real<T>(2);
    return H;
}

/// The tangents that A ↦ value(A) has at A along E: in double precision by differences, of float matrices by `tangent` in
/// double precision. Both are generic in the scalar.
template <class T, class Value, class Tangent>
Matrix<InDouble<T>> expected_tangent(const Matrix<T>& A, const Matrix<T>& E, const Value& value, const Tangent& tangent) {
    const Matrix<InDouble<T>> wide = in_double(A), direction = in_double(E);
    if constexpr (std::is_same_v<T, InDouble<T>>)
        return difference_at_zero([&](double t) { return Matrix<T>(value(moved(wide, t, direction))); });
    else return tangent(wide, direction);
}

/// |⟨y_bar, J v⟩ − ⟨Jᵀy_bar, v⟩| within rounding, of which `condition` says by how much it is amplified.
inline ::testing::AssertionResult adjoint_to_each_other(double forward, double backward, double scale, double epsilon,
                                                        double condition = 1) {
    const double error = std::abs(forward - backward), limit = 200 * condition * epsilon * scale;
    if (error <= limit) return ::testing::AssertionSuccess();
    return ::testing::AssertionFailure() << "forward " << forward << ", backward " << backward << ", allowed " << limit;
}

}  // namespace tamis::test
