// ridge, ridge_with_intercept, ridge_path: least squares with a penalty on the size of the weights.
#pragma once

#include <cstdint>
#include <type_traits>
#include <vector>

#include <tamis/core/dense_types.hpp>
#include <tamis/dense/operand.hpp>
#include <tamis/iterative/operator.hpp>
#include <tamis/sparse/view.hpp>

namespace tamis::learn {

/// How sparse data are treated; dense ones are always factored.
enum class RidgeMethod {
    automatic,  ///< lsmr, and should that not converge qr
    lsmr,
    qr  ///< sparse QR of [X; √α I] (SparseQr), exact but with fill
};

/// For sparse data.
struct RidgeOptions {
    RidgeMethod method = RidgeMethod::automatic;
    double tolerance = 0;             ///< of lsmr; 0: 1e-10 (single precision 1e-5)
    std::int64_t max_iterations = 0;  ///< of lsmr, for each column of y and each α; 0: automatic
};

/// y ≈ X coefficients + 1 interceptᵀ. For a vector y the coefficients are a vector and intercept has one entry.
template <class T, class W>
struct RidgeFit {
    W coefficients;
    Vector<T> intercept;
};

namespace detail {

/// Sizes that do not fit (DimensionMismatch) and an α that is negative or not finite (InvalidArgument).
void check_ridge(const char* caller, std::int64_t n, std::int64_t y_rows, const double* alphas, std::int64_t count);

/// w p×t; intercepts t, or null.
template <class T>
void ridge(const char* caller, MatrixView<const T> X, MatrixView<const T> y, double alpha, MatrixView<T> w, T* intercepts);
/// The weights of α number a in the columns from a·t on.
template <class T>
void ridge_path(MatrixView<const T> X, MatrixView<const T> y, const std::vector<double>& alphas, MatrixView<T> w);
/// The same for sparse data; one α for ridge. intercepts t, or null.
template <class T, class I>
void sparse_ridge(const char* caller, CsrView<T, I> major, bool by_rows, MatrixView<const T> y,
                  const std::vector<double>& alphas, const RidgeOptions& options, MatrixView<T> w, T* intercepts);

template <class X>
struct RidgeScalar {
    using type = dense_scalar_t<X>;
};
template <SparseMatrix X>
struct RidgeScalar<X> {
    using type = scalar_t<X>;
};
template <class X>
using ridge_scalar_t = typename RidgeScalar<std::remove_cvref_t<X>>::type;

/// Writes the weights for each α side by side; intercepts may be null.
template <class T, class M>
void any_ridge(const char* caller, const M& X, MatrixView<const T> y, const std::vector<double>& alphas, bool path,
               const RidgeOptions& options, MatrixView<T> w, T* intercepts) {
    if constexpr (SparseMatrix<M>) {
        sparse_ridge<T, index_t<M>>(caller, tamis::detail::major_view(X), std::remove_cvref_t<M>::is_row_major, y, alphas,
                                    options, w, intercepts);
    } else {
        const tamis::detail::ShapedInput<M> x(X);
        if (path) ridge_path<T>(x.view(), y, alphas, w);
        else ridge<T>(caller, x.view(), y, alphas[0], w, intercepts);
    }
}

}  // namespace detail

/// Data of a regression: a dense matrix or a sparse one, rows are samples.
template <class M>
concept RegressionData = DenseMatrix<M> || SparseMatrix<M>;

/// The w that minimises ‖X w − y‖² + α ‖w‖², X n×p, for a vector y of n numbers or for each column of a matrix y. Nothing is
/// centred and every weight is penalised: ridge_with_intercept is for data with an offset. α = 0 is least squares, the
/// solution of minimum norm where that is not unique.
///
/// Dense X: by QR of [X; √α I] for n ≥ p (the primal form), by QR of [X √α I]ᴴ for n < p (the dual form: the solution of
/// minimum norm of X w + √α r = y), DenseQr, backward stable, as XᴴX + α I is never formed (Å. Björck, Numerical Methods for
/// Least Squares Problems, SIAM 1996, §2.7.2). Where √α is below rounding in X, (n + p) ε ‖X‖, directions that X does not
/// determine are left out, as for α = 0. 2 (n + p) min(n, p)² flops.
/// Sparse X: lsmr with damping √α, column by column, each to the tolerance of the options, and should that not converge,
/// least_squares with the sparse matrix [X; √α I], which factors it. NotConverged, from lsmr where it was asked for or ended
/// by a number that is not finite.
///
/// DimensionMismatch unless y has n rows; InvalidArgument for an α that is negative, NaN or infinite, and for an entry that
/// is not finite, with its position. A. E. Hoerl, R. W. Kennard, Technometrics 12 (1970).
template <RegressionData M, DenseArgument Y>
[[nodiscard]] auto ridge(const M& X, const Y& y, double alpha, const RidgeOptions& options = {}) {
    using T = detail::ridge_scalar_t<M>;
    const tamis::detail::DenseInput<T, Y> rhs(y);
    detail::check_ridge("ridge", X.rows(), rhs.matrix().rows(), &alpha, 1);
    DenseResult<T, Y> w;
    w.resize(X.cols(), rhs.matrix().cols());
    detail::any_ridge<T>("ridge", X, rhs.matrix(), {alpha}, false, options, MatrixView<T>(w), nullptr);
    return w;
}

/// The w and b that minimise ‖X w + 1 b − y‖² + α ‖w‖²: ridge of X and y less the means of their columns, b is not
/// penalised. Sparse X are centred implicitly, or, where they are factored, get a column of ones that is not penalised (for
/// α = 0 and dependent columns the norm that is least includes b then). Otherwise as ridge; no rows give b = 0.
template <RegressionData M, DenseArgument Y>
[[nodiscard]] auto ridge_with_intercept(const M& X, const Y& y, double alpha, const RidgeOptions& options = {}) {
    using T = detail::ridge_scalar_t<M>;
    const tamis::detail::DenseInput<T, Y> rhs(y);
    detail::check_ridge("ridge_with_intercept", X.rows(), rhs.matrix().rows(), &alpha, 1);
    RidgeFit<T, DenseResult<T, Y>> fit;
    fit.coefficients.resize(X.cols(), rhs.matrix().cols());
    fit.intercept.resize(rhs.matrix().cols());
    detail::any_ridge<T>("ridge_with_intercept", X, rhs.matrix(), {alpha}, false, options, MatrixView<T>(fit.coefficients),
                         fit.intercept.data());
    return fit;
}

/// ridge for many α at once. For a vector y a p×q matrix, a column for each α; for a matrix y a std::vector of q matrices.
/// Dense X: one singular value decomposition X = U diag(σ) Vᴴ, then w = Σ σᵢ / (σᵢ² + α) uᵢᴴy vᵢ, 2 p min(n, p) flops for
/// each α and column; σᵢ ≤ max(n, p) ε σ₁ are left out where √α is no larger either. Sparse X: lsmr for each α, from the
/// largest to the smallest, each started from the one before. Throws what ridge throws.
template <RegressionData M, DenseArgument Y>
[[nodiscard]] auto ridge_path(const M& X, const Y& y, const std::vector<double>& alphas, const RidgeOptions& options = {}) {
    using T = detail::ridge_scalar_t<M>;
    const tamis::detail::DenseInput<T, Y> rhs(y);
    const auto q = static_cast<std::int64_t>(alphas.size());
    const std::int64_t p = X.cols(), t = rhs.matrix().cols();
    detail::check_ridge("ridge_path", X.rows(), rhs.matrix().rows(), alphas.data(), q);
    Matrix<T> all(p, q * t);
    if (q > 0) detail::any_ridge<T>("ridge_path", X, rhs.matrix(), alphas, true, options, MatrixView<T>(all), nullptr);
    if constexpr (VectorArgument<Y>) {
        return all;
    } else {
        std::vector<Matrix<T>> path;
        for (std::int64_t a = 0; a < q; ++a) path.emplace_back(all.middleCols(a * t, t));
        return path;
    }
}

}  // namespace tamis::learn
