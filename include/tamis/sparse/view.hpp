// CsrView and CscView: non-owning canonical compressed sparse matrices; every algorithm takes these.
//
// Invariant (checked once where raw arrays enter, never again): offsets start at 0 and do not decrease, indices are inside,
// sorted and without repetition in each row (column). Explicit zeros are allowed.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <ranges>
#include <span>
#include <type_traits>
#include <utility>

#include <tamis/core/dense_types.hpp>
#include <tamis/core/error.hpp>
#include <tamis/core/scalar.hpp>

namespace tamis {

template <class T, class I = std::int32_t>
class CsrView;
template <class T, class I = std::int32_t>
class CscView;
template <class T, class I = std::int32_t>
class Csr;
template <class T, class I = std::int32_t>
class Csc;
template <class T, class I = std::int32_t>
class Coo;

/// Tag of the constructors that trust their caller: wrong arrays are undefined behaviour.
struct Unchecked {
    explicit Unchecked() = default;
};
inline constexpr Unchecked unchecked{};

/// The entries of one row (or column): a random access range of [index, value] pairs, so `for (auto [j, v] : A.row(i))`
/// works. It refers to the matrix's arrays.
template <class T, class I>
class SparseSlice {
  public:
    struct Entry {
        I index;
        T value;
        friend bool operator==(const Entry&, const Entry&) = default;
    };
    class iterator {
      public:
        using iterator_category = std::input_iterator_tag;
        using iterator_concept = std::random_access_iterator_tag;
        using value_type = Entry;
        using difference_type = std::ptrdiff_t;
        using reference = Entry;
        using pointer = void;

        iterator() noexcept = default;
        iterator(const I* index, const T* value) noexcept : index_(index), value_(value) {}
        Entry operator*() const noexcept { return {*index_, *value_}; }
        Entry operator[](difference_type n) const noexcept { return {index_[n], value_[n]}; }
        iterator& operator++() noexcept { return *this += 1; }
        iterator operator++(int) noexcept { return std::exchange(*this, *this + 1); }
        iterator& operator--() noexcept { return *this -= 1; }
        iterator operator--(int) noexcept { return std::exchange(*this, *this - 1); }
        iterator& operator+=(difference_type n) noexcept {
            index_ += n;
            value_ += n;
            return *this;
        }
        iterator& operator-=(difference_type n) noexcept { return *this += -n; }
        friend iterator operator+(iterator a, difference_type n) noexcept { return a += n; }
        friend iterator operator+(difference_type n, iterator a) noexcept { return a += n; }
        friend iterator operator-(iterator a, difference_type n) noexcept { return a -= n; }
        friend difference_type operator-(iterator a, iterator b) noexcept { return a.index_ - b.index_; }
        friend bool operator==(iterator a, iterator b) noexcept { return a.index_ == b.index_; }
        friend auto operator<=>(iterator a, iterator b) noexcept { return a.index_ <=> b.index_; }

      private:
        const I* index_ = nullptr;
        const T* value_ = nullptr;
    };
    using const_iterator = iterator;
    using value_type = Entry;

    SparseSlice() noexcept = default;
    SparseSlice(std::span<const I> indices, std::span<const T> values) noexcept : indices_(indices), values_(values) {}
    [[nodiscard]] iterator begin() const noexcept { return {indices_.data(), values_.data()}; }
    [[nodiscard]] iterator end() const noexcept {
        return {indices_.data() + indices_.size(), values_.data() + values_.size()};
    }
    [[nodiscard]] std::int64_t size() const noexcept { return static_cast<std::int64_t>(indices_.size()); }
    [[nodiscard]] bool empty() const noexcept { return indices_.empty(); }
    [[nodiscard]] Entry operator[](std::int64_t k) const noexcept { return begin()[k]; }
    [[nodiscard]] std::span<const I> indices() const noexcept { return indices_; }
    [[nodiscard]] std::span<const T> values() const noexcept { return values_; }

  private:
    std::span<const I> indices_;
    std::span<const T> values_;
};

namespace detail {

/// The offsets of a matrix without rows (columns): what default-constructed and moved-from matrices show.
template <class I>
inline constexpr I no_rows[1] = {0};

/// Throws InvalidArgument unless the arrays are a canonical compressed matrix of `major` rows (columns) and `minor` columns
/// (rows). `what` and `major_name` ("row" or "column") word the message.
template <class I>
void check_compressed(const char* what, const char* major_name, std::int64_t major, std::int64_t minor,
                      std::span<const I> offsets, std::span<const I> indices, std::int64_t values);

/// Refuses negative sizes (InvalidArgument) and ones beyond I (IndexOverflow).
template <class I>
void check_sizes(const char* what, std::int64_t rows, std::int64_t cols);

/// The value at `index` in a sorted slice, 0 where there is none.
template <class T, class I>
T find_value(std::span<const I> indices, std::span<const T> values, std::int64_t index) noexcept {
    std::size_t low = 0;
    std::size_t high = indices.size();
    while (low < high) {
        const std::size_t middle = low + (high - low) / 2;
        if (static_cast<std::int64_t>(indices[middle]) < index) low = middle + 1;
        else high = middle;
    }
    return low < indices.size() && static_cast<std::int64_t>(indices[low]) == index ? values[low] : T(0);
}

/// Throws InvalidArgument: entry (i, j) is outside the rows×cols matrix.
[[noreturn]] void throw_outside(const char* what, std::int64_t i, std::int64_t j, std::int64_t rows, std::int64_t cols);
/// Throws InvalidArgument: there are `count` rows (columns), and `index` is none of them. `name` is "row" or "column".
[[noreturn]] void throw_no_such(const char* what, const char* name, std::int64_t index, std::int64_t count);
/// Throws InvalidArgument unless triplets have as many rows as columns and values.
void check_triplets(const char* what, std::int64_t row_indices, std::int64_t col_indices, std::int64_t values);
/// Throws InvalidArgument unless the r×c block at (i, j) lies inside the rows×cols matrix.
void check_block(std::int64_t i, std::int64_t j, std::int64_t r, std::int64_t c, std::int64_t rows, std::int64_t cols);

}  // namespace detail

/// A compressed sparse row matrix in somebody else's memory, read only.
template <class T, class I>
class CsrView {
    static_assert(Scalar<T> && Index<I>);

  public:
    using scalar_type = T;
    using index_type = I;
    static constexpr bool is_row_major = true;
    static constexpr bool is_view = true;

    /// The empty 0×0 matrix.
    CsrView() noexcept = default;
    /// Checks the invariant in O(rows + nnz) and refuses unsorted, repeated or outside indices (InvalidArgument).
    CsrView(std::int64_t rows, std::int64_t cols, std::span<const I> row_offsets, std::span<const I> col_indices,
            std::span<const T> values)
        : CsrView(unchecked, rows, cols, row_offsets, col_indices, values) {
        detail::check_sizes<I>("CsrView", rows, cols);
        detail::check_compressed<I>("CsrView", "row", rows, cols, row_offsets, col_indices, std::ssize(values));
    }
    /// Trusts its caller.
    CsrView(Unchecked, std::int64_t rows, std::int64_t cols, std::span<const I> row_offsets, std::span<const I> col_indices,
            std::span<const T> values) noexcept
        : rows_(rows),
          cols_(cols),
          offsets_(row_offsets),
          indices_(col_indices),
          values_(values) {}

    [[nodiscard]] std::int64_t rows() const noexcept { return rows_; }
    [[nodiscard]] std::int64_t cols() const noexcept { return cols_; }
    [[nodiscard]] std::int64_t nnz() const noexcept { return std::ssize(indices_); }
    /// rows() + 1 offsets.
    [[nodiscard]] std::span<const I> row_offsets() const noexcept { return offsets_; }
    [[nodiscard]] std::span<const I> col_indices() const noexcept { return indices_; }
    [[nodiscard]] std::span<const T> values() const noexcept { return values_; }
    /// The entries of row i as [column, value] pairs; InvalidArgument outside the matrix.
    [[nodiscard]] SparseSlice<T, I> row(std::int64_t i) const {
        if (i < 0 || i >= rows_) detail::throw_no_such("row", "row", i, rows_);
        const auto first = static_cast<std::size_t>(offsets_[static_cast<std::size_t>(i)]);
        const auto count = static_cast<std::size_t>(offsets_[static_cast<std::size_t>(i) + 1]) - first;
        return {indices_.subspan(first, count), values_.subspan(first, count)};
    }
    /// The value at (i, j), 0 where nothing is stored; O(log of the row's length). InvalidArgument outside the matrix.
    [[nodiscard]] T coeff(std::int64_t i, std::int64_t j) const {
        if (i < 0 || i >= rows_ || j < 0 || j >= cols_) detail::throw_outside("coeff", i, j, rows_, cols_);
        const auto r = row(i);
        return detail::find_value<T, I>(r.indices(), r.values(), j);
    }
    /// The min(rows, cols) diagonal entries, 0 where nothing is stored (defined in tamis/sparse/csr.hpp).
    [[nodiscard]] Vector<T> diagonal() const;
    /// The r×c submatrix whose first entry is (i, j), copied; InvalidArgument if it reaches outside (tamis/sparse/csr.hpp).
    [[nodiscard]] Csr<T, I> block(std::int64_t i, std::int64_t j, std::int64_t r, std::int64_t c) const;
    /// The transpose in the other format, free of charge.
    [[nodiscard]] CscView<T, I> transposed_view() const noexcept {
        return {unchecked, cols_, rows_, offsets_, indices_, values_};
    }
    [[nodiscard]] CsrView view() const noexcept { return *this; }

  private:
    std::int64_t rows_ = 0;
    std::int64_t cols_ = 0;
    std::span<const I> offsets_ = detail::no_rows<I>;
    std::span<const I> indices_;
    std::span<const T> values_;
};

/// A compressed sparse column matrix in somebody else's memory, read only.
template <class T, class I>
class CscView {
    static_assert(Scalar<T> && Index<I>);

  public:
    using scalar_type = T;
    using index_type = I;
    static constexpr bool is_row_major = false;
    static constexpr bool is_view = true;

    CscView() noexcept = default;
    /// Checks the invariant in O(cols + nnz) and refuses unsorted, repeated or outside indices (InvalidArgument).
    CscView(std::int64_t rows, std::int64_t cols, std::span<const I> col_offsets, std::span<const I> row_indices,
            std::span<const T> values)
        : CscView(unchecked, rows, cols, col_offsets, row_indices, values) {
        detail::check_sizes<I>("CscView", rows, cols);
        detail::check_compressed<I>("CscView", "column", cols, rows, col_offsets, row_indices, std::ssize(values));
    }
    /// Trusts its caller.
    CscView(Unchecked, std::int64_t rows, std::int64_t cols, std::span<const I> col_offsets, std::span<const I> row_indices,
            std::span<const T> values) noexcept
        : rows_(rows),
          cols_(cols),
          offsets_(col_offsets),
          indices_(row_indices),
          values_(values) {}

    [[nodiscard]] std::int64_t rows() const noexcept { return rows_; }
    [[nodiscard]] std::int64_t cols() const noexcept { return cols_; }
    [[nodiscard]] std::int64_t nnz() const noexcept { return std::ssize(indices_); }
    /// cols() + 1 offsets.
    [[nodiscard]] std::span<const I> col_offsets() const noexcept { return offsets_; }
    [[nodiscard]] std::span<const I> row_indices() const noexcept { return indices_; }
    [[nodiscard]] std::span<const T> values() const noexcept { return values_; }
    /// The entries of column j as [row, value] pairs; InvalidArgument outside the matrix.
    [[nodiscard]] SparseSlice<T, I> col(std::int64_t j) const {
        if (j < 0 || j >= cols_) detail::throw_no_such("col", "column", j, cols_);
        const auto first = static_cast<std::size_t>(offsets_[static_cast<std::size_t>(j)]);
        const auto count = static_cast<std::size_t>(offsets_[static_cast<std::size_t>(j) + 1]) - first;
        return {indices_.subspan(first, count), values_.subspan(first, count)};
    }
    /// The value at (i, j), 0 where nothing is stored; O(log of the column's length). InvalidArgument outside the matrix.
    [[nodiscard]] T coeff(std::int64_t i, std::int64_t j) const {
        if (i < 0 || i >= rows_ || j < 0 || j >= cols_) detail::throw_outside("coeff", i, j, rows_, cols_);
        const auto c = col(j);
        return detail::find_value<T, I>(c.indices(), c.values(), i);
    }
    /// The min(rows, cols) diagonal entries, 0 where nothing is stored (defined in tamis/sparse/csc.hpp).
    [[nodiscard]] Vector<T> diagonal() const;
    /// The r×c submatrix whose first entry is (i, j), copied; InvalidArgument if it reaches outside (tamis/sparse/csc.hpp).
    [[nodiscard]] Csc<T, I> block(std::int64_t i, std::int64_t j, std::int64_t r, std::int64_t c) const;
    /// The transpose in the other format, free of charge.
    [[nodiscard]] CsrView<T, I> transposed_view() const noexcept {
        return {unchecked, cols_, rows_, offsets_, indices_, values_};
    }
    [[nodiscard]] CscView view() const noexcept { return *this; }

  private:
    std::int64_t rows_ = 0;
    std::int64_t cols_ = 0;
    std::span<const I> offsets_ = detail::no_rows<I>;
    std::span<const I> indices_;
    std::span<const T> values_;
};

/// CsrView(rows, cols, offsets, indices, values) from any contiguous ranges: the types follow from the elements.
template <std::ranges::contiguous_range O, std::ranges::contiguous_range J, std::ranges::contiguous_range V>
CsrView(std::int64_t, std::int64_t, const O&, const J&, const V&)
    -> CsrView<std::ranges::range_value_t<V>, std::ranges::range_value_t<J>>;
template <std::ranges::contiguous_range O, std::ranges::contiguous_range J, std::ranges::contiguous_range V>
CscView(std::int64_t, std::int64_t, const O&, const J&, const V&)
    -> CscView<std::ranges::range_value_t<V>, std::ranges::range_value_t<J>>;

template <class T, class I>
CsrView(const Csr<T, I>&) -> CsrView<T, I>;
template <class T, class I>
CscView(const Csc<T, I>&) -> CscView<T, I>;

namespace detail {
template <class M>
inline constexpr bool is_sparse_v = false;
template <class T, class I>
inline constexpr bool is_sparse_v<CsrView<T, I>> = true;
template <class T, class I>
inline constexpr bool is_sparse_v<CscView<T, I>> = true;
template <class T, class I>
inline constexpr bool is_sparse_v<Csr<T, I>> = true;
template <class T, class I>
inline constexpr bool is_sparse_v<Csc<T, I>> = true;
}  // namespace detail

/// Csr, Csc and their views: what every sparse function accepts.
template <class M>
concept SparseMatrix = detail::is_sparse_v<std::remove_cvref_t<M>>;

template <SparseMatrix M>
using scalar_t = typename std::remove_cvref_t<M>::scalar_type;
template <SparseMatrix M>
using index_t = typename std::remove_cvref_t<M>::index_type;

namespace detail {

/// A view of the stored rows: A itself for Csr, Aᵀ as Csr for Csc. Kernels are written once, for CsrView, on top of this.
template <SparseMatrix M>
CsrView<scalar_t<M>, index_t<M>> major_view(const M& A) noexcept {
    if constexpr (M::is_row_major) return A.view();
    else return A.view().transposed_view();
}

/// The owning format of M's order: Csr for Csr and CsrView, Csc for Csc and CscView.
template <SparseMatrix M>
using owner_t =
    std::conditional_t<std::remove_cvref_t<M>::is_row_major, Csr<scalar_t<M>, index_t<M>>, Csc<scalar_t<M>, index_t<M>>>;

}  // namespace detail

}  // namespace tamis

template <class T, class I>
inline constexpr bool std::ranges::enable_borrowed_range<tamis::SparseSlice<T, I>> = true;
template <class T, class I>
inline constexpr bool std::ranges::enable_view<tamis::SparseSlice<T, I>> = true;
