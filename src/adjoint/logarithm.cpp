#include "adjoint/logarithm.hpp"

#include <array>
#include <cmath>
#include <complex>

#include "adjoint/root_equation.hpp"
#include "dense/matrix_algebra.hpp"
#include "dense/triangle_functions.hpp"

namespace tamis::derivatives::detail {

namespace {

struct GaussPoint {
    double node;
    double weight;
};

/// Gauss and Legendre's seven points on [0, 1]: Σ w (I + x X)⁻¹ X is the [7/7] Padé approximant of log(I + X), and Σ w (I +
/// x X)⁻¹ E (I + x X)⁻¹ its derivative. For ‖X‖ ≤ 0.2 the poles in x have modulus 5 or more; the
/// nearest, x = 5, is at 9 for the rule on [−1, 1], which errs by about (9 + √80)⁻²ᵐ = 3e-18 with m = 7 points.
std::array<GaussPoint, 7> gauss_points() {
    constexpr std::array<double, 3> x{0.405845151377397167, 0.741531185599394440, 0.949107912342758525};
    constexpr std::array<double, 3> w{0.381830050505118945, 0.279705391489276668, 0.129484966168869693};
    std::array<GaussPoint, 7> points;
    points[0] = {0.5, 0.417959183673469388 / 2};
    for (std::size_t k = 0; k < 3; ++k) {
        points[2 * k + 1] = {(1 - x[k]) / 2, w[k] / 2};
        points[2 * k + 2] = {(1 + x[k]) / 2, w[k] / 2};
    }
    return points;
}

constexpr double radius = 0.2;

}  // namespace

template <class C>
void logarithm_derivative(const char* what, std::int64_t n, Array<C> T, Block<C>& E) {
    using R = Real<C>;
    const auto add_to_diagonal = [n](R alpha, Array<C>& A) {
        for (std::int64_t i = 0; i < n; ++i) A[i * n + i] += alpha;
    };
    int s = 0;
    for (;; ++s) {
        constexpr int most = 200;  // more than any matrix of finite numbers needs
        Array<C> X = T;
        add_to_diagonal(R(-1), X);
        if (tamis::detail::square_one_norm(n, X.data()) <= R(radius) || s == most) {
            T.swap(X);
            break;
        }
        tamis::detail::triangle_square_root(what, n, T.data(), R(0));
        solve_root_equation(what, n, T.data(), E.data());
    }
    Block<C> sum(n, n);
    for (const auto& [node, weight] : gauss_points()) {
        Array<C> Q(n * n, uninitialized);
        const R x = static_cast<R>(node), w = static_cast<R>(std::ldexp(weight, s));
        for (std::int64_t i = 0; i < n * n; ++i) Q[i] = x * T[i];
        add_to_diagonal(R(1), Q);
        Block<C> L = E;
        const MatrixView<const C> triangle(Q.data(), n, n);
        divide<C>('L', 'U', 'N', false, triangle, L);
        divide<C>('R', 'U', 'N', false, triangle, L);
        for (std::int64_t i = 0; i < n * n; ++i) sum.data()[i] += w * L.data()[i];
    }
    E = std::move(sum);
}

template void logarithm_derivative(const char*, std::int64_t, Array<std::complex<float>>, Block<std::complex<float>>&);
template void logarithm_derivative(const char*, std::int64_t, Array<std::complex<double>>, Block<std::complex<double>>&);

}  // namespace tamis::derivatives::detail
