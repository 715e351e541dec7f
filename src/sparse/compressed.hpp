// Private: what Csr and Csc share: the checks of raw compressed arrays, and the way from them to the canonical form.
#pragma once

#include <cstdint>
#include <span>
#include <utility>

#include <tamis/core/array.hpp>
#include <tamis/core/scalar.hpp>
#include <tamis/sparse/view.hpp>

namespace tamis::detail {

/// Throws IndexOverflow, naming int64, unless I can count n entries.
template <class I>
void check_count(const char* what, std::int64_t n);

/// Throws InvalidArgument unless the offsets belong to `major` rows (columns) of `indices` indices and as many values, and
/// IndexOverflow where I cannot count them. `what` and `major_name` ("row" or "column") word the message.
template <class I>
void check_offsets(const char* what, const char* major_name, std::int64_t major, std::span<const I> offsets,
                   std::int64_t indices, std::int64_t values);

/// Throws InvalidArgument unless 0 <= index < minor for all indices; `offsets` have passed check_offsets.
template <class I>
void check_indices(const char* what, const char* major_name, std::int64_t minor, std::span<const I> offsets,
                   std::span<const I> indices);

/// Sorts the indices of each row, sums repeated ones in their order, and closes the gaps: compressed arrays become
/// canonical. O(nnz) for rows that are sorted; otherwise a sort within each row, with scratch of at most 2 MiB a thread.
template <class T, class I>
void make_canonical(Array<I>& offsets, Array<I>& indices, Array<T>& values);

/// The matrix (a Csr or Csc) of arrays that have been checked, made canonical.
template <class Compressed, class T, class I>
Compressed canonical(std::int64_t rows, std::int64_t cols, Array<I> offsets, Array<I> indices, Array<T> values) {
    make_canonical(offsets, indices, values);
    return {unchecked, rows, cols, std::move(offsets), std::move(indices), std::move(values)};
}

}  // namespace tamis::detail
