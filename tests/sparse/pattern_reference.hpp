// Matchings and block triangular forms of small matrices by brute force: from definitions, not by the library's algorithms.
#pragma once

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <random>
#include <vector>

#include "support/assembly.hpp"

namespace tamis::test {

/// nonzero[i][j]
using DensePattern = std::vector<std::vector<bool>>;

template <class T, class I>
DensePattern dense_pattern(const Assembly<T, I>& A) {
    DensePattern P(static_cast<std::size_t>(A.rows()), std::vector<bool>(static_cast<std::size_t>(A.cols())));
    for (const auto& [position, v] : A.entries())
        P[static_cast<std::size_t>(position.first)][static_cast<std::size_t>(position.second)] = v != T(0);
    return P;
}

/// The largest number of nonzeros of which no two share a row or column: tries everything, row by row.
inline int brute_rank(const DensePattern& P, std::size_t i, std::vector<bool>& taken) {
    if (i == P.size()) return 0;
    int best = brute_rank(P, i + 1, taken);
    for (std::size_t j = 0; j < taken.size(); ++j) {
        if (!P[i][j] || taken[j]) continue;
        taken[j] = true;
        best = std::max(best, 1 + brute_rank(P, i + 1, taken));
        taken[j] = false;
    }
    return best;
}
inline int brute_rank(const DensePattern& P) {
    std::vector<bool> taken(P.empty() ? 0 : P[0].size());
    return brute_rank(P, 0, taken);
}

/// A column for each row of a square pattern of full structural rank: the first permutation with a zero-free diagonal.
inline std::vector<std::size_t> brute_transversal(const DensePattern& P) {
    std::vector<std::size_t> p(P.size());
    std::iota(p.begin(), p.end(), std::size_t(0));
    do {
        bool fits = true;
        for (std::size_t i = 0; i < p.size() && fits; ++i) fits = P[i][p[i]];
        if (fits) return p;
    } while (std::next_permutation(p.begin(), p.end()));
    return {};
}

/// Number of strongly connected components of a square pattern of full structural rank, by Warshall's closure.
inline int brute_component_count(const DensePattern& P) {
    const auto p = brute_transversal(P);
    const std::size_t n = P.size();
    DensePattern reach(n, std::vector<bool>(n));
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t k = 0; k < n; ++k) reach[i][k] = P[i][p[k]];
    for (std::size_t via = 0; via < n; ++via)
        for (std::size_t i = 0; i < n; ++i)
            for (std::size_t k = 0; k < n; ++k)
                if (reach[i][via] && reach[via][k]) reach[i][k] = true;
    int count = 0;
    for (std::size_t i = 0; i < n; ++i) {
        bool first = true;
        for (std::size_t k = 0; k < i; ++k) first = first && !(reach[i][k] && reach[k][i]);
        count += first;
    }
    return count;
}

/// Rows and columns of the parts of the Dulmage–Mendelsohn decomposition, from its definition: a row is in the
/// overdetermined part if some maximum matching leaves it out, a column in the underdetermined one likewise; with them go
/// the columns and rows that they have nonzeros in.
struct CoarseParts {
    std::vector<bool> under_rows, under_cols, over_rows, over_cols;
};
inline CoarseParts brute_coarse_parts(const DensePattern& P, std::size_t rows, std::size_t cols) {
    CoarseParts parts{std::vector<bool>(rows), std::vector<bool>(cols), std::vector<bool>(rows), std::vector<bool>(cols)};
    const int rank = brute_rank(P);
    for (std::size_t j = 0; j < cols; ++j) {
        DensePattern without = P;
        for (auto& row : without) row[j] = false;
        if (brute_rank(without) < rank) continue;
        parts.under_cols[j] = true;
        for (std::size_t i = 0; i < rows; ++i)
            if (P[i][j]) parts.under_rows[i] = true;
    }
    for (std::size_t i = 0; i < rows; ++i) {
        DensePattern without = P;
        std::fill(without[i].begin(), without[i].end(), false);
        if (brute_rank(without) < rank) continue;
        parts.over_rows[i] = true;
        for (std::size_t j = 0; j < cols; ++j)
            if (P[i][j]) parts.over_cols[j] = true;
    }
    return parts;
}

/// Number of diagonal blocks of the block triangular form of any pattern with rows and columns.
inline int brute_block_count(const DensePattern& P, std::size_t rows, std::size_t cols) {
    if (rows == 0 || cols == 0) return 0;
    const CoarseParts parts = brute_coarse_parts(P, rows, cols);
    DensePattern middle;
    for (std::size_t i = 0; i < rows; ++i) {
        if (parts.under_rows[i] || parts.over_rows[i]) continue;
        middle.emplace_back();
        for (std::size_t j = 0; j < cols; ++j)
            if (!parts.under_cols[j] && !parts.over_cols[j]) middle.back().push_back(P[i][j]);
    }
    int count = middle.empty() ? 0 : brute_component_count(middle);
    count += std::count(parts.under_cols.begin(), parts.under_cols.end(), true) > 0;
    count += std::count(parts.over_rows.begin(), parts.over_rows.end(), true) > 0;
    return count;
}

/// True if rows with one nonzero among the columns that are left can be taken out, with that column, until nothing is left.
inline bool brute_permuted_triangular(const DensePattern& P, std::size_t cols) {
    if (P.size() != cols) return false;
    std::vector<bool> row_left(cols, true);
    std::vector<bool> col_left(cols, true);
    for (std::size_t step = 0; step < cols; ++step) {
        bool found = false;
        for (std::size_t i = 0; i < cols && !found; ++i) {
            if (!row_left[i]) continue;
            std::vector<std::size_t> at;
            for (std::size_t j = 0; j < cols; ++j)
                if (col_left[j] && P[i][j]) at.push_back(j);
            if (at.size() != 1) continue;
            row_left[i] = col_left[at[0]] = false;
            found = true;
        }
        if (!found) return false;
    }
    return true;
}

/// Random entries, about `density` of them, a fifth of which are stored zeros.
template <class T, class I>
Assembly<T, I> random_pattern(std::int64_t rows, std::int64_t cols, double density, std::mt19937_64& random) {
    std::uniform_real_distribution<double> uniform(0, 1);
    Assembly<T, I> A(rows, cols);
    for (std::int64_t i = 0; i < rows; ++i) {
        for (std::int64_t j = 0; j < cols; ++j) {
            if (uniform(random) >= density) continue;
            A.set(i, j, uniform(random) < 0.2 ? T(0) : scalar<T>(std::floor(1 + 2 * uniform(random))));
        }
    }
    return A;
}

inline std::vector<std::int64_t> random_permutation(std::int64_t n, std::mt19937_64& random) {
    std::vector<std::int64_t> p(static_cast<std::size_t>(n));
    std::iota(p.begin(), p.end(), std::int64_t(0));
    std::shuffle(p.begin(), p.end(), random);
    return p;
}

/// A matrix of ones from lists of columns, without the cost of a map: for problems of a million rows.
template <class T, class I, class ColsOfRow>
Csr<T, I> pattern_of_rows(std::int64_t rows, std::int64_t cols, ColsOfRow&& cols_of_row) {
    std::vector<I> offsets{0}, indices;
    for (std::int64_t i = 0; i < rows; ++i) {
        std::vector<std::int64_t> row = cols_of_row(i);
        std::sort(row.begin(), row.end());
        for (const std::int64_t j : row) indices.push_back(static_cast<I>(j));
        offsets.push_back(static_cast<I>(indices.size()));
    }
    Array<T> values(static_cast<std::int64_t>(indices.size()), uninitialized);
    std::fill(values.begin(), values.end(), T(1));
    return {unchecked, rows, cols, Array<I>(std::move(offsets)), Array<I>(std::move(indices)), std::move(values)};
}

}  // namespace tamis::test
