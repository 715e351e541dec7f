#include "iterative/eigen/full_problem.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <tamis/core/error.hpp>

#include "core/blas.hpp"
#include "core/memory.hpp"
#include "dense/lapack_cholesky.hpp"
#include "dense/lapack_spectral.hpp"
#include "instantiate.hpp"
#include "iterative/vector_ops.hpp"
#include "sparse/factor_input.hpp"

namespace tamis::detail {

template <class T>
Array<T> to_full(const EigenOperand<T>& A) {
    const std::int64_t n = A.rows();
    require_memory("dense copy of an operator", static_cast<double>(n) * static_cast<double>(n) * sizeof(T), 0);
    Array<T> full(n * n);
    std::visit(
        [&](const auto& stored) {
            using S = std::remove_cvref_t<decltype(stored)>;
            if constexpr (std::same_as<S, std::monostate>) {
                constexpr std::int64_t at_once = 16;
                for (std::int64_t first = 0; first < n; first += at_once) {
                    const std::int64_t m = std::min(at_once, n - first);
                    Array<T> unit(n * m);
                    for (std::int64_t j = 0; j < m; ++j) unit[first + j + j * n] = 1;
                    A.ref().apply(MatrixView<const T>(unit.data(), n, m), MatrixView<T>(full.data() + first * n, n, m));
                }
            } else if constexpr (std::same_as<S, MatrixView<const T>>) {
                for (std::int64_t j = 0; j < n; ++j)
                    for (std::int64_t i = 0; i < n; ++i) full[i + j * n] = stored(i, j);
            } else {
                for (std::int64_t i = 0; i < n; ++i)
                    for (auto p = stored.row_offsets()[static_cast<std::size_t>(i)];
                         p < stored.row_offsets()[static_cast<std::size_t>(i) + 1]; ++p)
                        full[i + static_cast<std::int64_t>(stored.col_indices()[static_cast<std::size_t>(p)]) * n] =
                            stored.values()[static_cast<std::size_t>(p)];
            }
        },
        A.stored());
    return full;
}

template <class T>
EigenPairs<T> full_eigenpairs(const char* name, const EigenOperand<T>& A, const EigenOperand<T>& B, bool vectors) {
    const std::int64_t n = A.rows();
    EigenPairs<T> pairs{Array<double>(n, uninitialized), to_full(A)};
    T* const F = pairs.vectors.data();
    for (std::int64_t j = 0; j < n; ++j)
        for (std::int64_t i = 0; i < n; ++i)
            if (!is_finite(F[i + j * n])) throw_not_finite(name, "entry", i, j);
    if (!A.is_stored()) {  // products round, each on its own
        const double rounding = 1e4 * std::numeric_limits<Real<T>>::epsilon();
        double largest = 0;
        for (std::int64_t i = 0; i < n * n; ++i) largest = std::max<double>(largest, std::abs(F[i]));
        for (std::int64_t j = 0; j < n; ++j)
            for (std::int64_t i = 0; i <= j; ++i)
                if (std::abs(F[i + j * n] - conjugate(F[j + i * n])) > rounding * largest)
                    throw InvalidArgument(std::string(name) + ": the operator is not Hermitian: entry (" +
                                          std::to_string(i) + ", " + std::to_string(j) + ") is not the conjugate of (" +
                                          std::to_string(j) + ", " + std::to_string(i) + ")");
    }
    Array<T> L;
    if (B) {
        L = to_full(B);
        if (const std::int64_t failed = lapack::potrf(n, L.data(), n); failed > 0)
            throw NotPositiveDefinite(
                std::string(name) + ": the mass matrix is not positive definite (column " + std::to_string(failed - 1) + ")",
                failed - 1);
        // C = L⁻¹ A L⁻ᴴ.
        blas::trsm_lower('L', n, n, L.data(), n, F, n);
        blas::trsm_right_adjoint_lower(n, n, L.data(), n, F, n);
    }
    std::vector<Real<T>> w(static_cast<std::size_t>(n));
    if (lapack::heevd(n, F, n, w.data(), vectors) != 0) throw Error(std::string(name) + ": LAPACK's heevd did not converge");
    std::copy(w.begin(), w.end(), pairs.values.begin());
    if (!vectors) {
        pairs.vectors = Array<T>();
    } else if (B) {  // V = L⁻ᴴ Y: Vᴴ = Yᴴ L⁻¹
        Array<T> adjoint(n * n, uninitialized);
        for (std::int64_t j = 0; j < n; ++j)
            for (std::int64_t i = 0; i < n; ++i) adjoint[j + i * n] = conjugate(F[i + j * n]);
        blas::trsm_lower('R', n, n, L.data(), n, adjoint.data(), n);
        for (std::int64_t j = 0; j < n; ++j)
            for (std::int64_t i = 0; i < n; ++i) F[i + j * n] = conjugate(adjoint[j + i * n]);
    }
    return pairs;
}

template <class T>
EigenPairs<T> finite_eigenpairs(const char* name, const EigenOperand<T>& A, const EigenOperand<T>& B) {
    const std::int64_t n = A.rows();
    try {
        return full_eigenpairs(name, A, B, true);
    } catch (const NotPositiveDefinite&) {  // B is singular, or A is the definite one (buckling)
        if (!B) throw;
    }
    EigenPairs<T> all;
    try {
        all = full_eigenpairs(name, B, A, true);
    } catch (const NotPositiveDefinite&) {
        throw NotPositiveDefinite(std::string(name) + ": neither the mass matrix nor A is positive definite", -1);
    }
    // Ascending in λ: by falling μ < 0, then by falling μ > 0; the zeros are infinite eigenvalues.
    const double zero = 10.0 * static_cast<double>(n) * std::numeric_limits<Real<T>>::epsilon() *
                        std::max(std::abs(all.values[0]), std::abs(all.values[n - 1]));
    std::vector<std::int64_t> order;
    for (std::int64_t i = n; i-- > 0;)
        if (all.values[i] < -zero) order.push_back(i);
    for (std::int64_t i = n; i-- > 0;)
        if (all.values[i] > zero) order.push_back(i);
    const auto finite = static_cast<std::int64_t>(order.size());
    EigenPairs<T> turned{Array<double>(finite, uninitialized), Array<T>(n * finite, uninitialized)};
    for (std::int64_t j = 0; j < finite; ++j) {
        const std::int64_t i = order[static_cast<std::size_t>(j)];
        const double mu = all.values[i];
        turned.values[j] = 1 / mu;
        vec::scaled(n, Sum<T>(1 / std::sqrt(std::abs(mu))), all.vectors.data() + i * n, turned.vectors.data() + j * n);
    }
    return turned;
}

#define TAMIS_INSTANTIATE(T)                                                                                  \
    template Array<T> to_full<T>(const EigenOperand<T>&);                                                     \
    template EigenPairs<T> finite_eigenpairs<T>(const char*, const EigenOperand<T>&, const EigenOperand<T>&); \
    template EigenPairs<T> full_eigenpairs<T>(const char*, const EigenOperand<T>&, const EigenOperand<T>&, bool);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
