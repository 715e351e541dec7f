#include <tamis/learn/ridge.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>
#include <utility>

#include <tamis/core/error.hpp>
#include <tamis/dense/qr.hpp>
#include <tamis/iterative/krylov/lsmr.hpp>

#include "core/blas.hpp"
#include "dense/operand.hpp"
#include "dense/spectral_threads.hpp"
#include "dense/svd_drivers.hpp"
#include "instantiate.hpp"
#include "learn/centering.hpp"

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

/// b = ȳ − x̄ᵀ w.
template <class T>
void write_intercepts(std::int64_t p, const T* x_mean, const T* y_mean, MatrixView<const T> w, T* intercepts) {
    using W = WideSum<T>;
    for (std::int64_t c = 0; c < w.cols(); ++c) {
        W b(y_mean[c]);
        for (std::int64_t i = 0; i < p; ++i) b -= W(x_mean[i]) * W(w(i, c));
        intercepts[c] = static_cast<T>(b);
    }
}

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
    write_intercepts(x.p, x.mean.data(), rhs.mean.data(), MatrixView<const T>(w), intercepts);
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

template <class T, class I>
void sparse_ridge(const char* caller, CsrView<T, I> major, bool by_rows, MatrixView<const T> y,
                  const std::vector<double>& alphas, const RidgeOptions& options, MatrixView<T> w, T* intercepts) {
    const std::int64_t n = y.rows(), p = w.rows(), t = y.cols();
    if (!(options.tolerance >= 0) || options.max_iterations < 0)
        throw InvalidArgument(std::string(caller) + ": .tolerance and .max_iterations must be at least 0");
    check_finite_data(caller, major, by_rows);
    tamis::detail::check_finite_entries(caller, "y", y);
    const CscView<T, I> by_columns = major.transposed_view();
    const OperatorRef<T> plain = by_rows ? OperatorRef<T>(major) : OperatorRef<T>(by_columns);
    Array<T> x_mean(p), y_mean(t), rhs(n * t, uninitialized);
    tamis::detail::copy_view<T>(y, MatrixView<T>(rhs.data(), n, t));
    if (intercepts != nullptr && n > 0) {
        sparse_moments(caller, major, by_rows, x_mean.data());
        center_columns(n, t, rhs.data(), y_mean.data());
    }
    const CenteredOperator<T> centered(plain, x_mean.data());
    const OperatorRef<T> op = intercepts != nullptr ? OperatorRef<T>(centered) : plain;

    // The most damped problem is the easiest, and a start for the next. The solution of minimum norm, α = 0, begins at 0.
    std::vector<std::size_t> order(alphas.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return alphas[a] > alphas[b]; });
    LsmrWorkspace<T> work(n, p);
    for (std::int64_t c = 0; c < t; ++c) {
        const T* before = nullptr;
        for (const std::size_t a : order) {
            const std::int64_t column = static_cast<std::int64_t>(a) * t + c;
            LsmrOptions<T> search;
            search.tolerance = options.tolerance > 0 ? options.tolerance : std::is_same_v<Real<T>, float> ? 1e-5 : 1e-10;
            search.max_iterations = options.max_iterations;
            search.record_history = false;
            search.damping = std::sqrt(alphas[a]);
            if (before != nullptr && alphas[a] > 0) search.initial_guess = VectorView<const T>(before, p);
            const IterationReport report =
                tamis::detail::lsmr<T>(op, VectorView<const T>(rhs.data() + c * n, n), w.col(column), work, search);
            if (!report.converged())
                tamis::detail::throw_not_converged(std::string(caller) + " by lsmr: " + report.message.str() +
                                                       "; a larger alpha, .max_iterations or scaled columns help",
                                                   report.status, report.residual_norm, report.iterations);
            before = w.data() + column * p;
        }
    }
    if (intercepts != nullptr) write_intercepts(p, x_mean.data(), y_mean.data(), MatrixView<const T>(w), intercepts);
}

#define TAMIS_INSTANTIATE(T)                                                                                  \
    template void ridge<T>(const char*, MatrixView<const T>, MatrixView<const T>, double, MatrixView<T>, T*); \
    template void ridge_path<T>(MatrixView<const T>, MatrixView<const T>, const std::vector<double>&, MatrixView<T>);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE
#define TAMIS_INSTANTIATE(T, I)                                                                                         \
    template void sparse_ridge<T, I>(const char*, CsrView<T, I>, bool, MatrixView<const T>, const std::vector<double>&, \
                                     const RidgeOptions&, MatrixView<T>, T*);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::learn::detail
