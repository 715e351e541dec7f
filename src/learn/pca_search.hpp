// Private: the leading right singular vectors of centred data, by each method of Pca.
#pragma once

#include <cstdint>
#include <string>

#include <tamis/core/array.hpp>
#include <tamis/iterative/operator.hpp>
#include <tamis/learn/pca.hpp>

namespace tamis::learn::detail {

/// σ (k, descending) and V (p×k).
template <class T>
struct PrincipalAxes {
    Array<Real<T>> values;
    Array<T> axes;
};

/// Of the centred n×p data X, which are destroyed.
template <class T>
PrincipalAxes<T> exact_axes(std::int64_t n, std::int64_t p, Array<T>& X, std::int64_t k);

/// By products with X − 1 μᵀ: lanczos or randomized. `how` is the method's own sentence.
template <class T>
PrincipalAxes<T> searched_axes(const OperatorRef<T>& centered, std::int64_t k, PcaMethod method, const PcaOptions& options,
                               std::string& how);

}  // namespace tamis::learn::detail
