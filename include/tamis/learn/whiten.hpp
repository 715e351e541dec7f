// pca_whiten and zca_whiten: data turned and scaled so that its covariance is the identity.
#pragma once

#include <cstdint>

#include <tamis/core/dense_types.hpp>
#include <tamis/dense/operand.hpp>

namespace tamis::learn {

struct PcaWhitenOptions {
    std::int64_t components = 0;  ///< how many, those of largest variance; 0: min(samples, features)
    double epsilon = 1e-5;        ///< added to the variances, in their unit; at least 0
    bool bias = false;            ///< variances over n samples instead of n − 1
};

struct ZcaWhitenOptions {
    double epsilon = 1e-5;  ///< added to the variances, in their unit; at least 0
    bool bias = false;      ///< variances over n samples instead of n − 1
};

/// whitened = (X − 1 meanᵀ) · transform, rows are samples.
template <class T>
struct Whitening {
    Matrix<T> whitened;   ///< n×k
    Matrix<T> transform;  ///< p×k
    Vector<T> mean;       ///< p, of the columns of X
    Matrix<T> inverse;    ///< k×p: X ≈ whitened · inverse + 1 meanᵀ, exact up to rounding where nothing was left out
    Vector<Real<T>> variances;  ///< eigenvalues of the covariance along the k axes (ZCA: all p), descending, at least 0

    /// (X − 1 meanᵀ) · transform of further samples.
    template <DenseMatrix M>
    [[nodiscard]] Matrix<T> apply(const M& X) const;
    /// Z · inverse + 1 meanᵀ.
    template <DenseMatrix M>
    [[nodiscard]] Matrix<T> invert(const M& Z) const;
};

namespace detail {

enum class WhitenKind { pca, zca };

/// What is written, all contiguous; k columns (ZCA: p). variances has as many.
template <class T>
struct WhitenOutput {
    T* whitened;
    T* transform;
    T* mean;
    T* inverse;
    Real<T>* variances;
};
/// The k of the options; InvalidArgument for what does not fit.
std::int64_t check_whitening(const char* caller, std::int64_t n, std::int64_t p, std::int64_t components, double epsilon);
template <class T>
void whiten(const char* caller, WhitenKind kind, MatrixView<const T> X, std::int64_t k, double epsilon, bool bias,
            const WhitenOutput<T>& out);
/// Y = (X − 1 beforeᵀ) A + 1 afterᵀ; means may be null. Y contiguous. DimensionMismatch, and what is not finite is refused.
template <class T>
void affine_map(const char* caller, MatrixView<const T> X, const T* before, MatrixView<const T> A, const T* after, T* Y);

template <class M>
auto whiten(const char* caller, WhitenKind kind, const M& X, std::int64_t components, double epsilon, bool bias) {
    using T = dense_scalar_t<M>;
    const tamis::detail::ShapedInput<M> x(X);
    const std::int64_t n = x.view().rows(), p = x.view().cols();
    const std::int64_t checked = check_whitening(caller, n, p, components, epsilon),
                       k = kind == WhitenKind::zca ? p : checked;
    Whitening<T> w;
    w.whitened.resize(n, k);
    w.transform.resize(p, k);
    w.mean.resize(p);
    w.inverse.resize(k, p);
    w.variances.resize(k);
    whiten<T>(caller, kind, x.view(), k, epsilon, bias,
              {w.whitened.data(), w.transform.data(), w.mean.data(), w.inverse.data(), w.variances.data()});
    return w;
}

}  // namespace detail

template <class T>
template <DenseMatrix M>
Matrix<T> Whitening<T>::apply(const M& X) const {
    const tamis::detail::DenseInput<T, M> x(X);
    Matrix<T> Y(x.matrix().rows(), transform.cols());
    detail::affine_map<T>("Whitening apply", x.matrix(), mean.data(), MatrixView<const T>(transform), nullptr, Y.data());
    return Y;
}
template <class T>
template <DenseMatrix M>
Matrix<T> Whitening<T>::invert(const M& Z) const {
    const tamis::detail::DenseInput<T, M> z(Z);
    Matrix<T> Y(z.matrix().rows(), inverse.cols());
    detail::affine_map<T>("Whitening invert", z.matrix(), nullptr, MatrixView<const T>(inverse), mean.data(), Y.data());
    return Y;
}

/// PCA whitening: the k principal axes V of the data scaled to variance 1, transform = V diag(1/√(max(λ, 0) + ε)) with the
/// eigenvalues λ of the covariance Xcᴴ Xc / (n − 1), Xc = X − 1 meanᵀ. The covariance of `whitened` is diag(λ / (λ + ε)):
/// the identity for ε = 0. Signs are those of Pca. Rows of X (n×p) are samples.
///
/// ε is in the unit of the variances: scale the data, or ε, so that it is small beside those that matter. With ε = 0 a
/// direction whose variance is rounding, λ ≤ max(n, p) ε_machine λ₁, is left out: its column of `transform` and row of
/// `inverse` are zero.
///
/// The covariance holds squares: standard deviations below √ε_machine of the largest drown in rounding. Pca with `.whiten`
/// works on the data themselves and keeps them. DimensionMismatch, from `apply` and `invert`, for other numbers of features;
/// InvalidArgument for fewer than two samples, an entry that is not finite (with its position), components outside of [0,
/// min(n, p)], and an ε that is negative or not finite. Cost: n p² + 9 p³ + 2 n p k flops; storage: a copy of X and p²
/// numbers beside the result.
template <DenseMatrix M>
[[nodiscard]] Whitening<dense_scalar_t<M>> pca_whiten(const M& X, const PcaWhitenOptions& options = {}) {
    return detail::whiten("pca_whiten", detail::WhitenKind::pca, X, options.components, options.epsilon, options.bias);
}

/// ZCA whitening (A. J. Bell, T. J. Sejnowski, The "independent components" of natural scenes are edge filters, Vision
/// Research 37, 1997): transform = V diag(1/√(max(λ, 0) + ε)) Vᴴ, the whitening that changes the data least (A. Kessy, A.
/// Lewin, K. Strimmer, Optimal whitening and decorrelation, The American Statistician 72, 2018). `transform` and `inverse`
/// are p×p and exactly Hermitian; otherwise as pca_whiten. With more features than samples directions without variance are
/// scaled by 1/√ε, with ε = 0 left out.
template <DenseMatrix M>
[[nodiscard]] Whitening<dense_scalar_t<M>> zca_whiten(const M& X, const ZcaWhitenOptions& options = {}) {
    return detail::whiten("zca_whiten", detail::WhitenKind::zca, X, 0, options.epsilon, options.bias);
}

}  // namespace tamis::learn
