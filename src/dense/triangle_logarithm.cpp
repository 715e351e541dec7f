#include <array>
#include <cmath>
#include <complex>

#include "dense/inverse_scaling.hpp"
#include "dense/matrix_algebra.hpp"
#include "dense/triangle_functions.hpp"
#include "instantiate.hpp"

namespace tamis::detail {

namespace {

// Al-Mohy and Higham 2012, Table 2.1; Higham and Lin 2011, Table 3.1.
constexpr std::array<double, 8> theta_logarithm{0, 1.59e-5, 2.31e-3, 1.94e-2, 6.21e-2, 1.28e-1, 2.06e-1, 2.88e-1};
constexpr std::array<double, 8> theta_power{0, 1.51e-5, 2.24e-3, 1.88e-2, 6.04e-2, 1.24e-1, 2.00e-1, 2.79e-1};

struct QuadraturePoint {
    double node;
    double weight;
};

/// Point k of Gauss and Legendre's m on [0, 1], by Newton's method.
QuadraturePoint legendre_point(int m, int k) {
    double x = std::cos(M_PI * (k + 0.75) / (m + 0.5)), slope = 1;
    for (int step = 0; step < 8; ++step) {
        double p = 1, before = 0;
        for (int j = 1; j <= m; ++j) {
            const double next = ((2 * j - 1) * x * p - (j - 1) * before) / j;
            before = p;
            p = next;
        }
        slope = m * (x * p - before) / (x * x - 1);
        x -= p / slope;
    }
    return {(1 + x) / 2, 1 / ((1 - x * x) * slope * slope)};
}

template <class C>
C principal(const C& x) {
    return x.imag() == 0 ? C(x.real(), 0) : x;
}

/// Coefficient i of the continued fraction of (1 − x)^p.
double fraction_coefficient(int i, double p) {
    if (i == 1) return -p;
    const int j = i / 2;
    return i % 2 == 0 ? (-j + p) / (2.0 * (2 * j - 1)) : (-j - p) / (2.0 * (2 * j + 1));
}

}  // namespace

template <class T>
Array<T> triangle_logarithm(const char* what, std::int64_t n, const Array<T>& A, Real<T> noise) {
    using R = Real<T>;
    using C = std::complex<R>;
    const auto root = inverse_scaling(what, n, A, theta_logarithm, noise);
    const auto algebra = MatrixAlgebra<T>::triangular(n, A.data());
    Array<T> L(n * n);
    Array<T> Q = algebra.element();
    Array<T> P = algebra.element();
    // r_m(X) = Σ w_j (I + x_j X)⁻¹ X, times 2^s.
    for (int k = 0; k < root.m; ++k) {
        const auto [x, w] = legendre_point(root.m, k);
        const R node = static_cast<R>(x), weight = static_cast<R>(std::ldexp(w, root.s));
        for (std::int64_t i = 0; i < n * n; ++i) {
            Q[i] = node * root.X[i];
            P[i] = weight * root.X[i];
        }
        algebra.add_identity(R(1), Q.data());
        algebra.divide(Q.data(), P.data());
        for (std::int64_t i = 0; i < n * n; ++i) L[i] += P[i];
    }
    set_function_band(
        n, A.data(), L.data(), [](const C& x) { return std::log(principal(x)); },
        [](const C& x, const C& y) { return logarithm_difference(x, y); });
    return L;
}

template <class T>
Array<T> triangle_power(const char* what, std::int64_t n, const Array<T>& A, double p, Real<T> noise) {
    using R = Real<T>;
    using C = std::complex<R>;
    const double whole = std::trunc(p);
    const double fraction = p - whole;
    const auto algebra = MatrixAlgebra<T>::triangular(n, A.data());
    Array<T> F = algebra.element();
    {
        // [m/m] of (1 − x)^f at x = −X, by its continued fraction from below.
        const auto root = inverse_scaling(what, n, A, theta_power, noise);
        const auto times = [&](int i, Array<T>& Y) {
            const R c = static_cast<R>(-fraction_coefficient(i, fraction));
            for (std::int64_t k = 0; k < n * n; ++k) Y[k] = c * root.X[k];
        };
        Array<T> Q = algebra.element();
        times(2 * root.m, F);
        for (int i = 2 * root.m - 1; i >= 1; --i) {
            algebra.add_identity(R(1), F.data());
            F.swap(Q);
            times(i, F);
            algebra.divide(Q.data(), F.data());
        }
        algebra.add_identity(R(1), F.data());
        Q = algebra.element();
        for (int s = root.s; s >= 0; --s) {
            if (s < root.s) {
                algebra.multiply(F.data(), F.data(), Q.data());
                F.swap(Q);
            }
            const R exponent = static_cast<R>(std::ldexp(fraction, -s));
            set_function_band(
                n, A.data(), F.data(), [&](const C& x) { return std::pow(principal(x), exponent); },
                [&](const C& x, const C& y) { return power_difference(x, y, exponent); });
        }
    }
    // A^p = A^whole A^fraction, both with the sign of p.
    Array<T> power = A, scratch = algebra.element();
    bool applied = false;
    for (auto left = static_cast<std::uint64_t>(std::abs(whole)); left > 0; left >>= 1) {
        if ((left & 1) != 0) {
            applied = true;
            if (p > 0) {
                algebra.multiply(power.data(), F.data(), scratch.data());
                F.swap(scratch);
            } else {
                scratch = power;
                algebra.divide(scratch.data(), F.data());
                scratch = algebra.element();
            }
        }
        if (left == 1) break;
        algebra.multiply(power.data(), power.data(), scratch.data());
        power.swap(scratch);
    }
    if (applied) {
        const R exponent = static_cast<R>(p);
        set_function_band(
            n, A.data(), F.data(), [&](const C& x) { return std::pow(principal(x), exponent); },
            [&](const C& x, const C& y) { return power_difference(x, y, exponent); });
    }
    return F;
}

#define TAMIS_INSTANTIATE(T)                                                                   \
    template Array<T> triangle_logarithm(const char*, std::int64_t, const Array<T>&, Real<T>); \
    template Array<T> triangle_power(const char*, std::int64_t, const Array<T>&, double, Real<T>);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
