#include <tamis/sparse/triple_product.hpp>

#include <algorithm>
#include <string>
#include <vector>

#include <tamis/core/error.hpp>

#include "instantiate.hpp"
#include "sparse/offsets.hpp"
#include "sparse/parts.hpp"
#include "sparse/product_rows.hpp"

namespace tamis::detail {

void throw_triple_mismatch(std::int64_t a_rows, std::int64_t a_cols, std::int64_t p_rows, std::int64_t p_cols) {
    throw DimensionMismatch("triple_product(A, P): A is " + std::to_string(a_rows) + "×" + std::to_string(a_cols) + ", P " +
                                std::to_string(p_rows) + "×" + std::to_string(p_cols) +
                                "; A must be square with as many rows as P",
                            a_rows == a_cols ? a_cols : a_rows, a_rows == a_cols ? p_rows : a_cols);
}

namespace {

template <class T, class I>
std::int64_t longest_row(const CsrView<T, I>& A) noexcept {
    std::int64_t longest = 0;
    for (std::size_t i = 0; i + 1 < A.row_offsets().size(); ++i)
        longest = std::max<std::int64_t>(longest, A.row_offsets()[i + 1] - A.row_offsets()[i]);
    return longest;
}

// What a thread needs: the row u = R(i, :) A in work, and what finds it and multiplies it by P.
template <class T, class I>
struct TripleScratch {
    TripleScratch(const RowBounds& u, const RowBounds& c)
        : u_columns(u),
          c_columns(c),
          columns(u.columns + 1, uninitialized),
          values(u.columns, uninitialized),
          first(u),
          second(c) {}

    RowColumns<I> u_columns;
    RowColumns<I> c_columns;
    Array<I> columns;
    Array<T> values;
    RowProduct<T, I> first;
    RowProduct<T, I> second;
};

}  // namespace

template <class T, class I>
Csr<T, I> triple_matmul(CsrView<T, I> R, CsrView<T, I> A, CsrView<T, I> P) {
    const std::int64_t m = R.rows();
    const std::int64_t n = P.cols();
    Array<I> offsets(m + 1);
    if (R.nnz() == 0 || A.nnz() == 0 || P.nnz() == 0) return {unchecked, m, n, std::move(offsets), Array<I>(), Array<T>()};

    const int threads = threads_for(R.nnz() + A.nnz() + P.nnz());
    const std::int64_t chunk = std::clamp<std::int64_t>(m / (std::int64_t{64} * threads), 1, 4096);
    const std::int64_t longest = longest_row(R);
    const RowBounds u_bounds{A.cols(), longest, longest * longest_row(A)};
    const RowBounds c_bounds{n, std::min(A.cols(), u_bounds.most), A.cols() * longest_row(P)};
    std::vector<TripleScratch<T, I>> scratch;
    for (int t = 0; t < threads; ++t) scratch.emplace_back(u_bounds, c_bounds);

    for_each_chunk(m, chunk, threads, [&](std::int64_t begin, std::int64_t end, int thread) {
        auto& own = scratch[static_cast<std::size_t>(thread)];
        for (std::int64_t i = begin; i < end; ++i) {
            const RowView<T, I> r = row_view(R, i);
            const auto mark = static_cast<I>(i);
            const std::int64_t count = own.u_columns.list_row(r.columns, r.count, pattern_of(A), mark, own.columns.data());
            offsets[i + 1] = static_cast<I>(own.c_columns.count_row(own.columns.data(), count, pattern_of(P), mark));
        }
    });
    const std::int64_t nnz = accumulate_offsets(offsets, "triple_product");

    Array<I> columns(nnz, uninitialized);
    Array<T> values(nnz, uninitialized);
    for_each_chunk(m, chunk, threads, [&](std::int64_t begin, std::int64_t end, int thread) {
        auto& own = scratch[static_cast<std::size_t>(thread)];
        for (std::int64_t i = begin; i < end; ++i) {
            // Below −1, where no mark of the first pass is.
            const auto mark = static_cast<I>(-2 - i);
            const std::int64_t count =
                own.first.compute(row_view(R, i), A, own.u_columns, mark, own.columns.data(), own.values.data());
            own.second.compute({own.columns.data(), own.values.data(), count}, P, own.c_columns, mark,
                               columns.data() + offsets[i], values.data() + offsets[i]);
        }
    });
    return {unchecked, m, n, std::move(offsets), std::move(columns), std::move(values)};
}

#define TAMIS_INSTANTIATE(T, I) template Csr<T, I> triple_matmul<T, I>(CsrView<T, I>, CsrView<T, I>, CsrView<T, I>);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
