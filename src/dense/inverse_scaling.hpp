// Private: repeated square roots of a triangle until a Padé approximant serves, and functions on its diagonal band.
#pragma once

#include <array>
#include <cmath>
#include <complex>
#include <cstdint>

#include <tamis/core/array.hpp>
#include <tamis/core/scalar.hpp>

namespace tamis::detail {

/// X := A^(1/2^s) − I for a (quasi-)triangle A, its diagonal, 2×2 blocks and superdiagonal without cancellation, and the
/// least degree m ≤ 7 with α ≤ θ_m.
template <class T>
struct ScaledRoot {
    Array<T> X;
    int s = 0;
    int m = 0;
};

/// α bounds what matters of ‖X‖ by norms of powers of X, as in Al-Mohy and Higham 2012, Algorithm 4.1, here computed, as a
/// product of triangles costs less than an estimate. θ as there, for the unit roundoff of double.
template <class T>
ScaledRoot<T> inverse_scaling(const char* what, std::int64_t n, const Array<T>& A, const std::array<double, 8>& theta,
                              Real<T> noise);

/// (λ₂^p − λ₁^p)/(λ₂ − λ₁), p λ^(p − 1) for equal ones, accurately for close ones (Higham and Lin 2011, (5.6)).
template <class C>
C power_difference(const C& first, const C& second, typename C::value_type p);
/// The same of the logarithm (N. J. Higham, Functions of Matrices, 2008, (11.28)).
template <class C>
C logarithm_difference(const C& first, const C& second);

/// The diagonal, 2×2 blocks and superdiagonal (between eigenvalues alone) of X = f(A) for a (quasi-)triangle A: f of complex
/// numbers, difference(λ₁, λ₂) its first divided difference. With X + shift·I = f(A).
template <class T, class F, class Difference>
void set_function_band(std::int64_t n, const T* A, T* X, const F& f, const Difference& difference) {
    using C = std::complex<Real<T>>;
    const auto narrowed = [](const C& x) {
        if constexpr (is_complex_v<T>) return x;
        else return x.real();
    };
    bool after_pair = true;  // no entry to the left
    for (std::int64_t j = 0; j < n; ++j) {
        const bool pair = !is_complex_v<T> && j + 1 < n && A[j * n + j + 1] != T(0);
        if (pair) {
            const T b = A[(j + 1) * n + j], c = A[j * n + j + 1];
            const Real<T> root_b = std::sqrt(std::abs(b)), root_c = std::sqrt(std::abs(c));
            const C y = f(C(real_part(A[j * n + j]), root_b * root_c));
            X[j * n + j] = X[(j + 1) * n + j + 1] = y.real();
            // y b/μ with μ = √|b|·√|c|, without over- or underflow of the quotient.
            X[(j + 1) * n + j] = y.imag() * (root_b / root_c) * (real_part(b) < 0 ? Real<T>(-1) : Real<T>(1));
            X[j * n + j + 1] = y.imag() * (root_c / root_b) * (real_part(c) < 0 ? Real<T>(-1) : Real<T>(1));
        } else {
            X[j * n + j] = narrowed(f(C(A[j * n + j])));
            if (!after_pair)
                X[j * n + j - 1] = A[j * n + j - 1] * narrowed(difference(C(A[(j - 1) * n + j - 1]), C(A[j * n + j])));
        }
        after_pair = pair;
        if (pair) ++j;
    }
}

}  // namespace tamis::detail
