// Private: which part of a spectrum the options of eigh ask for.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include <tamis/dense/eigh.hpp>

#include "dense/lapack_eigh.hpp"

namespace tamis::detail {

/// The part of the spectrum of a matrix of order n with ‖A‖ ≤ norm, as LAPACK takes it. InvalidArgument for options that do
/// not fit.
template <class R>
lapack::SpectrumPart<R> spectrum_part(const char* caller, const DenseEighOptions& options, std::int64_t n, bool pencil) {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    const std::string who(caller);
    if (options.type < 1 || options.type > 3)
        throw InvalidArgument(who + ": .type is " + std::to_string(options.type) + "; a pencil has 1, 2 or 3");
    if (!pencil && options.type != 1)
        throw InvalidArgument(who + ": .type " + std::to_string(options.type) + " is of a pencil; give eigh(A, B, …)");
    const bool by_index = options.first != 0 || options.count != -1;
    const bool by_value = options.lower != -infinity || options.upper != infinity;
    if (by_index && by_value)
        throw InvalidArgument(who + ": both indices (.first, .count) and values (.lower, .upper) were given; give one");
    if (!(options.lower <= options.upper))
        throw InvalidArgument(who + ": .lower is " + std::to_string(options.lower) + " and .upper " +
                              std::to_string(options.upper) + "; lower ≤ upper is needed");
    const std::int64_t count = options.count == -1 ? n - options.first : options.count;
    if (options.first < 0 || options.first > n || count < 0 || count > n - options.first)
        throw InvalidArgument(who + ": .first = " + std::to_string(options.first) + " and .count = " +
                              std::to_string(options.count) + " do not fit into " + std::to_string(n) + " eigenvalues");
    lapack::SpectrumPart<R> part;
    if (by_value) {
        part.range = 'V';
        part.lower = static_cast<R>(options.lower);
        part.upper = static_cast<R>(options.upper);
    } else if (count < n) {
        part.range = 'I';
        part.first = static_cast<lapack::Int>(options.first + 1);
        part.last = static_cast<lapack::Int>(options.first + count);
    }
    return part;
}

/// The same with bounds that LAPACK takes, within ±2 norm: nothing lies beyond.
template <class R>
lapack::SpectrumPart<R> with_finite_bounds(lapack::SpectrumPart<R> part, R norm) {
    const R half = std::numeric_limits<R>::max() / 4;
    const R most = norm > 0 ? 2 * std::min(norm, half) : R(1);
    part.lower = std::max(part.lower, -most);
    part.upper = std::min(part.upper, most);
    return part;
}

/// Whether the part is known to be empty without a look at the matrix.
template <class R>
bool is_empty_part(const lapack::SpectrumPart<R>& part) {
    return (part.range == 'I' && part.last < part.first) || (part.range == 'V' && !(part.lower < part.upper));
}

/// The half-open interval of positions in w, ascending, that the part takes.
template <class R>
std::pair<std::int64_t, std::int64_t> positions_of(const lapack::SpectrumPart<R>& part, const R* w, std::int64_t n) {
    if (part.range == 'A') return {0, n};
    if (part.range == 'I') return {part.first - 1, part.last};
    return {std::upper_bound(w, w + n, part.lower) - w, std::upper_bound(w, w + n, part.upper) - w};
}

}  // namespace tamis::detail
