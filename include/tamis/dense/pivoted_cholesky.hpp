// pivoted_cholesky(A): the Cholesky factorization of a semidefinite dense matrix, which shows its rank.
#pragma once

#include <cstdint>
#include <vector>

#include <tamis/core/array.hpp>
#include <tamis/dense/operand.hpp>

namespace tamis {

struct PivotedCholeskyOptions {
    /// Pivots of at most this fraction of the largest diagonal entry end the factorization; in [0, 1]; 0: n ε.
    double tolerance = 0;
};

/// A(p, p) = L·Lᴴ up to rounding, or up to a remainder that the tolerance allows, of a Hermitian positive semidefinite A,
/// with an n×rank lower trapezoid L whose diagonal falls: LAPACK's xPSTRF (Higham, Accuracy and Stability of Numerical
/// Algorithms, 2nd ed., §10.3; LAPACK Working Note 161). With a tolerance it is a low-rank approximation; what it leaves out
/// has the trace remainder(). Storage: n·rank numbers. Cost: at most n² rank flops.
template <class T>
class PivotedCholesky {
    static_assert(Scalar<T>);

  public:
    using scalar_type = T;

    /// Both triangles are read. DimensionMismatch for a rectangle; InvalidArgument for an entry that is not finite, a matrix
    /// that is not Hermitian (see DenseCholesky), and a tolerance outside of [0, 1]; NotPositiveDefinite where what is left
    /// of a diagonal entry is negative beyond rounding, with its column, or where what is left cannot be semidefinite by a
    /// product with a random vector (column −1).
    template <detail::DenseMatrixOf<T> M>
    explicit PivotedCholesky(const M& A, const PivotedCholeskyOptions& options = {}) {
        compute(detail::ShapedInput<M>(A).view(), options);
    }

    [[nodiscard]] std::int64_t rows() const noexcept { return n_; }
    [[nodiscard]] std::int64_t rank() const noexcept { return rank_; }
    /// The trace of A − L·Lᴴ, which bounds its 2-norm.
    [[nodiscard]] Real<T> remainder() const noexcept { return remainder_; }
    /// L, n×rank.
    [[nodiscard]] Matrix<T> matrix_l() const {
        return detail::allocate_matrix<T>(n_, rank_, [this](auto out) { write_l(out); });
    }
    /// L where it lies, as long as this object.
    [[nodiscard]] MatrixView<const T> l_view() const noexcept { return {factor_.data(), n_, rank_}; }
    /// p: the original row and column of position k.
    [[nodiscard]] const std::vector<std::int64_t>& permutation() const noexcept { return permutation_; }
    /// L·Lᴴ in the caller's order.
    [[nodiscard]] Matrix<T> reconstruct() const {
        return detail::allocate_matrix<T>(n_, n_, [this](auto out) { write_product(out); });
    }

  private:
    void compute(MatrixView<const T> A, const PivotedCholeskyOptions& options);
    void write_l(MatrixView<T> out) const;
    void write_product(MatrixView<T> out) const;

    std::int64_t n_ = 0;
    std::int64_t rank_ = 0;
    Real<T> remainder_ = 0;
    Array<T> factor_;
    std::vector<std::int64_t> permutation_;
};

/// The pivoted Cholesky factorization of a semidefinite dense A: see PivotedCholesky.
template <DenseMatrix M>
[[nodiscard]] PivotedCholesky<dense_scalar_t<M>> pivoted_cholesky(const M& A, const PivotedCholeskyOptions& options = {}) {
    return PivotedCholesky<dense_scalar_t<M>>(A, options);
}

}  // namespace tamis
