// Systems whose nonzeros lie near the diagonal.
#pragma once

#include <cstdint>

#include "support/problems.hpp"

namespace tamis::test {

/// Dominant by rows, `lower` diagonals below and `upper` above the main one, about three quarters of them filled at random
/// (the outermost entry of some row always). Hermitian definite if asked, then with `lower` on both sides.
template <class T, class I = std::int32_t>
Problem<T, I> band(std::int64_t n, std::int64_t lower, std::int64_t upper, bool hermitian, std::uint64_t seed = 1) {
    Random random(seed);
    Assembly<T, I> A(n, n);
    for (std::int64_t i = 0; i < n; ++i) {
        for (std::int64_t d = 1; d <= lower && d <= i; ++d) {
            if (d < lower && random.below(4) == 0) continue;
            const T v = random.nonzero_eighths<T>();
            A.set(i, i - d, v);
            if (hermitian) A.set(i - d, i, tamis::detail::conjugate(v));
        }
        for (std::int64_t d = 1; !hermitian && d <= upper && i + d < n; ++d)
            if (d == upper || random.below(4) != 0) A.set(i, i + d, random.nonzero_eighths<T>());
    }
    parts::add_dominant_diagonal(A, [](std::int64_t) { return 1; });
    return parts::with_solution("band", A, random);
}

/// A with its rows in another order, by neighbours exchanged: the diagonal no longer dominates, and the factor has to pivot.
template <class T, class I>
Problem<T, I> with_exchanged_rows(Problem<T, I> p) {
    std::vector<std::int64_t> order(static_cast<std::size_t>(p.A.rows()));
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<std::int64_t>(i);
    for (std::size_t i = 0; i + 1 < order.size(); i += 2) std::swap(order[i], order[i + 1]);
    Assembly<T, I> A(p.A.rows(), p.A.cols());
    Vector<T> b(p.b.size());
    for (std::int64_t i = 0; i < p.A.rows(); ++i) {
        const std::int64_t from = order[static_cast<std::size_t>(i)];
        for (const auto [j, v] : p.A.row(from)) A.set(i, j, v);
        b[i] = p.b[from];
    }
    p.A = A.csr();
    p.b = b;
    return p;
}

}  // namespace tamis::test
