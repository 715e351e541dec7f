// Private: the Krylov–Schur method for general operators (G. W. Stewart, A Krylov–Schur algorithm for large eigenproblems,
// SIAM J. Matrix Anal. Appl. 23 (2002) 601-614), whose letters are used.
#pragma once

#include <complex>
#include <cstdint>
#include <functional>
#include <vector>

#include <tamis/core/array.hpp>
#include <tamis/core/scalar.hpp>
#include <tamis/core/view.hpp>

#include "iterative/eigen/hermitian_problem.hpp"

namespace tamis::detail {

/// y = S x for one vector; what is iterated with.
template <class T>
using KrylovOperator = std::function<void(const T* x, T* y)>;

/// An order of eigenvalues: how much theta is wanted; the largest k are.
using Wanted = std::function<double(std::complex<double> theta)>;

template <class T>
struct SchurSearch {
    std::int64_t n = 0;
    std::int64_t k = 0;         ///< ≥ 1
    std::int64_t subspace = 0;  ///< < n: iterated with; otherwise the operator is made dense
    bool relative = false;      ///< residuals against each value (inverses), not against the largest
    double tolerance = 0;
    Wanted wanted;
    const T* start = nullptr;  ///< n numbers, or null: random
    std::uint64_t seed = 0;
};

/// theta (k), most wanted first, and vectors (n×k) of norm 1.
template <class T>
struct SchurPairs {
    std::vector<std::complex<double>> theta;
    Array<std::complex<Real<T>>> vectors;
};

/// False: a product was not finite, or LAPACK did not converge (and the monitor has ended).
template <class T>
[[nodiscard]] bool krylov_schur(const KrylovOperator<T>& S, const SchurSearch<T>& search, EigenMonitor<T>& monitor,
                                SchurPairs<T>& found);

}  // namespace tamis::detail
