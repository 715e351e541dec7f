// Sparse matrices from diagonals, blocks, Kronecker products and random numbers.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <ranges>
#include <span>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <tamis/core/dense_types.hpp>
#include <tamis/sparse/operand.hpp>

namespace tamis {

namespace detail {

template <class T, class I>
Csr<T, I> identity(std::int64_t rows, std::int64_t cols);

template <class T, class I>
Csr<T, I> diagonal_matrix(VectorView<const T> d);

/// values[d] is the diagonal offsets[d], or one value that fills it.
template <class T, class I>
Csr<T, I> diagonals(std::span<const std::int64_t> offsets, std::span<const VectorView<const T>> values, std::int64_t rows,
                    std::int64_t cols);

template <class T, class I>
Csr<T, I> kron(CsrView<T, I> A, CsrView<T, I> B);

template <class T, class I>
Csr<T, I> block_diagonal(std::span<const CsrView<T, I>> blocks);

/// A grid of blocks, row by row; std::nullopt is a block of zeros. `name` is the public function, for messages.
template <class T, class I>
Csr<T, I> block_matrix(std::int64_t block_rows, std::int64_t block_cols,
                       std::span<const std::optional<CsrView<T, I>>> blocks, const char* name, bool by_rows);

template <class T, class I>
Csr<T, I> random_sparse(std::int64_t rows, std::int64_t cols, double density, std::uint64_t seed);

[[noreturn]] void throw_ragged_blocks(std::int64_t block_row, std::size_t expected, std::size_t got);

/// The operands of hstack and its like as views of one scalar and order.
template <class First, SparseMatrix... Rest>
struct SameKind {
    static_assert((same_index_v<First, Rest> && ...), "tamis: the matrices need one index type; cast them with cast<U, J>");
    static constexpr bool by_rows = First::is_row_major;
    using I = index_t<First>;
    template <class A, class... B>
    struct Common {
        using type = A;
    };
    template <class A, class B, class... C>
    struct Common<A, B, C...> : Common<common_scalar_t<A, B>, C...> {};
    using T = typename Common<scalar_t<First>, scalar_t<Rest>...>::type;

    /// f(span of views).
    template <class F>
    static auto with_views(F&& f, const First& first, const Rest&... rest) {
        const std::tuple<MajorInput<T, by_rows, First>, MajorInput<T, by_rows, Rest>...> inputs(first, rest...);
        return std::apply(
            [&f](const auto&... input) {
                const std::optional<CsrView<T, I>> views[] = {input.view()...};
                return f(std::span<const std::optional<CsrView<T, I>>>(views));
            },
            inputs);
    }
};

template <std::ranges::forward_range R>
auto views_of(const R& matrices) {
    using M = std::ranges::range_value_t<const R&>;
    std::vector<std::optional<CsrView<scalar_t<M>, index_t<M>>>> views;
    for (const auto& A : matrices) views.emplace_back(major_view(A));
    return views;
}

/// Several matrices of one type: std::vector<Csr<double>>, std::array, std::span.
template <class R>
concept MatrixRange = std::ranges::forward_range<R> && SparseMatrix<std::ranges::range_value_t<R>>;

template <class T, class I>
Csr<T, I> block_diagonal_of(std::span<const std::optional<CsrView<T, I>>> blocks) {
    std::vector<CsrView<T, I>> views;
    for (const auto& b : blocks) views.push_back(*b);
    return block_diagonal<T, I>(views);
}

/// Blocks side by side (or one below the other), given as major views of matrices stored by rows or by columns.
template <bool ByRows, class T, class I>
auto stack(std::span<const std::optional<CsrView<T, I>>> blocks, bool horizontal, const char* name) {
    const std::int64_t n = std::ssize(blocks);
    if (n == 0) return in_order<ByRows>(Csr<T, I>(0, 0));
    // By columns the arrays show the transposes, which stack the other way.
    const bool beside = horizontal == ByRows;
    return in_order<ByRows>(block_matrix<T, I>(beside ? 1 : n, beside ? n : 1, blocks, name, ByRows));
}

}  // namespace detail

/// The n×n identity. InvalidArgument for a negative n, IndexOverflow beyond I.
template <Scalar T, Index I = std::int32_t>
[[nodiscard]] Csr<T, I> identity(std::int64_t n) {
    return detail::identity<T, I>(n, n);
}
/// A rows×cols matrix with ones on its main diagonal.
template <Scalar T, Index I = std::int32_t>
[[nodiscard]] Csr<T, I> identity(std::int64_t rows, std::int64_t cols) {
    return detail::identity<T, I>(rows, cols);
}

/// The square matrix with the vector d on its diagonal; zeros of d are stored.
template <Index I = std::int32_t, DenseArgument D>
[[nodiscard]] auto diagonal_matrix(const D& d) {
    using T = dense_scalar_t<D>;
    const detail::DenseInput<T, D> in(d);
    return detail::diagonal_matrix<T, I>(in.vector());
}

/// A rows×cols matrix from some of its diagonals: offset k is the diagonal j − i = k, and values[d] holds all entries of the
/// diagonal offsets[d] from the top (or one value that fills it). Zeros are stored.
///
///     diagonals<double>({-1, 0, 1}, {{-1}, {2}, {-1}}, n, n)   // tridiagonal
///
/// Offsets in any order; InvalidArgument for one that is repeated or outside the matrix, DimensionMismatch for a list of
/// another length. O(rows + entries) after sorting the offsets.
template <class T, Index I = std::int32_t>
[[nodiscard]] Csr<T, I> diagonals(std::initializer_list<std::int64_t> offsets,
                                  std::initializer_list<std::initializer_list<T>> values, std::int64_t rows,
                                  std::int64_t cols) {
    std::vector<VectorView<const T>> views;
    for (const auto& list : values) views.emplace_back(list.begin(), static_cast<std::int64_t>(list.size()));
    return detail::diagonals<T, I>(std::span<const std::int64_t>(offsets.begin(), offsets.size()), views, rows, cols);
}
/// The same from ranges: offsets any range of integers, values any range of dense vectors.
template <class T, Index I = std::int32_t, std::ranges::input_range O, std::ranges::forward_range V>
    requires std::integral<std::ranges::range_value_t<O>> && DenseArgument<std::ranges::range_value_t<V>>
[[nodiscard]] Csr<T, I> diagonals(const O& offsets, const V& values, std::int64_t rows, std::int64_t cols) {
    std::vector<std::int64_t> k;
    for (const auto offset : offsets) k.push_back(static_cast<std::int64_t>(offset));
    std::vector<Vector<T>> copies;
    std::vector<VectorView<const T>> views;
    for (const auto& list : values) {
        const detail::DenseInput<T, std::ranges::range_value_t<V>> in(list);
        copies.emplace_back(in.vector().eigen());
    }
    for (const auto& copy : copies) views.emplace_back(copy);
    return detail::diagonals<T, I>(k, views, rows, cols);
}
template <class T, Index I = std::int32_t, std::ranges::forward_range V>
    requires DenseArgument<std::ranges::range_value_t<V>>
[[nodiscard]] Csr<T, I> diagonals(std::initializer_list<std::int64_t> offsets, const V& values, std::int64_t rows,
                                  std::int64_t cols) {
    return diagonals<T, I>(std::span<const std::int64_t>(offsets.begin(), offsets.size()), values, rows, cols);
}
template <class T, Index I = std::int32_t, std::ranges::input_range O>
    requires std::integral<std::ranges::range_value_t<O>>
[[nodiscard]] Csr<T, I> diagonals(const O& offsets, std::initializer_list<std::initializer_list<T>> values,
                                  std::int64_t rows, std::int64_t cols) {
    std::vector<std::vector<T>> lists(values.begin(), values.end());
    return diagonals<T, I>(offsets, lists, rows, cols);
}

/// The Kronecker product A ⊗ B in the format of A: block (i, j) is a_ij B. Stored zeros take part. O(result). IndexOverflow
/// if its sizes or entries outgrow the index type.
template <SparseMatrix A, SparseMatrix B>
[[nodiscard]] auto kron(const A& a, const B& b) {
    using Kind = detail::SameKind<A, B>;
    using T = typename Kind::T;
    const detail::MajorInput<T, Kind::by_rows, A> left(a);
    const detail::MajorInput<T, Kind::by_rows, B> right(b);
    return detail::in_order<Kind::by_rows>(detail::kron<T, index_t<A>>(left.view(), right.view()));
}

/// The matrices one after another down the diagonal, in the format of the first; any number, of any shapes.
template <SparseMatrix A, SparseMatrix... Rest>
[[nodiscard]] auto block_diagonal(const A& a, const Rest&... rest) {
    using Kind = detail::SameKind<A, Rest...>;
    return Kind::with_views(
        [](auto blocks) {
            return detail::in_order<Kind::by_rows>(detail::block_diagonal_of<typename Kind::T, typename Kind::I>(blocks));
        },
        a, rest...);
}
/// The same for a range of matrices of one type; 0×0 for an empty one.
template <detail::MatrixRange R>
[[nodiscard]] auto block_diagonal(const R& matrices) {
    using M = std::ranges::range_value_t<R>;
    const auto views = detail::views_of(matrices);
    return detail::in_order<M::is_row_major>(detail::block_diagonal_of<scalar_t<M>, index_t<M>>(views));
}

/// [A B C …]: the matrices side by side, in the format of the first. DimensionMismatch unless all have as many rows.
template <SparseMatrix A, SparseMatrix... Rest>
[[nodiscard]] auto hstack(const A& a, const Rest&... rest) {
    using Kind = detail::SameKind<A, Rest...>;
    return Kind::with_views(
        [](auto blocks) { return detail::stack<Kind::by_rows, typename Kind::T, typename Kind::I>(blocks, true, "hstack"); },
        a, rest...);
}
template <detail::MatrixRange R>
[[nodiscard]] auto hstack(const R& matrices) {
    using M = std::ranges::range_value_t<R>;
    const auto views = detail::views_of(matrices);
    return detail::stack<M::is_row_major, scalar_t<M>, index_t<M>>(views, true, "hstack");
}

/// The matrices one below the other, in the format of the first. DimensionMismatch unless all have as many columns.
template <SparseMatrix A, SparseMatrix... Rest>
[[nodiscard]] auto vstack(const A& a, const Rest&... rest) {
    using Kind = detail::SameKind<A, Rest...>;
    return Kind::with_views(
        [](auto blocks) {
            return detail::stack<Kind::by_rows, typename Kind::T, typename Kind::I>(blocks, false, "vstack");
        },
        a, rest...);
}
template <detail::MatrixRange R>
[[nodiscard]] auto vstack(const R& matrices) {
    using M = std::ranges::range_value_t<R>;
    const auto views = detail::views_of(matrices);
    return detail::stack<M::is_row_major, scalar_t<M>, index_t<M>>(views, false, "vstack");
}

/// One block of block_matrix: a matrix of any format and narrower scalar, or {} for zeros. It refers to a matrix that is a
/// Csr<T, I> already, which must live as long as the call.
template <class T, class I = std::int32_t>
class Block {
  public:
    Block() = default;
    template <SparseMatrix M>
        requires std::same_as<index_t<M>, I> && std::same_as<detail::common_scalar_t<T, scalar_t<M>>, T> Block(const M& A) {
            if constexpr (std::same_as<scalar_t<M>, T> && M::is_row_major) {
                view_ = detail::major_view(A);
            } else {
                const detail::MajorInput<T, true, M> in(A);
                owned_.emplace(in.view());
            }
        }
    [[nodiscard]] std::optional<CsrView<T, I>> view() const {
        if (owned_) return owned_->view();
        return view_;
    }

  private:
    std::optional<CsrView<T, I>> view_;
    std::optional<Csr<T, I>> owned_;
};

/// The matrix made of a grid of blocks, given row by row: block_matrix<double>({{A, B}, {C, {}}}), where {} is a block of
/// zeros. Its sizes follow from the other blocks of its row and column: InvalidArgument if there are none (or if the rows of
/// the grid have different lengths), DimensionMismatch where sizes disagree, IndexOverflow where they outgrow I.
template <Scalar T, Index I = std::int32_t>
[[nodiscard]] Csr<T, I> block_matrix(
    std::type_identity_t<std::initializer_list<std::initializer_list<Block<T, I>>>> blocks) {
    const std::size_t width = blocks.size() == 0 ? 0 : blocks.begin()->size();
    std::vector<std::optional<CsrView<T, I>>> views;
    std::int64_t block_row = 0;
    for (const auto& row : blocks) {
        if (row.size() != width) detail::throw_ragged_blocks(block_row, width, row.size());
        for (const auto& block : row) views.push_back(block.view());
        ++block_row;
    }
    return detail::block_matrix<T, I>(block_row, static_cast<std::int64_t>(width), views, "block_matrix", true);
}

/// A random rows×cols matrix with exactly round(density·rows·cols) entries at places drawn without replacement, all equally
/// likely; values uniform on [−1, 1) (both parts, if complex). The same seed gives the same matrix on every platform and for
/// any number of threads. InvalidArgument for a density outside [0, 1], IndexOverflow for more entries than I counts.
/// O(rows + entries·log entries); memory: about three times the result.
///
/// Counter-based bits: SplitMix64 (Steele, Lea, Flood, OOPSLA 2014).
template <Scalar T, Index I = std::int32_t>
[[nodiscard]] Csr<T, I> random_sparse(std::int64_t rows, std::int64_t cols, double density, std::uint64_t seed) {
    return detail::random_sparse<T, I>(rows, cols, density, seed);
}

}  // namespace tamis
