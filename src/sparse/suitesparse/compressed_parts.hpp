// Private: sorting and transposing what a backend hands out, by counting.
#pragma once

#include <cstdint>
#include <utility>

#include <tamis/core/array.hpp>
#include <tamis/sparse/csc.hpp>

#include "sparse/suitesparse/backend.hpp"

namespace tamis::detail {

/// The transpose of the major×minor compressed arrays (indices in any order) as compressed arrays of `minor` lines, read as
/// columns: compressed rows of A become A in compressed, sorted columns. O(major + minor + entries).
template <class E, class J>
Csc<E, std::int64_t> transposed_columns(std::int64_t major, std::int64_t minor, const Array<J>& offsets,
                                        const Array<J>& indices, const Array<E>& values) {
    Array<std::int64_t> starts(minor + 1);
    const std::int64_t entries = offsets.empty() ? 0 : static_cast<std::int64_t>(offsets[major]);
    for (std::int64_t q = 0; q < entries; ++q) ++starts[indices[q] + 1];
    for (std::int64_t j = 0; j < minor; ++j) starts[j + 1] += starts[j];
    Array<std::int64_t> next(std::span<const std::int64_t>(starts.data(), static_cast<std::size_t>(minor)));
    auto out = never_null<std::int64_t>(entries);
    auto x = never_null<E>(entries);
    for (std::int64_t i = 0; i < major; ++i) {
        for (std::int64_t q = offsets[i]; q < static_cast<std::int64_t>(offsets[i + 1]); ++q) {
            const std::int64_t at = next[indices[q]]++;
            out[at] = i;
            x[at] = values[q];
        }
    }
    return {unchecked, major, minor, std::move(starts), std::move(out), std::move(x)};
}

/// The transpose of A, sorted.
template <class E>
Csc<E, std::int64_t> transposed_columns(Csc<E, std::int64_t>&& A) {
    const auto major = A.cols();
    const auto minor = A.rows();
    const auto arrays = std::move(A).release();
    return transposed_columns<E, std::int64_t>(major, minor, arrays.offsets, arrays.indices, arrays.values);
}

}  // namespace tamis::detail
