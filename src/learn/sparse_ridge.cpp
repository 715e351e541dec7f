#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <tamis/core/error.hpp>
#include <tamis/iterative/krylov/lsmr.hpp>
#include <tamis/learn/ridge.hpp>
#include <tamis/solve.hpp>
#include <tamis/sparse/convert.hpp>

#include "dense/operand.hpp"
#include "instantiate.hpp"
#include "learn/centering.hpp"
#include "learn/ridge_parts.hpp"

namespace tamis::learn::detail {

namespace {

/// A regression on sparse data as all methods take it.
template <class T, class I>
struct SparseRegression {
    const char* caller;
    CsrView<T, I> major;
    bool by_rows;
    MatrixView<const T> y;
    const RidgeOptions& options;
    bool intercept;
    [[nodiscard]] std::int64_t samples() const { return by_rows ? major.rows() : major.cols(); }
    [[nodiscard]] std::int64_t features() const { return by_rows ? major.cols() : major.rows(); }
};

/// X and √α I one above the other by rows; with an intercept also a last column, of ones above zeros.
template <class T, class I>
Csr<T, I> augmented_rows(const SparseRegression<T, I>& r, Real<T> root) {
    const std::int64_t n = r.samples(), p = r.features(), extra = r.intercept ? 1 : 0, below = root > 0 ? p : 0;
    if (r.major.nnz() + extra * n + below > static_cast<std::int64_t>(std::numeric_limits<I>::max()) ||
        n + below > static_cast<std::int64_t>(std::numeric_limits<I>::max()))
        throw IndexOverflow(std::string(r.caller) + ": the matrix of X and √α I outgrows int32; use int64 indices");
    Csr<T, I> turned;
    if (!r.by_rows) turned = tamis::detail::transpose(r.major);
    const CsrView<T, I> X = r.by_rows ? r.major : turned.view();
    Array<I> offsets(n + below + 1, uninitialized), indices(X.nnz() + extra * n + below, uninitialized);
    Array<T> values(indices.size(), uninitialized);
    std::int64_t at = 0;
    offsets[0] = 0;
    for (std::int64_t i = 0; i < n; ++i) {
        for (const auto [j, v] : X.row(i)) {
            indices[at] = j;
            values[at++] = v;
        }
        if (r.intercept) {
            indices[at] = static_cast<I>(p);
            values[at++] = T(1);
        }
        offsets[i + 1] = static_cast<I>(at);
    }
    for (std::int64_t j = 0; j < below; ++j) {
        indices[at] = static_cast<I>(j);
        values[at++] = T(root);
        offsets[n + j + 1] = static_cast<I>(at);
    }
    return {unchecked, n + below, p + extra, std::move(offsets), std::move(indices), std::move(values)};
}

/// All columns of y for one α, by sparse QR. w p×t.
template <class T, class I>
void solve_by_qr(const SparseRegression<T, I>& r, double alpha, MatrixView<T> w, T* intercepts) {
    const std::int64_t p = r.features(), t = r.y.cols();
    const Csr<T, I> A = augmented_rows(r, static_cast<Real<T>>(std::sqrt(alpha)));
    Array<T> b(A.rows() * t), x(A.cols() * t);
    const MatrixView<T> rhs(b.data(), A.rows(), t), solution(x.data(), A.cols(), t);
    tamis::detail::copy_view<T>(r.y, MatrixView<T>(b.data(), r.samples(), t, 1, A.rows()));
    (void)tamis::detail::least_squares<T, I>(A.view(), MatrixView<const T>(rhs), solution, SolveOptions{});
    tamis::detail::copy_view<T>(MatrixView<const T>(x.data(), p, t, 1, A.cols()), w);
    for (std::int64_t c = 0; c < t && intercepts != nullptr; ++c) intercepts[c] = solution(p, c);
}

/// All columns of y by lsmr, started from w where `warm`. The report of the first column that does not converge.
template <class T>
std::optional<IterationReport> solve_by_lsmr(const OperatorRef<T>& X, const Array<T>& y, double alpha, bool warm,
                                             const RidgeOptions& options, LsmrWorkspace<T>& work, MatrixView<T> w) {
    const std::int64_t n = X.rows(), p = X.cols();
    for (std::int64_t c = 0; c < w.cols(); ++c) {
        LsmrOptions<T> search;
        search.tolerance = options.tolerance > 0 ? options.tolerance : std::is_same_v<Real<T>, float> ? 1e-5 : 1e-10;
        search.max_iterations = options.max_iterations;
        search.record_history = false;
        search.damping = std::sqrt(alpha);
        if (warm) search.initial_guess = VectorView<const T>(w.data() + c * p, p);
        IterationReport report = tamis::detail::lsmr<T>(X, VectorView<const T>(y.data() + c * n, n), w.col(c), work, search);
        if (!report.converged()) return report;
    }
    return std::nullopt;
}

}  // namespace

template <class T, class I>
void sparse_ridge(const char* caller, CsrView<T, I> major, bool by_rows, MatrixView<const T> y,
                  const std::vector<double>& alphas, const RidgeOptions& options, MatrixView<T> w, T* intercepts) {
    const SparseRegression<T, I> r{caller, major, by_rows, y, options, intercepts != nullptr};
    const std::int64_t n = r.samples(), p = r.features(), t = y.cols();
    if (!(options.tolerance >= 0) || options.max_iterations < 0)
        throw InvalidArgument(std::string(caller) + ": .tolerance and .max_iterations must be at least 0");
    check_finite_data(caller, major, by_rows);
    tamis::detail::check_finite_entries(caller, "y", y);
    const CscView<T, I> by_columns = major.transposed_view();
    const OperatorRef<T> plain = by_rows ? OperatorRef<T>(major) : OperatorRef<T>(by_columns);
    Array<T> x_mean(p), y_mean(t), rhs(n * t, uninitialized);
    tamis::detail::copy_view<T>(y, MatrixView<T>(rhs.data(), n, t));
    if (r.intercept && n > 0) {
        sparse_moments(caller, major, by_rows, x_mean.data());
        center_columns(n, t, rhs.data(), y_mean.data());
    }
    const CenteredOperator<T> centered(plain, x_mean.data());
    const OperatorRef<T> op = r.intercept ? OperatorRef<T>(centered) : plain;

    // The most damped problem is the easiest, and a start for the next. The solution of minimum norm, α = 0, begins at 0.
    std::vector<std::size_t> order(alphas.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return alphas[a] > alphas[b]; });
    LsmrWorkspace<T> work(n, p);
    const T* before = nullptr;
    for (const std::size_t a : order) {
        const double alpha = alphas[a];
        T* const to = w.data() + static_cast<std::int64_t>(a) * t * p;
        const MatrixView<T> weights(to, p, t);
        bool done = false;
        if (options.method != RidgeMethod::qr || n == 0 || p == 0) {
            const bool warm = before != nullptr && alpha > 0;
            if (warm) std::copy_n(before, p * t, to);
            const auto failed = solve_by_lsmr(op, rhs, alpha, warm, options, work, weights);
            done = !failed;
            const bool may_factor = options.method == RidgeMethod::automatic && failed &&
                                    (failed->status == Status::max_iterations || failed->status == Status::stagnated);
            if (failed && !may_factor)
                tamis::detail::throw_not_converged(
                    std::string(caller) + " by lsmr: " + failed->message.str() +
                        "; a larger alpha, .max_iterations, scaled columns or .method = RidgeMethod::qr help",
                    failed->status, failed->residual_norm, failed->iterations);
            if (done && r.intercept)
                write_intercepts(x_mean.data(), y_mean.data(), MatrixView<const T>(weights), intercepts);
        }
        if (!done) solve_by_qr(r, alpha, weights, intercepts);
        before = to;
    }
}

#define TAMIS_INSTANTIATE(T, I)                                                                                         \
    template void sparse_ridge<T, I>(const char*, CsrView<T, I>, bool, MatrixView<const T>, const std::vector<double>&, \
                                     const RidgeOptions&, MatrixView<T>, T*);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::learn::detail
