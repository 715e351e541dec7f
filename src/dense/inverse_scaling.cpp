#include "dense/inverse_scaling.hpp"

#include <algorithm>
#include <utility>

#include "dense/matrix_algebra.hpp"
#include "dense/triangle_functions.hpp"
#include "instantiate.hpp"

namespace tamis::detail {

namespace {

/// a^(1/2^k) − 1 without cancellation: A. H. Al-Mohy, A more accurate Briggs method for the logarithm, Numer. Algorithms 59,
/// 2012, Algorithm 2.
template <class C>
C briggs(C a, int k) {
    const C one(1);
    if (k == 0) return a - one;
    if (k == 1 && !(std::abs(a - one) < 0.5)) return std::sqrt(a) - one;
    if (a.real() < 0) {
        a = std::sqrt(a);
        if (--k == 0) return a - one;
    }
    const C z = a - one;
    C product = one;
    for (; k > 0; --k) {
        a = std::sqrt(a);
        product *= one + a;
    }
    return z / product;
}

/// Without the sign of a zero imaginary part, which would choose the branch.
template <class C>
C on_principal_branch(const C& x) {
    return x.imag() == 0 ? C(x.real(), 0) : x;
}

/// ⌈(Im z − π)/2π⌉, the unwinding number.
template <class C>
typename C::value_type unwinding(const C& z) {
    using R = typename C::value_type;
    return std::ceil((z.imag() - R(M_PI)) / R(2 * M_PI));
}

template <class C>
bool far_apart(const C& first, const C& second) {
    return std::abs(second - first) > std::abs(first + second) / 2;
}

}  // namespace

template <class C>
C power_difference(const C& one, const C& other, typename C::value_type p) {
    using R = typename C::value_type;
    const C first = on_principal_branch(one), second = on_principal_branch(other);
    if (first == second) return p * std::pow(first, p - 1);
    if (far_apart(first, second)) return (std::pow(second, p) - std::pow(first, p)) / (second - first);
    const C log_1 = std::log(first), log_2 = std::log(second);
    const C z = (second - first) / (second + first);
    const C half = p * (std::atanh(z) + C(0, R(M_PI) * unwinding(log_2 - log_1)));
    return std::exp(p / 2 * (log_2 + log_1)) * R(2) * std::sinh(half) / (second - first);
}

template <class C>
C logarithm_difference(const C& one, const C& other) {
    using R = typename C::value_type;
    const C first = on_principal_branch(one), second = on_principal_branch(other);
    if (first == second) return C(1) / first;
    const C log_1 = std::log(first), log_2 = std::log(second);
    if (far_apart(first, second)) return (log_2 - log_1) / (second - first);
    const C z = (second - first) / (second + first);
    return R(2) * (std::atanh(z) + C(0, R(M_PI) * unwinding(log_2 - log_1))) / (second - first);
}

template <class T>
ScaledRoot<T> inverse_scaling(const char* what, std::int64_t n, const Array<T>& A, const std::array<double, 8>& theta,
                              Real<T> noise) {
    using R = Real<T>;
    using C = std::complex<R>;
    ScaledRoot<T> result;
    Array<T> root = A;
    auto values = triangle_eigenvalues(n, A.data());
    for (std::int64_t i = 0; i < n; ++i) {
        const C x = values[i];
        if (!(std::abs(x) > noise)) throw_no_function_of_singular(what, noise == 0 ? i : -1);
        if (!is_complex_v<T> && x.imag() == 0 && x.real() < 0) throw_not_real(what, static_cast<double>(x.real()));
        values[i] = on_principal_branch(x);
    }
    const auto take_root = [&] {
        triangle_square_root(what, n, root.data(), R(0));
        ++result.s;
    };
    // Roots that the eigenvalues ask for; no number needs more than some ten.
    for (int s0 = 0; s0 < 100; ++s0) {
        double farthest = 0;
        for (C& x : values) {
            farthest = std::max(farthest, static_cast<double>(std::abs(x - C(1))));
            x = std::sqrt(x);
        }
        if (!(farthest > theta[7])) break;
        take_root();
    }
    const auto algebra = MatrixAlgebra<T>::triangular(n, A.data());
    Array<T> square = algebra.element();
    Array<T> product = algebra.element();
    for (;;) {
        result.X = root;
        algebra.add_identity(R(-1), result.X.data());
        const auto norm = [&](const Array<T>& P, int k) {
            return std::pow(static_cast<double>(square_one_norm(n, P.data())), 1.0 / k);
        };
        double alpha = norm(result.X, 1);
        if (!(alpha <= theta[2])) {
            algebra.multiply(result.X.data(), result.X.data(), square.data());
            algebra.multiply(square.data(), result.X.data(), product.data());
            const double d2 = norm(square, 2), d3 = norm(product, 3);
            alpha = std::min(alpha, std::max(d2, d3));
            if (alpha > theta[3] && d3 < d2) {
                algebra.multiply(square.data(), square.data(), product.data());
                alpha = std::max(std::min(alpha, std::max(d3, norm(product, 4))), theta[2]);
            }
        }
        result.m = 1;
        while (result.m < 7 && !(alpha <= theta[static_cast<std::size_t>(result.m)])) ++result.m;
        if (alpha <= theta[7] || result.s > 200) break;
        take_root();
    }
    const int s = result.s;
    const R p = std::ldexp(R(1), -s);
    set_function_band(
        n, A.data(), result.X.data(), [&](const C& x) { return briggs(on_principal_branch(x), s); },
        [&](const C& x, const C& y) { return power_difference(x, y, p); });
    return result;
}

#define TAMIS_INSTANTIATE(T)                                                                                         \
    template ScaledRoot<T> inverse_scaling(const char*, std::int64_t, const Array<T>&, const std::array<double, 8>&, \
                                           Real<T>);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE
#define TAMIS_INSTANTIATE(C)                                                 \
    template C power_difference(const C&, const C&, typename C::value_type); \
    template C logarithm_difference(const C&, const C&);
TAMIS_INSTANTIATE(std::complex<float>)
TAMIS_INSTANTIATE(std::complex<double>)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
