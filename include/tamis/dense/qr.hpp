// qr(A) of a dense matrix: the QR factorization as an object, of any shape and rank.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include <tamis/core/array.hpp>
#include <tamis/dense/operand.hpp>

namespace tamis {

/// Options of `qr` of dense matrices.
struct DenseQrOptions {
    /// Columns are taken by the norm of what remains of them: A(:, p) = Q·R with a falling diagonal of R, which shows the
    /// rank.
    bool pivoting = false;
    /// R's leading block of order k counts as regular while the estimate of its condition number is below 1 /
    /// rank_tolerance; the largest such k is the rank. In [0, 1]; 0: max(rows, cols) ε.
    double rank_tolerance = 0;
    /// s: A + s·I is factored (square matrices). Must be finite.
    double shift = 0;
};

/// A(:, p) = Q·R of a dense matrix of any shape, kept for any number of solves; p is 0, 1, … without pivoting.
///
/// `solve(b)` is the least-squares solution, the one of minimum norm where it is not unique, by the complete orthogonal
/// decomposition A P = Q [T 0; 0 0] Z (Golub, Van Loan: Matrix Computations, 4th ed., §5.5.2) with the rank by incremental
/// condition estimation (Bischof, SIAM J. Matrix Anal. Appl. 11, 1990), as LAPACK's xGELSY. Without pivoting, a matrix whose
/// R proves nearly singular, and every wide one, has its R factored again with pivots: once, when first asked to solve.
/// `solve_adjoint` and `solve_transposed` give the minimum-norm least-squares solution with Aᴴ and Aᵀ.
///
/// Computed by LAPACK's xGEQRF and xGEQP3 (Quintana-Ortí, Sun, Bischof, SIAM J. Sci. Comput. 19, 1998) in the scalar of the
/// matrix. The caller's matrix is not referred to after construction. All const members may be called from several threads
/// at once. Storage: rows·cols numbers, and R once more for deficient, wide and nearly singular matrices. Cost, m ≥ n: 2 n²
/// (m − n/3) flops, a solve 4 m n a column.
template <class T>
class DenseQr : public detail::SolveVerbs<DenseQr<T>, T> {
    static_assert(Scalar<T>);

  public:
    using scalar_type = T;

    /// InvalidArgument for an entry that is not finite, with the position of the first, column by column, for a tolerance
    /// outside of [0, 1], and for a shifted rectangle; IndexOverflow for sizes beyond LAPACK's 32-bit integers.
    template <detail::DenseMatrixOf<T> M>
    explicit DenseQr(const M& A, const DenseQrOptions& options = {}) : options_(options) {
        compute("qr", detail::ShapedInput<M>(A).view());
    }

    [[nodiscard]] std::int64_t rows() const noexcept { return m_; }
    [[nodiscard]] std::int64_t cols() const noexcept { return n_; }
    /// seconds.factor stays 0 where both sizes are below 64, where a clock would cost more than the work.
    [[nodiscard]] FactorInfo info() const;
    /// The numerical rank, by the tolerance of the options.
    [[nodiscard]] std::int64_t rank() const;

    /// Factors another matrix of the same shape in the same memory. DimensionMismatch leaves the object as it was; after any
    /// other failure solving throws until the next success.
    template <detail::DenseMatrixOf<T> M>
    void refactor(const M& A) {
        recompute(detail::ShapedInput<M>(A).view());
    }

    /// {sign, log |det A|} of a square A by sums of logarithms, which neither over- nor underflow; {0, −∞} where R has a
    /// zero on its diagonal. DimensionMismatch for a rectangle.
    [[nodiscard]] LogDeterminant<T> slogdet() const;
    /// Estimate of 1 / (‖A‖₁ ‖A⁻¹‖₁) of a square A from a few solves (Higham and Tisseur); 0 where the rank is deficient.
    /// DimensionMismatch for a rectangle.
    [[nodiscard]] Real<T> rcond() const;
    /// A (+ shift·I) up to rounding.
    [[nodiscard]] Matrix<T> reconstruct() const {
        return detail::allocate_matrix<T>(m_, n_, [this](auto out) { write_product(out); });
    }

    /// Q's first min(rows, cols) columns.
    [[nodiscard]] Matrix<T> q() const {
        return detail::allocate_matrix<T>(m_, least(), [this](auto out) { write_q(out); });
    }
    /// The square Q.
    [[nodiscard]] Matrix<T> full_q() const {
        return detail::allocate_matrix<T>(m_, m_, [this](auto out) { write_q(out); });
    }
    /// R, upper trapezoidal, min(rows, cols) × cols.
    [[nodiscard]] Matrix<T> r() const {
        return detail::allocate_matrix<T>(least(), n_, [this](auto out) { write_r(out); });
    }
    /// r(), under the name that sparse factorizations have for it.
    [[nodiscard]] Matrix<T> matrix_r() const { return r(); }
    /// p: the original column of position k, in A(:, p) = Q·R.
    [[nodiscard]] std::vector<std::int64_t> permutation() const;
    /// Q x for the square Q of order rows(); x may also have min(rows, cols) rows, as R has.
    template <DenseArgument B>
    [[nodiscard]] DenseResult<T, B> multiply_q(const B& x) const {
        return detail::allocate_and_apply<T>(m_, x, [this](auto in, auto out) { apply_q(false, in, out); });
    }
    /// Qᴴ x, with rows() rows.
    template <DenseArgument B>
    [[nodiscard]] DenseResult<T, B> multiply_qt(const B& x) const {
        return detail::allocate_and_apply<T>(m_, x, [this](auto in, auto out) { apply_q(true, in, out); });
    }

  private:
    friend class detail::SolveVerbs<DenseQr<T>, T>;
    friend class detail::HeldFactorization<T, DenseQr>;
    struct Completion;
    struct Lazy;

    [[nodiscard]] std::int64_t least() const noexcept { return m_ < n_ ? m_ : n_; }
    void compute(const char* caller, MatrixView<const T> A);
    void recompute(MatrixView<const T> A);
    void solve_form(detail::SolveForm form, MatrixView<const T> b, MatrixView<T> x) const;
    void solve_adjointly(T* y, std::int64_t ldy, std::int64_t k) const;
    void solve_plainly(T* y, std::int64_t ldy, std::int64_t k) const;
    void apply_q(bool adjoint, MatrixView<const T> x, MatrixView<T> y) const;
    void write_q(MatrixView<T> out) const;
    void write_r(MatrixView<T> out) const;
    void write_product(MatrixView<T> out) const;
    void check_ready(const char* caller) const;
    void check_square(const char* caller) const;
    [[nodiscard]] const Completion& completion() const;

    DenseQrOptions options_;
    detail::Handed<std::int64_t> m_;
    detail::Handed<std::int64_t> n_;
    detail::Handed<bool> ready_;
    Array<T> factor_;  // R on and above the diagonal, Q's vectors below
    Array<T> tau_;
    Array<int> pivots_;  // one-based; empty without pivoting
    Real<T> one_norm_ = 0;
    double seconds_ = 0;
    std::shared_ptr<Lazy> lazy_;  // what solving needs besides, of this factor; shared by copies
};

/// The QR factorization of a dense A of any shape: see DenseQr.
template <DenseMatrix M>
[[nodiscard]] DenseQr<dense_scalar_t<M>> qr(const M& A, const DenseQrOptions& options = {}) {
    return DenseQr<dense_scalar_t<M>>(A, options);
}

static_assert(Factorization<DenseQr<double>> && HasDeterminant<DenseQr<double>> && ReportsCondition<DenseQr<double>> &&
              RankRevealing<DenseQr<double>> && Refactorable<DenseQr<double>, Matrix<double>>);

}  // namespace tamis
