// Private: A + shift·I by rows, and the checks of a refactor, for the factorizations of this layer.
#pragma once

#include <algorithm>
#include <span>
#include <string>

#include <tamis/core/error.hpp>
#include <tamis/sparse/add.hpp>
#include <tamis/sparse/build.hpp>

namespace tamis::detail {

/// A + shift·I: A's own arrays for shift 0, otherwise a sum that stores the diagonal entries it needs.
template <class T, class I>
class ShiftedRows {
  public:
    ShiftedRows(CsrView<T, I> A, double shift) : view_(A) {
        if (shift == 0) return;
        auto S = identity<T, I>(A.rows(), A.cols());
        for (T& v : S.values()) v = T(static_cast<Real<T>>(shift));
        sum_ = combine<T, I>(A, S.view(), Combination::sum);
        view_ = sum_.view();
    }
    ShiftedRows(const ShiftedRows&) = delete;
    ShiftedRows& operator=(const ShiftedRows&) = delete;
    [[nodiscard]] const CsrView<T, I>& view() const noexcept { return view_; }
    /// The rows as a matrix of their own.
    [[nodiscard]] Csr<T, I> take() {
        if (sum_.rows() == view_.rows() && sum_.rows() > 0) return std::move(sum_);
        return Csr<T, I>(view_);
    }

  private:
    CsrView<T, I> view_;
    Csr<T, I> sum_;
};

/// Throws DimensionMismatch or PatternMismatch unless A has n rows of the columns that offsets and indices say.
template <class T, class I>
void check_same_pattern(const char* what, CsrView<T, I> A, std::int64_t n, std::span<const I> offsets,
                        std::span<const I> indices) {
    if (A.rows() != n || A.cols() != n)
        throw DimensionMismatch(std::string(what) + ": the matrix has " + std::to_string(A.rows()) + " rows and " +
                                    std::to_string(A.cols()) + " columns, the analysed one " + std::to_string(n),
                                n, A.rows() != n ? A.rows() : A.cols());
    if (n == 0) return;
    if (!std::ranges::equal(A.row_offsets(), offsets) || !std::ranges::equal(A.col_indices(), indices))
        throw PatternMismatch(std::string(what) +
                              ": the pattern of the matrix is not the analysed one; factor anew, or keep the pattern (store "
                              "zeros where entries vanish)");
}

}  // namespace tamis::detail
