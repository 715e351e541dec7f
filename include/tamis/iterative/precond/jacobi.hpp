// Jacobi: the inverse of the diagonal.
#pragma once

#include <cstdint>
#include <memory>

#include <tamis/iterative/precond/handle.hpp>

namespace tamis {

namespace detail {
template <class T, class I>
std::shared_ptr<const PreconditionerState<T>> make_jacobi(CsrView<T, I> major, bool row_major);
}  // namespace detail

/// M = D⁻¹ with the diagonal D of A: the cheapest preconditioner, one multiplication an unknown, at the speed of memory on
/// several threads. It balances rows of different scale, and no more; Hermitian positive definite if the diagonal is.
/// Set-up O(nnz), storage n numbers.
///
/// `Jacobi M(A);` for any Csr, Csc or view. Throws DimensionMismatch for a rectangle, InvalidArgument for an entry that is
/// not finite, SingularMatrix (with the row) for a zero on the diagonal or one without a finite reciprocal.
template <class T, class I = std::int32_t>
class Jacobi : public detail::PreconditionerHandle<T> {
    static_assert(Index<I>);

  public:
    template <detail::SparseMatrixOf<T, I> M>
    explicit Jacobi(const M& A)
        : detail::PreconditionerHandle<T>(detail::make_jacobi<T, I>(detail::major_view(A), M::is_row_major)) {}
};

template <SparseMatrix M>
Jacobi(const M&) -> Jacobi<scalar_t<M>, index_t<M>>;

}  // namespace tamis
