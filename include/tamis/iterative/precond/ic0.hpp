// Ic0: the incomplete Cholesky factorization without fill.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>

#include <tamis/iterative/precond/handle.hpp>

namespace tamis {

namespace detail {
/// A preconditioner and the shift that its factorization needed.
template <class T>
struct Shifted {
    std::shared_ptr<const PreconditionerState<T>> state;
    double shift;
};
template <class T, class I>
Shifted<T> make_ic0(CsrView<T, I> major, bool row_major);
}  // namespace detail

/// M = (L D Lᴴ)⁻¹ with a unit lower triangular L that has entries where the lower triangle of A has some, and L D Lᴴ agrees
/// with A there. Hermitian positive definite, for cg and minres; half the work and two thirds of the storage of Ilu0 in
/// setting up, the same in an apply. Exact for tridiagonal matrices.
///
/// It exists for M-matrices and diagonally dominant ones. Where a pivot is not positive (elasticity, higher order elements
/// may), A + α diag(A) is factored instead, with the first α of 10⁻³, 2·10⁻³, 4·10⁻³ … that leads to positive pivots
/// (Manteuffel; doubling as in C.-J. Lin, J. J. Moré, SIAM J. Sci. Comput. 21, 1999): shift() tells α. A shift beyond some
/// 0.1 means that Ict or Amg will do better.
///
/// The order of the unknowns matters; A is taken as it is. Computed in double precision and rounded to T. Set-up: serial.
/// Triangular solves as in Ilu0, level-scheduled for several threads. Storage: nnz numbers and indices, three numbers an
/// unknown; an n-vector for each call at a time.
///
/// Throws DimensionMismatch for a rectangle, InvalidArgument for an entry that is not finite and for a matrix that is not
/// Hermitian beyond rounding (with the position), SingularMatrix (with the row) for a zero on the diagonal,
/// NotPositiveDefinite (with the column) for a negative one.
///
/// J. A. Meijerink, H. A. van der Vorst, Math. Comp. 31, 1977; T. A. Manteuffel, An incomplete factorization technique for
/// positive definite linear systems, Math. Comp. 34, 1980.
template <class T, class I = std::int32_t>
class Ic0 : public detail::PreconditionerHandle<T> {
    static_assert(Index<I>);

  public:
    template <detail::SparseMatrixOf<T, I> M>
    explicit Ic0(const M& A) : Ic0(detail::make_ic0<T, I>(detail::major_view(A), M::is_row_major)) {}

    /// α of the matrix A + α diag(A) that was factored; 0 if none was needed.
    [[nodiscard]] double shift() const noexcept { return shift_; }

  private:
    explicit Ic0(detail::Shifted<T>&& made) : detail::PreconditionerHandle<T>(std::move(made.state)), shift_(made.shift) {}

    double shift_;
};

template <SparseMatrix M>
Ic0(const M&) -> Ic0<scalar_t<M>, index_t<M>>;

}  // namespace tamis
