// Coo<T, I>: triplets, the assembly format.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <tamis/sparse/view.hpp>

namespace tamis {

/// A sparse matrix as triplets in the order they were added. Duplicates are allowed and are summed on conversion to Csr or
/// Csc (a sum that cancels stays as an explicit zero). Storage: entries (sizeof(T) + 2 sizeof(I)) bytes.
template <class T, class I>
class Coo {
    static_assert(Scalar<T> && Index<I>);

  public:
    using scalar_type = T;
    using index_type = I;
    struct Entry {
        I row;
        I col;
        T value;
        friend bool operator==(const Entry&, const Entry&) = default;
    };

    /// The empty 0×0 matrix.
    Coo() = default;
    /// InvalidArgument for negative sizes; IndexOverflow, naming int64, for sizes beyond I.
    Coo(std::int64_t rows, std::int64_t cols) : rows_(rows), cols_(cols) { detail::check_sizes<I>("Coo", rows, cols); }

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
    /// Entries as added, duplicates included.
    [[nodiscard]] std::int64_t nnz() const noexcept { return std::ssize(entries_); }
    [[nodiscard]] std::span<const Entry> entries() const noexcept { return entries_; }

  private:
    std::int64_t rows_ = 0;
    std::int64_t cols_ = 0;
    std::vector<Entry> entries_;
};

}  // namespace tamis
