// Csc<T, I>: an owning canonical compressed sparse column matrix.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include <tamis/core/array.hpp>
#include <tamis/core/dense_types.hpp>
#include <tamis/sparse/csr.hpp>
#include <tamis/sparse/view.hpp>

namespace tamis {

/// An owning compressed sparse column matrix. Always canonical: sorted row indices, no duplicates, consistent offsets
/// (checked once, where raw arrays enter). Explicit zeros are kept. Values may be written; the pattern may not. Storage: nnz
/// (sizeof(T) + sizeof(I)) + (cols + 1) sizeof(I) bytes.
template <class T, class I>
class Csc {
    static_assert(Scalar<T> && Index<I>);

  public:
    using scalar_type = T;
    using index_type = I;
    static constexpr bool is_row_major = false;
    static constexpr bool is_view = false;

    /// The empty 0×0 matrix; allocates nothing.
    Csc() noexcept = default;
    /// A matrix of the given shape without entries. InvalidArgument for negative sizes, IndexOverflow beyond I.
    Csc(std::int64_t rows, std::int64_t cols);
    /// Copies what the view shows.
    explicit Csc(const CscView<T, I>& view);
    /// Takes arrays that are canonical already; trusts its caller.
    Csc(Unchecked, std::int64_t rows, std::int64_t cols, Array<I> col_offsets, Array<I> row_indices,
        Array<T> values) noexcept
        : rows_(rows),
          cols_(cols),
          offsets_(std::move(col_offsets)),
          indices_(std::move(row_indices)),
          values_(std::move(values)) {}

    Csc(const Csc&) = default;
    /// The matrix moved from is left as the empty 0×0 matrix.
    Csc(Csc&& other) noexcept
        : rows_(std::exchange(other.rows_, 0)),
          cols_(std::exchange(other.cols_, 0)),
          offsets_(std::move(other.offsets_)),
          indices_(std::move(other.indices_)),
          values_(std::move(other.values_)) {}
    Csc& operator=(const Csc& other) {
        Csc copy(other);
        swap(copy);
        return *this;
    }
    Csc& operator=(Csc&& other) noexcept {
        Csc taken(std::move(other));
        swap(taken);
        return *this;
    }
    ~Csc() = default;

    /// Copies the arrays; sorts each column and sums duplicates where needed. InvalidArgument for arrays that are
    /// inconsistent: wrong lengths, offsets that do not start at 0, decrease or end beyond the indices, indices outside.
    /// O(nnz log of the longest column) at worst, O(nnz) if sorted.
    static Csc from_arrays(std::int64_t rows, std::int64_t cols, std::span<const I> col_offsets,
                           std::span<const I> row_indices, std::span<const T> values);
    /// Takes the vectors over without a copy; sorts and sums in place. Refused vectors are left as they were.
    static Csc from_arrays(std::int64_t rows, std::int64_t cols, std::vector<I>&& col_offsets, std::vector<I>&& row_indices,
                           std::vector<T>&& values);

    [[nodiscard]] std::int64_t rows() const noexcept { return rows_; }
    [[nodiscard]] std::int64_t cols() const noexcept { return cols_; }
    [[nodiscard]] std::int64_t nnz() const noexcept { return indices_.size(); }
    [[nodiscard]] std::span<const I> col_offsets() const noexcept {
        return offsets_.empty() ? std::span<const I>(detail::no_rows<I>) : offsets_.span();
    }
    [[nodiscard]] std::span<const I> row_indices() const noexcept { return indices_.span(); }
    [[nodiscard]] std::span<const T> values() const noexcept { return values_.span(); }
    [[nodiscard]] std::span<T> values() noexcept { return values_.span(); }

    /// The entries of column j as [row, value] pairs; InvalidArgument outside the matrix.
    [[nodiscard]] SparseSlice<T, I> col(std::int64_t j) const { return view().col(j); }
    /// The value at (i, j), 0 where nothing is stored; O(log of the column's length). InvalidArgument outside the matrix.
    [[nodiscard]] T coeff(std::int64_t i, std::int64_t j) const { return view().coeff(i, j); }
    /// The min(rows, cols) diagonal entries, 0 where nothing is stored.
    [[nodiscard]] Vector<T> diagonal() const;
    /// The r×c submatrix whose first entry is (i, j); InvalidArgument if it reaches outside.
    [[nodiscard]] Csc block(std::int64_t i, std::int64_t j, std::int64_t r, std::int64_t c) const;

    [[nodiscard]] CscView<T, I> view() const noexcept {
        return {unchecked, rows_, cols_, col_offsets(), indices_.span(), values_.span()};
    }
    /// Implicit, for lvalues only: a view of a temporary would dangle.
    operator CscView<T, I>() const& noexcept { return view(); }
    operator CscView<T, I>() const&& = delete;
    /// The transpose in the other format, free of charge; it refers to this matrix.
    [[nodiscard]] CsrView<T, I> transposed_view() const& noexcept { return view().transposed_view(); }
    [[nodiscard]] CsrView<T, I> transposed_view() const&& = delete;

    void swap(Csc& other) noexcept {
        std::swap(rows_, other.rows_);
        std::swap(cols_, other.cols_);
        offsets_.swap(other.offsets_);
        indices_.swap(other.indices_);
        values_.swap(other.values_);
    }

    /// The arrays, moved out; what is left is the empty 0×0 matrix. A default-constructed or moved-from matrix has no
    /// offsets.
    struct Arrays {
        Array<I> offsets;
        Array<I> indices;
        Array<T> values;
    };
    [[nodiscard]] Arrays release() && noexcept {
        rows_ = cols_ = 0;
        return {std::move(offsets_), std::move(indices_), std::move(values_)};
    }

  private:
    std::int64_t rows_ = 0;
    std::int64_t cols_ = 0;
    Array<I> offsets_;
    Array<I> indices_;
    Array<T> values_;
};

/// The same memory seen as the transpose in the other format: Csr of A becomes Csc of Aᵀ. Nothing is copied.
template <class T, class I>
[[nodiscard]] Csc<T, I> as_transposed(Csr<T, I>&& A) noexcept {
    const auto rows = A.rows();
    const auto cols = A.cols();
    auto arrays = std::move(A).release();
    return {unchecked, cols, rows, std::move(arrays.offsets), std::move(arrays.indices), std::move(arrays.values)};
}
template <class T, class I>
[[nodiscard]] Csr<T, I> as_transposed(Csc<T, I>&& A) noexcept {
    const auto rows = A.rows();
    const auto cols = A.cols();
    auto arrays = std::move(A).release();
    return {unchecked, cols, rows, std::move(arrays.offsets), std::move(arrays.indices), std::move(arrays.values)};
}

namespace detail {
/// The result of a kernel that worked on major_view(A), back in the format of M.
template <SparseMatrix M>
auto from_major(Csr<scalar_t<M>, index_t<M>>&& R) noexcept {
    if constexpr (std::remove_cvref_t<M>::is_row_major) return std::move(R);
    else return as_transposed(std::move(R));
}
}  // namespace detail

template <class T, class I>
Vector<T> CscView<T, I>::diagonal() const {
    Vector<T> d(std::min(rows_, cols_));
    detail::diagonal(detail::major_view(*this), VectorView<T>(d));
    return d;
}

template <class T, class I>
Csc<T, I> CscView<T, I>::block(std::int64_t i, std::int64_t j, std::int64_t r, std::int64_t c) const {
    detail::check_block(i, j, r, c, rows_, cols_);
    return as_transposed(detail::block(transposed_view(), j, i, c, r));
}

template <class T, class I>
Vector<T> Csc<T, I>::diagonal() const {
    return view().diagonal();
}

template <class T, class I>
Csc<T, I> Csc<T, I>::block(std::int64_t i, std::int64_t j, std::int64_t r, std::int64_t c) const {
    return view().block(i, j, r, c);
}

}  // namespace tamis
