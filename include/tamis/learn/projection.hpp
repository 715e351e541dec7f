// projection_onto(A), projection_operator(A): the orthogonal projector onto the columns of A, as a matrix and as an
// operator.
#pragma once

#include <cstdint>

#include <tamis/core/array.hpp>
#include <tamis/dense/operand.hpp>
#include <tamis/iterative/operator.hpp>

namespace tamis::learn {

struct ProjectionOptions {
    /// Singular values of at most rank_tolerance · σ₁ count as zero. In [0, 1]; 0: max(rows, cols) ε.
    double rank_tolerance = 0;
};

/// P = Q Qᴴ, the orthogonal projector onto the space of all A x, for an A of any shape and rank: P x is the nearest point to
/// x. It owns Q, an orthonormal basis of rank() left singular vectors, and acts as an operator: P · P = P = Pᴴ. An
/// OperatorArgument. A product takes 4 rows rank flops a column, storage rows · rank numbers. All members may be called from
/// several threads at once.
template <class T>
class Projection {
    static_assert(Scalar<T>);

  public:
    using scalar_type = T;

    /// InvalidArgument for an entry that is not finite, with the position, and for a tolerance outside of [0, 1];
    /// NotConverged. Cost: that of the singular value decomposition.
    template <tamis::detail::DenseMatrixOf<T> M>
    explicit Projection(const M& A, const ProjectionOptions& options = {}) {
        compute(tamis::detail::ShapedInput<M>(A).view(), options);
    }

    [[nodiscard]] std::int64_t rows() const noexcept { return n_; }
    [[nodiscard]] std::int64_t cols() const noexcept { return n_; }
    /// The dimension of the space.
    [[nodiscard]] std::int64_t rank() const noexcept { return rank_; }
    /// Q, rows × rank.
    [[nodiscard]] Matrix<T> basis() const {
        return tamis::detail::allocate_matrix<T>(n_, rank_, [this](auto out) { write_basis(out); });
    }
    /// P, exactly Hermitian. rows² rank flops.
    [[nodiscard]] Matrix<T> matrix() const {
        return tamis::detail::allocate_matrix<T>(n_, n_, [this](auto out) { write_matrix(out); });
    }

    /// y = Q (Qᴴ x). DimensionMismatch.
    void apply(VectorView<const T> x, VectorView<T> y) const { apply(MatrixView<const T>(x), MatrixView<T>(y)); }
    void apply(MatrixView<const T> X, MatrixView<T> Y) const;
    /// The same: P is Hermitian.
    void apply_adjoint(VectorView<const T> x, VectorView<T> y) const { apply(x, y); }
    void apply_adjoint(MatrixView<const T> X, MatrixView<T> Y) const { apply(X, Y); }

  private:
    void compute(MatrixView<const T> A, const ProjectionOptions& options);
    void write_basis(MatrixView<T> out) const;
    void write_matrix(MatrixView<T> out) const;

    tamis::detail::Handed<std::int64_t> n_;
    tamis::detail::Handed<std::int64_t> rank_;
    Array<T> basis_;
};

/// The orthogonal projector onto the columns of A as a matrix, A.rows() × A.rows(), exactly Hermitian: see Projection.
template <DenseMatrix M>
[[nodiscard]] Matrix<dense_scalar_t<M>> projection_onto(const M& A, const ProjectionOptions& options = {}) {
    return Projection<dense_scalar_t<M>>(A, options).matrix();
}

/// The same as an operator that owns an orthonormal basis, for many rows: x ↦ Q (Qᴴ x).
template <DenseMatrix M>
[[nodiscard]] Operator<dense_scalar_t<M>> projection_operator(const M& A, const ProjectionOptions& options = {}) {
    return Operator<dense_scalar_t<M>>(Projection<dense_scalar_t<M>>(A, options));
}

static_assert(OperatorArgument<Projection<double>>);

}  // namespace tamis::learn
