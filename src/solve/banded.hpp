// Private: LU and Cholesky of a band, by LAPACK.
#pragma once

#include <cstdint>

#include <tamis/core/array.hpp>
#include <tamis/factor.hpp>

namespace tamis::detail {

/// The widest reach of nonzeros below and above the diagonal.
struct Bandwidths {
    std::int64_t lower = 0;
    std::int64_t upper = 0;
};
template <class T, class I>
Bandwidths bandwidths(CsrView<T, I> A);

/// Bytes of the band factor: LAPACK's storage, pivots, and the pattern that refactor compares with.
template <class T, class I>
double banded_bytes(std::int64_t n, Bandwidths width, std::int64_t nnz, bool definite);

/// What kind of band: general (P·L·U) or Hermitian positive definite (L·Lᴴ, L·D·Lᴴ), of any width or tridiagonal.
enum class BandKind { general, definite, tridiagonal, definite_tridiagonal };

/// The factorization of a band matrix in the caller's order and scalar: gbtrf, pbtrf, gttrf or pttrf (Anderson et al.,
/// LAPACK Users' Guide, 3rd ed., 1999). Storage: n (2·lower + upper + 1) entries, definite n (lower + 1).
template <class T, class I>
class BandedFactorization : public SolveVerbs<BandedFactorization<T, I>, T> {
  public:
    using scalar_type = T;
    using index_type = I;

    /// A + shift·I. `definite`: A is taken for Hermitian positive definite, by its lower triangle. NotPositiveDefinite with
    /// the column; SingularMatrix with the caller's row; DimensionMismatch; MemoryLimitExceeded before the band is
    /// allocated.
    BandedFactorization(CsrView<T, I> A, bool definite, const FactorOptions& options);

    [[nodiscard]] std::int64_t rows() const noexcept { return n_; }
    [[nodiscard]] std::int64_t cols() const noexcept { return n_; }
    [[nodiscard]] const FactorInfo& info() const noexcept { return info_; }

    /// New values; InvalidArgument where a nonzero lies outside the band now, or where a definite one is not Hermitian.
    template <SparseMatrix M>
        requires std::same_as<scalar_t<M>, T> && std::same_as<index_t<M>, I>
    void refactor(const M& A) { refactor_rows(CsrInput<M>(A).view()); }

    [[nodiscard]] LogDeterminant<T> slogdet() const;
    [[nodiscard]] Real<T> rcond() const;
    /// The product of the factors, with entries wherever the band has them.
    [[nodiscard]] Csr<T, I> reconstruct() const;

  private:
    friend class SolveVerbs<BandedFactorization<T, I>, T>;
    void solve_form(SolveForm form, MatrixView<const T> b, MatrixView<T> x) const;
    void refactor_rows(CsrView<T, I> A);
    void compute(const char* caller, CsrView<T, I> A);
    void fill(const char* caller, CsrView<T, I> A);
    void solve_block(SolveForm form, T* b, std::int64_t k) const;
    void check_ready(const char* caller) const;
    [[nodiscard]] bool definite() const noexcept {
        return kind_ == BandKind::definite || kind_ == BandKind::definite_tridiagonal;
    }
    [[nodiscard]] bool tridiagonal() const noexcept {
        return kind_ == BandKind::tridiagonal || kind_ == BandKind::definite_tridiagonal;
    }
    // Parts of the storage. General and definite: columns of `leading_` entries. Tridiagonal: the diagonals in turn.
    [[nodiscard]] T* lower() noexcept { return band_.data(); }
    [[nodiscard]] T* middle() noexcept { return band_.data() + n_; }
    [[nodiscard]] T* upper() noexcept { return band_.data() + 2 * n_; }
    [[nodiscard]] T* second() noexcept { return band_.data() + 3 * n_; }
    // Factors, for reconstruct and slogdet.
    [[nodiscard]] T u(std::int64_t i, std::int64_t j) const noexcept;
    [[nodiscard]] T multiplier(std::int64_t i, std::int64_t k) const noexcept;
    [[nodiscard]] std::int64_t pivot_row(std::int64_t k) const noexcept;
    void reconstruct_column(std::int64_t j, T* window, std::int64_t first) const;

    std::int64_t n_;
    Bandwidths width_;
    BandKind kind_;
    std::int64_t leading_ = 0;
    FactorOptions options_;
    Array<I> offsets_;  // the pattern
    Array<I> indices_;
    Array<T> band_;
    Array<Real<T>> diagonal_;  // D of L·D·Lᴴ
    Array<int> pivots_;
    double one_norm_ = 0;
    bool ready_ = false;
    FactorInfo info_;
};

}  // namespace tamis::detail
