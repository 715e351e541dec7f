// Private: right-hand sides in, solutions out, for the factorizations that compute in the matrix's own scalar.
#pragma once

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstdint>
#include <string>
#include <type_traits>
#include <vector>

#include <tamis/core/array.hpp>
#include <tamis/core/error.hpp>
#include <tamis/core/solve_verbs.hpp>
#include <tamis/core/view.hpp>

namespace tamis::detail {

/// Calls solve(T* x, k) on blocks of k contiguous columns that hold b (or its conjugate) and are to hold the solution (whose
/// conjugate is written then: Aᵀ x = b is Aᴴ conj(x) = conj(b)). b and x are n×k with any strides, and may be the same
/// memory. Refuses sizes that do not fit and entries that are not finite.
template <class T, class Solve>
void solve_columns(const char* what, std::int64_t n, MatrixView<const T> b, MatrixView<T> x, bool conjugated,
                   const Solve& solve) {
    if (b.rows() != n) throw_solve_size(what, "the right-hand side", n, b.rows());
    if (x.rows() != n) throw_solve_size(what, "the solution", n, x.rows());
    if (x.cols() != b.cols()) throw_solve_columns(what, b.cols(), x.cols());
    constexpr std::int64_t most = 32;
    Array<T> block(n * std::min(most, b.cols()), uninitialized);
    for (std::int64_t first = 0; first < b.cols(); first += most) {
        const std::int64_t k = std::min(most, b.cols() - first);
        for (std::int64_t c = 0; c < k; ++c)
            for (std::int64_t i = 0; i < n; ++i) {
                const T v = b(i, first + c);
                if (!is_finite(v))
                    throw InvalidArgument(std::string(what) +
                                          ": the right-hand side has a value that is not finite at row " +
                                          std::to_string(i) + ", column " + std::to_string(first + c));
                block[c * n + i] = conjugated ? conjugate(v) : v;
            }
        if (n > 0) solve(block.data(), k);
        for (std::int64_t c = 0; c < k; ++c)
            for (std::int64_t i = 0; i < n; ++i)
                x(i, first + c) = conjugated ? conjugate(block[c * n + i]) : block[c * n + i];
    }
}

/// +1 or −1: the sign of a permutation.
template <class I>
int permutation_sign(const std::vector<I>& p) {
    std::vector<char> seen(p.size(), 0);
    int sign = 1;
    for (std::size_t start = 0; start < p.size(); ++start) {
        std::size_t length = 0;
        for (std::size_t k = start; seen[k] == 0; k = static_cast<std::size_t>(p[k]), ++length) seen[k] = 1;
        if (length > 0 && length % 2 == 0) sign = -sign;  // a cycle of even length is odd
    }
    return sign;
}

/// det as the product of factors d(0) … d(n − 1) and a sign, by logarithms.
template <class T, class Factor>
LogDeterminant<T> determinant_of(std::int64_t n, int sign, const Factor& d) {
    using Wide = std::conditional_t<is_complex_v<T>, std::complex<double>, double>;
    Wide phase(sign);
    double logabs = 0;
    for (std::int64_t k = 0; k < n; ++k) {
        const Wide v(d(k));
        const double modulus = std::abs(v);
        phase *= v / modulus;
        logabs += std::log(modulus);
    }
    return {static_cast<T>(phase / std::abs(phase)), static_cast<Real<T>>(logabs)};
}

}  // namespace tamis::detail
