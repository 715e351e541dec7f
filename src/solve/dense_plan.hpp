// Private: which method solve and factor take for a dense matrix, and why.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <tamis/core/factorization.hpp>

#include "dense/structure.hpp"
#include "solve/policy.hpp"

namespace tamis::detail {

/// What plan_dense decides.
struct DensePlan {
    std::vector<Method> methods;  ///< to try in order, a later one only after the earlier proved unfit
    std::vector<std::string> reasons;
    bool as_sparse = false;  ///< diagonal, a narrow band, or to be iterated
    bool lower = false;      ///< triangular: which
};

/// Decides for a square matrix of order n from one look at it. Throws InvalidArgument when the method that was asked for
/// does not fit. T tells how people call a Hermitian matrix.
template <class T>
DensePlan plan_dense(std::int64_t n, const DenseStructure& s, const Request& request);

/// "3×4".
std::string shape_words(std::int64_t rows, std::int64_t cols);

}  // namespace tamis::detail
