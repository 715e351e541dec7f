#include "iterative/eigen/orthonormalize.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "dense/lapack_cholesky.hpp"
#include "dense/lapack_spectral.hpp"
#include "instantiate.hpp"
#include "iterative/eigen/block.hpp"

namespace tamis::detail {

namespace {

/// X ← X L⁻ᴴ D⁻¹-scaled for G = XᴴBX, or the eigenvectors of the scaled G that are not negligible; returns the rank.
/// `departure` becomes the largest |G − I|.
template <class T>
std::int64_t orthonormalize_once(std::int64_t n, T* X, T* BX, std::int64_t m, double& departure) {
    using R = Real<T>;
    const R eps = std::numeric_limits<R>::epsilon();
    std::vector<T> G(static_cast<std::size_t>(m * m));
    std::vector<R> d(static_cast<std::size_t>(m));
    const auto at = [m](std::int64_t i, std::int64_t j) { return static_cast<std::size_t>(i + j * m); };
    tall::gram(n, X, m, BX != nullptr ? BX : X, m, G.data(), m);
    departure = 0;
    for (std::int64_t j = 0; j < m; ++j)
        for (std::int64_t i = j; i < m; ++i) {
            const double off = std::abs(G[at(i, j)] - (i == j ? T(1) : T(0)));
            departure = off <= departure ? departure : off;  // keeps NaN
        }
    if (!std::isfinite(departure)) return -1;
    for (std::int64_t j = 0; j < m; ++j) {
        const R g = std::real(G[at(j, j)]);
        d[static_cast<std::size_t>(j)] = g > R(0) ? R(1) / std::sqrt(g) : R(0);
    }
    for (std::int64_t j = 0; j < m; ++j)
        for (std::int64_t i = 0; i < m; ++i) G[at(i, j)] *= d[static_cast<std::size_t>(i)] * d[static_cast<std::size_t>(j)];

    std::vector<T> C(G);
    const bool positive = std::all_of(d.begin(), d.end(), [](R x) { return x > R(0); });
    R smallest = 0;
    if (positive && lapack::potrf(m, C.data(), m) == 0) {
        smallest = 1;
        for (std::int64_t j = 0; j < m; ++j) smallest = std::min(smallest, std::real(C[at(j, j)]));
    }
    // A diagonal of L near √ε says that G determines no more digits of that direction.
    if (smallest * smallest > R(100) * static_cast<R>(m) * eps) {
        // X D L⁻ᴴ, as X (D⁻¹ L)⁻ᴴ.
        for (std::int64_t j = 0; j < m; ++j)
            for (std::int64_t i = j; i < m; ++i) C[at(i, j)] /= d[static_cast<std::size_t>(i)];
        tall::divide_by_adjoint_lower(n, X, m, C.data(), m);
        if (BX != nullptr) tall::divide_by_adjoint_lower(n, BX, m, C.data(), m);
        return m;
    }
    std::vector<R> w(static_cast<std::size_t>(m));
    C = G;
    if (lapack::heevd(m, C.data(), m, w.data()) != 0) return -1;
    const R drop = R(10) * static_cast<R>(m) * eps * std::max(w.back(), R(0));
    std::int64_t rank = 0;
    for (std::int64_t j = m; j-- > 0;) rank += w[static_cast<std::size_t>(j)] > drop ? 1 : 0;
    // The last `rank` eigenvectors, D V W^(−1/2), largest first.
    for (std::int64_t k = 0; k < rank; ++k) {
        const std::int64_t j = m - 1 - k;
        const R factor = R(1) / std::sqrt(w[static_cast<std::size_t>(j)]);
        for (std::int64_t i = 0; i < m; ++i) G[at(i, k)] = C[at(i, j)] * (d[static_cast<std::size_t>(i)] * factor);
    }
    tall::rotate(n, X, m, G.data(), m, rank);
    if (BX != nullptr) tall::rotate(n, BX, m, G.data(), m, rank);
    departure = 1;  // to be looked at again
    return rank;
}

}  // namespace

template <class T>
std::int64_t orthonormalize(std::int64_t n, const T* V, const T* BV, std::int64_t mv, T* X, T* BX, std::int64_t m,
                            const OperatorRef<T>& B) {
    const bool generalized = static_cast<bool>(B);
    const double small = 100 * static_cast<double>(std::max<std::int64_t>(m, 10)) * std::numeric_limits<Real<T>>::epsilon();
    std::vector<T> C(static_cast<std::size_t>(mv * m));
    std::vector<double> before(static_cast<std::size_t>(m)), after(static_cast<std::size_t>(m));
    constexpr int most_passes = 5;
    for (int pass = 0; pass < most_passes && m > 0; ++pass) {
        bool cancelled = false;
        if (mv > 0) {
            tall::norms(n, m, X, before.data());
            tall::gram(n, generalized ? BV : V, mv, X, m, C.data(), mv);
            tall::multiply(n, T(-1), V, mv, C.data(), mv, m, T(1), X);
            if (generalized) tall::multiply(n, T(-1), BV, mv, C.data(), mv, m, T(1), BX);
            tall::norms(n, m, X, after.data());
            // What is left of a vector that lay in the span of V is rounding.
            const double eps = std::numeric_limits<Real<T>>::epsilon();
            std::int64_t kept = 0;
            for (std::int64_t j = 0; j < m; ++j) {
                const double left = after[static_cast<std::size_t>(j)], was = before[static_cast<std::size_t>(j)];
                if (pass == 0 && !(left > 10 * eps * was)) continue;
                cancelled = cancelled || left < 0.7 * was;
                if (kept != j) {
                    std::copy_n(X + j * n, n, X + kept * n);
                    if (generalized) std::copy_n(BX + j * n, n, BX + kept * n);
                }
                ++kept;
            }
            m = kept;
            if (m == 0) return 0;
        }
        double departure = 0;
        const std::int64_t rank = orthonormalize_once(n, X, generalized ? BX : nullptr, m, departure);
        if (rank < 0) return 0;
        const bool done = rank == m && departure <= small && !cancelled;
        m = rank;
        if (done && pass > 0) break;
        if (generalized && m > 0) {  // B X afresh: the combinations above have lost what they cancelled
            B.apply(MatrixView<const T>(X, n, m), MatrixView<T>(BX, n, m));
        }
    }
    return m;
}

#define TAMIS_INSTANTIATE(T)                                                                                      \
    template std::int64_t orthonormalize<T>(std::int64_t, const T*, const T*, std::int64_t, T*, T*, std::int64_t, \
                                            const OperatorRef<T>&);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
