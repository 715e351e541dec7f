// lu(A) of a dense matrix: the LU factorization as an object.
#pragma once

#include <cstdint>
#include <vector>

#include <tamis/core/array.hpp>
#include <tamis/dense/operand.hpp>

namespace tamis {

/// A(p, :) = L·U of a square dense matrix by partial pivoting, kept for any number of solves.
///
/// Computed by LAPACK's xGETRF (Anderson et al., LAPACK Users' Guide, 3rd ed., 1999) in the scalar of the matrix. The
/// caller's matrix is not referred to after construction. All const members may be called from several threads at once. A
/// solve is not refined: `solve(A, b)` is. Storage: n² numbers and n integers. Cost: 2/3 n³ flops, a solve 2 n² a column.
template <class T>
class DenseLu : public detail::SolveVerbs<DenseLu<T>, T> {
    static_assert(Scalar<T>);

  public:
    using scalar_type = T;

    /// Factors A + shift·I. DimensionMismatch for a rectangle; InvalidArgument for an entry that is not finite, with the
    /// position of the first, column by column; SingularMatrix, with the caller's row, where no pivot but zero is left;
    /// IndexOverflow for sizes beyond LAPACK's 32-bit integers.
    template <detail::DenseMatrixOf<T> M>
    explicit DenseLu(const M& A, const DenseFactorOptions& options = {}) : options_(options) {
        compute("lu", detail::ShapedInput<M>(A).view());
    }

    [[nodiscard]] std::int64_t rows() const noexcept { return n_; }
    [[nodiscard]] std::int64_t cols() const noexcept { return n_; }
    /// seconds.factor stays 0 below order 64, where a clock would cost more than the work.
    [[nodiscard]] FactorInfo info() const;

    /// Factors another matrix of the same order in the same memory. DimensionMismatch leaves the object as it was; after any
    /// other failure solving throws until the next success.
    template <detail::DenseMatrixOf<T> M>
    void refactor(const M& A) {
        recompute(detail::ShapedInput<M>(A).view());
    }

    /// {sign, log |det A|} by sums of logarithms, which neither over- nor underflow. O(n).
    [[nodiscard]] LogDeterminant<T> slogdet() const;
    /// Estimate of 1 / (‖A‖₁ ‖A⁻¹‖₁) by xGECON (Higham, ACM TOMS 14, 1988): rarely too large by more than a factor of 3.
    /// O(n²).
    [[nodiscard]] Real<T> rcond() const;
    /// A (+ shift·I) up to rounding. O(n³).
    [[nodiscard]] Matrix<T> reconstruct() const {
        return detail::allocate_matrix<T>(n_, n_, [this](auto out) { write_product(out); });
    }
    /// A⁻¹ by xGETRI, 4/3 n³ flops. What it is wanted for is mostly a solve, which is quicker and more accurate.
    [[nodiscard]] Matrix<T> inverse() const {
        return detail::allocate_matrix<T>(n_, n_, [this](auto out) { write_inverse(out); });
    }

    /// L, lower triangular with a unit diagonal: L·U = A(p, :).
    [[nodiscard]] Matrix<T> matrix_l() const {
        return detail::allocate_matrix<T>(n_, n_, [this](auto out) { write_l(out); });
    }
    /// U, upper triangular.
    [[nodiscard]] Matrix<T> matrix_u() const {
        return detail::allocate_matrix<T>(n_, n_, [this](auto out) { write_u(out); });
    }
    /// p: the original row of position k.
    [[nodiscard]] std::vector<std::int64_t> row_permutation() const;
    /// 0, 1, …: the columns keep their order.
    [[nodiscard]] std::vector<std::int64_t> col_permutation() const;

  private:
    friend class detail::SolveVerbs<DenseLu<T>, T>;
    friend class detail::HeldFactorization<T, DenseLu>;

    void compute(const char* caller, MatrixView<const T> A);
    void recompute(MatrixView<const T> A);
    void solve_form(detail::SolveForm form, MatrixView<const T> b, MatrixView<T> x) const;
    void write_l(MatrixView<T> out) const;
    void write_u(MatrixView<T> out) const;
    void write_product(MatrixView<T> out) const;
    void write_inverse(MatrixView<T> out) const;
    void check_ready(const char* caller) const;

    DenseFactorOptions options_;
    detail::Handed<std::int64_t> n_;
    detail::Handed<bool> ready_;
    Array<T> factor_;    // L below the diagonal, U on and above it
    Array<int> pivots_;  // row k was exchanged with row pivots_[k] − 1
    Real<T> one_norm_ = 0;
    double seconds_ = 0;
};

/// The LU factorization of a square dense A (+ shift·I): see DenseLu.
template <DenseMatrix M>
[[nodiscard]] DenseLu<dense_scalar_t<M>> lu(const M& A, const DenseFactorOptions& options = {}) {
    return DenseLu<dense_scalar_t<M>>(A, options);
}

static_assert(Factorization<DenseLu<double>> && HasDeterminant<DenseLu<double>> && ReportsCondition<DenseLu<double>> &&
              Refactorable<DenseLu<double>, Matrix<double>>);

}  // namespace tamis
