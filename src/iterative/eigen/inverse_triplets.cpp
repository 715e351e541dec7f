#include "iterative/eigen/inverse_triplets.hpp"

#include <algorithm>
#include <cmath>

#include "iterative/eigen/block.hpp"
#include "iterative/eigen/orthonormalize.hpp"
#include "iterative/eigen/rotate_triplets.hpp"
#include "iterative/vector_ops.hpp"

namespace tamis::detail {

namespace {

/// X ← X − Q Qᴴ X.
template <class T>
void project_out(std::int64_t n, const T* Q, std::int64_t mq, T* X, std::int64_t m) {
    if (mq == 0) return;
    std::vector<T> C(static_cast<std::size_t>(mq * m));
    tall::gram(n, Q, mq, X, m, C.data(), mq);
    tall::multiply(n, T(-1), Q, mq, C.data(), mq, m, T(1), X);
}

/// d orthonormal vectors x with P x = x for the projector x − backward(forward(x)), in place of the random X (n×d).
template <class T, class F, class G>
bool null_vectors(std::int64_t n, std::int64_t other, std::int64_t d, std::uint64_t seed, const F& forward,
                  const G& backward, T* X) {
    Array<T> Y(other * d, uninitialized), Z(n * d, uninitialized);
    std::int64_t have = 0;
    for (int tries = 0; tries < 4 && have < d; ++tries) {
        const std::int64_t m = d - have;
        T* const part = X + have * n;
        for (std::int64_t j = 0; j < m; ++j)
            vec::fill_random(n, seed + 101 + static_cast<std::uint64_t>(tries * d + j), part + j * n);
        for (int pass = 0; pass < 2; ++pass) {
            forward(part, Y.data(), m);
            backward(Y.data(), Z.data(), m);
            for (std::int64_t i = 0; i < n * m; ++i) part[i] -= Z[i];
            if (pass == 0 && orthonormalize<T>(n, X, nullptr, have, part, nullptr, m) < m) break;
        }
        have += orthonormalize<T>(n, X, nullptr, have, part, nullptr, m);
    }
    return have == d;
}

/// Triplets as A sees them, by the SVD of Uᴴ A V for orthonormal U (rows×k) and V (cols×k). U as A V divided by small values
/// would have the rounding of A V divided by them.
template <class T>
bool rayleigh_ritz(const TwoSidedProducts<T>& A, std::int64_t k, T* V, T* U, double* values) {
    Array<T> W(A.rows * k, uninitialized);
    A.forward(V, W.data(), k);
    std::vector<T> B(static_cast<std::size_t>(k * k));
    tall::gram(A.rows, U, k, W.data(), k, B.data(), k);
    return rotate_to_triplets(A.rows, A.cols, k, B, U, V, values);
}

}  // namespace

template <class T>
void inverse_triplets(const TwoSidedProducts<T>& A, const PseudoInverse<T>& inverse, const TripletSearch<T>& search,
                      EigenMonitor<T>& monitor, Triplets<T>& found) {
    const std::int64_t m = A.rows, n = A.cols, k = search.k;
    const std::int64_t zeros = std::min(n - inverse.rank, k), others = k - zeros;
    // In the order of being found, smallest first: null vectors, then the rest.
    Array<T> U(m * k, uninitialized), V(n * k, uninitialized);
    std::vector<double> values(static_cast<std::size_t>(k), 0.0);
    if (zeros > 0 && (!null_vectors<T>(n, m, zeros, search.seed, A.forward, inverse.forward, V.data()) ||
                      !null_vectors<T>(m, n, zeros, search.seed + 7, inverse.forward, A.forward, U.data()))) {
        monitor.end(Status::breakdown, "the null space of the numerical rank was not found");
        return;
    }
    std::int64_t have = zeros;
    while (have < k && !monitor.has_ended()) {
        // A⁺ from rows to cols; its larger side is the left one of the search, as A's is.
        TwoSidedProducts<T> deflated{m, n, {}, {}};
        deflated.adjoint = [&](const T* X, T* Y, std::int64_t count) {  // m → n
            inverse.forward(X, Y, count);
            monitor.count_products(count);
            project_out(n, V.data(), have, Y, count);
        };
        deflated.forward = [&](const T* X, T* Y, std::int64_t count) {  // n → m
            inverse.adjoint(X, Y, count);
            monitor.count_products(count);
            project_out(m, U.data(), have, Y, count);
        };
        TripletSearch<T> round = search;
        round.k = k - have;
        round.largest = true;
        round.relative = true;
        round.tolerance = 0.1 * std::max(search.tolerance, 10 * static_cast<double>(epsilon_v<T>));
        round.found_before = have;
        round.seed = search.seed + static_cast<std::uint64_t>(have);
        round.subspace = triplet_subspace(round.k, round.block, search.subspace);
        Triplets<T> part;
        if (round.subspace + round.block > n) round.subspace = n - round.block;
        if (!search_triplets(deflated, round, monitor, part)) return;
        // What rounding of the largest leaves of the others; the rest is for the next round.
        std::int64_t good = 1;
        while (good < round.k && 20 * static_cast<double>(epsilon_v<T>) * part.values[0] <=
                                     round.tolerance * part.values[static_cast<std::size_t>(good)])
            ++good;
        if (monitor.has_ended()) good = round.k;
        vec::copy(m * good, part.left.data(), U.data() + have * m);
        vec::copy(n * good, part.right.data(), V.data() + have * n);
        have += good;
    }
    if (others > 0 && have == k &&
        !rayleigh_ritz(A, others, V.data() + zeros * n, U.data() + zeros * m, values.data() + zeros)) {
        monitor.end(Status::breakdown, "the projected matrix has no decomposition");
        return;
    }
    if (have < k) return;
    // Descending: the others are so already, zeros come last.
    found.values.assign(values.begin() + zeros, values.end());
    found.values.resize(static_cast<std::size_t>(k), 0.0);
    found.left = Array<T>(m * k, uninitialized);
    found.right = Array<T>(n * k, uninitialized);
    vec::copy(m * others, U.data() + zeros * m, found.left.data());
    vec::copy(m * zeros, U.data(), found.left.data() + others * m);
    vec::copy(n * others, V.data() + zeros * n, found.right.data());
    vec::copy(n * zeros, V.data(), found.right.data() + others * n);
}

#define TAMIS_INSTANTIATE(T)                                                                                        \
    template void inverse_triplets<T>(const TwoSidedProducts<T>&, const PseudoInverse<T>&, const TripletSearch<T>&, \
                                      EigenMonitor<T>&, Triplets<T>&);
TAMIS_INSTANTIATE(float)
TAMIS_INSTANTIATE(double)
TAMIS_INSTANTIATE(std::complex<float>)
TAMIS_INSTANTIATE(std::complex<double>)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
