// Singular and rectangular systems, named by what they guarantee.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "support/problem.hpp"

namespace tamis::test {

// ---- square and singular
// ----------------------------------------------------------------------------------------------------

/// A Hermitian positive semidefinite matrix of rank n − 1 (a connected graph's Laplacian, A·1 = 0) and a b in its range. n
/// ≥ 2.
template <class T, class I = std::int32_t>
Problem<T, I> singular_consistent(std::int64_t n = 50, std::uint64_t seed = 1) {
    Random random(seed);
    Assembly<T, I> A(n, n);
    const auto edge = [&](std::int64_t i, std::int64_t j, T w) {
        A.add(i, i, w);
        A.add(j, j, w);
        A.add(i, j, -w);
        A.add(j, i, -w);
    };
    for (std::int64_t i = 0; i + 1 < n; ++i) edge(i, i + 1, T(1));
    for (std::int64_t k = 0; k < n; ++k) {
        const std::int64_t i = random.below(n);
        const std::int64_t j = random.below(n);
        if (i != j) edge(i, j, T(0.5));
    }
    auto p = parts::with_solution("singular_consistent", A, random);
    p.x.array() -= p.x.mean();  // the solution of minimum norm is orthogonal to the null vector
    p.null_vector = Vector<T>::Ones(n);
    p.rank = n - 1;
    return p;
}

/// The matrix of singular_consistent with a b outside its range; x is the minimum-norm least-squares solution.
template <class T, class I = std::int32_t>
Problem<T, I> singular_inconsistent(std::int64_t n = 50, std::uint64_t seed = 1) {
    auto p = singular_consistent<T, I>(n, seed);
    p.name = "singular_inconsistent";
    p.b.array() += T(1);  // the null vector of Aᴴ = A
    return p;
}

// ---- least squares
// ----------------------------------------------------------------------------------------------------------

namespace parts {

/// m×n of the given rank: rows [B; K·B] shuffled, B = [D C] (rank×n) with shuffled columns. x = Bᴴw has minimum norm and
/// b = A x + r with Aᴴr = 0; r ≠ 0 where m > rank and `consistent` is false.
template <class T, class I>
Problem<T, I> rectangular(std::string name, std::int64_t m, std::int64_t n, std::int64_t rank, bool consistent,
                          std::uint64_t seed) {
    Random random(seed);
    Assembly<T, I> B(rank, n);
    for (std::int64_t i = 0; i < rank; ++i) {
        B.set(i, i, T(2));
    }
    for (std::int64_t c = 0; c < n - rank && rank > 0; ++c) B.set(c % rank, rank + c, random.nonzero_eighths<T>());
    std::vector<std::int64_t> rows(static_cast<std::size_t>(rank));
    for (std::int64_t i = 0; i < rank; ++i) rows[static_cast<std::size_t>(i)] = i;
    B = B.permuted(rows, random.permutation(n));

    // K (m − rank × rank): one or two small integers a row.
    Assembly<T, I> K(m - rank, rank);
    for (std::int64_t i = 0; i < m - rank && rank > 0; ++i) {
        K.add(i, i % rank, T(1));
        K.add(i, random.below(rank), T(1));
    }
    std::vector<std::vector<std::pair<std::int64_t, T>>> row(static_cast<std::size_t>(rank));
    for (const auto& [position, v] : B.entries())
        row[static_cast<std::size_t>(position.first)].emplace_back(position.second, v);

    Assembly<T, I> A(m, n);
    for (const auto& [position, v] : B.entries()) A.set(position.first, position.second, v);
    for (const auto& [position, k] : K.entries())
        for (const auto& [j, v] : row[static_cast<std::size_t>(position.second)]) A.add(rank + position.first, j, k * v);

    Vector<T> r = Vector<T>::Zero(m);
    if (!consistent) {
        const Vector<T> u = small_integers<T>(m - rank, random);
        r.head(rank) = -K.adjoint_times(u);
        r.tail(m - rank) = u;
    }
    const auto order = random.permutation(m);
    std::vector<std::int64_t> cols(static_cast<std::size_t>(n));
    for (std::int64_t j = 0; j < n; ++j) cols[static_cast<std::size_t>(j)] = j;
    A = A.permuted(order, cols);
    Problem<T, I> p;
    p.name = std::move(name);
    p.x = B.adjoint_times(small_integers<T>(rank, random));
    p.b = A.times(p.x);
    for (std::int64_t i = 0; i < m; ++i) p.b[i] += r[order[static_cast<std::size_t>(i)]];
    p.A = A.csr();
    p.rank = rank;
    return p;
}

}  // namespace parts

/// m > n, full column rank, b outside the range; x is the least-squares solution.
template <class T, class I = std::int32_t>
Problem<T, I> tall_full_rank(std::int64_t m = 60, std::int64_t n = 25, std::uint64_t seed = 1) {
    return parts::rectangular<T, I>("tall_full_rank", m, n, n, false, seed);
}

/// m < n, full row rank; x is the minimum-norm solution.
template <class T, class I = std::int32_t>
Problem<T, I> wide_full_rank(std::int64_t m = 25, std::int64_t n = 60, std::uint64_t seed = 1) {
    return parts::rectangular<T, I>("wide_full_rank", m, n, m, true, seed);
}

/// m×n of the given rank < min(m, n), b outside the range; x is the minimum-norm least-squares solution.
template <class T, class I = std::int32_t>
Problem<T, I> rank_deficient(std::int64_t m = 60, std::int64_t n = 40, std::int64_t rank = 25, std::uint64_t seed = 1) {
    return parts::rectangular<T, I>("rank_deficient", m, n, rank, false, seed);
}

/// Square, unsymmetric, rank n − 1 with dependent rows, b outside the range; x is the minimum-norm least-squares solution.
template <class T, class I = std::int32_t>
Problem<T, I> square_inconsistent(std::int64_t n = 50, std::uint64_t seed = 1) {
    return parts::rectangular<T, I>("square_inconsistent", n, n, n - 1, false, seed);
}

/// Square, no empty row or column, but two columns share the only row that either can be matched with: structural rank
/// n − 1 (for n = 2 a row is empty). n ≥ 2. b is arbitrary and there is no x.
template <class T, class I = std::int32_t>
Problem<T, I> structurally_singular(std::int64_t n = 50, std::uint64_t seed = 1) {
    Random random(seed);
    Assembly<T, I> A(n, n);
    A.set(0, 0, T(1));
    A.set(0, 1, T(2));
    for (std::int64_t i = 1; i < n; ++i) {
        // Rows 2, 3, … are an upper triangle over columns 2, 3, …; row 1 is one row too many for them.
        for (std::int64_t j = std::max<std::int64_t>(i, 2); j < n; ++j)
            if (j == i || (i == 1 && j == 2) || random.below(n) < 3) A.set(i, j, random.nonzero_eighths<T>());
    }
    const auto p = random.permutation(n);
    const auto q = random.permutation(n);
    A = A.permuted(p, q);
    Problem<T, I> problem;
    problem.name = "structurally_singular";
    problem.A = A.csr();
    problem.b = parts::small_integers<T>(n, random);
    problem.rank = n - 1;
    return problem;
}

}  // namespace tamis::test
