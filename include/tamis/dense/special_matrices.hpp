// Matrices with names: hilbert, toeplitz, circulant, companion and others, filled as dense matrices.
//
// Those of real numbers take the scalar as a template argument, hilbert<double>(5); those of given numbers have their
// scalar. Every one refuses a negative size (InvalidArgument) and gives an empty matrix for size 0 unless it says otherwise.
// O(rows · cols).
#pragma once

#include <bit>
#include <cmath>
#include <complex>
#include <cstdint>
#include <numbers>
#include <string>

#include <tamis/core/error.hpp>
#include <tamis/dense/operand.hpp>

namespace tamis {

namespace detail {

inline void check_order(const char* what, std::int64_t n) {
    if (n < 0) throw InvalidArgument(std::string(what) + ": the order is " + std::to_string(n) + "; it cannot be negative");
}

/// f(i, j) everywhere.
template <class T, class F>
Matrix<T> fill_matrix(std::int64_t rows, std::int64_t cols, const F& f) {
    Matrix<T> M(rows, cols);
    for (std::int64_t j = 0; j < cols; ++j)
        for (std::int64_t i = 0; i < rows; ++i) M(i, j) = f(i, j);
    return M;
}

/// Binomial coefficients: row i of Pascal's triangle, the first `width`.
template <class T>
Matrix<T> pascal_triangle(std::int64_t n) {
    Matrix<T> L = Matrix<T>::Zero(n, n);
    for (std::int64_t i = 0; i < n; ++i) {
        L(i, 0) = T(1);
        for (std::int64_t j = 1; j <= i; ++j) L(i, j) = L(i - 1, j - 1) + (j < i ? L(i - 1, j) : T(0));
    }
    return L;
}

}  // namespace detail

/// h_ij = 1 / (i + j + 1): the classic of an ill-conditioned definite matrix.
template <class T = double>
[[nodiscard]] Matrix<T> hilbert(std::int64_t n) {
    detail::check_order("hilbert", n);
    return detail::fill_matrix<T>(
        n, n, [](std::int64_t i, std::int64_t j) { return T(Real<T>(1) / static_cast<Real<T>>(i + j + 1)); });
}

/// The inverse of hilbert(n), whose entries are integers: (−1)^(i+j) (i+j+1) C(n+i, n−j−1) C(n+j, n−i−1) C(i+j, i)². Exact
/// while they fit the scalar (n ≤ 14 in double), correctly rounded up to a few units beyond.
template <class T = double>
[[nodiscard]] Matrix<T> invhilbert(std::int64_t n) {
    detail::check_order("invhilbert", n);
    Matrix<T> M(n, n);
    // p_i = (−1)^i (n+i)! / ((i!)² (n−i−1)!), by quotients of neighbours; m_ij = p_i p_j / (i + j + 1). (Higham, Accuracy
    // and Stability, 2nd ed., section 28.1.)
    long double p = static_cast<long double>(n);
    for (std::int64_t i = 0; i < n; ++i) {
        long double r = p;
        for (std::int64_t j = i; j < n; ++j) {
            const long double value = std::nearbyint(p / static_cast<long double>(i + j + 1) * r);
            M(i, j) = M(j, i) = T(static_cast<Real<T>>(value));
            r = -r * static_cast<long double>((n - j - 1) * (n + j + 1)) / static_cast<long double>((j + 1) * (j + 1));
        }
        p = -p * static_cast<long double>((n - i - 1) * (n + i + 1)) / static_cast<long double>((i + 1) * (i + 1));
    }
    return M;
}

/// Which of Pascal's matrices: C(i + j, i), C(i, j), or C(j, i).
enum class PascalKind { symmetric, lower, upper };

/// Pascal's matrix, S = L U with determinant 1. Exact while the entries fit the scalar.
template <class T = double>
[[nodiscard]] Matrix<T> pascal(std::int64_t n, PascalKind kind = PascalKind::symmetric) {
    detail::check_order("pascal", n);
    if (kind == PascalKind::lower) return detail::pascal_triangle<T>(n);
    if (kind == PascalKind::upper) return detail::pascal_triangle<T>(n).transpose();
    Matrix<T> S = Matrix<T>::Ones(n, n);
    for (std::int64_t j = 1; j < n; ++j)
        for (std::int64_t i = 1; i < n; ++i) S(i, j) = S(i - 1, j) + S(i, j - 1);
    return S;
}

/// t_ij = column[i − j] for i ≥ j, row[j − i] for j > i; row[0] is not read. Rectangular for lists of different lengths.
template <VectorArgument C, VectorArgument R>
[[nodiscard]] auto toeplitz(const C& column, const R& row) {
    using T = dense_scalar_t<C>;
    const detail::DenseInput<T, C> c(column);
    const detail::DenseInput<T, R> r(row);
    return detail::fill_matrix<T>(c.vector().size(), r.vector().size(), [&](std::int64_t i, std::int64_t j) {
        return i >= j ? c.vector()[i - j] : r.vector()[j - i];
    });
}
/// The Hermitian one: row = conj(column). A complex column[0] stays as it is.
template <VectorArgument C>
[[nodiscard]] auto toeplitz(const C& column) {
    using T = dense_scalar_t<C>;
    const detail::DenseInput<T, C> c(column);
    return detail::fill_matrix<T>(c.vector().size(), c.vector().size(), [&](std::int64_t i, std::int64_t j) {
        return i >= j ? c.vector()[i - j] : detail::conjugate(c.vector()[j - i]);
    });
}

/// h_ij = column[i + j], continued by row[i + j − (rows − 1)]; row[0] is not read.
template <VectorArgument C, VectorArgument R>
[[nodiscard]] auto hankel(const C& column, const R& row) {
    using T = dense_scalar_t<C>;
    const detail::DenseInput<T, C> c(column);
    const detail::DenseInput<T, R> r(row);
    const std::int64_t m = c.vector().size();
    return detail::fill_matrix<T>(m, r.vector().size(), [&](std::int64_t i, std::int64_t j) {
        return i + j < m ? c.vector()[i + j] : r.vector()[i + j - m + 1];
    });
}
/// Square, with zeros below the antidiagonal.
template <VectorArgument C>
[[nodiscard]] auto hankel(const C& column) {
    using T = dense_scalar_t<C>;
    const detail::DenseInput<T, C> c(column);
    const std::int64_t m = c.vector().size();
    return detail::fill_matrix<T>(m, m,
                                  [&](std::int64_t i, std::int64_t j) { return i + j < m ? c.vector()[i + j] : T(0); });
}

/// c_ij = column[(i − j) mod n].
template <VectorArgument C>
[[nodiscard]] auto circulant(const C& column) {
    using T = dense_scalar_t<C>;
    const detail::DenseInput<T, C> c(column);
    const std::int64_t n = c.vector().size();
    return detail::fill_matrix<T>(n, n,
                                  [&](std::int64_t i, std::int64_t j) { return c.vector()[i >= j ? i - j : i - j + n]; });
}

/// Sylvester's Hadamard matrix: entries ±1, HᵀH = n I. InvalidArgument unless n is a power of two.
template <class T = double>
[[nodiscard]] Matrix<T> hadamard_matrix(std::int64_t n) {
    if (n < 1 || !std::has_single_bit(static_cast<std::uint64_t>(n)))
        throw InvalidArgument("hadamard_matrix: the order is " + std::to_string(n) + "; it must be a power of two");
    return detail::fill_matrix<T>(n, n, [](std::int64_t i, std::int64_t j) {
        return std::popcount(static_cast<std::uint64_t>(i & j)) % 2 == 0 ? T(1) : T(-1);
    });
}

/// The companion matrix of the polynomial a_0 xⁿ + … + a_n, whose eigenvalues are its roots: −a_k / a_0 in the first row,
/// ones below the diagonal. InvalidArgument for fewer than two coefficients or a_0 = 0.
template <VectorArgument C>
[[nodiscard]] auto companion(const C& coefficients) {
    using T = dense_scalar_t<C>;
    const detail::DenseInput<T, C> a(coefficients);
    const std::int64_t n = a.vector().size() - 1;
    if (n < 1)
        throw InvalidArgument("companion: " + std::to_string(n + 1) +
                              " coefficients; a polynomial with roots has at least two");
    const T leading = a.vector()[0];
    if (leading == T(0)) throw InvalidArgument("companion: the leading coefficient is zero");
    return detail::fill_matrix<T>(n, n, [&](std::int64_t i, std::int64_t j) {
        return i == 0 ? T(-a.vector()[j + 1] / leading) : (i == j + 1 ? T(1) : T(0));
    });
}

/// v_ij = x_i^(n − 1 − j), or x_i^j if `increasing`; n columns (−1: as many as points). 0⁰ = 1.
template <VectorArgument X>
[[nodiscard]] auto vandermonde(const X& points, std::int64_t n = -1, bool increasing = false) {
    using T = dense_scalar_t<X>;
    const detail::DenseInput<T, X> x(points);
    const std::int64_t m = x.vector().size();
    if (n < 0) n = m;
    Matrix<T> V(m, n);
    for (std::int64_t i = 0; i < m; ++i) {
        T power(1);
        for (std::int64_t k = 0; k < n; ++k) {
            V(i, increasing ? k : n - 1 - k) = power;
            power *= x.vector()[i];
        }
    }
    return V;
}

/// Leslie's matrix of a population: `fertilities` in the first row, `survivals` below the diagonal. DimensionMismatch unless
/// there is one survival fewer than fertilities.
template <VectorArgument F, VectorArgument S>
[[nodiscard]] auto leslie(const F& fertilities, const S& survivals) {
    using T = dense_scalar_t<F>;
    const detail::DenseInput<T, F> f(fertilities);
    const detail::DenseInput<T, S> s(survivals);
    const std::int64_t n = f.vector().size();
    if (n < 1 || s.vector().size() != n - 1)
        throw DimensionMismatch("leslie: " + std::to_string(n) + " fertilities need one survival fewer, but " +
                                    std::to_string(s.vector().size()) + " are given",
                                n - 1, s.vector().size());
    return detail::fill_matrix<T>(
        n, n, [&](std::int64_t i, std::int64_t j) { return i == 0 ? f.vector()[j] : (i == j + 1 ? s.vector()[j] : T(0)); });
}

/// Helmert's orthogonal matrix of order n without its first row, the constant one; with it if `full`.
template <class T = double>
[[nodiscard]] Matrix<T> helmert(std::int64_t n, bool full = false) {
    detail::check_order("helmert", n);
    Matrix<T> H = Matrix<T>::Zero(n, n);
    for (std::int64_t i = 0; i < n; ++i) {
        const double k = static_cast<double>(i);
        const double entry = i == 0 ? 1 / std::sqrt(static_cast<double>(n)) : 1 / std::sqrt(k * (k + 1));
        for (std::int64_t j = 0; j < (i == 0 ? n : i); ++j) H(i, j) = T(static_cast<Real<T>>(entry));
        if (i > 0) H(i, i) = T(static_cast<Real<T>>(-k * entry));
    }
    if (full || n == 0) return H;
    return H.bottomRows(n - 1);
}

/// By what dft divides: nothing, √n (unitary), n.
enum class DftScale { none, sqrt_n, n };

/// The matrix of the discrete Fourier transform, w_jk = e^(−2πi jk/n), of complex scalars of T's precision.
template <class T = double>
[[nodiscard]] Matrix<std::complex<Real<T>>> dft(std::int64_t n, DftScale scale = DftScale::none) {
    detail::check_order("dft", n);
    const double order = static_cast<double>(n);
    const double factor = scale == DftScale::none ? 1 : (scale == DftScale::n ? 1 / order : 1 / std::sqrt(order));
    return detail::fill_matrix<std::complex<Real<T>>>(n, n, [&](std::int64_t j, std::int64_t k) {
        // jk mod n first, so that angles stay small.
        const auto turn = static_cast<double>(static_cast<std::uint64_t>(j) * static_cast<std::uint64_t>(k) %
                                              static_cast<std::uint64_t>(n));
        const double angle = -2 * std::numbers::pi * turn / order;
        return std::complex<Real<T>>(static_cast<Real<T>>(factor * std::cos(angle)),
                                     static_cast<Real<T>>(factor * std::sin(angle)));
    });
}

/// Fiedler's matrix |a_i − a_j|: symmetric, with one positive eigenvalue, of distinct numbers.
template <VectorArgument V>
[[nodiscard]] auto fiedler(const V& numbers) {
    using T = dense_scalar_t<V>;
    const detail::DenseInput<T, V> a(numbers);
    const std::int64_t n = a.vector().size();
    return detail::fill_matrix<T>(
        n, n, [&](std::int64_t i, std::int64_t j) { return T(std::abs(a.vector()[i] - a.vector()[j])); });
}

}  // namespace tamis
