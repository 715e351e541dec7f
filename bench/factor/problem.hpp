// What the contenders of this operation share: the right-hand side of a problem (compressed columns in a file, see
// support/compressed_matrix.hpp) and what they must agree on.
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include "support/compressed_matrix.hpp"

namespace bench {

/// b = A·1, so that the solution is all ones; for more rows than columns something is added that A cannot reach.
inline std::vector<double> right_hand_side(const CompressedMatrix& A) {
    std::vector<double> b(static_cast<std::size_t>(A.rows), 0);
    for (std::size_t j = 0; j < static_cast<std::size_t>(A.cols); ++j)
        for (auto k = static_cast<std::size_t>(A.offsets[j]); k < static_cast<std::size_t>(A.offsets[j + 1]); ++k)
            b[static_cast<std::size_t>(A.indices[k])] += A.values[k];
    if (A.rows > A.cols)
        for (std::size_t i = 0; i < b.size(); ++i) b[i] += std::sin(static_cast<double>(i));
    return b;
}

/// What contenders must agree on.
template <class X>
double mean(const X& x, std::int64_t n) {
    double sum = 0;
    for (std::int64_t i = 0; i < n; ++i) sum += x[static_cast<decltype(x.size())>(i)];
    return sum / static_cast<double>(n);
}

}  // namespace bench
