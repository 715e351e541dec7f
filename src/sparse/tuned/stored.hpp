// Private: whether a tuned layout stores its values as float.
#pragma once

#include <span>
#include <string>
#include <type_traits>

#include "sparse/kernels/stored_scalars.hpp"

namespace tamis::detail {

/// How values look when they are stored as float: unchanged; rounded, to 2⁻²⁴ of each; or beyond its normal numbers.
enum class FloatFit { exact, rounded, none };

/// Of all values: the worst one counts, and one worse than `worst_wanted` ends the search. NaN counts as rounded.
template <class T>
FloatFit float_fit(std::span<const T> values, FloatFit worst_wanted);

/// What a description adds for values stored as V.
template <class T, class V>
std::string stored_in_words() {
    return std::is_same_v<T, V> ? "" : ", values in float";
}

}  // namespace tamis::detail
