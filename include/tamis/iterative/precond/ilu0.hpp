// Ilu0: the incomplete LU factorization without fill.
#pragma once

#include <cstdint>
#include <memory>

#include <tamis/iterative/precond/handle.hpp>

namespace tamis {

namespace detail {
template <class T, class I>
std::shared_ptr<const PreconditionerState<T>> make_ilu0(CsrView<T, I> major, bool row_major);
}  // namespace detail

/// M = (L U)⁻¹, where unit lower triangular L and upper triangular U have entries where A has some, and L U agrees with A
/// there: exact for tridiagonal matrices, good for discretised differential equations with moderate convection. It exists
/// for M-matrices and for diagonally dominant ones; elsewhere pivots may become small, which costs iterations. For general
/// matrices; a Hermitian one is half the work for Ic0.
///
/// The order of the unknowns matters; A is taken as it is. Computed in double precision and rounded to T. Set-up: serial,
/// one pass over A with its rows against each other. An apply reads the factors once (the bytes of A and a little more);
/// triangular solves are level-scheduled for several threads: 100³ grids have wide levels, a tridiagonal matrix has none,
/// and one thread then does it all. apply_adjoint keeps a second copy of the factors from its first call on. Storage: nnz
/// numbers and indices, three numbers an unknown; an n-vector for each call at a time.
///
/// Throws DimensionMismatch for a rectangle, InvalidArgument for an entry that is not finite, SingularMatrix (with the row)
/// for a zero on the diagonal and for a pivot that becomes zero on the way (then try Ilut with pivoting).
///
/// J. A. Meijerink, H. A. van der Vorst, Math. Comp. 31, 1977; Y. Saad, Iterative Methods for Sparse Linear Systems, 2nd
/// edition, Algorithm 10.4 with the level-0 pattern.
template <class T, class I = std::int32_t>
class Ilu0 : public detail::PreconditionerHandle<T> {
    static_assert(Index<I>);

  public:
    template <detail::SparseMatrixOf<T, I> M>
    explicit Ilu0(const M& A)
        : detail::PreconditionerHandle<T>(detail::make_ilu0<T, I>(detail::major_view(A), M::is_row_major)) {}
};

template <SparseMatrix M>
Ilu0(const M&) -> Ilu0<scalar_t<M>, index_t<M>>;

}  // namespace tamis
