// Private: a sparse matrix by rows whose columns take two bytes each.
#pragma once

#include <cstdint>

#include <tamis/core/array.hpp>
#include <tamis/sparse/csr.hpp>

namespace tamis::detail {

/// The columns of a row are held as the first one and 16-bit steps from each to the next. A longer step goes by way of
/// entries of value 0. Rows cannot be entered in their middle: for matrices whose rows are short and keep together.
template <class T, class I>
class SteppedRows {
  public:
    SteppedRows() = default;
    /// Takes over the arrays of A where no entries have to be added. `suits(A)` holds.
    explicit SteppedRows(Csr<T, I>&& A);

    /// Whether this takes less memory than A, whose rows would remain shorter than `long_row`.
    static bool suits(const Csr<T, I>& A);

    /// y ← A x, to the bits of a Csr's product where no entries were added.
    void multiply(const T* x, T* y) const;
    /// The entries of y from `least` up to `most` ← themselves + those of (the rows from begin up to end)ᴴ x, row by row.
    void add_adjoint(std::int64_t begin, std::int64_t end, std::int64_t least, std::int64_t most, const T* x,
                     T* y) const noexcept;
    /// f(J, i, a_Ji) for all entries, row by row.
    template <class F>
    void for_each_entry(F&& f) const {
        for (std::int64_t J = 0; J < rows(); ++J) {
            std::int64_t i = first_[J];
            for (auto k = static_cast<std::int64_t>(offsets_[J]); k < static_cast<std::int64_t>(offsets_[J + 1]); ++k) {
                i += steps_[k];
                f(J, i, values_[k]);
            }
        }
    }

    [[nodiscard]] std::int64_t rows() const noexcept { return first_.size(); }
    [[nodiscard]] std::int64_t nnz() const noexcept { return values_.size(); }
    [[nodiscard]] std::int64_t bytes() const noexcept;

  private:
    /// The first row of one of `parts` parts with about equally many entries.
    [[nodiscard]] std::int64_t row_cut(int part, int parts) const noexcept;

    std::int64_t span_ = 0;  // from the first column of a row to its last, at most
    Array<I> offsets_;
    Array<I> first_;              // columns; 0 for an empty row
    Array<std::uint16_t> steps_;  // from the entry before; 0 for the first of a row
    Array<T> values_;
};

}  // namespace tamis::detail
