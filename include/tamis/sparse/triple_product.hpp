// The product Pᴴ A P of sparse matrices, as Galerkin coarsening needs it.
#pragma once

#include <cstdint>

#include <tamis/sparse/matmul.hpp>
#include <tamis/sparse/transpose.hpp>

namespace tamis {

namespace detail {
/// R A P, row by row.
template <class T, class I>
Csr<T, I> triple_matmul(CsrView<T, I> R, CsrView<T, I> A, CsrView<T, I> P);

[[noreturn]] void throw_triple_mismatch(std::int64_t a_rows, std::int64_t a_cols, std::int64_t p_rows, std::int64_t p_cols);

template <class T, class I>
void conjugate_values(Csr<T, I>& A) noexcept {
    if constexpr (is_complex_v<T>)
        for (T& v : A.values()) v = conjugate(v);
}
}  // namespace detail

/// Pᴴ A P (PᵀAP where P is real) in the format of A; a P in the other format is converted first; real and complex, single
/// and double mix. Neither Pᴴ A nor A P is stored: each row of Pᴴ A lives only until it has met P. Entries are stored
/// wherever the patterns say so, as by A * B; for matrices by rows the result has the bits of (adjoint(P) * A) * P, for any
/// number of threads. A Hermitian A gives a result that is Hermitian up to rounding only.
///
/// Throws DimensionMismatch unless A is square and has as many rows as P, IndexOverflow if the result has more entries than
/// the index type counts. Cost: the multiplications of both products, the first one's twice (the rows are counted before
/// they are computed); memory: the result, Pᴴ, and O(threads · (columns of A + columns of P)).
///
/// Each row by F. G. Gustavson, ACM TOMS 4(3), 1978, applied twice.
template <SparseMatrix M, SparseMatrix N>
[[nodiscard]] auto triple_product(const M& A, const N& P) {
    static_assert(detail::same_index_v<M, N>, "tamis: triple_product needs one index type; cast one with cast<U, J>");
    using T = detail::common_scalar_t<scalar_t<M>, scalar_t<N>>;
    using I = index_t<M>;
    if (A.rows() != A.cols() || A.cols() != P.rows()) detail::throw_triple_mismatch(A.rows(), A.cols(), P.rows(), P.cols());
    constexpr bool by_rows = M::is_row_major;
    const detail::MajorInput<T, by_rows, M> middle(A);
    const detail::MajorInput<T, by_rows, N> right(P);
    Csr<T, I> turned = detail::transpose(right.view());
    detail::conjugate_values(turned);
    // By columns the arrays show Aᵀ and Pᵀ, and (Pᴴ A P)ᵀ = Pᵀ Aᵀ conj(P).
    if constexpr (by_rows) return detail::triple_matmul<T, I>(turned.view(), middle.view(), right.view());
    else return as_transposed(detail::triple_matmul<T, I>(right.view(), middle.view(), turned.view()));
}

}  // namespace tamis
