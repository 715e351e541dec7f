// qr(A): the sparse QR factorization as an object; least squares and minimum norm.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include <tamis/sparse/analysis.hpp>
#include <tamis/sparse/factor_options.hpp>

namespace tamis {

/// A(:, p) = Q·R of a sparse matrix of any shape and rank, kept for any number of solves.
///
/// `solve(b)` is the least-squares solution, the one of minimum norm where it is not unique: a tall matrix of full rank by
/// one QR factorization, a wide one by the QR factorization of Aᴴ, and one of deficient rank by a complete orthogonal
/// decomposition (the QR factorization of the adjoint of R's leading rows; Golub, Van Loan: Matrix Computations, 4th ed.,
/// §5.5.2). `solve_adjoint` and `solve_transposed` give the minimum-norm least-squares solution with Aᴴ and Aᵀ.
///
/// Computed by SPQR (Davis: Algorithm 915, ACM TOMS 38, 2011), in double or complex<double>, to which float matrices are
/// promoted. The rank counts the singular values above the tolerance (Algorithm 933); a deficient matrix whose R has more
/// than 10⁶ places keeps that of Heath's method, which columns whose remaining norm is within the tolerance do not enter.
/// The caller's matrix is not referred to after construction. All const members may be called from several threads at
/// once. SPQR itself does not survive memory running out inside it, so keep a memory limit (the automatic one is what the
/// machine has left). Storage: Householder vectors and R in SPQR's frontal matrices (info().bytes), those of deficient rank
/// as sparse columns, twice as large; for a wide matrix also the matrix itself.
template <class T, class I = std::int32_t>
class SparseQr : public detail::SolveVerbs<SparseQr<T, I>, T> {
    static_assert(Scalar<T> && Index<I>);

  public:
    using scalar_type = T;
    using index_type = I;

    /// Factors A (+ shift·I if A is square). InvalidArgument for non-finite entries, with the position, and for a shifted
    /// rectangle; MemoryLimitExceeded; Cancelled; Unsupported in a build without the GPL parts of SuiteSparse.
    template <SparseMatrix M>
        requires std::same_as<scalar_t<M>, T> && std::same_as<index_t<M>, I>
    explicit SparseQr(const M& A, const FactorOptions& options = {})
        : SparseQr(detail::major_view(A), std::remove_cvref_t<M>::is_row_major, options) {}
    /// Factors A by an analysis of its pattern, with the options that were analysed; info().seconds.analyze is 0 then. One
    /// analysis serves many threads at once. PatternMismatch if other positions are stored than in the analysed matrix;
    /// InvalidArgument for an analysis for another method, or of a real matrix where A is complex or the other way round;
    /// otherwise as above.
    template <SparseMatrix M>
        requires std::same_as<scalar_t<M>, T> && std::same_as<index_t<M>, I>
    explicit SparseQr(const Analysis& analysis, const M& A) : SparseQr(analysis, A, analysis.options()) {}
    /// With memory limit, shift, pivot tolerance, precision and stop token of this call. The order is that of the analysis;
    /// options that ask for another one are refused (InvalidArgument). A shift that the analysis did not have needs a
    /// diagonal that is stored in full (PatternMismatch).
    template <SparseMatrix M>
        requires std::same_as<scalar_t<M>, T> && std::same_as<index_t<M>, I>
    explicit SparseQr(const Analysis& analysis, const M& A, const FactorOptions& options)
        : SparseQr(analysis, detail::major_view(A), std::remove_cvref_t<M>::is_row_major, options) {}
    SparseQr(SparseQr&&) noexcept;
    SparseQr& operator=(SparseQr&&) noexcept;
    SparseQr(const SparseQr&) = delete;
    SparseQr& operator=(const SparseQr&) = delete;
    ~SparseQr();

    [[nodiscard]] std::int64_t rows() const noexcept;
    [[nodiscard]] std::int64_t cols() const noexcept;
    [[nodiscard]] const FactorInfo& info() const noexcept;
    /// What qr(analysis, B) takes for further matrices of this pattern; shared, not copied.
    [[nodiscard]] Analysis analysis() const;
    /// The numerical rank, by the tolerance of the options.
    [[nodiscard]] std::int64_t rank() const;

    /// Factors new values on the analysed pattern; the column order is kept. PatternMismatch and DimensionMismatch leave
    /// the object as it was; after any other failure solving throws until the next success.
    template <SparseMatrix M>
        requires std::same_as<scalar_t<M>, T> && std::same_as<index_t<M>, I>
    void refactor(const M& A) { refactor_major(detail::major_view(A), std::remove_cvref_t<M>::is_row_major); }

    /// A in the caller's order as the product Q·R: A up to rounding.
    [[nodiscard]] Csr<T, I> reconstruct() const;

    /// R, upper trapezoidal, min(rows, cols) × cols; rows from rank() on are empty. (Of a wide matrix the factorization of A
    /// itself is made at the first call of one of these members.)
    [[nodiscard]] Csr<T, I> matrix_r() const;
    /// p: the original column of position k, in A(:, p) = Q·R.
    [[nodiscard]] std::vector<I> permutation() const;
    /// Q x for the square Q of order rows(); x may also have min(rows, cols) rows, as R has.
    template <DenseArgument B>
    [[nodiscard]] DenseResult<T, B> multiply_q(const B& x) const {
        return detail::allocate_and_apply<T>(rows(), x, [this](auto in, auto out) { apply_q(false, in, out); });
    }
    /// Qᴴ x, with rows() rows.
    template <DenseArgument B>
    [[nodiscard]] DenseResult<T, B> multiply_qt(const B& x) const {
        return detail::allocate_and_apply<T>(rows(), x, [this](auto in, auto out) { apply_q(true, in, out); });
    }

  private:
    friend class detail::SolveVerbs<SparseQr<T, I>, T>;
    friend struct detail::FileAccess;
    struct State;

    SparseQr(CsrView<T, I> major, bool row_major, const FactorOptions& options);
    SparseQr(const Analysis& analysis, CsrView<T, I> major, bool row_major, const FactorOptions& options);
    void solve_form(detail::SolveForm form, MatrixView<const T> b, MatrixView<T> x) const;
    void refactor_major(CsrView<T, I> major, bool row_major);
    explicit SparseQr(detail::FactorReader& file);
    void write(detail::FactorWriter& file) const;
    void apply_q(bool adjoint, MatrixView<const T> x, MatrixView<T> y) const;

    std::unique_ptr<State> state_;
};

/// The QR factorization of A: see SparseQr.
template <SparseMatrix M>
[[nodiscard]] SparseQr<scalar_t<M>, index_t<M>> qr(const M& A, const FactorOptions& options = {}) {
    return SparseQr<scalar_t<M>, index_t<M>>(A, options);
}

/// By an analysis of A's pattern, with the options that were analysed or with these: see the constructors of SparseQr.
template <SparseMatrix M>
[[nodiscard]] SparseQr<scalar_t<M>, index_t<M>> qr(const Analysis& analysis, const M& A) {
    return SparseQr<scalar_t<M>, index_t<M>>(analysis, A);
}
template <SparseMatrix M>
[[nodiscard]] SparseQr<scalar_t<M>, index_t<M>> qr(const Analysis& analysis, const M& A, const FactorOptions& options) {
    return SparseQr<scalar_t<M>, index_t<M>>(analysis, A, options);
}

static_assert(Factorization<SparseQr<double>> && RankRevealing<SparseQr<double>> &&
              Refactorable<SparseQr<double>, Csr<double>>);

}  // namespace tamis
