// Hermitian matrices whose eigenvalues are known by a formula, with their multiplicities.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numbers>
#include <vector>

#include <gtest/gtest.h>

#include <Eigen/Jacobi>

#include <tamis/core/dense_types.hpp>
#include <tamis/iterative/eigen/result.hpp>
#include <tamis/sparse/csr.hpp>
#include <tamis/sparse/multiply.hpp>

#include "support/assembly.hpp"
#include "support/random.hpp"
#include "support/types.hpp"

namespace tamis::test {

/// A matrix and all its eigenvalues, ascending.
template <class T>
struct KnownSpectrum {
    Csr<T> A{unchecked, 0, 0, Array<std::int32_t>(1), Array<std::int32_t>(), Array<T>()};
    std::vector<double> eigenvalues;

    [[nodiscard]] Vector<double> smallest(std::int64_t k) const {
        return Eigen::Map<const Vector<double>>(eigenvalues.data(), k);
    }
    [[nodiscard]] Vector<double> largest(std::int64_t k) const {
        return Eigen::Map<const Vector<double>>(eigenvalues.data() + eigenvalues.size() - k, k);
    }
};

/// Turns entry (i, j) by i^(p_i − p_j) with p_i = i mod 4 where T is complex: similar by a unitary diagonal matrix.
template <class T>
T turned(double value, std::int64_t i, std::int64_t j) {
    static constexpr double re[] = {1, 0, -1, 0}, im[] = {0, 1, 0, -1};
    if constexpr (!is_complex_v<T>) return static_cast<T>(value);
    else return scalar<T>(value * re[(i - j) & 3], value * im[(i - j) & 3]);
}

/// The Laplacian of a grid of these extents with Dirichlet ends: eigenvalues are sums of 2 − 2 cos(π j / (m + 1)).
template <class T>
KnownSpectrum<T> grid_spectrum(const std::vector<std::int64_t>& extents) {
    KnownSpectrum<T> known;
    std::int64_t n = 1;
    for (const std::int64_t m : extents) n *= m;
    Assembly<T> A(n, n);
    known.eigenvalues.assign(static_cast<std::size_t>(n), 0.0);
    for (std::int64_t i = 0; i < n; ++i) {
        A.set(i, i, static_cast<T>(static_cast<Real<T>>(2 * extents.size())));
        std::int64_t stride = 1, rest = i;
        for (const std::int64_t m : extents) {
            const std::int64_t at = rest % m;
            if (at + 1 < m) {
                A.set(i, i + stride, turned<T>(-1, i, i + stride));
                A.set(i + stride, i, turned<T>(-1, i + stride, i));
            }
            known.eigenvalues[static_cast<std::size_t>(i)] +=
                2 - 2 * std::cos(std::numbers::pi * static_cast<double>(at + 1) / static_cast<double>(m + 1));
            stride *= m;
            rest /= m;
        }
    }
    std::sort(known.eigenvalues.begin(), known.eigenvalues.end());
    known.A = A.csr();
    return known;
}

/// The Laplacian of the hypercube of 2^d vertices: 2 j with multiplicity d over j.
template <class T>
KnownSpectrum<T> hypercube_laplacian(int d) {
    KnownSpectrum<T> known;
    const std::int64_t n = std::int64_t{1} << d;
    Assembly<T> A(n, n);
    for (std::int64_t i = 0; i < n; ++i) {
        A.set(i, i, static_cast<T>(static_cast<Real<T>>(d)));
        int ones = 0;
        for (int b = 0; b < d; ++b) {
            const std::int64_t j = i ^ (std::int64_t{1} << b);
            A.set(i, j, turned<T>(-1, i, j));
            ones += static_cast<int>(i >> b & 1);
        }
        known.eigenvalues.push_back(2.0 * ones);
    }
    std::sort(known.eigenvalues.begin(), known.eigenvalues.end());
    known.A = A.csr();
    return known;
}

/// The Laplacian of the complete graph: 0, and n with multiplicity n − 1.
template <class T>
KnownSpectrum<T> complete_graph_laplacian(std::int64_t n) {
    KnownSpectrum<T> known;
    Assembly<T> A(n, n);
    for (std::int64_t i = 0; i < n; ++i)
        for (std::int64_t j = 0; j < n; ++j)
            A.set(i, j, i == j ? static_cast<T>(static_cast<Real<T>>(n - 1)) : turned<T>(-1, i, j));
    known.eigenvalues.assign(static_cast<std::size_t>(n), static_cast<double>(n));
    known.eigenvalues.front() = 0;
    known.A = A.csr();
    return known;
}

/// The Laplacian of the cycle of n vertices: 2 − 2 cos(2π j / n), all but the ends double.
template <class T>
KnownSpectrum<T> cycle_laplacian(std::int64_t n) {
    KnownSpectrum<T> known;
    Assembly<T> A(n, n);
    for (std::int64_t i = 0; i < n; ++i) {
        const std::int64_t j = (i + 1) % n;
        A.set(i, i, T(2));
        A.set(i, j, turned<T>(-1, i, j));
        A.set(j, i, turned<T>(-1, j, i));
        known.eigenvalues.push_back(2 -
                                    2 * std::cos(2 * std::numbers::pi * static_cast<double>(i) / static_cast<double>(n)));
    }
    std::sort(known.eigenvalues.begin(), known.eigenvalues.end());
    known.A = A.csr();
    return known;
}

/// A sparse symmetric matrix with these eigenvalues: the diagonal one, turned by plane rotations, four through each row.
inline KnownSpectrum<double> planted_spectrum(std::vector<double> eigenvalues, std::uint64_t seed) {
    Random random(seed);
    const auto n = static_cast<std::int64_t>(eigenvalues.size());
    Matrix<double> M = Matrix<double>::Zero(n, n);
    std::vector<std::int64_t> order(eigenvalues.size());
    for (std::int64_t i = 0; i < n; ++i) {
        M(i, i) = eigenvalues[static_cast<std::size_t>(i)];
        order[static_cast<std::size_t>(i)] = i;
    }
    for (int round = 0; round < 4; ++round) {
        for (std::size_t i = order.size(); i-- > 1;)
            std::swap(order[i], order[static_cast<std::size_t>(random.below(static_cast<std::int64_t>(i) + 1))]);
        for (std::size_t i = 0; i + 1 < order.size(); i += 2) {
            const double angle = random.uniform(0, 6);
            const Eigen::JacobiRotation<double> turn(std::cos(angle), std::sin(angle));
            M.applyOnTheLeft(order[i], order[i + 1], turn.adjoint());
            M.applyOnTheRight(order[i], order[i + 1], turn);
        }
    }
    Assembly<double> A(n, n);
    for (std::int64_t j = 0; j < n; ++j)
        for (std::int64_t i = 0; i <= j; ++i)
            if (M(i, j) != 0) {
                A.set(i, j, M(i, j));
                A.set(j, i, M(i, j));
            }
    KnownSpectrum<double> known;
    known.A = A.csr();
    known.eigenvalues = std::move(eigenvalues);
    std::sort(known.eigenvalues.begin(), known.eigenvalues.end());
    return known;
}

/// The k values that `which` asks for, ascending.
inline Vector<double> chosen(std::vector<double> all, Which which, std::int64_t k, double sigma = 0) {
    const auto key = [&](double v) {
        switch (which) {
            case Which::largest_magnitude: return -std::abs(v);
            case Which::smallest_magnitude: return std::abs(v);
            case Which::nearest: return std::abs(v - sigma);
            case Which::largest_algebraic: return -v;
            default: return v;
        }
    };
    std::sort(all.begin(), all.end());
    if (which == Which::both_ends) {
        all.erase(all.begin() + k / 2, all.end() - (k + 1) / 2);
    } else {
        std::stable_sort(all.begin(), all.end(), [&](double a, double b) { return key(a) < key(b); });
        all.resize(static_cast<std::size_t>(k));
        std::sort(all.begin(), all.end());
    }
    return Eigen::Map<const Vector<double>>(all.data(), static_cast<Eigen::Index>(all.size()));
}

/// What holds of every result that says it converged: these values, ascending, within the scale's share that residuals
/// allow; vectors (B-)orthonormal; the residual norms that are reported.
template <class T, class Result>
::testing::AssertionResult are_pairs(const Csr<T>& A, const Result& r, const Vector<double>& expected, double tolerance,
                                     const Csr<T>* B = nullptr) {
    if (!r.converged()) return ::testing::AssertionFailure() << r.message;
    const double scale = std::max(expected.cwiseAbs().maxCoeff(), r.scale);
    const Vector<double> values = r.values.template cast<double>();
    if (values.size() != expected.size() || !((values - expected).cwiseAbs().maxCoeff() <= tolerance * scale))
        return ::testing::AssertionFailure()
               << "the values are " << values.transpose() << ", expected " << expected.transpose() << "; " << r.message;
    if (!std::is_sorted(values.data(), values.data() + values.size()))
        return ::testing::AssertionFailure() << "not sorted: " << values.transpose();
    const Matrix<T> mass_times = B != nullptr ? Matrix<T>(*B * r.vectors) : Matrix<T>(r.vectors);
    const Matrix<T> residual = A * r.vectors - mass_times * r.values.template cast<T>().asDiagonal();
    const double epsilon = std::numeric_limits<Real<T>>::epsilon();
    for (std::int64_t j = 0; j < residual.cols(); ++j) {
        const double norm = residual.col(j).norm(), reported = r.residual_norms[static_cast<std::size_t>(j)];
        if (!(std::abs(norm - reported) <= 0.05 * norm + 100 * epsilon * scale))
            return ::testing::AssertionFailure() << "residual " << j << " is " << norm << ", reported " << reported;
    }
    const Matrix<T> gram = r.vectors.adjoint() * mass_times - Matrix<T>::Identity(expected.size(), expected.size());
    const double departure = gram.cwiseAbs().maxCoeff();
    if (!(departure <= 10 * std::sqrt(static_cast<double>(A.rows())) * epsilon))
        return ::testing::AssertionFailure() << "orthonormal only to " << departure;
    return ::testing::AssertionSuccess() << r.message;
}

}  // namespace tamis::test
