// Products of sparse matrices whose patterns stay the same: plan once, multiply often.
#pragma once

#include <concepts>
#include <cstdint>
#include <span>
#include <utility>

#include <tamis/sparse/matmul.hpp>

namespace tamis {

namespace detail {

/// The pattern of C = A B by rows, and what A and B have to look like.
template <class I>
struct PlannedPattern {
    std::int64_t rows = 0;
    std::int64_t inner = 0;
    std::int64_t cols = 0;
    std::uint64_t a_digest = 0;
    std::uint64_t b_digest = 0;
    Array<I> offsets;
    Array<I> columns;
};

template <class T, class I>
PlannedPattern<I> plan_matmul(CsrView<T, I> A, CsrView<T, I> B);
/// PatternMismatch unless A and B have the patterns of the plan. `values` has the plan's number of entries.
template <class T, class I>
void planned_matmul(const PlannedPattern<I>& plan, CsrView<T, I> A, CsrView<T, I> B, T* values);
/// PatternMismatch unless C has the plan's pattern for its result.
template <class I>
void check_planned_result(const PlannedPattern<I>& plan, std::int64_t rows, std::int64_t cols, std::span<const I> offsets,
                          std::span<const I> columns);

}  // namespace detail

/// The pattern of A B, for products of other values on the same patterns: a product by a plan neither counts nor sorts. From
/// multiply_pattern; immutable, so many threads may multiply by one plan at once. Storage: the pattern of the product.
///
/// Whether A and B have the planned patterns is checked in each product, by their sizes and 64-bit digests of their offsets
/// and indices: a pass over the indices, and one chance in 2⁶⁴ that another pattern goes unnoticed (the result is then
/// wrong; nothing outside of it is touched).
template <class I, bool ByRows>
class MatmulPlan {
  public:
    explicit MatmulPlan(detail::PlannedPattern<I> pattern) : pattern_(std::move(pattern)) {}

    [[nodiscard]] std::int64_t rows() const noexcept { return ByRows ? pattern_.rows : pattern_.cols; }
    [[nodiscard]] std::int64_t cols() const noexcept { return ByRows ? pattern_.cols : pattern_.rows; }
    /// Entries of the product.
    [[nodiscard]] std::int64_t nnz() const noexcept { return pattern_.columns.size(); }

    /// A B, to the bit what A * B gives; of any scalars, in the format that A had in multiply_pattern and has here.
    /// PatternMismatch for matrices of other patterns. Cost: O(multiplications); memory: the result and O(threads ·
    /// columns).
    template <SparseMatrix A, SparseMatrix B>
    [[nodiscard]] auto multiply(const A& a, const B& b) const {
        static_assert(A::is_row_major == ByRows, "tamis: the first matrix must have the format that it had in the plan");
        using T = detail::common_scalar_t<scalar_t<A>, scalar_t<B>>;
        Array<T> values(nnz(), uninitialized);
        fill(a, b, values.data());
        return detail::in_order<ByRows>(Csr<T, I>(unchecked, pattern_.rows, pattern_.cols, Array<I>(pattern_.offsets),
                                                  Array<I>(pattern_.columns), std::move(values)));
    }

    /// The same into the values of c, which has the pattern of the product (an earlier result; PatternMismatch otherwise)
    /// and shares no memory with a and b. Left as it was where it throws.
    template <SparseMatrix A, SparseMatrix B, class C>
    void multiply(const A& a, const B& b, C& c) const {
        static_assert(A::is_row_major == ByRows && C::is_row_major == ByRows,
                      "tamis: the first matrix and the result must have the format of the plan");
        static_assert(std::same_as<scalar_t<C>, detail::common_scalar_t<scalar_t<A>, scalar_t<B>>>,
                      "tamis: the result must have the scalar of the product");
        const auto shown = detail::major_view(c);
        detail::check_planned_result<I>(pattern_, shown.rows(), shown.cols(), shown.row_offsets(), shown.col_indices());
        fill(a, b, c.values().data());
    }

  private:
    template <class A, class B, class T>
    void fill(const A& a, const B& b, T* values) const {
        static_assert(std::same_as<index_t<A>, I> && std::same_as<index_t<B>, I>,
                      "tamis: a plan needs the index type that it was made with");
        const detail::MajorInput<T, ByRows, A> left(a);
        const detail::MajorInput<T, ByRows, B> right(b);
        if constexpr (ByRows) detail::planned_matmul<T, I>(pattern_, left.view(), right.view(), values);
        else detail::planned_matmul<T, I>(pattern_, right.view(), left.view(), values);
    }

    detail::PlannedPattern<I> pattern_;
};

/// Plans products of matrices with the patterns of A and B; their values do not matter. Errors and cost as A * B.
template <SparseMatrix A, SparseMatrix B>
[[nodiscard]] auto multiply_pattern(const A& a, const B& b) {
    static_assert(detail::same_index_v<A, B>, "tamis: multiply_pattern needs one index type; cast one with cast<U, J>");
    using T = detail::common_scalar_t<scalar_t<A>, scalar_t<B>>;
    using I = index_t<A>;
    if (a.cols() != b.rows()) detail::throw_inner_mismatch(a.rows(), a.cols(), b.rows(), b.cols());
    const detail::MajorInput<T, A::is_row_major, A> left(a);
    const detail::MajorInput<T, A::is_row_major, B> right(b);
    if constexpr (A::is_row_major) return MatmulPlan<I, true>(detail::plan_matmul<T, I>(left.view(), right.view()));
    else return MatmulPlan<I, false>(detail::plan_matmul<T, I>(right.view(), left.view()));
}

}  // namespace tamis
