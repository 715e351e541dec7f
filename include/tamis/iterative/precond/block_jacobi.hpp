// BlockJacobi: the inverses of diagonal blocks.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include <tamis/iterative/precond/handle.hpp>

namespace tamis {

struct BlockJacobiOptions {
    /// Rows of each block; the last one may have fewer. 0: blocks are found.
    std::int64_t block_size = 0;
    /// Where blocks begin, ascending from 0; takes the place of .block_size. Empty: not given.
    std::vector<std::int64_t> block_offsets{};
    /// Found blocks have at most so many rows, unless more have the same pattern.
    std::int64_t largest_found = 8;
};

namespace detail {
template <class T, class I>
std::shared_ptr<const PreconditionerState<T>> make_block_jacobi(CsrView<T, I> major, bool row_major,
                                                                const BlockJacobiOptions& options);
}  // namespace detail

/// M = diag(A₁₁⁻¹, A₂₂⁻¹, …) for blocks of consecutive rows: for several unknowns a node (`.block_size = 3` for elasticity),
/// or for what is coupled strongly. Hermitian positive definite where A is. Blocks that are not given are found: rows in
/// succession whose entries stand in the same columns belong together, and such groups are joined to blocks of up to
/// `.largest_found` rows.
///
/// The inverses are formed by Gauss–Jordan elimination with row pivoting in double precision. An apply reads them once, on
/// several threads. Set-up: b³ a block of b rows; storage: the squares of the block sizes.
///
/// Throws DimensionMismatch for a rectangle, InvalidArgument for an entry that is not finite, a negative size, and offsets
/// that do not ascend from 0 within the rows; SingularMatrix (with the row) for a zero on the diagonal and for a singular
/// block.
///
/// H. Anzt, J. Dongarra, G. Flegar, E. S. Quintana-Ortí, Variable-size batched Gauss–Jordan elimination for block-Jacobi
/// preconditioning on graphics processors, Parallel Computing 81, 2019.
template <class T, class I = std::int32_t>
class BlockJacobi : public detail::PreconditionerHandle<T> {
    static_assert(Index<I>);

  public:
    template <detail::SparseMatrixOf<T, I> M>
    explicit BlockJacobi(const M& A, const BlockJacobiOptions& options = {})
        : detail::PreconditionerHandle<T>(detail::make_block_jacobi<T, I>(detail::major_view(A), M::is_row_major, options)) {
    }
};

template <SparseMatrix M>
BlockJacobi(const M&, const BlockJacobiOptions& = {}) -> BlockJacobi<scalar_t<M>, index_t<M>>;

}  // namespace tamis
