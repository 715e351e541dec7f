#include <tamis/dense/sqrtm.hpp>

#include <cmath>
#include <cstdint>
#include <utility>

#include <tamis/dense/matrix_power.hpp>

#include "dense/function_by_schur.hpp"
#include "dense/triangle_functions.hpp"
#include "instantiate.hpp"

namespace tamis::detail {

namespace {

/// The principal value of f at λ; a real f of a negative number is refused.
template <class T, class F>
T principal_value(const char* what, const T& x, const F& f) {
    if constexpr (is_complex_v<T>) {
        return f(x.imag() == 0 ? T(x.real(), 0) : x);
    } else {
        if (x < 0) throw_not_real(what, static_cast<double>(x));
        return f(x);
    }
}

/// λ, but 0 where it is negative by noise.
template <class T>
T without_noise(const T& x, Real<T> noise) {
    return real_part(x) < 0 && std::abs(x) <= noise ? T(0) : x;
}

}  // namespace

template <class T>
void principal_root(MatrixView<const T> A, MatrixView<T> X) {
    const char* const what = "sqrtm";
    using R = Real<T>;
    function_by_schur(
        what, A, X,
        [&](const T& x, R noise) {
            return principal_value(what, without_noise(x, noise), [](const T& y) { return std::sqrt(y); });
        },
        [&](std::int64_t n, Array<T>&& t, R noise) {
            triangle_square_root(what, n, t.data(), noise);
            return std::move(t);
        });
}

template <class T>
void principal_logarithm(MatrixView<const T> A, MatrixView<T> X) {
    const char* const what = "logm";
    using R = Real<T>;
    function_by_schur(
        what, A, X,
        [&](const T& x, R noise) {
            if (!(std::abs(x) > noise)) throw_no_function_of_singular(what, -1);
            return principal_value(what, x, [](const T& y) { return std::log(y); });
        },
        [&](std::int64_t n, Array<T>&& t, R noise) { return triangle_logarithm(what, n, t, noise); });
}

template <class T>
void principal_power(MatrixView<const T> A, double p, MatrixView<T> X) {
    const char* const what = "fractional_matrix_power";
    using R = Real<T>;
    if (!is_finite(p)) throw InvalidArgument("fractional_matrix_power: the exponent is not a finite number");
    constexpr double most = 9e18;
    if (p == std::trunc(p) && std::abs(p) < most) {
        integer_power<T>(A, static_cast<std::int64_t>(p), X);
        return;
    }
    function_by_schur(
        what, A, X,
        [&](const T& x, R noise) {
            if (p < 0 && !(std::abs(x) > noise)) throw_no_function_of_singular(what, -1);
            const T y = p > 0 ? without_noise(x, noise) : x;
            if (y == T(0)) return T(0);
            return principal_value(what, y, [p](const T& z) { return T(std::pow(z, static_cast<R>(p))); });
        },
        [&](std::int64_t n, Array<T>&& t, R noise) { return triangle_power(what, n, t, p, noise); });
}

#define TAMIS_INSTANTIATE(T)                                               \
    template void principal_root(MatrixView<const T>, MatrixView<T>);      \
    template void principal_logarithm(MatrixView<const T>, MatrixView<T>); \
    template void principal_power(MatrixView<const T>, double, MatrixView<T>);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
