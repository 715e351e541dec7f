// pairwise_distances and rbf_kernel: what kernel methods, nearest neighbours and clustering compute of all pairs of samples.
#pragma once

#include <cstdint>

#include <tamis/dense/operand.hpp>
#include <tamis/sparse/operand.hpp>

namespace tamis::learn {

/// Options of `pairwise_distances`.
struct DistanceOptions {
    /// ‖x − y‖² instead of ‖x − y‖.
    bool squared = false;
};

/// Options of `rbf_kernel`: the width as a length.
struct RbfOptions {
    /// ℓ in exp(−‖x − y‖² / (2 ℓ²)).
    double length_scale = 1;
};

namespace detail {
enum class Measure { distance, squared, gaussian };

/// InvalidArgument unless γ (ℓ) is positive and finite; γ of a length scale.
void check_gamma(double gamma);
double gamma_of(double length_scale);

/// D (n×m, column-major and contiguous) = the measure of the distances between the rows of X and Y.
template <class T>
void distances(const char* what, MatrixView<const T> X, MatrixView<const T> Y, Measure measure, double gamma,
               MatrixView<Real<T>> D);
template <class T>
void self_distances(const char* what, MatrixView<const T> X, Measure measure, double gamma, MatrixView<Real<T>> D);
template <class T, class I>
void sparse_distances(const char* what, CsrView<T, I> X, CsrView<T, I> Y, Measure measure, double gamma, MatrixView<T> D);
template <class T, class I>
void sparse_self_distances(const char* what, CsrView<T, I> X, Measure measure, double gamma, MatrixView<T> D);
/// `transposed`: D is Y.rows()×X.rows().
template <class T, class I>
void mixed_distances(const char* what, CsrView<T, I> X, MatrixView<const T> Y, bool transposed, Measure measure,
                     double gamma, MatrixView<T> D);

/// Dense or sparse data.
template <class X>
concept Data = DenseMatrix<X> || SparseMatrix<X>;
template <class X>
struct DataScalar {
    using type = typename std::remove_cvref_t<X>::scalar_type;
};
template <DenseMatrix X>
struct DataScalar<X> {
    using type = dense_scalar_t<X>;
};
template <class X>
using data_scalar_t = typename DataScalar<X>::type;

template <Data X, Data Y>
auto measure_pairs(const char* what, const X& x, const Y& y, Measure measure, double gamma) {
    using T = data_scalar_t<X>;
    static_assert(std::same_as<T, data_scalar_t<Y>>, "tamis: X and Y need one scalar type");
    static_assert(!is_complex_v<T> || (DenseMatrix<X> && DenseMatrix<Y>),
                  "tamis: distances of sparse samples are of real ones");
    Matrix<Real<T>> D(x.rows(), y.rows());
    if constexpr (DenseMatrix<X> && DenseMatrix<Y>) {
        const tamis::detail::ShapedInput<X> a(x);
        const tamis::detail::ShapedInput<Y> b(y);
        distances<T>(what, a.view(), b.view(), measure, gamma, MatrixView<Real<T>>(D));
    } else if constexpr (SparseMatrix<X> && SparseMatrix<Y>) {
        static_assert(tamis::detail::same_index_v<X, Y>, "tamis: X and Y need one index type; cast one with cast<U, J>");
        const tamis::detail::MajorInput<T, true, X> a(x);
        const tamis::detail::MajorInput<T, true, Y> b(y);
        sparse_distances<T, index_t<X>>(what, a.view(), b.view(), measure, gamma, MatrixView<T>(D));
    } else if constexpr (SparseMatrix<X>) {
        const tamis::detail::MajorInput<T, true, X> a(x);
        const tamis::detail::ShapedInput<Y> b(y);
        mixed_distances<T, index_t<X>>(what, a.view(), b.view(), false, measure, gamma, MatrixView<T>(D));
    } else {
        const tamis::detail::ShapedInput<X> a(x);
        const tamis::detail::MajorInput<T, true, Y> b(y);
        mixed_distances<T, index_t<Y>>(what, b.view(), a.view(), true, measure, gamma, MatrixView<T>(D));
    }
    return D;
}

template <Data X>
auto measure_pairs(const char* what, const X& x, Measure measure, double gamma) {
    using T = data_scalar_t<X>;
    static_assert(!is_complex_v<T> || DenseMatrix<X>, "tamis: distances of sparse samples are of real ones");
    Matrix<Real<T>> D(x.rows(), x.rows());
    if constexpr (DenseMatrix<X>) {
        const tamis::detail::ShapedInput<X> a(x);
        self_distances<T>(what, a.view(), measure, gamma, MatrixView<Real<T>>(D));
    } else {
        const tamis::detail::MajorInput<T, true, X> a(x);
        sparse_self_distances<T, index_t<X>>(what, a.view(), measure, gamma, MatrixView<T>(D));
    }
    return D;
}
}  // namespace detail

/// The Euclidean distances (squared on demand) between the rows of X (n×p) and those of Y (m×p): n×m. Rows are samples. X
/// and Y may be dense (any strides) or sparse; sparse samples are never made dense as a whole. Complex ones: dense only.
///
/// Few features (p ≤ 16): Σ (x_k − y_k)² as it stands, relative error (p + 2) ε. More: ‖x‖² + ‖y‖² − 2 x·y by BLAS in blocks
/// that stay in the cache, after the common mean is taken off dense data where it is a large part of them. An entry below
/// (‖x‖² + ‖y‖²) / 8 has cancelled and is computed anew from the differences of the samples as they were given, so that
/// close points far from the origin keep their digits. Relative error of a squared distance: at most 8 (2 p + 8) ε where
/// trusted (the bound of any order of summation; √p instead of p is what is seen), (p + 3) ε where anew. Squares that over-
/// or underflow are computed with a scale, so that distances of all magnitudes are right; a squared distance itself may be
/// infinite or 0.
///
/// InvalidArgument for an entry that is not finite, with its position; DimensionMismatch, with both shapes, for different
/// numbers of features. Cost: 2 n m p operations (sparse: 2 a multiplication of X Yᵀ), and 3 p for each entry computed anew:
/// data in few tight clusters cost up to what the plain loop does. Storage: the result and a copy or two of X and Y.
template <detail::Data X, detail::Data Y>
[[nodiscard]] auto pairwise_distances(const X& x, const Y& y, const DistanceOptions& options = {}) {
    return detail::measure_pairs("pairwise_distances", x, y,
                                 options.squared ? detail::Measure::squared : detail::Measure::distance, 1);
}
/// Those between all rows of X: exactly symmetric, zeros on the diagonal, half of the work.
template <detail::Data X>
[[nodiscard]] auto pairwise_distances(const X& x, const DistanceOptions& options = {}) {
    return detail::measure_pairs("pairwise_distances", x,
                                 options.squared ? detail::Measure::squared : detail::Measure::distance, 1);
}

/// The Gaussian (RBF) kernel exp(−γ ‖x − y‖²) of the rows of X and Y, n×m, by the distances of pairwise_distances. Its
/// relative error is γ d² times that of d², and 2 ε: what matters decays. InvalidArgument unless γ is positive and finite,
/// and as pairwise_distances.
template <detail::Data X, detail::Data Y>
[[nodiscard]] auto rbf_kernel(const X& x, const Y& y, double gamma) {
    detail::check_gamma(gamma);
    return detail::measure_pairs("rbf_kernel", x, y, detail::Measure::gaussian, gamma);
}
/// That of all rows of X: exactly symmetric, ones on the diagonal.
template <detail::Data X>
[[nodiscard]] auto rbf_kernel(const X& x, double gamma) {
    detail::check_gamma(gamma);
    return detail::measure_pairs("rbf_kernel", x, detail::Measure::gaussian, gamma);
}
/// By a length scale: exp(−‖x − y‖² / (2 ℓ²)), γ = 1 / (2 ℓ²).
template <detail::Data X, detail::Data Y>
[[nodiscard]] auto rbf_kernel(const X& x, const Y& y, const RbfOptions& options) {
    return detail::measure_pairs("rbf_kernel", x, y, detail::Measure::gaussian, detail::gamma_of(options.length_scale));
}
template <detail::Data X>
[[nodiscard]] auto rbf_kernel(const X& x, const RbfOptions& options) {
    return detail::measure_pairs("rbf_kernel", x, detail::Measure::gaussian, detail::gamma_of(options.length_scale));
}

}  // namespace tamis::learn
