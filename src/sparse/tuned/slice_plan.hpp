// Private: how the rows of a matrix go to windows, groups and slices (slices.cpp says what these are).
#pragma once

#include <cstdint>
#include <vector>

namespace tamis::detail {

inline constexpr std::int64_t window_rows = 1024;
inline constexpr std::int64_t longest_sliced = 512;

/// The slices of one length in a window.
struct SliceGroup {
    std::int32_t length;
    std::int16_t slices;
    bool narrow;  // no slice spans more columns than 16 bits can tell apart
};

/// Where the parts of a window begin in the arrays of a layout.
struct SliceWindow {
    std::int64_t work;    // rows and entries before this window
    std::int64_t groups;  // in SlicePlan::groups
    std::int64_t values;  // entries of slices
    std::int64_t narrow;  // those of narrow groups
    std::int64_t wide;
    std::int64_t bases;         // slices of narrow groups
    std::int64_t rest;          // entries of rows left over
    std::int64_t rest_offsets;  // one more than there are such rows
    std::int32_t sliced;        // rows in slices
    std::int32_t rows;          // and rows left over; without long ones
};

struct SlicePlan {
    std::vector<SliceWindow> windows;  // and one behind them, which counts all
    std::vector<SliceGroup> groups;
    std::vector<std::uint16_t> order;  // the row of each place, counted from the window's first; long rows come last
    std::vector<std::int64_t> long_rows;
};

/// The least column of the eight rows in this order behind row `first`, and how far their columns reach from there.
struct SliceSpan {
    std::int64_t least;
    std::int64_t reach;
};
template <class I>
SliceSpan slice_span(const I* offsets, const I* indices, std::int64_t first, const std::uint16_t* order) noexcept;

/// The plan for rows that have these offsets and columns. One pass over the rows, on one thread.
template <class I>
SlicePlan plan_slices(const I* offsets, const I* indices, std::int64_t rows);

}  // namespace tamis::detail
