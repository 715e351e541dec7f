// Pca<T>: principal components of dense and sparse data.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <tamis/core/array.hpp>
#include <tamis/core/dense_types.hpp>
#include <tamis/dense/operand.hpp>
#include <tamis/sparse/view.hpp>

namespace tamis::learn {

/// How principal components are computed; see Pca.
enum class PcaMethod { automatic, exact, lanczos, randomized };

/// The enumerator's own name.
std::string_view to_string(PcaMethod method) noexcept;

struct PcaOptions {
    std::int64_t components = 0;  ///< how many; 0: min(samples, features)
    PcaMethod method = PcaMethod::automatic;
    bool whiten = false;                ///< `transform` scales each component to variance 1, `inverse_transform` back
    std::uint64_t seed = 0;             ///< of the random vectors of lanczos and randomized
    double tolerance = 0;               ///< of lanczos, relative to the largest singular value; 0: 1e-10 (float: 2e-5)
    std::int64_t power_iterations = 4;  ///< of randomized: more where singular values decay slowly
    std::int64_t oversampling = 10;     ///< of randomized
};

/// Principal component analysis of data whose rows are samples: X − 1 meanᵀ = U diag(σ) Vᴴ, of which the first k right
/// singular vectors are the components (the rows of `components()`), the axes along which the data vary most. `transform(X)`
/// is (X − 1 meanᵀ) V, n×k, `inverse_transform(Z)` is Z Vᴴ + 1 meanᵀ, the nearest point to X among all that k components
/// reach.
///
/// Methods. `exact`: the singular value decomposition of the centred data, by QR of the longer side and LAPACK's SVD of the
/// triangle (T. F. Chan, ACM TOMS 8, 1982): O(n p min(n, p)), a copy of the data; the covariance, which would square σ, is
/// never formed. `lanczos`: svds for k components, each to a tolerance (NotConverged if it is not reached), by products
/// only. `randomized`: randomized_svd (Halko, Martinsson, Tropp 2011), a fixed number of products, as good as the decay of σ
/// allows. Dense data are centred in a copy. Sparse data are never centred, and never made dense unless `exact` is asked for
/// or they are small: products are with the operator X − 1 meanᵀ, and memory is that of the data plus O((n + p) k).
/// `automatic` takes `exact` for dense data with min(n, p) ≤ 256 or k > min(n, p)/8 and for sparse data of up to 2²⁰
/// entries, zeros included, otherwise `lanczos`; `method()` and `reason()` say which and why.
///
/// The sign of each component is fixed: its first entry whose modulus is the largest (up to √ε of it) is positive, for
/// complex data real and positive. Where σ repeat, the components are a basis of their space.
///
/// One object may be fitted again; after an exception it is what it was. All const members may be called from several
/// threads at once. Storage: p (k + 1) + k numbers.
template <class T>
class Pca {
    static_assert(Scalar<T>);

  public:
    using scalar_type = T;

    /// InvalidArgument for negative counts and a tolerance that is negative or NaN.
    explicit Pca(const PcaOptions& options = {});

    /// Finds mean and components of the rows of X. InvalidArgument for fewer than two samples, an entry that is not finite
    /// (with its position), more components than min(n, p), and for sparse data of more than 2²⁰ entries, zeros included,
    /// with so many components (or all: `.components` = 0) that no method but `exact` is left, which then has to be asked
    /// for; NotConverged.
    template <tamis::detail::DenseMatrixOf<T> M>
    Pca& fit(const M& X) {
        fit_dense(tamis::detail::ShapedInput<M>(X).view());
        return *this;
    }
    template <SparseMatrix M>
    requires std::same_as<scalar_t<M>, T> Pca& fit(const M& X) {
        fit_sparse(tamis::detail::major_view(X), std::remove_cvref_t<M>::is_row_major);
        return *this;
    }

    /// The coordinates of the rows of X, n×k. Error before the first fit; DimensionMismatch for another number of features;
    /// InvalidArgument for an entry that is not finite.
    template <tamis::detail::DenseMatrixOf<T> M>
    [[nodiscard]] Matrix<T> transform(const M& X) const {
        const tamis::detail::ShapedInput<M> x(X);
        return tamis::detail::allocate_matrix<T>(x.view().rows(), k_, [&](auto out) { write_transform(x.view(), out); });
    }
    template <SparseMatrix M>
        requires std::same_as<scalar_t<M>, T>
    [[nodiscard]] Matrix<T> transform(const M& X) const {
        return tamis::detail::allocate_matrix<T>(X.rows(), k_, [&](auto out) {
            write_transform(tamis::detail::major_view(X), std::remove_cvref_t<M>::is_row_major, out);
        });
    }
    /// fit(X) and transform(X).
    template <class M>
    [[nodiscard]] Matrix<T> fit_transform(const M& X) {
        return fit(X).transform(X);
    }
    /// The points with these coordinates, n×p, for an n×k Z.
    template <tamis::detail::DenseMatrixOf<T> M>
    [[nodiscard]] Matrix<T> inverse_transform(const M& Z) const {
        const tamis::detail::ShapedInput<M> z(Z);
        return tamis::detail::allocate_matrix<T>(z.view().rows(), p_, [&](auto out) { write_inverse(z.view(), out); });
    }

    /// Vᴴ, k×p: a component a row.
    [[nodiscard]] Matrix<T> components() const {
        return tamis::detail::allocate_matrix<T>(k_, p_, [this](auto out) { write_components(out); });
    }
    /// Of the features, p numbers.
    [[nodiscard]] Vector<T> mean() const {
        Vector<T> m(features());
        write_mean(m.data());
        return m;
    }
    /// σ of the centred data, k numbers, descending.
    [[nodiscard]] Vector<Real<T>> singular_values() const { return values_by(Quantity::singular_values); }
    /// σ² / (n − 1).
    [[nodiscard]] Vector<Real<T>> explained_variance() const { return values_by(Quantity::variance); }
    /// explained_variance / total_variance; 0 where nothing varies.
    [[nodiscard]] Vector<Real<T>> explained_variance_ratio() const { return values_by(Quantity::ratio); }
    /// The sum of the variances of all features, by itself and not from σ.
    [[nodiscard]] Real<T> total_variance() const;

    [[nodiscard]] std::int64_t samples() const noexcept { return n_; }
    [[nodiscard]] std::int64_t features() const noexcept { return p_; }
    [[nodiscard]] std::int64_t count() const noexcept { return k_; }
    /// The method that was used, and a sentence that says why.
    [[nodiscard]] PcaMethod method() const noexcept { return method_; }
    [[nodiscard]] const std::string& reason() const noexcept { return reason_; }

  private:
    enum class Quantity { singular_values, variance, ratio };
    struct Fitted;

    void fit_dense(MatrixView<const T> X);
    template <class I>
    void fit_sparse(CsrView<T, I> major, bool by_rows);
    void write_transform(MatrixView<const T> X, MatrixView<T> out) const;
    template <class I>
    void write_transform(CsrView<T, I> major, bool by_rows, MatrixView<T> out) const;
    void write_inverse(MatrixView<const T> Z, MatrixView<T> out) const;
    void write_components(MatrixView<T> out) const;
    void write_mean(T* out) const;
    void write_values(Quantity quantity, Real<T>* out) const;
    [[nodiscard]] Vector<Real<T>> values_by(Quantity quantity) const {
        Vector<Real<T>> v(count());
        write_values(quantity, v.data());
        return v;
    }
    [[nodiscard]] Array<T> scaled_axes(bool forward) const;
    void check_fitted(const char* caller) const;
    void take(Fitted&& fitted);

    PcaOptions options_;
    tamis::detail::Handed<std::int64_t> n_;
    tamis::detail::Handed<std::int64_t> p_;
    tamis::detail::Handed<std::int64_t> k_;
    tamis::detail::Handed<bool> fitted_;
    PcaMethod method_ = PcaMethod::automatic;
    std::string reason_;
    Array<T> mean_;
    Array<T> axes_;  // V, p×k
    Array<Real<T>> values_;
    double squares_ = 0;  // of all entries of the centred data
};

}  // namespace tamis::learn
