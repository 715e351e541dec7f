#include <tamis/sparse/csc.hpp>

#include "instantiate.hpp"
#include "sparse/compressed.hpp"

namespace tamis {

namespace {

/// The number of columns, of sizes that have been checked: a negative one must allocate nothing.
template <class I>
std::int64_t checked_cols(std::int64_t rows, std::int64_t cols) {
    detail::check_sizes<I>("Csc", rows, cols);
    return cols;
}

template <class T, class I>
void check_csc_arrays(std::int64_t rows, std::int64_t cols, std::span<const I> offsets, std::span<const I> indices,
                      std::span<const T> values) {
    constexpr const char* what = "Csc::from_arrays";
    detail::check_sizes<I>(what, rows, cols);
    detail::check_offsets<I>(what, "column", cols, offsets, std::ssize(indices), std::ssize(values));
    detail::check_indices<I>(what, "column", rows, offsets, indices);
}

}  // namespace

template <class T, class I>
Csc<T, I>::Csc(std::int64_t rows, std::int64_t cols) : rows_(rows),
                                                       cols_(cols),
                                                       offsets_(checked_cols<I>(rows, cols) + 1) {}

template <class T, class I>
Csc<T, I>::Csc(const CscView<T, I>& view)
    : rows_(view.rows()),
      cols_(view.cols()),
      offsets_(view.col_offsets()),
      indices_(view.row_indices()),
      values_(view.values()) {}

template <class T, class I>
Csc<T, I> Csc<T, I>::from_arrays(std::int64_t rows, std::int64_t cols, std::span<const I> col_offsets,
                                 std::span<const I> row_indices, std::span<const T> values) {
    check_csc_arrays<T, I>(rows, cols, col_offsets, row_indices, values);
    return detail::canonical<Csc<T, I>>(rows, cols, Array<I>(col_offsets), Array<I>(row_indices), Array<T>(values));
}

template <class T, class I>
Csc<T, I> Csc<T, I>::from_arrays(std::int64_t rows, std::int64_t cols, std::vector<I>&& col_offsets,
                                 std::vector<I>&& row_indices, std::vector<T>&& values) {
    check_csc_arrays<T, I>(rows, cols, col_offsets, row_indices, values);
    return detail::canonical<Csc<T, I>>(rows, cols, Array<I>(std::move(col_offsets)), Array<I>(std::move(row_indices)),
                                        Array<T>(std::move(values)));
}

#define TAMIS_CSC(T, I)                                                                                           \
    template Csc<T, I>::Csc(std::int64_t, std::int64_t);                                                          \
    template Csc<T, I>::Csc(const CscView<T, I>&);                                                                \
    template Csc<T, I> Csc<T, I>::from_arrays(std::int64_t, std::int64_t, std::span<const I>, std::span<const I>, \
                                              std::span<const T>);                                                \
    template Csc<T, I> Csc<T, I>::from_arrays(std::int64_t, std::int64_t, std::vector<I>&&, std::vector<I>&&,     \
                                              std::vector<T>&&);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_CSC)

}  // namespace tamis
