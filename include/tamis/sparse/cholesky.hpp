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

  private:
    friend class detail::SolveVerbs<SparseCholesky<T, I>, T>;
    enum class Part { solve_l, solve_lt, multiply_l };
    struct State;

    SparseCholesky(CsrView<T, I> major, bool row_major, const FactorOptions& options);
    SparseCholesky(const Analysis& analysis, CsrView<T, I> major, bool row_major, const FactorOptions& options);
    void solve_form(detail::SolveForm form, MatrixView<const T> b, MatrixView<T> x) const;
    void refactor_major(CsrView<T, I> major, bool row_major);
    void apply_l(Part part, MatrixView<const T> b, MatrixView<T> x) const;

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
