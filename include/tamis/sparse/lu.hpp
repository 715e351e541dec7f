// lu(A): the sparse LU factorization as an object.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include <tamis/sparse/analysis.hpp>
#include <tamis/sparse/factor_options.hpp>

namespace tamis {

/// (R·A)(p, q) = L·U of a square sparse matrix with row scaling R, row order p and column order q, kept for any number of
/// solves.
///
/// Computed by UMFPACK (Davis: Algorithm 832, ACM TOMS 30, 2004), or by KLU (Davis, Palamadai Natarajan: Algorithm 907, ACM
/// TOMS 37, 2010) where the matrix falls into small diagonal blocks or fills so little that dense kernels would not pay;
/// info().backend says which. A nearly symmetric pattern that takes more than some 30 MFLOP is factored by MUMPS (Amestoy
/// et al., SIAM J. Matrix Anal. Appl. 23, 2001) where it is in the build, automatically or under nested_dissection; its
/// calls take turns, and it keeps its factors to itself, so the first call of matrix_l, matrix_u, row_permutation,
/// col_permutation, row_scaling or reconstruct factors anew by UMFPACK (KLU), with the time and the memory that this takes;
/// any other .ordering leaves MUMPS out. In double or complex<double>, to which float matrices are promoted. The caller's
/// matrix is not referred to after construction. All const members may be called from several threads at once. A solve is
/// refined, by residuals in the scalar computed in, while its backward error is beyond a tenth of the promise 10·max(10,
/// √n)·ε; mostly that takes one product with A and no step. Storage: the factors (info().bytes) and A.
template <class T, class I = std::int32_t>
class SparseLu : public detail::SolveVerbs<SparseLu<T, I>, T> {
    static_assert(Scalar<T> && Index<I>);

  public:
    using scalar_type = T;
    using index_type = I;

    /// Factors A + shift·I. DimensionMismatch for a rectangle; InvalidArgument for non-finite entries, with the position;
    /// SingularMatrix with the caller's row, structural if no permutation gives a diagonal free of zeros;
    /// MemoryLimitExceeded; Cancelled.
    template <SparseMatrix M>
        requires std::same_as<scalar_t<M>, T> && std::same_as<index_t<M>, I>
    explicit SparseLu(const M& A, const FactorOptions& options = {})
        : SparseLu(detail::major_view(A), std::remove_cvref_t<M>::is_row_major, options) {}
    /// Factors A by an analysis of its pattern, with the options that were analysed; info().seconds.analyze is 0 then. One
    /// analysis serves many threads at once. PatternMismatch if other positions are stored than in the analysed matrix;
    /// InvalidArgument for an analysis for another method, or of a real matrix where A is complex or the other way round;
    /// otherwise as above.
    template <SparseMatrix M>
        requires std::same_as<scalar_t<M>, T> && std::same_as<index_t<M>, I>
    explicit SparseLu(const Analysis& analysis, const M& A) : SparseLu(analysis, A, analysis.options()) {}
    /// With memory limit, shift, pivot tolerance, precision and stop token of this call. The order is that of the analysis;
    /// options that ask for another one are refused (InvalidArgument). A shift that the analysis did not have needs a
    /// diagonal that is stored in full (PatternMismatch).
    template <SparseMatrix M>
        requires std::same_as<scalar_t<M>, T> && std::same_as<index_t<M>, I>
    explicit SparseLu(const Analysis& analysis, const M& A, const FactorOptions& options)
        : SparseLu(analysis, detail::major_view(A), std::remove_cvref_t<M>::is_row_major, options) {}
    SparseLu(SparseLu&&) noexcept;
    SparseLu& operator=(SparseLu&&) noexcept;
    SparseLu(const SparseLu&) = delete;
    SparseLu& operator=(const SparseLu&) = delete;
    ~SparseLu();

    [[nodiscard]] std::int64_t rows() const noexcept;
    [[nodiscard]] std::int64_t cols() const noexcept { return rows(); }
    [[nodiscard]] const FactorInfo& info() const noexcept;
    /// What lu(analysis, B) takes for further matrices of this pattern; shared, not copied.
    [[nodiscard]] Analysis analysis() const;

    /// Factors new values on the analysed pattern; the symbolic analysis is kept. Old pivots are used again where the
    /// backend can (KLU) and the growth of the new factor allows, otherwise pivots are chosen afresh. PatternMismatch and
    /// DimensionMismatch leave the object as it was; after any other failure solving throws until the next success.
    template <SparseMatrix M>
        requires std::same_as<scalar_t<M>, T> && std::same_as<index_t<M>, I>
    void refactor(const M& A) { refactor_major(detail::major_view(A), std::remove_cvref_t<M>::is_row_major); }

    /// {sign, log |det A|} by sums of logarithms, which neither over- nor underflow.
    [[nodiscard]] LogDeterminant<T> slogdet() const;
    /// Estimate of 1 / (‖A‖₁ ‖A⁻¹‖₁) from a few solves (Higham and Tisseur).
    [[nodiscard]] Real<T> rcond() const;
    /// R⁻¹ (Pᵀ L U Qᵀ): A (+ shift·I) up to rounding, on the pattern of the product.
    [[nodiscard]] Csr<T, I> reconstruct() const;

    /// L, lower triangular with a unit diagonal: L·U = (R·A)(p, q).
    [[nodiscard]] Csr<T, I> matrix_l() const;
    /// U, upper triangular.
    [[nodiscard]] Csr<T, I> matrix_u() const;
    /// p: the original row of position k.
    [[nodiscard]] std::vector<I> row_permutation() const;
    /// q: the original column of position k.
    [[nodiscard]] std::vector<I> col_permutation() const;
    /// The diagonal of R.
    [[nodiscard]] std::vector<Real<T>> row_scaling() const;

  private:
    friend class detail::SolveVerbs<SparseLu<T, I>, T>;
    friend struct detail::FileAccess;
    struct State;

    SparseLu(CsrView<T, I> major, bool row_major, const FactorOptions& options);
    SparseLu(const Analysis& analysis, CsrView<T, I> major, bool row_major, const FactorOptions& options);
    void solve_form(detail::SolveForm form, MatrixView<const T> b, MatrixView<T> x) const;
    void refactor_major(CsrView<T, I> major, bool row_major);
    explicit SparseLu(detail::FactorReader& file);
    void write(detail::FactorWriter& file) const;

    std::unique_ptr<State> state_;
};

/// The LU factorization of a square A (+ shift·I): see SparseLu.
template <SparseMatrix M>
[[nodiscard]] SparseLu<scalar_t<M>, index_t<M>> lu(const M& A, const FactorOptions& options = {}) {
    return SparseLu<scalar_t<M>, index_t<M>>(A, options);
}

/// By an analysis of A's pattern, with the options that were analysed or with these: see the constructors of SparseLu.
template <SparseMatrix M>
[[nodiscard]] SparseLu<scalar_t<M>, index_t<M>> lu(const Analysis& analysis, const M& A) {
    return SparseLu<scalar_t<M>, index_t<M>>(analysis, A);
}
template <SparseMatrix M>
[[nodiscard]] SparseLu<scalar_t<M>, index_t<M>> lu(const Analysis& analysis, const M& A, const FactorOptions& options) {
    return SparseLu<scalar_t<M>, index_t<M>>(analysis, A, options);
}

static_assert(Factorization<SparseLu<double>> && HasDeterminant<SparseLu<double>> && ReportsCondition<SparseLu<double>> &&
              Refactorable<SparseLu<double>, Csr<double>>);

}  // namespace tamis
