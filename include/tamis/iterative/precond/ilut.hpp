// Ilut: the incomplete LU factorization with a threshold.
#pragma once

#include <cstdint>
#include <memory>

#include <tamis/iterative/precond/handle.hpp>

namespace tamis {

struct IlutOptions {
    /// Entries below so much of the norm of their row of A are dropped; at least 0.
    double drop_tolerance = 1e-2;
    /// A row of L, and one of U, keeps at most ⌈fill_factor · nnz / 2n⌉ entries beside the diagonal, those of largest
    /// modulus. Positive; infinity: as many as there are.
    double fill_factor = 10;
    /// Columns are exchanged where the diagonal entry is smaller than so much of the largest in its row: 0 never, 1 always;
    /// 0.1 for matrices whose diagonal is weak. In [0, 1].
    double pivot_tolerance = 0;
};

namespace detail {
template <class T, class I>
std::shared_ptr<const PreconditionerState<T>> make_ilut(CsrView<T, I> major, bool row_major, const IlutOptions& options);
}  // namespace detail

/// M = (L U)⁻¹ of an incomplete LU factorization that drops what is small and bounds what it keeps: closer to A the smaller
/// `.drop_tolerance` is, at the price of fill; complete for {.drop_tolerance = 0, .fill_factor = infinity}. For general
/// matrices that are too hard for Ilu0. With a `.pivot_tolerance`, columns are exchanged (A Q ≈ L U), and zeros on the
/// diagonal are welcome.
///
/// The order of the rows matters; A is taken as it is, and less fills in if it is permuted by reverse_cuthill_mckee or
/// approximate_minimum_degree first. Computed in double precision and rounded to T. Set-up: serial, row by row in the order
/// of elimination, O(fill · fill) a row. Triangular solves as in Ilu0, level-scheduled for several threads. Storage: the
/// entries kept (nonzeros()) as numbers and indices, three numbers an unknown; an n-vector for each call at a time.
///
/// Throws DimensionMismatch for a rectangle, InvalidArgument for an entry that is not finite and options outside their
/// range, SingularMatrix (with the row) for a zero on the diagonal unless there is a `.pivot_tolerance`, and for a row that
/// is left without a pivot; IndexOverflow if the factors outgrow I.
///
/// Y. Saad, ILUT: a dual threshold incomplete LU factorization, Numer. Linear Algebra Appl. 1, 1994; Iterative Methods for
/// Sparse Linear Systems, 2nd edition, Algorithm 10.6 and §10.4.4 (ILUTP). An entry of L is compared before it is divided by
/// its pivot, so that the scale of the rows does not matter.
template <class T, class I = std::int32_t>
class Ilut : public detail::PreconditionerHandle<T> {
    static_assert(Index<I>);

  public:
    template <detail::SparseMatrixOf<T, I> M>
    explicit Ilut(const M& A, const IlutOptions& options = {})
        : detail::PreconditionerHandle<T>(detail::make_ilut<T, I>(detail::major_view(A), M::is_row_major, options)) {}
};

template <SparseMatrix M>
Ilut(const M&, const IlutOptions& = {}) -> Ilut<scalar_t<M>, index_t<M>>;

}  // namespace tamis
