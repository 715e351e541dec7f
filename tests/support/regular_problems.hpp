// Square systems with exactly one solution, named by what they guarantee.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "support/problem.hpp"

namespace tamis::test {

// ---- square and regular
// -----------------------------------------------------------------------------------------------------

/// Symmetric positive definite with real entries (in a complex T too); strictly diagonally dominant.
template <class T, class I = std::int32_t>
Problem<T, I> symmetric_definite(std::int64_t n = 50, std::uint64_t seed = 1) {
    return parts::dominant<T, I>("symmetric_definite", n, parts::Symmetry::real_symmetric, true, seed);
}

/// Hermitian positive definite; complex off the diagonal for a complex T.
template <class T, class I = std::int32_t>
Problem<T, I> hermitian_definite(std::int64_t n = 50, std::uint64_t seed = 1) {
    return parts::dominant<T, I>("hermitian_definite", n, parts::Symmetry::hermitian, true, seed);
}

/// Symmetric with real entries, ⌈n/2⌉ positive and ⌊n/2⌋ negative eigenvalues (Gershgorin), no zero on the diagonal.
template <class T, class I = std::int32_t>
Problem<T, I> symmetric_indefinite(std::int64_t n = 50, std::uint64_t seed = 1) {
    return parts::dominant<T, I>("symmetric_indefinite", n, parts::Symmetry::real_symmetric, false, seed);
}

/// Hermitian, ⌈n/2⌉ positive and ⌊n/2⌋ negative eigenvalues.
template <class T, class I = std::int32_t>
Problem<T, I> hermitian_indefinite(std::int64_t n = 50, std::uint64_t seed = 1) {
    return parts::dominant<T, I>("hermitian_indefinite", n, parts::Symmetry::hermitian, false, seed);
}

/// Hermitian with a positive diagonal and yet indefinite: what deceives a solver that trusts the diagonal. n ≥ 2.
template <class T, class I = std::int32_t>
Problem<T, I> indefinite_with_positive_diagonal(std::int64_t n = 50, std::uint64_t seed = 1) {
    Random random(seed);
    auto A = parts::off_diagonal<T, I>(n, 2, parts::Symmetry::hermitian, random);
    // Rows 0 and 1 meet only each other: the block [1 2; 2 1] has the eigenvalues 3 and −1.
    Assembly<T, I> B(n, n);
    for (const auto& [position, v] : A.entries())
        if (position.first > 1 && position.second > 1) B.set(position.first, position.second, v);
    parts::add_dominant_diagonal(B, [](std::int64_t) { return 1; });
    B.set(0, 1, T(2));
    B.set(1, 0, T(2));
    return parts::with_solution("indefinite_with_positive_diagonal", B, random);
}

/// [H Bᴴ; B 0] with H (n×n) definite and B (m×n, m ≤ n) of full rank: n positive and m negative eigenvalues, zeros stored
/// nowhere on the second half of the diagonal.
template <class T, class I = std::int32_t>
Problem<T, I> saddle_point(std::int64_t n = 40, std::int64_t m = 15, std::uint64_t seed = 1) {
    Random random(seed);
    auto H = parts::off_diagonal<T, I>(n, 2, parts::Symmetry::hermitian, random);
    parts::add_dominant_diagonal(H, [](std::int64_t) { return 1; });
    Assembly<T, I> A(n + m, n + m);
    for (const auto& [position, v] : H.entries()) A.set(position.first, position.second, v);
    for (std::int64_t i = 0; i < m; ++i) {
        // Row i of B: 4 at column i and less than that in all columns behind, so that B is an echelon form.
        A.set(n + i, i, T(4));
        A.set(i, n + i, T(4));
        for (int k = 0; k < 2 && i + 1 < n; ++k) {
            const std::int64_t j = i + 1 + random.below(n - i - 1);
            const T v = random.nonzero_eighths<T>();
            A.set(n + i, j, v);
            A.set(j, n + i, tamis::detail::conjugate(v));
        }
    }
    return parts::with_solution("saddle_point", A, random);
}

/// Unsymmetric, strictly dominant by rows, so ‖A⁻¹‖_∞ ≤ 1; friendly to every method for unsymmetric systems.
template <class T, class I = std::int32_t>
Problem<T, I> diagonally_dominant(std::int64_t n = 50, std::uint64_t seed = 1) {
    return parts::dominant<T, I>("diagonally_dominant", n, parts::Symmetry::none, true, seed);
}

/// Unsymmetric in pattern and values, ‖A⁻¹‖_∞ ≤ 1, rows in random order: direct solvers have to pivot.
template <class T, class I = std::int32_t>
Problem<T, I> unsymmetric_well_conditioned(std::int64_t n = 50, std::uint64_t seed = 1) {
    Random random(seed);
    auto A = parts::off_diagonal<T, I>(n, 3, parts::Symmetry::none, random);
    parts::add_dominant_diagonal(A, [](std::int64_t) { return 1; });
    std::vector<std::int64_t> same(static_cast<std::size_t>(n));
    for (std::int64_t i = 0; i < n; ++i) same[static_cast<std::size_t>(i)] = i;
    return parts::with_solution("unsymmetric_well_conditioned", A.permuted(random.permutation(n), same), random);
}

/// A triangular matrix with nonzero diagonal whose rows and columns were shuffled independently.
template <class T, class I = std::int32_t>
Problem<T, I> permuted_triangular(std::int64_t n = 50, std::uint64_t seed = 1) {
    Random random(seed);
    Assembly<T, I> A(n, n);
    for (std::int64_t i = 0; i < n; ++i) {
        A.set(i, i, T(4));
        for (int k = 0; k < 3 && i > 0; ++k) A.set(i, random.below(i), random.nonzero_eighths<T>());
    }
    const auto p = random.permutation(n);
    const auto q = random.permutation(n);
    return parts::with_solution("permuted_triangular", A.permuted(p, q), random);
}

/// Lower (or upper) triangular with a nonzero diagonal.
template <class T, class I = std::int32_t>
Problem<T, I> triangular(std::int64_t n = 50, bool lower = true, std::uint64_t seed = 1) {
    Random random(seed);
    Assembly<T, I> A(n, n);
    for (std::int64_t i = 0; i < n; ++i) {
        A.set(i, i, T(4));
        for (int k = 0; k < 3 && i > 0; ++k) A.set(i, random.below(i), random.nonzero_eighths<T>());
    }
    return parts::with_solution(lower ? "lower_triangular" : "upper_triangular", lower ? A : A.transposed(), random);
}

/// The five-point Laplacian on an nx×ny grid (4 on the diagonal, −1 to each neighbour): symmetric definite, κ = O(n).
template <class T, class I = std::int32_t>
Problem<T, I> grid_laplacian(std::int64_t nx = 10, std::int64_t ny = 10, std::uint64_t seed = 1) {
    Random random(seed);
    Assembly<T, I> A(nx * ny, nx * ny);
    for (std::int64_t i = 0; i < nx; ++i) {
        for (std::int64_t j = 0; j < ny; ++j) {
            const std::int64_t k = i * ny + j;
            A.set(k, k, T(4));
            if (i > 0) A.set(k, k - ny, T(-1));
            if (i + 1 < nx) A.set(k, k + ny, T(-1));
            if (j > 0) A.set(k, k - 1, T(-1));
            if (j + 1 < ny) A.set(k, k + 1, T(-1));
        }
    }
    return parts::with_solution("grid_laplacian", A, random);
}

/// Row lengths by a power law (a few rows hold most of the entries, row 0 is full), regular, dominant by rows: what breaks
/// schedules that give each thread the same number of rows.
template <class T, class I = std::int32_t>
Problem<T, I> power_law(std::int64_t n = 200, std::uint64_t seed = 1) {
    Random random(seed);
    Assembly<T, I> A(n, n);
    for (std::int64_t i = 0; i < n; ++i) {
        const auto length = std::min<std::int64_t>(n, 1 + n / (i + 1));
        for (std::int64_t k = 0; k < length; ++k) {
            const std::int64_t j = i == 0 ? k : random.below(n);
            if (j != i) A.set(i, j, random.nonzero_eighths<T>());
        }
    }
    parts::add_dominant_diagonal(A, [](std::int64_t) { return 1; });
    return parts::with_solution("power_law", A, random);
}

/// A regular system with b = 0: the answer is exactly 0.
template <class T, class I = std::int32_t>
Problem<T, I> zero_rhs(std::int64_t n = 50, std::uint64_t seed = 1) {
    auto p = hermitian_definite<T, I>(n, seed);
    p.name = "zero_rhs";
    p.b.setZero();
    p.x.setZero();
    return p;
}

/// diag(D)·A·diag(D) of a Hermitian definite A with D going from 1 down to 10^−digits/2: κ ≈ 10^digits. b is rounded.
template <class T, class I = std::int32_t>
Problem<T, I> graded(std::int64_t n = 50, double digits = 10, std::uint64_t seed = 1) {
    Random random(seed);
    auto A = parts::off_diagonal<T, I>(n, 2, parts::Symmetry::hermitian, random);
    parts::add_dominant_diagonal(A, [](std::int64_t) { return 1; });
    Assembly<T, I> B(n, n);
    const auto d = [&](std::int64_t i) {
        return std::pow(10.0, -digits / 2 * static_cast<double>(i) / static_cast<double>(std::max<std::int64_t>(1, n - 1)));
    };
    for (const auto& [position, v] : A.entries())
        B.set(position.first, position.second, v * static_cast<Real<T>>(d(position.first) * d(position.second)));
    return parts::with_solution("graded", B, random);
}

}  // namespace tamis::test
