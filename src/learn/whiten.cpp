#include <tamis/learn/whiten.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <tamis/core/error.hpp>

#include "core/blas.hpp"
#include "dense/lapack_eigh.hpp"
#include "dense/lapack_spectral.hpp"
#include "dense/operand.hpp"
#include "dense/spectral_function.hpp"
#include "dense/spectral_threads.hpp"
#include "instantiate.hpp"
#include "learn/centering.hpp"

namespace tamis::learn::detail {

std::int64_t check_whitening(const char* caller, std::int64_t n, std::int64_t p, std::int64_t components, double epsilon) {
    const std::int64_t most = std::min(n, p);
    if (n < 2)
        throw InvalidArgument(std::string(caller) + ": the data have " + std::to_string(n) + (n == 1 ? " row" : " rows") +
                              "; a variance needs at least 2 samples (rows)");
    if (components < 0 || components > most)
        throw InvalidArgument(std::string(caller) + ": .components is " + std::to_string(components) +
                              "; it must be in [1, " + std::to_string(most) + "], the smaller side of the " +
                              std::to_string(n) + "×" + std::to_string(p) + " data, or 0 for all");
    if (!(epsilon >= 0 && epsilon <= std::numeric_limits<double>::max()))
        throw InvalidArgument(std::string(caller) + ": .epsilon is " + std::to_string(epsilon) +
                              "; it must be at least 0 and finite");
    tamis::detail::check_lapack_sizes(caller, n, p);
    return components > 0 ? components : most;
}

namespace {

double product_of(std::int64_t a, std::int64_t b, std::int64_t c) {
    return static_cast<double>(a) * static_cast<double>(b) * static_cast<double>(c);
}

/// C = V diag(w) Vᴴ by C's lower triangle, w ascending, V in its place.
template <class T>
void decompose_covariance(const char* caller, std::int64_t p, Array<T>& C, Real<T>* w) {
    Array<T> kept(C);
    std::int64_t failed = 0, count = 0;
    const double flops = 4.0 / 3 * product_of(p, p, p);
    tamis::detail::on_spectral_threads(flops, [&] { failed = tamis::detail::lapack::heevd(p, C.data(), p, w); });
    if (failed == 0) return;
    const tamis::detail::lapack::SpectrumPart<Real<T>> all;
    tamis::detail::on_spectral_threads(
        flops, [&] { failed = tamis::detail::lapack::heevr<T>(p, kept.data(), p, all, count, w, C.data()); });
    if (failed != 0)
        throw NotConverged(std::string(caller) + ": neither heevd nor heevr converged for the covariance",
                           Status::max_iterations, 0, 0);
}

}  // namespace

template <class T>
void whiten(const char* caller, WhitenKind kind, MatrixView<const T> X, std::int64_t k, double epsilon, bool bias,
            const WhitenOutput<T>& out) {
    using R = Real<T>;
    const std::int64_t n = X.rows(), p = X.cols();
    if (p == 0) return;
    CenteredCopy<T> data(caller, X);
    std::copy(data.mean.begin(), data.mean.end(), out.mean);
    Array<T> C(p * p, uninitialized);
    Array<R> w(p, uninitialized);
    const R share = static_cast<R>(1 / static_cast<double>(bias ? n : n - 1));
    tamis::detail::on_dense_threads(product_of(n, p, p), [&] {
        tamis::detail::blas::herk_lower(p, n, share, data.values.data(), n, R(0), C.data(), p);
    });
    for (std::int64_t j = 0; j < p; ++j)
        if (!tamis::detail::is_finite(C[j * p + j]))
            throw InvalidArgument(std::string(caller) + ": the variance of column " + std::to_string(j) +
                                  " overflows; scale the data");
    decompose_covariance(caller, p, C, w.data());

    // The axes of largest variance first, and their scales.
    Array<T> V(p * k, uninitialized);
    std::vector<R> scale(static_cast<std::size_t>(k)), unscale(static_cast<std::size_t>(k));
    const double rounding = static_cast<double>(std::max(n, p)) * static_cast<double>(epsilon_v<T>) *
                            std::max(static_cast<double>(w[p - 1]), 0.0);
    for (std::int64_t j = 0; j < k; ++j) {
        const auto at = static_cast<std::size_t>(j);
        std::copy_n(C.data() + (p - 1 - j) * p, p, V.data() + j * p);
        const double variance = std::max(static_cast<double>(w[p - 1 - j]), 0.0);
        out.variances[j] = static_cast<R>(variance);
        const bool kept = epsilon > 0 || variance > rounding;
        scale[at] = kept ? static_cast<R>(1 / std::sqrt(variance + epsilon)) : R(0);
        unscale[at] = kept ? static_cast<R>(std::sqrt(variance + epsilon)) : R(0);
    }
    if (kind == WhitenKind::zca) {
        tamis::detail::spectral_function<T>(p, k, V.data(), p, scale.data(), out.transform);
        tamis::detail::spectral_function<T>(p, k, V.data(), p, unscale.data(), out.inverse);
    } else {
        fix_signs(p, k, V.data());
        for (std::int64_t j = 0; j < k; ++j) {
            const auto at = static_cast<std::size_t>(j);
            for (std::int64_t i = 0; i < p; ++i) {
                out.transform[j * p + i] = V[j * p + i] * scale[at];
                out.inverse[i * k + j] = tamis::detail::conjugate(V[j * p + i]) * unscale[at];
            }
        }
    }
    tamis::detail::on_dense_threads(2 * product_of(n, p, k), [&] {
        tamis::detail::blas::gemm('N', 'N', n, k, p, T(1), data.values.data(), n, out.transform, p, T(0), out.whitened, n);
    });
}

template <class T>
void affine_map(const char* caller, MatrixView<const T> X, const T* before, MatrixView<const T> A, const T* after, T* Y) {
    const std::int64_t n = X.rows(), p = A.rows(), k = A.cols();
    if (X.cols() != p)
        throw DimensionMismatch(std::string(caller) + ": the samples are " + std::to_string(n) + "×" +
                                    std::to_string(X.cols()) + ", but " + std::to_string(p) + " columns are needed",
                                p, X.cols());
    tamis::detail::check_finite_entries(caller, "the matrix", X);
    // Some rows at a time: no second copy of the data.
    constexpr std::int64_t most = 512;
    const std::int64_t height = std::min(most, n);
    Array<T> rows(height * p, uninitialized);
    for (std::int64_t i0 = 0; i0 < n; i0 += height) {
        const std::int64_t m = std::min(height, n - i0);
        const MatrixView<const T> part(X.data() + i0 * X.row_stride(), m, p, X.row_stride(), X.col_stride());
        tamis::detail::copy_finite(caller, part, rows.data(), m);
        for (std::int64_t j = 0; j < p && before != nullptr; ++j)
            for (std::int64_t i = 0; i < m; ++i) rows[j * m + i] -= before[j];
        if (p > 0) {
            tamis::detail::on_dense_threads(2 * product_of(m, p, k), [&] {
                tamis::detail::blas::gemm('N', 'N', m, k, p, T(1), rows.data(), m, A.data(), p, T(0), Y + i0, n);
            });
        }
        for (std::int64_t j = 0; j < k; ++j)
            for (std::int64_t i = 0; i < m; ++i) {
                if (p == 0) Y[j * n + i0 + i] = T(0);
                if (after != nullptr) Y[j * n + i0 + i] += after[j];
            }
    }
}

#define TAMIS_INSTANTIATE(T)                                                                          \
    template void whiten<T>(const char*, WhitenKind, MatrixView<const T>, std::int64_t, double, bool, \
                            const WhitenOutput<T>&);                                                  \
    template void affine_map<T>(const char*, MatrixView<const T>, const T*, MatrixView<const T>, const T*, T*);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::learn::detail
