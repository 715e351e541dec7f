#include "iterative/eigen/refine_pairs.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "dense/lapack_spectral.hpp"
#include "instantiate.hpp"
#include "iterative/eigen/block.hpp"
#include "iterative/eigen/orthonormalize.hpp"
#include "iterative/vector_ops.hpp"

namespace tamis::detail {

template <class T>
void refine_pairs(const HermitianProblem<T>& problem, const SpectralOperator<T>& op, EigenMonitor<T>& monitor,
                  EigenPairs<T>& pairs, std::int64_t m) {
    const std::int64_t n = problem.n();
    const bool mass = problem.generalized();
    T* const X = pairs.vectors.data();
    Array<T> MX(mass ? n * m : 0, uninitialized), Y(n * m, uninitialized);
    const auto at = [m](std::int64_t i, std::int64_t j) { return static_cast<std::size_t>(i + j * m); };
    std::vector<T> H(at(0, m)), N(at(0, m));
    if (op.kind == SpectralTransform::buckling) {
        monitor.apply(X, Y.data(), m);
        tall::gram(n, X, m, Y.data(), m, H.data(), m);
        monitor.apply_mass(X, MX.data(), m);
        tall::gram(n, X, m, MX.data(), m, N.data(), m);
        for (std::int64_t j = 0; j < m; ++j) {
            const double quotient = std::real(H[at(j, j)]) / static_cast<double>(std::real(N[at(j, j)]));
            if (std::isfinite(quotient)) pairs.values[j] = quotient;
        }
        return;
    }
    if (mass) {
        monitor.apply_mass(X, MX.data(), m);
        op.inverse.ref().apply(MatrixView<const T>(MX.data(), n, m), MatrixView<T>(X, n, m));
        monitor.count_products(m);
        std::vector<double> norms(static_cast<std::size_t>(m));
        tall::norms(n, m, X, norms.data());
        for (std::int64_t j = 0; j < m; ++j) {
            const double norm = norms[static_cast<std::size_t>(j)];
            if (norm > 0 && std::isfinite(norm)) vec::scale(n, Sum<T>(1 / norm), X + j * n);
        }
        monitor.apply_mass(X, MX.data(), m);
    }
    Array<T> before(pairs.vectors);
    if (orthonormalize<T>(n, nullptr, nullptr, 0, X, mass ? MX.data() : nullptr, m, problem.B) < m) {
        pairs.vectors = std::move(before);
        return;
    }
    monitor.apply(X, Y.data(), m);
    tall::gram(n, X, m, Y.data(), m, H.data(), m);
    std::vector<Real<T>> w(static_cast<std::size_t>(m));
    for (const T& h : H)
        if (!is_finite(h)) return;
    if (lapack::heevd(m, H.data(), m, w.data()) != 0) return;
    tall::rotate(n, X, m, H.data(), m, m);
    std::copy(w.begin(), w.end(), pairs.values.begin());
}

#define TAMIS_INSTANTIATE(T)                                                                                                \
    template void refine_pairs<T>(const HermitianProblem<T>&, const SpectralOperator<T>&, EigenMonitor<T>&, EigenPairs<T>&, \
                                  std::int64_t);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
