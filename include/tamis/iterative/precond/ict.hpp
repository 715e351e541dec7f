// Ict: the incomplete Cholesky factorization with a threshold.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>

#include <tamis/iterative/precond/handle.hpp>
#include <tamis/iterative/precond/ic0.hpp>

namespace tamis {

struct IctOptions {
    /// Of the matrix scaled to a unit diagonal, entries below so much of the norm of their column are dropped; at least 0.
    double drop_tolerance = 1e-2;
    /// A column of L keeps at most ⌈fill_factor · nnz / 2n⌉ entries beside the diagonal, those of largest modulus. Positive;
    /// infinity: as many as there are.
    double fill_factor = 10;
};

namespace detail {
template <class T, class I>
Shifted<T> make_ict(CsrView<T, I> major, bool row_major, const IctOptions& options);
}  // namespace detail

/// M = (L D Lᴴ)⁻¹ of an incomplete Cholesky factorization that drops what is small and bounds what it keeps: closer to A the
/// smaller `.drop_tolerance` is, at the price of fill; complete for {.drop_tolerance = 0, .fill_factor = infinity}.
/// Hermitian positive definite, for cg and minres, where Ic0 takes too many iterations.
///
/// Where a pivot is not positive, A + α diag(A) is factored instead, with the first α of 10⁻³, 2·10⁻³, 4·10⁻³ … that leads
/// to positive pivots: shift() tells α. If there is one, a smaller `.drop_tolerance` may do without.
///
/// The order of the unknowns matters; A is taken as it is, and less fills in if it is permuted by reverse_cuthill_mckee or
/// approximate_minimum_degree first. Computed in double precision and rounded to T. Set-up: serial, column by column.
/// Triangular solves as in Ilu0, level-scheduled for several threads. Storage: the entries kept (nonzeros()) as numbers and
/// indices, three numbers an unknown; an n-vector for each call at a time.
///
/// Throws as Ic0 does, and InvalidArgument for options outside their range, IndexOverflow if the factor outgrows I.
///
/// C.-J. Lin, J. J. Moré, Incomplete Cholesky factorizations with limited memory, SIAM J. Sci. Comput. 21, 1999, with Saad's
/// threshold (Numer. Linear Algebra Appl. 1, 1994) beside the bound of entries.
template <class T, class I = std::int32_t>
class Ict : public detail::PreconditionerHandle<T> {
    static_assert(Index<I>);

  public:
    template <detail::SparseMatrixOf<T, I> M>
    explicit Ict(const M& A, const IctOptions& options = {})
        : Ict(detail::make_ict<T, I>(detail::major_view(A), M::is_row_major, options)) {}

    /// α of the matrix A + α diag(A) that was factored; 0 if none was needed.
    [[nodiscard]] double shift() const noexcept { return shift_; }

  private:
    explicit Ict(detail::Shifted<T>&& made) : detail::PreconditionerHandle<T>(std::move(made.state)), shift_(made.shift) {}

    double shift_;
};

template <SparseMatrix M>
Ict(const M&, const IctOptions& = {}) -> Ict<scalar_t<M>, index_t<M>>;

}  // namespace tamis
