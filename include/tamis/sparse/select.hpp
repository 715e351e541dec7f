// Parts of a sparse matrix: extract, permute, tril, triu, drop_below, map_values, scale_rows, scale_cols.
#pragma once

#include <initializer_list>
#include <ranges>
#include <span>
#include <vector>

#include <tamis/sparse/operand.hpp>

namespace tamis {

/// A list of row or column indices as an argument: built implicitly from any range of integers, a braced list included.
class IndexList {
  public:
    IndexList(std::initializer_list<std::int64_t> indices) : indices_(indices) {}
    template <std::ranges::input_range R>
        requires(!std::same_as<std::remove_cvref_t<R>, IndexList>)
    &&std::integral<std::ranges::range_value_t<R>> IndexList(R&& indices) {
        for (const auto i : indices) indices_.push_back(static_cast<std::int64_t>(i));
    }
    [[nodiscard]] std::span<const std::int64_t> span() const noexcept { return indices_; }

  private:
    std::vector<std::int64_t> indices_;
};

namespace detail {

/// R(i, j) = A(rows[i], cols[j]). `rows_name` and `cols_name` say which of the caller's lists each one is.
template <class T, class I>
Csr<T, I> extract(CsrView<T, I> A, std::span<const std::int64_t> rows, std::span<const std::int64_t> cols,
                  const char* rows_name, const char* cols_name);

/// Throws unless p is a permutation of 0, …, n − 1; `name` is "p" or "q".
void check_permutation(std::span<const std::int64_t> p, std::int64_t n, const char* name);

/// The entries with low ≤ column − row ≤ high.
template <class T, class I>
Csr<T, I> band(CsrView<T, I> A, std::int64_t low, std::int64_t high);

template <class T, class I>
Csr<T, I> drop_below(CsrView<T, I> A, Real<T> tolerance);

/// diag(d) A, or A diag(d).
template <class T, class I>
Csr<T, I> scale_rows(CsrView<T, I> A, VectorView<const T> d, const char* name);
template <class T, class I>
Csr<T, I> scale_cols(CsrView<T, I> A, VectorView<const T> d, const char* name);

}  // namespace detail

/// The matrix R(i, j) = A(rows[i], cols[j]), in the format of A: any order, repetition allowed. O(rows.size() + A.cols() +
/// cols.size() + entries read and written), plus the sorting of each row where cols is not sorted. Throws InvalidArgument
/// for an index outside A, IndexOverflow if the result has more entries than the index type counts.
template <SparseMatrix M>
[[nodiscard]] auto extract(const M& A, const IndexList& rows, const IndexList& cols) {
    const auto a = detail::major_view(A);
    if constexpr (M::is_row_major)
        return detail::extract<scalar_t<M>, index_t<M>>(a, rows.span(), cols.span(), "row", "column");
    else return as_transposed(detail::extract<scalar_t<M>, index_t<M>>(a, cols.span(), rows.span(), "column", "row"));
}

/// The matrix R(i, j) = A(p[i], q[j]) for permutations p and q, in the format of A. O(rows + cols + nnz) plus sorting.
/// Throws DimensionMismatch if p or q has another length than A has rows or columns, InvalidArgument if one is no
/// permutation.
template <SparseMatrix M>
[[nodiscard]] auto permute(const M& A, const IndexList& p, const IndexList& q) {
    detail::check_permutation(p.span(), A.rows(), "p");
    detail::check_permutation(q.span(), A.cols(), "q");
    return extract(A, p, q);
}

/// The entries on and below the k-th diagonal (j − i ≤ k), in the format of A.
template <SparseMatrix M>
[[nodiscard]] auto tril(const M& A, std::int64_t k = 0) {
    constexpr auto most = std::numeric_limits<std::int64_t>::max();
    if constexpr (M::is_row_major) return detail::band<scalar_t<M>, index_t<M>>(detail::major_view(A), -most, k);
    else return as_transposed(detail::band<scalar_t<M>, index_t<M>>(detail::major_view(A), k < -most ? most : -k, most));
}

/// The entries on and above the k-th diagonal (j − i ≥ k), in the format of A.
template <SparseMatrix M>
[[nodiscard]] auto triu(const M& A, std::int64_t k = 0) {
    constexpr auto most = std::numeric_limits<std::int64_t>::max();
    if constexpr (M::is_row_major) return detail::band<scalar_t<M>, index_t<M>>(detail::major_view(A), k, most);
    else return as_transposed(detail::band<scalar_t<M>, index_t<M>>(detail::major_view(A), -most, k < -most ? most : -k));
}

/// A without the entries of |v| ≤ tolerance; NaN is kept. tolerance = 0 drops the stored zeros. InvalidArgument for a
/// tolerance that is negative or NaN.
template <SparseMatrix M>
[[nodiscard]] auto drop_below(const M& A, Real<scalar_t<M>> tolerance) {
    return detail::from_major<M>(detail::drop_below<scalar_t<M>, index_t<M>>(detail::major_view(A), tolerance));
}

/// f of each stored value, on the pattern of A and in its format; f may return another scalar: map_values(A, [](auto v) {
/// return std::abs(v); }) of a complex matrix is real. f is called once a value, in storage order, on one thread.
template <SparseMatrix M, class F>
[[nodiscard]] auto map_values(const M& A, F&& f) {
    using U = std::remove_cvref_t<std::invoke_result_t<F&, const scalar_t<M>&>>;
    static_assert(Scalar<U>, "tamis: f must return float, double, complex<float> or complex<double>");
    return detail::in_order<M::is_row_major>(detail::map_stored<U>(detail::major_view(A), f));
}

/// diag(d) A, on the pattern of A and in its format. d may be any dense vector; DimensionMismatch unless it has A.rows()
/// entries.
template <SparseMatrix M, DenseArgument D>
[[nodiscard]] auto scale_rows(const M& A, const D& d) {
    using T = scalar_t<M>;
    const detail::DenseInput<T, D> in(d);
    const auto a = detail::major_view(A);
    if constexpr (M::is_row_major) return detail::scale_rows<T, index_t<M>>(a, in.vector(), "scale_rows");
    else return as_transposed(detail::scale_cols<T, index_t<M>>(a, in.vector(), "scale_rows"));
}

/// A diag(d), on the pattern of A and in its format; DimensionMismatch unless d has A.cols() entries.
template <SparseMatrix M, DenseArgument D>
[[nodiscard]] auto scale_cols(const M& A, const D& d) {
    using T = scalar_t<M>;
    const detail::DenseInput<T, D> in(d);
    const auto a = detail::major_view(A);
    if constexpr (M::is_row_major) return detail::scale_cols<T, index_t<M>>(a, in.vector(), "scale_cols");
    else return as_transposed(detail::scale_rows<T, index_t<M>>(a, in.vector(), "scale_cols"));
}

}  // namespace tamis
