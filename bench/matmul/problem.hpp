// What contenders of this operation agree on, and how often they run. Problems are compressed rows
// (support/compressed_matrix.hpp).
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "support/compressed_matrix.hpp"
#include "support/measurement.hpp"

namespace bench {

/// Entries, the sum of the moduli, and a sum in which the order of the columns shows.
template <class I>
std::map<std::string, double> checks(std::int64_t entries, const I* columns, const double* values) {
    double moduli = 0;
    double order = 0;
    for (std::int64_t k = 0; k < entries; ++k) {
        moduli += std::abs(values[k]);
        order += static_cast<double>(columns[k]) * static_cast<double>(k % 1024);
    }
    return {{"entries", static_cast<double>(entries)}, {"sum of moduli", moduli}, {"sum of columns in order", order}};
}

/// The median of runs of f: at least 3, then more until there are 15 or two seconds have passed.
template <class F>
double median_of_runs(F&& f) {
    std::vector<double> times;
    double total = 0;
    while (times.size() < 3 || (times.size() < 15 && total < 2)) {
        times.push_back(seconds(f));
        total += times.back();
    }
    std::nth_element(times.begin(), times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2), times.end());
    return times[times.size() / 2];
}

}  // namespace bench
