// What the problems of regular_problems.hpp and singular_problems.hpp are made of.
//
// Entries are multiples of 1/8 and solutions small integers, so that b = A·x holds to the last bit, in float too, for sizes
// up to some thousands (except where a problem says otherwise). All are reproducible: same arguments, same bits.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "support/assembly.hpp"
#include "support/random.hpp"

namespace tamis::test {

/// A x = b, or min ‖b − A x‖₂. What is known beforehand is filled in.
template <class T, class I = std::int32_t>
struct Problem {
    std::string name;
    Csr<T, I> A{unchecked, 0, 0, Array<I>(1), Array<I>(), Array<T>()};
    Vector<T> b;
    Vector<T> x;            ///< the solution; the minimum-norm least-squares solution; empty where there is none
    Vector<T> null_vector;  ///< a nonzero v with A v = 0; empty where there is none
    std::int64_t rank = 0;
};

namespace parts {

/// |re v| + |im v| ≥ |v|: exact for multiples of 1/8.
template <class T>
T modulus_bound(const T& v) {
    using tamis::detail::imag_part;
    using tamis::detail::real_part;
    return T(std::abs(real_part(v)) + std::abs(imag_part(v)));
}

template <class T>
Vector<T> small_integers(std::int64_t n, Random& random) {
    Vector<T> x(n);
    for (std::int64_t i = 0; i < n; ++i)
        x[i] = scalar<T>(static_cast<double>(random.below(9) - 4),
                         is_complex_v<T> ? static_cast<double>(random.below(9) - 4) : 0);
    if (n > 0) x[0] = T(1);  // never the zero vector
    return x;
}

/// About `per_row` entries off the diagonal in each row; Hermitian (or, with real values in a complex T, symmetric) if
/// asked.
enum class Symmetry { none, real_symmetric, hermitian };
template <class T, class I>
Assembly<T, I> off_diagonal(std::int64_t n, std::int64_t per_row, Symmetry symmetry, Random& random) {
    Assembly<T, I> A(n, n);
    for (std::int64_t i = 0; i < n; ++i) {
        for (std::int64_t k = 0; k < per_row && n > 1; ++k) {
            const std::int64_t j = random.below(n);
            T v = random.nonzero_eighths<T>();
            if (i == j || A.contains(i, j)) continue;
            if (symmetry == Symmetry::none) {
                A.set(i, j, v);
            } else {
                if (symmetry == Symmetry::real_symmetric)
                    v = modulus_bound(v) * static_cast<Real<T>>(random.below(2) == 0 ? 1 : -1);
                A.set(i, j, v);
                A.set(j, i, tamis::detail::conjugate(v));
            }
        }
    }
    return A;
}

/// Makes row i dominated by sign(i)·(Σ_j |a_ij| + 1) on the diagonal.
template <class T, class I, class Sign>
void add_dominant_diagonal(Assembly<T, I>& A, Sign&& sign) {
    std::vector<T> sums(static_cast<std::size_t>(A.rows()), T(1));
    for (const auto& [position, v] : A.entries()) sums[static_cast<std::size_t>(position.first)] += modulus_bound(v);
    for (std::int64_t i = 0; i < A.rows(); ++i)
        A.set(i, i, static_cast<Real<T>>(sign(i)) * sums[static_cast<std::size_t>(i)]);
}

template <class T, class I>
Problem<T, I> with_solution(std::string name, const Assembly<T, I>& A, Random& random) {
    Problem<T, I> p;
    p.name = std::move(name);
    p.A = A.csr();
    p.x = small_integers<T>(A.cols(), random);
    p.b = A.times(p.x);
    p.rank = A.rows();
    return p;
}

template <class T, class I>
Problem<T, I> dominant(std::string name, std::int64_t n, Symmetry symmetry, bool definite, std::uint64_t seed) {
    Random random(seed);
    auto A = off_diagonal<T, I>(n, 2, symmetry, random);
    add_dominant_diagonal(A, [&](std::int64_t i) { return definite || i % 2 == 0 ? 1 : -1; });
    return with_solution(std::move(name), A, random);
}

}  // namespace parts

}  // namespace tamis::test
