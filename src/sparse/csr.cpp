#include <tamis/sparse/csr.hpp>

#include "instantiate.hpp"
#include "sparse/compressed.hpp"

namespace tamis {

namespace {

/// The number of rows, of sizes that have been checked: a negative one must allocate nothing.
template <class I>
std::int64_t checked_rows(std::int64_t rows, std::int64_t cols) {
    detail::check_sizes<I>("Csr", rows, cols);
    return rows;
}

template <class T, class I>
void check_csr_arrays(std::int64_t rows, std::int64_t cols, std::span<const I> offsets, std::span<const I> indices,
                      std::span<const T> values) {
    constexpr const char* what = "Csr::from_arrays";
    detail::check_sizes<I>(what, rows, cols);
    detail::check_offsets<I>(what, "row", rows, offsets, std::ssize(indices), std::ssize(values));
    detail::check_indices<I>(what, "row", cols, offsets, indices);
}

}  // namespace

template <class T, class I>
Csr<T, I>::Csr(std::int64_t rows, std::int64_t cols) : rows_(rows),
                                                       cols_(cols),
                                                       offsets_(checked_rows<I>(rows, cols) + 1) {}

template <class T, class I>
Csr<T, I>::Csr(const CsrView<T, I>& view)
    : rows_(view.rows()),
      cols_(view.cols()),
      offsets_(view.row_offsets()),
      indices_(view.col_indices()),
      values_(view.values()) {}

template <class T, class I>
Csr<T, I> Csr<T, I>::from_arrays(std::int64_t rows, std::int64_t cols, std::span<const I> row_offsets,
                                 std::span<const I> col_indices, std::span<const T> values) {
    check_csr_arrays<T, I>(rows, cols, row_offsets, col_indices, values);
    return detail::canonical<Csr<T, I>>(rows, cols, Array<I>(row_offsets), Array<I>(col_indices), Array<T>(values));
}

template <class T, class I>
Csr<T, I> Csr<T, I>::from_arrays(std::int64_t rows, std::int64_t cols, std::vector<I>&& row_offsets,
                                 std::vector<I>&& col_indices, std::vector<T>&& values) {
    check_csr_arrays<T, I>(rows, cols, row_offsets, col_indices, values);
    return detail::canonical<Csr<T, I>>(rows, cols, Array<I>(std::move(row_offsets)), Array<I>(std::move(col_indices)),
                                        Array<T>(std::move(values)));
}

#define TAMIS_CSR(T, I)                                                                                           \
    template Csr<T, I>::Csr(std::int64_t, std::int64_t);                                                          \
    template Csr<T, I>::Csr(const CsrView<T, I>&);                                                                \
    template Csr<T, I> Csr<T, I>::from_arrays(std::int64_t, std::int64_t, std::span<const I>, std::span<const I>, \
                                              std::span<const T>);                                                \
    template Csr<T, I> Csr<T, I>::from_arrays(std::int64_t, std::int64_t, std::vector<I>&&, std::vector<I>&&,     \
                                              std::vector<T>&&);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_CSR)

}  // namespace tamis
