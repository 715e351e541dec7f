// The checks that stand where raw arrays and indices enter.
#include <tamis/sparse/coo.hpp>

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include "core/parallel.hpp"
#include "sparse/compressed.hpp"
#include "sparse/partition.hpp"
#include "sparse/parts.hpp"

namespace tamis::detail {

namespace {

std::string index_text(std::int64_t n) {
    return std::to_string(n);
}

bool by_rows(const char* major_name) noexcept {
    return major_name[0] == 'r';
}

[[noreturn]] void refuse(const char* what, const std::string& sentence) {
    throw InvalidArgument(std::string(what) + ": " + sentence);
}

/// "rows are 0 to 4", or words for an empty range.
std::string range_of(const std::string& name, std::int64_t count) {
    return count > 0 ? name + "s are 0 to " + index_text(count - 1) : "there are no " + name + "s";
}

/// The smallest k in [0, n) that bad(k) holds for; n if there is none.
template <class Bad>
std::int64_t first_bad(std::int64_t n, std::int64_t work, Bad bad) {
    const int parts = threads_for(work);
    std::vector<std::int64_t> first(static_cast<std::size_t>(parts), n);
    for_each_part(parts, [&](int part) {
        const std::int64_t last = even_cut(n, part + 1, parts);
        for (std::int64_t k = even_cut(n, part, parts); k < last; ++k)
            if (bad(k)) {
                first[static_cast<std::size_t>(part)] = k;
                return;
            }
    });
    return *std::min_element(first.begin(), first.end());
}

/// The row (column) that holds entry k.
template <class I>
std::int64_t owner_of(std::span<const I> offsets, std::int64_t k) {
    return std::upper_bound(offsets.begin(), offsets.end(), static_cast<I>(k)) - offsets.begin() - 1;
}

}  // namespace

void throw_outside(const char* what, std::int64_t i, std::int64_t j, std::int64_t rows, std::int64_t cols) {
    refuse(what, "(" + index_text(i) + ", " + index_text(j) + ") is outside the " + index_text(rows) + "×" +
                     index_text(cols) + " matrix; " + range_of("row", rows) + ", " + range_of("column", cols));
}

void throw_other_shape(const char* what, std::int64_t rows, std::int64_t cols, std::int64_t other_rows,
                       std::int64_t other_cols) {
    const bool by_rows = rows != other_rows;
    throw DimensionMismatch(std::string(what) + ": the triplets given are of a " + index_text(other_rows) + "×" +
                                index_text(other_cols) + " matrix, these of a " + index_text(rows) + "×" + index_text(cols) +
                                " one",
                            by_rows ? rows : cols, by_rows ? other_rows : other_cols);
}

void throw_no_such(const char* what, const char* name, std::int64_t index, std::int64_t count) {
    refuse(what, std::string(name) + " " + index_text(index) + " is outside the matrix; " + range_of(name, count));
}

void check_block(std::int64_t i, std::int64_t j, std::int64_t r, std::int64_t c, std::int64_t rows, std::int64_t cols) {
    if (r < 0 || c < 0)
        refuse("block",
               "a block of " + index_text(r) + " rows and " + index_text(c) + " columns; sizes must not be negative");
    // rows - r cannot overflow, i + r could.
    if (i < 0 || j < 0 || i > rows - r || j > cols - c)
        refuse("block", "the " + index_text(r) + "×" + index_text(c) + " block at (" + index_text(i) + ", " + index_text(j) +
                            ") reaches outside the " + index_text(rows) + "×" + index_text(cols) + " matrix");
}

void check_triplets(const char* what, std::int64_t row_indices, std::int64_t col_indices, std::int64_t values) {
    if (row_indices != values || col_indices != values)
        refuse(what, index_text(row_indices) + " row indices, " + index_text(col_indices) + " column indices and " +
                         index_text(values) + " values; there must be the same number of each");
}

template <class I>
void check_sizes(const char* what, std::int64_t rows, std::int64_t cols) {
    if (rows < 0 || cols < 0)
        refuse(what, index_text(rows) + " rows and " + index_text(cols) + " columns; sizes must not be negative");
    constexpr std::int64_t most = std::numeric_limits<I>::max();
    if (rows > most || cols > most)
        throw IndexOverflow(std::string(what) + ": " + index_text(rows) + " rows and " + index_text(cols) +
                            " columns are more than the index type int32 can count (" + index_text(most) +
                            "); use int64 indices (std::int64_t)");
}

template <class I>
void check_count(const char* what, std::int64_t n) {
    constexpr std::int64_t most = std::numeric_limits<I>::max();
    if (n > most)
        throw IndexOverflow(std::string(what) + ": " + index_text(n) +
                            " entries are more than the index type int32 can count (" + index_text(most) +
                            "); use int64 indices (std::int64_t)");
}

template <class I>
void check_offsets(const char* what, const char* major_name, std::int64_t major, std::span<const I> offsets,
                   std::int64_t indices, std::int64_t values) {
    const std::string offsets_name = by_rows(major_name) ? "row_offsets" : "col_offsets";
    const std::string indices_name = by_rows(major_name) ? "col_indices" : "row_indices";
    if (std::ssize(offsets) - 1 != major)
        refuse(what, offsets_name + " has " + index_text(std::ssize(offsets)) +
                         " elements; it needs one more than there are " + major_name + "s (" + index_text(major) + ")");
    if (indices != values)
        refuse(what, indices_name + " has " + index_text(indices) + " elements and values has " + index_text(values) +
                         "; they must have the same number");
    check_count<I>(what, indices);
    if (offsets.front() != 0)
        refuse(what, offsets_name + " starts with " + index_text(offsets.front()) + "; it must start with 0");
    for (std::size_t i = 1; i < offsets.size(); ++i)
        if (offsets[i] < offsets[i - 1])
            refuse(what, offsets_name + " decreases from " + index_text(offsets[i - 1]) + " to " + index_text(offsets[i]) +
                             " in " + major_name + " " + std::to_string(i - 1) + "; it must not decrease");
    if (offsets.back() != indices)
        refuse(what, offsets_name + " ends with " + index_text(offsets.back()) + ", but " + indices_name + " has " +
                         index_text(indices) + " elements; the last offset must be their number");
}

template <class I>
void check_indices(const char* what, const char* major_name, std::int64_t minor, std::span<const I> offsets,
                   std::span<const I> indices) {
    const std::int64_t n = std::ssize(indices);
    const I* const index = indices.data();
    const std::int64_t outside = first_bad(n, n / 4, [=](std::int64_t k) { return index[k] < 0 || index[k] >= minor; });
    if (outside == n) return;
    const std::string minor_name = by_rows(major_name) ? "column" : "row";
    refuse(what, std::string(major_name) + " " + index_text(owner_of(offsets, outside)) + " has " + minor_name + " index " +
                     index_text(index[outside]) + " (entry " + index_text(outside) + "); " + range_of(minor_name, minor));
}

template <class I>
void check_compressed(const char* what, const char* major_name, std::int64_t major, std::int64_t minor,
                      std::span<const I> offsets, std::span<const I> indices, std::int64_t values) {
    check_offsets(what, major_name, major, offsets, std::ssize(indices), values);
    check_indices(what, major_name, minor, offsets, indices);

    const I* const offset = offsets.data();
    const I* const index = indices.data();
    const std::int64_t n = std::ssize(indices);
    const std::int64_t bad_row = first_bad(major, n / 4, [=](std::int64_t i) {
        for (std::int64_t k = offset[i] + std::int64_t{1}; k < offset[i + 1]; ++k)
            if (index[k] <= index[k - 1]) return true;
        return false;
    });
    if (bad_row == major) return;
    std::int64_t bad = offset[bad_row] + std::int64_t{1};
    while (index[bad] > index[bad - 1]) ++bad;

    const std::string minor_name = by_rows(major_name) ? "column" : "row";
    const std::string where = std::string(major_name) + " " + index_text(bad_row);
    if (index[bad] == index[bad - 1])
        refuse(what, where + " repeats " + minor_name + " index " + index_text(index[bad]) + " (entry " + index_text(bad) +
                         "); from_arrays of an owning matrix sums repeated entries");
    refuse(what, where + " is not sorted: " + minor_name + " index " + index_text(index[bad]) + " follows " +
                     index_text(index[bad - 1]) + " (entry " + index_text(bad) + "); from_arrays of an owning matrix sorts");
}

#define TAMIS_CHECKS(I)                                                                                                     \
    template void check_sizes<I>(const char*, std::int64_t, std::int64_t);                                                  \
    template void check_count<I>(const char*, std::int64_t);                                                                \
    template void check_offsets<I>(const char*, const char*, std::int64_t, std::span<const I>, std::int64_t, std::int64_t); \
    template void check_indices<I>(const char*, const char*, std::int64_t, std::span<const I>, std::span<const I>);         \
    template void check_compressed<I>(const char*, const char*, std::int64_t, std::int64_t, std::span<const I>,             \
                                      std::span<const I>, std::int64_t);
TAMIS_CHECKS(std::int32_t)
TAMIS_CHECKS(std::int64_t)

}  // namespace tamis::detail
