// Private: from a level to the next and back, by one stored matrix.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

#include <tamis/sparse/csr.hpp>

#include "iterative/amg/stepped_rows.hpp"

namespace tamis::detail {

/// R and Rᴴ, of which only R is stored, in two bytes a column where that suits it. The sums of Rᴴ x are taken in the order
/// of the rows of R: the same bits for any number of threads.
template <class T, class I>
class Transfer {
  public:
    Transfer() = default;
    explicit Transfer(Csr<T, I> R);

    /// coarse ← R fine.
    void restrict_to(T* coarse, const T* fine) const;
    /// fine ← fine + Rᴴ coarse.
    void add_to(T* fine, const T* coarse) const;
    /// f(J, i, r_Ji) for all entries of R, row by row, and perhaps some entries more that are 0.
    template <class F>
    void for_each_entry(F&& f) const {
        if (stepped_.rows() > 0) return stepped_.for_each_entry(f);
        for (std::int64_t J = 0; J < whole_.rows(); ++J)
            for (auto k = static_cast<std::size_t>(whole_.row_offsets()[static_cast<std::size_t>(J)]);
                 k < static_cast<std::size_t>(whole_.row_offsets()[static_cast<std::size_t>(J) + 1]); ++k)
                f(J, static_cast<std::int64_t>(whole_.col_indices()[k]), whole_.values()[k]);
    }
    [[nodiscard]] std::int64_t rows() const noexcept { return std::max(whole_.rows(), stepped_.rows()); }
    [[nodiscard]] std::int64_t cols() const noexcept { return cols_; }
    [[nodiscard]] std::int64_t bytes() const noexcept;

  private:
    static constexpr std::int64_t blocks = 64;
    /// The first row of the block of fine unknowns.
    [[nodiscard]] std::int64_t block_begin(std::int64_t block) const noexcept;
    std::int64_t find_reached(const Csr<T, I>& R);
    void add_rows(std::int64_t begin, std::int64_t end, std::int64_t least, std::int64_t most, T* fine,
                  const T* coarse) const noexcept;

    // R is one of these; the other is empty.
    Csr<T, I> whole_;
    SteppedRows<T, I> stepped_;
    std::int64_t nnz_ = 0;
    std::int64_t cols_ = 0;
    std::array<std::pair<I, I>, blocks>
        reached_{};  // of each block: the rows of R with entries in it lie within [first, second)
};

}  // namespace tamis::detail
