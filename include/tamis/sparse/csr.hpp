// Csr<T, I>: an owning canonical compressed sparse row matrix.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include <tamis/core/array.hpp>
#include <tamis/core/dense_types.hpp>
#include <tamis/sparse/view.hpp>

namespace tamis {

/// An owning compressed sparse row matrix. Always canonical: sorted column indices, no duplicates, consistent offsets
/// (checked once, where raw arrays enter). Explicit zeros are kept. Values may be written; the pattern may not. Storage: nnz
/// (sizeof(T) + sizeof(I)) + (rows + 1) sizeof(I) bytes.
template <class T, class I>
class Csr {
    static_assert(Scalar<T> && Index<I>);

  public:
    using scalar_type = T;
    using index_type = I;
    static constexpr bool is_row_major = true;
    static constexpr bool is_view = false;

    /// The empty 0×0 matrix; allocates nothing.
    Csr() noexcept = default;
    /// A matrix of the given shape without entries. InvalidArgument for negative sizes, IndexOverflow beyond I.
    Csr(std::int64_t rows, std::int64_t cols);
    /// Copies what the view shows.
    explicit Csr(const CsrView<T, I>& view);
    /// Takes arrays that are canonical already; trusts its caller.
    Csr(Unchecked, std::int64_t rows, std::int64_t cols, Array<I> row_offsets, Array<I> col_indices,
        Array<T> values) noexcept
        : rows_(rows),
          cols_(cols),
          offsets_(std::move(row_offsets)),
          indices_(std::move(col_indices)),
          values_(std::move(values)) {}

    Csr(const Csr&) = default;
    /// The matrix moved from is left as the empty 0×0 matrix.
    Csr(Csr&& other) noexcept
        : rows_(std::exchange(other.rows_, 0)),
          cols_(std::exchange(other.cols_, 0)),
          offsets_(std::move(other.offsets_)),
          indices_(std::move(other.indices_)),
          values_(std::move(other.values_)) {}
    Csr& operator=(const Csr& other) {
        Csr copy(other);
        swap(copy);
        return *this;
    }
    Csr& operator=(Csr&& other) noexcept {
        Csr taken(std::move(other));
        swap(taken);
        return *this;
    }
    ~Csr() = default;

    /// Copies the arrays; sorts each row and sums duplicates where needed. InvalidArgument for arrays that are inconsistent:
    /// wrong lengths, offsets that do not start at 0, decrease or end beyond the indices, indices outside. O(nnz log of the
    /// longest row) at worst, O(nnz) if sorted.
    static Csr from_arrays(std::int64_t rows, std::int64_t cols, std::span<const I> row_offsets,
                           std::span<const I> col_indices, std::span<const T> values);
    /// Takes the vectors over without a copy; sorts and sums in place. Refused vectors are left as they were.
    static Csr from_arrays(std::int64_t rows, std::int64_t cols, std::vector<I>&& row_offsets, std::vector<I>&& col_indices,
                           std::vector<T>&& values);

    [[nodiscard]] std::int64_t rows() const noexcept { return rows_; }
    [[nodiscard]] std::int64_t cols() const noexcept { return cols_; }
    [[nodiscard]] std::int64_t nnz() const noexcept { return indices_.size(); }
    [[nodiscard]] std::span<const I> row_offsets() const noexcept {
        return offsets_.empty() ? std::span<const I>(detail::no_rows<I>) : offsets_.span();
    }
    [[nodiscard]] std::span<const I> col_indices() const noexcept { return indices_.span(); }
    [[nodiscard]] std::span<const T> values() const noexcept { return values_.span(); }
    [[nodiscard]] std::span<T> values() noexcept { return values_.span(); }

    /// The entries of row i as [column, value] pairs; InvalidArgument outside the matrix.
    [[nodiscard]] SparseSlice<T, I> row(std::int64_t i) const { return view().row(i); }
    /// The value at (i, j), 0 where nothing is stored; O(log of the row's length). InvalidArgument outside the matrix.
    [[nodiscard]] T coeff(std::int64_t i, std::int64_t j) const { return view().coeff(i, j); }
    /// The min(rows, cols) diagonal entries, 0 where nothing is stored.
    [[nodiscard]] Vector<T> diagonal() const;
    /// The r×c submatrix whose first entry is (i, j); InvalidArgument if it reaches outside.
    [[nodiscard]] Csr block(std::int64_t i, std::int64_t j, std::int64_t r, std::int64_t c) const;

    [[nodiscard]] CsrView<T, I> view() const noexcept {
        return {unchecked, rows_, cols_, row_offsets(), indices_.span(), values_.span()};
    }
    /// Implicit, for lvalues only: a view of a temporary would dangle.
    operator CsrView<T, I>() const& noexcept { return view(); }
    operator CsrView<T, I>() const&& = delete;
    /// The transpose in the other format, free of charge; it refers to this matrix.
    [[nodiscard]] CscView<T, I> transposed_view() const& noexcept { return view().transposed_view(); }
    [[nodiscard]] CscView<T, I> transposed_view() const&& = delete;

    void swap(Csr& other) noexcept {
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

namespace detail {
/// Writes the min(rows, cols) diagonal entries of A to d, which has that size.
template <class T, class I>
void diagonal(CsrView<T, I> A, VectorView<T> d);
/// The r×c block of A at (i, j), which lies inside (check_block). O(r log of the longest row + nnz of the block).
template <class T, class I>
Csr<T, I> block(CsrView<T, I> A, std::int64_t i, std::int64_t j, std::int64_t r, std::int64_t c);
}  // namespace detail

template <class T, class I>
Vector<T> CsrView<T, I>::diagonal() const {
    Vector<T> d(std::min(rows_, cols_));
    detail::diagonal(detail::major_view(*this), VectorView<T>(d));
    return d;
}

template <class T, class I>
Csr<T, I> CsrView<T, I>::block(std::int64_t i, std::int64_t j, std::int64_t r, std::int64_t c) const {
    detail::check_block(i, j, r, c, rows_, cols_);
    return detail::block(*this, i, j, r, c);
}

template <class T, class I>
Vector<T> Csr<T, I>::diagonal() const {
    return view().diagonal();
}

template <class T, class I>
Csr<T, I> Csr<T, I>::block(std::int64_t i, std::int64_t j, std::int64_t r, std::int64_t c) const {
    return view().block(i, j, r, c);
}

}  // namespace tamis
