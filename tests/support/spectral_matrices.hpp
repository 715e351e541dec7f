// Square matrices that are hard for unsymmetric eigenvalue algorithms: those of LAPACK's own tests and named ones.
#pragma once

#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

#include "support/dense_matrices.hpp"

namespace tamis::test {

/// Q T Qᴴ of an upper triangle T with the given diagonal (real blocks of order 2 for complex ones of a real T are not made)
/// and random entries of size `above` over it.
template <class T>
Matrix<T> with_triangle(const std::vector<T>& diagonal, double above, std::uint64_t seed = 1) {
    Random random(seed);
    const auto n = static_cast<std::int64_t>(diagonal.size());
    Matrix<T> M = Matrix<T>::Zero(n, n);
    for (std::int64_t j = 0; j < n; ++j) {
        M(j, j) = diagonal[static_cast<std::size_t>(j)];
        for (std::int64_t i = 0; i < j; ++i) M(i, j) = scalar<T>(above) * random.value<T>();
    }
    Random again = random;
    reflect(M, random);
    Matrix<T> N = M.adjoint();
    reflect(N, again);
    return N.adjoint();
}

/// Its eigenvalues are positive, in pairs λ, 1/λ, and ill-conditioned.
template <class T>
Matrix<T> frank_matrix(std::int64_t n) {
    Matrix<T> F = Matrix<T>::Zero(n, n);
    for (std::int64_t i = 0; i < n; ++i)
        for (std::int64_t j = std::max<std::int64_t>(i - 1, 0); j < n; ++j)
            F(i, j) = scalar<T>(static_cast<double>(n - std::max(i, j)));
    return F;
}

/// A Toeplitz matrix with sensitive eigenvalues: −1 below, 1 on and three diagonals above.
template <class T>
Matrix<T> grcar_matrix(std::int64_t n) {
    Matrix<T> G = Matrix<T>::Zero(n, n);
    for (std::int64_t i = 0; i < n; ++i) {
        if (i > 0) G(i, i - 1) = T(-1);
        for (std::int64_t j = i; j < std::min(i + 4, n); ++j) G(i, j) = T(1);
    }
    return G;
}

/// One Jordan block.
template <class T>
Matrix<T> jordan_matrix(std::int64_t n, T lambda) {
    Matrix<T> J = Matrix<T>::Zero(n, n);
    for (std::int64_t i = 0; i < n; ++i) {
        J(i, i) = lambda;
        if (i > 0) J(i - 1, i) = T(1);
    }
    return J;
}

template <class T>
std::vector<NamedMatrix<T>> spectral_gallery(std::int64_t n) {
    std::vector<NamedMatrix<T>> all;
    const Matrix<T> plain = Random(3).matrix<T>(n, n);
    all.push_back({"random", plain});
    std::vector<T> values(static_cast<std::size_t>(n));
    for (int mode = 3; mode <= 4; ++mode) {
        const std::vector<double> s = spectrum(mode, n, 0.1 / static_cast<double>(epsilon_v<T>));
        for (std::size_t k = 0; k < s.size(); ++k) values[k] = scalar<T>(k % 2 == 0 ? s[k] : -s[k], s[k]);
        all.push_back({"mode " + std::to_string(mode), with_triangle<T>(values, 1, std::uint64_t(mode))});
    }
    all.push_back({"one eigenvalue", with_triangle<T>(std::vector<T>(static_cast<std::size_t>(n), scalar<T>(2, 1)), 1, 5)});
    all.push_back({"Jordan", jordan_matrix<T>(n, scalar<T>(0.5, 1))});
    all.push_back({"transposed Jordan", Matrix<T>(jordan_matrix<T>(n, T(0)).transpose())});
    all.push_back({"Frank", frank_matrix<T>(std::min<std::int64_t>(n, 12))});
    all.push_back({"Grcar", grcar_matrix<T>(n)});
    all.push_back({"Kahan", kahan_matrix<T>(n)});
    Matrix<T> wilkinson = Matrix<T>::Zero(n, n);
    for (std::int64_t i = 0; i < n; ++i) {
        wilkinson(i, i) = scalar<T>(std::abs(static_cast<double>(2 * i - n + 1)) / 2);
        if (i > 0) wilkinson(i, i - 1) = wilkinson(i - 1, i) = T(1);
    }
    all.push_back({"Wilkinson", wilkinson});
    Matrix<T> graded = plain;
    for (std::int64_t i = 0; i < n; ++i)
        for (std::int64_t j = 0; j < n; ++j)
            graded(i, j) *= scalar<T>(std::pow(10.0, -8.0 * static_cast<double>(i + j) / static_cast<double>(n)));
    all.push_back({"graded", graded});
    all.push_back({"near overflow", near_range_end(plain, true)});
    all.push_back({"near underflow", near_range_end(plain, false)});
    all.push_back({"zero", Matrix<T>(Matrix<T>::Zero(5, 5))});
    all.push_back({"identity", Matrix<T>(Matrix<T>::Identity(5, 5))});
    all.push_back({"one entry", Matrix<T>::Constant(1, 1, scalar<T>(-3, 4))});
    all.push_back({"empty", Matrix<T>(0, 0)});
    return all;
}

}  // namespace tamis::test
