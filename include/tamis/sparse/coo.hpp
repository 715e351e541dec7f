// Coo<T, I>: triplets, the assembly format.
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include <tamis/sparse/view.hpp>

namespace tamis {

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
    /// Drops all entries, keeps the shape and the memory.
    void clear() noexcept { entries_.clear(); }

    [[nodiscard]] std::int64_t rows() const noexcept { return rows_; }
    [[nodiscard]] std::int64_t cols() const noexcept { return cols_; }
    /// The number of entries, duplicates included.
    [[nodiscard]] std::int64_t nnz() const noexcept { return std::ssize(entries_); }
    /// All entries in the order added.
    [[nodiscard]] std::span<const Entry> entries() const noexcept { return entries_; }

  private:
    std::int64_t rows_ = 0;
    std::int64_t cols_ = 0;
    std::vector<Entry> entries_;
};

}  // namespace tamis
