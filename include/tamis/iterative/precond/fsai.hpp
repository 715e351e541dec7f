// Fsai: a factorized sparse approximate inverse.
#pragma once

#include <cstdint>
#include <memory>

#include <tamis/iterative/precond/handle.hpp>

namespace tamis {

struct FsaiOptions {
    /// G has entries where the lower triangle of A to this power may have some; at least 1.
    int power = 1;
};

namespace detail {
template <class T, class I>
std::shared_ptr<const PreconditionerState<T>> make_fsai(CsrView<T, I> major, bool row_major, const FsaiOptions& options);
}  // namespace detail

/// M = Gᴴ G with the lower triangular G of given pattern that makes ‖I − G L‖_F smallest, L being the (unknown) Cholesky
/// factor of A: (G A)_ij = 0 at all entries left of the diagonal, and G A Gᴴ has a unit diagonal. Hermitian positive
/// definite, for cg and minres; it exists for every Hermitian positive definite matrix. An apply is two products, which run
/// on all threads where triangular solves would wait; iterations are more than with Ic0. A higher `.power` buys fewer for
/// more entries.
///
/// Set-up: for each row a dense Cholesky factorization of as many unknowns as the row has entries, on all threads, in double
/// precision; rounded to T. Storage: G and Gᴴ by rows; an n-vector for each call (and column) at a time.
///
/// Throws DimensionMismatch for a rectangle, InvalidArgument for an entry that is not finite, a `.power` below 1 and a
/// matrix that is not Hermitian beyond rounding (with the position), SingularMatrix (with the row) for a zero on the
/// diagonal, NotPositiveDefinite (with the column) where a diagonal entry or a submatrix shows it; IndexOverflow if G
/// outgrows I.
///
/// L. Yu. Kolotilina, A. Yu. Yeremin, Factorized sparse approximate inverse preconditionings I, SIAM J. Matrix Anal. Appl.
/// 14, 1993; patterns of powers: E. Chow, SIAM J. Sci. Comput. 21, 2000.
template <class T, class I = std::int32_t>
class Fsai : public detail::PreconditionerHandle<T> {
    static_assert(Index<I>);

  public:
    template <detail::SparseMatrixOf<T, I> M>
    explicit Fsai(const M& A, const FsaiOptions& options = {})
        : detail::PreconditionerHandle<T>(detail::make_fsai<T, I>(detail::major_view(A), M::is_row_major, options)) {}
};

template <SparseMatrix M>
Fsai(const M&, const FsaiOptions& = {}) -> Fsai<scalar_t<M>, index_t<M>>;

}  // namespace tamis
