// Private: the nonzeros of a matrix as a pattern, and the graph algorithms that need no more than that.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <tamis/core/array.hpp>
#include <tamis/sparse/block_triangular.hpp>
#include <tamis/sparse/view.hpp>

namespace tamis::detail {

/// Rows of column indices in somebody else's memory.
template <class I>
struct PatternView {
    std::int64_t rows = 0;
    std::int64_t cols = 0;
    const I* offsets = nullptr;  ///< rows + 1 of them; may be null where rows is 0
    const I* indices = nullptr;

    [[nodiscard]] std::int64_t nnz() const noexcept { return rows == 0 ? 0 : static_cast<std::int64_t>(offsets[rows]); }
    [[nodiscard]] std::span<const I> row(std::int64_t i) const noexcept {
        return {indices + offsets[i], indices + offsets[i + 1]};
    }
};

/// The pattern of the entries that are not zero: A's own arrays where no zero is stored, a filtered copy otherwise.
template <class I>
class NonzeroPattern {
  public:
    template <class T>
    explicit NonzeroPattern(CsrView<T, I> A);
    NonzeroPattern(const NonzeroPattern&) = delete;
    NonzeroPattern& operator=(const NonzeroPattern&) = delete;
    [[nodiscard]] PatternView<I> view() const noexcept { return view_; }

  private:
    PatternView<I> view_;
    Array<I> offsets_;
    Array<I> indices_;
};

/// The transpose of a pattern, by a counting sort.
template <class I>
class TransposedPattern {
  public:
    explicit TransposedPattern(PatternView<I> P);
    TransposedPattern(const TransposedPattern&) = delete;
    TransposedPattern& operator=(const TransposedPattern&) = delete;
    [[nodiscard]] PatternView<I> view() const noexcept { return view_; }

  private:
    PatternView<I> view_;
    Array<I> offsets_;
    Array<I> indices_;
};

/// True where the pattern is square and holds its whole diagonal (rows sorted).
template <class I>
bool has_diagonal(PatternView<I> P);

/// A column for each row, -1 for none.
template <class I>
std::vector<I> maximum_matching(PatternView<I> P);

template <class I>
std::int64_t matching_size(const std::vector<I>& col_of_row) noexcept {
    std::int64_t size = 0;
    for (const I j : col_of_row) size += j >= 0;
    return size;
}

/// The form that goes with a maximum matching of P.
template <class I>
BlockTriangularForm<I> block_triangular_form(PatternView<I> P, const std::vector<I>& col_of_row);

}  // namespace tamis::detail
