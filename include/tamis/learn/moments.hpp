// covariance, correlation and standardize: first and second moments of data, centred before they are squared.
#pragma once

#include <cstdint>
#include <utility>

#include <tamis/dense/operand.hpp>
#include <tamis/sparse/operand.hpp>

namespace tamis::learn {

/// Options of `covariance`.
struct CovarianceOptions {
    /// Divide by n instead of n − 1.
    bool bias = false;
};

/// Options of `standardize`.
struct StandardizeOptions {
    /// Variances by n instead of n − 1.
    bool bias = false;
    /// Take the mean off. Sparse data would be dense after that, and are refused unless this is false.
    bool center = true;
};

/// Data, and what was done to them: column k of `standardized` is (x_k − mean_k) / scale_k (x_k / scale_k if not centred).
/// X is a Matrix<T>, or Csr, Csc as the data were.
template <class X, class T>
struct Standardized {
    X standardized;
    Vector<T> mean;
    /// Standard deviations; 1 for a constant feature.
    Vector<T> scale;
};

namespace detail {
template <class T>
void dense_covariance(const char* what, MatrixView<const T> X, bool bias, bool correlation, MatrixView<T> C);
template <class T, class I>
void sparse_covariance(const char* what, CsrView<T, I> X, bool bias, bool correlation, MatrixView<T> C);
template <class T>
void standardize_dense(MatrixView<const T> X, const StandardizeOptions& options, MatrixView<T> Z, VectorView<T> mean,
                       VectorView<T> scale);
/// Of the rows of X, which are the features.
template <class T, class I>
void standardize_sparse(CsrView<T, I> X, const StandardizeOptions& options, VectorView<T> mean, VectorView<T> scale);

template <class X>
auto second_moments(const char* what, const X& x, bool bias, bool correlation) {
    if constexpr (SparseMatrix<X>) {
        using T = scalar_t<X>;
        static_assert(!is_complex_v<T>, "tamis: moments are of real data");
        const tamis::detail::MajorInput<T, true, X> a(x);
        Matrix<T> C(x.cols(), x.cols());
        sparse_covariance<T, index_t<X>>(what, a.view(), bias, correlation, MatrixView<T>(C));
        return C;
    } else {
        using T = dense_scalar_t<X>;
        static_assert(!is_complex_v<T>, "tamis: moments are of real data");
        const tamis::detail::ShapedInput<X> a(x);
        Matrix<T> C(x.cols(), x.cols());
        dense_covariance<T>(what, a.view(), bias, correlation, MatrixView<T>(C));
        return C;
    }
}
}  // namespace detail

/// The covariance of the columns (features) of X, n×p, whose rows are samples: Σ (x − μ)(x − μ)ᵀ / (n − 1), or / n if
/// `.bias`; p×p, exactly symmetric.
///
/// Dense data (any strides) are centred before they are multiplied: the mean is that of differences from the first sample
/// and is taken off such differences, so that data far from the origin keep their digits and a constant feature has
/// covariances of exactly 0; then blocks of samples by BLAS's rank-k update. T. F. Chan, G. H. Golub, R. J. LeVeque,
/// Algorithms for computing the sample variance, The American Statistician 37, 1983. Error of an entry: about (n + 4) ε
/// √(C_ii C_jj) at worst (√n is what is seen). Sparse data are centred implicitly, Σ x xᵀ − n μ μᵀ, which cancels at most
/// one digit for features that are at most half filled; those that are filled more are shifted by their means first, which
/// stores at most twice their entries, and the same bound holds. Features out of the range of squares are scaled by powers
/// of two.
///
/// InvalidArgument for fewer than 2 samples (1 if `.bias`), and for an entry that is not finite, with its position. Cost: n
/// p² operations (sparse: Σ of the squares of the rows' lengths). Storage: p² numbers a thread, beside blocks of samples.
template <class X>
    requires DenseMatrix<X> || SparseMatrix<X>
[[nodiscard]] auto covariance(const X& x, const CovarianceOptions& options = {}) {
    return detail::second_moments("covariance", x, options.bias, false);
}

/// The correlation coefficients C_ij / √(C_ii C_jj) of the features: exactly symmetric, within [−1, 1], ones on the
/// diagonal. A constant feature has no correlation with others: 0 here (and 1 with itself), where NumPy gives NaN, so that
/// the result is a positive semidefinite matrix in any case. Otherwise as covariance; the scale of a feature does not
/// matter. At least 2 samples.
template <class X>
    requires DenseMatrix<X> || SparseMatrix<X>
[[nodiscard]] auto correlation(const X& x) {
    return detail::second_moments("correlation", x, false, true);
}

/// Features with mean 0 and variance 1: (x − μ) / σ by columns, and μ, σ for other data of the kind. σ is 1 for a constant
/// feature. Sparse data are only scaled: `{.center = false}`, which must be said. Unbiased variances by default, as in
/// covariance; scikit-learn's StandardScaler is `{.bias = true}`. Errors and accuracy as covariance. O(n p), two passes.
template <class X>
    requires DenseMatrix<X> || SparseMatrix<X>
[[nodiscard]] auto standardize(const X& x, const StandardizeOptions& options = {}) {
    if constexpr (SparseMatrix<X>) {
        using T = scalar_t<X>;
        using I = index_t<X>;
        static_assert(!is_complex_v<T>, "tamis: moments are of real data");
        const tamis::detail::MajorInput<T, false, X> features(x);  // the transpose by rows
        Standardized<tamis::detail::owner_t<X>, T> result{tamis::detail::owner_t<X>(x), Vector<T>(x.cols()),
                                                          Vector<T>(x.cols())};
        detail::standardize_sparse<T, I>(features.view(), options, VectorView<T>(result.mean), VectorView<T>(result.scale));
        T* const values = result.standardized.values().data();
        const auto major = tamis::detail::major_view(x);
        for (std::int64_t i = 0; i < major.rows(); ++i)
            for (auto e = static_cast<std::int64_t>(major.row_offsets()[static_cast<std::size_t>(i)]);
                 e < static_cast<std::int64_t>(major.row_offsets()[static_cast<std::size_t>(i) + 1]); ++e)
                values[e] /=
                    result
                        .scale[X::is_row_major ? static_cast<std::int64_t>(major.col_indices()[static_cast<std::size_t>(e)])
                                               : i];
        return result;
    } else {
        using T = dense_scalar_t<X>;
        static_assert(!is_complex_v<T>, "tamis: moments are of real data");
        const tamis::detail::ShapedInput<X> a(x);
        Standardized<Matrix<T>, T> result{Matrix<T>(x.rows(), x.cols()), Vector<T>(x.cols()), Vector<T>(x.cols())};
        detail::standardize_dense<T>(a.view(), options, MatrixView<T>(result.standardized), VectorView<T>(result.mean),
                                     VectorView<T>(result.scale));
        return result;
    }
}

}  // namespace tamis::learn
