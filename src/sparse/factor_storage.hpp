// Private: the two ways in which a triangular factor L is stored, as views that know no backend. Column j of either holds
// its diagonal entry first, then rows that ascend, and its pattern is closed: the rows below the diagonal are among those of
// its parent, the first of them.
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include <tamis/core/array.hpp>
#include <tamis/core/scalar.hpp>

#include "core/blas.hpp"
#include "sparse/product.hpp"

namespace tamis::detail {

/// L column by column (simplicial); between columns there may be gaps.
template <class E, class J>
struct ColumnsOfL {
    std::int64_t n;
    const J* starts;
    const J* counts;
    const J* rows;
    const E* values;
};

/// L by supernodes: columns first[k] … first[k + 1] − 1 share rows[row_starts[k] …], of which the first are these columns
/// themselves. They are a dense column-major trapezoid from values[value_starts[k]] on; what is stored above the diagonal
/// has no meaning.
template <class E, class J>
struct SupernodesOfL {
    std::int64_t n;
    std::int64_t count;
    const J* first;
    const J* row_starts;
    const J* value_starts;
    const J* rows;
    const E* values;
};

/// L by supernodes, owned.
template <class E>
struct Supernodes {
    std::int64_t n = 0;
    Array<std::int64_t> first;         // count + 1
    Array<std::int64_t> row_starts;    // count + 1
    Array<std::int64_t> value_starts;  // count + 1
    Array<std::int64_t> rows;
    Array<E> values;

    [[nodiscard]] std::int64_t count() const noexcept { return std::max<std::int64_t>(first.size() - 1, 0); }
    [[nodiscard]] SupernodesOfL<E, std::int64_t> view() const noexcept {
        return {n, count(), first.data(), row_starts.data(), value_starts.data(), rows.data(), values.data()};
    }
};

template <class E, class J>
Supernodes<E> copy_supernodes(const SupernodesOfL<E, J>& L) {
    const auto widen = [](const J* from, std::int64_t size) {
        Array<std::int64_t> to(size, uninitialized);
        std::transform(from, from + size, to.begin(), [](J i) { return static_cast<std::int64_t>(i); });
        return to;
    };
    Supernodes<E> copy;
    copy.n = L.n;
    copy.first = widen(L.first, L.count + 1);
    copy.row_starts = widen(L.row_starts, L.count + 1);
    copy.value_starts = widen(L.value_starts, L.count + 1);
    copy.rows = widen(L.rows, copy.row_starts[L.count]);
    copy.values = Array<E>(copy.value_starts[L.count], uninitialized);
    std::copy_n(L.values, copy.values.size(), copy.values.begin());
    return copy;
}

/// The fundamental supernodes of L: neighbours whose patterns differ by the first of them only.
template <class E, class J>
Supernodes<E> copy_supernodes(const ColumnsOfL<E, J>& L) {
    const auto joins = [&L](std::int64_t j) {
        return L.counts[j] > 1 && static_cast<std::int64_t>(L.rows[L.starts[j] + 1]) == j + 1 &&
               L.counts[j] == L.counts[j + 1] + 1;
    };
    std::int64_t count = 0;
    std::int64_t rows = 0;
    std::int64_t values = 0;
    for (std::int64_t j = 0; j < L.n; ++count) {
        const auto height = static_cast<std::int64_t>(L.counts[j]);
        const auto begin = j;
        while (j + 1 < L.n && joins(j)) ++j;
        rows += height;
        values += height * (++j - begin);
    }
    Supernodes<E> S;
    S.n = L.n;
    S.first = Array<std::int64_t>(count + 1);
    S.row_starts = Array<std::int64_t>(count + 1);
    S.value_starts = Array<std::int64_t>(count + 1);
    S.rows = Array<std::int64_t>(rows, uninitialized);
    S.values = Array<E>(values, uninitialized);
    std::int64_t k = 0;
    for (std::int64_t j = 0; j < L.n; ++k) {
        const auto height = static_cast<std::int64_t>(L.counts[j]);
        const auto begin = j;
        std::transform(L.rows + L.starts[j], L.rows + L.starts[j] + height, S.rows.begin() + S.row_starts[k],
                       [](J i) { return static_cast<std::int64_t>(i); });
        while (j + 1 < L.n && joins(j)) ++j;
        ++j;
        E* block = S.values.data() + S.value_starts[k];
        for (std::int64_t c = 0; c < j - begin; ++c) {
            std::fill_n(block + c * height, c, E(0));
            std::copy_n(L.values + L.starts[begin + c], height - c, block + c * height + c);
        }
        S.first[k + 1] = j;
        S.row_starts[k + 1] = S.row_starts[k] + height;
        S.value_starts[k + 1] = S.value_starts[k] + height * (j - begin);
    }
    return S;
}

/// y = Pᵀ L z for n×k blocks in contiguous columns: row j of L z belongs to row p[j] of y.
template <class E, class J, class P>
void multiply_l(const ColumnsOfL<E, J>& L, const P* p, const E* z, E* y, std::int64_t k) {
    std::fill_n(y, L.n * k, E(0));
    for (std::int64_t c = 0; c < k; ++c) {
        for (std::int64_t j = 0; j < L.n; ++j) {
            const E zj = z[c * L.n + j];
            const auto last = static_cast<std::int64_t>(L.starts[j]) + static_cast<std::int64_t>(L.counts[j]);
            for (auto q = static_cast<std::int64_t>(L.starts[j]); q < last; ++q)
                y[c * L.n + p[L.rows[q]]] += times(L.values[q], zj);
        }
    }
}

template <class E, class J, class P>
void multiply_l(const SupernodesOfL<E, J>& L, const P* p, const E* z, E* y, std::int64_t k) {
    std::int64_t tallest = 0;
    for (std::int64_t s = 0; s < L.count; ++s)
        tallest = std::max(tallest, static_cast<std::int64_t>(L.row_starts[s + 1] - L.row_starts[s]));
    Array<E> product(tallest * k, uninitialized);
    std::fill_n(y, L.n * k, E(0));
    for (std::int64_t s = 0; s < L.count; ++s) {
        const auto first = static_cast<std::int64_t>(L.first[s]);
        const auto columns = static_cast<std::int64_t>(L.first[s + 1]) - first;
        const auto height = static_cast<std::int64_t>(L.row_starts[s + 1] - L.row_starts[s]);
        const J* rows = L.rows + L.row_starts[s];
        const E* X = L.values + L.value_starts[s];
        if (k == 1) {
            std::fill_n(product.begin(), height, E(0));
            for (std::int64_t c = 0; c < columns; ++c)
                for (std::int64_t r = c; r < height; ++r) product[r] += times(X[c * height + r], z[first + c]);
        } else {
            for (std::int64_t c = 0; c < k; ++c) std::copy_n(z + c * L.n + first, columns, product.begin() + c * height);
            blas::trmm_lower(columns, k, X, height, product.data(), height);
            if (height > columns)
                blas::gemm('N', 'N', height - columns, k, columns, E(1), X + columns, height, z + first, L.n, E(0),
                           product.data() + columns, height);
        }
        for (std::int64_t c = 0; c < k; ++c)
            for (std::int64_t r = 0; r < height; ++r) y[c * L.n + p[rows[r]]] += product[c * height + r];
    }
}

}  // namespace tamis::detail
