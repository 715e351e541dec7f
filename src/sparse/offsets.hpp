// Private: offsets of a result from the counts of its rows.
#pragma once

#include <cstdint>
#include <limits>
#include <string>

#include <tamis/core/array.hpp>
#include <tamis/core/error.hpp>

namespace tamis::detail {

template <class I>
void check_result_count(std::int64_t count, const char* name, const char* what) {
    if (count > static_cast<std::int64_t>(std::numeric_limits<I>::max()))
        throw IndexOverflow(std::string(name) + ": the result would have " + std::to_string(count) + " " + what +
                            ", more than " + (sizeof(I) == 4 ? "int32" : "int64") +
                            " counts; use matrices with the index type int64");
}

/// a·b for sizes; IndexOverflow where it outgrows I.
template <class I>
std::int64_t checked_product(std::int64_t a, std::int64_t b, const char* name, const char* what) {
    if (a > 0 && b > std::numeric_limits<std::int64_t>::max() / a)
        throw IndexOverflow(std::string(name) + ": " + std::to_string(a) + " times " + std::to_string(b) + " " + what +
                            " is beyond int64");
    check_result_count<I>(a * b, name, what);
    return a * b;
}

/// Turns counts (of row i in offsets[i + 1], offsets[0] = 0) into offsets; returns their sum, which it holds against I.
template <class I>
std::int64_t accumulate_offsets(Array<I>& offsets, const char* name) {
    std::int64_t sum = 0;
    for (std::int64_t i = 1; i < offsets.size(); ++i) sum += static_cast<std::int64_t>(offsets[i]);
    check_result_count<I>(sum, name, "entries");
    I running = 0;
    for (std::int64_t i = 1; i < offsets.size(); ++i) offsets[i] = running = static_cast<I>(running + offsets[i]);
    return sum;
}

}  // namespace tamis::detail
