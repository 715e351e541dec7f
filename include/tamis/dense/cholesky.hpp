// cholesky(A) of a dense matrix: the Cholesky factorization as an object.
#pragma once

#include <cstdint>
#include <vector>

#include <tamis/core/array.hpp>
#include <tamis/dense/operand.hpp>

namespace tamis {

/// A = L·Lᴴ of a Hermitian positive definite dense matrix, kept for any number of solves.
///
/// Computed by LAPACK's xPOTRF (Anderson et al., LAPACK Users' Guide, 3rd ed., 1999) in the scalar of the matrix. The
/// caller's matrix is not referred to after construction. All const members may be called from several threads at once.
/// Storage: n² numbers. Cost: n³/3 flops, a solve 2 n² a column.
template <class T>
class DenseCholesky : public detail::SolveVerbs<DenseCholesky<T>, T> {
    static_assert(Scalar<T>);

  public:
    using scalar_type = T;

    /// Factors A + shift·I. Both triangles of A are read. DimensionMismatch for a rectangle; InvalidArgument for an entry
    /// that is not finite and for a matrix that is not Hermitian beyond rounding, |a_ij − conj(a_ji)| > 8ε·max(|a_ij|,
    /// |a_ji|), with the position; NotPositiveDefinite with the column; IndexOverflow for sizes beyond LAPACK's 32-bit
    /// integers.
    template <detail::DenseMatrixOf<T> M>
    explicit DenseCholesky(const M& A, const DenseFactorOptions& options = {}) : options_(options) {
        compute("cholesky", detail::ShapedInput<M>(A).view());
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

    /// {1, log det A}: sums of logarithms, which neither over- nor underflow. O(n).
    [[nodiscard]] LogDeterminant<T> slogdet() const;
    /// log det A.
    [[nodiscard]] Real<T> logdet() const { return slogdet().logabs; }
    /// Estimate of 1 / (‖A‖₁ ‖A⁻¹‖₁) by xPOCON (Higham, ACM TOMS 14, 1988): rarely too large by more than a factor of 3.
    /// O(n²).
    [[nodiscard]] Real<T> rcond() const;
    /// L·Lᴴ: A (+ shift·I) up to rounding. O(n³).
    [[nodiscard]] Matrix<T> reconstruct() const {
        return detail::allocate_matrix<T>(n_, n_, [this](auto out) { write_product(out); });
    }
    /// A⁻¹ by xPOTRI, 2/3 n³ flops.
    [[nodiscard]] Matrix<T> inverse() const {
        return detail::allocate_matrix<T>(n_, n_, [this](auto out) { write_inverse(out); });
    }

    /// L, lower triangular with a positive diagonal.
    [[nodiscard]] Matrix<T> matrix_l() const {
        return detail::allocate_matrix<T>(n_, n_, [this](auto out) { write_l(out); });
    }
    /// 0, 1, …: nothing is permuted.
    [[nodiscard]] std::vector<std::int64_t> permutation() const;

    /// L⁻¹ b.
    template <DenseArgument B>
    [[nodiscard]] DenseResult<T, B> solve_l(const B& b) const {
        return detail::allocate_and_apply<T>(n_, b, [this](auto in, auto out) { apply_l(Part::solve_l, in, out); });
    }
    /// L⁻ᴴ b.
    template <DenseArgument B>
    [[nodiscard]] DenseResult<T, B> solve_lt(const B& b) const {
        return detail::allocate_and_apply<T>(n_, b, [this](auto in, auto out) { apply_l(Part::solve_lt, in, out); });
    }
    /// L z: a sample of covariance A from a white z.
    template <DenseArgument B>
    [[nodiscard]] DenseResult<T, B> multiply_l(const B& z) const {
        return detail::allocate_and_apply<T>(n_, z, [this](auto in, auto out) { apply_l(Part::multiply_l, in, out); });
    }

    /// Makes this the factorization of A + W·Wᴴ for an n×k W (a vector too), by rotations: 4 k n² flops and a copy of L.
    /// Gill, Golub, Murray, Saunders, Math. Comp. 28 (1974). After it rcond() rests on an estimate of ‖A ± W·Wᴴ‖₁ (exact for
    /// n ≤ 8, rarely off by more than a factor of 3). DimensionMismatch; InvalidArgument for an entry that is not finite;
    /// the factorization is then what it was.
    template <DenseArgument W>
    void update(const W& w) {
        modify(detail::DenseInput<T, W>(w).matrix(), +1);
    }
    /// Makes this the factorization of A − W·Wᴴ, by mixed hyperbolic rotations (Bojanczyk, Brent, van Dooren, de Hoog, SIAM
    /// J. Sci. Stat. Comput. 8, 1987). Besides what update throws: NotPositiveDefinite, with the column, where that is not
    /// positive definite, or where a pivot loses all of its digits; the factorization is then what it was.
    template <DenseArgument W>
    void downdate(const W& w) {
        modify(detail::DenseInput<T, W>(w).matrix(), -1);
    }

  private:
    friend class detail::SolveVerbs<DenseCholesky<T>, T>;
    friend class detail::HeldFactorization<T, DenseCholesky>;
    enum class Part { solve_l, solve_lt, multiply_l };

    void compute(const char* caller, MatrixView<const T> A);
    void recompute(MatrixView<const T> A);
    void solve_form(detail::SolveForm form, MatrixView<const T> b, MatrixView<T> x) const;
    void apply_l(Part part, MatrixView<const T> b, MatrixView<T> x) const;
    void modify(MatrixView<const T> w, int sign);
    void write_l(MatrixView<T> out) const;
    void write_product(MatrixView<T> out) const;
    void write_inverse(MatrixView<T> out) const;
    void check_ready(const char* caller) const;

    DenseFactorOptions options_;
    detail::Handed<std::int64_t> n_;
    detail::Handed<bool> ready_;
    Array<T> factor_;  // L; what lies above its diagonal is never read
    Real<T> one_norm_ = 0;
    double seconds_ = 0;
};

/// The Cholesky factorization of a Hermitian positive definite dense A (+ shift·I): see DenseCholesky.
template <DenseMatrix M>
[[nodiscard]] DenseCholesky<dense_scalar_t<M>> cholesky(const M& A, const DenseFactorOptions& options = {}) {
    return DenseCholesky<dense_scalar_t<M>>(A, options);
}

static_assert(Factorization<DenseCholesky<double>> && HasDeterminant<DenseCholesky<double>> &&
              ReportsCondition<DenseCholesky<double>> && Refactorable<DenseCholesky<double>, Matrix<double>>);

}  // namespace tamis
