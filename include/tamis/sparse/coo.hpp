// Coo<T, I>: triplets, the assembly format.
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include <tamis/sparse/view.hpp>

namespace tamis {

namespace detail {
[[noreturn]] void throw_other_shape(const char* what, std::int64_t rows, std::int64_t cols, std::int64_t other_rows,
                                    std::int64_t other_cols);
}  // namespace detail

/// A sparse matrix as triplets in the order they were added. Duplicates are allowed and are summed on conversion to Csr or
/// Csc (a sum that cancels stays as an explicit zero). Storage: nnz (sizeof(T) + 2 sizeof(I)) bytes, and what room the
/// growing list of entries keeps (none after reserve).
template <class T, class I>
class Coo {
    static_assert(Scalar<T> && Index<I>);

  public:
    using scalar_type = T;
    using index_type = I;
    /// One triplet.
    struct Entry {
        I row;
        I col;
        T value;
        friend bool operator==(const Entry&, const Entry&) = default;
    };

    /// The empty 0×0 matrix.
    Coo() noexcept = default;
    /// InvalidArgument for negative sizes; IndexOverflow, naming int64, for sizes beyond I.
    Coo(std::int64_t rows, std::int64_t cols) : rows_(rows), cols_(cols) { detail::check_sizes<I>("Coo", rows, cols); }

    /// Takes over entries that are inside the matrix already; trusts its caller.
    Coo(Unchecked, std::int64_t rows, std::int64_t cols, std::vector<Entry> entries) noexcept
        : rows_(rows),
          cols_(cols),
          entries_(std::move(entries)) {}

    /// Entry k is (row_indices[k], col_indices[k], values[k]). InvalidArgument for lengths that differ and indices outside.
    static Coo from_arrays(std::int64_t rows, std::int64_t cols, std::span<const I> row_indices,
                           std::span<const I> col_indices, std::span<const T> values) {
        Coo A(rows, cols);
        detail::check_triplets("Coo::from_arrays", std::ssize(row_indices), std::ssize(col_indices), std::ssize(values));
        A.entries_.reserve(values.size());
        for (std::size_t k = 0; k < values.size(); ++k) {
            const I i = row_indices[k];
            const I j = col_indices[k];
            if (i < 0 || i >= rows || j < 0 || j >= cols) detail::throw_outside("Coo::from_arrays", i, j, rows, cols);
            A.entries_.push_back({i, j, values[k]});
        }
        return A;
    }

    /// Appends value at (i, j); InvalidArgument if it lies outside, and the object stays as it was.
    void add(std::int64_t i, std::int64_t j, T value) {
        if (i < 0 || i >= rows_ || j < 0 || j >= cols_) detail::throw_outside("Coo::add", i, j, rows_, cols_);
        entries_.push_back({static_cast<I>(i), static_cast<I>(j), value});
    }
    /// Room for n entries in all.
    void reserve(std::int64_t n) {
        if (n > 0) entries_.reserve(static_cast<std::size_t>(n));
    }
    /// Appends the entries of `other` in their order; DimensionMismatch for another shape, and the object stays as it was.
    /// For assembly by many threads: each fills a Coo of its own, and they are appended one after the other (or joined, see
    /// below).
    void append(const Coo& other) {
        check_same_shape(other);
        if (this == &other) {
            const std::vector<Entry> copy = other.entries_;
            entries_.insert(entries_.end(), copy.begin(), copy.end());
        } else {
            entries_.insert(entries_.end(), other.entries_.begin(), other.entries_.end());
        }
    }
    /// The same, but takes the memory over where this matrix has no entries and less room; `other` is left without entries.
    void append(Coo&& other) {
        check_same_shape(other);
        if (this == &other) return append(static_cast<const Coo&>(other));
        if (entries_.empty() && entries_.capacity() < other.entries_.size()) entries_.swap(other.entries_);
        else entries_.insert(entries_.end(), other.entries_.begin(), other.entries_.end());
        other.entries_.clear();
    }
    /// Drops all entries, keeps the shape and the memory.
    void clear() noexcept { entries_.clear(); }

    [[nodiscard]] std::int64_t rows() const noexcept { return rows_; }
    [[nodiscard]] std::int64_t cols() const noexcept { return cols_; }
    /// The number of entries, duplicates included.
    [[nodiscard]] std::int64_t nnz() const noexcept { return std::ssize(entries_); }
    /// All entries in the order added.
    [[nodiscard]] std::span<const Entry> entries() const noexcept { return entries_; }

  private:
    void check_same_shape(const Coo& other) const {
        if (other.rows_ != rows_ || other.cols_ != cols_)
            detail::throw_other_shape("Coo::append", rows_, cols_, other.rows_, other.cols_);
    }

    std::int64_t rows_ = 0;
    std::int64_t cols_ = 0;
    std::vector<Entry> entries_;
};

/// The entries of all parts, those of the first part first: what several threads assembled, each its own part, in an order
/// that does not depend on their timing. The parts have one shape (DimensionMismatch); no parts give the empty 0×0 matrix.
/// Each part's memory is freed once its entries are copied.
template <class T, class I>
[[nodiscard]] Coo<T, I> join(std::vector<Coo<T, I>> parts) {
    if (parts.empty()) return {};
    std::int64_t entries = 0;
    for (const Coo<T, I>& part : parts) entries += part.nnz();
    Coo<T, I> all(parts.front().rows(), parts.front().cols());
    if (parts.size() > 1) all.reserve(entries);
    for (Coo<T, I>& part : parts) all.append(Coo<T, I>(std::move(part)));
    return all;
}

}  // namespace tamis
