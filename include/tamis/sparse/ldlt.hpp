// ldlt(A): the sparse L·D·Lᴴ factorization of a Hermitian, possibly indefinite matrix as an object.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include <tamis/sparse/analysis.hpp>
#include <tamis/sparse/factor_options.hpp>

namespace tamis {

/// A(p, p) = L·D·Lᴴ of a Hermitian sparse matrix, definite or not, kept for any number of solves; with the numbers of
/// positive, negative and zero eigenvalues of A by Sylvester's law of inertia.
///
/// Pivots are taken from the diagonal in an order that looks at the fill alone (CHOLMOD, simplicial) where that proves
/// stable: for quasidefinite matrices [H Bᴴ; B −G] with definite H and G in every order (Vanderbei: Symmetric quasidefinite
/// matrices, SIAM J. Optim. 5, 1995; Gill, Saunders, Shinnerl: On the stability of Cholesky factorization for symmetric
/// quasidefinite systems, SIAM J. Matrix Anal. Appl. 17, 1996), for others by luck. "Stable" is measured after each
/// factorization: ‖|L||D||Lᴴ|‖₁ ≤ 10⁴ ‖A‖₁, and ‖(A − LDLᴴ)v‖ for a probing vector. Otherwise, and for large factors,
/// pivots of order 1 and 2 are chosen by their numbers (MUMPS). A build without MUMPS refuses such a matrix (Unsupported);
/// use lu. info().backend says which it was. Computed in double, to which float matrices are promoted; MUMPS takes a complex
/// matrix as a real one of twice the order.
///
/// A singular matrix is factored, for its inertia: inertia().zero counts the pivots that are zero up to rounding, slogdet()
/// is {0, −∞}, rcond() is 0, and solving throws SingularMatrix.
///
/// The caller's matrix is not referred to after construction. All const members may be called from several threads at once;
/// calls into MUMPS take turns. A solve is refined while its backward error is beyond a tenth of the promise 10·max(10,
/// √n)·ε. Storage: the factor (info().bytes) and one triangle of A.
template <class T, class I = std::int32_t>
class SparseLdlt : public detail::SolveVerbs<SparseLdlt<T, I>, T> {
    static_assert(Scalar<T> && Index<I>);

  public:
    using scalar_type = T;
    using index_type = I;

    /// Factors A + shift·I. Both triangles of A are read. DimensionMismatch for a rectangle; InvalidArgument for non-finite
    /// entries and for a matrix that is not Hermitian beyond rounding, |a_ij − conj(a_ji)| > 8ε·max(|a_ij|, |a_ji|), with
    /// the position; Unsupported, naming lu, where diagonal pivots are not stable and the build has no others;
    /// MemoryLimitExceeded; Cancelled.
    template <SparseMatrix M>
        requires std::same_as<scalar_t<M>, T> && std::same_as<index_t<M>, I>
    explicit SparseLdlt(const M& A, const FactorOptions& options = {})
        : SparseLdlt(detail::major_view(A), std::remove_cvref_t<M>::is_row_major, options) {}
    /// Factors A by an analysis of its pattern, with the options that were analysed; info().seconds.analyze is 0 then. One
    /// analysis serves many threads at once. PatternMismatch if other positions are stored than in the analysed matrix;
    /// InvalidArgument for an analysis for another method, or of a real matrix where A is complex or the other way round;
    /// otherwise as above. (With MUMPS only the first factor takes the analysis over; further ones repeat its symbolic part,
    /// in the same order where that is not AMD's.)
    template <SparseMatrix M>
        requires std::same_as<scalar_t<M>, T> && std::same_as<index_t<M>, I>
    explicit SparseLdlt(const Analysis& analysis, const M& A) : SparseLdlt(analysis, A, analysis.options()) {}
    /// With memory limit, shift, pivot tolerance, precision and stop token of this call. The order is that of the analysis;
    /// options that ask for another one are refused (InvalidArgument).
    template <SparseMatrix M>
        requires std::same_as<scalar_t<M>, T> && std::same_as<index_t<M>, I>
    explicit SparseLdlt(const Analysis& analysis, const M& A, const FactorOptions& options)
        : SparseLdlt(analysis, detail::major_view(A), std::remove_cvref_t<M>::is_row_major, options) {}
    SparseLdlt(SparseLdlt&&) noexcept;
    SparseLdlt& operator=(SparseLdlt&&) noexcept;
    SparseLdlt(const SparseLdlt&) = delete;
    SparseLdlt& operator=(const SparseLdlt&) = delete;
    ~SparseLdlt();

    [[nodiscard]] std::int64_t rows() const noexcept;
    [[nodiscard]] std::int64_t cols() const noexcept { return rows(); }
    [[nodiscard]] const FactorInfo& info() const noexcept;
    /// What ldlt(analysis, B) takes for further matrices of this pattern; shared, not copied.
    [[nodiscard]] Analysis analysis() const;

    /// Factors new values on the analysed pattern; ordering and symbolic analysis are kept. Diagonal pivots that are no
    /// longer stable give way to chosen ones. PatternMismatch and DimensionMismatch leave the object as it was; after any
    /// other failure solving throws until the next success.
    template <SparseMatrix M>
        requires std::same_as<scalar_t<M>, T> && std::same_as<index_t<M>, I>
    void refactor(const M& A) { refactor_major(detail::major_view(A), std::remove_cvref_t<M>::is_row_major); }

    /// How many eigenvalues of A (+ shift·I) are positive, negative, and zero up to rounding in the pivots.
    [[nodiscard]] Inertia inertia() const;
    /// {±1, log |det A|} by sums of logarithms, which neither over- nor underflow; {0, −∞} for a singular matrix.
    [[nodiscard]] LogDeterminant<T> slogdet() const;
    /// Estimate of 1 / (‖A‖₁ ‖A⁻¹‖₁) from a few solves (Higham and Tisseur); 0 for a singular matrix.
    [[nodiscard]] Real<T> rcond() const;
    /// L·D·Lᴴ in the caller's order: A (+ shift·I) up to rounding, on the pattern of the filled graph. Unsupported with
    /// MUMPS, which keeps its factors to itself.
    [[nodiscard]] Csr<T, I> reconstruct() const;
    /// permutation()[k] is the original index of position k: A(p, p) = L·D·Lᴴ. With MUMPS the order in which pivots are
    /// looked for, from which their numbers may make it depart.
    [[nodiscard]] std::vector<I> permutation() const;

  private:
    friend class detail::SolveVerbs<SparseLdlt<T, I>, T>;
    friend struct detail::FileAccess;
    struct State;

    SparseLdlt(CsrView<T, I> major, bool row_major, const FactorOptions& options);
    SparseLdlt(const Analysis& analysis, CsrView<T, I> major, bool row_major, const FactorOptions& options);
    void solve_form(detail::SolveForm form, MatrixView<const T> b, MatrixView<T> x) const;
    void refactor_major(CsrView<T, I> major, bool row_major);
    explicit SparseLdlt(detail::FactorReader& file);
    void write(detail::FactorWriter& file) const;

    std::unique_ptr<State> state_;
};

/// The L·D·Lᴴ factorization of a Hermitian A (+ shift·I): see SparseLdlt.
template <SparseMatrix M>
[[nodiscard]] SparseLdlt<scalar_t<M>, index_t<M>> ldlt(const M& A, const FactorOptions& options = {}) {
    return SparseLdlt<scalar_t<M>, index_t<M>>(A, options);
}

/// By an analysis of A's pattern, with the options that were analysed or with these: see the constructors of SparseLdlt.
template <SparseMatrix M>
[[nodiscard]] SparseLdlt<scalar_t<M>, index_t<M>> ldlt(const Analysis& analysis, const M& A) {
    return SparseLdlt<scalar_t<M>, index_t<M>>(analysis, A);
}
template <SparseMatrix M>
[[nodiscard]] SparseLdlt<scalar_t<M>, index_t<M>> ldlt(const Analysis& analysis, const M& A, const FactorOptions& options) {
    return SparseLdlt<scalar_t<M>, index_t<M>>(analysis, A, options);
}

static_assert(Factorization<SparseLdlt<double>> && HasDeterminant<SparseLdlt<double>> &&
              ReportsCondition<SparseLdlt<double>> && Refactorable<SparseLdlt<double>, Csr<double>>);

}  // namespace tamis
