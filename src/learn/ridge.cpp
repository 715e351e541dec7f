#include <tamis/learn/ridge.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include <tamis/core/error.hpp>
#include <tamis/dense/qr.hpp>

#include "core/blas.hpp"
#include "dense/operand.hpp"
#include "dense/spectral_threads.hpp"
#include "dense/svd_drivers.hpp"
#include "instantiate.hpp"
#include "learn/centering.hpp"
#include "learn/ridge_parts.hpp"

namespace tamis::learn::detail {

void check_ridge(const char* caller, std::int64_t n, std::int64_t y_rows, const double* alphas, std::int64_t count) {
    if (y_rows != n)
        throw DimensionMismatch(
            std::string(caller) + ": y has " + std::to_string(y_rows) + " rows, but X has " + std::to_string(n), n, y_rows);
    for (std::int64_t a = 0; a < count; ++a)
        if (!(alphas[a] >= 0 && alphas[a] <= std::numeric_limits<double>::max()))
            throw InvalidArgument(std::string(caller) + ": alpha is " + std::to_string(alphas[a]) +
                                  "; it must be at least 0 and finite");
}

namespace {

/// X and √α I one above the other, or for wide X their adjoints.
template <class T>
Array<T> augmented(MatrixView<const T> X, Real<T> root, bool wide) {
    const std::int64_t n = X.rows(), p = X.cols();
    const std::int64_t top = wide ? p : n, cols = wide ? n : p, rows = top + (root > 0 ? cols : 0);
    Array<T> A(rows * cols, uninitialized);
    for (std::int64_t j = 0; j < cols; ++j) {
        T* const a = A.data() + j * rows;
        for (std::int64_t i = 0; i < top; ++i) a[i] = wide ? tamis::detail::conjugate(X(j, i)) : X(i, j);
        std::fill(a + top, a + rows, T(0));
        if (root > 0) a[top + j] = T(root);
    }
    return A;
}

/// Of contiguous or strided X and y that are finite.
template <class T>
void damped_qr(MatrixView<const T> X, MatrixView<const T> y, double alpha, MatrixView<T> w) {
    const std::int64_t n = X.rows(), p = X.cols(), t = y.cols();
    if (n == 0 || p == 0) {
        for (std::int64_t c = 0; c < t; ++c)
            for (std::int64_t i = 0; i < p; ++i) w(i, c) = T(0);
        return;
    }
    const bool wide = n < p;
    const auto root = static_cast<Real<T>>(std::sqrt(alpha));
    const std::int64_t cols = wide ? n : p, rows = (wide ? p : n) + (root > 0 ? cols : 0);
    const Array<T> A = augmented(X, root, wide);
    const DenseQr<T> F(MatrixView<const T>(A.data(), rows, cols));
    Array<T> longer(rows * t);
    const MatrixView<T> block(longer.data(), rows, t);
    if (wide) {
        // The w and r of least norm with X w + √α r = y.
        F.solve_adjoint_into(y, block);
        for (std::int64_t c = 0; c < t; ++c)
            for (std::int64_t i = 0; i < p; ++i) w(i, c) = block(i, c);
    } else {
        for (std::int64_t c = 0; c < t; ++c)
            for (std::int64_t i = 0; i < n; ++i) block(i, c) = y(i, c);
        F.solve_into(MatrixView<const T>(block), w);
    }
}

}  // namespace

template <class T>
void ridge(const char* caller, MatrixView<const T> X, MatrixView<const T> y, double alpha, MatrixView<T> w, T* intercepts) {
    tamis::detail::check_lapack_sizes(caller, X.rows() + X.cols(), X.cols());
    tamis::detail::check_finite_entries(caller, "X", X);
    tamis::detail::check_finite_entries(caller, "y", y);
    if (intercepts == nullptr) {
        damped_qr(X, y, alpha, w);
        return;
    }
    const CenteredCopy<T> x(caller, X), rhs(caller, y);
    damped_qr(MatrixView<const T>(x.values.data(), x.n, x.p), MatrixView<const T>(rhs.values.data(), rhs.n, rhs.p), alpha,
              w);
    write_intercepts(x.mean.data(), rhs.mean.data(), MatrixView<const T>(w), intercepts);
}

template <class T>
void ridge_path(MatrixView<const T> X, MatrixView<const T> y, const std::vector<double>& alphas, MatrixView<T> w) {
    const char* const caller = "ridge_path";
    const std::int64_t n = X.rows(), p = X.cols(), t = y.cols(), least = std::min(n, p);
    const auto q = static_cast<std::int64_t>(alphas.size());
    tamis::detail::check_lapack_sizes(caller, n, p);
    tamis::detail::check_finite_entries(caller, "y", y);
    const tamis::detail::ThinSvd<T> svd(caller, X);
    if (least == 0 || t == 0) {
        std::fill_n(w.data(), p * q * t, T(0));
        return;
    }
    Array<T> b(n * t, uninitialized), c(least * t, uninitialized), weighted(least * q * t, uninitialized);
    tamis::detail::copy_view<T>(y, MatrixView<T>(b.data(), n, t));
    const double pq = static_cast<double>(q * t) * static_cast<double>(least);
    tamis::detail::on_spectral_threads(2 * static_cast<double>(n) * static_cast<double>(least * t), [&] {
        tamis::detail::blas::gemm('C', 'N', least, t, n, T(1), svd.U.data(), n, b.data(), n, T(0), c.data(), least);
    });
    const double rounding =
        static_cast<double>(std::max(n, p)) * static_cast<double>(epsilon_v<T>) * static_cast<double>(svd.s[0]);
    for (std::int64_t a = 0; a < q; ++a) {
        const double root = std::sqrt(alphas[static_cast<std::size_t>(a)]);
        for (std::int64_t i = 0; i < least; ++i) {
            const auto s = static_cast<double>(svd.s[i]);
            double weight = 0;
            // σ / (σ² + α) by the larger of both, so that neither square over- or underflows.
            if (s > 0 && std::max(s, root) > rounding)
                weight =
                    s > root ? 1 / (s * (1 + (root / s) * (root / s))) : s / root / (root * (1 + (s / root) * (s / root)));
            for (std::int64_t k = 0; k < t; ++k)
                weighted[(a * t + k) * least + i] = c[k * least + i] * static_cast<Real<T>>(weight);
        }
    }
    tamis::detail::on_spectral_threads(2 * static_cast<double>(p) * pq, [&] {
        tamis::detail::blas::gemm('C', 'N', p, q * t, least, T(1), svd.Vt.data(), least, weighted.data(), least, T(0),
                                  w.data(), p);
    });
}

#define TAMIS_INSTANTIATE(T)                                                                                  \
    template void ridge<T>(const char*, MatrixView<const T>, MatrixView<const T>, double, MatrixView<T>, T*); \
    template void ridge_path<T>(MatrixView<const T>, MatrixView<const T>, const std::vector<double>&, MatrixView<T>);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::learn::detail
