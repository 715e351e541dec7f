#include <tamis/sparse/select.hpp>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "core/parallel.hpp"
#include "instantiate.hpp"
#include "sparse/offsets.hpp"
#include "sparse/partition.hpp"
#include "sparse/parts.hpp"
#include "sparse/product.hpp"

namespace tamis::detail {

namespace {

void check_inside(std::span<const std::int64_t> list, std::int64_t size, const char* name) {
    for (std::size_t k = 0; k < list.size(); ++k)
        if (list[k] < 0 || list[k] >= size)
            throw InvalidArgument(std::string("extract: the ") + name + " index " + std::to_string(list[k]) +
                                  " at position " + std::to_string(k) + " is outside [0, " + std::to_string(size) + ")");
}

/// The pattern and values of A where keep(row, column, value) holds.
template <class T, class I, class Keep>
Csr<T, I> filter(const CsrView<T, I>& A, const Keep& keep) {
    const I* old_offsets = A.row_offsets().data();
    const I* old_indices = A.col_indices().data();
    const T* old_values = A.values().data();
    const int parts = threads_for(A.nnz());
    Array<I> offsets(A.rows() + 1);
    for_each_part(parts, [&](int part) {
        const std::int64_t end = first_row(A, part + 1, parts);
        for (std::int64_t i = first_row(A, part, parts); i < end; ++i) {
            I count = 0;
            for (I k = old_offsets[i]; k < old_offsets[i + 1]; ++k)
                if (keep(i, static_cast<std::int64_t>(old_indices[k]), old_values[k])) ++count;
            offsets[i + 1] = count;
        }
    });
    for (std::int64_t i = 0; i < A.rows(); ++i) offsets[i + 1] = static_cast<I>(offsets[i] + offsets[i + 1]);
    const auto nnz = static_cast<std::int64_t>(offsets[A.rows()]);
    Array<I> indices(nnz, uninitialized);
    Array<T> values(nnz, uninitialized);
    for_each_part(parts, [&](int part) {
        const std::int64_t end = first_row(A, part + 1, parts);
        for (std::int64_t i = first_row(A, part, parts); i < end; ++i) {
            std::int64_t at = offsets[i];
            for (I k = old_offsets[i]; k < old_offsets[i + 1]; ++k) {
                if (!keep(i, static_cast<std::int64_t>(old_indices[k]), old_values[k])) continue;
                indices[at] = old_indices[k];
                values[at++] = old_values[k];
            }
        }
    });
    return {unchecked, A.rows(), A.cols(), std::move(offsets), std::move(indices), std::move(values)};
}

template <class T>
void check_scaling(VectorView<const T> d, std::int64_t size, const char* name) {
    if (d.size() != size)
        throw DimensionMismatch(
            std::string(name) + ": d must have " + std::to_string(size) + " entries, but it has " + std::to_string(d.size()),
            size, d.size());
}

}  // namespace

void check_permutation(std::span<const std::int64_t> p, std::int64_t n, const char* name) {
    if (std::ssize(p) != n)
        throw DimensionMismatch(std::string("permute: ") + name + " must have " + std::to_string(n) +
                                    " entries, but it has " + std::to_string(p.size()),
                                n, std::ssize(p));
    std::vector<bool> seen(p.size());
    for (std::size_t k = 0; k < p.size(); ++k) {
        if (p[k] < 0 || p[k] >= n)
            throw InvalidArgument(std::string("permute: ") + name + "[" + std::to_string(k) + "] = " + std::to_string(p[k]) +
                                  " is outside [0, " + std::to_string(n) + ")");
        if (seen[static_cast<std::size_t>(p[k])])
            throw InvalidArgument(std::string("permute: ") + name + " is no permutation: " + std::to_string(p[k]) +
                                  " comes again at position " + std::to_string(k));
        seen[static_cast<std::size_t>(p[k])] = true;
    }
}

template <class T, class I>
Csr<T, I> extract(CsrView<T, I> A, std::span<const std::int64_t> rows, std::span<const std::int64_t> cols,
                  const char* rows_name, const char* cols_name) {
    check_inside(rows, A.rows(), rows_name);
    check_inside(cols, A.cols(), cols_name);
    check_result_count<I>(std::ssize(rows), "extract", "rows or columns");
    check_result_count<I>(std::ssize(cols), "extract", "rows or columns");
    const auto m = std::ssize(rows);
    const auto n = std::ssize(cols);
    const I* a_offsets = A.row_offsets().data();
    const I* a_indices = A.col_indices().data();
    const T* a_values = A.values().data();

    // place[first[j] … first[j + 1]) are the positions of column j in cols, ascending.
    Array<I> first(A.cols() + 1);
    for (const std::int64_t j : cols) ++first[j + 1];
    for (std::int64_t j = 0; j < A.cols(); ++j) first[j + 1] = static_cast<I>(first[j + 1] + first[j]);
    Array<I> place(n, uninitialized);
    {
        Array<I> next(first);
        for (std::int64_t k = 0; k < n; ++k) place[next[cols[static_cast<std::size_t>(k)]]++] = static_cast<I>(k);
    }

    const auto row_of = [&](std::int64_t r) { return rows[static_cast<std::size_t>(r)]; };
    // Each entry of the result is found once to count it and once to write it.
    const int parts = threads_for(A.nnz() + m);
    std::vector<std::int64_t> lengths(static_cast<std::size_t>(m));
    for_each_row(m, A.nnz() + m, [&](std::int64_t r) {
        std::int64_t count = 0;
        for (I k = a_offsets[row_of(r)]; k < a_offsets[row_of(r) + 1]; ++k)
            count += static_cast<std::int64_t>(first[a_indices[k] + std::int64_t{1}] - first[a_indices[k]]);
        lengths[static_cast<std::size_t>(r)] = count;
    });
    std::int64_t nnz = 0;
    std::int64_t longest = 0;
    Array<I> offsets(m + 1);
    for (std::int64_t r = 0; r < m; ++r) {
        nnz += lengths[static_cast<std::size_t>(r)];
        longest = std::max(longest, lengths[static_cast<std::size_t>(r)]);
        check_result_count<I>(nnz, "extract", "entries");
        offsets[r + 1] = static_cast<I>(nnz);
    }

    Array<I> indices(nnz, uninitialized);
    Array<T> values(nnz, uninitialized);
    const bool sorted = std::is_sorted(cols.begin(), cols.end());
    std::vector<std::vector<std::pair<I, T>>> scratches(static_cast<std::size_t>(parts));
    if (!sorted)
        for (auto& scratch : scratches) scratch.reserve(static_cast<std::size_t>(longest));  // nothing grows below
    const Cuts cuts = balanced_cuts<I>(offsets.span(), parts);
    for_each_part(parts, [&](int part) {
        auto& scratch = scratches[static_cast<std::size_t>(part)];
        for (std::int64_t r = cuts[part]; r < cuts[part + 1]; ++r) {
            std::int64_t at = offsets[r];
            scratch.clear();
            for (I k = a_offsets[row_of(r)]; k < a_offsets[row_of(r) + 1]; ++k) {
                for (I q = first[a_indices[k]]; q < first[a_indices[k] + std::int64_t{1}]; ++q) {
                    if (sorted) {
                        indices[at] = place[q];
                        values[at++] = a_values[k];
                    } else {
                        scratch.emplace_back(place[q], a_values[k]);
                    }
                }
            }
            std::sort(scratch.begin(), scratch.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
            for (const auto& [j, v] : scratch) {
                indices[at] = j;
                values[at++] = v;
            }
        }
    });
    return {unchecked, m, n, std::move(offsets), std::move(indices), std::move(values)};
}

template <class T, class I>
Csr<T, I> band(CsrView<T, I> A, std::int64_t low, std::int64_t high) {
    return filter(A, [low, high](std::int64_t i, std::int64_t j, const T&) { return low <= j - i && j - i <= high; });
}

template <class T, class I>
Csr<T, I> drop_below(CsrView<T, I> A, Real<T> tolerance) {
    if (!(tolerance >= 0))
        throw InvalidArgument("drop_below: the tolerance must be at least 0, got " + std::to_string(tolerance));
    return filter(A, [tolerance](std::int64_t, std::int64_t, const T& v) { return !(std::abs(v) <= tolerance); });
}

template <class T, class I>
Csr<T, I> scale_rows(CsrView<T, I> A, VectorView<const T> d, const char* name) {
    check_scaling(d, A.rows(), name);
    Array<T> values(A.nnz(), uninitialized);
    const I* offsets = A.row_offsets().data();
    for_each_row(A.rows(), A.nnz() / 2, [&](std::int64_t i) {
        for (I k = offsets[i]; k < offsets[i + 1]; ++k) values[k] = times(d[i], A.values().data()[k]);
    });
    return {unchecked, A.rows(), A.cols(), copy_offsets(A.row_offsets()), Array<I>(A.col_indices()), std::move(values)};
}

template <class T, class I>
Csr<T, I> scale_cols(CsrView<T, I> A, VectorView<const T> d, const char* name) {
    check_scaling(d, A.cols(), name);
    Array<T> values(A.nnz(), uninitialized);
    const I* indices = A.col_indices().data();
    for_each_row(A.nnz(), A.nnz() / 2,
                 [&](std::int64_t k) { values[k] = times(A.values().data()[k], d[static_cast<std::int64_t>(indices[k])]); });
    return {unchecked, A.rows(), A.cols(), copy_offsets(A.row_offsets()), Array<I>(A.col_indices()), std::move(values)};
}

#define TAMIS_INSTANTIATE(T, I)                                                                                   \
    template Csr<T, I> extract<T, I>(CsrView<T, I>, std::span<const std::int64_t>, std::span<const std::int64_t>, \
                                     const char*, const char*);                                                   \
    template Csr<T, I> band<T, I>(CsrView<T, I>, std::int64_t, std::int64_t);                                     \
    template Csr<T, I> drop_below<T, I>(CsrView<T, I>, Real<T>);                                                  \
    template Csr<T, I> scale_rows<T, I>(CsrView<T, I>, VectorView<const T>, const char*);                         \
    template Csr<T, I> scale_cols<T, I>(CsrView<T, I>, VectorView<const T>, const char*);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
