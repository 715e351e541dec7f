// analyze(A): the symbolic part of a factorization as an object of its own, which predicts what the numeric part will take
// and serves any number of matrices of one pattern.
#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include <tamis/core/factorization.hpp>
#include <tamis/sparse/convert.hpp>
#include <tamis/sparse/factor_options.hpp>

namespace tamis {

/// Options of `analyze`. All but `.method` are those of FactorOptions, and hold for the factorizations that are made from
/// the analysis (unless these are given options of their own).
struct AnalyzeOptions {
    /// cholesky, ldlt, lu or qr; `automatic`: qr for a rectangle, cholesky for a Hermitian matrix with a positive diagonal
    /// (which is necessary, not sufficient, for it to be positive definite), ldlt for another Hermitian one (where the build
    /// has MUMPS), otherwise lu.
    Method method = Method::automatic;
    Ordering ordering = Ordering::automatic;
    /// The order for `Ordering::given`, as in FactorOptions. QR of a wide matrix orders its rows.
    Permutation permutation{};
    Precision precision = Precision::working;
    /// Held against the prediction when a factorization is made. The analysis itself is made whatever it predicts.
    std::int64_t memory_limit = 0;
    /// Other than zero, it puts the whole diagonal into the pattern.
    double shift = 0;
    double pivot_tolerance = 0;
    /// Looked at before the analysis and, where several orderings are tried, between them.
    std::stop_token stop{};
};

namespace detail {
struct AnalysisData;
struct AnalysisAccess;
}  // namespace detail

/// What is known of a factorization before any number is computed: order, entries of the factor, flops, memory.
///
/// Immutable and shared: copies refer to the same data, in whichever thread, and every factorization that is made from it
/// keeps it alive. It refers to no matrix. Its pattern serves float and double, and both index types; a real analysis serves
/// real matrices and a complex one complex matrices. Storage: the pattern of A (one triangle for Cholesky) and O(n).
class Analysis {
  public:
    // No moves: a moved-from object would hold nothing.
    Analysis(const Analysis&) noexcept = default;
    Analysis& operator=(const Analysis&) noexcept = default;
    ~Analysis() = default;

    /// cholesky, ldlt, lu or qr, never automatic.
    [[nodiscard]] Method method() const noexcept;
    /// The library that will compute, e.g. "CHOLMOD 3.0.14 (supernodal)"; empty for a matrix without entries.
    [[nodiscard]] const std::string& backend() const noexcept;
    [[nodiscard]] std::int64_t rows() const noexcept;
    [[nodiscard]] std::int64_t cols() const noexcept;
    /// Cholesky: the exact number of entries of L by symbolic elimination, diagonal included. LU: the entries of L and U for
    /// pivots on the diagonal where the pattern is nearly symmetric, otherwise UMFPACK's upper bound for any pivots; with
    /// KLU those of the blocks for pivots on their diagonals, or, in an order that it gives no estimate for, twice the
    /// entries of A. QR: an upper bound for R and the Householder vectors.
    [[nodiscard]] std::int64_t factor_nonzeros() const noexcept;
    /// Floating-point operations of the numeric phase, real ones also for complex matrices; estimates and bounds as above
    /// (0 where KLU gives no estimate).
    [[nodiscard]] double flops() const noexcept;
    /// Bytes at the peak of the numeric phase: the factor and the workspace that makes it, without the copy of A's values
    /// that every factorization reads. Near the truth where the entries of the factor are, otherwise an upper bound;
    /// UMFPACK may reserve more than it touches. A deficient rank, which only the numbers show, costs QR a second
    /// factorization that is not foreseen here.
    [[nodiscard]] std::int64_t bytes() const noexcept;
    /// The ordering that was used.
    [[nodiscard]] Ordering ordering() const noexcept;
    /// Entry k is the original index of position k. Cholesky: rows and columns of A(p, p) = L·Lᴴ. LU: the columns; UMFPACK
    /// may still exchange some when it pivots. QR: the columns (of a wide matrix the rows); SPQR moves dependent ones last.
    [[nodiscard]] std::vector<std::int64_t> permutation() const;
    /// Wall-clock time that the analysis took.
    [[nodiscard]] double seconds() const noexcept;
    /// What a factorization made from this analysis takes for its options.
    [[nodiscard]] const FactorOptions& options() const noexcept;

  private:
    friend struct detail::AnalysisAccess;
    explicit Analysis(std::shared_ptr<const detail::AnalysisData> data) noexcept : data_(std::move(data)) {}

    std::shared_ptr<const detail::AnalysisData> data_;
};

namespace detail {
template <class T, class I>
Analysis analyze(CsrView<T, I> major, bool row_major, const AnalyzeOptions& options);
}  // namespace detail

/// The symbolic analysis of A for a factorization: `cholesky(analysis, B)`, `ldlt`, `lu` or `qr` then
/// factor any matrix B with the entries of A stored at the same positions, from many threads if need be. Values matter where
/// `.method` is automatic, where Cholesky is asked for (A must be Hermitian up to rounding, as the matrices to come must be)
/// and, little, in UMFPACK's choice of a strategy. Costs an ordering and O(nnz) or a little more.
/// InvalidArgument for non-finite entries, for a method that has no analysis and for an A that is not Hermitian where
/// Cholesky is asked for; DimensionMismatch for a rectangle with cholesky or lu; Cancelled; Unsupported for qr in a build
/// without the GPL parts of SuiteSparse.
template <SparseMatrix M>
[[nodiscard]] Analysis analyze(const M& A, const AnalyzeOptions& options = {}) {
    return detail::analyze(detail::major_view(A), std::remove_cvref_t<M>::is_row_major, options);
}

}  // namespace tamis
