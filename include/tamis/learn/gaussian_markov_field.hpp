// GaussianMarkovField: a Gaussian distribution given by its sparse precision matrix.
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include <tamis/core/array.hpp>
#include <tamis/sparse/add.hpp>
#include <tamis/sparse/cholesky.hpp>
#include <tamis/sparse/convert.hpp>
#include <tamis/sparse/matmul.hpp>
#include <tamis/sparse/multiply.hpp>
#include <tamis/sparse/select.hpp>
#include <tamis/sparse/transpose.hpp>

namespace tamis::learn {

namespace detail {

/// Standard normal numbers by their position: those of a seed are always the same.
template <class T>
void fill_white(T* x, std::int64_t n, std::uint64_t seed);
/// log N(row of X; mean, Q⁻¹) for each row.
template <class T, class I>
void field_log_density(CsrView<T, I> Q, double logdet, VectorView<const T> mean, MatrixView<const T> X, VectorView<T> out);
/// The entries of Z on the pattern of A, which that of Z holds.
template <class T, class I>
Csr<T, I> on_pattern_of(CsrView<T, I> A, CsrView<T, I> Z);
/// What remains of 0 … n − 1. DimensionMismatch unless there is a value for each index; InvalidArgument for indices that are
/// outside or come twice.
std::vector<std::int64_t> remaining_indices(const char* what, std::int64_t n, std::span<const std::int64_t> indices,
                                            std::int64_t values);
/// Sizes and entries of observations B x + noise = y; the reciprocal square roots of the variances (one for all, or each).
template <class T>
void check_observations(const char* what, std::int64_t n, std::int64_t rows, std::int64_t cols, VectorView<const T> y,
                        VectorView<const T> variances, VectorView<T> weights);
/// DimensionMismatch unless v has n entries, InvalidArgument unless they are finite.
template <class T>
void check_field_vector(const char* what, const char* which, std::int64_t n, VectorView<const T> v);

}  // namespace detail

template <class T, class I>
struct ConditionedField;

/// x ~ N(μ, Q⁻¹) for n unknowns with a sparse, positive definite precision matrix Q: q_ij = 0 says that x_i and x_j are
/// independent given all others. Where the covariance would be dense, everything here costs a sparse Cholesky factorization
/// of Q, made once. T is float or double (factors are in double), M any real sparse matrix.
///
/// Rue and Held, "Gaussian Markov Random Fields: Theory and Applications", Chapman & Hall 2005, chapter 2. Copies Q and μ.
/// Const members may be called from several threads at once. Storage: the factor, Q and μ.
template <class T = double, class I = std::int32_t>
class GaussianMarkovField {
    static_assert(Scalar<T> && !is_complex_v<T>, "tamis: Markov fields are real");

  public:
    using scalar_type = T;
    using index_type = I;

    /// With mean 0. What cholesky(Q) throws: DimensionMismatch for a rectangle, InvalidArgument for entries that are not
    /// finite or not symmetric, NotPositiveDefinite with the column, MemoryLimitExceeded.
    template <SparseMatrix M>
        requires std::same_as<scalar_t<M>, T> && std::same_as<index_t<M>, I>
    explicit GaussianMarkovField(const M& precision, const FactorOptions& options = {})
        : factor_(precision, options),
          Q_(to_csr(precision)),
          mean_(precision.rows()) {}
    /// With the mean μ.
    template <SparseMatrix M, VectorArgument V>
        requires std::same_as<scalar_t<M>, T> && std::same_as<index_t<M>, I> GaussianMarkovField(
            const M& precision, const V& mean, const FactorOptions& options = {})
            : GaussianMarkovField(precision, options) {
            const tamis::detail::DenseInput<T, V> input(mean);
            detail::check_field_vector<T>("GaussianMarkovField", "the mean", size(), input.vector());
            for (std::int64_t i = 0; i < size(); ++i) mean_[i] = input.vector()[i];
        }

        [[nodiscard]] std::int64_t size() const noexcept {
            return Q_.rows();
        }
        [[nodiscard]] const Csr<T, I>& precision() const noexcept {
            return Q_;
        }
        [[nodiscard]] Vector<T> mean() const {
            return mean_view().eigen();
        }
        [[nodiscard]] const SparseCholesky<T, I>& factorization() const noexcept {
            return factor_;
        }

        /// `count` samples, a row each: x = μ + L⁻ᵀ z with white z (Algorithm 2.4). The same for the same seed, and the
        /// first of many samples are those of few. O(nnz(L)) a sample. InvalidArgument for a negative count.
        [[nodiscard]] Matrix<T> sample(std::int64_t count, std::uint64_t seed) const {
            if (count < 0)
                throw InvalidArgument("GaussianMarkovField sample: the count is negative: " + std::to_string(count));
            Matrix<T> z(size(), count);
            detail::fill_white<T>(z.data(), z.size(), seed);
            Matrix<T> x = factor_.solve_lt(z).transpose();
            x.rowwise() += mean_view().eigen().transpose();
            return x;
        }
        /// log N(x; μ, Q⁻¹) = ½ log det Q − n/2 log 2π − ½ (x − μ)ᵀQ(x − μ), a number for a vector and one a row for a
        /// matrix. Sums are in double. O(nnz(Q)) each. DimensionMismatch; an entry that is not finite gives a density that
        /// is not.
        template <DenseArgument X>
        [[nodiscard]] auto log_density(const X& x) const {
            const tamis::detail::DenseInput<T, X> input(x);
            const double logdet = static_cast<double>(factor_.logdet());
            if constexpr (VectorArgument<X>) {
                T value = 0;
                detail::field_log_density<T, I>(Q_.view(), logdet, mean_view(), input.matrix().transposed(),
                                                VectorView<T>(&value, 1));
                return value;
            } else {
                Vector<T> values(input.matrix().rows());
                detail::field_log_density<T, I>(Q_.view(), logdet, mean_view(), input.matrix(), VectorView<T>(values));
                return values;
            }
        }
        /// The variances, the diagonal of Q⁻¹, by the selected inverse (SparseCholesky::inverse_diagonal; Rue and Martino,
        /// J. Stat. Plan. Inference 137, 2007). One to three factorizations.
        [[nodiscard]] Vector<T> marginal_variances() const {
            return factor_.inverse_diagonal();
        }
        [[nodiscard]] T logdet() const {
            return factor_.logdet();
        }
        /// ∂ log det Q / ∂ q_ij on the pattern of Q, every stored entry taken as a variable of its own: the entries of Q⁻¹
        /// there, so that d log det Q = Σ_ij g_ij dq_ij over both triangles. By the selected inverse.
        [[nodiscard]] Csr<T, I> logdet_gradient() const {
            return detail::on_pattern_of<T, I>(Q_.view(), factor_.selected_inverse().view());
        }

        /// The field of the other unknowns where x_i is known for some i (section 2.2.5): precision Q_AA, mean μ_A − Q_AA⁻¹
        /// Q_AB (x_B − μ_B). A factorization. DimensionMismatch unless there are as many values as indices; InvalidArgument
        /// for indices that are outside or come twice, and values that are not finite.
        template <VectorArgument V>
        [[nodiscard]] ConditionedField<T, I> given(const std::vector<std::int64_t>& indices, const V& values) const;
        /// Posterior of x after observations y = B x + ε, ε ~ N(0, diag(variances)) (section 2.3.3): precision Q + BᵀD⁻¹B,
        /// mean μ + (Q + BᵀD⁻¹B)⁻¹ BᵀD⁻¹ (y − Bμ). `variances` is a vector, one each, or a number. A factorization.
        /// DimensionMismatch; InvalidArgument for variances that are not positive and for entries that are not finite.
        template <SparseMatrix B, VectorArgument Y, class D>
        [[nodiscard]] GaussianMarkovField given(const B& observe, const Y& y, const D& variances) const;

        /// E[x | x_i = v_i], with the known values at their places.
        template <VectorArgument V>
        [[nodiscard]] Vector<T> conditional_mean(const std::vector<std::int64_t>& indices, const V& values) const;
        /// E[x | y] for y = B x + ε.
        template <SparseMatrix B, VectorArgument Y, class D>
        [[nodiscard]] Vector<T> conditional_mean(const B& observe, const Y& y, const D& variances) const {
            return given(observe, y, variances).mean();
        }

      private:
        [[nodiscard]] VectorView<const T> mean_view() const noexcept {
            return {mean_.data(), mean_.size()};
        }

        SparseCholesky<T, I> factor_;
        Csr<T, I> Q_;
        Array<T> mean_;
};

template <SparseMatrix M>
GaussianMarkovField(const M&) -> GaussianMarkovField<scalar_t<M>, index_t<M>>;
template <SparseMatrix M>
GaussianMarkovField(const M&, const FactorOptions&) -> GaussianMarkovField<scalar_t<M>, index_t<M>>;
template <SparseMatrix M, VectorArgument V>
GaussianMarkovField(const M&, const V&) -> GaussianMarkovField<scalar_t<M>, index_t<M>>;
template <SparseMatrix M, VectorArgument V>
GaussianMarkovField(const M&, const V&, const FactorOptions&) -> GaussianMarkovField<scalar_t<M>, index_t<M>>;

/// The field of what is left when some unknowns are known.
template <class T, class I>
struct ConditionedField {
    GaussianMarkovField<T, I> field;
    std::vector<std::int64_t> remaining;  ///< remaining[k] is the place of the field's unknown k, ascending
};

template <class T, class I>
template <VectorArgument V>
ConditionedField<T, I> GaussianMarkovField<T, I>::given(const std::vector<std::int64_t>& indices, const V& values) const {
    const tamis::detail::DenseInput<T, V> input(values);
    std::vector<std::int64_t> remaining =
        detail::remaining_indices("GaussianMarkovField given", size(), indices, input.vector().size());
    detail::check_field_vector<T>("GaussianMarkovField given", "the vector of values", input.vector().size(),
                                  input.vector());
    Vector<T> known(input.vector().size());
    for (std::int64_t k = 0; k < known.size(); ++k)
        known[k] = input.vector()[k] - mean_[indices[static_cast<std::size_t>(k)]];
    const auto left = static_cast<std::int64_t>(remaining.size());
    GaussianMarkovField<T, I> field(extract(Q_, remaining, remaining), FactorOptions{});
    Vector<T> shift(left);
    multiply(extract(Q_, remaining, indices), known, shift);
    field.factor_.solve_into(shift, shift);
    for (std::int64_t k = 0; k < left; ++k) field.mean_[k] = mean_[remaining[static_cast<std::size_t>(k)]] - shift[k];
    return {std::move(field), std::move(remaining)};
}

template <class T, class I>
template <VectorArgument V>
Vector<T> GaussianMarkovField<T, I>::conditional_mean(const std::vector<std::int64_t>& indices, const V& values) const {
    const ConditionedField<T, I> conditioned = given(indices, values);
    const tamis::detail::DenseInput<T, V> input(values);
    Vector<T> x(size());
    for (std::size_t k = 0; k < indices.size(); ++k) x[indices[k]] = input.vector()[static_cast<std::int64_t>(k)];
    for (std::size_t k = 0; k < conditioned.remaining.size(); ++k)
        x[conditioned.remaining[k]] = conditioned.field.mean_[static_cast<std::int64_t>(k)];
    return x;
}

template <class T, class I>
template <SparseMatrix B, VectorArgument Y, class D>
GaussianMarkovField<T, I> GaussianMarkovField<T, I>::given(const B& observe, const Y& y, const D& variances) const {
    static_assert(std::same_as<scalar_t<B>, T> && std::same_as<index_t<B>, I>,
                  "tamis: B must have the scalars and indices of the precision matrix; use cast");
    const tamis::detail::DenseInput<T, Y> observed(y);
    Vector<T> w(observe.rows());
    if constexpr (VectorArgument<D>) {
        const tamis::detail::DenseInput<T, D> each(variances);
        detail::check_observations<T>("GaussianMarkovField given", size(), observe.rows(), observe.cols(), observed.vector(),
                                      each.vector(), VectorView<T>(w));
    } else {
        const T all = static_cast<T>(variances);
        detail::check_observations<T>("GaussianMarkovField given", size(), observe.rows(), observe.cols(), observed.vector(),
                                      VectorView<const T>(&all, 1), VectorView<T>(w));
    }
    // With D^(−1/2) B and D^(−1/2) (y − Bμ) the rest is of unit noise.
    const Csr<T, I> weighted = scale_rows(to_csr(observe), w);
    Vector<T> r(observe.rows());
    multiply(weighted, mean_view(), r);
    for (std::int64_t i = 0; i < r.size(); ++i) r[i] = w[i] * observed.vector()[i] - r[i];
    const Csr<T, I> turned = transpose(weighted);
    GaussianMarkovField<T, I> field(Csr<T, I>(Q_ + turned * weighted), FactorOptions{});
    Vector<T> step(size());
    multiply(turned, r, step);
    field.factor_.solve_into(step, step);
    for (std::int64_t i = 0; i < size(); ++i) field.mean_[i] = mean_[i] + step[i];
    return field;
}

}  // namespace tamis::learn
