// Ssor: symmetric successive over-relaxation.
#pragma once

#include <cstdint>
#include <memory>

#include <tamis/iterative/precond/handle.hpp>

namespace tamis {

struct SsorOptions {
    /// The relaxation factor ω, in (0, 2). 1 is symmetric Gauss–Seidel.
    double omega = 1;
    /// Relaxes the unknowns colour by colour, those of one colour not coupled to each other, instead of in their order: a
    /// few wide levels for many threads, and some more iterations.
    bool multicolour = false;
};

namespace detail {
template <class T, class I>
std::shared_ptr<const PreconditionerState<T>> make_ssor(CsrView<T, I> major, bool row_major, const SsorOptions& options);
}  // namespace detail

/// M = ω(2 − ω) (D + ωU)⁻¹ D (D + ωL)⁻¹ with A = L + D + U: a forward and a backward sweep of successive over-relaxation
/// from zero. Hermitian positive definite where A is, so it serves cg; also for other matrices with a diagonal free of
/// zeros. No factorization: nothing can break down. Mostly some more iterations than Ic0 or Ilu0 for the same price of an
/// apply; the best ω rarely gains much over 1.
///
/// Set-up O(nnz), serial. Triangular solves as in Ilu0, level-scheduled for several threads; for `.multicolour` the pattern
/// of A + Aᵀ is coloured greedily in the order of the rows. Storage: nnz numbers and indices, three numbers an unknown; an
/// n-vector for each call at a time.
///
/// Throws DimensionMismatch for a rectangle, InvalidArgument for an entry that is not finite and an ω outside (0, 2),
/// SingularMatrix (with the row) for a zero on the diagonal.
///
/// D. M. Young, Iterative Solution of Large Linear Systems, 1971; Y. Saad, Iterative Methods for Sparse Linear Systems, 2nd
/// edition, §4.1.2 and §10.2, §12.4 (colours).
template <class T, class I = std::int32_t>
class Ssor : public detail::PreconditionerHandle<T> {
    static_assert(Index<I>);

  public:
    template <detail::SparseMatrixOf<T, I> M>
    explicit Ssor(const M& A, const SsorOptions& options = {})
        : detail::PreconditionerHandle<T>(detail::make_ssor<T, I>(detail::major_view(A), M::is_row_major, options)) {}
};

template <SparseMatrix M>
Ssor(const M&, const SsorOptions& = {}) -> Ssor<scalar_t<M>, index_t<M>>;

}  // namespace tamis
