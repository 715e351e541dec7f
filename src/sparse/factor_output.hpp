// Private: parts of a factor on their way to the caller: products for reconstruct, narrowed scalars and indices.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <tamis/core/error.hpp>
#include <tamis/sparse/csc.hpp>
#include <tamis/sparse/csr.hpp>

#include "sparse/suitesparse/compressed_parts.hpp"

namespace tamis::detail {

/// C = A·B by columns: C(:, j) = Σ_k A(:, k) b_kj (Gustavson, ACM TOMS 4, 1978).
template <class E>
Csc<E, std::int64_t> product_of(const Csc<E, std::int64_t>& A, const Csc<E, std::int64_t>& B) {
    Array<std::int64_t> offsets(B.cols() + 1);
    std::vector<std::int64_t> rows;
    std::vector<E> values;
    std::vector<E> sum(static_cast<std::size_t>(A.rows()), E(0));
    std::vector<std::int64_t> seen(static_cast<std::size_t>(A.rows()), -1);
    for (std::int64_t j = 0; j < B.cols(); ++j) {
        const auto first = std::ssize(rows);
        for (const auto b : B.col(j)) {
            for (const auto a : A.col(b.index)) {
                const auto i = static_cast<std::size_t>(a.index);
                if (std::exchange(seen[i], j) != j) {
                    rows.push_back(a.index);
                    sum[i] = E(0);
                }
                sum[i] += a.value * b.value;
            }
        }
        std::sort(rows.begin() + first, rows.end());
        for (auto q = first; q < std::ssize(rows); ++q)
            values.push_back(sum[static_cast<std::size_t>(rows[static_cast<std::size_t>(q)])]);
        offsets[j + 1] = std::ssize(rows);
    }
    return {unchecked,
            A.rows(),
            B.cols(),
            std::move(offsets),
            Array<std::int64_t>(std::move(rows)),
            Array<E>(std::move(values))};
}

/// The entry (p[i], q[j]) of the result is value(i, j, A(i, j)).
template <class E, class Value>
Csc<E, std::int64_t> scattered(const Csc<E, std::int64_t>& A, const std::vector<std::int64_t>& p,
                               const std::vector<std::int64_t>& q, const Value& value) {
    std::vector<std::int64_t> position(q.size());
    for (std::size_t k = 0; k < q.size(); ++k) position[static_cast<std::size_t>(q[k])] = static_cast<std::int64_t>(k);
    Array<std::int64_t> offsets(A.cols() + 1);
    Array<std::int64_t> rows(A.nnz(), uninitialized);
    Array<E> values(A.nnz(), uninitialized);
    std::int64_t next = 0;
    for (std::int64_t j = 0; j < A.cols(); ++j) {
        const auto from = position[static_cast<std::size_t>(j)];
        for (const auto a : A.col(from)) {
            rows[next] = p[static_cast<std::size_t>(a.index)];
            values[next++] = value(a.index, from, a.value);
        }
        offsets[j + 1] = next;
    }
    // Transposing twice sorts.
    return transposed_columns(transposed_columns<E, std::int64_t>(A.cols(), A.rows(), offsets, rows, values));
}

/// The Csr<T, I> of a matrix in computing scalars and wide indices; IndexOverflow where I is too narrow.
template <class T, class I, class E>
Csr<T, I> to_public(const char* what, const Csc<E, std::int64_t>& A) {
    constexpr auto most = static_cast<std::int64_t>(std::numeric_limits<I>::max());
    if (A.nnz() > most)
        throw IndexOverflow(std::string(what) + ": the result has " + std::to_string(A.nnz()) +
                            " entries, too many for 32-bit indices; use a matrix with int64 indices");
    Array<I> offsets(A.rows() + 1);
    Array<I> cols(A.nnz(), uninitialized);
    Array<T> values(A.nnz(), uninitialized);
    for (const auto i : A.row_indices()) ++offsets[i + 1];
    for (std::int64_t i = 0; i < A.rows(); ++i) offsets[i + 1] = static_cast<I>(offsets[i] + offsets[i + 1]);
    Array<I> next(std::span<const I>(offsets.data(), static_cast<std::size_t>(A.rows())));
    for (std::int64_t j = 0; j < A.cols(); ++j) {
        for (const auto a : A.col(j)) {
            const auto at = static_cast<std::int64_t>(next[a.index]++);
            cols[at] = static_cast<I>(j);
            values[at] = static_cast<T>(a.value);
        }
    }
    return {unchecked, A.rows(), A.cols(), std::move(offsets), std::move(cols), std::move(values)};
}

/// Permutations were indices of the caller's matrix, so they fit.
template <class I>
std::vector<I> to_public(const std::vector<std::int64_t>& p) {
    std::vector<I> result(p.size());
    std::transform(p.begin(), p.end(), result.begin(), [](std::int64_t i) { return static_cast<I>(i); });
    return result;
}

}  // namespace tamis::detail
