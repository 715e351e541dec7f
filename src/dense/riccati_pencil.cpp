#include "dense/riccati_pencil.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "dense/lapack_eig.hpp"
#include "dense/lapack_qr.hpp"
#include "dense/threads.hpp"
#include "instantiate.hpp"

namespace tamis::detail {

namespace {

/// Exponents e of the symplectic scaling diag(2^e, 2^−e, 2^f) by which row i is multiplied and column i divided: from what
/// brings the norms of rows and columns of |H| + |J| together, made symplectic by the mean of both halves.
template <class T>
std::vector<int> symplectic_balance(const Panel<T>& H, const Panel<T>& J, std::int64_t n) {
    using R = Real<T>;
    const std::int64_t order = H.rows;
    Array<R> sizes(order * order);
    for (std::int64_t j = 0; j < order; ++j)
        for (std::int64_t i = 0; i < order; ++i)
            if (i != j) sizes[j * order + i] = std::abs(H(i, j)) + std::abs(J(i, j));
    Array<R> scale(order);
    lapack::gebal('S', order, sizes.data(), order, scale.data());
    std::vector<int> e(static_cast<std::size_t>(order));
    double middle = 0;
    const auto power = [&](std::int64_t i) { return std::ilogb(scale[i]); };
    for (std::int64_t k = 0; k < n; ++k) {
        const double half = (power(n + k) - power(k)) / 2.0;
        e[static_cast<std::size_t>(k)] = static_cast<int>(std::lround(half));
        e[static_cast<std::size_t>(n + k)] = -e[static_cast<std::size_t>(k)];
        middle += (power(n + k) + power(k)) / 2.0;
    }
    if (n > 0) middle /= static_cast<double>(n);
    for (std::int64_t k = 2 * n; k < order; ++k)
        e[static_cast<std::size_t>(k)] = static_cast<int>(std::lround(middle - power(k)));
    return e;
}

template <class T>
void scale_by_powers(Panel<T>& M, const std::vector<int>& e) {
    for (std::int64_t j = 0; j < M.cols; ++j)
        for (std::int64_t i = 0; i < M.rows; ++i) {
            const int shift = e[static_cast<std::size_t>(i)] - e[static_cast<std::size_t>(j)];
            if (shift == 0) continue;
            T& x = M(i, j);
            if constexpr (is_complex_v<T>) x = T(std::ldexp(x.real(), shift), std::ldexp(x.imag(), shift));
            else x = std::ldexp(x, shift);
        }
}

}  // namespace

template <class T>
RiccatiPencil<T> riccati_pencil(RiccatiTime time, const RiccatiCoefficients<T>& c) {
    const bool continuous = time == RiccatiTime::continuous;
    const std::int64_t n = c.A.rows, m = c.R.rows, order = 2 * n + m;
    // [A 0 B; −Q −Aᴴ 0; 0 Bᴴ R] − λ diag(I, I, 0), or [A 0 B; −Q I 0; 0 0 R] − λ [I 0 0; 0 Aᴴ 0; 0 −Bᴴ 0]
    Panel<T> H(order, order), J(order, order);
    for (std::int64_t j = 0; j < n; ++j)
        for (std::int64_t i = 0; i < n; ++i) {
            H(i, j) = c.A(i, j);
            H(n + i, j) = -c.Q(i, j);
            (continuous ? H : J)(n + i, n + j) = continuous ? -conjugate(c.A(j, i)) : conjugate(c.A(j, i));
        }
    for (std::int64_t k = 0; k < n; ++k) {
        J(k, k) = T(1);
        (continuous ? J : H)(n + k, n + k) = T(1);
    }
    for (std::int64_t j = 0; j < m; ++j) {
        for (std::int64_t i = 0; i < n; ++i) {
            H(i, 2 * n + j) = c.B(i, j);
            (continuous ? H : J)(2 * n + j, n + i) = continuous ? conjugate(c.B(i, j)) : -conjugate(c.B(i, j));
        }
        for (std::int64_t i = 0; i < m; ++i) H(2 * n + i, 2 * n + j) = c.R(i, j);
    }
    const std::vector<int> e = symplectic_balance(H, J, n);
    scale_by_powers(H, e);
    scale_by_powers(J, e);

    RiccatiPencil<T> pencil{Panel<T>(2 * n, 2 * n), Panel<T>(2 * n, 2 * n), Array<Real<T>>(n)};
    for (std::int64_t k = 0; k < n; ++k) pencil.D[k] = std::ldexp(Real<T>(1), e[static_cast<std::size_t>(k)]);
    // J has no last m columns: rows orthogonal to those of H are a pencil of order 2n.
    const double flops = 8.0 * static_cast<double>(order) * static_cast<double>(m) * static_cast<double>(n);
    if (m > 0)
        on_dense_threads(flops, [&] {
            Array<T> tau(m);
            T* const last = H.values.data() + 2 * n * order;
            lapack::geqrf(order, m, last, order, tau.data());
            lapack::unmqr(true, order, 2 * n, m, last, order, tau.data(), H.values.data(), order);
            lapack::unmqr(true, order, 2 * n, m, last, order, tau.data(), J.values.data(), order);
        });
    for (std::int64_t j = 0; j < 2 * n; ++j)
        for (std::int64_t i = 0; i < 2 * n; ++i) {
            pencil.H(i, j) = H(m + i, j);
            pencil.J(i, j) = J(m + i, j);
        }
    return pencil;
}

#define TAMIS_INSTANTIATE(T) template RiccatiPencil<T> riccati_pencil(RiccatiTime, const RiccatiCoefficients<T>&);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
