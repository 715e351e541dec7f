// Private: the wanted θ of Lanczos as the largest keys at one or both ends of the spectrum.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include <tamis/iterative/eigen/result.hpp>

namespace tamis::detail {

/// One end of the wanted set: so many θ of largest key.
struct LanczosEnd {
    Which order;
    std::int64_t count;
};

inline std::vector<LanczosEnd> lanczos_ends(Which order, std::int64_t k) {
    if (order != Which::both_ends) return {{order, k}};
    std::vector<LanczosEnd> ends{{Which::largest_algebraic, (k + 1) / 2}};
    if (k > 1) ends.push_back({Which::smallest_algebraic, k / 2});
    return ends;
}

/// How much a θ is wanted.
inline double lanczos_key(Which order, double sigma, double theta) noexcept {
    switch (order) {
        case Which::largest_magnitude: return std::abs(theta);
        case Which::smallest_magnitude: return -std::abs(theta);
        case Which::smallest_algebraic: return -theta;
        case Which::nearest: return -std::abs(theta - sigma);
        default: return theta;
    }
}

/// The most values that lie together, within 10⁻⁶ of the largest modulus.
inline std::int64_t largest_cluster(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    const double near = 1e-6 * std::max(std::abs(values.front()), std::abs(values.back()));
    std::int64_t largest = 1, size = 1;
    for (std::size_t i = 1; i < values.size(); ++i) {
        size = values[i] - values[i - 1] <= near ? size + 1 : 1;
        largest = std::max(largest, size);
    }
    return largest;
}

}  // namespace tamis::detail
