// gram_matrix, normalize_rows and cosine_similarity: inner products of samples.
#pragma once

#include <cstdint>
#include <type_traits>
#include <utility>

#include <tamis/core/norm.hpp>
#include <tamis/dense/operand.hpp>
#include <tamis/sparse/matmul.hpp>
#include <tamis/sparse/transpose.hpp>

namespace tamis::learn {

/// Options of `gram_matrix`.
struct GramOptions {
    /// Xᴴ X, the products of the features (p×p), instead of X Xᴴ, those of the samples (n×n).
    bool of_features = false;
};

namespace detail {
template <class T>
void dense_gram(MatrixView<const T> X, bool of_features, MatrixView<T> K);
template <class T>
void normalize_dense(const char* what, const char* which, MatrixView<const T> X, Norm norm, MatrixView<T> Z);
template <class T, class I>
void normalize_sparse(const char* what, const char* which, CsrView<T, I> X, Norm norm, T* values);
template <class T>
void dense_cosines(MatrixView<const T> X, MatrixView<const T> Y, MatrixView<T> S);
template <class T>
void dense_self_cosines(MatrixView<const T> X, MatrixView<T> S);
/// A product of normalized samples as a cosine: within [−1, 1], and 1 for a sample with itself.
template <class T, class I>
void clamp_cosines(CsrView<T, I> S, bool self, T* values);
/// Refuses what is not finite, with its position in X, or in Xᵀ unless X is `by_rows`.
template <class T, class I>
void check_sparse_finite(const char* what, CsrView<T, I> X, bool by_rows);
void check_features(const char* what, std::int64_t x_rows, std::int64_t x_cols, std::int64_t y_rows, std::int64_t y_cols);

template <SparseMatrix X>
auto normalized_rows(const char* what, const char* which, const X& x, Norm norm) {
    using T = scalar_t<X>;
    using I = index_t<X>;
    const tamis::detail::MajorInput<T, true, X> a(x);
    Csr<T, I> Z(a.view());
    normalize_sparse<T, I>(what, which, a.view(), norm, Z.values().data());
    return Z;
}
}  // namespace detail

/// The Gram matrix of the samples (rows) of X, n×p: K = X Xᴴ, n×n, of which entry (i, j) is the inner product x_i ·
/// conj(x_j); Xᴴ X, p×p, if `.of_features`. All four scalars; exactly Hermitian, the diagonal real. Dense: BLAS's rank-k
/// update, n² p operations. Sparse: the sparse product A * B, sparse and in the format of X; an entry is stored wherever two
/// samples share a feature. InvalidArgument for an entry that is not finite, with its position. Storage: the result, and a
/// copy of X where neither its rows nor its columns are contiguous.
template <class X>
    requires DenseMatrix<X> || SparseMatrix<X>
[[nodiscard]] auto gram_matrix(const X& x, const GramOptions& options = {}) {
    if constexpr (SparseMatrix<X>) {
        detail::check_sparse_finite<scalar_t<X>, index_t<X>>("gram_matrix", tamis::detail::major_view(x), X::is_row_major);
        if (options.of_features) return adjoint(x) * x;
        return x * adjoint(x);
    } else {
        using T = dense_scalar_t<X>;
        const tamis::detail::ShapedInput<X> a(x);
        const std::int64_t order = options.of_features ? x.cols() : x.rows();
        return tamis::detail::allocate_matrix<T>(
            order, order, [&](MatrixView<T> K) { detail::dense_gram<T>(a.view(), options.of_features, K); });
    }
}

/// The rows of X divided by their norms: Norm::two (the default), one (moduli add up to 1) or inf (the largest modulus is
/// 1). Rows of zeros stay zero. Norms neither over- nor underflow. A Matrix<T> of dense data, Csr or Csc (as X is) of sparse
/// ones on the same pattern. InvalidArgument for another norm, and for an entry that is not finite, with its position. Each
/// entry is right to (p / 2 + 3) ε at worst. O(n p), or O(nnz).
template <class X>
    requires DenseMatrix<X> || SparseMatrix<X>
[[nodiscard]] auto normalize_rows(const X& x, Norm norm = Norm::two) {
    if constexpr (SparseMatrix<X>) {
        auto Z = detail::normalized_rows("normalize_rows", "X", x, norm);
        if constexpr (X::is_row_major) return Z;
        else return as_transposed(transpose(Z));
    } else {
        using T = dense_scalar_t<X>;
        const tamis::detail::ShapedInput<X> a(x);
        return tamis::detail::allocate_matrix<T>(x.rows(), x.cols(), [&](MatrixView<T> Z) {
            detail::normalize_dense<T>("normalize_rows", "X", a.view(), norm, Z);
        });
    }
}

/// The cosines x·y / (‖x‖ ‖y‖) of the angles between the rows of X and those of Y, n×m, within [−1, 1]; 0 where a row is
/// zero. Dense data of either layout: a Matrix<T>. Sparse data (both): sparse in the format Csr, with an entry where two
/// samples share a feature, since others are 0. Real scalars. Absolute error: about (p + 4) ε at worst. DimensionMismatch,
/// with both shapes, for different numbers of features; InvalidArgument for an entry that is not finite. Cost: that of one
/// product.
template <class X, class Y>
    requires(DenseMatrix<X>&& DenseMatrix<Y>)
|| (SparseMatrix<X> && SparseMatrix<Y>) [[nodiscard]] auto cosine_similarity(const X& x, const Y& y) {
    detail::check_features("cosine_similarity", x.rows(), x.cols(), y.rows(), y.cols());
    if constexpr (SparseMatrix<X>) {
        using T = scalar_t<X>;
        static_assert(std::same_as<T, scalar_t<Y>> && !is_complex_v<T>,
                      "tamis: cosines are of real data of one scalar type");
        auto S = detail::normalized_rows("cosine_similarity", "X", x, Norm::two) *
                 transpose(detail::normalized_rows("cosine_similarity", "Y", y, Norm::two));
        detail::clamp_cosines<T, index_t<X>>(S.view(), false, S.values().data());
        return S;
    } else {
        using T = dense_scalar_t<X>;
        static_assert(std::same_as<T, dense_scalar_t<Y>> && !is_complex_v<T>,
                      "tamis: cosines are of real data of one scalar type");
        const tamis::detail::ShapedInput<X> a(x);
        const tamis::detail::ShapedInput<Y> b(y);
        return tamis::detail::allocate_matrix<T>(x.rows(), y.rows(),
                                                 [&](MatrixView<T> S) { detail::dense_cosines<T>(a.view(), b.view(), S); });
    }
}
/// Those between all rows of X: exactly symmetric; 1 on the diagonal, but 0 for a row of zeros (sparse: no entry).
template <class X>
    requires DenseMatrix<X> || SparseMatrix<X>
[[nodiscard]] auto cosine_similarity(const X& x) {
    if constexpr (SparseMatrix<X>) {
        using T = scalar_t<X>;
        static_assert(!is_complex_v<T>, "tamis: cosines are of real data");
        const auto Z = detail::normalized_rows("cosine_similarity", "X", x, Norm::two);
        auto S = Z * transpose(Z);
        detail::clamp_cosines<T, index_t<X>>(S.view(), true, S.values().data());
        return S;
    } else {
        using T = dense_scalar_t<X>;
        static_assert(!is_complex_v<T>, "tamis: cosines are of real data");
        const tamis::detail::ShapedInput<X> a(x);
        return tamis::detail::allocate_matrix<T>(x.rows(), x.rows(),
                                                 [&](MatrixView<T> S) { detail::dense_self_cosines<T>(a.view(), S); });
    }
}

}  // namespace tamis::learn
