// ldlt(A) of a dense Hermitian matrix: the LDLᴴ factorization as an object.
#pragma once

#include <cstdint>
#include <vector>

#include <tamis/core/array.hpp>
#include <tamis/dense/operand.hpp>

namespace tamis {

/// A(p, p) = L·D·Lᴴ of a Hermitian dense matrix, definite or not, with a unit lower triangle L and D of blocks of order 1
/// and 2, kept for any number of solves; it counts the positive, negative and zero eigenvalues of A by Sylvester's law of
/// inertia.
///
/// Pivots are chosen by Bunch and Kaufman's bounded ("rook") strategy, whose L has entries of at most 2.8 in modulus
/// (Ashcraft, Grimes, Lewis, SIAM J. Matrix Anal. Appl. 20, 1998), by LAPACK's xSYTRF_RK and xHETRF_RK, in the scalar of the
/// matrix.
///
/// A singular matrix is factored, for its inertia: inertia().zero counts the eigenvalues of D of at most n ε ‖D‖ as zero,
/// slogdet() is {0, −∞} and rcond() 0 where a pivot is exactly zero, and solving throws SingularMatrix then.
///
/// The caller's matrix is not referred to after construction. All const members may be called from several threads at once.
/// Storage: n² + n numbers and n integers. Cost: n³/3 flops, a solve 2 n² a column.
template <class T>
class DenseLdlt : public detail::SolveVerbs<DenseLdlt<T>, T> {
    static_assert(Scalar<T>);

  public:
    using scalar_type = T;

    /// Factors A + shift·I. Both triangles of A are read. DimensionMismatch for a rectangle; InvalidArgument for an entry
    /// that is not finite and for a matrix that is not Hermitian beyond rounding, |a_ij − conj(a_ji)| > 8ε·max(|a_ij|,
    /// |a_ji|), with the position; IndexOverflow for sizes beyond LAPACK's 32-bit integers.
    template <detail::DenseMatrixOf<T> M>
    explicit DenseLdlt(const M& A, const DenseFactorOptions& options = {}) : options_(options) {
        compute("ldlt", detail::ShapedInput<M>(A).view());
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

    /// How many eigenvalues of A (+ shift·I) are positive, negative, and zero up to rounding. O(n).
    [[nodiscard]] Inertia inertia() const;
    /// {±1, log |det A|} by sums of logarithms, which neither over- nor underflow. O(n).
    [[nodiscard]] LogDeterminant<T> slogdet() const;
    /// Estimate of 1 / (‖A‖₁ ‖A⁻¹‖₁) by xSYCON_3 (Higham, ACM TOMS 14, 1988): rarely too large by more than a factor of 3.
    [[nodiscard]] Real<T> rcond() const;
    /// A (+ shift·I) up to rounding. O(n³).
    [[nodiscard]] Matrix<T> reconstruct() const {
        return detail::allocate_matrix<T>(n_, n_, [this](auto out) { write_product(out); });
    }
    /// A⁻¹ by xSYTRI_3, 2/3 n³ flops.
    [[nodiscard]] Matrix<T> inverse() const {
        return detail::allocate_matrix<T>(n_, n_, [this](auto out) { write_inverse(out); });
    }

    /// L, lower triangular with a unit diagonal: A(p, p) = L·D·Lᴴ.
    [[nodiscard]] Matrix<T> matrix_l() const {
        return detail::allocate_matrix<T>(n_, n_, [this](auto out) { write_l(out); });
    }
    /// D, with blocks of order 1 and 2 on its diagonal.
    [[nodiscard]] Matrix<T> matrix_d() const {
        return detail::allocate_matrix<T>(n_, n_, [this](auto out) { write_d(out); });
    }
    /// p: the original row and column of position k.
    [[nodiscard]] std::vector<std::int64_t> permutation() const;

  private:
    friend class detail::SolveVerbs<DenseLdlt<T>, T>;
    friend class detail::HeldFactorization<T, DenseLdlt>;

    void compute(const char* caller, MatrixView<const T> A);
    void recompute(MatrixView<const T> A);
    void solve_form(detail::SolveForm form, MatrixView<const T> b, MatrixView<T> x) const;
    void write_l(MatrixView<T> out) const;
    void write_d(MatrixView<T> out) const;
    void write_product(MatrixView<T> out) const;
    void write_inverse(MatrixView<T> out) const;
    void check_ready(const char* caller) const;
    template <class Single, class Pair>
    void for_each_block(const Single& single, const Pair& pair) const;

    DenseFactorOptions options_;
    detail::Handed<std::int64_t> n_;
    detail::Handed<bool> ready_;
    Array<T> factor_;  // L below the diagonal, that of D on it
    Array<T> below_;   // D's subdiagonal
    Array<int>
        pivots_;  // row and column k were exchanged with |pivots_[k]| − 1; both signs of a block of order 2 are negative
    std::int64_t zero_pivot_ = -1;
    Real<T> one_norm_ = 0;
    double seconds_ = 0;
};

/// The LDLᴴ factorization of a Hermitian dense A (+ shift·I): see DenseLdlt.
template <DenseMatrix M>
[[nodiscard]] DenseLdlt<dense_scalar_t<M>> ldlt(const M& A, const DenseFactorOptions& options = {}) {
    return DenseLdlt<dense_scalar_t<M>>(A, options);
}

static_assert(Factorization<DenseLdlt<double>> && HasDeterminant<DenseLdlt<double>> && ReportsCondition<DenseLdlt<double>> &&
              Refactorable<DenseLdlt<double>, Matrix<double>>);

}  // namespace tamis
