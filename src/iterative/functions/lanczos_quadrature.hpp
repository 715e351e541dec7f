// Private: zᴴ f(A) z by Gauss quadrature from Lanczos' process (G. H. Golub, G. Meurant, Matrices, Moments and Quadrature,
// 2010).
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "iterative/functions/trace_sampler.hpp"

namespace tamis::detail {

/// What f is at a Ritz value; throws where it cannot be.
using CheckedFunction = std::function<double(double ritz, double largest)>;
/// Writes the k-th vector, n numbers.
template <class T>
using VectorSource = std::function<void(std::int64_t k, T* z)>;

struct Quadrature {
    double value = 0;      ///< zᴴ f(A) z
    double magnitude = 0;  ///< zᴴ |f|(A) z
    double change = 0;     ///< of the value in the last steps
};

/// Of `count` vectors, up to eight at a time, each with as many steps as it takes. A vector of 0 gives 0.
template <class T>
std::vector<Quadrature> quadratures(TraceSampler<T>& sampler, std::int64_t count, const VectorSource<T>& source,
                                    const CheckedFunction& f, const StochasticTraceOptions& options);

}  // namespace tamis::detail
