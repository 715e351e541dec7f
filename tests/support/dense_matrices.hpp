// Dense test matrices: those of LAPACK's own tests (prescribed spectra, graded, near under- and overflow) and named ones.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <tamis/core/dense_types.hpp>
#include <tamis/core/scalar.hpp>

#include "support/random.hpp"
#include "support/types.hpp"

namespace tamis::test {

/// H·M for a few random reflections H = I − 2vvᴴ: a dense unitary factor, without a decomposition.
template <class T>
void reflect(Matrix<T>& M, Random& random, int times = 4) {
    for (int k = 0; k < times && M.rows() > 0; ++k) {
        Vector<T> v = random.vector<T>(M.rows());
        v /= v.norm();
        const Matrix<T> row = v.adjoint() * M;
        M -= (T(2) * v) * row;
    }
}

/// U diag(s) Vᴴ, m×n, with random unitary U and V; s has min(m, n) entries.
template <class T>
Matrix<T> with_singular_values(std::int64_t m, std::int64_t n, const std::vector<double>& s, std::uint64_t seed = 1) {
    using W = std::conditional_t<is_complex_v<T>, std::complex<double>, double>;
    Random random(seed);
    Matrix<W> M = Matrix<W>::Zero(m, n);
    for (std::int64_t k = 0; k < std::min(m, n); ++k) M(k, k) = s[static_cast<std::size_t>(k)];
    reflect(M, random);
    Matrix<W> N = M.adjoint();
    reflect(N, random);
    return Matrix<W>(N.adjoint()).template cast<T>();
}

/// Q diag(λ) Qᴴ, exactly Hermitian.
template <class T>
Matrix<T> with_eigenvalues(const std::vector<double>& lambda, std::uint64_t seed = 1) {
    using W = std::conditional_t<is_complex_v<T>, std::complex<double>, double>;
    Random random(seed);
    const auto n = static_cast<std::int64_t>(lambda.size());
    Matrix<W> M = Matrix<W>::Zero(n, n);
    for (std::int64_t k = 0; k < n; ++k) M(k, k) = lambda[static_cast<std::size_t>(k)];
    Random again = random;
    reflect(M, random);
    Matrix<W> N = M.adjoint();
    reflect(N, again);
    Matrix<T> A = N.template cast<T>();
    for (std::int64_t j = 0; j < n; ++j) {
        A(j, j) = scalar<T>(static_cast<double>(std::real(A(j, j))));
        for (std::int64_t i = 0; i < j; ++i) A(i, j) = detail::conjugate(A(j, i));
    }
    return A;
}

/// The distributions of LAPACK's xLATMS with condition number κ: 1 one large, 2 one small, 3 geometric, 4 arithmetic, 5 with
/// logarithms uniform at random.
inline std::vector<double> spectrum(int mode, std::int64_t n, double kappa) {
    std::vector<double> s(static_cast<std::size_t>(n), 1.0);
    Random random(5);
    for (std::int64_t k = 0; k < n; ++k) {
        const double t = n > 1 ? static_cast<double>(k) / static_cast<double>(n - 1) : 0;
        double& v = s[static_cast<std::size_t>(k)];
        if (mode == 1) v = k == 0 ? 1 : 1 / kappa;
        else if (mode == 2) v = k + 1 < n || n == 1 ? 1 : 1 / kappa;
        else if (mode == 3) v = std::pow(kappa, -t);
        else if (mode == 4) v = 1 - t * (1 - 1 / kappa);
        else v = std::pow(kappa, -random.uniform());
    }
    return s;
}

template <class T>
Matrix<T> hilbert_matrix(std::int64_t n) {
    Matrix<T> H(n, n);
    for (std::int64_t j = 0; j < n; ++j)
        for (std::int64_t i = 0; i < n; ++i) H(i, j) = T(Real<T>(1) / static_cast<Real<T>>(i + j + 1));
    return H;
}

/// Kahan's upper triangle: nearly singular, but column pivoting sees no small diagonal entry.
template <class T>
Matrix<T> kahan_matrix(std::int64_t n, double theta = 1.2) {
    Matrix<T> K = Matrix<T>::Zero(n, n);
    for (std::int64_t i = 0; i < n; ++i) {
        const double scale = std::pow(std::sin(theta), static_cast<double>(i));
        K(i, i) = scalar<T>(scale * (1 + 25 * static_cast<double>(n - i) * static_cast<double>(epsilon_v<T>)));
        for (std::int64_t j = i + 1; j < n; ++j) K(i, j) = scalar<T>(-std::cos(theta) * scale);
    }
    return K;
}

template <class T>
struct NamedMatrix {
    std::string name;
    Matrix<T> A;
};

/// Scales by a power of two to a largest entry near the ends of the range of T.
template <class T>
Matrix<T> near_range_end(Matrix<T> A, bool large) {
    using R = Real<T>;
    const int room = 2 + static_cast<int>(std::ceil(std::log2(static_cast<double>(std::max<std::int64_t>(A.rows(), 2)))));
    const int exponent = large ? std::numeric_limits<R>::max_exponent - 2 * room
                               : std::numeric_limits<R>::min_exponent + std::numeric_limits<R>::digits + room;
    A *= T(std::ldexp(R(1), exponent));
    return A;
}

/// Square and regular, though some hardly.
template <class T>
std::vector<NamedMatrix<T>> square_gallery(std::int64_t n) {
    const double eps = static_cast<double>(epsilon_v<T>);
    std::vector<NamedMatrix<T>> all;
    const double worst = 0.1 / eps;
    for (int mode = 1; mode <= 5; ++mode) {
        const auto name = "mode " + std::to_string(mode);
        all.push_back(
            {name + ", condition 2", with_singular_values<T>(n, n, spectrum(mode, n, 2), 10 + std::uint64_t(mode))});
        all.push_back({name + ", condition 0.1/eps",
                       with_singular_values<T>(n, n, spectrum(mode, n, worst), 20 + std::uint64_t(mode))});
    }
    const Matrix<T> good = with_singular_values<T>(n, n, spectrum(3, n, 100), 3);
    all.push_back({"near overflow", near_range_end(good, true)});
    all.push_back({"near underflow", near_range_end(good, false)});
    Matrix<T> graded = good;
    for (std::int64_t i = 0; i < n; ++i)
        graded.row(i) *= scalar<T>(std::pow(10.0, -10.0 * static_cast<double>(i) / static_cast<double>(n)));
    all.push_back({"graded", graded});
    all.push_back({"Hilbert", hilbert_matrix<T>(std::min<std::int64_t>(n, sizeof(Real<T>) == 4 ? 5 : 10))});
    all.push_back({"Kahan", kahan_matrix<T>(n)});
    all.push_back({"one entry", Matrix<T>::Constant(1, 1, scalar<T>(-3, 4))});
    return all;
}

/// Hermitian and positive definite, though some hardly.
template <class T>
std::vector<NamedMatrix<T>> definite_gallery(std::int64_t n) {
    const double eps = static_cast<double>(epsilon_v<T>);
    std::vector<NamedMatrix<T>> all;
    for (int mode = 1; mode <= 5; ++mode) {
        const auto name = "mode " + std::to_string(mode);
        all.push_back({name + ", condition 2", with_eigenvalues<T>(spectrum(mode, n, 2), 10 + std::uint64_t(mode))});
        all.push_back(
            {name + ", condition 0.01/eps", with_eigenvalues<T>(spectrum(mode, n, 0.01 / eps), 20 + std::uint64_t(mode))});
    }
    const Matrix<T> good = with_eigenvalues<T>(spectrum(3, n, 100), 3);
    all.push_back({"near overflow", near_range_end(good, true)});
    all.push_back({"near underflow", near_range_end(good, false)});
    all.push_back({"Hilbert", hilbert_matrix<T>(sizeof(Real<T>) == 4 ? 5 : 10)});
    all.push_back({"one entry", Matrix<T>::Constant(1, 1, T(3))});
    return all;
}

/// ‖A‖₁ in double.
template <class T>
double one_norm_of(const Matrix<T>& A) {
    double norm = 0;
    for (std::int64_t j = 0; j < A.cols(); ++j) {
        double sum = 0;
        for (std::int64_t i = 0; i < A.rows(); ++i) sum += static_cast<double>(std::abs(A(i, j)));
        if (!(sum <= norm)) norm = sum;
    }
    return norm;
}

/// ‖A − B‖₁ in double, differences taken there.
template <class T>
double distance_of(const Matrix<T>& A, const Matrix<T>& B) {
    using W = std::conditional_t<is_complex_v<T>, std::complex<double>, double>;
    return one_norm_of(Matrix<W>(A.template cast<W>() - B.template cast<W>()));
}

}  // namespace tamis::test
