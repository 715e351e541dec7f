// Private: what the model problems share: checked sizes, and assembly straight into compressed rows.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <limits>
#include <string>
#include <utility>

#include <tamis/core/array.hpp>
#include <tamis/core/error.hpp>
#include <tamis/sparse/csr.hpp>

#include "core/parallel.hpp"

namespace tamis::detail {

/// IndexOverflow: "function: `what` are more than the index type … can count".
template <class I>
[[noreturn]] void throw_too_many(const char* function, const std::string& what) {
    const bool narrow = sizeof(I) < sizeof(std::int64_t);
    throw IndexOverflow(std::string(function) + ": " + what + " are more than the index type " +
                        (narrow ? "int32" : "int64") + " can count (" + std::to_string(std::numeric_limits<I>::max()) +
                        (narrow ? "); use int64 indices (std::int64_t)" : "), and no index type is wider"));
}

/// The product of sizes; InvalidArgument for a negative one, IndexOverflow for a product beyond I.
template <class I>
std::int64_t checked_product(const char* function, const char* of_what, std::initializer_list<std::int64_t> sizes) {
    std::int64_t product = 1;
    bool overflow = false;
    bool zero = false;
    std::string text;
    for (const std::int64_t n : sizes) {
        if (n < 0)
            throw InvalidArgument(std::string(function) + ": a size is " + std::to_string(n) + "; sizes are 0 or more");
        zero = zero || n == 0;
        overflow = __builtin_mul_overflow(product, n, &product) || overflow;
        text += (text.empty() ? "" : "·") + std::to_string(n);
    }
    if (zero) return 0;
    if (overflow || product > std::numeric_limits<I>::max()) throw_too_many<I>(function, text + " " + of_what);
    return product;
}

/// A matrix whose rows come in groups of `group` rows with equally many entries. count(g) is that number of entries of a row
/// of group g; fill(g, start, indices, values) writes the group's entries, whose first one is number `start`. The total fits
/// I.
template <class T, class I, class Count, class Fill>
Csr<T, I> assemble_rows(std::int64_t groups, std::int64_t group, std::int64_t cols, Count&& count, Fill&& fill) {
    const std::int64_t rows = groups * group;
    Array<I> offsets(rows + 1, uninitialized);
    offsets[0] = 0;
#pragma omp parallel for num_threads(threads_for(rows)) schedule(static)
    for (std::int64_t g = 0; g < groups; ++g) {
        const auto n = static_cast<I>(count(g));
        for (std::int64_t i = g * group; i < (g + 1) * group; ++i) offsets[i + 1] = n;
    }
    for (std::int64_t i = 0; i < rows; ++i) offsets[i + 1] = static_cast<I>(offsets[i] + offsets[i + 1]);

    Array<I> indices(offsets[rows], uninitialized);
    Array<T> values(offsets[rows], uninitialized);
    I* const to_indices = indices.data();
    T* const to_values = values.data();
#pragma omp parallel for num_threads(threads_for(indices.size())) schedule(static)
    for (std::int64_t g = 0; g < groups; ++g) {
        fill(g, static_cast<std::int64_t>(offsets[g * group]), to_indices, to_values);
    }
    return {unchecked, rows, cols, std::move(offsets), std::move(indices), std::move(values)};
}

}  // namespace tamis::detail
