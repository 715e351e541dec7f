#include "dense/exponentiate.hpp"

#include <cmath>
#include <complex>
#include <utility>

#include "dense/pade_exponential.hpp"
#include "instantiate.hpp"

namespace tamis::detail {

namespace {

/// sinh(z)/z.
template <class T>
T sinch(const T& z) {
    if (std::abs(z) < Real<T>(0.1)) {
        const T w = z * z;
        return T(1) + w / Real<T>(6) * (T(1) + w / Real<T>(20) * (T(1) + w / Real<T>(42) * (T(1) + w / Real<T>(72))));
    }
    return std::sinh(z) / z;
}

/// (e^x − e^y)/(x − y).
template <class T>
T exponential_difference(const T& x, const T& y) {
    const T half = (x - y) / Real<T>(2);
    if (std::abs(real_part(half)) > 1) return (std::exp(x) - std::exp(y)) / (x - y);
    return std::exp((x + y) / Real<T>(2)) * sinch(half);
}

/// The exponential of a real 2×2 block of A at (j, j), scaled.
template <class R>
void exponential_of_pair(std::int64_t n, const R* A, std::int64_t j, R scale, R* X) {
    const R a = scale * A[j * n + j], b = scale * A[(j + 1) * n + j];
    const R c = scale * A[j * n + j + 1], d = scale * A[(j + 1) * n + j + 1];
    const R half = (a - d) / 2;
    const R square = half * half + b * c;  // < 0 for a pair of complex eigenvalues
    const R delta = std::sqrt(std::abs(square));
    const R even = square < 0 ? std::cos(delta) : std::cosh(delta);
    const R odd = square < 0 ? (delta > 0 ? std::sin(delta) / delta : R(1)) : sinch(delta);
    const R size = std::exp((a + d) / 2);
    X[j * n + j] = size * (even + half * odd);
    X[(j + 1) * n + j] = size * b * odd;
    X[j * n + j + 1] = size * c * odd;
    X[(j + 1) * n + j + 1] = size * (even - half * odd);
}

/// Diagonal, diagonal blocks and superdiagonal of X = e^(2^-k A).
template <class T>
void set_band(std::int64_t n, const T* A, int k, T* X) {
    using R = Real<T>;
    const R scale = std::ldexp(R(1), -k);
    bool after_pair = true;  // no entry to the left
    for (std::int64_t j = 0; j < n; ++j) {
        const bool pair = !is_complex_v<T> && j + 1 < n && A[j * n + j + 1] != T(0);
        if constexpr (!is_complex_v<T>) {
            if (pair) exponential_of_pair(n, A, j, scale, X);
        }
        if (!pair) {
            const T x = A[j * n + j] * scale;
            X[j * n + j] = std::exp(x);
            if (!after_pair) {
                const T y = A[(j - 1) * n + j - 1] * scale;
                X[j * n + j - 1] = A[j * n + j - 1] * scale * exponential_difference(x, y);
            }
        }
        after_pair = pair;
        if (pair) ++j;
    }
}

}  // namespace

template <class T>
Array<T> exponentiate(const MatrixAlgebra<T>& algebra, Array<T>&& A) {
    const std::int64_t n = algebra.order();
    const Array<T> original = algebra.is_triangular() ? A : Array<T>();
    Array<T> U;
    Array<T> X;
    int s = 0;
    {
        auto pade = algebra.size() > n * n ? PadeExponential<T>::for_derivative(algebra, std::move(A))
                                           : PadeExponential<T>(algebra, std::move(A));
        s = pade.scaling();
        pade.evaluate(false, U, X);
    }
    // r = (V − U)⁻¹ (V + U).
    for (std::int64_t i = 0; i < X.size(); ++i) {
        const T u = U[i], v = X[i];
        U[i] = v - u;
        X[i] = v + u;
    }
    algebra.divide(U.data(), X.data());
    if (algebra.is_triangular()) set_band(n, original.data(), s, X.data());
    if (algebra.is_triangular()) U = algebra.element();  // zeros where factors were
    for (int k = s - 1; k >= 0; --k) {
        algebra.multiply(X.data(), X.data(), U.data());
        X.swap(U);
        if (algebra.is_triangular()) set_band(n, original.data(), k, X.data());
    }
    return X;
}

#define TAMIS_INSTANTIATE(T) template Array<T> exponentiate(const MatrixAlgebra<T>&, Array<T>&&);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
