// cholesky(A): the sparse Cholesky factorization as an object.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include <tamis/sparse/analysis.hpp>
#include <tamis/sparse/factor_options.hpp>

namespace tamis {

/// A(p, p) = L·Lᴴ of a Hermitian positive definite sparse matrix, kept for any number of solves.
///
/// Computed by CHOLMOD (Chen, Davis, Hager, Rajamanickam: Algorithm 887, ACM TOMS 35, 2008), supernodal or simplicial by the
/// flops per entry of L; in double or complex<double>, to which float matrices are promoted. The caller's matrix is not
/// referred to after construction. All const members may be called from several threads at once.
/// Storage: L (info().bytes) and the pattern of one triangle of A.
template <class T, class I = std::int32_t>
class SparseCholesky : public detail::SolveVerbs<SparseCholesky<T, I>, T> {
    static_assert(Scalar<T> && Index<I>);

  public:
    using scalar_type = T;
    using index_type = I;

    /// Factors A + shift·I. Both triangles of A are read. DimensionMismatch for a rectangle; InvalidArgument for non-finite
    /// entries and for a matrix that is not Hermitian beyond rounding, |a_ij − conj(a_ji)| > 8ε·max(|a_ij|, |a_ji|), with
    /// the position; NotPositiveDefinite with the caller's column; MemoryLimitExceeded; Cancelled.
    template <SparseMatrix M>
        requires std::same_as<scalar_t<M>, T> && std::same_as<index_t<M>, I>
    explicit SparseCholesky(const M& A, const FactorOptions& options = {})
        : SparseCholesky(detail::major_view(A), std::remove_cvref_t<M>::is_row_major, options) {}
    /// Factors A by an analysis of its pattern, with the options that were analysed; info().seconds.analyze is 0 then. One
    /// analysis serves many threads at once. PatternMismatch if other positions are stored than in the analysed matrix;
    /// InvalidArgument for an analysis for another method, or of a real matrix where A is complex or the other way round;
    /// otherwise as above.
    template <SparseMatrix M>
        requires std::same_as<scalar_t<M>, T> && std::same_as<index_t<M>, I>
    explicit SparseCholesky(const Analysis& analysis, const M& A) : SparseCholesky(analysis, A, analysis.options()) {}
    /// With memory limit, shift, pivot tolerance, precision and stop token of this call. The order is that of the analysis;
    /// options that ask for another one are refused (InvalidArgument).
    template <SparseMatrix M>
        requires std::same_as<scalar_t<M>, T> && std::same_as<index_t<M>, I>
    explicit SparseCholesky(const Analysis& analysis, const M& A, const FactorOptions& options)
        : SparseCholesky(analysis, detail::major_view(A), std::remove_cvref_t<M>::is_row_major, options) {}
    SparseCholesky(SparseCholesky&&) noexcept;
    SparseCholesky& operator=(SparseCholesky&&) noexcept;
    SparseCholesky(const SparseCholesky&) = delete;
    SparseCholesky& operator=(const SparseCholesky&) = delete;
    ~SparseCholesky();

    [[nodiscard]] std::int64_t rows() const noexcept;
    [[nodiscard]] std::int64_t cols() const noexcept { return rows(); }
    [[nodiscard]] const FactorInfo& info() const noexcept;
    /// What cholesky(analysis, B) takes for further matrices of this pattern; shared, not copied.
    [[nodiscard]] Analysis analysis() const;

    /// Factors new values on the analysed pattern; ordering and symbolic analysis are kept. PatternMismatch and
    /// DimensionMismatch leave the object as it was; after any other failure solving throws until the next success.
    template <SparseMatrix M>
        requires std::same_as<scalar_t<M>, T> && std::same_as<index_t<M>, I>
    void refactor(const M& A) { refactor_major(detail::major_view(A), std::remove_cvref_t<M>::is_row_major); }

    /// {1, log det A}: sums of logarithms, which neither over- nor underflow.
    [[nodiscard]] LogDeterminant<T> slogdet() const;
    /// log det A, in O(n).
    [[nodiscard]] Real<T> logdet() const { return slogdet().logabs; }
    /// Estimate of 1 / (‖A‖₁ ‖A⁻¹‖₁) from a few solves (Higham and Tisseur).
    [[nodiscard]] Real<T> rcond() const;
    /// L·Lᴴ in the caller's order: A (+ shift·I) up to rounding, on the pattern of the filled graph.
    [[nodiscard]] Csr<T, I> reconstruct() const;

    /// permutation()[k] is the original index of position k: A(p, p) = L·Lᴴ.
    [[nodiscard]] std::vector<I> permutation() const;
    /// L, lower triangular with a positive diagonal. IndexOverflow if its entries outgrow I.
    [[nodiscard]] Csr<T, I> matrix_l() const;

    /// M⁻¹ b where M·Mᴴ = A in the caller's order (M = Pᵀ L).
    template <DenseArgument B>
    [[nodiscard]] DenseResult<T, B> solve_l(const B& b) const {
        return detail::allocate_and_apply<T>(rows(), b, [this](auto in, auto out) { apply_l(Part::solve_l, in, out); });
    }
    /// M⁻ᴴ b.
    template <DenseArgument B>
    [[nodiscard]] DenseResult<T, B> solve_lt(const B& b) const {
        return detail::allocate_and_apply<T>(rows(), b, [this](auto in, auto out) { apply_l(Part::solve_lt, in, out); });
    }
    /// M z: a sample of covariance A from a white z.
    template <DenseArgument B>
    [[nodiscard]] DenseResult<T, B> multiply_l(const B& z) const {
        return detail::allocate_and_apply<T>(rows(), z, [this](auto in, auto out) { apply_l(Part::multiply_l, in, out); });
    }

    /// The diagonal of L, in the order of permutation(). O(n).
    [[nodiscard]] Vector<Real<T>> diagonal_l() const {
        Vector<Real<T>> d(rows());
        write_diagonal_l(VectorView<Real<T>>(d));
        return d;
    }

    /// The entries of A⁻¹ on the pattern of L + Lᴴ, a full Hermitian matrix in the caller's order: among them all entries on
    /// the pattern of A and the diagonal, at the price of two to three numeric factorizations, where the whole inverse would
    /// be dense. Computed backward from L by the recurrence of Takahashi, Fagan and Chen (1973; Erisman and Tinney, CACM 18,
    /// 1975), by supernodes as in SelInv (Lin et al., ACM TOMS 37, 2011). Storage while it runs: a copy of L, the result,
    /// and a dense block of the tallest supernode. IndexOverflow if the entries outgrow I; MemoryLimitExceeded.
    [[nodiscard]] Csr<T, I> selected_inverse() const;
    /// The diagonal of A⁻¹ (variances, where A is a precision matrix), at the price of one to three numeric
    /// factorizations and without the storage of the result.
    [[nodiscard]] Vector<T> inverse_diagonal() const {
        Vector<T> d(rows());
        write_inverse_diagonal(VectorView<T>(d));
        return d;
    }

    /// Makes this the factorization of A + W·Wᴴ for an n×k W (any sparse or dense matrix or vector), along the paths of the
    /// elimination tree that the nonzeros of W reach: O(k · the entries of L on these paths), which for sparse columns is
    /// far less than factoring anew; where the pattern of W lies outside that of L, L grows. Davis and Hager, SIAM J. Matrix
    /// Anal. Appl. 22 (2001); our own code for all scalars, without CHOLMOD's GPL parts.
    /// The first update copies L into growable columns, O(nnz(L)), which solve without dense kernels; the ordering stays.
    /// After it rcond() rests on an estimate of ‖A ± W·Wᴴ‖₁ (exact for n ≤ 8, rarely off by more than a factor 3), and
    /// refactor(A2) takes the pattern that was analysed.
    /// DimensionMismatch; InvalidArgument for an entry that is not finite; MemoryLimitExceeded where W fills L beyond the
    /// limit. After any exception the factorization is what it was.
    template <class W>
        requires SparseMatrix<W> || DenseArgument<W>
    void update(const W& w) { modify(w, +1); }
    /// Makes this the factorization of A − W·Wᴴ. Besides what update throws: NotPositiveDefinite, with the caller's column,
    /// where that is not positive definite, or where a pivot loses all of its digits; the factorization is then what it was.
    template <class W>
        requires SparseMatrix<W> || DenseArgument<W>
    void downdate(const W& w) { modify(w, -1); }

  private:
    friend class detail::SolveVerbs<SparseCholesky<T, I>, T>;
    friend struct detail::FileAccess;
    enum class Part { solve_l, solve_lt, multiply_l };
    struct State;

    SparseCholesky(CsrView<T, I> major, bool row_major, const FactorOptions& options);
    SparseCholesky(const Analysis& analysis, CsrView<T, I> major, bool row_major, const FactorOptions& options);
    void solve_form(detail::SolveForm form, MatrixView<const T> b, MatrixView<T> x) const;
    void refactor_major(CsrView<T, I> major, bool row_major);
    explicit SparseCholesky(detail::FactorReader& file);
    void write(detail::FactorWriter& file) const;
    void apply_l(Part part, MatrixView<const T> b, MatrixView<T> x) const;
    void write_diagonal_l(VectorView<Real<T>> d) const;
    void write_inverse_diagonal(VectorView<T> d) const;
    template <class W>
    void modify(const W& w, int sign) {
        if constexpr (SparseMatrix<W>) {
            static_assert(std::same_as<scalar_t<W>, T> && std::same_as<index_t<W>, I>,
                          "tamis: W must have the scalars and indices of the matrix; use cast");
            modify_sparse(detail::major_view(w), W::is_row_major, sign);
        } else {
            const detail::DenseInput<T, W> input(w);
            modify_dense(input.matrix(), sign);
        }
    }
    void modify_sparse(CsrView<T, I> major, bool row_major, int sign);
    void modify_dense(MatrixView<const T> w, int sign);

    std::unique_ptr<State> state_;
};

/// The Cholesky factorization of a Hermitian positive definite A (+ shift·I): see SparseCholesky.
template <SparseMatrix M>
[[nodiscard]] SparseCholesky<scalar_t<M>, index_t<M>> cholesky(const M& A, const FactorOptions& options = {}) {
    return SparseCholesky<scalar_t<M>, index_t<M>>(A, options);
}

/// By an analysis of A's pattern, with the options that were analysed or with these: see the constructors of SparseCholesky.
template <SparseMatrix M>
[[nodiscard]] SparseCholesky<scalar_t<M>, index_t<M>> cholesky(const Analysis& analysis, const M& A) {
    return SparseCholesky<scalar_t<M>, index_t<M>>(analysis, A);
}
template <SparseMatrix M>
[[nodiscard]] SparseCholesky<scalar_t<M>, index_t<M>> cholesky(const Analysis& analysis, const M& A,
                                                               const FactorOptions& options) {
    return SparseCholesky<scalar_t<M>, index_t<M>>(analysis, A, options);
}

static_assert(Factorization<SparseCholesky<double>> && HasDeterminant<SparseCholesky<double>> &&
              ReportsCondition<SparseCholesky<double>> && Refactorable<SparseCholesky<double>, Csr<double>>);

}  // namespace tamis
